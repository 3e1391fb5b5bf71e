//! Rust's clients other than our own.

use protocol::ApiKey;
use sapwood_tests::peers::Scenario::{Later, Must};
use sapwood_tests::peers::{Broker, Peer};

#[test]
fn rskafka_ships_and_reads_partitions() {
    let mut broker = Broker::start().expect("a broker");
    let scenarios = [
        Must("codec-none"),
        Must("codec-gzip"),
        Must("codec-snappy"),
        Must("codec-lz4"),
        Must("codec-zstd"),
        Must("admin"),
    ];
    Peer::rust("rskafka").expect("the peer").run(&mut broker, &scenarios).expect("rskafka");
}

#[test]
#[ignore = "slow tier"]
fn rdkafka_ships_and_reads_in_groups() {
    let mut broker = Broker::start().expect("a broker");
    let scenarios = [
        Must("codec-none"),
        Must("codec-gzip"),
        Must("codec-snappy"),
        Must("codec-lz4"),
        Must("codec-zstd"),
        Must("acks-1"),
        Must("idempotent"),
        Must("group"),
        Must("commit-resume"),
        Later("transactions", ApiKey::EndTxn),
    ];
    Peer::rust("rdkafka").expect("the peer").run(&mut broker, &scenarios).expect("rdkafka");
}
