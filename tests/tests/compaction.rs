//! Compaction, through the wire and the files: the last record of every key stays, and the rest goes.

use client::admin::{Admin, ConfigChange, NewTopic, Resource};
use client::cluster::{Cluster, ClusterOptions};
use client::consumer::{Consumer, ConsumerOptions};
use client::offsets::{Committed, CommittedOffset, OffsetAt};
use client::producer::{Producer, ProducerOptions, Record};
use protocol::ids::{Offset, PartitionIndex, TopicName, TopicPartition};
use sapwood_tests::process::{Properties, Sapwood, wait};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

/// A broker that compacts as soon as there is something to compact.
fn eager() -> Sapwood {
    let change = |properties: &mut Properties| {
        properties
            .set("log.cleaner.backoff.ms", "100")
            .set("log.cleaner.min.cleanable.ratio", "0.01")
            .set("log.segment.delete.delay.ms", "0")
            .set("log.retention.check.interval.ms", "200")
            .set("offsets.topic.num.partitions", "1")
            .set("offsets.topic.segment.bytes", "1048576");
    };
    Sapwood::start_with(change).expect("a broker")
}

async fn cluster(broker: &Sapwood) -> Cluster {
    let bootstrap = vec![broker.address().to_string().parse().expect("an address")];
    Cluster::connect(ClusterOptions::new(bootstrap)).await.expect("a broker that answers")
}

fn topic() -> TopicName {
    TopicName::new("settings").expect("a legal name")
}

fn partition() -> TopicPartition {
    TopicPartition { topic: topic(), partition: PartitionIndex(0) }
}

async fn create(admin: &Admin, topic: NewTopic) {
    for (_, outcome) in admin.create_topics(&[topic], false).await.expect("the broker answers") {
        outcome.expect("the topic is made");
    }
}

/// What the files of a partition's log take, as far as they hold records.
fn log_bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).expect("the partition's folder").flatten();
    let logs = entries.filter(|entry| entry.path().extension().is_some_and(|kind| kind == "log"));
    logs.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
}

/// Writes `rounds` values of 1 KB for each of `keys` keys, and returns the last of each.
async fn write(cluster: &Cluster, keys: u32, rounds: u32) -> BTreeMap<String, String> {
    let producer = Producer::new(cluster.clone(), ProducerOptions::default()).expect("a producer");
    let mut last = BTreeMap::new();
    for round in 0..rounds {
        for key in 0..keys {
            let (key, value) = (format!("key-{key}"), format!("{round:>1000}"));
            let record = Record::new(topic(), value.clone()).key(key.clone());
            drop(producer.send(record).await.expect("taken"));
            last.insert(key, value);
        }
    }
    producer.close().await;
    last
}

/// Everything that a consumer sees from the beginning, in order.
async fn read(cluster: &Cluster) -> Vec<(Offset, String, Option<String>)> {
    let options = ConsumerOptions { reset: Some(OffsetAt::Start), ..ConsumerOptions::default() };
    let mut consumer = Consumer::new(cluster.clone(), options);
    consumer.assign([partition()]);
    let text = |bytes: Option<bytes::Bytes>| {
        bytes.map(|bytes| String::from_utf8(bytes.to_vec()).expect("text"))
    };
    let mut seen = Vec::new();
    loop {
        for record in consumer.poll(Duration::from_secs(1)).await.expect("readable") {
            seen.push((record.offset, text(record.key).expect("a key"), text(record.value)));
        }
        let end = consumer.end(&partition());
        if end.is_some() && end == consumer.position(&partition()) {
            return seen;
        }
    }
}

fn last_of(seen: &[(Offset, String, Option<String>)]) -> BTreeMap<String, String> {
    let mut last = BTreeMap::new();
    for (_, key, value) in seen {
        match value {
            Some(value) => last.insert(key.clone(), value.clone()),
            None => last.remove(key),
        };
    }
    last
}

#[tokio::test]
async fn the_last_record_of_every_key_stays_through_compaction_a_kill_and_a_change_of_policy() {
    let mut broker = eager();
    let folder = broker.properties().log_dir().join("settings-0");
    let cluster = cluster(&broker).await;
    let topic_of = NewTopic::new("settings")
        .partitions(1)
        .config("cleanup.policy", "compact")
        .config("segment.bytes", "1048576")
        .config("delete.retention.ms", "0");
    let admin = Admin::new(cluster.clone());
    create(&admin, topic_of).await;
    let mut last = write(&cluster, 100, 100).await;
    wait::until("10 MB to become a few", LIMIT, || (log_bytes(&folder) < 3 << 20).then_some(()))
        .expect("it is compacted");
    let producer = Producer::new(cluster.clone(), ProducerOptions::default()).expect("a producer");
    producer.write(Record::tombstone(topic()).key("key-7")).await.expect("written");
    producer.close().await;
    last.remove("key-7");
    let more = write(&cluster, 7, 500).await;
    last.extend(more);
    wait::until("the tombstone's segment to be compacted", LIMIT, || {
        (log_bytes(&folder) < 3 << 20).then_some(())
    })
    .expect("it is compacted");
    broker.kill();
    broker.restart().expect("it starts again");
    let seen = read(&cluster).await;
    assert!(seen.is_sorted_by_key(|(offset, ..)| *offset), "offsets keep their order");
    assert_eq!(last_of(&seen), last);
    assert!(seen.len() < 4000, "{} of 13,501 records are left", seen.len());

    let end = seen.last().expect("there are some").0;
    let change = ("cleanup.policy".to_owned(), ConfigChange::Set("delete".to_owned()));
    let topic = Resource::Topic("settings".to_owned());
    admin.alter_configs(&topic, &[change], false).await.expect("the policy is changed");
    broker.kill();
    broker.restart().expect("it starts again");
    let after = read(&cluster).await;
    assert_eq!(after.last().map(|(offset, ..)| *offset), Some(end), "gaps are no damage");
    assert_eq!(last_of(&after), last);
}

#[tokio::test]
async fn the_log_of_a_group_that_commits_for_long_stays_small_and_its_offsets_stay() {
    let mut broker = eager();
    let cluster = cluster(&broker).await;
    let admin = Admin::new(cluster.clone());
    create(&admin, NewTopic::new("settings").partitions(1)).await;
    let folder = broker.properties().log_dir().join("__consumer_offsets-0");
    let note = "n".repeat(4000);
    let commit = |at: i64| {
        let commit = CommittedOffset { metadata: note.clone(), ..CommittedOffset::at(Offset(at)) };
        Committed::from([(partition(), commit)])
    };
    for at in 0..1500 {
        admin.commit_offsets("readers", &commit(at)).await.expect("committed");
    }
    wait::until("6 MB of commits to become two", LIMIT, || {
        (log_bytes(&folder) < 5 << 19).then_some(())
    })
    .expect("it is compacted");
    broker.kill();
    broker.restart().expect("it starts again");
    let committed = admin.committed_offsets("readers").await.expect("the group is known");
    assert_eq!(committed, commit(1499));
}
