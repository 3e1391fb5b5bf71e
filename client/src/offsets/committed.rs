//! Committed offsets: where a group will go on reading.

use std::collections::BTreeMap;

use protocol::StrBytes;
use protocol::ids::{LeaderEpoch, Offset, PartitionIndex, TopicName, TopicPartition};
use protocol::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use protocol::messages::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use protocol::messages::{ApiKey, OffsetFetchRequest, OffsetFetchResponse};

use crate::connection::Connection;
use crate::error::Error;

/// The offset of the next record to read, with what the group noted beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommittedOffset {
    /// The next record to read: one more than the last that was done.
    pub offset: Offset,
    /// The leader epoch of the last record that was done, by which a truncation is noticed (KIP-320).
    pub leader_epoch: LeaderEpoch,
    /// The application's own note.
    pub metadata: String,
}

impl CommittedOffset {
    /// An offset without epoch or note.
    pub fn at(offset: Offset) -> Self {
        Self { offset, leader_epoch: LeaderEpoch::NONE, metadata: String::new() }
    }
}

/// What a group has committed: partitions without a commit are not in it.
pub type Committed = BTreeMap<TopicPartition, CommittedOffset>;

/// The first version that can ask about all partitions at once.
const ALL_TOPICS: i16 = 2;
/// The first version that asks for several groups (KIP-709).
const BATCHED: i16 = 8;

/// Everything that a group has committed.
pub(crate) async fn fetch_all(connection: &Connection, group: &str) -> Result<Committed, Error> {
    fetch(connection, group, None).await
}

/// What a group has committed for these partitions.
pub(crate) async fn fetch_some(
    connection: &Connection,
    group: &str,
    partitions: impl Iterator<Item = &TopicPartition>,
) -> Result<Committed, Error> {
    let mut topics: BTreeMap<&TopicName, Vec<i32>> = BTreeMap::new();
    for of in partitions {
        topics.entry(&of.topic).or_default().push(of.partition.get());
    }
    fetch(connection, group, Some(topics)).await
}

async fn fetch(
    connection: &Connection,
    group: &str,
    topics: Option<BTreeMap<&TopicName, Vec<i32>>>,
) -> Result<Committed, Error> {
    let version = connection.versions().pick(ApiKey::OffsetFetch, connection.address())?;
    let request = if version >= BATCHED {
        batched(group, topics)
    } else if topics.is_some() || version >= ALL_TOPICS {
        single(group, topics)
    } else {
        let address = connection.address().clone();
        let what = "it cannot list all offsets of a group (OffsetFetch v2)".into();
        return Err(Error::Unsupported { address, what });
    };
    from_wire(group, &connection.call(&request).await?)
}

fn batched(group: &str, topics: Option<BTreeMap<&TopicName, Vec<i32>>>) -> OffsetFetchRequest {
    let topic = |(name, partitions): (&TopicName, Vec<i32>)| {
        OffsetFetchRequestTopics::default()
            .with_name(text(name).into())
            .with_partition_indexes(partitions)
    };
    let group = OffsetFetchRequestGroup::default()
        .with_group_id(text(group).into())
        .with_topics(topics.map(|topics| topics.into_iter().map(topic).collect()));
    OffsetFetchRequest::default().with_groups(vec![group])
}

fn single(group: &str, topics: Option<BTreeMap<&TopicName, Vec<i32>>>) -> OffsetFetchRequest {
    let topic = |(name, partitions): (&TopicName, Vec<i32>)| {
        OffsetFetchRequestTopic::default()
            .with_name(text(name).into())
            .with_partition_indexes(partitions)
    };
    OffsetFetchRequest::default()
        .with_group_id(text(group).into())
        .with_topics(topics.map(|topics| topics.into_iter().map(topic).collect()))
}

/// The answer in either of its two forms; a partition without a commit has offset −1.
fn from_wire(group: &str, answer: &OffsetFetchResponse) -> Result<Committed, Error> {
    let doing = || format!("read the offsets of group \"{group}\"");
    Error::check(answer.error_code, None, doing)?;
    let mut committed = Committed::new();
    let mut keep = |topic: &str, index, code, offset, epoch, metadata: Option<&StrBytes>| {
        Error::check(code, None, doing)?;
        let Ok(topic) = TopicName::new(topic) else { return Ok(()) };
        if offset >= 0 {
            let of = TopicPartition { topic, partition: PartitionIndex(index) };
            let metadata = metadata.map(ToString::to_string).unwrap_or_default();
            let offset = Offset(offset);
            committed
                .insert(of, CommittedOffset { offset, leader_epoch: LeaderEpoch(epoch), metadata });
        }
        Ok::<(), Error>(())
    };
    for topic in &answer.topics {
        for p in &topic.partitions {
            let epoch = p.committed_leader_epoch;
            let index = p.partition_index;
            keep(&topic.name, index, p.error_code, p.committed_offset, epoch, p.metadata.as_ref())?;
        }
    }
    for group in &answer.groups {
        Error::check(group.error_code, None, doing)?;
        for topic in &group.topics {
            for p in &topic.partitions {
                let epoch = p.committed_leader_epoch;
                let index = p.partition_index;
                keep(
                    &topic.name,
                    index,
                    p.error_code,
                    p.committed_offset,
                    epoch,
                    p.metadata.as_ref(),
                )?;
            }
        }
    }
    Ok(committed)
}

/// Offsets in the form of an OffsetCommit request.
pub(crate) fn to_commit(offsets: &Committed) -> Vec<OffsetCommitRequestTopic> {
    let mut topics: BTreeMap<&TopicName, Vec<OffsetCommitRequestPartition>> = BTreeMap::new();
    for (of, committed) in offsets {
        let partition = OffsetCommitRequestPartition::default()
            .with_partition_index(of.partition.get())
            .with_committed_offset(committed.offset.get())
            .with_committed_leader_epoch(committed.leader_epoch.get())
            .with_committed_metadata(Some(text(&committed.metadata)));
        topics.entry(&of.topic).or_default().push(partition);
    }
    let topic = |(name, partitions): (&TopicName, _)| {
        OffsetCommitRequestTopic::default().with_name(text(name).into()).with_partitions(partitions)
    };
    topics.into_iter().map(topic).collect()
}

fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}
