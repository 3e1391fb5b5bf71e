//! `kafka-configs`: settings of topics, brokers, groups and subscriptions to client metrics are described and changed.
//!
//! Quotas and credentials (`users`, `clients`, `ips`) are checked as Kafka's tool checks them, and then refused with its
//! exception for a broker that does not know the request: this client has none to send.

mod alter;
mod changes;
mod checks;
mod describe;
mod entity;
mod options;

use std::process::ExitCode;

use super::link::{Link, command_config};
use super::{Applet, Screen, Stop, Thrown};
use crate::admin::Resource;
use options::{ALTER, BOOTSTRAP_CONTROLLER, BOOTSTRAP_SERVER, COMMAND_CONFIG, PARSER};

/// `kafka-configs.sh`.
pub(super) const APPLET: Applet = Applet {
    name: "kafka-configs",
    classes: &["kafka.admin.ConfigCommand", "org.apache.kafka.tools.ConfigCommand"],
    run,
};

/// Exceptions of which only the message is told.
const PLAIN: &[&str] = &[
    "UnsupportedVersionException",
    "IllegalArgumentException",
    "InvalidConfigurationException",
    "InvalidTopicException",
    "NumberFormatException",
];

fn run(words: Vec<String>) -> ExitCode {
    super::start(async move |screen| match configs(&words, screen).await {
        Ok(()) => 0,
        Err(stop) => stop.settle(&PARSER, screen).unwrap_or_else(|thrown| {
            failed(&words, &thrown, screen);
            1
        }),
    })
}

fn failed(words: &[String], thrown: &Thrown, screen: &mut Screen) {
    if PLAIN.iter().any(|class| thrown.is_a(class)) || thrown.class().starts_with("joptsimple.") {
        screen.complain(thrown.message());
        return;
    }
    let line = words.join(" ");
    screen.complain(format!("Error while executing config command with args '{line}'"));
    screen.complain(thrown);
}

async fn configs(words: &[String], screen: &mut Screen) -> Result<(), Stop> {
    let parsed = PARSER.parse(words)?;
    parsed.help_or_version(
        "This tool helps to manipulate and describe entity config for a topic, client, user, broker, ip, client-metrics or \
         group",
    )?;
    let entities = checks::check(&parsed)?;
    let config = command_config(parsed.value(COMMAND_CONFIG)?.as_deref())?;
    let servers = match parsed.value(BOOTSTRAP_SERVER)? {
        Some(servers) => Some(servers),
        None => parsed.value(BOOTSTRAP_CONTROLLER)?,
    };
    let link = Link::new(servers.as_deref(), &config)?;
    if parsed.has(ALTER) && entities.types.len() != entities.names.len() {
        let message = "An entity name must be specified for every entity type";
        return Err(Thrown::illegal_argument(message).into());
    }
    match parsed.has(ALTER) {
        true => alter::alter(&parsed, &entities, &link, screen).await?,
        false => describe::describe(&parsed, &entities, &link, screen).await?,
    }
    Ok(())
}

/// The resource of an entity, where its settings are a resource's.
fn resource(of_type: &str, name: &str) -> Result<Option<Resource>, Thrown> {
    let broker = || {
        let message = format!(
            "The entity name for {of_type} must be a valid integer broker id, found: {name}"
        );
        let id = name.parse().map(protocol::ids::NodeId);
        id.map_err(|_| Thrown::illegal_argument(message))
    };
    Ok(Some(match of_type {
        "topics" => Resource::Topic(name.to_owned()),
        "brokers" if name.is_empty() => Resource::Broker(None),
        "brokers" => Resource::Broker(Some(broker()?)),
        "broker-loggers" => Resource::BrokerLogger(broker()?),
        "client-metrics" => Resource::ClientMetrics(name.to_owned()),
        "groups" => Resource::Group(name.to_owned()),
        _ => return Ok(None),
    }))
}

/// Quotas and credentials are asked for with requests that this client does not have.
fn unsupported(api: &str) -> Thrown {
    let message = format!("The node does not support {api}");
    Thrown::kafka("UnsupportedVersionException", message).in_execution()
}
