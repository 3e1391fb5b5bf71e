//! Python's clients.

use protocol::ApiKey;
use sapwood_tests::peers::Scenario::{Later, Must};
use sapwood_tests::peers::{CODECS, Peer, Scenario};

#[test]
fn confluent_kafka_ships_reads_shares_and_administers() {
    let peer = Peer::python("confluent-kafka", "confluent_peer.py", &["confluent-kafka==2.16.1"])
        .expect("the peer");
    let scenarios = [
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
    peer.run(&[&CODECS, &scenarios]).expect("confluent-kafka");
}

/// What bring the codecs, for the clients that do not bring their own.
const CODEC_PACKAGES: [&str; 3] = ["python-snappy==0.7.3", "lz4==4.4.5", "zstandard==0.25.0"];

fn kafka_python(version: &str, codecs: &[Scenario]) -> anyhow::Result<()> {
    let client = format!("kafka-python=={version}");
    let packages: Vec<&str> = std::iter::once(client.as_str()).chain(CODEC_PACKAGES).collect();
    let peer = Peer::python(&format!("kafka-python-{version}"), "kafka_python_peer.py", &packages)
        .expect("the peer");
    let scenarios = [
        Must("acks-0"),
        Must("acks-1"),
        Must("acks-all"),
        Must("group"),
        Must("commit-resume"),
        Must("by-timestamp"),
        Must("auto-create"),
    ];
    peer.run(&[codecs, &scenarios])
}

/// How often the newest kafka-python is started, at most. Now and then one of its consumers stops for good after it has joined, against
/// Apache Kafka 4.3.1 too: in 4 runs of 18.
const TRIES: usize = 4;

#[test]
#[ignore = "slow tier"]
fn kafka_python_of_today_ships_and_reads_in_groups() {
    let mut last = kafka_python("3.0.12", &CODECS);
    for _ in 1..TRIES {
        if let Err(stopped) = last {
            eprintln!("once more, for kafka-python: {stopped:#}");
            last = kafka_python("3.0.12", &CODECS);
        }
    }
    last.expect("kafka-python 3.0");
}

#[test]
fn kafka_python_2_0_with_its_old_group_versions_ships_and_reads() {
    kafka_python("2.0.2", &CODECS).expect("kafka-python 2.0");
}

#[test]
#[ignore = "slow tier"]
fn kafka_python_1_4_with_its_old_produce_versions_ships_and_reads() {
    // It does not know zstd.
    let [known @ .., _] = CODECS;
    kafka_python("1.4.7", &known).expect("kafka-python 1.4");
}

#[test]
#[ignore = "slow tier"]
fn aiokafka_ships_and_reads_in_groups() {
    let peer = Peer::python("aiokafka", "aiokafka_peer.py", &["aiokafka==0.14.0", "cramjam"])
        .expect("the peer");
    let scenarios = [
        Must("idempotent"),
        Must("group"),
        Must("commit-resume"),
        Must("by-timestamp"),
        Later("transactions", ApiKey::EndTxn),
    ];
    peer.run(&[&CODECS, &scenarios]).expect("aiokafka");
}
