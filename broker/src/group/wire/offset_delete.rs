//! OffsetDelete, version 0.

use protocol::ErrorCode;
use protocol::ids::{PartitionIndex, TopicName};
use protocol::messages::offset_delete_response::{
    OffsetDeleteResponsePartition, OffsetDeleteResponseTopic,
};
use protocol::messages::{self, OffsetDeleteRequest, OffsetDeleteResponse};

use super::topics::{RefusedTopic, Topics};
use super::{group_id, wire_text};
use crate::group::input::{FetchTopic, OffsetDelete};
use crate::group::output::OffsetDeleteReply;
use protocol::ids::TopicId;

/// The deletion that a request asks for, and what of it the coordinator need not hear of. Positions in a topic that is gone
/// may be deleted like any other: only a name that no topic can have, or that the client may not use, is refused.
pub fn request(
    request: &OffsetDeleteRequest,
    topics: &impl Topics,
) -> (OffsetDelete, Vec<RefusedTopic>) {
    let (mut wanted, mut refused) = (Vec::new(), Vec::new());
    for topic in &request.topics {
        let partitions = || topic.partitions.iter().map(|partition| partition.partition_index);
        match find(topic.name.as_str(), topics) {
            Ok((name, id)) => {
                wanted.push(FetchTopic {
                    name,
                    id,
                    partitions: partitions().map(PartitionIndex).collect(),
                });
            }
            Err(error) => refused.push(RefusedTopic::new(
                topic.name.as_str(),
                TopicId::ZERO,
                partitions(),
                error,
            )),
        }
    }
    (OffsetDelete { group: group_id(&request.group_id), topics: wanted }, refused)
}

fn find(name: &str, topics: &impl Topics) -> Result<(TopicName, TopicId), ErrorCode> {
    match topics.by_name(name) {
        Ok(known) => Ok((known.name, known.id)),
        Err(ErrorCode::UnknownTopicOrPartition) => {
            let name = TopicName::new(name).map_err(|_| ErrorCode::UnknownTopicOrPartition)?;
            Ok((name, TopicId::ZERO))
        }
        Err(error) => Err(error),
    }
}

/// The answer. An error of the request as a whole is told alone.
pub fn response(reply: OffsetDeleteReply, refused: &[RefusedTopic]) -> OffsetDeleteResponse {
    let mut response = OffsetDeleteResponse::default();
    response.error_code = reply.error.code();
    if reply.error.is_none() {
        let refused = refused.iter().map(|topic| {
            let partitions = topic.partitions.iter().map(|partition| (*partition, topic.error));
            answer(&topic.name, partitions)
        });
        let deleted = reply
            .topics
            .into_iter()
            .map(|(name, partitions)| answer(&name, partitions.into_iter()));
        response.topics = refused.chain(deleted).collect();
    }
    response
}

fn answer(
    name: &str,
    partitions: impl Iterator<Item = (PartitionIndex, ErrorCode)>,
) -> OffsetDeleteResponseTopic {
    let mut topic = OffsetDeleteResponseTopic::default();
    topic.name = messages::TopicName(wire_text(name));
    topic.partitions = partitions
        .map(|(partition, error)| {
            let mut answer = OffsetDeleteResponsePartition::default();
            answer.partition_index = partition.get();
            answer.error_code = error.code();
            answer
        })
        .collect();
    topic
}
