//! Facts: what several commands ask about topics beyond the metadata.

use std::collections::BTreeMap;

use futures::future::join_all;
use protocol::ids::{NodeId, TopicName, TopicPartition};

use crate::admin::{Admin, ConfigEntry, Extent, LogDirPartition, Resource};
use crate::cli::failure::{Failure, Outcome};
use crate::cluster::{Partition, Topic};
use crate::error::Error;

/// The settings of topics.
#[derive(Debug, Default)]
pub(in crate::cli) struct Facts {
    configs: BTreeMap<String, Vec<ConfigEntry>>,
}

impl Facts {
    /// Asks for the settings of all these topics at once.
    pub(in crate::cli) async fn of(
        admin: &Admin,
        topics: impl Iterator<Item = &TopicName>,
    ) -> Result<Self, Error> {
        let resources: Vec<Resource> =
            topics.map(|topic| Resource::Topic(topic.to_string())).collect();
        let mut facts = Self::default();
        if resources.is_empty() {
            return Ok(facts);
        }
        for (resource, configs) in admin.describe_configs(&resources).await? {
            let Resource::Topic(name) = resource else { continue };
            let mut configs = configs?;
            configs.sort_by(|a, b| a.name.cmp(&b.name));
            facts.configs.insert(name, configs);
        }
        Ok(facts)
    }

    /// The settings of a topic by their names; none if the topic was not asked for.
    pub(in crate::cli) fn configs(&self, topic: &TopicName) -> &[ConfigEntry] {
        self.configs.get(topic.as_str()).map_or(&[], Vec::as_slice)
    }

    /// `min.insync.replicas` of a topic.
    pub(in crate::cli) fn min_in_sync(&self, topic: &TopicName) -> Option<usize> {
        let config = self.configs(topic).iter().find(|c| c.name == "min.insync.replicas")?;
        config.value.as_ref()?.parse().ok()
    }
}

/// Where each partition begins and ends. A partition without a leader has neither.
pub(in crate::cli) async fn extents(
    admin: &Admin,
    topic: &Topic,
) -> Result<BTreeMap<TopicPartition, Extent>, Error> {
    let led = |of: &TopicPartition| {
        topic.partition(of.partition).is_some_and(|partition| partition.leader.is_some())
    };
    let led: Vec<TopicPartition> = topic.topic_partitions().filter(led).collect();
    admin.extents(&led).await
}

/// What each partition takes on its leader's disk. What a broker does not tell is left out: offsets and replicas are worth
/// printing without it.
pub(in crate::cli) async fn sizes_on_leaders(
    admin: &Admin,
    topic: &Topic,
) -> BTreeMap<TopicPartition, i64> {
    let mut led: BTreeMap<NodeId, Vec<TopicPartition>> = BTreeMap::new();
    for partition in &topic.partitions {
        let Some(leader) = partition.leader else { continue };
        let of = TopicPartition { topic: topic.name.clone(), partition: partition.index };
        led.entry(leader).or_default().push(of);
    }
    let asking = led.iter().map(|(leader, partitions)| admin.sizes_on(*leader, partitions));
    join_all(asking).await.into_iter().filter_map(Result::ok).flatten().collect()
}

/// What each topic takes on disk. Brokers and directories that do not answer are told beside the rest.
pub(in crate::cli) async fn sizes(
    admin: &Admin,
    outcome: &mut Outcome,
) -> Result<BTreeMap<TopicName, i64>, Error> {
    let mut sizes = BTreeMap::new();
    for replica in replicas(admin, outcome).await? {
        *sizes.entry(replica.on_disk.partition.topic).or_default() += replica.on_disk.size_bytes;
    }
    Ok(sizes)
}

/// A replica, and where it lies.
#[derive(Debug)]
pub(in crate::cli) struct Replica {
    pub(in crate::cli) broker: NodeId,
    pub(in crate::cli) dir: String,
    pub(in crate::cli) on_disk: LogDirPartition,
}

/// Every replica on disk. Brokers and directories that do not answer are told beside the rest.
pub(in crate::cli) async fn replicas(
    admin: &Admin,
    outcome: &mut Outcome,
) -> Result<Vec<Replica>, Error> {
    let mut all = Vec::new();
    for (broker, dirs) in admin.log_dirs().await? {
        let dirs = outcome.note(dirs.map_err(Failure::from)).unwrap_or_default();
        for dir in dirs.into_iter().filter_map(|dir| outcome.note(dir.map_err(Failure::from))) {
            let path = dir.path;
            let here = dir.partitions.into_iter();
            all.extend(here.map(|on_disk| Replica { broker, dir: path.clone(), on_disk }));
        }
    }
    Ok(all)
}

/// Whether a partition has replicas that are not in sync.
pub(in crate::cli) fn is_under_replicated(partition: &Partition) -> bool {
    partition.in_sync.len() < partition.replicas.len()
}
