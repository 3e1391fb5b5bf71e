//! A rebalance: from the first word that the membership changes to the answers to all joins.

use std::collections::BTreeMap;
use std::time::Duration;

use protocol::ErrorCode;

use super::classic::{Classic, refuse_sync};
use super::ids::MemberId;
use super::output::{JoinGroupReply, Reply};
use super::state::GroupState;
use super::timers::Timer;
use super::turn::Turn;

/// How long an empty group still waits for more members after its first (KIP-134). Each round that brings somebody new
/// is followed by another, until the longest rebalance timeout is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InitialDelay {
    /// The round that runs.
    pub(super) round: Duration,
    /// What is left for rounds after it.
    pub(super) remaining: Duration,
    /// Whether somebody joined in this round, the very first one aside.
    pub(super) joined: bool,
}

impl Classic {
    /// The membership has changed: starts a rebalance, or sees whether that completes the one that runs.
    pub(super) fn rebalance(&mut self, turn: &mut Turn<'_>, why: &str) {
        if self.state == GroupState::PreparingRebalance {
            self.complete_joins_if_all_are_here(turn);
        } else {
            self.prepare_rebalance(turn, why);
        }
    }

    /// Parks joins from here on.
    pub(super) fn prepare_rebalance(&mut self, turn: &mut Turn<'_>, why: &str) {
        tracing::info!(group = %self.id, generation = %self.generation, from = %self.state, why, "preparing a rebalance");
        if self.state == GroupState::CompletingRebalance {
            self.call_off_assignment(turn);
        }
        self.unsynced.clear();
        turn.timers.cancel(&Timer::Sync(self.id.clone()));
        let first = self.state == GroupState::Empty;
        self.become_state(GroupState::PreparingRebalance, turn.wall());
        if first {
            self.delay_first_rebalance(turn);
        } else if self.everybody_joined() {
            self.complete_joins(turn);
        } else {
            self.wait_for_joins(turn);
        }
    }

    /// Whoever waits for its share of the generation that is called off must join again.
    fn call_off_assignment(&mut self, turn: &mut Turn<'_>) {
        self.roster.assign(BTreeMap::new());
        for id in self.roster.ids() {
            if let Some(ticket) = self.roster.take_sync(&id) {
                refuse_sync(turn, ticket, ErrorCode::RebalanceInProgress);
                self.expect_from(turn, &id);
            }
        }
    }

    fn delay_first_rebalance(&mut self, turn: &mut Turn<'_>) {
        let round = turn.config.initial_rebalance_delay;
        let remaining = self.roster.rebalance_timeout().saturating_sub(round);
        self.initial_delay = Some(InitialDelay { round, remaining, joined: false });
        let deadline = turn.after(round);
        turn.timers.set(Timer::Join(self.id.clone()), deadline);
    }

    fn wait_for_joins(&mut self, turn: &mut Turn<'_>) {
        let deadline = turn.after(self.roster.rebalance_timeout());
        turn.timers.set(Timer::Join(self.id.clone()), deadline);
    }

    /// Only static members are left and none of them has joined: who comes back next need not wait for the others longer
    /// than another rebalance timeout, and their sessions end it for all. A timeout of zero is a client's right, but must
    /// not keep us busy.
    fn wait_for_joins_again(&mut self, turn: &mut Turn<'_>) {
        let deadline = turn.after(self.roster.rebalance_timeout().max(Duration::from_secs(1)));
        turn.timers.set(Timer::Join(self.id.clone()), deadline);
    }

    /// During the initial delay nobody is complete: it is there to wait for those we do not know of.
    pub(super) fn complete_joins_if_all_are_here(&mut self, turn: &mut Turn<'_>) {
        let preparing = self.state == GroupState::PreparingRebalance;
        if preparing && self.initial_delay.is_none() && self.everybody_joined() {
            self.complete_joins(turn);
        }
    }

