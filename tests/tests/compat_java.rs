//! The Java client, as Logstash's Kafka plugin uses it.

use protocol::ApiKey;
use sapwood_tests::peers::Scenario::{Later, Must};
use sapwood_tests::peers::{CODECS, Peer, Scenario};

/// What the client logs goes nowhere but into the output of a failing test.
const LOGGER: &str = "org.slf4j:slf4j-simple:1.7.36";

const SCENARIOS: &[Scenario] = &[
    Must("threads-range"),
    Must("threads-round-robin"),
    Must("threads-sticky"),
    Must("threads-cooperative-sticky"),
    Must("threads-static"),
    Must("acks-all"),
    Must("auto-create"),
    Must("topics-pattern"),
    Must("manual-commit"),
    Must("fenced"),
    Must("too-large"),
    Later("transactions", ApiKey::EndTxn),
    Later("group-kip848", ApiKey::ConsumerGroupHeartbeat),
];

#[test]
fn logstash_settings_on_the_java_client_4_2_ship_and_index() {
    logstash_on("4.2.0");
}

#[test]
#[ignore = "slow tier"]
fn logstash_settings_on_the_newest_java_client_ship_and_index() {
    logstash_on("4.3.1");
}

fn logstash_on(version: &str) {
    let client = format!("org.apache.kafka:kafka-clients:{version}");
    let peer =
        Peer::java(&format!("java-{version}"), "Logstash", &[&client, LOGGER]).expect("the peer");
    peer.run(&[&CODECS, SCENARIOS]).expect("the Java client with Logstash's settings");
}
