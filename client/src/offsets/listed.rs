//! Listed offsets: where a partition begins, ends, or was at a time.

use std::collections::BTreeMap;

use futures::future::join_all;
use protocol::StrBytes;
use protocol::ids::{
    LeaderEpoch, NodeId, Offset, PartitionIndex, TimestampMs, TopicName, TopicPartition,
};
use protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use protocol::messages::list_offsets_response::ListOffsetsPartitionResponse;
use protocol::messages::{BrokerId, ListOffsetsRequest};

use crate::cluster::{Cluster, Lane, Wanted};
use crate::error::Error;
use crate::retry::Attempts;

/// Which offset of a partition is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OffsetAt {
    /// The first that is still there.
    Start,
    /// The one that the next record will get; under [`Isolation::ReadCommitted`], the last stable offset.
    End,
    /// The first whose timestamp is this or later.
    Timestamp(TimestampMs),
    /// That of the record with the highest timestamp (KIP-734).
    MaxTimestamp,
}

impl OffsetAt {
    fn to_wire(self) -> i64 {
        match self {
            Self::End => -1,
            Self::Start => -2,
            Self::MaxTimestamp => -3,
            Self::Timestamp(at) => at.get(),
        }
    }
}

/// Whether records of transactions that are not committed count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Isolation {
    /// They do.
    #[default]
    ReadUncommitted,
    /// They do not, nor does what comes after the first that is still open.
    ReadCommitted,
}

impl Isolation {
    /// The wire's number.
    pub(crate) fn to_wire(self) -> i8 {
        match self {
            Self::ReadUncommitted => 0,
            Self::ReadCommitted => 1,
        }
    }
}

/// What a partition's leader answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedOffset {
    /// The offset, or `None` if no record has so late a timestamp.
    pub offset: Option<Offset>,
    /// The timestamp of the record there, where a timestamp was asked for.
    pub timestamp: Option<TimestampMs>,
    /// The leader epoch of the record there; [`LeaderEpoch::NONE`] if the broker does not say.
    pub leader_epoch: LeaderEpoch,
}

/// Each partition with what its leader answered.
pub(crate) type Listed = BTreeMap<TopicPartition, Result<ListedOffset, Error>>;

/// Asks the leaders, all at once; those that fail for now are asked again until the operation's time is over.
pub(crate) async fn list(
    cluster: &Cluster,
    wanted: &BTreeMap<TopicPartition, OffsetAt>,
    isolation: Isolation,
) -> Result<Listed, Error> {
    let options = cluster.options();
    let mut attempts = Attempts::within(options.backoff, options.operation_timeout);
    let mut listed = Listed::new();
    let mut missing = wanted.clone();
    loop {
        for (partition, result) in ask_leaders(cluster, &missing, isolation).await {
            if result.as_ref().map_or_else(|error| !error.is_retriable(), |_| true) {
                missing.remove(&partition);
            }
            listed.insert(partition, result);
        }
        if missing.is_empty() || !attempts.again().await {
            return Ok(listed);
        }
        let mut topics: Vec<TopicName> = missing.keys().map(|of| of.topic.clone()).collect();
        topics.dedup();
        let view = cluster.refresh(Wanted::Topics(topics)).await?;
        // A topic that is truly not there will not come by waiting.
        missing.retain(|partition, _| view.partition(partition).is_some());
        if missing.is_empty() {
            return Ok(listed);
        }
    }
}

async fn ask_leaders(
    cluster: &Cluster,
    wanted: &BTreeMap<TopicPartition, OffsetAt>,
    isolation: Isolation,
) -> Vec<(TopicPartition, Result<ListedOffset, Error>)> {
    let mut by_leader: BTreeMap<NodeId, Vec<(TopicPartition, OffsetAt)>> = BTreeMap::new();
    let mut answers = Vec::with_capacity(wanted.len());
    for (partition, at) in wanted {
        match cluster.leader_of(partition).await {
            Ok(leader) => by_leader.entry(leader).or_default().push((partition.clone(), *at)),
            Err(error) => answers.push((partition.clone(), Err(error))),
        }
    }
    let asking = by_leader.iter().map(|(leader, wanted)| ask(cluster, *leader, wanted, isolation));
    for (answer, wanted) in join_all(asking).await.into_iter().zip(by_leader.values()) {
        match answer {
            Ok(each) => answers.extend(each),
            Err(error) => {
                let failed = |(of, _): &(TopicPartition, _)| (of.clone(), Err(error.clone()));
                answers.extend(wanted.iter().map(failed));
            }
        }
    }
    answers
}

async fn ask(
    cluster: &Cluster,
    leader: NodeId,
    wanted: &[(TopicPartition, OffsetAt)],
    isolation: Isolation,
) -> Result<Vec<(TopicPartition, Result<ListedOffset, Error>)>, Error> {
    let view = cluster.view();
    let mut topics: BTreeMap<&TopicName, Vec<ListOffsetsPartition>> = BTreeMap::new();
    for (of, at) in wanted {
        let epoch = view.partition(of).map_or(LeaderEpoch::NONE, |known| known.leader_epoch);
        let partition = ListOffsetsPartition::default()
            .with_partition_index(of.partition.get())
            .with_current_leader_epoch(epoch.get())
            .with_timestamp(at.to_wire());
        topics.entry(&of.topic).or_default().push(partition);
    }
    let topics = topics.into_iter().map(|(name, partitions)| {
        let name = StrBytes::from_string(name.to_string());
        ListOffsetsTopic::default().with_name(name.into()).with_partitions(partitions)
    });
    let request = ListOffsetsRequest::default()
        .with_replica_id(BrokerId(-1))
        .with_isolation_level(isolation.to_wire())
        .with_timeout_ms(30_000)
        .with_topics(topics.collect());
    let answer = cluster.node(leader, Lane::Ordinary).await?.call(&request).await?;
    let each = answer.topics.iter().flat_map(|topic| {
        let name = TopicName::new(&topic.name).ok();
        topic.partitions.iter().filter_map(move |partition| {
            let index = PartitionIndex(partition.partition_index);
            let of = TopicPartition { topic: name.clone()?, partition: index };
            let result = listed(&of, partition);
            Some((of, result))
        })
    });
    Ok(each.collect())
}

fn listed(
    of: &TopicPartition,
    answer: &ListOffsetsPartitionResponse,
) -> Result<ListedOffset, Error> {
    Error::check(answer.error_code, None, || format!("find an offset of {of}"))?;
    let known = |number: i64| Some(number).filter(|number| *number >= 0);
    Ok(ListedOffset {
        offset: known(answer.offset).map(Offset),
        timestamp: known(answer.timestamp).map(TimestampMs),
        leader_epoch: LeaderEpoch(answer.leader_epoch),
    })
}
