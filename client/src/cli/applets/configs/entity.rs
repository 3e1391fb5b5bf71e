//! Entities: what a command line of `kafka-configs` speaks of, in the two ways that it may say so.

use super::options::{
    BROKER, BROKER_DEFAULTS, BROKER_LOGGER, CLIENT, CLIENT_DEFAULTS, CLIENT_METRICS,
    ENTITY_DEFAULT, ENTITY_NAME, ENTITY_TYPE, GROUP, IP, IP_DEFAULTS, TOPIC, USER, USER_DEFAULTS,
};
use crate::cli::applets::{Opt, Parsed, Thrown};

/// Every type, in the order in which an error names them.
pub(super) const TYPES: &[&str] =
    &["topics", "clients", "users", "brokers", "ips", "client-metrics", "groups", "broker-loggers"];

/// The types with a default entity.
const WITH_DEFAULT: &[&str] = &["users", "clients", "brokers", "ips"];

/// Each flag that names an entity, and its type.
const NAMED: &[(Opt, &str)] = &[
    (TOPIC, "topics"),
    (CLIENT, "clients"),
    (USER, "users"),
    (BROKER, "brokers"),
    (BROKER_LOGGER, "broker-loggers"),
    (IP, "ips"),
    (CLIENT_METRICS, "client-metrics"),
    (GROUP, "groups"),
];

/// Each flag that means a default entity, and its type.
const DEFAULTS: &[(Opt, &str)] = &[
    (CLIENT_DEFAULTS, "clients"),
    (USER_DEFAULTS, "users"),
    (BROKER_DEFAULTS, "brokers"),
    (IP_DEFAULTS, "ips"),
];

/// The types and the names that a command line gives. The name of a default entity is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entities {
    pub(super) types: Vec<String>,
    pub(super) names: Vec<String>,
}

impl Entities {
    /// What the command line says.
    pub(super) fn of(parsed: &Parsed) -> Result<Self, Thrown> {
        let given =
            |flags: &'static [(Opt, &str)]| flags.iter().filter(|(flag, _)| parsed.has(*flag));
        let mut types = parsed.values(ENTITY_TYPE)?;
        types.extend(given(NAMED).chain(given(DEFAULTS)).map(|(_, of_type)| (*of_type).to_owned()));
        let mut values = parsed.values(ENTITY_NAME)?.into_iter();
        let mut names: Vec<String> = parsed
            .order(&[ENTITY_NAME, ENTITY_DEFAULT])
            .map(|name| {
                if name == ENTITY_NAME.name {
                    values.next().unwrap_or_default()
                } else {
                    String::new()
                }
            })
            .collect();
        for (flag, _) in given(NAMED) {
            names.push(parsed.value(*flag)?.unwrap_or_default());
        }
        names.extend(given(DEFAULTS).map(|_| String::new()));
        Ok(Self { types, names })
    }

    /// Whether the command line uses the flags of the second way.
    pub(super) fn has_flags(parsed: &Parsed) -> bool {
        NAMED.iter().chain(DEFAULTS).any(|(flag, _)| parsed.has(*flag))
    }

    /// Whether one of the types is among these.
    pub(super) fn has_type(&self, types: &[&str]) -> bool {
        self.types.iter().any(|of_type| types.contains(&of_type.as_str()))
    }

    /// Whether one of the types has a default entity.
    pub(super) fn may_be_default(&self) -> bool {
        self.has_type(WITH_DEFAULT)
    }

    /// Whether a name is given.
    pub(super) fn is_named(&self) -> bool {
        self.names.iter().any(|name| !name.is_empty())
    }

    /// Whether a default entity is meant.
    pub(super) fn is_default(&self) -> bool {
        self.names.iter().any(String::is_empty)
    }

    /// The first type, which decides what is done.
    pub(super) fn head(&self) -> &str {
        self.types.first().map_or("", String::as_str)
    }

    /// The types as errors list them.
    pub(super) fn listed(&self) -> String {
        self.types.join(",")
    }
}

/// One of a type: `topic` of `topics`.
pub(super) fn singular(of_type: &str) -> &str {
    of_type.get(..of_type.len().saturating_sub(1)).unwrap_or_default()
}
