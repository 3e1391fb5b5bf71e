//! Topics: making them, deleting them, and giving them more partitions.

use protocol::ids::{NodeId, TopicId, TopicName};
use protocol::messages::create_partitions_request::{
    CreatePartitionsAssignment, CreatePartitionsTopic,
};
use protocol::messages::create_topics_request::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig,
};
use protocol::messages::create_topics_response::CreatableTopicResult;
use protocol::messages::delete_topics_request::DeleteTopicState;
use protocol::messages::{
    ApiKey, CreatePartitionsRequest, CreateTopicsRequest, DeleteTopicsRequest,
};
use protocol::{ErrorCode, messages};

use super::{Admin, Each, broker_id, text};
use crate::error::Error;

/// A topic to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTopic {
    /// Its name, which the broker judges.
    pub name: String,
    /// How many partitions; `None` for the cluster's `num.partitions`.
    pub partitions: Option<i32>,
    /// How many replicas of each; `None` for the cluster's `default.replication.factor`.
    pub replicas: Option<i16>,
    /// Which brokers hold which partition, by its number; replaces both counts where it is not empty.
    pub assignment: Vec<Vec<NodeId>>,
    /// Its own settings.
    pub configs: Vec<(String, String)>,
}

impl NewTopic {
    /// A topic with the cluster's defaults.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            partitions: None,
            replicas: None,
            assignment: Vec::new(),
            configs: Vec::new(),
        }
    }

    /// The topic with this number of partitions.
    pub fn partitions(mut self, partitions: i32) -> Self {
        self.partitions = Some(partitions);
        self
    }

    /// The topic with this number of replicas.
    pub fn replicas(mut self, replicas: i16) -> Self {
        self.replicas = Some(replicas);
        self
    }

    /// The topic with this setting.
    pub fn config(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.configs.push((key.into(), value.into()));
        self
    }

    fn to_wire(&self) -> CreatableTopic {
        let assignments = self.assignment.iter().zip(0..).map(|(brokers, index)| {
            CreatableReplicaAssignment::default()
                .with_partition_index(index)
                .with_broker_ids(brokers.iter().copied().map(broker_id).collect())
        });
        let configs = self.configs.iter().map(|(key, value)| {
            CreatableTopicConfig::default().with_name(text(key)).with_value(Some(text(value)))
        });
        CreatableTopic::default()
            .with_name(text(&self.name).into())
            .with_num_partitions(self.partitions.unwrap_or(-1))
            .with_replication_factor(self.replicas.unwrap_or(-1))
            .with_assignments(assignments.collect())
            .with_configs(configs.collect())
    }
}

/// A topic that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedTopic {
    /// Its identity; [`TopicId::ZERO`] from brokers older than 2.8.
    pub id: TopicId,
    /// How many partitions it has, if the broker says so (since 2.4).
    pub partitions: Option<i32>,
    /// How many replicas each has, if the broker says so.
    pub replicas: Option<i16>,
}

impl Admin {
    /// Makes topics; with `validate_only` the broker only says what would come of it.
    pub async fn create_topics(
        &self,
        topics: &[NewTopic],
        validate_only: bool,
    ) -> Result<Each<String, CreatedTopic>, Error> {
        let request = CreateTopicsRequest::default()
            .with_topics(topics.iter().map(NewTopic::to_wire).collect())
            .with_timeout_ms(self.change_timeout_ms())
            .with_validate_only(validate_only);
        let request = &request;
        self.on_controller(|connection| async move {
            let answer = connection.call(request).await?;
            redirected(answer.topics.iter().map(|topic| topic.error_code))?;
            Ok(answer.topics.iter().map(created).collect())
        })
        .await
    }

    /// Deletes topics with all their records.
    pub async fn delete_topics(&self, topics: &[TopicName]) -> Result<Each<String, ()>, Error> {
        let name = |name: &TopicName| messages::TopicName::from(text(name));
        let state = |topic| DeleteTopicState::default().with_name(Some(name(topic)));
        let names = &|| topics.iter().map(name).collect::<Vec<_>>();
        let states = &|| topics.iter().map(state).collect::<Vec<_>>();
        let request = DeleteTopicsRequest::default().with_timeout_ms(self.change_timeout_ms());
        let request = &request;
        self.on_controller(|connection| async move {
            let versions = connection.versions();
            let version = versions.pick(ApiKey::DeleteTopics, connection.address())?;
            let request = match version {
                6.. => request.clone().with_topics(states()),
                _ => request.clone().with_topic_names(names()),
            };
            let answer = connection.call(&request).await?;
            redirected(answer.responses.iter().map(|topic| topic.error_code))?;
            let each = answer.responses.iter().map(|topic| {
                let name = topic.name.as_ref().map_or("", |name| name.as_str()).to_owned();
                let message = topic.error_message.as_deref();
                let done =
                    Error::check(topic.error_code, message, || format!("delete topic \"{name}\""));
                (name, done)
            });
            Ok(each.collect())
        })
        .await
    }

    /// Gives a topic more partitions, up to `count` in all. Records of one key may then be found in two partitions.
    pub async fn create_partitions(&self, topic: &TopicName, count: i32) -> Result<(), Error> {
        self.create_partitions_at(topic, count, None).await
    }

    /// The same, with the brokers of each new partition if they are to be chosen by hand.
    pub async fn create_partitions_at(
        &self,
        topic: &TopicName,
        count: i32,
        brokers: Option<&[Vec<NodeId>]>,
    ) -> Result<(), Error> {
        let assigned = |brokers: &Vec<NodeId>| {
            let ids = brokers.iter().copied().map(broker_id).collect();
            CreatePartitionsAssignment::default().with_broker_ids(ids)
        };
        let assignments = brokers.map(|brokers| brokers.iter().map(assigned).collect());
        let more = CreatePartitionsTopic::default().with_name(text(topic).into()).with_count(count);
        let request = CreatePartitionsRequest::default()
            .with_topics(vec![more.with_assignments(assignments)])
            .with_timeout_ms(self.change_timeout_ms());
        let request = &request;
        self.on_controller(|connection| async move {
            let answer = connection.call(request).await?;
            for result in &answer.results {
                Error::check(result.error_code, result.error_message.as_deref(), || {
                    format!("give topic \"{topic}\" {count} partitions")
                })?;
            }
            Ok(())
        })
        .await
    }
}

/// An error if the broker says that another one is the controller.
fn redirected(mut codes: impl Iterator<Item = i16>) -> Result<(), Error> {
    let not_controller = ErrorCode::NotController;
    match codes.any(|code| code == not_controller.code()) {
        true => Err(Error::refused("change the topics", not_controller, None)),
        false => Ok(()),
    }
}

fn created(topic: &CreatableTopicResult) -> (String, Result<CreatedTopic, Error>) {
    let name = topic.name.to_string();
    let checked = Error::check(topic.error_code, topic.error_message.as_deref(), || {
        format!("create topic \"{name}\"")
    });
    let created = checked.map(|()| CreatedTopic {
        id: TopicId(topic.topic_id),
        partitions: Some(topic.num_partitions).filter(|count| *count > 0),
        replicas: Some(topic.replication_factor).filter(|count| *count > 0),
    });
    (name, created)
}
