//! Configuration: what operators set for topics, brokers, groups and client metrics.
//!
//! What a key means is not known here. [`ConfigRules`], which `config` provides, says of the whole configuration of a
//! resource whether it is legal, as it would be after the change; APPEND and SUBTRACT make it necessary that this
//! is asked here, where the state is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use protocol::ErrorCode;
use protocol::ids::NodeId;

use super::draft::Draft;
use super::{Controller, Refusal};
use crate::metadata::{ConfigRecord, ConfigResource, ConfigValues, ResourceKind};

/// The rules of configuration keys. Pure: the same question has the same answer for the life of the process.
pub trait ConfigRules: fmt::Debug + Send + Sync {
    /// Whether `values` may be all that is set for `resource`. A refusal names the key.
    fn check(&self, resource: &ConfigResource, values: &ConfigValues) -> Result<(), Refusal>;

    /// Whether the key's value is a list with commas, which can be appended to.
    fn is_list(&self, resource: &ConfigResource, key: &str) -> bool;

    /// What the key's value is while nobody has set it: what the first APPEND appends to.
    fn default_of(&self, resource: &ConfigResource, key: &str) -> Option<Arc<str>>;
}

/// Rules under which anything goes. For tests and simulations that are not about configuration.
#[derive(Clone, Copy, Debug, Default)]
pub struct AnyConfig;

impl ConfigRules for AnyConfig {
    fn check(&self, _: &ConfigResource, _: &ConfigValues) -> Result<(), Refusal> {
        Ok(())
    }
    fn is_list(&self, _: &ConfigResource, _: &str) -> bool {
        true
    }
    fn default_of(&self, _: &ConfigResource, _: &str) -> Option<Arc<str>> {
        None
    }
}

/// A key and its value as a request has them; a missing value is refused.
pub type KeyValue = (Arc<str>, Option<Arc<str>>);

/// Resources whose configuration is to be replaced: what a request does not name is reset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlterConfigs {
    /// The resources and all their values.
    pub resources: Vec<(ConfigResource, Vec<KeyValue>)>,
    /// Only say what would happen.
    pub validate_only: bool,
}

/// Resources whose configuration is to be changed key by key (KIP-339).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncrementalAlterConfigs {
    /// The resources and their changes.
    pub resources: Vec<(ConfigResource, Vec<ConfigChange>)>,
    /// Only say what would happen.
    pub validate_only: bool,
}

/// A change to one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigChange {
    /// The key.
    pub key: Arc<str>,
    /// What to do.
    pub operation: ConfigOperation,
    /// With what; DELETE needs nothing.
    pub value: Option<Arc<str>>,
}

/// What is done to a key, with Kafka's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i8)]
pub enum ConfigOperation {
    /// It has this value.
    Set = 0,
    /// It has no value of its own any more.
    Delete = 1,
    /// These items are added to its list, unless they are in it.
    Append = 2,
    /// These items are taken from its list.
    Subtract = 3,
}

impl ConfigOperation {
    /// The operation with this number on the wire.
    pub const fn from_code(code: i8) -> Option<Self> {
        match code {
            0 => Some(Self::Set),
            1 => Some(Self::Delete),
            2 => Some(Self::Append),
            3 => Some(Self::Subtract),
            _ => None,
        }
    }
}

impl Controller {
    pub(super) fn alter_configs(
        &self,
        request: AlterConfigs,
        draft: &mut Draft,
    ) -> Vec<Result<(), Refusal>> {
        let AlterConfigs { resources, validate_only } = request;
        let twice = given_twice(resources.iter().map(|(resource, _)| resource));
        let replace = |(resource, values): (ConfigResource, Vec<_>)| {
            once(&resource, &twice)?;
            draft.attempt(validate_only, |draft| self.replace(&resource, values, draft))
        };
        resources.into_iter().map(replace).collect()
    }

    fn replace(
        &self,
        resource: &ConfigResource,
        values: Vec<KeyValue>,
        draft: &mut Draft,
    ) -> Result<(), Refusal> {
        check_exists(resource, draft)?;
        let mut wanted = ConfigValues::new();
        for (key, value) in values {
            let value = value.ok_or_else(|| no_value(&key))?;
            wanted.insert(key, value);
        }
        let held = held(resource, draft);
        for key in held.keys().filter(|key| !wanted.contains_key(*key)) {
            set(resource, key, None, draft);
        }
        for (key, value) in &wanted {
            set(resource, key, Some(value.clone()), draft);
        }
        self.check_configs(resource, draft)
    }

    pub(super) fn incremental_alter_configs(
        &self,
        request: IncrementalAlterConfigs,
        draft: &mut Draft,
    ) -> Vec<Result<(), Refusal>> {
        let IncrementalAlterConfigs { resources, validate_only } = request;
        let twice = given_twice(resources.iter().map(|(resource, _)| resource));
        let change = |(resource, changes): (ConfigResource, Vec<ConfigChange>)| {
            once(&resource, &twice)?;
            draft.attempt(validate_only, |draft| self.change(&resource, &changes, draft))
        };
        resources.into_iter().map(change).collect()
    }

