//! DescribeLogDirs (key 35): the log dirs of this broker, what lies in each, and how much room is left (KIP-827).

use std::ops::RangeInclusive;
use std::sync::Arc;

use protocol::ids::TopicName;
use protocol::messages::describe_log_dirs_request::DescribableLogDirTopic;
use protocol::messages::describe_log_dirs_response::{
    DescribeLogDirsPartition, DescribeLogDirsResult, DescribeLogDirsTopic,
};
use protocol::messages::{self, DescribeLogDirsRequest, DescribeLogDirsResponse};
use protocol::{ApiKey, ErrorCode, StrBytes};

use super::{Api, Call, Stage};
use crate::node::Broker;
use crate::node::hosted::Hosted;
use crate::node::room::space;

/// See the module.
pub(super) struct DescribeLogDirs;

impl Api for DescribeLogDirs {
    type Request = DescribeLogDirsRequest;
    type Response = DescribeLogDirsResponse;

    const KEY: ApiKey = ApiKey::DescribeLogDirs;
    const VERSIONS: RangeInclusive<i16> = 1..=5;

    fn handle(call: Call<'_>, request: DescribeLogDirsRequest) -> Stage<DescribeLogDirsResponse> {
        let broker = Arc::clone(call.broker);
        // Asking a file system for its free space may wait for the disk.
        Stage::waiting(async move {
            let describe = move || describe(&broker, request.topics.as_deref());
            tokio::task::spawn_blocking(describe).await.expect("describing log dirs does not panic")
        })
    }
}

fn describe(broker: &Broker, wanted: Option<&[DescribableLogDirTopic]>) -> DescribeLogDirsResponse {
    let mut hosted = broker.registry.partitions();
    hosted.retain(|hosted| is_wanted(wanted, hosted));
    hosted.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    let dirs = broker.logs.dirs().enumerate().map(|(number, dir)| {
        let path = StrBytes::from_string(dir.path().display().to_string());
        let result = DescribeLogDirsResult::default().with_log_dir(path);
        let works = dir.health().failure().is_none();
        match space(dir.path()).ok().filter(|_| works) {
            Some(space) => result
                .with_topics(topics(hosted.iter().filter(|hosted| hosted.log_dir == number)))
                .with_total_bytes(signed(space.total))
                .with_usable_bytes(signed(space.usable)),
            None => result
                .with_error_code(ErrorCode::KafkaStorageError.code())
                .with_total_bytes(-1)
                .with_usable_bytes(-1),
        }
    });
    DescribeLogDirsResponse::default().with_results(dirs.collect())
}

fn is_wanted(wanted: Option<&[DescribableLogDirTopic]>, hosted: &Hosted) -> bool {
    wanted.is_none_or(|topics| {
        let index = hosted.id.partition.get();
        topics
            .iter()
            .any(|topic| **topic.topic == *hosted.id.topic && topic.partitions.contains(&index))
    })
}

fn topics<'a>(hosted: impl Iterator<Item = &'a Arc<Hosted>>) -> Vec<DescribeLogDirsTopic> {
    let mut topics: Vec<(TopicName, DescribeLogDirsTopic)> = Vec::new();
    for hosted in hosted {
        let Ok(partition) = hosted.lock() else { continue };
        let described = DescribeLogDirsPartition::default()
            .with_partition_index(hosted.id.partition.get())
            .with_partition_size(signed(partition.log().size_bytes()));
        match topics.last_mut() {
            Some((name, topic)) if *name == hosted.id.topic => topic.partitions.push(described),
            _ => {
                let name = messages::TopicName(StrBytes::from_string(hosted.id.topic.to_string()));
                let topic = DescribeLogDirsTopic::default()
                    .with_name(name)
                    .with_partitions(vec![described]);
                topics.push((hosted.id.topic.clone(), topic));
            }
        }
    }
    topics.into_iter().map(|(_, topic)| topic).collect()
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
