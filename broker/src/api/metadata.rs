//! Metadata (key 3): the brokers, the topics, and who leads which partition.
//!
//! A topic that does not exist is created here if the client allows it and `auto.create.topics.enable` says so. The
//! answer then waits until the new topic can be written to, so that the client need not come again.

use std::ops::RangeInclusive;
use std::sync::Arc;

use protocol::ids::{NodeId, TopicId, TopicName};
use protocol::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use protocol::messages::{self, BrokerId, MetadataRequest, MetadataResponse};
use protocol::{ApiKey, ErrorCode, StrBytes};

use super::{Api, Call, Stage};
use crate::metadata::{Image, Partition, Topic};
use crate::node::Broker;

/// See the module.
pub(super) struct Metadata;

/// "Not computed", as Kafka answers without an authorizer's work.
pub(super) const OPERATIONS_UNKNOWN: i32 = i32::MIN;

/// A topic as a client asked for it.
enum Asked {
    Name(StrBytes),
    Id(TopicId),
}

impl Api for Metadata {
    type Request = MetadataRequest;
    type Response = MetadataResponse;

    const KEY: ApiKey = ApiKey::Metadata;
    const VERSIONS: RangeInclusive<i16> = 0..=13;

    fn handle(call: Call<'_>, request: MetadataRequest) -> Stage<MetadataResponse> {
        let version = call.version();
        let asked = asked(&request, version);
        let image = call.broker.image();
        // Up to version 3 there is no field to forbid it.
        let may_create = (version < 4 || request.allow_auto_topic_creation)
            && call.broker.config().topics.auto_create_topics_enable;
        let missing: Vec<TopicName> = match &asked {
            Some(asked) if may_create => {
                asked.iter().filter_map(|one| missing(&image, one)).collect()
            }
            _ => Vec::new(),
        };
        let (broker, listener) = (Arc::clone(call.broker), Arc::clone(&call.peer.listener));
        if missing.is_empty() {
            return Stage::Ready(answer(&broker, &image, &listener, asked));
        }
        Stage::running(async move {
            broker.auto_create(missing).await;
            answer(&broker, &broker.image(), &listener, asked)
        })
    }
}

/// The topics asked for; `None` is all of them, which version 0 says with an empty list.
fn asked(request: &MetadataRequest, version: i16) -> Option<Vec<Asked>> {
    let topics = request.topics.as_ref().filter(|topics| version > 0 || !topics.is_empty())?;
    let asked = topics.iter().map(|topic| match &topic.name {
        Some(name) if topic.topic_id.is_nil() => Asked::Name(name.0.clone()),
        _ => Asked::Id(TopicId(topic.topic_id)),
    });
    Some(asked.collect())
}

fn missing(image: &Image, asked: &Asked) -> Option<TopicName> {
    match asked {
        Asked::Name(name) if image.topic(name).is_none() => TopicName::new(name).ok(),
        _ => None,
    }
}

fn answer(
    broker: &Broker,
    image: &Image,
    listener: &str,
    asked: Option<Vec<Asked>>,
) -> MetadataResponse {
    let topics = match asked {
        None => image.topics().iter().map(|known| topic(image, known)).collect(),
        Some(asked) => asked.into_iter().map(|one| one_topic(image, one)).collect(),
    };
    MetadataResponse::default()
        .with_brokers(brokers(image, listener))
        .with_cluster_id(Some(StrBytes::from_string(broker.cluster_id.to_string())))
        .with_controller_id(BrokerId(broker.node_id.get()))
        .with_cluster_authorized_operations(OPERATIONS_UNKNOWN)
        .with_topics(topics)
}

/// The live brokers, by the address that the client's listener advertises.
fn brokers(image: &Image, listener: &str) -> Vec<MetadataResponseBroker> {
    let reachable =
        image.brokers().active().filter_map(|broker| Some((broker, broker.endpoint(listener)?)));
    let answer = reachable.map(|(broker, endpoint)| {
        MetadataResponseBroker::default()
            .with_node_id(BrokerId(broker.id.get()))
            .with_host(StrBytes::from_string(endpoint.host.to_string()))
            .with_port(i32::from(endpoint.port))
            .with_rack(broker.rack.as_ref().map(|rack| StrBytes::from_string(rack.to_string())))
    });
    answer.collect()
}

fn one_topic(image: &Image, asked: Asked) -> MetadataResponseTopic {
    let unknown =
        MetadataResponseTopic::default().with_topic_authorized_operations(OPERATIONS_UNKNOWN);
    match asked {
        Asked::Name(name) => match image.topic(&name) {
            Some(known) => topic(image, known),
            None => {
                let legal = TopicName::new(&name).is_ok();
                let code = if legal {
                    ErrorCode::UnknownTopicOrPartition
                } else {
                    ErrorCode::InvalidTopicException
                };
                unknown.with_error_code(code.code()).with_name(Some(messages::TopicName(name)))
            }
        },
        Asked::Id(id) => match image.topics().by_id(id) {
            Some(known) => topic(image, known),
            None => unknown
                .with_error_code(ErrorCode::UnknownTopicId.code())
                .with_topic_id(id.0)
                .with_name(None),
        },
    }
}

fn topic(image: &Image, topic: &Topic) -> MetadataResponseTopic {
    let partitions = topic.numbered().map(|(index, known)| partition(image, index.get(), known));
    MetadataResponseTopic::default()
        .with_name(Some(messages::TopicName(StrBytes::from_string(topic.name.to_string()))))
        .with_topic_id(topic.id.0)
        .with_is_internal(topic.name.is_internal())
        .with_partitions(partitions.collect())
        .with_topic_authorized_operations(OPERATIONS_UNKNOWN)
}

fn partition(image: &Image, index: i32, known: &Partition) -> MetadataResponsePartition {
    let code = if known.leader.is_some() { ErrorCode::None } else { ErrorCode::LeaderNotAvailable };
    MetadataResponsePartition::default()
        .with_error_code(code.code())
        .with_partition_index(index)
        .with_leader_id(BrokerId(known.leader.map_or(-1, NodeId::get)))
        .with_leader_epoch(known.leader_epoch.get())
        .with_replica_nodes(node_ids(&known.replicas))
        .with_isr_nodes(node_ids(&known.isr))
        .with_offline_replicas(offline(image, known))
}

/// Node ids for the wire.
pub(super) fn node_ids(nodes: &[NodeId]) -> Vec<BrokerId> {
    nodes.iter().map(|node| BrokerId(node.get())).collect()
}

/// The replicas of a partition whose brokers are not serving.
pub(super) fn offline(image: &Image, partition: &Partition) -> Vec<BrokerId> {
    let offline = partition.replicas.iter().filter(|node| !image.brokers().is_active(**node));
    offline.map(|node| BrokerId(node.get())).collect()
}
