//! `kafka-broker-api-versions`: which versions of which API each broker speaks, and Kafka's own client with it.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::process::ExitCode;

use super::link::{Link, command_config};
use super::{Applet, Opt, Parser, Screen, Stop, Thrown};
use crate::cluster::{Broker, Lane, Wanted};
use crate::connection::Versions;

/// `kafka-broker-api-versions.sh`.
pub(super) const APPLET: Applet = Applet {
    name: "kafka-broker-api-versions",
    classes: &[
        "org.apache.kafka.tools.BrokerApiVersionsCommand",
        "kafka.admin.BrokerApiVersionsCommand",
    ],
    run,
};

const BOOTSTRAP_SERVER: Opt = Opt::value(
    "bootstrap-server",
    "server(s) to use for bootstrapping",
    "REQUIRED: The server to connect to.",
);
const COMMAND_CONFIG: Opt = Opt::value(
    "command-config",
    "command config property file",
    "A property file containing configs to be passed to Admin Client.",
);
const PARSER: Parser =
    Parser::new("kafka-broker-api-versions", &[COMMAND_CONFIG, BOOTSTRAP_SERVER]);

/// Every API that Kafka's client knows: `key<TAB>name<TAB>oldest<TAB>latest<TAB>client`, where the last is `-` for what
/// brokers and controllers say to each other alone.
const API_KEYS: &str = include_str!("api_keys.tsv");

/// One row of the table.
struct Api {
    name: &'static str,
    oldest: i16,
    latest: i16,
    of_clients: bool,
}

fn run(words: Vec<String>) -> ExitCode {
    super::start(async move |screen| match broker_api_versions(&words, screen).await {
        Ok(()) => 0,
        Err(stop) => stop.end(&PARSER, screen),
    })
}

async fn broker_api_versions(words: &[String], screen: &mut Screen) -> Result<(), Stop> {
    let parsed = PARSER.parse(words)?;
    parsed.help_or_version("This tool helps to retrieve broker version information.")?;
    parsed.require(&[BOOTSTRAP_SERVER])?;
    let config = command_config(parsed.value(COMMAND_CONFIG)?.as_deref())?;
    let servers = parsed.value(BOOTSTRAP_SERVER)?.unwrap_or_default();
    // This tool has a client of its own, which says what it does not like.
    let link = Link::new(Some(&servers), &config).map_err(|thrown| {
        match thrown.is_a("KafkaException") {
            true => Thrown::new(
                "org.apache.kafka.common.config.ConfigException",
                format!("Invalid url in bootstrap.servers: {servers}"),
            ),
            false => thrown,
        }
    })?;
    let cluster = link.admin.cluster();
    let Ok(view) = cluster.refresh(Wanted::Brokers).await else {
        return Err(nobody(&link).into());
    };
    for broker in view.brokers.values() {
        let told = match cluster.node(broker.id, Lane::Ordinary).await {
            Ok(connection) => versions(connection.versions()),
            Err(error) => format!("ERROR: {}", Thrown::from(error).message()),
        };
        screen.line(format!("{} -> {told}", node(broker)));
    }
    Ok(())
}

/// Kafka's tool tries each server once.
fn nobody(link: &Link) -> Thrown {
    let servers = link.admin.cluster().options().bootstrap.iter().zip(1..);
    let servers: Vec<String> = servers
        .map(|(address, number)| {
            format!("{}:{} (id: -{number} rack: null isFenced: false)", address.host, address.port)
        })
        .collect();
    let servers = servers.join(", ");
    Thrown::new(
        "java.lang.RuntimeException",
        format!("Request METADATA failed on brokers [{servers}]"),
    )
}

fn node(broker: &Broker) -> String {
    let (host, port) = (&broker.address.host, broker.address.port);
    let rack = broker.rack.as_deref().unwrap_or("null");
    format!("{host}:{port} (id: {} rack: {rack} isFenced: false)", broker.id)
}

fn api_keys() -> BTreeMap<i16, Api> {
    let row = |row: &'static str| {
        let fields: Vec<&str> = row.split('\t').collect();
        let [key, name, oldest, latest, of_clients] = fields[..] else { return None };
        let (oldest, latest) = (oldest.parse().ok()?, latest.parse().ok()?);
        Some((key.parse().ok()?, Api { name, oldest, latest, of_clients: of_clients == "client" }))
    };
    API_KEYS.lines().filter_map(row).collect()
}

fn versions(versions: &Versions) -> String {
    let known = api_keys();
    let missing = |(key, api): (&i16, &Api)| (*key, format!("{}({key}): UNSUPPORTED", api.name));
    let mut lines: BTreeMap<i16, String> =
        known.iter().filter(|(_, api)| api.of_clients).map(missing).collect();
    lines.extend(versions.iter().map(|(key, range)| (key, line(key, &range, known.get(&key)))));
    let lines: Vec<String> = lines.into_values().collect();
    format!("(\n\t{}\n)", lines.join(",\n\t"))
}

fn line(key: i16, range: &RangeInclusive<i16>, api: Option<&Api>) -> String {
    let (low, high) = (*range.start(), *range.end());
    let versions = if low == high { low.to_string() } else { format!("{low} to {high}") };
    let Some(api) = api else { return format!("UNKNOWN({key}): {versions}") };
    let usable = if api.latest < low {
        "unusable: node too new".into()
    } else if high < api.oldest {
        "unusable: node too old".into()
    } else {
        format!("usable: {}", api.latest.min(high))
    };
    format!("{}({key}): {versions} [{usable}]", api.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_usable_where_both_sides_speak_it() {
        let known = api_keys();
        assert_eq!(known.len(), API_KEYS.lines().count());
        let line = |key: i16, range| line(key, &range, known.get(&key));
        assert_eq!(line(0, 3..=13), "Produce(0): 3 to 13 [usable: 13]");
        assert_eq!(line(0, 0..=2), "Produce(0): 0 to 2 [unusable: node too old]");
        assert_eq!(line(17, 9..=9), "SaslHandshake(17): 9 [unusable: node too new]");
        assert_eq!(line(999, 0..=1), "UNKNOWN(999): 0 to 1");
    }
}
