//! A session: how long a member may be silent, and what happens when it is longer.

use protocol::ErrorCode;

use super::classic::Classic;
use super::ids::MemberId;
use super::input::Heartbeat;
use super::state::GroupState;
use super::turn::Turn;

impl Classic {
    /// A member is alive. The answer tells it whether it must join again.
    pub(super) fn heartbeat(&mut self, turn: &mut Turn<'_>, request: &Heartbeat) -> ErrorCode {
        if let Err(error) = self.validate(&request.member_id, request.instance_id.as_ref()) {
            return error;
        }
        if request.generation != self.generation {
            return ErrorCode::IllegalGeneration;
        }
        self.expect_from(turn, &request.member_id);
        match self.state {
            GroupState::PreparingRebalance => ErrorCode::RebalanceInProgress,
            // Clients heartbeat from the answer to their join on, while the assignment is still awaited.
            GroupState::CompletingRebalance | GroupState::Stable => ErrorCode::None,
            GroupState::Empty | GroupState::Dead => ErrorCode::UnknownMemberId,
        }
    }

    /// A member, or a member id that was given out, has been silent for too long.
    pub(super) fn session_is_over(&mut self, turn: &mut Turn<'_>, id: &MemberId) {
        if self.pending.remove(id).is_some() {
            return self.complete_joins_if_all_are_here(turn);
        }
        // A member whose join or sync is parked cannot speak; it is heard of again with the answer. But a new one, who
        // has no id yet that it could heartbeat with, may have come again under another and left a ghost (KAFKA-9752).
        if self.roster.get(id).is_none_or(|member| member.is_excused()) {
            return;
        }
        tracing::info!(group = %self.id, member = %id, "the member has been silent for too long");
        self.put_out(turn, id);
        self.rebalance(turn, "a member has been silent for too long");
    }
}