    /// The time to join is over, or a round of the initial delay is.
    pub(super) fn join_time_is_over(&mut self, turn: &mut Turn<'_>) {
        if self.state != GroupState::PreparingRebalance {
            return;
        }
        match self.initial_delay {
            Some(delay) if delay.joined && !delay.remaining.is_zero() => {
                self.extend_initial_delay(turn, delay)
            }
            _ => self.complete_joins(turn),
        }
    }

    fn extend_initial_delay(&mut self, turn: &mut Turn<'_>, last: InitialDelay) {
        let round = turn.config.initial_rebalance_delay.min(last.remaining);
        let remaining = last.remaining.saturating_sub(last.round);
        self.initial_delay = Some(InitialDelay { round, remaining, joined: false });
        let deadline = turn.after(round);
        turn.timers.set(Timer::Join(self.id.clone()), deadline);
    }

    /// Goes on with those who have joined. Static members who have not are kept: they are expected back.
    fn complete_joins(&mut self, turn: &mut Turn<'_>) {
        turn.timers.cancel(&Timer::Join(self.id.clone()));
        self.initial_delay = None;
        let is_missing = |id: &MemberId| {
            self.roster.get(id).is_some_and(|member| member.join.is_none() && !member.is_static())
        };
        let missing: Vec<_> = self.roster.ids().into_iter().filter(is_missing).collect();
        for id in &missing {
            self.put_out(turn, id);
        }
        if self.roster.is_empty() {
            self.become_empty(turn);
        } else if self.roster.elect_leader() {
            self.begin_generation(turn);
        } else {
            self.wait_for_joins_again(turn);
        }
    }

    /// The last member is gone. That is recorded: from here on the retention of the offsets counts.
    fn become_empty(&mut self, turn: &mut Turn<'_>) {
        self.generation = self.generation.next();
        self.protocol = None;
        self.subscribed = None;
        self.become_state(GroupState::Empty, turn.wall());
        tracing::info!(group = %self.id, generation = %self.generation, "the group is empty");
        turn.record(self.as_record());
    }

    /// Everybody hears who is in; the leader hears what each subscribes to, and owes us an assignment.
    fn begin_generation(&mut self, turn: &mut Turn<'_>) {
        *turn.generations += 1;
        self.generation = self.generation.next();
        let protocol = self.roster.elect_protocol();
        self.protocol = Some(protocol.expect("a join without a common protocol is refused"));
        self.subscribed = self.read_subscriptions();
        self.become_state(GroupState::CompletingRebalance, turn.wall());
        tracing::info!(group = %self.id, generation = %self.generation, members = self.roster.len(), "the joins are complete");
        for id in self.roster.ids() {
            if let Some(ticket) = self.roster.take_join(&id) {
                let reply = self.joined(&id);
                turn.reply_when_committed(ticket, Reply::JoinGroup(reply));
            }
            self.roster.set_known(&id);
            self.expect_from(turn, &id);
        }
        self.unsynced = self.roster.ids().into_iter().collect();
        let deadline = turn.after(self.roster.rebalance_timeout());
        turn.timers.set(Timer::Sync(self.id.clone()), deadline);
    }

    /// The answer to a member's join as the group stands.
    pub(super) fn joined(&self, id: &MemberId) -> JoinGroupReply {
        let protocol = self.protocol.as_deref();
        let members = if self.roster.is_leader(id) {
            self.roster.iter().map(|member| member.as_joined(protocol)).collect()
        } else {
            Vec::new()
        };
        JoinGroupReply {
            error: ErrorCode::None,
            member_id: id.clone(),
            generation: self.generation,
            protocol_type: self.protocol_type.clone(),
            protocol: self.protocol.clone(),
            leader: self.roster.leader().cloned().unwrap_or_default(),
            skip_assignment: false,
            members,
        }
    }

    /// A member was heard of: its session starts over.
    pub(super) fn expect_from(&self, turn: &mut Turn<'_>, id: &MemberId) {
        if let Some(member) = self.roster.get(id) {
            turn.expect_within(&self.id, id, member.session_timeout);
        }
    }
}
