//! An action: one thing that a broker has to do.

use std::sync::Arc;

use protocol::ids::{LeaderEpoch, NodeId, PartitionIndex, TopicId, TopicName, TopicPartition};

use crate::metadata::ConfigValues;

/// One thing to do. Each can be done again without harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The coordinator stops and answers NOT_COORDINATOR from now on.
    UnloadCoordinator {
        /// Which kind.
        kind: CoordinatorKind,
        /// In which partition of its topic.
        partition: PartitionIndex,
    },
    /// The partition's data is deleted: the topic is gone, or this broker keeps no copy any more.
    Delete {
        /// The partition.
        partition: TopicPartition,
        /// Of which topic's life. A topic of this name that was made since is another.
        topic_id: TopicId,
    },
    /// The partition's data is moved out of the way, and kept for the operator: no image that this process has seen asks for
    /// it.
    SetAside {
        /// The partition.
        partition: TopicPartition,
        /// Of which topic's life.
        topic_id: TopicId,
    },
    /// This broker's dynamic configuration is now this.
    ConfigureBroker {
        /// What is set for all brokers.
        all: Arc<ConfigValues>,
        /// What is set for this one; it counts more.
        own: Arc<ConfigValues>,
    },
    /// A topic's own configuration is now this.
    Configure {
        /// The topic.
        topic: TopicName,
        /// All that is set for it.
        values: Arc<ConfigValues>,
    },
    /// A log is made for the partition.
    Create {
        /// The partition.
        partition: TopicPartition,
        /// The topic's id, for `partition.metadata`.
        topic_id: TopicId,
    },
    /// Nobody leads: the partition takes no records and fetches none.
    Rest {
        /// The partition.
        partition: TopicPartition,
        /// The epoch in which nobody leads.
        epoch: LeaderEpoch,
    },
    /// The partition copies from this leader.
    Follow {
        /// The partition.
        partition: TopicPartition,
        /// From whom.
        leader: NodeId,
        /// In which epoch.
        epoch: LeaderEpoch,
    },
    /// The partition is led here.
    Lead(Leadership),
    /// The coordinator reads its partition and begins to serve.
    LoadCoordinator {
        /// Which kind.
        kind: CoordinatorKind,
        /// In which partition of its topic.
        partition: PartitionIndex,
        /// The leader epoch under which it writes.
        epoch: LeaderEpoch,
    },
}

/// How a partition is led. With an epoch in which it is led here already, only the in-sync replicas are others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leadership {
    /// The partition.
    pub partition: TopicPartition,
    /// The leader epoch.
    pub epoch: LeaderEpoch,
    /// The epoch of the in-sync replicas.
    pub partition_epoch: i32,
    /// Who keeps a copy.
    pub replicas: Arc<[NodeId]>,
    /// Who is in sync.
    pub isr: Arc<[NodeId]>,
}

/// The kinds of coordinators, each with its topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CoordinatorKind {
    /// Groups and their offsets, in `__consumer_offsets`.
    Group,
    /// Transactions, in `__transaction_state`.
    Transaction,
}

impl CoordinatorKind {
    /// The kind that lives in this topic.
    pub fn of_topic(topic: &str) -> Option<Self> {
        match topic {
            TopicName::CONSUMER_OFFSETS => Some(Self::Group),
            TopicName::TRANSACTION_STATE => Some(Self::Transaction),
            _ => None,
        }
    }
}

impl Action {
    /// Where it stands in the order of a plan; see the module's documentation.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::UnloadCoordinator { .. } => 0,
            Self::Delete { .. } | Self::SetAside { .. } => 1,
            Self::ConfigureBroker { .. } => 2,
            Self::Configure { .. } => 3,
            Self::Create { .. } => 4,
            Self::Rest { .. } => 5,
            Self::Follow { .. } => 6,
            Self::Lead(_) => 7,
            Self::LoadCoordinator { .. } => 8,
        }
    }
}
