//! librdkafka's own test-suite, with a broker of ours and with our links as the folder of Kafka's scripts.
//!
//! Left out are the tests of what the broker does not have (transactions, ACLs, KIP-848, share groups) and of TLS.

use sapwood_tests::peers::{Broker, Suite};

/// Settings that the suite counts on, Kafka's own: with no delay a group of two begins with two rebalances.
fn broker(auto_create: bool) -> Broker {
    let broker = Broker::start_with(|properties| {
        properties
            .set("num.partitions", "4")
            .set("group.initial.rebalance.delay.ms", "3000")
            .set("auto.create.topics.enable", &auto_create.to_string());
    });
    broker.expect("a broker")
}

/// Whether the suite has run `kafka-topics.sh` of our folder with this word.
fn has_called(said: &str, word: &str) -> bool {
    let is_call =
        |line: &str| line.contains("Executing: ") && line.contains("/kafka/bin/kafka-topics.sh ");
    said.lines().any(|line| is_call(line) && line.contains(word))
}

#[test]
#[ignore = "slow tier"]
fn librdkafkas_suite_takes_our_links_for_kafkas_folder() {
    let suite = Suite::new().expect("the suite");
    let tests = ["0052_msg_timestamps", "0077_compaction"];
    let said = suite.run(&broker(true), &tests, &["-Q"]).expect("topics with settings");
    assert!(has_called(&said, "--config message.timestamp.type=LogAppendTime"), "{said}");
    assert!(has_called(&said, "--config cleanup.policy=compact"), "{said}");

    let tests =
        ["0045_subscribe_update_topic_remove", "0045_subscribe_update_non_exist_and_partchange"];
    let said = suite.run(&broker(false), &tests, &["-s", "noautocreate"]);
    let said = said.expect("topics that change and go");
    assert!(
        has_called(&said, "--alter --topic ") && has_called(&said, "--delete --topic "),
        "{said}"
    );
}

#[test]
#[ignore = "slow tier"]
fn librdkafkas_suite_produces_and_consumes() {
    let tests = [
        "0001_multiobj",
        "0002_unkpart",
        "0005_order",
        "0008_reqacks",
        "0011_produce_batch",
        "0012_produce_consume",
        "0013_null_msgs",
        "0017_compression",
        "0022_consume_batch",
        "0029_assign_offset",
        "0030_offset_commit",
        "0031_get_offsets",
        "0034_offset_reset",
        "0036_partial_fetch",
        "0041_fetch_max_bytes",
        "0042_many_topics",
        "0044_partition_cnt",
        "0048_partitioner",
        "0054_offset_time",
        "0056_balanced_group_mt",
        "0063_clusterid",
        "0070_null_empty",
        "0073_headers",
        "0090_idempotence",
        "0099_commit_metadata",
    ];
    let suite = Suite::new().expect("the suite");
    suite.run(&broker(true), &tests, &["-Q"]).expect("all pass");
}

#[test]
#[ignore = "slow tier"]
fn librdkafkas_suite_moves_partitions_between_members() {
    let tests = [
        "0018_cgrp_term",
        "0019_list_groups",
        "0045_subscribe_update",
        "0045_resubscribe_with_regex",
        "0050_subscribe_adds",
        "0102_static_group_rebalance",
    ];
    let suite = Suite::new().expect("the suite");
    suite.run(&broker(true), &tests, &[]).expect("all pass");
}
