//! OffsetFetch, versions 1 to 10. Before version 8 a request names one group; since version 10 topics go by their ids.

use protocol::ErrorCode;
use protocol::ids::{PartitionIndex, TopicId, TopicName};
use protocol::messages::offset_fetch_response::{
    OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic, OffsetFetchResponseTopics,
};
use protocol::messages::{self, OffsetFetchRequest, OffsetFetchResponse};

use super::topics::{RefusedTopic, Topics};
use super::{group_id, wire_group_id, wire_text};
use crate::group::input::{FetchTopic, OffsetFetch};
use crate::group::output::{FetchedPartition, FetchedTopic, OffsetFetchReply};

/// The fetches that a request asks for, one a group, each with what of it the coordinator need not hear of.
pub fn request(
    version: i16,
    request: &OffsetFetchRequest,
    topics: &impl Topics,
) -> Vec<(OffsetFetch, Vec<RefusedTopic>)> {
    if version < 8 {
        let asked = request.topics.as_ref().map(|asked| {
            let asked = asked.iter();
            asked
                .map(|topic| (topic.name.as_str(), TopicId::ZERO, &topic.partition_indexes[..]))
                .collect()
        });
        return vec![one_group(&request.group_id, asked, topics)];
    }
    let group = |group: &messages::offset_fetch_request::OffsetFetchRequestGroup| {
        let asked = group.topics.as_ref().map(|asked| {
            let asked = asked.iter();
            asked.map(|topic| by_name_or_id(version, topic)).collect()
        });
        one_group(&group.group_id, asked, topics)
    };
    request.groups.iter().map(group).collect()
}

/// A topic as it was asked for: a name, or since version 10 an id, and partitions.
type Asked<'a> = (&'a str, TopicId, &'a [i32]);

fn by_name_or_id(
    version: i16,
    topic: &messages::offset_fetch_request::OffsetFetchRequestTopics,
) -> Asked<'_> {
    if version >= 10 {
        ("", TopicId(topic.topic_id), &topic.partition_indexes[..])
    } else {
        (topic.name.as_str(), TopicId::ZERO, &topic.partition_indexes[..])
    }
}

fn one_group(
    group: &messages::GroupId,
    asked: Option<Vec<Asked<'_>>>,
    topics: &impl Topics,
) -> (OffsetFetch, Vec<RefusedTopic>) {
    let mut refused = Vec::new();
    let mut wanted = |(name, id, partitions): Asked<'_>| match find(name, id, topics) {
        Ok((name, id)) => {
            let partitions = partitions.iter().copied().map(PartitionIndex).collect();
            Some(FetchTopic { name, id, partitions })
        }
        Err(error) => {
            refused.push(RefusedTopic::new(name, id, partitions.iter().copied(), error));
            None
        }
    };
    let topics = asked.map(|asked| asked.into_iter().filter_map(&mut wanted).collect());
    (OffsetFetch { group: group_id(group), topics }, refused)
}

/// A name need not be that of a topic that exists: nothing is committed for others, and that is no error.
fn find(name: &str, id: TopicId, topics: &impl Topics) -> Result<(TopicName, TopicId), ErrorCode> {
    if id != TopicId::ZERO {
        return topics.by_id(id).map(|known| (known.name, known.id));
    }
    match topics.by_name(name) {
        Ok(known) => Ok((known.name, known.id)),
        Err(ErrorCode::UnknownTopicOrPartition) => {
            TopicName::new(name).map(|name| (name, TopicId::ZERO)).map_err(|_| ErrorCode::None)
        }
        Err(error) => Err(error),
    }
}

/// The answer, as this version has it: one reply a group, in the order of the request.
pub fn response(
    version: i16,
    replies: Vec<(OffsetFetchReply, Vec<RefusedTopic>)>,
    topics: &impl Topics,
) -> OffsetFetchResponse {
    let mut response = OffsetFetchResponse::default();
    let replies =
        replies.into_iter().map(|(reply, refused)| complete(version, reply, refused, topics));
    if version >= 8 {
        response.groups =
            replies.map(|(reply, told)| answer_group(version, &reply, told)).collect();
    } else if let Some((reply, told)) = replies.into_iter().next() {
        answer_single(version, &mut response, &reply, told);
    }
    response
}

