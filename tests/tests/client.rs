//! Our own client against a broker: what it promises to programs, on a real process.

use bytes::Bytes;
use client::admin::{ConfigChange, NewTopic, Resource};
use client::consumer::{Assignor, Consumer, ConsumerOptions};
use client::offsets::{CommittedOffset, Isolation, OffsetAt};
use client::producer::{Compression, Delivery, Producer, ProducerOptions, Record};
use protocol::ErrorCode;
use protocol::ids::{NodeId, Offset, TimestampMs, TopicName, TopicPartition};
use sapwood_tests::member::{Diary, Member};
use sapwood_tests::peers::stored_codecs;
use sapwood_tests::process::{Sapwood, wait};
use sapwood_tests::visitor::{Visitor, partition, partitions_of};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);
const PARTITIONS: i32 = 4;
const LZ4: u8 = 3;
/// A poll that only gives the consumer its turn.
const TURN: Duration = Duration::from_millis(50);

async fn until(what: &str, is_so: impl AsyncFnMut() -> bool) {
    wait::until_so(what, LIMIT, is_so).await.expect("it comes true");
}

/// A broker, a visitor, and a topic of four partitions.
async fn begin() -> (Sapwood, Visitor, TopicName) {
    let broker = Sapwood::start().expect("a broker");
    let visitor = Visitor::to(broker.address());
    let topic = visitor.create(NewTopic::new("lines").partitions(PARTITIONS)).await;
    (broker, visitor, topic.expect("the topic"))
}

/// Records in each partition in turn, numbered from `first`.
fn numbered(topic: &TopicName, first: usize, count: usize) -> impl Iterator<Item = Record> {
    let partitions: Vec<TopicPartition> = partitions_of(topic, PARTITIONS).collect();
    (first..first + count).map(move |number| {
        let of = &partitions[number % partitions.len()];
        Record::new(of.topic.clone(), number.to_string()).partition(of.partition)
    })
}

