//! Leaving: members go of their own accord, or an administrator sends them away.

use protocol::ErrorCode;

use super::classic::Classic;
use super::input::LeavingMember;
use super::output::LeftMember;
use super::state::GroupState;
use super::turn::Turn;

impl Classic {
    /// Puts these out, one by one, and rebalances once.
    pub(super) fn leave(
        &mut self,
        turn: &mut Turn<'_>,
        members: Vec<LeavingMember>,
    ) -> Vec<LeftMember> {
        let left: Vec<_> = members.into_iter().map(|member| self.leave_one(turn, member)).collect();
        let somebody_left = left.iter().any(|member| member.error.is_none());
        if somebody_left && self.state != GroupState::Empty {
            self.rebalance(turn, "members have left");
        }
        left
    }

    fn leave_one(&mut self, turn: &mut Turn<'_>, member: LeavingMember) -> LeftMember {
        let LeavingMember { member_id, instance_id, reason } = member;
        let found = if member_id.is_empty() {
            // An administrator knows a static member by its name.
            let holder =
                instance_id.as_ref().and_then(|instance| self.roster.by_instance(instance));
            holder.cloned().ok_or(ErrorCode::UnknownMemberId)
        } else if self.pending.contains_key(&member_id) {
            Ok(member_id.clone())
        } else {
            self.validate(&member_id, instance_id.as_ref()).map(|()| member_id.clone())
        };
        let error = found.as_ref().err().copied().unwrap_or(ErrorCode::None);
        if let Ok(id) = found {
            let reason = reason.as_deref().unwrap_or("none given");
            tracing::info!(group = %self.id, member = %id, reason, "the member leaves");
            self.put_out(turn, &id);
        }
        LeftMember { member_id, instance_id, error }
    }
}
