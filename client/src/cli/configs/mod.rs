//! Settings as commands show and change them: those of topics, of brokers, of groups.

mod verbs;

use std::io::Write;

use protocol::ids::TopicName;

use super::failure::Failure;
use super::output::{Cell, Column, Listing};
use super::parse::key_value;
use crate::admin::{Admin, ConfigChange, ConfigEntry, Resource};
use crate::settings::Settings;

pub(super) use verbs::{Config, Owner};

const COLUMNS: &[Column] = &[
    Column::text("key"),
    Column::text("value"),
    Column::text("source"),
    Column::text("read_only").wide(),
    Column::text("sensitive").wide(),
];

/// The settings of a topic, by their names.
pub(super) async fn of_topic(
    admin: &Admin,
    topic: &TopicName,
) -> Result<Vec<ConfigEntry>, Failure> {
    of(admin, Resource::Topic(topic.to_string())).await
}

/// The settings of one thing, by their names.
pub(super) async fn of(admin: &Admin, resource: Resource) -> Result<Vec<ConfigEntry>, Failure> {
    let mut each = admin.describe_configs(&[resource]).await?;
    let mut configs = each.pop().map(|(_, result)| result).transpose()?.unwrap_or_default();
    configs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(configs)
}

/// Settings as a listing.
pub(super) fn listing<'a>(configs: impl Iterator<Item = &'a ConfigEntry>) -> Listing {
    let mut listing = Listing::new(COLUMNS);
    for config in configs {
        listing.row([
            config.name.as_str().into(),
            shown(config),
            config.source.to_string().into(),
            config.read_only.into(),
            config.sensitive.into(),
        ]);
    }
    listing
}

fn shown(config: &ConfigEntry) -> Cell {
    match &config.value {
        None if config.sensitive => Cell::shown(None::<&str>, "(secret)"),
        value => value.as_deref().into(),
    }
}

/// The settings with these keys, in the order asked for; all if no key is named. A key that is not there is an error with
/// the nearest names.
pub(super) fn chosen<'a>(
    all: &'a [ConfigEntry],
    keys: &[String],
) -> Result<Vec<&'a ConfigEntry>, Failure> {
    if keys.is_empty() {
        return Ok(all.iter().collect());
    }
    let find = |key: &String| {
        all.iter().find(|config| config.name == *key).ok_or_else(|| unknown(all, key))
    };
    keys.iter().map(find).collect()
}

fn unknown(all: &[ConfigEntry], key: &str) -> Failure {
    let names = all.iter().map(|config| config.name.as_str());
    Failure::missing(format!("there is no setting \"{key}\"")).suggest(key, names)
}

/// A key and what to do to it.
pub(super) type Change = (String, ConfigChange);

/// What to set and what to take back, as the command line has it.
pub(super) fn changes(set: &[(String, String)], unset: &[String]) -> Vec<Change> {
    let sets = set.iter().map(|(key, value)| (key.clone(), ConfigChange::Set(value.clone())));
    sets.chain(unset.iter().map(|key| (key.clone(), ConfigChange::Delete))).collect()
}

/// Changes settings of one thing, or only says that they could be, and prints what changed.
pub(super) async fn change(
    admin: &Admin,
    resource: &Resource,
    changes: &[Change],
    dry_run: bool,
    out: &mut (dyn Write + Send),
) -> Result<(), Failure> {
    admin.alter_configs(resource, changes, dry_run).await?;
    for (key, change) in changes {
        let would = if dry_run { "would " } else { "" };
        match change {
            ConfigChange::Set(_) if Settings::is_secret(key) => {
                writeln!(out, "{would}set {key}=(secret) on {resource}")?;
            }
            ConfigChange::Set(value) => writeln!(out, "{would}set {key}={value} on {resource}")?,
            ConfigChange::Delete => writeln!(out, "{would}unset {key} on {resource}")?,
            ConfigChange::Append(value) => {
                writeln!(out, "{would}add {value} to {key} of {resource}")?;
            }
            ConfigChange::Subtract(value) => {
                writeln!(out, "{would}take {value} out of {key} of {resource}")?;
            }
        }
    }
    Ok(())
}

/// `KEY=VALUE` pairs that a command takes as its last arguments.
pub(super) fn pairs(texts: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let pair = |text: &String| {
        key_value(text).map_err(|advice| {
            Failure::usage(format!("{text:?} does not set anything")).advise(advice)
        })
    };
    texts.iter().map(pair).collect()
}
