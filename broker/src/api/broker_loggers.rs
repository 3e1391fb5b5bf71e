//! The levels of this broker's loggers, which clients see and change as a resource of their own (KIP-412).
//!
//! They are this process's alone: no controller hears of them, and a restart forgets them.

use protocol::messages::describe_configs_response::DescribeConfigsResourceResult;
use protocol::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig,
};
use protocol::{ErrorCode, StrBytes};

use crate::config::Source;
use crate::controller::Refusal;
use crate::node::Broker;
use crate::telemetry::loggers::{Level, Loggers, ROOT};

/// The type of the resource on the wire.
pub(super) const BROKER_LOGGER: i8 = 8;

/// Every logger with its level.
pub(super) fn describe(
    broker: &Broker,
    name: &str,
) -> Result<Vec<DescribeConfigsResourceResult>, Refusal> {
    check_broker(broker, name)?;
    let entry = |(logger, level): (&'static str, Level)| {
        DescribeConfigsResourceResult::default()
            .with_name(StrBytes::from_static_str(logger))
            .with_value(Some(StrBytes::from_static_str(level.name())))
            .with_config_source(Source::BrokerLogger as i8)
            .with_documentation(None)
    };
    Ok(loggers()?.all().into_iter().map(entry).collect())
}

/// Changes levels: all that are asked for, or none.
pub(super) fn alter(
    broker: &Broker,
    asked: &AlterConfigsResource,
    validate_only: bool,
) -> Result<(), Refusal> {
    check_broker(broker, &asked.resource_name)?;
    let changes: Vec<_> = asked.configs.iter().map(change).collect::<Result<_, _>>()?;
    if validate_only {
        return Ok(());
    }
    for (logger, level) in &changes {
        tracing::info!(logger, level = level.map(Level::name), "the level of a logger changes");
    }
    loggers()?.change(changes);
    Ok(())
}

fn loggers() -> Result<&'static Loggers, Refusal> {
    let nothing = || Refusal::new(ErrorCode::InvalidRequest, "This process has no log.");
    Loggers::of_process().ok_or_else(nothing)
}

fn check_broker(broker: &Broker, name: &str) -> Result<(), Refusal> {
    if name == broker.node_id.to_string() {
        return Ok(());
    }
    let id = broker.node_id;
    let message = match name.parse::<i32>() {
        Ok(other) => format!("Unexpected broker id, expected {id} but received {other}"),
        Err(_) => format!("Broker id must be an integer, but it is: {name}"),
    };
    Err(Refusal::new(ErrorCode::InvalidRequest, message))
}

fn change(asked: &AlterableConfig) -> Result<(&'static str, Option<Level>), Refusal> {
    let name = asked.name.as_str();
    let logger = Loggers::find(name).ok_or_else(|| {
        Refusal::new(ErrorCode::InvalidConfig, format!("Logger {name} does not exist!"))
    })?;
    match asked.config_operation {
        0 => level(name, asked.value.as_deref()).map(|level| (logger, Some(level))),
        1 if logger == ROOT => {
            let message = format!("Removing the log level of the {ROOT} logger is not allowed");
            Err(Refusal::new(ErrorCode::InvalidRequest, message))
        }
        1 => Ok((logger, None)),
        other => {
            let operation = match other {
                2 => "APPEND operation".to_owned(),
                3 => "SUBTRACT operation".to_owned(),
                _ => format!("Unknown operation type {other}"),
            };
            let message = format!("{operation} is not allowed for the BROKER_LOGGER resource");
            Err(Refusal::new(ErrorCode::InvalidRequest, message))
        }
    }
}

fn level(logger: &str, text: Option<&str>) -> Result<Level, Refusal> {
    text.and_then(Level::named).ok_or_else(|| {
        let levels: Vec<&str> = Level::ALL.iter().map(|level| level.name()).collect();
        let message = format!(
            "Cannot set the log level of {logger} to {} as it is not a supported log level. Valid log levels are {}",
            text.unwrap_or("null"),
            levels.join(", ")
        );
        Refusal::new(ErrorCode::InvalidConfig, message)
    })
}
