//! Python's clients.

use protocol::ApiKey;
use sapwood_tests::peers::Scenario::{Later, Must};
use sapwood_tests::peers::{Broker, Peer, Scenario};

#[test]
fn confluent_kafka_ships_reads_shares_and_administers() {
    let mut broker = Broker::start().expect("a broker");
    let peer = Peer::python("confluent-kafka", "confluent_peer.py", &["confluent-kafka==2.16.1"])
        .expect("the peer");
    let scenarios = [
        Must("codec-none"),
        Must("codec-gzip"),
        Must("codec-snappy"),
        Must("codec-lz4"),
        Must("codec-zstd"),
        Must("acks-0"),
        Must("acks-1"),
        Must("idempotent"),
        Must("group-eager"),
        Must("group-cooperative"),
        Must("static-member"),
        Must("commit-resume"),
        Must("by-timestamp"),
        Must("odd-records"),
        Must("auto-create"),
        Must("admin"),
        Later("transactions", ApiKey::EndTxn),
        Later("group-kip848", ApiKey::ConsumerGroupHeartbeat),
    ];
    peer.run(&mut broker, &scenarios).expect("confluent-kafka");
}

/// Packages that bring the codecs, for the clients that do not bring their own.
const CODECS: [&str; 3] = ["python-snappy==0.7.3", "lz4==4.4.5", "zstandard==0.25.0"];

fn kafka_python(version: &str, scenarios: &[Scenario]) {
    let mut broker = Broker::start().expect("a broker");
    let client = format!("kafka-python=={version}");
    let packages: Vec<&str> = std::iter::once(client.as_str()).chain(CODECS).collect();
    let peer = Peer::python(&format!("kafka-python-{version}"), "kafka_python_peer.py", &packages)
        .expect("the peer");
    peer.run(&mut broker, scenarios).expect("kafka-python");
}

const KAFKA_PYTHON: [Scenario; 11] = [
    Must("codec-none"),
    Must("codec-gzip"),
    Must("codec-snappy"),
    Must("codec-lz4"),
    Must("acks-0"),
    Must("acks-1"),
    Must("acks-all"),
    Must("group"),
    Must("commit-resume"),
    Must("by-timestamp"),
    Must("auto-create"),
];

#[test]
fn kafka_python_of_today_ships_and_reads_in_groups() {
    let scenarios: Vec<Scenario> = KAFKA_PYTHON.into_iter().chain([Must("codec-zstd")]).collect();
    kafka_python("3.0.12", &scenarios);
}

#[test]
#[ignore = "slow tier"]
fn kafka_python_2_0_with_its_old_group_versions_ships_and_reads() {
    kafka_python("2.0.2", &KAFKA_PYTHON);
}

#[test]
#[ignore = "slow tier"]
fn kafka_python_1_4_with_its_old_produce_versions_ships_and_reads() {
    kafka_python("1.4.7", &KAFKA_PYTHON);
}

#[test]
#[ignore = "slow tier"]
fn aiokafka_ships_and_reads_in_groups() {
    let mut broker = Broker::start().expect("a broker");
    let peer = Peer::python("aiokafka", "aiokafka_peer.py", &["aiokafka==0.14.0", "cramjam"])
        .expect("the peer");
    let scenarios = [
        Must("codec-none"),
        Must("codec-gzip"),
        Must("codec-snappy"),
        Must("codec-lz4"),
        Must("codec-zstd"),
        Must("idempotent"),
        Must("group"),
        Must("commit-resume"),
        Must("by-timestamp"),
        Later("transactions", ApiKey::EndTxn),
    ];
    peer.run(&mut broker, &scenarios).expect("aiokafka");
}
