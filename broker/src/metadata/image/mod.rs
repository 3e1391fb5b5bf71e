//! The image: the cluster as all records so far have made it.
//!
//! An image never changes; [`Image::apply`] makes the next one, which shares everything that the records did not touch. So
//! a clone is a handful of references, the controller keeps one as its working state, and every
//! request answers from one picture from beginning to end.
//!
//! # The loop
//!
//! ```text
//! entry committed ─► decode ─► image = image.apply(&records) ─► publish Arc<Image> ─► diff, plan, act
//! ```

mod brokers;
mod check;
mod configs;
mod topics;

use std::collections::BTreeMap;
use std::sync::Arc;

use protocol::ids::{PartitionIndex, ProducerId};

use super::record::{ClusterRecord, FeatureRecord, ProducerIdsRecord, Record};

pub use brokers::{Broker, Brokers};
pub use configs::{ConfigValues, Configs};
pub use topics::{Partition, Topic, Topics};

/// The cluster as all records so far have made it. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    cluster_id: Option<Arc<str>>,
    features: Arc<Features>,
    topics: Topics,
    configs: Configs,
    brokers: Brokers,
    producer_ids: ProducerIds,
}

impl Image {
    /// The image after `records`.
    #[must_use]
    pub fn apply(&self, records: &[Record]) -> Self {
        let mut next = self.clone();
        records.iter().for_each(|record| next.fold(record));
        next
    }

    /// Folds one record in. What other images share is copied first, so those do not change.
    ///
    /// # Panics
    ///
    /// On a record that no controller can have decided on this image, such as a change to a partition that does not
    /// exist: the log is not the one that this image comes from, and to go on would be to serve a lie.
    pub fn fold(&mut self, record: &Record) {
        match record {
            Record::Cluster(record) => self.cluster_id = Some(record.cluster_id.clone()),
            Record::Feature(record) => Arc::make_mut(&mut self.features).fold(record),
            Record::Topic(record) => self.topics.add(record),
            Record::RemoveTopic(record) => {
                let topic = self.topics.remove(record.id);
                self.configs.forget_topic(&topic.name);
            }
            Record::Partition(record) => self.topics.add_partition(record),
            Record::PartitionChange(record) => self.topics.change_partition(record),
            Record::Config(record) => self.configs.fold(record),
            Record::Broker(record) => self.brokers.register(record),
            Record::BrokerChange(record) => self.brokers.change(record),
            Record::RemoveBroker(record) => self.brokers.remove(record.id),
            Record::BrokerEpochs(record) => self.brokers.raise_last_epoch(record.last),
            Record::ProducerIds(record) => self.producer_ids.next = record.next,
        }
    }

    /// The shortest list of records that makes this image from an empty one: what a snapshot holds.
    pub fn to_records(&self) -> Vec<Record> {
        let mut records = Vec::new();
        if let Some(cluster_id) = self.cluster_id.clone() {
            records.push(ClusterRecord { cluster_id }.into());
        }
        self.features.list(&mut records);
        self.brokers.list(&mut records);
        self.topics.list(&mut records);
        self.configs.list(&mut records);
        if self.producer_ids != ProducerIds::default() {
            records.push(ProducerIdsRecord { next: self.producer_ids.next }.into());
        }
        records
    }

    /// The cluster's id; `None` only before the very first record.
    pub fn cluster_id(&self) -> Option<&str> {
        self.cluster_id.as_deref()
    }

    /// The topics with their partitions.
    pub fn topics(&self) -> &Topics {
        &self.topics
    }

    /// A topic by name.
    pub fn topic(&self, name: &str) -> Option<&Arc<Topic>> {
        self.topics.by_name(name)
    }

    /// A partition of a topic by name.
    pub fn partition(&self, topic: &str, partition: PartitionIndex) -> Option<&Arc<Partition>> {
        self.topic(topic)?.partition(partition)
    }

    /// What is configured for topics, brokers, groups and client metrics.
    pub fn configs(&self) -> &Configs {
        &self.configs
    }

    /// The registered brokers.
    pub fn brokers(&self) -> &Brokers {
        &self.brokers
    }

    /// The levels of the features.
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// Which producer ids are given away.
    pub fn producer_ids(&self) -> ProducerIds {
        self.producer_ids
    }

    pub(super) fn same_features(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.features, &other.features) || self.features == other.features
    }
}

/// Which producer ids are given away: all below `next`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ProducerIds {
    /// The first that is free.
    pub next: ProducerId,
}

/// The levels of the cluster's features (KIP-584). A feature at level 0 is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features(BTreeMap<Arc<str>, i16>);

impl Features {
    /// The feature's level; 0 if the cluster does not have it.
    pub fn level(&self, name: &str) -> i16 {
        self.0.get(name).copied().unwrap_or(0)
    }

    /// All features that the cluster has, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, i16)> {
        self.0.iter().map(|(name, level)| (name, *level))
    }

    fn fold(&mut self, record: &FeatureRecord) {
        match record.level {
            0 => self.0.remove(&record.name),
            level => self.0.insert(record.name.clone(), level),
        };
    }

    fn list(&self, records: &mut Vec<Record>) {
        let rows = self.iter().map(|(name, level)| FeatureRecord { name: name.clone(), level });
        records.extend(rows.map(Record::from));
    }
}
