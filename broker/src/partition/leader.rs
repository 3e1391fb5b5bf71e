//! The leader's part of a partition: its epoch, and who is in sync. It never sees a record.

use protocol::ErrorCode;
use protocol::ids::{LeaderEpoch, NodeId, Offset};

use super::watermark::high_watermark;

/// What makes this broker the leader of a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leader {
    /// This broker.
    me: NodeId,
    /// Rises with every change of leadership; requests that name another one are fenced (KIP-320).
    epoch: LeaderEpoch,
    /// The replicas that must have a record before it is visible, this broker among them.
    in_sync: Vec<NodeId>,
    /// The log end when the leadership began: records before it may belong to earlier leaders.
    epoch_start: Offset,
}

impl Leader {
    /// Leadership as the controller gave it.
    pub fn new(me: NodeId, epoch: LeaderEpoch, in_sync: Vec<NodeId>, epoch_start: Offset) -> Self {
        assert!(in_sync.contains(&me), "a leader is in sync with itself");
        Self { me, epoch, in_sync, epoch_start }
    }

    /// The epoch of this leadership.
    pub fn epoch(&self) -> LeaderEpoch {
        self.epoch
    }

    /// Where the log ended when this leadership began.
    pub fn epoch_start(&self) -> Offset {
        self.epoch_start
    }

    /// How many replicas a record is on once it is visible.
    pub fn in_sync_count(&self) -> usize {
        self.in_sync.len()
    }

    /// The high watermark, given our own log end. Replicas beside us come with replication.
    pub fn high_watermark(&self, current: Offset, own_end: Offset) -> Offset {
        debug_assert_eq!(self.in_sync, [self.me], "other replicas' progress is not known yet");
        high_watermark(current, [own_end])
    }

    /// Whether a request that believes in `claimed` may be served (KIP-320). −1: the client does not know epochs.
    pub fn check_epoch(&self, claimed: LeaderEpoch) -> Result<(), ErrorCode> {
        if claimed == LeaderEpoch::NONE || claimed == self.epoch {
            Ok(())
        } else if claimed < self.epoch {
            Err(ErrorCode::FencedLeaderEpoch)
        } else {
            Err(ErrorCode::UnknownLeaderEpoch)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_from_another_epoch_is_fenced_and_one_that_knows_none_is_served() {
        let leader = Leader::new(NodeId(1), LeaderEpoch(4), vec![NodeId(1)], Offset(0));
        assert_eq!(leader.check_epoch(LeaderEpoch(4)), Ok(()));
        assert_eq!(leader.check_epoch(LeaderEpoch::NONE), Ok(()));
        assert_eq!(leader.check_epoch(LeaderEpoch(3)), Err(ErrorCode::FencedLeaderEpoch));
        assert_eq!(leader.check_epoch(LeaderEpoch(5)), Err(ErrorCode::UnknownLeaderEpoch));
    }
}
