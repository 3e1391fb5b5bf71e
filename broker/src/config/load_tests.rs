//! What becomes of files, environments and command lines, seen from outside.

use protocol::ids::NodeId;

use super::layers::Origin;
use super::load::{Loaded, Sources, load};
use super::problem::{ConfigError, Severity};
use super::settings::Settings;

/// The lines of the file that Kafka ships for a node that is broker and controller.
const KAFKA_SERVER_PROPERTIES: &str = "\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=localhost:9093
listeners=PLAINTEXT://:9092,CONTROLLER://:9093
inter.broker.listener.name=PLAINTEXT
advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL
num.network.threads=3
num.io.threads=8
socket.send.buffer.bytes=102400
socket.receive.buffer.bytes=102400
socket.request.max.bytes=104857600
log.dirs=kraft-combined-logs
num.partitions=1
num.recovery.threads.per.data.dir=1
offsets.topic.replication.factor=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
#log.flush.interval.messages=10000
log.retention.hours=168
#log.retention.bytes=1073741824
log.segment.bytes=1073741824
log.retention.check.interval.ms=300000
";

fn file(text: &str) -> Sources {
    let file = Some(("server.properties".into(), text.as_bytes().to_vec()));
    Sources { file, data_directory: "data".into(), ..Sources::default() }
}

fn environment(mut sources: Sources, pairs: &[(&str, &str)]) -> Sources {
    sources.environment =
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    sources
}

fn settings(sources: &Sources) -> Settings {
    load(sources).into_settings().expect("a broker starts with it").0
}

fn refusal(text: &str) -> ConfigError {
    load(&file(text)).into_settings().expect_err("no broker starts with it")
}

fn said(loaded: &Loaded, severity: Severity) -> Vec<String> {
    let problems = loaded.report.problems.iter();
    problems.filter(|problem| problem.severity == severity).map(ToString::to_string).collect()
}

#[test]
fn nothing_set_is_a_cluster_of_one_in_the_data_directory() {
    let settings = settings(&Sources { data_directory: "data".into(), ..Sources::default() });
    let cluster = &settings.broker().cluster;
    assert_eq!(cluster.node_id, NodeId(1));
    assert_eq!(cluster.log_dirs, [std::path::PathBuf::from("data")]);
    assert_eq!(cluster.metadata_log_dir, std::path::PathBuf::from("data"));
    let listener = &cluster.listeners[0];
    assert_eq!((listener.name.as_str(), listener.bind.port), ("PLAINTEXT", 9092));
    assert_eq!(listener.advertised, Some(listener.bind.clone()));
}

#[test]
fn the_file_that_kafka_ships_is_taken_as_it_stands() {
    let loaded = load(&file(KAFKA_SERVER_PROPERTIES));
    assert_eq!(said(&loaded, Severity::Error), Vec::<String>::new());
    assert_eq!(said(&loaded, Severity::Warning), Vec::<String>::new());
    let (settings, _) = loaded.into_settings().expect("a broker starts with it");
    let cluster = &settings.broker().cluster;
    let story: Vec<String> = cluster
        .listeners
        .iter()
        .map(|listener| {
            let advertised =
                listener.advertised.as_ref().map_or("nobody".into(), ToString::to_string);
            format!("{}@{} -> {advertised}", listener.name, listener.bind)
        })
        .collect();
    assert_eq!(story, ["PLAINTEXT@:9092 -> localhost:9092", "CONTROLLER@:9093 -> nobody"]);
    assert_eq!(cluster.inter_broker.as_str(), "PLAINTEXT");
}

