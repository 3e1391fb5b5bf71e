//! Go's clients.

use protocol::ApiKey;
use sapwood_tests::peers::Scenario::{Later, Must};
use sapwood_tests::peers::{Broker, Peer};

#[test]
fn franz_go_ships_reads_shares_and_administers() {
    let mut broker = Broker::start().expect("a broker");
    let scenarios = [
        Must("codec-none"),
        Must("codec-gzip"),
        Must("codec-snappy"),
        Must("codec-lz4"),
        Must("codec-zstd"),
        Must("acks-1"),
        Must("auto-create"),
        Must("group-cooperative"),
        Must("group-range"),
        Must("commit-resume"),
        Must("admin"),
        Later("transactions", ApiKey::EndTxn),
    ];
    Peer::go("franz-go").expect("the peer").run(&mut broker, &scenarios).expect("franz-go");
}

#[test]
#[ignore = "slow tier"]
fn sarama_ships_and_reads_in_groups() {
    let mut broker = Broker::start().expect("a broker");
    let scenarios = [
        Must("codec-none"),
        Must("codec-gzip"),
        Must("codec-snappy"),
        Must("codec-lz4"),
        Must("codec-zstd"),
        Must("oldest"),
        Must("newest"),
        Must("idempotent"),
        Must("auto-create"),
        Must("commit-resume"),
        Must("admin"),
    ];
    Peer::go("sarama").expect("the peer").run(&mut broker, &scenarios).expect("sarama");
}

#[test]
#[ignore = "slow tier"]
fn kafka_go_ships_and_reads_in_groups() {
    let mut broker = Broker::start().expect("a broker");
    let scenarios = [
        Must("codec-none"),
        Must("codec-gzip"),
        Must("codec-snappy"),
        Must("codec-lz4"),
        Must("codec-zstd"),
        Must("group"),
        Must("commit-resume"),
        Must("admin"),
    ];
    Peer::go("kafka-go").expect("the peer").run(&mut broker, &scenarios).expect("kafka-go");
}
