//! The answer to DescribeConfigs: every key with its value, its source, and what stood behind it.
//!
//! Clients rely on completeness. Connect refuses to start without `cleanup.policy`, Quix Streams without
//! `retention.ms`, and every user interface shows the whole list; so every key of a resource is there, set or not.

use super::alter::Target;
use super::layers::{Layers, Overrides, Source};
use super::resources::{CLIENT_METRICS_ROWS, GROUP_ROWS};
use super::row::{Row, Update};
use super::rows::{SECTIONS, broker_rows};
use super::synonyms::{self, Synonym};
use super::topic::{TOPIC_ROWS, TopicConfig};
use super::value::Kind;

/// One key in the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// The key.
    pub name: &'static str,
    /// The value that holds; `None` for null and for secrets.
    pub value: Option<String>,
    /// Who set it.
    pub source: Source,
    /// Every value that was set for it or for a key that stands in for it, the strongest first.
    pub synonyms: Vec<DescribedSynonym>,
    /// Its type.
    pub kind: Kind,
    /// Whether it cannot be altered here.
    pub is_read_only: bool,
    /// Whether its value is a secret.
    pub is_sensitive: bool,
    /// What it means.
    pub documentation: &'static str,
}

/// One value behind the one that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedSynonym {
    /// The key under which it was set.
    pub name: &'static str,
    /// The value, in that key's own unit; `None` for secrets.
    pub value: Option<String>,
    /// Who set it.
    pub source: Source,
}

/// Every key of a topic with these overrides.
pub fn topic(layers: &Layers, overrides: &impl Overrides) -> Vec<Described> {
    let describe = |topic: &'static super::topic::TopicRow| {
        inherited(
            layers,
            &topic.row,
            topic.broker_key,
            overrides.value(topic.row.key),
            Source::Topic,
        )
    };
    TOPIC_ROWS.iter().map(describe).collect()
}

/// Every key of a group with these overrides.
pub fn group(layers: &Layers, overrides: &impl Overrides) -> Vec<Described> {
    let describe = |group: &'static super::resources::GroupRow| {
        inherited(
            layers,
            &group.row,
            group.broker_key,
            overrides.value(group.row.key),
            Source::Group,
        )
    };
    GROUP_ROWS.iter().map(describe).collect()
}

/// Every key of a subscription to client metrics with these overrides.
pub fn client_metrics(overrides: &impl Overrides) -> Vec<Described> {
    let nothing = Layers::default();
    let describe = |row: &'static Row| {
        inherited(&nothing, row, None, overrides.value(row.key), Source::ClientMetrics)
    };
    CLIENT_METRICS_ROWS.iter().map(describe).collect()
}

/// Every key of this broker.
pub fn broker(layers: &Layers) -> Vec<Described> {
    SECTIONS.iter().flat_map(|section| section.rows).map(|row| broker_key(layers, row)).collect()
}

/// What is set for all brokers at once. Unlike the other answers it holds only the keys that are set, as Kafka's does.
pub fn every_broker(default: &impl Overrides) -> Vec<Described> {
    let set = |row: &'static Row| {
        let value = default.value(row.key)?;
        let source = Source::DynamicDefaultBroker;
        let own = shown(row, row.key, value, source);
        Some(described(row, own.value.clone(), source, vec![own]))
    };
    SECTIONS.iter().flat_map(|section| section.rows).filter_map(set).collect()
}

/// The text that holds for a key of `target` that has no value of its own.
pub fn inherited_text(layers: &Layers, target: Target, key: &'static str) -> Option<String> {
    let (row, broker_key) = match target {
        Target::Topic => TopicConfig::row(key).map(|topic| (&topic.row, topic.broker_key))?,
        Target::Group => GROUP_ROWS
            .iter()
            .find(|group| group.row.key == key)
            .map(|group| (&group.row, group.broker_key))?,
        Target::Broker | Target::EveryBroker => (broker_rows().get(key)?, Some(key)),
        Target::ClientMetrics => (CLIENT_METRICS_ROWS.iter().find(|row| row.key == key)?, None),
    };
    text_without_own(layers, row, broker_key)
}

