//! Our rows beside Kafka's own, key by key. Where they differ, they differ on purpose.

use std::collections::BTreeMap;

use super::super::classify::{Known, classify};
use super::super::describe;
use super::super::layers::Layers;
use super::super::resources::GROUP_ROWS;
use super::super::row::{Row, Update};
use super::super::topic::TopicConfig;
use super::broker_rows;

/// Keys whose default is not Kafka's, and why.
const OTHER_DEFAULTS: &[(&str, &str)] = &[
    ("process.roles", "Kafka has none; ours is a cluster of one"),
    ("node.id", "Kafka has none; ours is a cluster of one"),
    ("controller.listener.names", "Kafka has none; a cluster of one needs no such listener"),
    ("listener.security.protocol.map", "the same pairs in another order"),
    ("log.dir", "Kafka's is a temporary directory"),
    ("metric.reporters", "there is no JMX"),
    ("queued.max.request.bytes", "Kafka's has no limit"),
    ("socket.listen.backlog.size", "Kafka's is less than a restart with many clients needs"),
    ("socket.receive.buffer.bytes", "Kafka's holds a fast connection back"),
    ("socket.send.buffer.bytes", "Kafka's holds a fast connection back"),
];

/// Keys that Kafka alters at run time and we do not: they steer what is not built.
const NOT_DYNAMIC: &[&str] = &[
    "config.providers",
    "cordoned.log.dirs",
    "listener.security.protocol.map",
    "listeners",
    "max.connection.creation.rate",
    "max.connections.per.ip.overrides",
    "principal.builder.class",
    "sasl.enabled.mechanisms",
    "sasl.jaas.config",
    "ssl.client.auth",
    "ssl.engine.factory.class",
    "ssl.key.password",
    "ssl.keystore.certificate.chain",
    "ssl.keystore.key",
    "ssl.keystore.location",
    "ssl.keystore.password",
    "ssl.truststore.certificates",
    "ssl.truststore.location",
    "ssl.truststore.password",
];

struct Theirs {
    whose: &'static str,
    key: &'static str,
    kind: &'static str,
    default: &'static str,
    update: &'static str,
}

fn theirs() -> impl Iterator<Item = Theirs> {
    let text = include_str!("../testdata/kafka_keys.tsv");
    text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut columns = line.split('\t');
        let mut next = || columns.next().expect("five columns");
        Theirs { whose: next(), key: next(), kind: next(), default: next(), update: next() }
    })
}

fn of(whose: &str) -> Vec<Theirs> {
    theirs().filter(|theirs| theirs.whose == whose).collect()
}

#[test]
fn no_key_of_kafka_s_is_called_unknown() {
    let unknown: Vec<&str> = theirs()
        .filter(|theirs| matches!(classify(theirs.key), Known::Unknown))
        .map(|theirs| theirs.key)
        .collect();
    assert_eq!(unknown, Vec::<&str>::new());
}

#[test]
fn every_broker_key_has_kafka_s_type() {
    for theirs in of("broker") {
        let row =
            broker_rows().get(theirs.key).unwrap_or_else(|| panic!("{} has no row", theirs.key));
        assert_eq!(row.kind.name(), theirs.kind, "{}", theirs.key);
    }
}

#[test]
fn every_broker_key_has_kafka_s_default_or_is_different_on_purpose() {
    let differs = |theirs: &Theirs| default_text(&broker_rows()[theirs.key]) != theirs.default;
    let different: Vec<&str> =
        of("broker").iter().filter(|theirs| differs(theirs)).map(|theirs| theirs.key).collect();
    let mut expected: Vec<&str> = OTHER_DEFAULTS.iter().map(|(key, _)| *key).collect();
    expected.sort_unstable();
    assert_eq!(different, expected);
}

#[test]
fn every_broker_key_is_dynamic_where_kafka_s_is_or_not_on_purpose() {
    let differs = |theirs: &Theirs| update_text(broker_rows()[theirs.key].update) != theirs.update;
    let different: Vec<&str> =
        of("broker").iter().filter(|theirs| differs(theirs)).map(|theirs| theirs.key).collect();
    assert_eq!(different, NOT_DYNAMIC);
}

#[test]
fn every_topic_key_of_kafka_s_has_its_type() {
    for theirs in of("topic").iter().filter(|theirs| theirs.key != "internal.segment.bytes") {
        let topic =
            TopicConfig::row(theirs.key).unwrap_or_else(|| panic!("{} has no row", theirs.key));
        assert_eq!(topic.row.kind.name(), theirs.kind, "{}", theirs.key);
    }
}

#[test]
fn a_topic_that_nobody_touched_has_kafka_s_values() {
    let described = describe::topic(&Layers::default(), &BTreeMap::<String, String>::new());
    for theirs in of("topic").iter().filter(|theirs| theirs.key != "internal.segment.bytes") {
        let ours = described.iter().find(|ours| ours.name == theirs.key);
        let value = ours.and_then(|ours| ours.value.as_deref());
        assert_eq!(value, Some(theirs.default), "{}", theirs.key);
    }
}

#[test]
fn every_group_key_of_kafka_s_has_its_type_and_default() {
    for theirs in of("group") {
        let group = GROUP_ROWS.iter().find(|group| group.row.key == theirs.key);
        let row = group.unwrap_or_else(|| panic!("{} has no row", theirs.key)).row;
        assert_eq!(
            (row.kind.name(), default_text(&row)),
            (theirs.kind, theirs.default),
            "{}",
            theirs.key
        );
    }
}

fn default_text(row: &Row) -> &'static str {
    row.default.unwrap_or("null")
}

fn update_text(update: Update) -> &'static str {
    match update {
        Update::ReadOnly => "read-only",
        Update::PerBroker => "per-broker",
        Update::ClusterWide => "cluster-wide",
    }
}
