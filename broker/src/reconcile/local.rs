//! The local state: what this broker does now, as far as plans are concerned.

use std::collections::BTreeMap;
use std::sync::Arc;

use protocol::ids::{LeaderEpoch, NodeId, PartitionIndex, TopicId, TopicName};

use super::CoordinatorKind;
use crate::metadata::ConfigValues;

/// What this broker does now. Whoever carries out an action notes it here when it is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Local {
    /// The topics of which it has a partition on disk.
    pub topics: BTreeMap<TopicName, LocalTopic>,
    /// The dynamic configuration of all brokers that it runs with.
    pub all_brokers_config: Arc<ConfigValues>,
    /// The dynamic configuration of its own that it runs with.
    pub broker_config: Arc<ConfigValues>,
    /// The coordinators that are loaded or being loaded, and the leader epoch for which.
    pub coordinators: BTreeMap<(CoordinatorKind, PartitionIndex), LeaderEpoch>,
}

/// A topic of which this broker has a partition on disk. It goes with its last partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalTopic {
    /// The topic's own configuration that its partitions run with.
    pub config: Arc<ConfigValues>,
    /// The partitions.
    pub partitions: BTreeMap<PartitionIndex, LocalPartition>,
}

/// A partition that this broker has on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalPartition {
    /// The topic it belongs to, by `partition.metadata`.
    pub topic_id: TopicId,
    /// What this broker is for it.
    pub role: Role,
    /// How it came to be here.
    pub origin: Origin,
}

/// What a broker is for a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It leads.
    Leader {
        /// From this epoch on.
        epoch: LeaderEpoch,
        /// With the in-sync replicas as of this partition epoch.
        partition_epoch: i32,
    },
    /// It copies from the leader.
    Follower {
        /// Who leads.
        leader: NodeId,
        /// From which epoch on.
        epoch: LeaderEpoch,
    },
    /// It waits: nobody leads. Also what it is for a partition that was found at the start, with epoch −1.
    Idle {
        /// The epoch in which nobody leads.
        epoch: LeaderEpoch,
    },
}

/// How a partition came to be on this broker's disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was here at the start, and no image has asked for it yet. Carrying out a role makes it [`Origin::Made`].
    Found,
    /// An image has asked for it in this process's life, so an image that no longer does may have it deleted.
    Made,
}

impl Local {
    /// The loaded coordinators of a kind, with their epochs.
    pub fn coordinators(
        &self,
        kind: CoordinatorKind,
    ) -> impl Iterator<Item = (PartitionIndex, LeaderEpoch)> {
        let of_kind = self.coordinators.iter().filter(move |((each, _), _)| *each == kind);
        of_kind.map(|((_, partition), epoch)| (*partition, *epoch))
    }

    /// The epoch for which a coordinator is loaded.
    pub fn coordinator(
        &self,
        kind: CoordinatorKind,
        partition: PartitionIndex,
    ) -> Option<LeaderEpoch> {
        self.coordinators.get(&(kind, partition)).copied()
    }
}