fn text_without_own(
    layers: &Layers,
    row: &Row,
    broker_key: Option<&'static str>,
) -> Option<String> {
    let Some(broker_key) = broker_key else { return row.default.map(str::to_owned) };
    let synonyms = synonyms::of(broker_key);
    let set = |synonym: &Synonym| layers.get(synonym.key).map(|(text, _)| synonym.converted(text));
    let default = |synonym: &Synonym| {
        broker_rows().get(synonym.key)?.default.map(|text| synonym.converted(text))
    };
    synonyms.iter().find_map(set).or_else(|| synonyms.iter().find_map(default))
}

/// A key whose value is its own, or else that of a broker key.
fn inherited(
    layers: &Layers,
    row: &'static Row,
    broker_key: Option<&'static str>,
    own: Option<&str>,
    own_source: Source,
) -> Described {
    let mut all: Vec<DescribedSynonym> =
        own.map(|text| shown(row, row.key, text, own_source)).into_iter().collect();
    all.extend(broker_key.into_iter().flat_map(|key| behind(layers, key)));
    let value = match own {
        Some(text) => Some(text.to_owned()),
        None => text_without_own(layers, row, broker_key),
    };
    let source = all.first().map_or(Source::Default, |synonym| synonym.source);
    described(row, value.filter(|_| !row.is_sensitive()), source, all)
}

fn broker_key(layers: &Layers, row: &'static Row) -> Described {
    // As in Kafka, which leaves out what is stronger than the key itself, and everything if the key itself has no value.
    let mut synonyms = behind(layers, row.key);
    let own = synonyms.iter().position(|synonym| synonym.name == row.key);
    synonyms.drain(..own.unwrap_or(synonyms.len()));
    let source = synonyms.first().map_or(Source::Default, |synonym| synonym.source);
    let value = layers.get(row.key).map(|(text, _)| text.trim()).or(row.default);
    let value = value.filter(|_| !row.is_sensitive()).map(str::to_owned);
    described(row, value, source, synonyms)
}

/// Every value behind a broker key, the strongest first: each source in turn, and within a source the key before
/// those that stand in for it. Defaults come last.
fn behind(layers: &Layers, key: &'static str) -> Vec<DescribedSynonym> {
    let names = synonyms::of(key);
    let mut all = Vec::new();
    for source in [Source::DynamicBroker, Source::DynamicDefaultBroker, Source::StaticBroker] {
        for name in &names {
            let set = layers.all(name.key).find(|(_, found)| *found == source);
            all.extend(
                set.zip(broker_rows().get(name.key))
                    .map(|((text, _), row)| shown(row, name.key, text, source)),
            );
        }
    }
    for row in names.iter().filter_map(|name| broker_rows().get(name.key)) {
        all.extend(row.default.map(|text| shown(row, row.key, text, Source::Default)));
    }
    all
}

fn shown(row: &Row, name: &'static str, text: &str, source: Source) -> DescribedSynonym {
    let value = (!row.is_sensitive()).then(|| text.trim().to_owned());
    DescribedSynonym { name, value, source }
}

