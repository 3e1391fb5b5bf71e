//! A join: a client wants to be a member, or a member says again that it is one.

use protocol::ErrorCode;

use super::classic::{Classic, refuse_join, refuse_sync};
use super::ids::{InstanceId, MemberId};
use super::input::JoinGroup;
use super::member::Member;
use super::output::{JoinGroupReply, Reply};
use super::state::GroupState;
use super::turn::Turn;
use crate::machine::Ticket;

impl Classic {
    /// Answers the join, or parks it until the members have come together.
    pub(super) fn join(&mut self, turn: &mut Turn<'_>, ticket: Ticket, request: JoinGroup) {
        if !self.has_room_for(&request.member_id, turn.config.size_max) {
            self.turn_away(turn, ticket, &request.member_id);
        } else if !self.can_follow(&request) {
            refuse_join(turn, ticket, ErrorCode::InconsistentGroupProtocol, request.member_id);
        } else if request.member_id.is_empty() {
            self.join_without_id(turn, ticket, request);
        } else if self.pending.contains_key(&request.member_id) && request.instance_id.is_none() {
            let id = request.member_id.clone();
            self.add_member(turn, ticket, &id, request);
        } else {
            match self.validate(&request.member_id, request.instance_id.as_ref()) {
                Ok(()) => self.join_again(turn, ticket, request),
                Err(error) => refuse_join(turn, ticket, error, request.member_id),
            }
        }
    }

    /// Whether there is room. While joins are parked only those count, so that a group that has become too large for
    /// its limit loses the members that join last.
    fn has_room_for(&self, id: &MemberId, size_max: usize) -> bool {
        let member = self.roster.get(id);
        match self.state {
            GroupState::Empty | GroupState::Dead => true,
            GroupState::PreparingRebalance => {
                member.is_some_and(|member| member.join.is_some())
                    || self.roster.joining() < size_max
            }
            GroupState::CompletingRebalance | GroupState::Stable => {
                member.is_some() || self.roster.len() < size_max
            }
        }
    }

    fn turn_away(&mut self, turn: &mut Turn<'_>, ticket: Ticket, id: &MemberId) {
        self.put_out(turn, id);
        refuse_join(turn, ticket, ErrorCode::GroupMaxSizeReached, MemberId::default());
        self.complete_joins_if_all_are_here(turn);
    }

    /// Whether the client offers the group's protocol type and a protocol that every member knows.
    fn can_follow(&self, request: &JoinGroup) -> bool {
        if self.roster.is_empty() {
            return !request.protocol_type.is_empty() && !request.protocols.is_empty();
        }
        self.protocol_type.as_ref() == Some(&request.protocol_type)
            && self.roster.has_in_common(&request.protocols)
    }

    fn join_without_id(&mut self, turn: &mut Turn<'_>, ticket: Ticket, request: JoinGroup) {
        let Some(instance) = request.instance_id.clone() else {
            let id = MemberId::from(format!("{}-{}", request.client_id, request.unique));
            return if request.requires_known_member_id {
                self.give_id(turn, ticket, id, &request);
            } else {
                self.add_member(turn, ticket, &id, request);
            };
        };
        let id = MemberId::from(format!("{instance}-{}", request.unique));
        match self.roster.by_instance(&instance).cloned() {
            Some(old) => self.replace_static_member(turn, ticket, &old, &id, request),
            None => self.add_member(turn, ticket, &id, request),
        }
    }

    /// Gives the client its id and waits for it to come back with it (KIP-394): a client that times out and asks anew
    /// leaves an id behind, not a member that everybody waits for.
    fn give_id(&mut self, turn: &mut Turn<'_>, ticket: Ticket, id: MemberId, request: &JoinGroup) {
        if self.pending.len() >= turn.config.pending_members_max {
            self.forget_a_pending_id(turn);
        }
        self.pending.insert(id.clone(), turn.after(request.session_timeout));
        turn.expect_within(&self.id, &id, request.session_timeout);
        refuse_join(turn, ticket, ErrorCode::MemberIdRequired, id);
    }

    fn forget_a_pending_id(&mut self, turn: &mut Turn<'_>) {
        let first = self.pending.iter().min_by_key(|(_, until)| **until).map(|(id, _)| id.clone());
        if let Some(id) = first {
            self.put_out(turn, &id);
        }
    }

    fn add_member(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        id: &MemberId,
        request: JoinGroup,
    ) {
        if self.roster.is_empty() {
            self.protocol_type = Some(request.protocol_type.clone());
        }
        if let Some(delay) = &mut self.initial_delay {
            delay.joined = true;
        }
        let why = reason(&request, "a member joins");
        self.pending.remove(id);
        self.roster.add(Member::joining(id.clone(), request));
        self.roster.park_join(id, ticket);
        turn.expect_within(&self.id, id, turn.config.new_member_join_timeout);
        self.rebalance(turn, &why);
    }

