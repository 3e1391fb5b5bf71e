//! `kafka-configs --alter`.

use super::changes::changes;
use super::entity::{Entities, singular};
use super::{resource, unsupported};
use crate::admin::{ConfigChange, Resource};
use crate::cli::applets::link::Link;
use crate::cli::applets::{Parsed, Screen, Thrown};

/// The settings of users and clients that are quotas, and those that are credentials.
const QUOTAS: &[&str] =
    &["consumer_byte_rate", "controller_mutation_rate", "producer_byte_rate", "request_percentage"];
const CREDENTIALS: &[&str] = &["SCRAM-SHA-256", "SCRAM-SHA-512"];
const IP_QUOTAS: &[&str] = &["connection_creation_rate"];

/// Changes settings of one entity.
pub(super) async fn alter(
    parsed: &Parsed,
    entities: &Entities,
    link: &Link,
    screen: &mut Screen,
) -> Result<(), Thrown> {
    let (head, name) = (entities.head(), entities.names.first().map_or("", String::as_str));
    let changes = changes(parsed)?;
    match resource(head, name)? {
        Some(resource) => {
            if let Resource::BrokerLogger(_) = &resource {
                check_loggers(&resource, &changes, link, screen).await?;
            }
            link.reach("incrementalAlterConfigs", screen).await.map_err(Thrown::in_execution)?;
            let altered = link.admin.alter_configs(&resource, &changes, false).await;
            altered.map_err(|error| Thrown::from(error).in_execution())?;
        }
        None => {
            check_quotas(entities, &changes)?;
            return Err(unsupported("DESCRIBE_CLIENT_QUOTAS"));
        }
    }
    screen.line(match name {
        "" => format!("Completed updating default config for {head} in the cluster."),
        _ => format!("Completed updating config for {} {name}.", singular(head)),
    });
    Ok(())
}

/// The broker has all these loggers; those whose levels are taken back are named first.
async fn check_loggers(
    resource: &Resource,
    changes: &[(String, ConfigChange)],
    link: &Link,
    screen: &mut Screen,
) -> Result<(), Thrown> {
    link.reach("describeConfigs", screen).await.map_err(Thrown::in_execution)?;
    let known = link.admin.describe_configs_with_synonyms(resource).await;
    let known = known.map_err(|error| Thrown::from(error).in_execution())?;
    let (deleted, added): (Vec<_>, Vec<_>) =
        changes.iter().partition(|(_, change)| *change == ConfigChange::Delete);
    let names = deleted.iter().chain(&added).map(|(name, _)| name.as_str());
    let unknown: Vec<&str> =
        names.filter(|name| !known.iter().any(|entry| entry.name == *name)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let message = format!("Invalid broker logger(s): {}", unknown.join(","));
    Err(Thrown::kafka("InvalidConfigurationException", message))
}

fn check_quotas(entities: &Entities, changes: &[(String, ConfigChange)]) -> Result<(), Thrown> {
    let head = entities.head();
    let known: Vec<&str> = match head {
        "ips" => IP_QUOTAS.to_vec(),
        "users" if entities.types.len() == 1 => [QUOTAS, CREDENTIALS].concat(),
        _ => QUOTAS.to_vec(),
    };
    let unknown = |deleted: bool| {
        let among =
            changes.iter().filter(|(_, change)| (*change == ConfigChange::Delete) == deleted);
        among.map(|(key, _)| key.as_str()).filter(|key| !known.contains(key)).collect::<Vec<_>>()
    };
    let (added, deleted) = (unknown(false), unknown(true));
    if added.is_empty() && deleted.is_empty() {
        return Ok(());
    }
    let message = if head == "ips" {
        let names = [added, deleted].concat().join(",");
        format!(
            "Only connection quota configs can be added for 'ips' using --bootstrap-server. Unexpected config names: {names}"
        )
    } else {
        let what = if known.len() > QUOTAS.len() { "quota and SCRAM credential" } else { "quota" };
        let of = if known.len() > QUOTAS.len() { "users" } else { "clients" };
        let (done, names) = match added.is_empty() {
            false => ("added", format!("Set({})", added.join(", "))),
            true => ("deleted", format!("ArrayBuffer({})", deleted.join(", "))),
        };
        format!(
            "Only {what} configs can be {done} for '{of}' using --bootstrap-server. Unexpected config names: {names}"
        )
    };
    Err(Thrown::illegal_argument(message))
}