    fn change(
        &self,
        resource: &ConfigResource,
        changes: &[ConfigChange],
        draft: &mut Draft,
    ) -> Result<(), Refusal> {
        check_exists(resource, draft)?;
        if let Some(key) = given_twice(changes.iter().map(|change| &change.key)).first() {
            let message = format!("configuration key {key} is in the request more than once");
            return Err(Refusal::new(ErrorCode::InvalidRequest, message));
        }
        for change in changes {
            let value = self.changed(resource, change, draft)?;
            set(resource, &change.key, value, draft);
        }
        self.check_configs(resource, draft)
    }

    /// The key's value after the change.
    fn changed(
        &self,
        resource: &ConfigResource,
        change: &ConfigChange,
        draft: &Draft,
    ) -> Result<Option<Arc<str>>, Refusal> {
        let operand = || change.value.clone().ok_or_else(|| no_value(&change.key));
        let list = || self.list(resource, &change.key, draft);
        match change.operation {
            ConfigOperation::Delete => Ok(None),
            ConfigOperation::Set => operand().map(Some),
            ConfigOperation::Append => {
                let (mut list, more) = (list()?, operand()?);
                for item in items(&more) {
                    if !list.iter().any(|held| held == item) {
                        list.push(item.to_owned());
                    }
                }
                Ok(Some(list.join(",").into()))
            }
            ConfigOperation::Subtract => {
                let (mut list, less) = (list()?, operand()?);
                list.retain(|held| !items(&less).any(|item| item == held));
                Ok(Some(list.join(",").into()))
            }
        }
    }

    /// The items of a key that is a list, as it is now.
    fn list(
        &self,
        resource: &ConfigResource,
        key: &str,
        draft: &Draft,
    ) -> Result<Vec<String>, Refusal> {
        if !self.rules.is_list(resource, key) {
            let message = format!("configuration key {key} is not a list");
            return Err(Refusal::new(ErrorCode::InvalidConfig, message));
        }
        let value = draft.image().configs().value(resource, key).cloned();
        let value = value.or_else(|| self.rules.default_of(resource, key));
        Ok(value.iter().flat_map(|value| items(value)).map(str::to_owned).collect())
    }

    /// Whether the resource's configuration is legal as the draft has it.
    pub(super) fn check_configs(
        &self,
        resource: &ConfigResource,
        draft: &Draft,
    ) -> Result<(), Refusal> {
        let values = held(resource, draft);
        match values.iter().find(|(_, value)| value.len() > VALUE_BYTES_MAX) {
            Some((key, value)) => Err(Refusal::new(
                ErrorCode::InvalidConfig,
                format!(
                    "the value of {key} has {} bytes; the most is {VALUE_BYTES_MAX}",
                    value.len()
                ),
            )),
            None => self.rules.check(resource, &values),
        }
    }
}

/// How long a value may be: what Kafka's clients can read back.
const VALUE_BYTES_MAX: usize = i16::MAX as usize;

fn held(resource: &ConfigResource, draft: &Draft) -> Arc<ConfigValues> {
    draft.image().configs().of(resource).cloned().unwrap_or_default()
}

/// Decides the key's value, if it is another than now.
fn set(resource: &ConfigResource, key: &Arc<str>, value: Option<Arc<str>>, draft: &mut Draft) {
    if draft.image().configs().value(resource, key) != value.as_ref() {
        draft.add(ConfigRecord { resource: resource.clone(), key: key.clone(), value });
    }
}

fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn check_exists(resource: &ConfigResource, draft: &Draft) -> Result<(), Refusal> {
    let (image, name) = (draft.image(), &*resource.name);
    let refuse = |code, message: String| Err(Refusal::new(code, message));
    match resource.kind {
        ResourceKind::Topic if image.topic(name).is_none() => {
            refuse(ErrorCode::UnknownTopicOrPartition, format!("there is no topic {name:?}"))
        }
        ResourceKind::Broker if name.is_empty() => Ok(()),
        ResourceKind::Broker => match name.parse().map(NodeId) {
            Ok(id) if image.brokers().get(id).is_some() => Ok(()),
            Ok(id) => refuse(ErrorCode::BrokerIdNotRegistered, format!("there is no broker {id}")),
            Err(_) => refuse(ErrorCode::InvalidRequest, format!("{name:?} is no broker id")),
        },
        ResourceKind::Group | ResourceKind::ClientMetrics if name.is_empty() => {
            refuse(ErrorCode::InvalidRequest, "the resource has no name".into())
        }
        _ => Ok(()),
    }
}

fn no_value(key: &str) -> Refusal {
    Refusal::new(ErrorCode::InvalidRequest, format!("configuration key {key} is given no value"))
}

fn once(resource: &ConfigResource, twice: &[ConfigResource]) -> Result<(), Refusal> {
    if !twice.contains(resource) {
        return Ok(());
    }
    let message =
        format!("{:?} {:?} is in the request more than once", resource.kind, resource.name);
    Err(Refusal::new(ErrorCode::InvalidRequest, message))
}

fn given_twice<'a, T: Ord + Clone + 'a>(all: impl Iterator<Item = &'a T>) -> Vec<T> {
    let (mut seen, mut twice) = (BTreeSet::new(), BTreeMap::new());
    for item in all {
        if !seen.insert(item) {
            twice.insert(item.clone(), ());
        }
    }
    twice.into_keys().collect()
}
