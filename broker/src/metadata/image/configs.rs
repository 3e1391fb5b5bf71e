//! The configuration in an image: what was set for topics, brokers, groups and client metrics.
//!
//! Only what somebody has set is here. What lies below, the broker's own file and the defaults, is the business of
//! [`crate::config`].

use std::collections::BTreeMap;
use std::sync::Arc;

use protocol::ids::TopicName;

use crate::metadata::map::ChunkedMap;
use crate::metadata::record::{ConfigRecord, ConfigResource, Record};

/// The values of one resource, by key.
pub type ConfigValues = BTreeMap<Arc<str>, Arc<str>>;

/// The configurations of all resources that have one. A resource without a value is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configs(ChunkedMap<ConfigResource, Arc<ConfigValues>>);

impl Configs {
    /// What is set for this resource; `None` if nothing is.
    pub fn of(&self, resource: &ConfigResource) -> Option<&Arc<ConfigValues>> {
        self.0.get(resource)
    }

    /// What is set for this topic; `None` if nothing is.
    pub fn of_topic(&self, topic: &TopicName) -> Option<&Arc<ConfigValues>> {
        self.of(&ConfigResource::topic(topic))
    }

    /// The value of one key of one resource.
    pub fn value(&self, resource: &ConfigResource, key: &str) -> Option<&Arc<str>> {
        self.of(resource)?.get(key)
    }

    /// All resources that have a configuration.
    pub fn iter(&self) -> impl Iterator<Item = (&ConfigResource, &Arc<ConfigValues>)> {
        self.0.iter()
    }

    pub(in crate::metadata) fn map(&self) -> &ChunkedMap<ConfigResource, Arc<ConfigValues>> {
        &self.0
    }

    pub(super) fn fold(&mut self, record: &ConfigRecord) {
        match &record.value {
            Some(value) => self.set(record, value.clone()),
            None => self.unset(record),
        }
    }

    pub(super) fn forget_topic(&mut self, topic: &TopicName) {
        self.0.remove(&ConfigResource::topic(topic));
    }

    pub(super) fn list(&self, records: &mut Vec<Record>) {
        for (resource, values) in self.iter() {
            let rows = values.iter().map(|(key, value)| ConfigRecord {
                resource: resource.clone(),
                key: key.clone(),
                value: Some(value.clone()),
            });
            records.extend(rows.map(Record::from));
        }
    }

    fn set(&mut self, record: &ConfigRecord, value: Arc<str>) {
        if let Some(values) = self.0.get_mut(&record.resource) {
            Arc::make_mut(values).insert(record.key.clone(), value);
        } else {
            let values = BTreeMap::from([(record.key.clone(), value)]);
            self.0.insert(record.resource.clone(), Arc::new(values));
        }
    }

    fn unset(&mut self, record: &ConfigRecord) {
        let Some(values) = self.0.get_mut(&record.resource) else {
            return;
        };
        Arc::make_mut(values).remove(&record.key);
        if values.is_empty() {
            self.0.remove(&record.resource);
        }
    }
}
