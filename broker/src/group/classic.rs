//! A classic group: one that has, or is about to have, members.
//!
//! This is soft state. It starts from the stored metadata and runs ahead of it while the group rebalances; the two meet
//! when the leader's assignment is recorded, and when the last member is gone. The moves themselves are in the files
//! named for them: `join`, `rebalance`, `sync`, `heartbeat`, `leave`, `session`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use protocol::ErrorCode;
use protocol::ids::TimestampMs;

use super::ids::{Generation, GroupId, InstanceId, MemberId};
use super::member::Member;
use super::output::{JoinGroupReply, Reply, SyncGroupReply};
use super::rebalance::InitialDelay;
use super::records::{GroupMetadata, Record};
use super::roster::Roster;
use super::state::GroupState;
use super::subscription::{self, Subscribed};
use super::turn::Turn;
use crate::machine::{Instant, Ticket};

/// A group with members, or with member ids that were given out. Between calls [`Classic::check`] holds.
#[derive(Clone, Debug)]
pub(super) struct Classic {
    pub(super) id: GroupId,
    /// Moved by [`Classic::become_state`] alone.
    pub(super) state: GroupState,
    /// When it came into its state.
    pub(super) since: TimestampMs,
    /// Ahead of the stored one from the end of the joins until the assignment is recorded.
    pub(super) generation: Generation,
    /// What its members agree on. An empty group keeps that of its last members.
    pub(super) protocol_type: Option<Arc<str>>,
    /// The protocol in force: chosen at the end of the joins, none while the group is empty.
    pub(super) protocol: Option<Arc<str>>,
    pub(super) roster: Roster,
    /// Member ids that were given out and have not come back (KIP-394), and until when they may.
    pub(super) pending: BTreeMap<MemberId, Instant>,
    /// Who has not asked for its share of this generation.
    pub(super) unsynced: BTreeSet<MemberId>,
    /// The topics its members want, as of the last generation.
    pub(super) subscribed: Subscribed,
    /// Set while an empty group waits for more members after its first.
    pub(super) initial_delay: Option<InitialDelay>,
}

impl Classic {
    /// A group without members, as its record has it, or without any record.
    pub(super) fn empty(id: GroupId, stored: Option<&GroupMetadata>) -> Self {
        let protocol_type = stored.and_then(|metadata| metadata.protocol_type.clone());
        Self {
            id,
            state: GroupState::Empty,
            since: stored.map_or(TimestampMs::NONE, |metadata| metadata.since),
            generation: stored.map_or(Generation(0), |metadata| metadata.generation),
            subscribed: None,
            protocol_type,
            protocol: None,
            roster: Roster::default(),
            pending: BTreeMap::new(),
            unsynced: BTreeSet::new(),
            initial_delay: None,
        }
    }

    /// A group whose record has members: every one of them has its share.
    pub(super) fn loaded(id: GroupId, stored: &GroupMetadata) -> Self {
        let mut group = Self::empty(id, Some(stored));
        let protocol = stored.protocol.clone().unwrap_or_default();
        for member in &stored.members {
            group.roster.add(Member::loaded(member, Arc::clone(&protocol)));
        }
        if let Some(leader) = &stored.leader {
            group.roster.set_leader(leader);
        }
        group.state = GroupState::Stable;
        group.protocol = Some(protocol);
        group.subscribed = group.read_subscriptions();
        group
    }

    /// Moves to `next`. A move that the table does not have is a fault of ours, and would fence or lose members.
    pub(super) fn become_state(&mut self, next: GroupState, wall: TimestampMs) {
        assert!(
            self.state.may_become(next),
            "group {}: {} cannot become {next}",
            self.id,
            self.state
        );
        self.state = next;
        self.since = wall;
    }

    /// Whether nothing is left that the stored state does not say.
    pub(super) fn is_idle(&self) -> bool {
        self.state == GroupState::Empty && self.pending.is_empty()
    }

    /// Whether everybody who is expected has joined: no member is missing, no member id is out.
    pub(super) fn everybody_joined(&self) -> bool {
        self.roster.all_joined() && self.pending.is_empty()
    }

    /// Whether its members speak the consumer protocol, whose subscriptions we can read.
    pub(super) fn is_consumer(&self) -> bool {
        self.protocol_type.as_deref() == Some(subscription::CONSUMER)
    }

