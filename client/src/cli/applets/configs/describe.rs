//! `kafka-configs --describe`.

use super::entity::{Entities, singular};
use super::options::ALL;
use super::{resource, unsupported};
use crate::admin::{ConfigEntry, ConfigSource, ResourceKind};
use crate::cli::applets::link::Link;
use crate::cli::applets::{DEFAULT_CAPACITY, Parsed, Screen, Thrown, hash_map_order};
use crate::cluster::Wanted;

/// The longest name that a topic may have.
const TOPIC_LENGTH_MAX: usize = 249;

/// Prints the settings of one entity, or of all of a type.
pub(super) async fn describe(
    parsed: &Parsed,
    entities: &Entities,
    link: &Link,
    screen: &mut Screen,
) -> Result<(), Thrown> {
    let head = entities.head();
    if resource(head, "0")?.is_none() {
        return Err(unsupported("DESCRIBE_CLIENT_QUOTAS"));
    }
    let all = parsed.has(ALL);
    let names = match entities.names.first() {
        Some(name) if all || exists(head, name, link, screen).await? => vec![name.clone()],
        Some(name) => {
            let one = singular(head);
            screen
                .line(format!("The {one} '{name}' doesn't exist and doesn't have dynamic config."));
            return Ok(());
        }
        None => every(head, link, screen).await?,
    };
    for name in names {
        screen.line(match (name.as_str(), all) {
            ("", _) => format!("Default configs for {head} in the cluster are:"),
            (name, true) => format!("All configs for {} {name} are:", singular(head)),
            (name, false) => format!("Dynamic configs for {} {name} are:", singular(head)),
        });
        entries(head, &name, all, link, screen)
            .await?
            .iter()
            .for_each(|entry| screen.line(line(entry)));
    }
    Ok(())
}

async fn exists(
    of_type: &str,
    name: &str,
    link: &Link,
    screen: &mut Screen,
) -> Result<bool, Thrown> {
    if of_type == "topics" {
        validate_topic(name)?;
    }
    let there = every(of_type, link, screen).await?;
    Ok(there.iter().any(|known| known == name))
}

/// The names of all entities of a type.
async fn every(of_type: &str, link: &Link, screen: &mut Screen) -> Result<Vec<String>, Thrown> {
    let cluster = link.admin.cluster();
    match of_type {
        "topics" => {
            link.reach("listTopics", screen).await.map_err(Thrown::in_execution)?;
            let view = cluster.refresh(Wanted::All).await?;
            let names = view.topics.keys().map(|name| name.to_string()).collect();
            Ok(hash_map_order(names, DEFAULT_CAPACITY, String::clone))
        }
        "groups" => {
            let groups = link.groups(screen).await.map_err(Thrown::in_execution)?;
            let groups = hash_map_order(groups, DEFAULT_CAPACITY, |group| group.group.clone());
            let mut names: Vec<String> = groups.into_iter().map(|group| group.group).collect();
            let configured = link.admin.config_resources(ResourceKind::Group).await?;
            names.extend(
                configured.into_iter().filter(|name| !names.contains(name)).collect::<Vec<_>>(),
            );
            Ok(names)
        }
        "client-metrics" => {
            link.reach("listConfigResources", screen).await.map_err(Thrown::in_execution)?;
            Ok(link.admin.config_resources(ResourceKind::ClientMetrics).await?)
        }
        _ => {
            link.reach("listNodes", screen).await.map_err(Thrown::in_execution)?;
            let view = cluster.refresh(Wanted::Brokers).await?;
            let ids = view.brokers.keys().map(ToString::to_string);
            Ok(ids.chain([String::new()]).collect())
        }
    }
}

async fn entries(
    of_type: &str,
    name: &str,
    all: bool,
    link: &Link,
    screen: &mut Screen,
) -> Result<Vec<ConfigEntry>, Thrown> {
    if of_type == "topics" {
        validate_topic(name)?;
    }
    let Some(resource) = resource(of_type, name)? else { return Ok(Vec::new()) };
    let set_here = match of_type {
        "topics" => ConfigSource::Topic,
        "brokers" if name.is_empty() => ConfigSource::AllBrokers,
        "brokers" => ConfigSource::Broker,
        "client-metrics" => ConfigSource::ClientMetrics,
        "groups" => ConfigSource::Group,
        _ => ConfigSource::BrokerLogger,
    };
    link.reach("describeConfigs", screen).await.map_err(Thrown::in_execution)?;
    let each = link.admin.describe_configs_with_synonyms(&resource).await;
    let mut entries = each.map_err(|error| Thrown::from(error).in_execution())?;
    entries.retain(|entry| all || of_type == "broker-loggers" || entry.source == set_here);
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

fn line(entry: &ConfigEntry) -> String {
    let or_null = |value: &Option<String>| value.clone().unwrap_or_else(|| "null".into());
    let synonyms: Vec<String> = entry
        .synonyms
        .iter()
        .map(|synonym| {
            format!("{}:{}={}", source(synonym.source), synonym.name, or_null(&synonym.value))
        })
        .collect();
    let (name, value, sensitive) = (&entry.name, or_null(&entry.value), entry.sensitive);
    format!("  {name}={value} sensitive={sensitive} synonyms={{{}}}", synonyms.join(", "))
}

/// Kafka's name of a source.
fn source(source: ConfigSource) -> &'static str {
    match source {
        ConfigSource::Topic => "DYNAMIC_TOPIC_CONFIG",
        ConfigSource::Broker => "DYNAMIC_BROKER_CONFIG",
        ConfigSource::AllBrokers => "DYNAMIC_DEFAULT_BROKER_CONFIG",
        ConfigSource::File => "STATIC_BROKER_CONFIG",
        ConfigSource::Default => "DEFAULT_CONFIG",
        ConfigSource::BrokerLogger => "DYNAMIC_BROKER_LOGGER_CONFIG",
        ConfigSource::ClientMetrics => "DYNAMIC_CLIENT_METRICS_CONFIG",
        ConfigSource::Group => "DYNAMIC_GROUP_CONFIG",
        ConfigSource::Other(_) => "UNKNOWN",
    }
}

/// A name that no topic may have is refused before anybody is asked.
fn validate_topic(name: &str) -> Result<(), Thrown> {
    let legal = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let why = if name.is_empty() {
        "the empty string is not allowed".to_owned()
    } else if matches!(name, "." | "..") {
        "'.' or '..' is not allowed".to_owned()
    } else if name.len() > TOPIC_LENGTH_MAX {
        format!("the length of '{name}' is longer than the max allowed length {TOPIC_LENGTH_MAX}")
    } else if !name.chars().all(legal) {
        format!(
            "'{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
        )
    } else {
        return Ok(());
    };
    Err(Thrown::kafka("InvalidTopicException", format!("Topic name is invalid: {why}")))
}