#[test]
fn the_strongest_source_counts() {
    let mut sources = environment(
        file("num.partitions=2\nlog.segment.bytes=2000000\nmessage.max.bytes=5"),
        &[
            ("KAFKA_NUM_PARTITIONS", "3"),
            ("SAPWOOD_NUM_PARTITIONS", "4"),
            ("KAFKA_LOG_SEGMENT_BYTES", "3000000"),
            ("KAFKA_HEAP_OPTS", "-Xmx1g"),
            ("HOME", "somewhere"),
        ],
    );
    sources.overrides = vec!["num.partitions=5".into(), "num.partitions=6".into()];
    let loaded = load(&sources);
    let origin = |key: &str| {
        let entry = loaded.report.entries.iter().find(|entry| entry.key == key);
        entry.and_then(|entry| entry.origin.clone())
    };
    assert_eq!(origin("num.partitions"), Some(Origin::Override));
    assert_eq!(
        origin("log.segment.bytes"),
        Some(Origin::Environment("KAFKA_LOG_SEGMENT_BYTES".into()))
    );
    assert_eq!(origin("message.max.bytes"), Some(Origin::File("server.properties".into(), 3)));
    assert_eq!(origin("log.dirs"), None);
    let (settings, _) = loaded.into_settings().expect("a broker starts with it");
    assert_eq!(settings.broker().topics.num_partitions, 6);
    assert_eq!(settings.broker().log.segment_bytes, 3_000_000);
    assert_eq!(settings.broker().log.message_max_bytes, 5);
}

#[test]
fn the_finest_unit_counts_wherever_it_is_set() {
    let minutes = settings(&file("log.retention.hours=1\nlog.retention.minutes=3"));
    assert_eq!(minutes.broker().log.retention_ms(), 180_000);
    let ms = settings(&file("log.retention.ms=7\nlog.retention.minutes=3"));
    assert_eq!(ms.broker().log.retention_ms(), 7);
    let for_ever = settings(&file("log.retention.hours=-1"));
    assert_eq!(for_ever.broker().log.retention_ms(), -1);
}

#[test]
fn an_unknown_key_is_an_error_that_names_the_nearest_and_lenience_makes_it_a_warning() {
    let error = refusal("num.partitons=3");
    assert_eq!(
        error.to_string(),
        "num.partitons (server.properties:1): there is no such key. Did you mean num.partitions?"
    );
    let lenient = Sources { lenient: true, ..file("num.partitons=3") };
    assert_eq!(said(&load(&lenient), Severity::Warning).len(), 1);
}

#[test]
fn an_unknown_variable_of_somebody_else_s_is_a_warning() {
    let sources = environment(Sources::default(), &[("KAFKA_BROKERS", "a:9092")]);
    let loaded = load(&sources);
    assert!(loaded.report.is_startable());
    assert_eq!(said(&loaded, Severity::Warning).len(), 1);
    let ours = load(&environment(Sources::default(), &[("SAPWOOD_LOG_DIRZ", "a:9092")]));
    assert!(!ours.report.is_startable());
}

#[test]
fn a_key_without_effect_is_taken_with_one_line() {
    let loaded = load(&file("num.io.threads=16\nnum.network.threads=3"));
    let info = said(&loaded, Severity::Info);
    assert_eq!(info.len(), 1, "the default says nothing: {info:?}");
    assert!(
        info[0].starts_with("num.io.threads=16 (server.properties:1): no effect: "),
        "{}",
        info[0]
    );
    assert!(load(&file("num.io.threads=many")).into_settings().is_err());
}

#[test]
fn what_would_be_less_safe_than_asked_is_refused() {
    for line in [
        "zookeeper.connect=localhost:2181",
        "listeners=SSL://:9093",
        "listeners=SASL_PLAINTEXT://:9093",
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "sasl.enabled.mechanisms=SCRAM-SHA-256",
        "ssl.client.auth=required",
        "listener.name.internal.ssl.keystore.location=x",
        "listener.name.internal.plain.sasl.jaas.config=x",
        "remote.log.storage.system.enable=true",
        "quota.producer.default=1000",
        "create.topic.policy.class.name=com.example.Policy",
        "process.roles=broker",
        "controller.quorum.voters=1@a:9093,2@b:9093,3@c:9093",
        "retention.ms=5",
    ] {
        assert!(!load(&file(line)).report.is_startable(), "{line}");
    }
}

