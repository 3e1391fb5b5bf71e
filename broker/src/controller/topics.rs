//! Topics: created and deleted.

use std::collections::BTreeMap;
use std::sync::Arc;

use protocol::ErrorCode;
use protocol::ids::{LeaderEpoch, NodeId, PartitionIndex, TopicId, TopicName};

use super::draft::Draft;
use super::{Controller, KeyValue, Refusal, assignment, leaders, placement};
use crate::metadata::{
    ConfigRecord, ConfigResource, PartitionRecord, RemoveTopicRecord, Topic, TopicRecord,
};

/// Topics to create.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateTopics {
    /// The topics. Each is created or refused on its own.
    pub topics: Vec<NewTopic>,
    /// Only say what would happen.
    pub validate_only: bool,
}

/// A topic to create.
#[derive(Clone, Debug, PartialEq)]
pub struct NewTopic {
    /// The name as it came; it is checked here.
    pub name: String,
    /// A fresh random id, not used if the topic is refused. It comes from outside because machines draw no lots.
    pub id: TopicId,
    /// How many partitions; −1: as many as the broker's default, or as there are assignments.
    pub partitions: i32,
    /// How many copies of each; −1 likewise.
    pub replication_factor: i16,
    /// Which brokers keep which partition; empty: the controller chooses.
    pub assignments: Vec<(PartitionIndex, Vec<NodeId>)>,
    /// The topic's own configuration. A null value is refused.
    pub configs: Vec<KeyValue>,
}

/// A topic that was created, or could be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedTopic {
    /// Its name.
    pub name: TopicName,
    /// Its id.
    pub id: TopicId,
    /// How many partitions it has.
    pub partitions: i32,
    /// How many copies each has.
    pub replication_factor: i16,
}

/// Topics to delete.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteTopics {
    /// The topics. Each is deleted or refused on its own.
    pub topics: Vec<TopicRef>,
}

/// A topic as a request names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TopicRef {
    /// By name.
    Name(String),
    /// By id.
    Id(TopicId),
}

/// A topic that was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedTopic {
    /// The name it had.
    pub name: TopicName,
    /// The id it had.
    pub id: TopicId,
}

/// Our own log is no topic that a client may make.
const METADATA_TOPIC: &str = "__cluster_metadata";

impl Controller {
    pub(super) fn create_topics(
        &self,
        request: CreateTopics,
        draft: &mut Draft,
    ) -> Vec<Result<CreatedTopic, Refusal>> {
        let CreateTopics { topics, validate_only } = request;
        if let Err(refusal) = self.check_total(&topics) {
            return topics.iter().map(|_| Err(refusal.clone())).collect();
        }
        let twice = names_given_twice(&topics);
        draft
            .attempt(validate_only, |draft| {
                let create = |topic: NewTopic| match twice.contains(&topic.name) {
                    true => Err(Refusal::new(
                        ErrorCode::InvalidRequest,
                        format!("topic {:?} is in the request more than once", topic.name),
                    )),
                    false => draft.attempt(false, |draft| self.create_topic(topic, draft)),
                };
                Ok::<_, Refusal>(topics.into_iter().map(create).collect())
            })
            .unwrap_or_default()
    }

    fn create_topic(&self, topic: NewTopic, draft: &mut Draft) -> Result<CreatedTopic, Refusal> {
        let name = check_new_name(&topic.name, draft)?;
        let assignments = self.assign(&topic, draft)?;
        let partitions = assignments.len() as i32;
        let replication_factor = assignments.first().map_or(0, |replicas| replicas.len() as i16);
        draft.add(TopicRecord { id: topic.id, name: name.clone() });
        self.set_first_configs(&name, topic.configs, draft)?;
        for (partition, replicas) in (0..).map(PartitionIndex).zip(assignments) {
            draft.add(new_partition(topic.id, partition, replicas, draft)?);
        }
        Ok(CreatedTopic { name, id: topic.id, partitions, replication_factor })
    }

    /// The replicas of each partition of a new topic: as the request says, or as we choose.
    fn assign(&self, topic: &NewTopic, draft: &Draft) -> Result<Vec<Vec<NodeId>>, Refusal> {
        if !topic.assignments.is_empty() {
            return assignment::of_new_topic(topic, draft.image().brokers());
        }
        let copies = self.copies(topic.replication_factor)?;
        let partitions = self.partitions(topic.partitions)?;
        let request =
            placement::Request { topic: topic.id, first: PartitionIndex(0), partitions, copies };
        placement::place(&request, draft.image().brokers())
    }

    fn partitions(&self, requested: i32) -> Result<usize, Refusal> {
        match requested {
            -1 => Ok(self.options.partitions_default.max(1) as usize),
            1.. => Ok(requested as usize),
            _ => Err(Refusal::new(
                ErrorCode::InvalidPartitions,
                format!(
                    "{requested} is no number of partitions: at least 1, or -1 for the default"
                ),
            )),
        }
    }

    fn copies(&self, requested: i16) -> Result<usize, Refusal> {
        match requested {
            -1 => Ok(self.options.replication_factor_default.max(1) as usize),
            1.. => Ok(requested as usize),
            _ => Err(Refusal::new(
                ErrorCode::InvalidReplicationFactor,
                format!("{requested} is no replication factor: at least 1, or -1 for the default"),
            )),
        }
    }

    /// One request may not create more partitions than one batch of records should hold.
    fn check_total(&self, topics: &[NewTopic]) -> Result<(), Refusal> {
        let wanted = |topic: &NewTopic| match topic.assignments.len() {
            0 => self.partitions(topic.partitions).unwrap_or(0),
            assigned => assigned,
        };
        self.check_partitions_per_request(topics.iter().map(wanted).fold(0, usize::saturating_add))
    }

