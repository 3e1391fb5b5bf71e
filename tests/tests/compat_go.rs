//! Go's clients.

use protocol::ApiKey;
use sapwood_tests::peers::Scenario::{Later, Must};
use sapwood_tests::peers::{CODECS, Peer};

#[test]
fn franz_go_ships_reads_shares_and_administers() {
    let scenarios = [
        Must("acks-1"),
        Must("auto-create"),
        Must("group-cooperative"),
        Must("group-range"),
        Must("commit-resume"),
        Must("admin"),
        Later("transactions", ApiKey::EndTxn),
    ];
    Peer::go("franz-go").expect("the peer").run(&[&CODECS, &scenarios]).expect("franz-go");
}

#[test]
#[ignore = "slow tier"]
fn sarama_ships_and_reads_in_groups() {
    let scenarios = [
        Must("oldest"),
        Must("newest"),
        Must("idempotent"),
        Must("auto-create"),
        Must("commit-resume"),
        Must("admin"),
    ];
    Peer::go("sarama").expect("the peer").run(&[&CODECS, &scenarios]).expect("sarama");
}

#[test]
#[ignore = "slow tier"]
fn kafka_go_ships_and_reads_in_groups() {
    let scenarios = [Must("group"), Must("commit-resume"), Must("admin")];
    Peer::go("kafka-go").expect("the peer").run(&[&CODECS, &scenarios]).expect("kafka-go");
}
