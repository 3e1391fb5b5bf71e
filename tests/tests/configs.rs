//! DescribeConfigs over the wire, beside the list of Kafka's own keys.

use client::admin::{ConfigChange, NewTopic, Resource};
use protocol::ids::NodeId;
use protocol::messages::DescribeConfigsRequest;
use protocol::messages::describe_configs_request::DescribeConfigsResource;
use protocol::messages::describe_configs_response::{
    DescribeConfigsResourceResult as Entry, DescribeConfigsResult, DescribeConfigsSynonym,
};
use protocol::{ErrorCode, StrBytes};
use sapwood_tests::process::{Sapwood, wait};
use sapwood_tests::visitor::Visitor;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Kafka's keys with whose they are: the same list that the rows are held against.
const KAFKAS_KEYS: &str = include_str!("../../broker/src/config/testdata/kafka_keys.tsv");
/// It is for Kafka's own tests, and Kafka does not show it either.
const HIDDEN: &str = "internal.segment.bytes";
/// Keys that Kafka's authorizer and its SASL clients read for themselves, beside the broker's own list.
const READ_BY_OTHERS: [&str; 3] =
    ["allow.everyone.if.no.acl.found", "sasl.oauthbearer.header.urlencode", "super.users"];
/// What the description of a key says that Kafka does not have.
const OURS: &str = "Sapwood's own key.";

const LIMIT: Duration = Duration::from_secs(60);
const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const GROUP: i8 = 32;

/// Where a value comes from, by the protocol's numbers.
mod source {
    pub(super) const TOPIC: i8 = 1;
    pub(super) const THIS_BROKER: i8 = 2;
    pub(super) const ALL_BROKERS: i8 = 3;
    pub(super) const FILE: i8 = 4;
    pub(super) const DEFAULT: i8 = 5;
    pub(super) const GROUP: i8 = 8;
}

/// What Kafka has of one kind: `topic`, `broker`, `group`, or `later`.
fn kafkas(whose: &str) -> BTreeSet<&'static str> {
    let rows = KAFKAS_KEYS.lines().filter(|line| !line.starts_with('#'));
    let columns = rows.filter_map(|line| line.split_once('\t'));
    let of = columns.filter(|(owner, _)| *owner == whose);
    of.filter_map(|(_, rest)| rest.split('\t').next()).filter(|key| *key != HIDDEN).collect()
}

struct Asked {
    _broker: Sapwood,
    visitor: Visitor,
}

impl Asked {
    /// A broker that keeps records for two hours, by its file, and a topic that sets one key.
    async fn begin() -> Self {
        let broker = Sapwood::start_with(|properties| {
            properties.set("log.retention.hours", "2");
        })
        .expect("a broker");
        let visitor = Visitor::to(broker.address());
        let topic = NewTopic::new("asked").partitions(1).config("max.message.bytes", "2000000");
        visitor.create(topic).await.expect("the topic");
        Self { _broker: broker, visitor }
    }

    async fn ask(&self, kind: i8, name: &str, keys: Option<&[&str]>) -> DescribeConfigsResult {
        let text = |text: &str| StrBytes::from_string(text.to_owned());
        let keys = keys.map(|keys| keys.iter().map(|key| text(key)).collect());
        let resource = DescribeConfigsResource::default()
            .with_resource_type(kind)
            .with_resource_name(text(name))
            .with_configuration_keys(keys);
        let request = DescribeConfigsRequest::default()
            .with_resources(vec![resource])
            .with_include_synonyms(true)
            .with_include_documentation(true);
        let connection = self.visitor.cluster().any().await.expect("a connection");
        let mut answer = connection.call(&request).await.expect("an answer");
        answer.results.pop().expect("one result")
    }

    /// Every key of a resource.
    async fn all(&self, kind: i8, name: &str) -> BTreeMap<String, Entry> {
        let result = self.ask(kind, name, None).await;
        assert_eq!(result.error_code, 0, "{:?}", result.error_message);
        let count = result.configs.len();
        let named = result.configs.into_iter().map(|entry| (entry.name.to_string(), entry));
        let all: BTreeMap<String, Entry> = named.collect();
        assert_eq!(all.len(), count, "no key is answered twice");
        all
    }