/// Ships numbered records until it is told to stop, and returns what each became.
async fn ship(
    producer: Producer,
    topic: TopicName,
    stop: Arc<AtomicBool>,
) -> Vec<(String, Delivery)> {
    let mut deliveries = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let number = deliveries.len().to_string();
        let key = format!("key {}", deliveries.len() % 16);
        let record = Record::new(topic.clone(), number.clone()).key(key);
        deliveries.push((number, producer.send(record).await.expect("it is taken")));
        if deliveries.len() % 100 == 0 {
            // Several batches, and not more than a broker in a debugger's hands can take.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    producer.close().await;
    deliveries
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idempotent_producer_writes_once_and_in_order_over_a_brokers_crashes() {
    let (mut broker, visitor, topic) = begin().await;
    let options = ProducerOptions {
        compression: Compression::Lz4,
        linger: Duration::from_millis(2),
        ..ProducerOptions::default()
    };
    let producer = visitor.producer(options).expect("a producer");
    let stop = Arc::new(AtomicBool::new(false));
    let shipping = tokio::spawn(ship(producer, topic.clone(), Arc::clone(&stop)));
    for _ in 0..3 {
        let first = partition(&topic, 0);
        let (_, before) = visitor.extent(&first).await.expect("the extent");
        until("more is written", async || {
            visitor.extent(&first).await.expect("the extent").1 > before + 200
        })
        .await;
        broker.kill();
        broker.restart().expect("it starts after a crash");
    }
    stop.store(true, Ordering::Relaxed);
    let deliveries = shipping.await.expect("the producer's task");
    let mut written: BTreeMap<TopicPartition, Vec<(String, Option<Offset>)>> = BTreeMap::new();
    for (number, delivery) in deliveries {
        let delivered = delivery.await.expect("everything is acknowledged in the end");
        written.entry(delivered.partition).or_default().push((number, delivered.offset));
    }
    let read = visitor.read_all(&topic, PARTITIONS).await.expect("it is read");
    for (of, records) in read {
        let text = |value: &Option<Bytes>| {
            String::from_utf8_lossy(value.as_ref().expect("a value")).into_owned()
        };
        let found: Vec<String> = records.iter().map(|record| text(&record.value)).collect();
        let sent = written.remove(&of).unwrap_or_default();
        let numbers: Vec<String> = sent.iter().map(|(number, _)| number.clone()).collect();
        assert!(found == numbers, "{of}: each record once and in order");
        for (record, (number, offset)) in records.iter().zip(&sent) {
            assert!(offset.is_none_or(|told| told == record.offset), "{of}: where {number} lies");
        }
    }
    assert_eq!(stored_codecs(&broker.properties().log_dir(), "lines"), BTreeSet::from([LZ4]));
}

/// Two members share, read each record once between them, and the one that is left takes over.
async fn two_members_share(assignor: Assignor) -> (Diary, Diary) {
    let (_broker, visitor, topic) = begin().await;
    let options = ConsumerOptions { assignors: vec![assignor], ..Member::options("readers") };
    let first = Member::join(&visitor, &topic, options.clone());
    until("the first has everything", async || first.diary().share() == 4).await;
    let second = Member::join(&visitor, &topic, options);
    let (one, two) = (first.diary().clone(), second.diary().clone());
    until("both have a half", async || (one.share(), two.share()) == (2, 2)).await;
    visitor.write(numbered(&topic, 0, 400)).await.expect("it is written");
    until("all is read", async || one.count() + two.count() >= 400).await;
    assert!(one.count() > 0 && two.count() > 0, "both read");
    second.close().await.expect("the second leaves");
    until("the first has everything again", async || one.share() == 4).await;
    visitor.write(numbered(&topic, 400, 400)).await.expect("it is written");
    until("the first reads the rest", async || one.count() + two.count() >= 800).await;
    first.close().await.expect("the first leaves");
    let mut seen = BTreeSet::new();
    for diary in [&one, &two] {
        diary.look(|entries| {
            for record in &entries.read {
                let place = (record.partition.clone(), record.offset);
                assert!(seen.insert(place), "{record:?} was read twice");
            }
        });
    }
    let committed = visitor.admin().committed_offsets("readers").await.expect("the offsets");
    let committed: i64 = committed.values().map(|committed| committed.offset.get()).sum();
    assert_eq!((seen.len(), committed), (800, 800));
    (one, two)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_members_share_a_topic_and_each_record_is_read_once() {
    two_members_share(Assignor::Range).await;
    two_members_share(Assignor::RoundRobin).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cooperative_member_keeps_what_it_need_not_give_away() {
    let (first, second) = two_members_share(Assignor::CooperativeSticky).await;
    let given: BTreeSet<TopicPartition> =
        first.look(|entries| entries.lost.iter().cloned().collect());
    assert_eq!(first.look(|entries| entries.lost.len()), 2, "it gave away two, and each once");
    let read = second.look(|entries| {
        entries.read.iter().map(|record| record.partition.clone()).collect::<BTreeSet<_>>()
    });
    assert_eq!(read, given, "the second read what the first gave away");
}

/// A consumer that is polled by the test itself, and commits only when it must.
fn by_hand(visitor: &Visitor, topic: &TopicName, change: ConsumerOptions) -> (Consumer, Diary) {
    let options = ConsumerOptions {
        assignors: vec![Assignor::CooperativeSticky],
        auto_commit: Some(Duration::from_secs(3600)),
        ..change
    };
    let (mut consumer, diary) = (Consumer::new(visitor.cluster(), options), Diary::default());
    consumer.listen(diary.clone());
    consumer.subscribe([topic.clone()]).expect("there is a group");
    (consumer, diary)
}

/// Gives a consumer its turns until a fact is there.
async fn polled_until(
    what: &str,
    consumer: &mut Consumer,
    diary: &Diary,
    is_so: impl Fn() -> bool,
) {
    let started = wait::now();
    while !is_so() {
        assert!(started.elapsed() < LIMIT, "waited in vain: {what}");
        diary.note(consumer.poll(TURN).await.expect("it reads"));
    }
}

/// How many records the group calls done.
async fn committed(visitor: &Visitor) -> i64 {
    let committed = visitor.admin().committed_offsets("readers").await.expect("the offsets");
    committed.values().map(|committed| committed.offset.get()).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_may_be_closed_while_its_group_rebalances_and_nothing_is_left_out() {
    let (_broker, visitor, topic) = begin().await;
    let options = || Member::options("readers");
    let (mut slow, slows) = by_hand(&visitor, &topic, options());
    polled_until("it has everything", &mut slow, &slows, || slows.share() == 4).await;
    let (mut leaver, leavers) = by_hand(&visitor, &topic, options());
    until("both have a half", async || {
        diary_turn(&mut slow, &slows).await;
        diary_turn(&mut leaver, &leavers).await;
        (slows.share(), leavers.share()) == (2, 2)
    })
    .await;
    // A third asks to join. The leaver hears of it and joins again; the slow one holds them both up.
    let third = Member::join(
        &visitor,
        &topic,
        ConsumerOptions { assignors: vec![Assignor::CooperativeSticky], ..options() },
    );
    let admin = visitor.admin();
    until("the group rebalances", async || {
        diary_turn(&mut leaver, &leavers).await;
        let described = admin.describe_groups(&["readers"]).await.expect("it is described");
        matches!(&described[..], [(_, Ok(group))] if group.state == "PreparingRebalance")
    })
    .await;
    let heard = wait::now();
    while heard.elapsed() < 4 * options().heartbeat_interval {
        diary_turn(&mut leaver, &leavers).await;
    }
    visitor.write(numbered(&topic, 0, 40)).await.expect("it is written");
    polled_until("it reads on", &mut leaver, &leavers, || leavers.count() == 20).await;
    // Now the rebalance goes through, and the leaver, who is not polled, cannot have seen it.
    let rounds = slows.look(|entries| entries.rounds);
    polled_until("a new generation", &mut slow, &slows, || {
        slows.look(|entries| entries.rounds) > rounds
    })
    .await;
    leaver.close().await.expect("closing in a rebalance is an ordinary thing");
    slow.close().await.expect("so it is for the other");
    // Where the coordinator was between two generations it took no commit, and the third reads those records again.
    until("the third reads the rest", async || committed(&visitor).await == 40).await;
    let mut read = BTreeSet::new();
    for diary in [&slows, &leavers, third.diary()] {
        diary.look(|seen| read.extend(seen.read.iter().map(|record| record.value.clone())));
    }
    assert_eq!(read.len(), 40, "every record was read by someone");
    third.close().await.expect("the third leaves");
}

async fn diary_turn(consumer: &mut Consumer, diary: &Diary) {
    diary.note(consumer.poll(TURN).await.expect("it reads"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_was_given_up_closes_without_an_error_and_commits_nothing() {
    let (_broker, visitor, topic) = begin().await;
    visitor.write(numbered(&topic, 0, 40)).await.expect("it is written");
    let impatient =
        ConsumerOptions { poll_interval_max: Duration::from_secs(1), ..Member::options("readers") };
    let (mut sleeper, sleepers) = by_hand(&visitor, &topic, impatient);
    polled_until("it has read everything", &mut sleeper, &sleepers, || sleepers.count() == 40)
        .await;
    // It is not polled any more: its group goes on without it.
    let options = ConsumerOptions {
        assignors: vec![Assignor::CooperativeSticky],
        ..Member::options("readers")
    };
    let heir = Member::join(&visitor, &topic, options);
    until("the heir has everything", async || heir.diary().share() == 4).await;
    until("the heir reads it again", async || heir.diary().count() == 40).await;
    visitor.write(numbered(&topic, 40, 40)).await.expect("it is written");
    until("the heir reads on", async || heir.diary().count() == 80).await;
    until("the heir has committed", async || committed(&visitor).await == 80).await;
    sleeper.close().await.expect("closing is an ordinary thing");
    assert_eq!(committed(&visitor).await, 80, "the heir's offsets stand");
    heir.close().await.expect("the heir leaves");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_static_member_comes_back_to_its_partitions_and_nobody_rebalances() {
    let (_broker, visitor, topic) = begin().await;
    let named = |instance: &str| ConsumerOptions {
        instance: Some(instance.to_owned()),
        ..Member::options("readers")
    };
    let stays = Member::join(&visitor, &topic, named("stays"));
    let goes = Member::join(&visitor, &topic, named("goes"));
    let shares = |goes: &Member| (stays.diary().share(), goes.diary().share());
    until("both have a half", async || shares(&goes) == (2, 2)).await;
    visitor.write(numbered(&topic, 0, 100)).await.expect("it is written");
    until("all is read", async || stays.diary().count() + goes.diary().count() == 100).await;
    let (rounds, lost) = stays.diary().look(|seen| (seen.rounds, seen.lost.clone()));
    let (had, read) = goes.diary().look(|seen| (seen.assigned.clone(), seen.read.len()));
    goes.close().await.expect("it stops, and means to come back");
    visitor.write(numbered(&topic, 100, 100)).await.expect("it is written");
    let back = Member::join(&visitor, &topic, named("goes"));
    until("it is back", async || back.diary().share() == 2).await;
    assert_eq!(back.diary().look(|seen| seen.assigned.clone()), had);
    until("all is read", async || stays.diary().count() + read + back.diary().count() == 200).await;
    assert_eq!(stays.diary().look(|seen| (seen.rounds, seen.lost.clone())), (rounds, lost));
    back.close().await.expect("it stops");
    stays.close().await.expect("it stops");
}

#[tokio::test]
async fn an_operators_questions_and_changes_are_answered() {
    let (broker, visitor, topic) = begin().await;
    let admin = visitor.admin();
    let first = partition(&topic, 0);
    let again = admin.create_topics(&[NewTopic::new("lines")], false).await.expect("an answer");
    let refusal = again[0].1.as_ref().expect_err("it is there already");
    assert_eq!(refusal.code(), Some(ErrorCode::TopicAlreadyExists));
    let only_asked = admin.create_topics(&[NewTopic::new("asked")], true).await.expect("an answer");
    assert_eq!(only_asked[0].1.as_ref().map(|made| made.partitions), Ok(Some(3)));

    let resource = Resource::Topic("lines".into());
    let change = [("retention.ms".to_owned(), ConfigChange::Set("3600000".into()))];
    admin.alter_configs(&resource, &change, false).await.expect("it is changed");
    let wrong = [("retention.ms".to_owned(), ConfigChange::Set("soon".into()))];
    let refusal = admin.alter_configs(&resource, &wrong, false).await.expect_err("no number");
    assert_eq!(refusal.code(), Some(ErrorCode::InvalidConfig));
    let described = admin.describe_configs(&[resource]).await.expect("an answer");
    let entries = described[0].1.as_ref().expect("it is described");
    let retention = entries.iter().find(|entry| entry.name == "retention.ms").expect("it is there");
    assert_eq!(retention.value.as_deref(), Some("3600000"));

    let base = TimestampMs(wait::wall_ms() - 1000);
    let record = |number: i64| {
        let record = Record::new(topic.clone(), number.to_string());
        record.partition(first.partition).timestamp(TimestampMs(base.get() + number))
    };
    visitor.write((0..100).map(record)).await.expect("it is written");
    let wanted = OffsetAt::Timestamp(TimestampMs(base.get() + 50));
    let wanted = BTreeMap::from([(first.clone(), wanted)]);
    let listed = admin.list_offsets(&wanted, Isolation::ReadUncommitted).await.expect("an answer");
    assert_eq!(listed[&first].as_ref().map(|found| found.offset), Ok(Some(Offset(50))));
    let deleted = admin.delete_records(&BTreeMap::from([(first.clone(), Some(Offset(30)))])).await;
    assert_eq!(deleted, Ok(vec![(first.clone(), Ok(Offset(30)))]));
    assert_eq!(visitor.extent(&first).await.expect("the extent"), (30, 100));
    admin.create_partitions(&topic, 6).await.expect("it grows");
    let view = visitor.cluster().require(std::slice::from_ref(&topic)).await.expect("it is there");
    assert_eq!(view.topics[&topic].partitions.len(), 6);

    let offsets = BTreeMap::from([(first.clone(), CommittedOffset::at(Offset(42)))]);
    admin.commit_offsets("kept", &offsets).await.expect("the group's offsets are set");
    assert_eq!(admin.committed_offsets("kept").await, Ok(offsets));
    let groups = admin.list_groups().await.expect("an answer");
    assert_eq!(groups.iter().map(|group| group.group.as_str()).collect::<Vec<_>>(), ["kept"]);
    let forgotten = admin.delete_offsets("kept", std::slice::from_ref(&first)).await;
    assert_eq!(forgotten, Ok(vec![(first.clone(), Ok(()))]));
    let dirs = admin.log_dirs().await.expect("an answer");
    let (node, dirs) = &dirs[0];
    let dir = dirs.as_ref().expect("the broker answers")[0].as_ref().expect("the dir is well");
    assert_eq!(
        (*node, dir.path.as_str()),
        (NodeId(1), broker.properties().log_dir().to_str().expect("text"))
    );
    assert!(dir.partitions.iter().any(|held| held.partition == first && held.size_bytes > 0));

    let gone = admin.delete_topics(std::slice::from_ref(&topic)).await;
    assert_eq!(gone, Ok(vec![("lines".to_owned(), Ok(()))]));
    let refusal = visitor.cluster().require(&[topic]).await.expect_err("it is gone");
    assert_eq!(refusal.code(), Some(ErrorCode::UnknownTopicOrPartition));
}
