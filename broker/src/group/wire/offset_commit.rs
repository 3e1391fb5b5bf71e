//! OffsetCommit, versions 2 to 10. Since version 10 topics go by their ids (KIP-848's second act).

use std::time::Duration;

use protocol::ErrorCode;
use protocol::ids::{LeaderEpoch, Offset, PartitionIndex, TopicId};
use protocol::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use protocol::messages::offset_commit_response::{
    OffsetCommitResponsePartition, OffsetCommitResponseTopic,
};
use protocol::messages::{OffsetCommitRequest, OffsetCommitResponse, TopicName};

use super::topics::{KnownTopic, RefusedTopic, Topics};
use super::{group_id, instance_id, member_id, text, wire_text};
use crate::group::ids::Generation;
use crate::group::input::{CommitPartition, CommitTopic, OffsetCommit};
use crate::group::output::OffsetCommitReply;

/// The commit that a request asks for, and what of it cannot be committed. If nothing is left to commit, the host may
/// answer without the coordinator.
pub fn request(
    version: i16,
    request: &OffsetCommitRequest,
    topics: &impl Topics,
) -> (OffsetCommit, Vec<RefusedTopic>) {
    let (mut kept, mut refused) = (Vec::new(), Vec::new());
    for topic in &request.topics {
        check(version, topic, topics, &mut kept, &mut refused);
    }
    // Versions 2 to 4 may ask for a retention; −1 asks for none.
    let retention = u64::try_from(request.retention_time_ms).ok().filter(|_| version <= 4);
    let commit = OffsetCommit {
        group: group_id(&request.group_id),
        generation: Generation(request.generation_id_or_member_epoch),
        member_id: member_id(&request.member_id),
        instance_id: instance_id(request.group_instance_id.as_ref()),
        retention: retention.map(Duration::from_millis),
        knows_group_id_not_found: version >= 9,
        topics: kept,
    };
    (commit, refused)
}

fn check(
    version: i16,
    topic: &OffsetCommitRequestTopic,
    topics: &impl Topics,
    kept: &mut Vec<CommitTopic>,
    refused: &mut Vec<RefusedTopic>,
) {
    let id = if version >= 10 { TopicId(topic.topic_id) } else { TopicId::ZERO };
    let name = if version >= 10 { "" } else { topic.name.as_str() };
    let known = if version >= 10 { topics.by_id(id) } else { topics.by_name(name) };
    let refuse = |partitions: &[&OffsetCommitRequestPartition], error| {
        let partitions = partitions.iter().map(|partition| partition.partition_index);
        RefusedTopic::new(name, id, partitions, error)
    };
    match known {
        Err(error) => refused.push(refuse(&topic.partitions.iter().collect::<Vec<_>>(), error)),
        Ok(known) => {
            let exists =
                |partition: &&OffsetCommitRequestPartition| known.has(partition.partition_index);
            let (there, gone): (Vec<_>, Vec<_>) = topic.partitions.iter().partition(exists);
            if !gone.is_empty() {
                refused.push(refuse(&gone, ErrorCode::UnknownTopicOrPartition));
            }
            if !there.is_empty() {
                kept.push(commit_topic(known, &there));
            }
        }
    }
}

fn commit_topic(known: KnownTopic, partitions: &[&OffsetCommitRequestPartition]) -> CommitTopic {
    let partition = |partition: &&OffsetCommitRequestPartition| CommitPartition {
        partition: PartitionIndex(partition.partition_index),
        offset: Offset(partition.committed_offset),
        leader_epoch: LeaderEpoch(partition.committed_leader_epoch),
        metadata: partition.committed_metadata.as_ref().map(text).unwrap_or_default(),
    };
    CommitTopic {
        name: known.name,
        id: known.id,
        partitions: partitions.iter().map(partition).collect(),
    }
}

/// The answer, as this version has it, with what the coordinator never heard of.
pub fn response(
    version: i16,
    reply: OffsetCommitReply,
    refused: &[RefusedTopic],
) -> OffsetCommitResponse {
    let refused = refused.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|partition| (*partition, topic.error));
        answer(version, &topic.name, topic.id, partitions)
    });
    let kept = reply.topics.into_iter();
    let kept =
        kept.map(|topic| answer(version, &topic.name, topic.id, topic.partitions.into_iter()));
    let mut response = OffsetCommitResponse::default();
    response.topics = refused.chain(kept).collect();
    response
}

fn answer(
    version: i16,
    name: &str,
    id: TopicId,
    partitions: impl Iterator<Item = (PartitionIndex, ErrorCode)>,
) -> OffsetCommitResponseTopic {
    let mut topic = OffsetCommitResponseTopic::default();
    if version >= 10 {
        topic.topic_id = id.0;
    } else {
        topic.name = TopicName(wire_text(name));
    }
    topic.partitions = partitions
        .map(|(partition, error)| {
            let mut answer = OffsetCommitResponsePartition::default();
            answer.partition_index = partition.get();
            answer.error_code = error.code();
            answer
        })
        .collect();
    topic
}