    async fn set(&self, resource: Resource, key: &str, value: &str) {
        let change = [(key.to_owned(), ConfigChange::Set(value.to_owned()))];
        let changed = self.visitor.admin().alter_configs(&resource, &change, false).await;
        changed.unwrap_or_else(|error| panic!("{key}={value} for {resource}: {error}"));
    }
}

/// All of Kafka's keys are there, and what Kafka does not have says that it is our own.
fn are_kafkas_and_our_own(all: &BTreeMap<String, Entry>, whose: &str) {
    let (released, later) = (kafkas(whose), kafkas("later"));
    let missing: Vec<&&str> = released.iter().filter(|key| !all.contains_key(**key)).collect();
    assert_eq!(missing, Vec::<&&str>::new(), "Kafka answers these");
    let is_kafkas =
        |key: &str| released.contains(key) || later.contains(key) || READ_BY_OTHERS.contains(&key);
    let says_so = |entry: &Entry| {
        entry.documentation.as_ref().is_some_and(|text| text.as_str().contains(OURS))
    };
    let ours: Vec<&String> = all.keys().filter(|key| !is_kafkas(key)).collect();
    let told: Vec<&String> = all.keys().filter(|key| says_so(&all[*key])).collect();
    assert_eq!(told, ours, "what Kafka does not have says so");
}

/// What must hold of every entry, whoever's it is.
fn is_sane(entry: &Entry) {
    let (name, synonyms) = (&entry.name, &entry.synonyms);
    assert!((1..=9).contains(&entry.config_type), "{name} has type {}", entry.config_type);
    assert!(!entry.is_sensitive || entry.value.is_none(), "{name} shows a secret");
    // The strongest first: a topic's own, this broker's, all brokers', the file's, the default.
    let order: Vec<i8> = synonyms.iter().map(|synonym| synonym.source).collect();
    assert!(order.is_sorted(), "{name}: {synonyms:?}");
    let first = synonyms.first();
    let strongest = first.map_or(source::DEFAULT, |synonym| synonym.source);
    assert_eq!(entry.config_source, strongest, "{name}: {synonyms:?}");
    if let Some(own) = first.filter(|synonym| synonym.name == *name) {
        assert_eq!(own.value, entry.value, "{name}: {synonyms:?}");
    }
}

/// The synonyms of an entry as text: `key=value source`, the strongest first.
fn story(entry: &Entry) -> Vec<String> {
    let line = |synonym: &DescribeConfigsSynonym| {
        let value = synonym.value.as_ref().map_or("null", |value| value.as_str());
        format!("{}={value} {}", synonym.name, synonym.source)
    };
    entry.synonyms.iter().map(line).collect()
}

#[tokio::test]
async fn a_topic_answers_every_key_that_kafka_answers_and_where_its_value_comes_from() {
    let asked = Asked::begin().await;
    let all = asked.all(TOPIC, "asked").await;
    are_kafkas_and_our_own(&all, "topic");
    for (key, entry) in &all {
        is_sane(entry);
        assert!(!entry.read_only && !entry.is_sensitive, "{key} can be set and is no secret");
        let expected = match key.as_str() {
            "max.message.bytes" => source::TOPIC,
            "retention.ms" => source::FILE,
            _ => source::DEFAULT,
        };
        assert_eq!(entry.config_source, expected, "{key}: {:?}", entry.synonyms);
    }
    assert_eq!(all["retention.ms"].value.as_deref(), Some("7200000"));
    // Kafka leaves out what was set in another unit, and calls this a default: ours says where it comes from.
    assert_eq!(
        story(&all["retention.ms"]),
        ["log.retention.hours=2 4", "log.retention.hours=168 5"]
    );
    assert_eq!(
        story(&all["max.message.bytes"]),
        ["max.message.bytes=2000000 1", "message.max.bytes=1048588 5"]
    );
}