    /// Refuses a request that would create more partitions than is allowed.
    pub(super) fn check_partitions_per_request(&self, partitions: usize) -> Result<(), Refusal> {
        let max = self.options.partitions_per_request_max;
        if partitions <= max {
            return Ok(());
        }
        Err(Refusal::new(
            ErrorCode::PolicyViolation,
            format!("the request asks for {partitions} partitions; one request may create {max}"),
        ))
    }

    fn set_first_configs(
        &self,
        name: &TopicName,
        configs: Vec<KeyValue>,
        draft: &mut Draft,
    ) -> Result<(), Refusal> {
        let resource = ConfigResource::topic(name);
        for (key, value) in configs {
            if value.is_none() {
                let message = format!("configuration key {key} of topic {name} has no value");
                return Err(Refusal::new(ErrorCode::InvalidConfig, message));
            }
            draft.add(ConfigRecord { resource: resource.clone(), key, value });
        }
        self.check_configs(&resource, draft)
    }

    pub(super) fn delete_topics(
        &self,
        request: DeleteTopics,
        draft: &mut Draft,
    ) -> Vec<Result<DeletedTopic, Refusal>> {
        let delete = |topic| self.delete_topic(&topic, draft);
        request.topics.into_iter().map(delete).collect()
    }

    fn delete_topic(&self, topic: &TopicRef, draft: &mut Draft) -> Result<DeletedTopic, Refusal> {
        if !self.options.delete_topics {
            let message = "topics cannot be deleted here: delete.topic.enable is false";
            return Err(Refusal::new(ErrorCode::TopicDeletionDisabled, message));
        }
        let topic = find(topic, draft)?;
        let deleted = DeletedTopic { name: topic.name.clone(), id: topic.id };
        draft.add(RemoveTopicRecord { id: deleted.id });
        Ok(deleted)
    }
}

/// The first state of a partition: in sync are those of its brokers that are alive, and the first of them leads.
pub(super) fn new_partition(
    topic_id: TopicId,
    partition: PartitionIndex,
    replicas: Vec<NodeId>,
    draft: &Draft,
) -> Result<PartitionRecord, Refusal> {
    let brokers = draft.image().brokers();
    let isr: Vec<NodeId> =
        replicas.iter().copied().filter(|id| leaders::may_lead(brokers, *id)).collect();
    let Some(leader) = isr.first().copied() else {
        let message = format!("no broker that partition {partition} was assigned to is alive");
        return Err(Refusal::new(ErrorCode::InvalidReplicaAssignment, message));
    };
    Ok(PartitionRecord {
        topic_id,
        partition,
        replicas: replicas.into(),
        isr: isr.into(),
        leader: Some(leader),
        leader_epoch: LeaderEpoch(0),
        partition_epoch: 0,
    })
}

/// The topic that a request names.
pub(super) fn find<'a>(topic: &TopicRef, draft: &'a Draft) -> Result<&'a Arc<Topic>, Refusal> {
    let topics = draft.image().topics();
    match topic {
        TopicRef::Name(name) => topics.by_name(name).ok_or_else(|| {
            Refusal::new(ErrorCode::UnknownTopicOrPartition, format!("there is no topic {name:?}"))
        }),
        TopicRef::Id(id) => topics.by_id(*id).ok_or_else(|| {
            Refusal::new(ErrorCode::UnknownTopicId, format!("there is no topic with the id {id}"))
        }),
    }
}

fn names_given_twice(topics: &[NewTopic]) -> Vec<String> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for topic in topics {
        *counts.entry(&topic.name).or_default() += 1;
    }
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name.into()).collect()
}

fn check_new_name(name: &str, draft: &Draft) -> Result<TopicName, Refusal> {
    let name = TopicName::new(name)
        .map_err(|error| Refusal::new(ErrorCode::InvalidTopicException, error.to_string()))?;
    if name.as_str() == METADATA_TOPIC {
        let message = format!("{METADATA_TOPIC} is the cluster's own log and cannot be created");
        return Err(Refusal::new(ErrorCode::InvalidRequest, message));
    }
    if draft.image().topic(&name).is_some() {
        let message = format!("Topic '{name}' already exists.");
        return Err(Refusal::new(ErrorCode::TopicAlreadyExists, message));
    }
    match colliding(&name, draft) {
        None => Ok(name),
        Some(other) => Err(Refusal::new(
            ErrorCode::InvalidTopicException,
            format!(
                "topic {name:?} would be confused with {other:?}: in the names of metrics '.' and '_' are one"
            ),
        )),
    }
}

/// A topic whose name differs from this one only in dots and underscores.
///
/// Names are grown part by part, with a dot and with an underscore, as long as some topic begins so. Where nothing collides
/// that is one line of prefixes, whatever the number of topics.
fn colliding<'a>(name: &TopicName, draft: &'a Draft) -> Option<&'a TopicName> {
    let topics = draft.image().topics();
    let begins = |prefix: &String| {
        topics.iter_from(prefix).next().is_some_and(|topic| topic.name.starts_with(prefix.as_str()))
    };
    let mut parts = name.split(['.', '_']);
    let mut prefixes: Vec<String> = parts.next().into_iter().map(str::to_owned).collect();
    for part in parts {
        let grown =
            prefixes.iter().flat_map(|prefix| ['.', '_'].map(|c| format!("{prefix}{c}{part}")));
        prefixes = grown.filter(begins).collect();
    }
    prefixes.iter().find_map(|name| topics.by_name(name)).map(|topic| &topic.name)
}