    /// Whether its members want `topic`. If we cannot read what they want, they want everything.
    pub(super) fn wants(&self, topic: &str) -> bool {
        self.is_consumer() && self.subscribed.as_ref().is_none_or(|topics| topics.contains(topic))
    }

    /// What the members want under the protocol in force.
    pub(super) fn read_subscriptions(&self) -> Subscribed {
        if !self.is_consumer() {
            return None;
        }
        let protocol = self.protocol.as_deref();
        let said: Vec<_> = self.roster.iter().map(|member| member.metadata(protocol)).collect();
        subscription::union(said.iter())
    }

    /// Whether these words come from a member that is in the group. A static member that was replaced is fenced.
    pub(super) fn validate(
        &self,
        member: &MemberId,
        instance: Option<&InstanceId>,
    ) -> Result<(), ErrorCode> {
        if let Some(instance) = instance {
            match self.roster.by_instance(instance) {
                None => return Err(ErrorCode::UnknownMemberId),
                Some(holder) if holder != member => return Err(ErrorCode::FencedInstanceId),
                Some(_) => {}
            }
        }
        if self.roster.contains(member) { Ok(()) } else { Err(ErrorCode::UnknownMemberId) }
    }

    /// The record of the group as it stands now.
    pub(super) fn as_record(&self) -> Record {
        let protocol = self.protocol.as_deref();
        Record::Group {
            group: self.id.clone(),
            value: Some(GroupMetadata {
                protocol_type: self.protocol_type.clone(),
                generation: self.generation,
                protocol: self.protocol.clone(),
                leader: self.roster.leader().cloned(),
                since: self.since,
                members: self.roster.iter().map(|member| member.as_stored(protocol)).collect(),
            }),
        }
    }

    /// Puts a member out. Whatever it has parked is answered UNKNOWN_MEMBER_ID: a client that is still there starts over.
    pub(super) fn put_out(&mut self, turn: &mut Turn<'_>, id: &MemberId) {
        turn.expect_no_more(&self.id, id);
        self.pending.remove(id);
        self.unsynced.remove(id);
        let Some(member) = self.roster.remove(id) else { return };
        if let Some(ticket) = member.join {
            refuse_join(turn, ticket, ErrorCode::UnknownMemberId, MemberId::default());
        }
        if let Some(ticket) = member.sync {
            refuse_sync(turn, ticket, ErrorCode::UnknownMemberId);
        }
    }

    /// Every ticket that is parked here.
    pub(super) fn parked(&self) -> impl Iterator<Item = Ticket> {
        self.roster.iter().flat_map(|member| [member.join, member.sync]).flatten()
    }

    /// What must hold between calls.
    pub(super) fn check(&self) -> Result<(), String> {
        self.roster.check()?;
        let parked_joins = self.roster.joining() > 0;
        let parked_syncs = self.roster.iter().any(|member| member.sync.is_some());
        let preparing = self.state == GroupState::PreparingRebalance;
        let completing = self.state == GroupState::CompletingRebalance;
        let wrong = match () {
            () if self.state == GroupState::Empty && !self.roster.is_empty() => {
                "an empty group has members"
            }
            () if parked_joins && !preparing => "a join is parked in no rebalance",
            () if parked_syncs && !completing => "a sync is parked while no assignment is awaited",
            () if self.initial_delay.is_some() && !preparing => {
                "an initial delay has outlived its rebalance"
            }
            () if (completing || self.state == GroupState::Stable) && self.protocol.is_none() => {
                "no protocol is in force"
            }
            () if self.pending.keys().any(|id| self.roster.contains(id)) => {
                "a member is also pending"
            }
            () if self.unsynced.iter().any(|id| !self.roster.contains(id)) => {
                "a sync is awaited from nobody"
            }
            () => return Ok(()),
        };
        Err(format!("group {} in {}: {wrong}", self.id, self.state))
    }
}

/// Answers a join with an error.
pub(super) fn refuse_join(turn: &mut Turn<'_>, ticket: Ticket, error: ErrorCode, member: MemberId) {
    turn.reply_now(ticket, Reply::JoinGroup(JoinGroupReply::refused(error, member)));
}

/// Answers a sync with an error.
pub(super) fn refuse_sync(turn: &mut Turn<'_>, ticket: Ticket, error: ErrorCode) {
    turn.reply_now(ticket, Reply::SyncGroup(SyncGroupReply::refused(error)));
}
