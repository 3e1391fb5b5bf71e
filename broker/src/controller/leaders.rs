//! Leaders: who leads a partition when the standing of brokers changes.
//!
//! One rule for all occasions. After any change to the brokers, a partition
//!
//! 1. drops from its in-sync replicas those that are no longer alive, but never the last one: that one alone is known
//!    to have every committed record;
//! 2. keeps its leader if it is alive and in sync, else takes the first of its replicas that is both, else has none;
//! 3. raises its leader epoch if the leader is another, or is the same broker in a new process. A process that was
//!    killed may have lost records that were read but not yet safe; the new epoch is how consumers and followers find out
//!    (KIP-101, KIP-320).

use std::sync::Arc;

use protocol::ids::{LeaderEpoch, NodeId, PartitionIndex, TopicId};

use super::draft::Draft;
use crate::metadata::{Brokers, LeaderChange, Partition, PartitionChangeRecord};

/// Whether the broker is registered, not fenced and not stopping.
pub(super) fn may_lead(brokers: &Brokers, id: NodeId) -> bool {
    brokers.get(id).is_some_and(|broker| broker.may_lead())
}

/// What happened to a broker, as far as the partitions are concerned. The draft has it already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Happened {
    /// It came, went, was fenced or was let in again.
    Standing(NodeId),
    /// It is alive, but in another process than before.
    Restarted(NodeId),
}

/// Brings every partition that the broker concerns in line with how things stand.
pub(super) fn settle(happened: Happened, draft: &mut Draft) {
    let image = draft.image().clone();
    for topic in image.topics().iter() {
        for (index, partition) in topic.numbered() {
            let change = settled(partition, image.brokers(), happened);
            if let Some(change) = change {
                draft.add(change.record(topic.id, index, partition));
            }
        }
    }
}

/// What a partition should become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settled {
    pub(super) isr: Arc<[NodeId]>,
    pub(super) leader: Option<NodeId>,
    /// Whether the leadership is a new one, even if the leader is the same broker.
    pub(super) new_leadership: bool,
}

impl Settled {
    /// The record that makes `partition` so.
    pub(super) fn record(
        self,
        topic_id: TopicId,
        partition: PartitionIndex,
        was: &Partition,
    ) -> PartitionChangeRecord {
        let epoch = LeaderEpoch(was.leader_epoch.get() + 1);
        PartitionChangeRecord {
            topic_id,
            partition,
            replicas: None,
            isr: (self.isr != was.isr).then_some(self.isr),
            leader: self.new_leadership.then_some(LeaderChange { leader: self.leader, epoch }),
            partition_epoch: was.partition_epoch + 1,
        }
    }
}

fn settled(partition: &Partition, brokers: &Brokers, happened: Happened) -> Option<Settled> {
    let (Happened::Standing(id) | Happened::Restarted(id)) = happened;
    if !partition.replicas.contains(&id) {
        return None;
    }
    let restarted = happened == Happened::Restarted(id);
    let alive = |id: &NodeId| may_lead(brokers, *id);
    // A process that has just started holds what it held, which is in sync only if nobody holds more.
    let stays = |member: &NodeId| alive(member) && !(restarted && *member == id);
    let mut isr: Vec<NodeId> = partition.isr.iter().copied().filter(stays).collect();
    if isr.is_empty() {
        isr.extend_from_slice(&partition.isr);
    }
    let leader_stays = |leader: &NodeId| isr.contains(leader) && alive(leader);
    let kept = partition.leader.filter(leader_stays);
    let elected = || partition.replicas.iter().copied().find(|id| isr.contains(id) && alive(id));
    let leader = kept.or_else(elected);
    let new_leadership = leader != partition.leader || (restarted && leader == Some(id));
    let changed = new_leadership || *isr != *partition.isr;
    changed.then(|| Settled { isr: isr.into(), leader, new_leadership })
}
