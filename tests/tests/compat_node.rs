//! Node's clients.

use protocol::ApiKey;
use sapwood_tests::peers::Scenario::{Later, Must};
use sapwood_tests::peers::{CODECS, Peer};

#[test]
fn kafkajs_ships_reads_shares_and_administers() {
    let packages = ["kafkajs@2.2.4", "kafkajs-snappy@1.1.0", "lz4-napi@2.10.0", "zstd-codec@0.1.5"];
    let peer = Peer::node("kafkajs", "kafkajs_peer.js", &packages).expect("the peer");
    let scenarios = [
        Must("acks"),
        Must("idempotent"),
        Must("auto-create"),
        Must("group"),
        Must("commit-resume"),
        Must("admin"),
        Later("transactions", ApiKey::EndTxn),
    ];
    peer.run(&[&CODECS, &scenarios]).expect("KafkaJS");
}
