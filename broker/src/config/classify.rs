//! What a key in a file is: known, of the past, of something else, or unknown.

use super::removed::{Removed, removed};
use super::resources::{CLIENT_METRICS_ROWS, GROUP_ROWS, QUOTA_KEYS};
use super::row::Row;
use super::rows::broker_rows;
use super::topic::{TOPIC_ROWS, TopicConfig};

/// What a key in a broker's configuration is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known {
    /// A broker key.
    Broker(&'static Row),
    /// A broker key for one listener: `listener.name.<listener>.<key>`.
    Listener(&'static Row),
    /// A key that belongs to a plug-in of remote storage, which has a prefix of its own.
    Plugin,
    /// A key that Kafka had and has no more.
    Removed(&'static Removed),
    /// A topic's key, with the broker key that gives topics their value.
    Topic(Option<&'static str>),
    /// A key of a group, of client metrics, or of a quota.
    Elsewhere(&'static str),
    /// Nobody knows it.
    Unknown,
}

/// What `key` is in a broker's configuration.
pub(super) fn classify(key: &str) -> Known {
    if let Some(row) = broker_rows().get(key) {
        return Known::Broker(row);
    }
    if let Some(removed) = removed(key) {
        return Known::Removed(removed);
    }
    if let Some(row) = listener_key(key).and_then(longest_suffix) {
        return Known::Listener(row);
    }
    if key.starts_with("rsm.config.") || key.starts_with("rlmm.config.") {
        return Known::Plugin;
    }
    if let Some(topic) = TopicConfig::row(key) {
        return Known::Topic(topic.broker_key);
    }
    elsewhere(key).map_or(Known::Unknown, Known::Elsewhere)
}

fn listener_key(key: &str) -> Option<&str> {
    key.strip_prefix("listener.name.")?.split_once('.').map(|(_, key)| key)
}

/// The row of `ssl.key.password` in `ssl.key.password` and of `sasl.jaas.config` in `plain.sasl.jaas.config`: a SASL
/// mechanism may stand before the key.
fn longest_suffix(key: &str) -> Option<&'static Row> {
    let rest = |key: &str| key.split_once('.').map(|(_, rest)| rest.to_owned());
    broker_rows().get(key).or_else(|| broker_rows().get(rest(key)?.as_str()))
}

fn elsewhere(key: &str) -> Option<&'static str> {
    if GROUP_ROWS.iter().any(|group| group.row.key == key) {
        Some("a group")
    } else if CLIENT_METRICS_ROWS.iter().any(|row| row.key == key) {
        Some("a subscription to client metrics")
    } else if QUOTA_KEYS.contains(&key) {
        Some("a client quota")
    } else if key == "internal.segment.bytes" {
        Some("Kafka's own tests")
    } else {
        None
    }
}

/// Every key that may stand in a broker's configuration, for suggestions.
pub(super) fn broker_keys() -> impl Iterator<Item = &'static str> {
    broker_rows().keys().copied()
}

/// Every topic key, for suggestions.
pub(super) fn topic_keys() -> impl Iterator<Item = &'static str> {
    TOPIC_ROWS.iter().map(|topic| topic.row.key)
}