/// A topic as it is told: its name or its id, and its partitions.
struct Told {
    name: String,
    id: TopicId,
    partitions: Vec<FetchedPartition>,
}

/// Joins what the coordinator told with what it never heard of. Topics that the client may not see are left out of an
/// answer for all topics, and so are, where topics go by their ids, those that have none.
fn complete(
    version: i16,
    mut reply: OffsetFetchReply,
    refused: Vec<RefusedTopic>,
    topics: &impl Topics,
) -> (OffsetFetchReply, Vec<Told>) {
    let known = |topic: FetchedTopic| {
        let found = topics.by_name(&topic.name);
        let is_hidden =
            found.as_ref().is_err_and(|error| *error == ErrorCode::TopicAuthorizationFailed);
        let id = if topic.id == TopicId::ZERO {
            found.map_or(TopicId::ZERO, |known| known.id)
        } else {
            topic.id
        };
        let is_nameless = version >= 10 && id == TopicId::ZERO;
        let told = Told { name: topic.name.to_string(), id, partitions: topic.partitions };
        (!is_hidden && !is_nameless).then_some(told)
    };
    let told = std::mem::take(&mut reply.topics).into_iter().filter_map(known);
    let refused = refused.into_iter().map(|topic| Told {
        name: topic.name.to_string(),
        id: topic.id,
        partitions: topic
            .partitions
            .into_iter()
            .map(|partition| FetchedPartition::failed(partition, topic.error))
            .collect(),
    });
    let told = refused.chain(told).collect();
    (reply, told)
}

fn answer_group(
    version: i16,
    reply: &OffsetFetchReply,
    told: Vec<Told>,
) -> OffsetFetchResponseGroup {
    let mut group = OffsetFetchResponseGroup::default();
    group.group_id = wire_group_id(&reply.group);
    group.error_code = reply.error.code();
    if !reply.error.is_none() {
        return group;
    }
    let topic = |told: Told| {
        let mut topic = OffsetFetchResponseTopics::default();
        if version >= 10 {
            topic.topic_id = told.id.0;
        } else {
            topic.name = messages::TopicName(wire_text(&told.name));
        }
        topic.partitions = told.partitions.iter().map(answer_partition).collect();
        topic
    };
    group.topics = told.into_iter().map(topic).collect();
    group
}

fn answer_partition(kept: &FetchedPartition) -> OffsetFetchResponsePartitions {
    let mut partition = OffsetFetchResponsePartitions::default();
    partition.partition_index = kept.partition.get();
    partition.committed_offset = kept.offset.get();
    partition.committed_leader_epoch = kept.leader_epoch.get();
    partition.metadata = Some(wire_text(&kept.metadata));
    partition.error_code = kept.error.code();
    partition
}

/// Version 1 has no room for the group's error, and says it of every partition.
fn answer_single(
    version: i16,
    response: &mut OffsetFetchResponse,
    reply: &OffsetFetchReply,
    told: Vec<Told>,
) {
    if version >= 2 {
        response.error_code = reply.error.code();
        if !reply.error.is_none() {
            return;
        }
    }
    let partition = |kept: &FetchedPartition| {
        let mut partition = OffsetFetchResponsePartition::default();
        partition.partition_index = kept.partition.get();
        partition.committed_offset = kept.offset.get();
        partition.metadata = Some(wire_text(&kept.metadata));
        partition.error_code =
            if reply.error.is_none() { kept.error.code() } else { reply.error.code() };
        if version >= 5 {
            partition.committed_leader_epoch = kept.leader_epoch.get();
        }
        partition
    };
    let topic = |told: Told| {
        let mut topic = OffsetFetchResponseTopic::default();
        topic.name = messages::TopicName(wire_text(&told.name));
        topic.partitions = told.partitions.iter().map(partition).collect();
        topic
    };
    response.topics = told.into_iter().map(topic).collect();
}
