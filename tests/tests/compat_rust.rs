//! Rust's clients other than our own.

use protocol::ApiKey;
use sapwood_tests::peers::Scenario::{Later, Must};
use sapwood_tests::peers::{CODECS, Peer};

#[test]
fn rskafka_ships_and_reads_partitions() {
    let scenarios = [Must("admin")];
    Peer::rust("rskafka").expect("the peer").run(&[&CODECS, &scenarios]).expect("rskafka");
}

#[test]
#[ignore = "slow tier"]
fn rdkafka_ships_and_reads_in_groups() {
    let scenarios = [
        Must("acks-1"),
        Must("idempotent"),
        Must("group"),
        Must("commit-resume"),
        Later("transactions", ApiKey::EndTxn),
    ];
    Peer::rust("rdkafka").expect("the peer").run(&[&CODECS, &scenarios]).expect("rdkafka");
}
