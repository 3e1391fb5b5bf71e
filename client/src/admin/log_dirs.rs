//! Log directories: what lies on which disk of which broker.

use std::collections::BTreeMap;

use protocol::ids::{NodeId, PartitionIndex, TopicName, TopicPartition};
use protocol::messages::DescribeLogDirsRequest;
use protocol::messages::describe_log_dirs_request::DescribableLogDirTopic;
use protocol::messages::describe_log_dirs_response::DescribeLogDirsResult;

use super::{Admin, Each, text};
use crate::cluster::{Lane, Wanted};
use crate::error::Error;

/// One directory of a broker's `log.dirs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDir {
    /// Its path on the broker.
    pub path: String,
    /// The size of its file system; brokers older than 3.3 do not say.
    pub total_bytes: Option<i64>,
    /// What is free there.
    pub usable_bytes: Option<i64>,
    /// What lies in it.
    pub partitions: Vec<LogDirPartition>,
}

/// One partition's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDirPartition {
    /// The partition.
    pub partition: TopicPartition,
    /// What it takes.
    pub size_bytes: i64,
    /// How far it is behind the leader, in offsets.
    pub offset_lag: i64,
    /// Whether it is on its way here from another directory.
    pub is_future: bool,
}

impl Admin {
    /// The log directories of every live broker. One that failed (KAFKA_STORAGE_ERROR) is an error in the list.
    pub async fn log_dirs(&self) -> Result<Each<NodeId, Vec<Result<LogDir, Error>>>, Error> {
        let each = self.log_dirs_by_path().await?.into_iter();
        let without_paths =
            |dirs: Each<String, LogDir>| dirs.into_iter().map(|(_, dir)| dir).collect();
        Ok(each.map(|(id, dirs)| (id, dirs.map(without_paths))).collect())
    }

    /// The same with their paths, also of those that failed.
    pub async fn log_dirs_by_path(&self) -> Result<Each<NodeId, Each<String, LogDir>>, Error> {
        let view = self.cluster.refresh(Wanted::Brokers).await?;
        let mut each = Vec::with_capacity(view.brokers.len());
        for id in view.brokers.keys() {
            each.push((*id, self.described(*id, None).await));
        }
        Ok(each)
    }

    /// What these partitions take on one broker's disks. One that is not there, or whose directory failed, is left out.
    pub async fn sizes_on(
        &self,
        broker: NodeId,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, i64>, Error> {
        let mut wanted: BTreeMap<&TopicName, Vec<i32>> = BTreeMap::new();
        for of in partitions {
            wanted.entry(&of.topic).or_default().push(of.partition.get());
        }
        let topics = wanted.into_iter().map(|(topic, partitions)| {
            DescribableLogDirTopic::default()
                .with_topic(text(topic).into())
                .with_partitions(partitions)
        });
        let dirs = self.described(broker, Some(topics.collect())).await?;
        let dirs = dirs.into_iter().filter_map(|(_, dir)| dir.ok());
        let here = dirs.flat_map(|dir| dir.partitions).filter(|replica| !replica.is_future);
        Ok(here.map(|replica| (replica.partition, replica.size_bytes)).collect())
    }

    /// A broker's directories with these topics; with all where none is named.
    async fn described(
        &self,
        id: NodeId,
        topics: Option<Vec<DescribableLogDirTopic>>,
    ) -> Result<Each<String, LogDir>, Error> {
        let connection = self.cluster.node(id, Lane::Ordinary).await?;
        let request = DescribeLogDirsRequest::default().with_topics(topics);
        let answer = connection.call(&request).await?;
        let doing = || format!("describe the log directories of broker {id}");
        Error::check(answer.error_code, None, doing)?;
        Ok(answer
            .results
            .iter()
            .map(|result| (result.log_dir.to_string(), log_dir(id, result)))
            .collect())
    }
}

fn log_dir(id: NodeId, result: &DescribeLogDirsResult) -> Result<LogDir, Error> {
    let path = result.log_dir.to_string();
    Error::check(result.error_code, None, || format!("describe {path} of broker {id}"))?;
    let topics = result.topics.iter().filter_map(|topic| {
        let name = TopicName::new(&topic.name).ok()?;
        Some(topic.partitions.iter().map(move |partition| LogDirPartition {
            partition: TopicPartition {
                topic: name.clone(),
                partition: PartitionIndex(partition.partition_index),
            },
            size_bytes: partition.partition_size,
            offset_lag: partition.offset_lag,
            is_future: partition.is_future_key,
        }))
    });
    let known = |bytes: i64| Some(bytes).filter(|bytes| *bytes >= 0);
    Ok(LogDir {
        path,
        total_bytes: known(result.total_bytes),
        usable_bytes: known(result.usable_bytes),
        partitions: topics.flatten().collect(),
    })
}
