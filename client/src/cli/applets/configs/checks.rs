//! The checks of a command line of `kafka-configs`, in the order in which Kafka's tool makes them.

use std::collections::BTreeSet;
use std::net::ToSocketAddrs;

use super::entity::{Entities, TYPES};
use super::options::{
    ADD_CONFIG, ADD_CONFIG_FILE, ALTER, BOOTSTRAP_CONTROLLER, BOOTSTRAP_SERVER, BROKER,
    BROKER_LOGGER, DELETE_CONFIG, DESCRIBE, ENTITY_DEFAULT, ENTITY_NAME, ENTITY_TYPE, IP,
};
use crate::cli::applets::{Parsed, Stop, Thrown};

fn refuse(message: impl Into<String>) -> Result<(), Stop> {
    Err(Thrown::illegal_argument(message).into())
}

/// What the line speaks of, if it makes sense.
pub(super) fn check(parsed: &Parsed) -> Result<Entities, Stop> {
    if parsed.count(&[ALTER, DESCRIBE]) != 1 {
        let message = "Command must include exactly one action: --describe, --alter";
        return Err(Stop::Usage(message.into()));
    }
    parsed.forbid(DESCRIBE, &[ALTER, ADD_CONFIG, DELETE_CONFIG])?;
    let entities = Entities::of(parsed)?;
    check_types(parsed, &entities)?;
    check_names(parsed, &entities)?;
    match parsed.has(DESCRIBE) {
        true => check_describe(parsed, &entities)?,
        false => check_alter(parsed, &entities)?,
    }
    Ok(entities)
}

fn check_types(parsed: &Parsed, entities: &Entities) -> Result<(), Stop> {
    let types = &entities.types;
    let mut seen = BTreeSet::new();
    let twice: Vec<&str> =
        types.iter().filter(|of_type| !seen.insert(*of_type)).map(String::as_str).collect();
    if !twice.is_empty() {
        return refuse(format!("Duplicate entity type(s) specified: {}", twice.join(",")));
    }
    if parsed.count(&[BOOTSTRAP_SERVER, BOOTSTRAP_CONTROLLER]) == 0 {
        return refuse("Either --bootstrap-server or --bootstrap-controller must be specified.");
    }
    if let Some(unknown) = types.iter().find(|of_type| !TYPES.contains(&of_type.as_str())) {
        let all = TYPES.join(", ");
        return refuse(format!(
            "Invalid entity type {unknown}, the entity type must be one of {all} with a --bootstrap-server or \
             --bootstrap-controller argument"
        ));
    }
    let pair = BTreeSet::from(["users", "clients"]);
    if types.is_empty() {
        refuse("At least one entity type must be specified")
    } else if types.len() > 1 && types.iter().map(String::as_str).collect::<BTreeSet<_>>() != pair {
        refuse("Only 'users' and 'clients' entity types may be specified together")
    } else if parsed.count(&[ENTITY_NAME, ENTITY_TYPE, ENTITY_DEFAULT]) > 0
        && Entities::has_flags(parsed)
    {
        refuse(
            "--entity-{type,name,default} should not be used in conjunction with specific entity flags",
        )
    } else if parsed.count(&[BOOTSTRAP_SERVER, BOOTSTRAP_CONTROLLER]) > 1 {
        refuse("Only one of --bootstrap-server or --bootstrap-controller can be specified")
    } else {
        Ok(())
    }
}

fn check_names(parsed: &Parsed, entities: &Entities) -> Result<(), Stop> {
    let head = entities.head();
    if entities.is_named() && entities.has_type(&["brokers", "broker-loggers"]) {
        for option in [ENTITY_NAME, BROKER, BROKER_LOGGER] {
            if let Some(id) = parsed.value(option)?.filter(|id| id.parse::<i32>().is_err()) {
                return refuse(format!(
                    "The entity name for {head} must be a valid integer broker id, but it is: {id}"
                ));
            }
        }
    }
    if entities.is_named() && entities.has_type(&["ips"]) {
        for option in [ENTITY_NAME, IP] {
            if let Some(ip) = parsed.value(option)?.filter(|ip| !is_host(ip)) {
                return refuse(format!(
                    "The entity name for {head} must be a valid IP or resolvable host, but it is: {ip}"
                ));
            }
        }
    }
    Ok(())
}

fn is_host(text: &str) -> bool {
    (text, 0).to_socket_addrs().is_ok_and(|mut found| found.next().is_some())
}

fn check_describe(parsed: &Parsed, entities: &Entities) -> Result<(), Stop> {
    let listed = entities.listed();
    if !entities.may_be_default() && parsed.has(ENTITY_DEFAULT) {
        return refuse(format!(
            "--entity-default must not be specified with --describe of {listed}"
        ));
    }
    if entities.has_type(&["broker-loggers"]) && !entities.is_named() {
        return refuse(format!("An entity name must be specified with --describe of {listed}"));
    }
    Ok(())
}

fn check_alter(parsed: &Parsed, entities: &Entities) -> Result<(), Stop> {
    let named = entities.is_named();
    if entities.may_be_default() {
        if !named && !entities.is_default() {
            return refuse(
                "An entity-name or default entity must be specified with --alter of users, clients, brokers or ips",
            );
        }
    } else if !named {
        let listed = entities.listed();
        return refuse(format!("An entity name must be specified with --alter of {listed}"));
    }
    if parsed.count(&[ADD_CONFIG, ADD_CONFIG_FILE]) > 1 {
        return refuse("Only one of --add-config or --add-config-file must be specified");
    }
    if parsed.count(&[ADD_CONFIG, ADD_CONFIG_FILE, DELETE_CONFIG]) == 0 {
        return refuse(
            "At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter",
        );
    }
    Ok(())
}