#[test]
fn what_is_refused_may_be_set_to_the_harmless_default() {
    let text = "authorizer.class.name=\nremote.log.storage.system.enable=false\nssl.client.auth=none\nssl.keystore.location=";
    let loaded = load(&file(text));
    assert_eq!(loaded.report.problems, []);
}

#[test]
fn keys_of_the_past_are_taken_with_a_warning() {
    let loaded = load(&file("inter.broker.protocol.version=3.9\nlog.message.format.version=2.8"));
    assert!(loaded.report.is_startable());
    assert_eq!(said(&loaded, Severity::Warning).len(), 2);
}

#[test]
fn every_mistake_is_reported_at_once() {
    let error = refusal("num.partitions=0\nlog.segment.bytes=x\nlisteners=nowhere\nnode.id=-1");
    assert_eq!(error.problems.len(), 4, "{error}");
}

#[test]
fn a_secret_is_never_shown() {
    let loaded = load(&file("ssl.key.password=hunter2\nsasl.jaas.config=hunter2"));
    let everything = format!("{:?}", loaded.report);
    assert!(!everything.contains("hunter2"));
}

#[test]
fn keys_that_must_agree_are_held_together() {
    for (lines, what) in [
        ("node.id=1\nbroker.id=2", "node.id=1 and broker.id=2"),
        ("queued.max.request.bytes=1000", "queued.max.request.bytes=1000"),
        ("listeners=A://:1", "listeners=A://:1"),
        ("advertised.listeners=B://h:1", "advertised.listeners=B://h:1"),
        (
            "advertised.listeners=PLAINTEXT://0.0.0.0:1",
            "advertised.listeners=PLAINTEXT://0.0.0.0:1",
        ),
        ("inter.broker.listener.name=B", "inter.broker.listener.name=B"),
        ("controller.listener.names=PLAINTEXT", "listeners has no listener for clients"),
        ("controller.listener.names=C", "controller.listener.names=C"),
        (
            "group.min.session.timeout.ms=5\ngroup.max.session.timeout.ms=4",
            "group.min.session.timeout.ms=5",
        ),
        ("log.dirs=", "log.dirs is empty"),
    ] {
        let error = refusal(lines);
        assert!(
            error.problems.iter().any(|problem| problem.what.starts_with(what)),
            "{lines}: {error}"
        );
    }
}

#[test]
fn the_old_name_of_the_node_s_number_still_works() {
    assert_eq!(settings(&file("broker.id=7")).broker().cluster.node_id, NodeId(7));
    assert_eq!(settings(&file("broker.id=7\nnode.id=7")).broker().cluster.node_id, NodeId(7));
}

#[test]
fn a_line_that_was_set_before_is_worth_a_warning() {
    let loaded = load(&file("num.partitions=1\nnum.partitions=2"));
    let warning = said(&loaded, Severity::Warning);
    assert!(warning[0].contains("already set (server.properties:1)"), "{}", warning[0]);
}

#[test]
fn dynamic_values_lie_over_the_static_ones_and_bad_ones_are_left_out() {
    let map = |pairs: &[(&str, &str)]| -> std::collections::BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
    };
    let fixed = settings(&file("log.retention.ms=1\nmessage.max.bytes=1"));
    let default = map(&[("log.retention.ms", "2"), ("message.max.bytes", "2"), ("log.dirs", "x")]);
    let (now, problems) = fixed.with_dynamic(&default, &map(&[("message.max.bytes", "3")]));
    assert_eq!(now.broker().log.retention_ms(), 2);
    assert_eq!(now.broker().log.message_max_bytes, 3);
    assert_eq!(now.broker().cluster.log_dirs, fixed.broker().cluster.log_dirs);
    assert_eq!(problems.len(), 1, "{problems:?}");
    let (back, _) = now.with_dynamic(&map(&[]), &map(&[]));
    assert_eq!(back.broker(), fixed.broker());
}