    /// A member joins again: it must if a rebalance runs, it wants one, or it has missed an answer.
    fn join_again(&mut self, turn: &mut Turn<'_>, ticket: Ticket, request: JoinGroup) {
        let id = &request.member_id;
        let says_the_same =
            self.roster.get(id).is_some_and(|member| member.protocols == request.protocols);
        let is_answered = match self.state {
            // It seems not to have heard the answer to its join.
            GroupState::CompletingRebalance => says_the_same,
            // A follower comes late. A leader that joins a stable group wants to assign anew: the topics have changed.
            GroupState::Stable => says_the_same && !self.roster.is_leader(id),
            GroupState::PreparingRebalance | GroupState::Empty | GroupState::Dead => false,
        };
        if is_answered {
            let reply = self.joined(id);
            turn.reply_when_committed(ticket, Reply::JoinGroup(reply));
        } else {
            let why = reason(&request, "a member joins again");
            let id = request.member_id.clone();
            self.update_member(turn, ticket, &id, request);
            self.rebalance(turn, &why);
        }
    }

    fn update_member(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        id: &MemberId,
        request: JoinGroup,
    ) {
        self.roster.update(
            id,
            request.protocols,
            request.session_timeout,
            request.rebalance_timeout,
        );
        if let Some(before) = self.roster.park_join(id, ticket) {
            // The client has asked twice and waits for the second answer.
            refuse_join(turn, before, ErrorCode::RebalanceInProgress, id.clone());
        }
    }

    /// A static member is back without its id (KIP-345): it takes the place of its former self, who is fenced.
    fn replace_static_member(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        old: &MemberId,
        new: &MemberId,
        request: JoinGroup,
    ) {
        let leader_before = self.roster.leader().cloned().unwrap_or_default();
        let skips = request.supports_skipping_assignment;
        let why = reason(&request, "a static member is back");
        self.rename(turn, old, new);
        self.roster.update(
            new,
            request.protocols,
            request.session_timeout,
            request.rebalance_timeout,
        );
        self.expect_from(turn, new);
        match self.state {
            GroupState::Stable if self.roster.elect_protocol() == self.protocol => {
                self.keep_assignment(turn, ticket, new, leader_before, skips);
            }
            // In CompletingRebalance the leader may already know the old id, and would assign to nobody (KAFKA-9801).
            GroupState::Stable | GroupState::CompletingRebalance => {
                self.park_in_new_rebalance(turn, ticket, new, &why);
            }
            GroupState::PreparingRebalance | GroupState::Empty | GroupState::Dead => {
                self.roster.park_join(new, ticket);
                self.complete_joins_if_all_are_here(turn);
            }
        }
    }

    /// The join must be parked before the rebalance looks who is here, and the state allows it only afterwards; the
    /// roster does not mind.
    fn park_in_new_rebalance(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        id: &MemberId,
        why: &str,
    ) {
        self.roster.park_join(id, ticket);
        self.prepare_rebalance(turn, why);
    }

    /// The member's new id is recorded at once, without a rebalance: a coordinator that knew only the old one would
    /// fence the member after a fail-over (KAFKA-10284).
    fn keep_assignment(
        &mut self,
        turn: &mut Turn<'_>,
        ticket: Ticket,
        id: &MemberId,
        leader: MemberId,
        skips: bool,
    ) {
        let record = self.as_record();
        if record.size_max() > turn.config.record_bytes_max {
            self.put_out(turn, id);
            refuse_join(turn, ticket, ErrorCode::UnknownServerError, MemberId::default());
            return self.rebalance(turn, "a static member says more than a record can hold");
        }
        turn.record(record);
        let is_leader = self.roster.is_leader(id);
        let joined = self.joined(id);
        let reply = if skips {
            JoinGroupReply { skip_assignment: is_leader, ..joined }
        } else {
            // An older client that learns that it leads would assign anew. It is told of the leader before it, and so
            // takes itself for a follower (KIP-814).
            JoinGroupReply { leader, members: Vec::new(), ..joined }
        };
        turn.reply_when_committed(ticket, Reply::JoinGroup(reply));
    }

    /// Gives a static member its new id. What its former self has parked is answered: it is fenced.
    fn rename(&mut self, turn: &mut Turn<'_>, old: &MemberId, new: &MemberId) {
        turn.expect_no_more(&self.id, old);
        if self.unsynced.remove(old) {
            self.unsynced.insert(new.clone());
        }
        let Some((join, sync)) = self.roster.rename(old, new.clone()) else { return };
        if let Some(ticket) = join {
            refuse_join(turn, ticket, ErrorCode::FencedInstanceId, old.clone());
        }
        if let Some(ticket) = sync {
            refuse_sync(turn, ticket, ErrorCode::FencedInstanceId);
        }
    }
}

/// Why a rebalance starts, for the log.
fn reason(request: &JoinGroup, what: &str) -> String {
    let by = request.instance_id.as_ref().map_or(&*request.client_id, InstanceId::as_str);
    match &request.reason {
        Some(reason) => format!("{what}: {by}, {reason}"),
        None => format!("{what}: {by}"),
    }
}
