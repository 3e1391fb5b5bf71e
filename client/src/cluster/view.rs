//! A view: what a cluster looked like when it was last asked.
//!
//! Immutable; a refresh makes a new one that keeps what the answer did not speak of.

use std::collections::BTreeMap;
use std::sync::Arc;

use protocol::ErrorCode;
use protocol::ids::{LeaderEpoch, NodeId, PartitionIndex, TopicId, TopicName, TopicPartition};
use protocol::messages::MetadataResponse;
use protocol::messages::metadata_response::{
    MetadataResponsePartition, MetadataResponseTopic as WireTopic,
};

use crate::address::Address;

/// The brokers and topics of a cluster, as far as they were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterView {
    /// The cluster's identity; brokers older than 0.10.1 have none.
    pub cluster_id: Option<String>,
    /// The broker to which admin requests go, if there is one.
    pub controller: Option<NodeId>,
    /// The live brokers.
    pub brokers: BTreeMap<NodeId, Broker>,
    /// The topics that exist, among those that were asked for.
    pub topics: BTreeMap<TopicName, Arc<Topic>>,
}

/// One live broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    /// Its id.
    pub id: NodeId,
    /// Where it says that clients should connect (`advertised.listeners`).
    pub address: Address,
    /// `broker.rack`.
    pub rack: Option<String>,
}

/// One topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: TopicName,
    /// Its identity; [`TopicId::ZERO`] from brokers older than 2.8.
    pub id: TopicId,
    /// Whether it holds the cluster's own state.
    pub internal: bool,
    /// Its partitions, in the order of their numbers.
    pub partitions: Vec<Partition>,
}

/// One partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Its number.
    pub index: PartitionIndex,
    /// The broker to produce to and fetch from; `None` while there is none.
    pub leader: Option<NodeId>,
    /// How often the leadership has changed; [`LeaderEpoch::NONE`] from brokers older than 2.1.
    pub leader_epoch: LeaderEpoch,
    /// The brokers that should have it.
    pub replicas: Vec<NodeId>,
    /// Those of them that have all that is acknowledged.
    pub in_sync: Vec<NodeId>,
    /// Those of them that are down.
    pub offline: Vec<NodeId>,
}

impl ClusterView {
    /// The partition, if the view has it.
    pub fn partition(&self, of: &TopicPartition) -> Option<&Partition> {
        self.topics.get(&of.topic)?.partition(of.partition)
    }

    /// The view after an answer. If all topics were asked for, those that it does not name are gone.
    pub(super) fn updated(&self, answer: &MetadataResponse, of_all: bool) -> Self {
        let brokers = answer.brokers.iter().map(|broker| {
            let id = NodeId(broker.node_id.0);
            let address =
                Address::new(broker.host.as_str(), u16::try_from(broker.port).unwrap_or(0));
            (id, Broker { id, address, rack: broker.rack.as_ref().map(ToString::to_string) })
        });
        let mut topics = if of_all { BTreeMap::new() } else { self.topics.clone() };
        for topic in &answer.topics {
            let Some(name) = topic.name.as_ref().and_then(|name| TopicName::new(name).ok()) else {
                continue;
            };
            match ErrorCode::from_code(topic.error_code) {
                Some(ErrorCode::None) => {
                    topics.insert(name.clone(), Arc::new(Topic::from_wire(name, topic)));
                }
                Some(ErrorCode::UnknownTopicOrPartition) => {
                    topics.remove(&name);
                }
                // A passing trouble says nothing of the topic that we may know.
                _ => {}
            }
        }
        Self {
            cluster_id: answer.cluster_id.as_ref().map(ToString::to_string),
            controller: node(answer.controller_id.0),
            brokers: brokers.collect(),
            topics,
        }
    }
}

impl Topic {
    /// The partition of this number.
    pub fn partition(&self, index: PartitionIndex) -> Option<&Partition> {
        let at = usize::try_from(index.get()).ok()?;
        self.partitions.get(at).filter(|partition| partition.index == index)
    }

    /// Every partition by its full name.
    pub fn topic_partitions(&self) -> impl Iterator<Item = TopicPartition> + '_ {
        let name = |index| TopicPartition { topic: self.name.clone(), partition: index };
        self.partitions.iter().map(move |partition| name(partition.index))
    }

    fn from_wire(name: TopicName, topic: &WireTopic) -> Self {
        let mut partitions: Vec<_> = topic.partitions.iter().map(Partition::from_wire).collect();
        partitions.sort_by_key(|partition| partition.index);
        Self { name, id: TopicId(topic.topic_id), internal: topic.is_internal, partitions }
    }
}

impl Partition {
    fn from_wire(partition: &MetadataResponsePartition) -> Self {
        let nodes =
            |ids: &[protocol::messages::BrokerId]| ids.iter().map(|id| NodeId(id.0)).collect();
        Self {
            index: PartitionIndex(partition.partition_index),
            leader: node(partition.leader_id.0),
            leader_epoch: LeaderEpoch(partition.leader_epoch),
            replicas: nodes(&partition.replica_nodes),
            in_sync: nodes(&partition.isr_nodes),
            offline: nodes(&partition.offline_replicas),
        }
    }
}

/// A node id, where the wire says −1 for none.
fn node(id: i32) -> Option<NodeId> {
    (id >= 0).then_some(NodeId(id))
}
