//! The quorum: who votes, who leads, and how far each is.

use openraft::{Membership, RaftMetrics};
use protocol::ids::{NodeId, Offset, TimestampMs};

use super::types::node_id;

/// The state of the quorum, as DescribeQuorum tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuorumInfo {
    /// The active controller.
    pub leader: Option<NodeId>,
    /// Its term.
    pub epoch: i32,
    /// Entries below this are committed here.
    pub high_watermark: Offset,
    /// The voters.
    pub voters: Vec<ReplicaInfo>,
    /// Those that only follow.
    pub observers: Vec<ReplicaInfo>,
}

/// How far a member of the quorum is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaInfo {
    /// The node.
    pub id: NodeId,
    /// The index behind its last entry; −1 where that is not known, as on any node but the leader.
    pub log_end_offset: Offset,
    /// When it last fetched; for the leader, the time of the answer.
    pub last_fetch: Option<TimestampMs>,
    /// When it last had everything; for the leader, the time of the answer.
    pub last_caught_up: Option<TimestampMs>,
}

impl QuorumInfo {
    pub(super) fn of(metrics: &RaftMetrics<u64, openraft::BasicNode>) -> Self {
        let membership = metrics.membership_config.membership();
        Self {
            leader: metrics.current_leader.map(node_id),
            epoch: metrics.current_term.try_into().unwrap_or(i32::MAX),
            high_watermark: end(metrics.last_applied.map(|last| last.index)),
            voters: replicas(membership, metrics, true),
            observers: replicas(membership, metrics, false),
        }
    }
}

fn replicas(
    membership: &Membership<u64, openraft::BasicNode>,
    metrics: &RaftMetrics<u64, openraft::BasicNode>,
    voters: bool,
) -> Vec<ReplicaInfo> {
    let is_voter = |id: u64| membership.voter_ids().any(|voter| voter == id);
    let members = membership.nodes().map(|(id, _)| *id).filter(|id| is_voter(*id) == voters);
    members.map(|id| replica(id, metrics)).collect()
}

fn replica(id: u64, metrics: &RaftMetrics<u64, openraft::BasicNode>) -> ReplicaInfo {
    let matched = || metrics.replication.as_ref()?.get(&id).map(|last| last.map(|last| last.index));
    let log_end_offset = match id == metrics.id {
        true => end(metrics.last_log_index),
        false => matched().map_or(Offset(-1), end),
    };
    ReplicaInfo { id: node_id(id), log_end_offset, last_fetch: None, last_caught_up: None }
}

/// The offset behind the entry at `last`.
fn end(last: Option<u64>) -> Offset {
    Offset(last.map_or(0, |index| i64::try_from(index).map_or(i64::MAX, |index| index + 1)))
}
