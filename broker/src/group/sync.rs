//! A sync: the leader brings the assignment, everybody takes its share.

use std::collections::BTreeMap;

use protocol::ErrorCode;

use super::classic::{Classic, refuse_sync};
use super::ids::MemberId;
use super::input::SyncGroup;
use super::output::{Reply, SyncGroupReply};
use super::state::GroupState;
use super::timers::Timer;
use super::turn::Turn;
use crate::machine::Ticket;

impl Classic {
    /// Answers the sync, or parks it until the leader has spoken.
    pub(super) fn sync(&mut self, turn: &mut Turn<'_>, ticket: Ticket, request: SyncGroup) {
        if let Err(error) = self.validate_sync(&request) {
            return refuse_sync(turn, ticket, error);
        }
        match self.state {
            GroupState::Stable => {
                self.has_synced(turn, &request.member_id);
                let reply = self.share_of(&request.member_id);
                turn.reply_when_committed(ticket, Reply::SyncGroup(reply));
            }
            GroupState::CompletingRebalance => self.await_assignment(turn, ticket, request),
            GroupState::PreparingRebalance => {
                refuse_sync(turn, ticket, ErrorCode::RebalanceInProgress)
            }
            GroupState::Empty | GroupState::Dead => {
                refuse_sync(turn, ticket, ErrorCode::UnknownMemberId)
            }
        }
    }

    fn validate_sync(&self, request: &SyncGroup) -> Result<(), ErrorCode> {
        self.validate(&request.member_id, request.instance_id.as_ref())?;
        if request.generation != self.generation {
            return Err(ErrorCode::IllegalGeneration);
        }
        let differs = |theirs: &Option<_>, ours: &Option<_>| {
            theirs.is_some() && ours.is_some() && theirs != ours
        };
        if differs(&request.protocol_type, &self.protocol_type)
            || differs(&request.protocol, &self.protocol)
        {
            return Err(ErrorCode::InconsistentGroupProtocol);
        }
        Ok(())
    }

    fn await_assignment(&mut self, turn: &mut Turn<'_>, ticket: Ticket, request: SyncGroup) {
        let id = request.member_id;
        if let Some(before) = self.roster.park_sync(&id, ticket) {
            // The client has asked twice and waits for the second answer.
            refuse_sync(turn, before, ErrorCode::RebalanceInProgress);
        }
        self.has_synced(turn, &id);
        if self.roster.is_leader(&id) {
            self.assign(turn, request.assignments);
        }
    }

    /// The leader has spoken: the generation is recorded, and everybody who waits gets its share once that is durable.
    fn assign(&mut self, turn: &mut Turn<'_>, shares: Vec<(MemberId, bytes::Bytes)>) {
        let before = self.since;
        self.roster.assign(shares.into_iter().collect::<BTreeMap<_, _>>());
        self.become_state(GroupState::Stable, turn.wall());
        let record = self.as_record();
        if record.size_max() > turn.config.record_bytes_max {
            self.state = GroupState::CompletingRebalance;
            self.since = before;
            return self.refuse_assignment(turn);
        }
        turn.record(record);
        for id in self.roster.ids() {
            if let Some(ticket) = self.roster.take_sync(&id) {
                let reply = self.share_of(&id);
                turn.reply_when_committed(ticket, Reply::SyncGroup(reply));
                self.expect_from(turn, &id);
            }
        }
    }

    /// No record could hold this assignment, now or later. Everybody hears so, and the group comes together anew.
    fn refuse_assignment(&mut self, turn: &mut Turn<'_>) {
        tracing::warn!(group = %self.id, generation = %self.generation, "the assignment is larger than a record may be");
        for id in self.roster.ids() {
            if let Some(ticket) = self.roster.take_sync(&id) {
                refuse_sync(turn, ticket, ErrorCode::UnknownServerError);
                self.expect_from(turn, &id);
            }
        }
        self.prepare_rebalance(turn, "the assignment could not be recorded");
    }

    fn share_of(&self, id: &MemberId) -> SyncGroupReply {
        SyncGroupReply {
            error: ErrorCode::None,
            protocol_type: self.protocol_type.clone(),
            protocol: self.protocol.clone(),
            assignment: self
                .roster
                .get(id)
                .map(|member| member.assignment.clone())
                .unwrap_or_default(),
        }
    }

    fn has_synced(&mut self, turn: &mut Turn<'_>, id: &MemberId) {
        self.unsynced.remove(id);
        if self.unsynced.is_empty() {
            turn.timers.cancel(&Timer::Sync(self.id.clone()));
        }
    }

    /// The time to ask for a share is over. Who has not asked is out, be it the leader: without this a member that dies
    /// between its join and its sync would hold the group up for ever (KAFKA-12890).
    pub(super) fn sync_time_is_over(&mut self, turn: &mut Turn<'_>) {
        let is_awaited = matches!(self.state, GroupState::CompletingRebalance | GroupState::Stable);
        if !is_awaited || self.unsynced.is_empty() {
            return;
        }
        for id in std::mem::take(&mut self.unsynced) {
            tracing::info!(group = %self.id, member = %id, "the member has not asked for its share in time");
            self.put_out(turn, &id);
        }
        self.prepare_rebalance(turn, "members have not asked for their shares in time");
    }
}
