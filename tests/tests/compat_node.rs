//! Node's clients.

use protocol::ApiKey;
use sapwood_tests::peers::Scenario::{Later, Must};
use sapwood_tests::peers::{Broker, Peer};

#[test]
fn kafkajs_ships_reads_shares_and_administers() {
    let mut broker = Broker::start().expect("a broker");
    let packages = ["kafkajs@2.2.4", "kafkajs-snappy@1.1.0", "lz4-napi@2.10.0", "zstd-codec@0.1.5"];
    let peer = Peer::node("kafkajs", "kafkajs_peer.js", &packages).expect("the peer");
    let scenarios = [
        Must("codec-none"),
        Must("codec-gzip"),
        Must("codec-snappy"),
        Must("codec-lz4"),
        Must("codec-zstd"),
        Must("acks"),
        Must("idempotent"),
        Must("auto-create"),
        Must("group"),
        Must("commit-resume"),
        Must("admin"),
        Later("transactions", ApiKey::EndTxn),
    ];
    peer.run(&mut broker, &scenarios).expect("KafkaJS");
}
