//! Descriptions of topics: their partitions, with what only DescribeTopicPartitions tells of them (KIP-966).

use protocol::ids::{NodeId, PartitionIndex, TopicId, TopicName};
use protocol::messages::describe_topic_partitions_request::{Cursor, TopicRequest};
use protocol::messages::describe_topic_partitions_response::{
    DescribeTopicPartitionsResponsePartition as WirePartition,
    DescribeTopicPartitionsResponseTopic as WireTopic,
};
use protocol::messages::{ApiKey, BrokerId, DescribeTopicPartitionsRequest};

use super::{Admin, Each, text};
use crate::cluster::{Topic, Wanted};
use crate::error::Error;

/// A topic with all its partitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicDescription {
    /// Its name.
    pub name: TopicName,
    /// Its identity.
    pub id: TopicId,
    /// Whether it holds the cluster's own state.
    pub internal: bool,
    /// Its partitions, in the order of their numbers.
    pub partitions: Vec<PartitionDescription>,
}

/// One partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionDescription {
    /// Its number.
    pub index: PartitionIndex,
    /// The broker that leads it, if one does.
    pub leader: Option<NodeId>,
    /// The brokers that should have it.
    pub replicas: Vec<NodeId>,
    /// Those of them that have all that is acknowledged.
    pub in_sync: Vec<NodeId>,
    /// Those that may lead it without loss though they are not in sync; `None` from brokers that do not say.
    pub eligible: Option<Vec<NodeId>>,
    /// Those that were eligible last; `None` from brokers that do not say.
    pub last_known_eligible: Option<Vec<NodeId>>,
}

impl TopicDescription {
    /// What a view of the cluster tells of a topic.
    pub fn from_view(topic: &Topic) -> Self {
        let partition = |partition: &crate::cluster::Partition| PartitionDescription {
            index: partition.index,
            leader: partition.leader,
            replicas: partition.replicas.clone(),
            in_sync: partition.in_sync.clone(),
            eligible: None,
            last_known_eligible: None,
        };
        let (name, id, internal) = (topic.name.clone(), topic.id, topic.internal);
        Self { name, id, internal, partitions: topic.partitions.iter().map(partition).collect() }
    }

    fn from_wire(name: TopicName, topic: &WireTopic) -> Self {
        let id = TopicId(topic.topic_id);
        let partitions = topic.partitions.iter().map(PartitionDescription::from_wire).collect();
        Self { name, id, internal: topic.is_internal, partitions }
    }
}

impl PartitionDescription {
    fn from_wire(partition: &WirePartition) -> Self {
        let nodes = |ids: &[BrokerId]| ids.iter().map(|id| NodeId(id.0)).collect::<Vec<_>>();
        let leader = partition.leader_id.0;
        Self {
            index: PartitionIndex(partition.partition_index),
            leader: (leader >= 0).then_some(NodeId(leader)),
            replicas: nodes(&partition.replica_nodes),
            in_sync: nodes(&partition.isr_nodes),
            // No list at all means none: the tools of Kafka read it so.
            eligible: Some(nodes(
                partition.eligible_leader_replicas.as_deref().unwrap_or_default(),
            )),
            last_known_eligible: Some(nodes(
                partition.last_known_elr.as_deref().unwrap_or_default(),
            )),
        }
    }
}

impl Admin {
    /// Describes topics, at most `partitions_max` partitions an answer.
    pub async fn describe_topics(
        &self,
        topics: &[TopicName],
        partitions_max: i32,
    ) -> Result<Each<TopicName, TopicDescription>, Error> {
        if topics.is_empty() {
            return Ok(Each::new());
        }
        let connection = self.cluster.any().await?;
        let api = ApiKey::DescribeTopicPartitions;
        if connection.versions().pick(api, connection.address()).is_err() {
            return self.describe_topics_from_metadata(topics).await;
        }
        let wanted = topics.iter().map(|name| TopicRequest::default().with_name(text(name).into()));
        let mut request = DescribeTopicPartitionsRequest::default()
            .with_topics(wanted.collect())
            .with_response_partition_limit(partitions_max);
        let mut each: Each<TopicName, TopicDescription> = Vec::with_capacity(topics.len());
        loop {
            let answer = connection.call(&request).await?;
            answer.topics.iter().for_each(|topic| gather(&mut each, topic));
            let Some(next) = answer.next_cursor else { return Ok(each) };
            let cursor = Cursor::default()
                .with_topic_name(next.topic_name)
                .with_partition_index(next.partition_index);
            request.topics.retain(|topic| topic.name.as_str() >= cursor.topic_name.as_str());
            request.cursor = Some(cursor);
        }
    }

    async fn describe_topics_from_metadata(
        &self,
        topics: &[TopicName],
    ) -> Result<Each<TopicName, TopicDescription>, Error> {
        let view = self.cluster.refresh(Wanted::Topics(topics.to_vec())).await?;
        let unknown = protocol::ErrorCode::UnknownTopicOrPartition;
        let describe = |name: &TopicName| {
            let missing = || Error::refused(format!("find topic \"{name}\""), unknown, None);
            let topic = view.topics.get(name).ok_or_else(missing);
            (name.clone(), topic.map(|topic| TopicDescription::from_view(topic)))
        };
        Ok(topics.iter().map(describe).collect())
    }
}

/// Adds what an answer tells of a topic to what earlier answers told of it.
fn gather(each: &mut Each<TopicName, TopicDescription>, topic: &WireTopic) {
    let name = topic.name.as_ref().map_or("", |name| name.as_str());
    let Ok(name) = TopicName::new(name) else { return };
    let checked = Error::check(topic.error_code, None, || format!("describe topic \"{name}\""));
    let found = checked.map(|()| TopicDescription::from_wire(name.clone(), topic));
    match (each.iter_mut().find(|(known, _)| *known == name), found) {
        (Some((_, Ok(known))), Ok(found)) => known.partitions.extend(found.partitions),
        (_, found) => each.push((name, found)),
    }
}
