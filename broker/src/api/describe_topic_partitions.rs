//! DescribeTopicPartitions (key 75): topics and their partitions, a page at a time (KIP-966).

use std::ops::RangeInclusive;

use protocol::ids::{NodeId, TopicName};
use protocol::messages::describe_topic_partitions_request::DescribeTopicPartitionsRequest;
use protocol::messages::describe_topic_partitions_response::{
    Cursor, DescribeTopicPartitionsResponsePartition, DescribeTopicPartitionsResponseTopic,
};
use protocol::messages::{self, BrokerId, DescribeTopicPartitionsResponse};
use protocol::{ApiKey, ErrorCode, StrBytes};

use super::metadata::{OPERATIONS_UNKNOWN, node_ids, offline};
use super::{Api, Call, Stage};
use crate::metadata::{Image, Partition, Topic};

/// See the module.
pub(super) struct DescribeTopicPartitions;

impl Api for DescribeTopicPartitions {
    type Request = DescribeTopicPartitionsRequest;
    type Response = DescribeTopicPartitionsResponse;

    const KEY: ApiKey = ApiKey::DescribeTopicPartitions;
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn handle(
        call: Call<'_>,
        request: DescribeTopicPartitionsRequest,
    ) -> Stage<DescribeTopicPartitionsResponse> {
        let image = call.broker.image();
        let most = call.broker.config().network.max_request_partition_size_limit;
        let limit = request.response_partition_limit.clamp(1, most);
        let limit = usize::try_from(limit).expect("at least 1");
        let cursor = request.cursor.map(|cursor| {
            let first = usize::try_from(cursor.partition_index).unwrap_or(0);
            (cursor.topic_name.0.to_string(), first)
        });
        let mut names: Vec<String> = if request.topics.is_empty() {
            image.topics().iter().map(|topic| topic.name.to_string()).collect()
        } else {
            request.topics.iter().map(|topic| topic.name.0.to_string()).collect()
        };
        names.sort_unstable();
        names.dedup();
        if let Some((from, _)) = &cursor {
            names.retain(|name| name >= from);
        }
        Stage::Ready(page(&image, &names, cursor.as_ref(), limit))
    }
}

fn page(
    image: &Image,
    names: &[String],
    cursor: Option<&(String, usize)>,
    limit: usize,
) -> DescribeTopicPartitionsResponse {
    let mut left = limit;
    let mut topics = Vec::new();
    let mut next = None;
    for name in names {
        let first = cursor.filter(|(from, _)| from == name).map_or(0, |(_, first)| *first);
        let Some(known) = image.topic(name) else {
            topics.push(unknown(name));
            continue;
        };
        if left == 0 {
            next = Some(at(name, first));
            break;
        }
        let last = known.partitions.len().min(first.saturating_add(left));
        topics.push(topic(image, known, first, last));
        left -= last.saturating_sub(first);
        if last < known.partitions.len() {
            next = Some(at(name, last));
            break;
        }
    }
    DescribeTopicPartitionsResponse::default().with_topics(topics).with_next_cursor(next)
}

fn at(name: &str, partition: usize) -> Cursor {
    Cursor::default()
        .with_topic_name(messages::TopicName(StrBytes::from_string(name.to_owned())))
        .with_partition_index(i32::try_from(partition).expect("partitions are numbered in 32 bits"))
}

fn unknown(name: &str) -> DescribeTopicPartitionsResponseTopic {
    let legal = TopicName::new(name).is_ok();
    let code =
        if legal { ErrorCode::UnknownTopicOrPartition } else { ErrorCode::InvalidTopicException };
    DescribeTopicPartitionsResponseTopic::default()
        .with_error_code(code.code())
        .with_name(Some(messages::TopicName(StrBytes::from_string(name.to_owned()))))
        .with_topic_authorized_operations(OPERATIONS_UNKNOWN)
}

fn topic(
    image: &Image,
    topic: &Topic,
    first: usize,
    last: usize,
) -> DescribeTopicPartitionsResponseTopic {
    let partitions = topic.numbered().skip(first).take(last.saturating_sub(first));
    DescribeTopicPartitionsResponseTopic::default()
        .with_name(Some(messages::TopicName(StrBytes::from_string(topic.name.to_string()))))
        .with_topic_id(topic.id.0)
        .with_is_internal(topic.name.is_internal())
        .with_partitions(
            partitions.map(|(index, known)| partition(image, index.get(), known)).collect(),
        )
        .with_topic_authorized_operations(OPERATIONS_UNKNOWN)
}

fn partition(
    image: &Image,
    index: i32,
    known: &Partition,
) -> DescribeTopicPartitionsResponsePartition {
    let code = if known.leader.is_some() { ErrorCode::None } else { ErrorCode::LeaderNotAvailable };
    DescribeTopicPartitionsResponsePartition::default()
        .with_error_code(code.code())
        .with_partition_index(index)
        .with_leader_id(BrokerId(known.leader.map_or(-1, NodeId::get)))
        .with_leader_epoch(known.leader_epoch.get())
        .with_replica_nodes(node_ids(&known.replicas))
        .with_isr_nodes(node_ids(&known.isr))
        .with_eligible_leader_replicas(Some(Vec::new()))
        .with_last_known_elr(Some(Vec::new()))
        .with_offline_replicas(offline(image, known))
}
