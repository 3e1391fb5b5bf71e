//! Configurations: what is set on topics, brokers and groups, and where it comes from.

use std::fmt;

use protocol::messages::describe_configs_request::DescribeConfigsResource;
use protocol::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult, DescribeConfigsSynonym,
};
use protocol::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig,
};
use protocol::messages::{DescribeConfigsRequest, IncrementalAlterConfigsRequest};

use super::{Admin, Each, text};
use crate::cluster::Lane;
use crate::connection::Connection;
use crate::error::Error;
use protocol::ids::NodeId;

/// What can be configured.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// A topic.
    Topic(String),
    /// A broker; `None` for what holds for all of them.
    Broker(Option<NodeId>),
    /// A consumer group.
    Group(String),
    /// The levels of a broker's loggers.
    BrokerLogger(NodeId),
    /// A subscription to client metrics.
    ClientMetrics(String),
}

impl Resource {
    fn kind(&self) -> i8 {
        match self {
            Self::Topic(_) => 2,
            Self::Broker(_) => 4,
            Self::Group(_) => 32,
            Self::BrokerLogger(_) => 8,
            Self::ClientMetrics(_) => 16,
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Topic(name) | Self::Group(name) | Self::ClientMetrics(name) => name.clone(),
            Self::Broker(Some(id)) | Self::BrokerLogger(id) => id.to_string(),
            Self::Broker(None) => String::new(),
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topic(name) => write!(f, "topic \"{name}\""),
            Self::Group(name) => write!(f, "group \"{name}\""),
            Self::Broker(Some(id)) => write!(f, "broker {id}"),
            Self::Broker(None) => f.write_str("all brokers"),
            Self::BrokerLogger(id) => write!(f, "the loggers of broker {id}"),
            Self::ClientMetrics(name) => write!(f, "client metrics \"{name}\""),
        }
    }
}

/// One setting as a broker sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigEntry {
    /// Kafka's key.
    pub name: String,
    /// Its value; `None` if there is none, or if it is a secret.
    pub value: Option<String>,
    /// Where the value comes from.
    pub source: ConfigSource,
    /// Whether it cannot be changed while the broker runs.
    pub read_only: bool,
    /// Whether the value is a secret.
    pub sensitive: bool,
    /// What the broker says of it, if it was asked and has words for it.
    pub documentation: Option<String>,
    /// Where else the value could come from, the nearest first, if the broker was asked.
    pub synonyms: Vec<ConfigSynonym>,
}

/// One place that a value could come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigSynonym {
    /// The key there.
    pub name: String,
    /// The value there.
    pub value: Option<String>,
    /// The place.
    pub source: ConfigSource,
}

/// Where a setting comes from, from the nearest to the farthest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfigSource {
    /// Set on the topic itself.
    Topic,
    /// Set on this broker while it ran.
    Broker,
    /// Set on all brokers while they ran.
    AllBrokers,
    /// From the broker's file.
    File,
    /// Nobody set it.
    Default,
    /// Set on the group itself.
    Group,
    /// The level of a logger, set while the broker ran.
    BrokerLogger,
    /// Set on the subscription itself.
    ClientMetrics,
    /// A source that this client does not know, by its number.
    Other(i8),
}

impl ConfigSource {
    fn from_wire(source: i8) -> Self {
        match source {
            1 => Self::Topic,
            2 => Self::Broker,
            3 => Self::AllBrokers,
            4 => Self::File,
            5 => Self::Default,
            6 => Self::BrokerLogger,
            7 => Self::ClientMetrics,
            8 => Self::Group,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for ConfigSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topic => f.write_str("topic"),
            Self::Broker => f.write_str("broker"),
            Self::AllBrokers => f.write_str("all brokers"),
            Self::File => f.write_str("file"),
            Self::Default => f.write_str("default"),
            Self::Group => f.write_str("group"),
            Self::BrokerLogger => f.write_str("broker logger"),
            Self::ClientMetrics => f.write_str("client metrics"),
            Self::Other(source) => write!(f, "source {source}"),
        }
    }
}

/// What to do to a setting (KIP-339).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigChange {
    /// Give it a value.
    Set(String),
    /// Take its value away, so that the default shows through.
    Delete,
    /// Add to a list.
    Append(String),
    /// Take out of a list.
    Subtract(String),
}

impl ConfigChange {
    fn to_wire(&self) -> (i8, Option<&str>) {
        match self {
            Self::Set(value) => (0, Some(value)),
            Self::Delete => (1, None),
            Self::Append(value) => (2, Some(value)),
            Self::Subtract(value) => (3, Some(value)),
        }
    }
}

