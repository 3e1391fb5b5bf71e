//! CreateTopics (key 19): makes topics.
//!
//! The controller decides; the answer waits until the new partitions on this broker can be written to, so that a
//! script that creates a topic and writes to it at once does not fail.

use std::ops::RangeInclusive;
use std::sync::Arc;

use protocol::ids::{NodeId, PartitionIndex, TopicId};
use protocol::messages::create_topics_request::CreatableTopic;
use protocol::messages::create_topics_response::{CreatableTopicConfigs, CreatableTopicResult};
use protocol::messages::{CreateTopicsRequest, CreateTopicsResponse, TopicName as WireName};
use protocol::{ApiKey, ErrorCode, StrBytes};

use super::{Api, Call, Stage};
use crate::config::describe;
use crate::controller::{self, CreatedTopic, NewTopic, Refusal};
use crate::metadata::ConfigValues;
use crate::node::Broker;

/// See the module.
pub(super) struct CreateTopics;

impl Api for CreateTopics {
    type Request = CreateTopicsRequest;
    type Response = CreateTopicsResponse;

    const KEY: ApiKey = ApiKey::CreateTopics;
    const VERSIONS: RangeInclusive<i16> = 2..=7;

    fn handle(call: Call<'_>, request: CreateTopicsRequest) -> Stage<CreateTopicsResponse> {
        let (broker, version) = (Arc::clone(call.broker), call.version());
        Stage::running(async move {
            let names: Vec<WireName> =
                request.topics.iter().map(|topic| topic.name.clone()).collect();
            let validate_only = request.validate_only;
            let outcomes = create(&broker, request).await;
            if !validate_only {
                let created = outcomes.iter().flatten().map(|topic| topic.name.clone()).collect();
                broker.await_hosted(created).await;
            }
            let results = names
                .into_iter()
                .zip(outcomes)
                .map(|(name, outcome)| result(&broker, version, name, outcome));
            CreateTopicsResponse::default().with_topics(results.collect())
        })
    }
}

async fn create(
    broker: &Broker,
    request: CreateTopicsRequest,
) -> Vec<Result<CreatedTopic, Refusal>> {
    let count = request.topics.len();
    // A name given twice is refused both times: which of the two was meant, nobody knows.
    let twice = |name: &str| request.topics.iter().filter(|topic| &*topic.name == name).count() > 1;
    let doubled: Vec<bool> = request.topics.iter().map(|topic| twice(&topic.name)).collect();
    let asked = request.topics.iter().zip(&doubled).filter(|(_, doubled)| !**doubled);
    let topics: Vec<NewTopic> = asked.map(|(topic, _)| new_topic(topic)).collect();
    let create = controller::CreateTopics { topics, validate_only: request.validate_only };
    let mut decided = match broker.controller.submit(create).await {
        Ok(outcomes) => outcomes.into_iter(),
        Err(error) => return vec![Err(Refusal::new(error.code(), error.to_string())); count],
    };
    let refused = || {
        Refusal::new(ErrorCode::InvalidRequest, "The topic is named more than once in the request.")
    };
    let outcome = |doubled: bool| {
        if doubled { Err(refused()) } else { decided.next().expect("an answer for each topic") }
    };
    doubled.into_iter().map(outcome).collect()
}

fn new_topic(topic: &CreatableTopic) -> NewTopic {
    let assignments = topic.assignments.iter().map(|one| {
        let nodes = one.broker_ids.iter().map(|id| NodeId(id.0)).collect();
        (PartitionIndex(one.partition_index), nodes)
    });
    let configs = topic.configs.iter().map(|config| {
        let value = config.value.as_ref().map(|value| Arc::from(value.as_str()));
        (Arc::from(config.name.as_str()), value)
    });
    NewTopic {
        name: topic.name.to_string(),
        id: TopicId(uuid::Uuid::new_v4()),
        partitions: topic.num_partitions,
        replication_factor: topic.replication_factor,
        assignments: assignments.collect(),
        configs: configs.collect(),
    }
}

fn result(
    broker: &Broker,
    version: i16,
    name: WireName,
    outcome: Result<CreatedTopic, Refusal>,
) -> CreatableTopicResult {
    let result = CreatableTopicResult::default().with_name(name);
    match outcome {
        Ok(created) => {
            let configs = (version >= 5).then(|| configs(broker, &created));
            result
                .with_topic_id(created.id.0)
                .with_num_partitions(created.partitions)
                .with_replication_factor(created.replication_factor)
                .with_configs(configs)
        }
        Err(refusal) => result
            .with_error_code(refusal.code.code())
            .with_error_message(Some(StrBytes::from_string(refusal.message)))
            .with_num_partitions(-1)
            .with_replication_factor(-1)
            .with_configs(None),
    }
}

fn configs(broker: &Broker, created: &CreatedTopic) -> Vec<CreatableTopicConfigs> {
    let image = broker.image();
    let nothing = ConfigValues::new();
    let set = image.configs().of_topic(&created.name).map_or(&nothing, |values| values);
    let configs = describe::topic(broker.settings().layers(), set).into_iter().map(|entry| {
        CreatableTopicConfigs::default()
            .with_name(StrBytes::from_static_str(entry.name))
            .with_value(entry.value.map(StrBytes::from_string))
            .with_read_only(entry.is_read_only)
            .with_config_source(entry.source as i8)
            .with_is_sensitive(entry.is_sensitive)
    });
    configs.collect()
}