fn described(
    row: &'static Row,
    value: Option<String>,
    source: Source,
    synonyms: Vec<DescribedSynonym>,
) -> Described {
    Described {
        name: row.key,
        value,
        source,
        synonyms,
        kind: row.kind,
        is_read_only: row.update == Update::ReadOnly,
        is_sensitive: row.is_sensitive(),
        documentation: row.doc.trim(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use super::super::layers::{Origin, Setting};
    use super::*;

    type Map = BTreeMap<String, String>;

    fn map(pairs: &[(&str, &str)]) -> Map {
        pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
    }

    fn layers(
        statics: &[(&str, &str)],
        default: &[(&str, &str)],
        broker: &[(&str, &str)],
    ) -> Layers {
        let setting = |text: &str| Setting { text: text.into(), origin: Origin::Override };
        let statics = statics.iter().map(|(key, value)| ((*key).into(), setting(value))).collect();
        Layers::new(statics, PathBuf::new()).with_dynamic(&map(default), &map(broker))
    }

    fn find(described: Vec<Described>, name: &str) -> Described {
        described.into_iter().find(|one| one.name == name).expect("every key is there")
    }

    fn story(described: &Described) -> String {
        let mut text =
            format!("{:?} {:?}", described.value.as_deref().unwrap_or("null"), described.source);
        for synonym in &described.synonyms {
            let value = synonym.value.as_deref().unwrap_or("null");
            text.push_str(&format!("\n  {}={value} {:?}", synonym.name, synonym.source));
        }
        text
    }

    #[test]
    fn a_topic_that_nobody_touched_shows_the_defaults_and_where_they_come_from() {
        let retention = find(topic(&Layers::default(), &Map::new()), "retention.ms");
        assert_eq!(story(&retention), "\"604800000\" Default\n  log.retention.hours=168 Default");
        let segment = find(topic(&Layers::default(), &Map::new()), "segment.bytes");
        assert_eq!(
            story(&segment),
            "\"1073741824\" Default\n  log.segment.bytes=1073741824 Default"
        );
        assert!(!segment.is_read_only);
    }

    #[test]
    fn every_layer_is_a_synonym_the_strongest_first() {
        let layers = layers(
            &[("log.retention.hours", "24"), ("log.retention.ms", "3")],
            &[("log.retention.ms", "2")],
            &[("log.retention.ms", "1")],
        );
        let retention = find(topic(&layers, &map(&[("retention.ms", "0")])), "retention.ms");
        assert_eq!(
            story(&retention),
            "\"0\" Topic\n  retention.ms=0 Topic\n  log.retention.ms=1 DynamicBroker\n  \
             log.retention.ms=2 DynamicDefaultBroker\n  log.retention.ms=3 StaticBroker\n  \
             log.retention.hours=24 StaticBroker\n  log.retention.hours=168 Default"
        );
    }

    #[test]
    fn hours_in_a_file_are_milliseconds_on_a_topic() {
        let layers = layers(&[("log.retention.hours", "1")], &[], &[]);
        let retention = find(topic(&layers, &Map::new()), "retention.ms");
        assert_eq!(
            story(&retention),
            "\"3600000\" StaticBroker\n  log.retention.hours=1 StaticBroker\n  log.retention.hours=168 Default"
        );
    }

    #[test]
    fn a_broker_shows_every_key_and_no_secret() {
        let layers = layers(&[("ssl.key.password", "hunter2"), ("num.partitions", "8")], &[], &[]);
        let secret = find(broker(&layers), "ssl.key.password");
        assert_eq!(story(&secret), "\"null\" StaticBroker\n  ssl.key.password=null StaticBroker");
        assert!(secret.is_sensitive);
        let partitions = find(broker(&layers), "num.partitions");
        assert_eq!(
            story(&partitions),
            "\"8\" StaticBroker\n  num.partitions=8 StaticBroker\n  num.partitions=1 Default"
        );
        assert!(partitions.is_read_only);
        assert_eq!(broker(&layers).len(), broker_rows().len());
    }

    #[test]
    fn a_broker_key_that_only_a_synonym_sets_is_null_by_default() {
        let layers = layers(&[("log.retention.hours", "24")], &[], &[]);
        let retention = find(broker(&layers), "log.retention.ms");
        assert_eq!(story(&retention), "\"null\" Default");
    }

    #[test]
    fn the_default_of_all_brokers_shows_what_is_set_alone() {
        let shown = every_broker(&map(&[("log.retention.ms", "5")]));
        assert_eq!(shown.iter().map(|one| one.name).collect::<Vec<_>>(), ["log.retention.ms"]);
    }

    #[test]
    fn what_is_described_of_a_topic_is_what_the_topic_has() {
        let layers = layers(&[("log.retention.minutes", "3"), ("log.roll.hours", "2")], &[], &[]);
        let config = super::super::broker::BrokerConfig::resolve(&layers).expect("legal");
        let typed = TopicConfig::resolve(&config, &Map::new());
        let text = |name| find(topic(&layers, &Map::new()), name).value.expect("a value");
        assert_eq!(text("retention.ms"), typed.retention_ms.to_string());
        assert_eq!(text("segment.ms"), typed.segment_ms.to_string());
        assert_eq!(text("flush.ms"), typed.flush_ms.to_string());
    }
}