#[tokio::test]
async fn a_topics_value_comes_from_the_nearest_that_has_set_it() {
    let asked = Asked::begin().await;
    let key = "log.retention.ms";
    let mut expected =
        vec!["log.retention.hours=2 4".to_owned(), "log.retention.hours=168 5".into()];
    let steps = [
        (Resource::Broker(None), key, "3000000", source::ALL_BROKERS),
        (Resource::Broker(Some(NodeId(1))), key, "4000000", source::THIS_BROKER),
        (Resource::Topic("asked".into()), "retention.ms", "5000000", source::TOPIC),
    ];
    for (resource, key, value, source) in steps {
        asked.set(resource, key, value).await;
        expected.insert(0, format!("{key}={value} {source}"));
        // A broker takes its own new settings a moment after the controller has.
        let retention = async || asked.all(TOPIC, "asked").await["retention.ms"].clone();
        let taken = async || retention().await.value.as_deref() == Some(value);
        wait::until_so("the value to be taken", LIMIT, taken).await.expect("it is taken");
        let retention = retention().await;
        assert_eq!(story(&retention), expected);
        is_sane(&retention);
    }
}

#[tokio::test]
async fn a_broker_answers_every_key_that_kafka_answers_and_no_secret() {
    let asked = Asked::begin().await;
    let all = asked.all(BROKER, "1").await;
    are_kafkas_and_our_own(&all, "broker");
    all.values().for_each(is_sane);
    for (key, value) in [("log.retention.hours", "2"), ("num.partitions", "3"), ("node.id", "1")] {
        let entry = &all[key];
        assert_eq!(
            (entry.value.as_deref(), entry.config_source),
            (Some(value), source::FILE),
            "{key}"
        );
        assert!(entry.read_only, "{key} takes a restart");
    }
    let unset = &all["log.retention.ms"];
    assert!(!unset.read_only, "it is altered at run time");
    assert_eq!((&unset.value, story(unset)), (&None, vec![]), "the file has it in another unit");
    assert!(all.values().any(|entry| entry.is_sensitive), "Kafka has secrets among its keys");
    assert_eq!(asked.all(BROKER, "").await.len(), 0, "nothing is set for all brokers");
    asked.set(Resource::Broker(None), "log.retention.ms", "3000000").await;
    let default = asked.all(BROKER, "").await;
    assert_eq!(default.keys().collect::<Vec<_>>(), ["log.retention.ms"]);
}

#[tokio::test]
async fn a_group_answers_every_key_that_kafka_answers() {
    let asked = Asked::begin().await;
    let all = asked.all(GROUP, "readers").await;
    are_kafkas_and_our_own(&all, "group");
    all.values().for_each(is_sane);
    asked.set(Resource::Group("readers".into()), "consumer.session.timeout.ms", "50000").await;
    let timeout = &asked.all(GROUP, "readers").await["consumer.session.timeout.ms"];
    assert_eq!((timeout.value.as_deref(), timeout.config_source), (Some("50000"), source::GROUP));
}

#[tokio::test]
async fn what_was_not_asked_for_is_left_out_and_what_is_not_there_is_an_error() {
    let asked = Asked::begin().await;
    let some = asked.ask(TOPIC, "asked", Some(&["retention.ms", "no.such.key"])).await;
    let names: Vec<&str> = some.configs.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!((some.error_code, names), (0, vec!["retention.ms"]));
    let refused = async |kind, name| {
        let result = asked.ask(kind, name, None).await;
        assert!(result.configs.is_empty() && result.error_message.is_some());
        result.error_code
    };
    assert_eq!(refused(TOPIC, "gone").await, ErrorCode::UnknownTopicOrPartition.code());
    assert_eq!(refused(BROKER, "7").await, ErrorCode::InvalidRequest.code());
    assert_eq!(refused(3, "x").await, ErrorCode::InvalidRequest.code(), "no resource of Kafka's");
}