impl Admin {
    /// Every setting of each resource; a broker's own settings come from that broker.
    pub async fn describe_configs(
        &self,
        resources: &[Resource],
    ) -> Result<Each<Resource, Vec<ConfigEntry>>, Error> {
        let mut each = Vec::with_capacity(resources.len());
        let is_broker = |resource: &&Resource| matches!(resource, Resource::Broker(Some(_)));
        let anywhere: Vec<&Resource> = resources.iter().filter(|r| !is_broker(r)).collect();
        if !anywhere.is_empty() {
            each.extend(describe(&self.cluster.any().await?, &anywhere, false).await?);
        }
        for resource in resources.iter().filter(is_broker) {
            let connection = self.place_of(resource).await?;
            each.extend(describe(&connection, &[resource], false).await?);
        }
        Ok(each)
    }

    /// Every setting of a resource, each with all the places that its value could come from.
    pub async fn describe_configs_with_synonyms(
        &self,
        resource: &Resource,
    ) -> Result<Vec<ConfigEntry>, Error> {
        let connection = self.place_of(resource).await?;
        let mut each = describe(&connection, &[resource], true).await?;
        each.pop().map_or(Ok(Vec::new()), |(_, described)| described)
    }

    /// Changes settings of one resource, all of them or none.
    pub async fn alter_configs(
        &self,
        resource: &Resource,
        changes: &[(String, ConfigChange)],
        validate_only: bool,
    ) -> Result<(), Error> {
        let configs = changes.iter().map(|(name, change)| {
            let (operation, value) = change.to_wire();
            AlterableConfig::default()
                .with_name(text(name))
                .with_config_operation(operation)
                .with_value(value.map(text))
        });
        let wire = AlterConfigsResource::default()
            .with_resource_type(resource.kind())
            .with_resource_name(text(&resource.name()))
            .with_configs(configs.collect());
        let request = IncrementalAlterConfigsRequest::default()
            .with_resources(vec![wire])
            .with_validate_only(validate_only);
        let request = &request;
        self.on_controller(|connection| async move {
            let answer = connection.call(request).await?;
            for result in &answer.responses {
                Error::check(result.error_code, result.error_message.as_deref(), || {
                    format!("change the settings of {resource}")
                })?;
            }
            Ok(())
        })
        .await
    }

    /// A connection to the broker that knows a resource's settings.
    async fn place_of(&self, resource: &Resource) -> Result<Connection, Error> {
        let (Resource::Broker(Some(id)) | Resource::BrokerLogger(id)) = resource else {
            return self.cluster.any().await;
        };
        if !self.cluster.view().brokers.contains_key(id) {
            self.cluster.refresh(crate::cluster::Wanted::Brokers).await?;
        }
        self.cluster.node(*id, Lane::Ordinary).await
    }
}

async fn describe(
    connection: &Connection,
    resources: &[&Resource],
    synonyms: bool,
) -> Result<Each<Resource, Vec<ConfigEntry>>, Error> {
    let wire = resources.iter().map(|resource| {
        DescribeConfigsResource::default()
            .with_resource_type(resource.kind())
            .with_resource_name(text(&resource.name()))
            .with_configuration_keys(None)
    });
    let request = DescribeConfigsRequest::default()
        .with_resources(wire.collect())
        .with_include_synonyms(synonyms);
    let answer = connection.call(&request).await?;
    let of = |result: &DescribeConfigsResult| {
        let same = |resource: &&&Resource| {
            resource.kind() == result.resource_type && resource.name() == *result.resource_name
        };
        let resource: Resource = (*resources.iter().find(same)?).clone();
        let checked = Error::check(result.error_code, result.error_message.as_deref(), || {
            format!("describe the settings of {resource}")
        });
        Some((resource, checked.map(|()| result.configs.iter().map(entry).collect())))
    };
    Ok(answer.results.iter().filter_map(of).collect())
}

fn entry(config: &DescribeConfigsResourceResult) -> ConfigEntry {
    ConfigEntry {
        name: config.name.to_string(),
        value: config.value.as_ref().map(ToString::to_string),
        source: ConfigSource::from_wire(config.config_source),
        read_only: config.read_only,
        sensitive: config.is_sensitive,
        documentation: config.documentation.as_ref().map(ToString::to_string),
        synonyms: config.synonyms.iter().map(synonym).collect(),
    }
}

fn synonym(synonym: &DescribeConfigsSynonym) -> ConfigSynonym {
    ConfigSynonym {
        name: synonym.name.to_string(),
        value: synonym.value.as_ref().map(ToString::to_string),
        source: ConfigSource::from_wire(synonym.source),
    }
}
