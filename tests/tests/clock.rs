//! The wall clock jumps by a day, forward and back, and the broker goes on.

use bytes::Bytes;
use client::admin::NewTopic;
use client::producer::{Producer, ProducerOptions, Record};
use protocol::ids::{TimestampMs, TopicName, TopicPartition};
use sapwood_tests::member::Member;
use sapwood_tests::peers::FakeClock;
use sapwood_tests::process::{Sapwood, wait};
use sapwood_tests::visitor::{Visitor, partition, partitions_of};
use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);
const DAY: i64 = 86_400;
const HOUR_MS: i64 = 3_600_000;
const PARTITIONS: i32 = 3;
/// More than a segment, so that there is something that retention could take.
const RECORDS: usize = 400;
const RECORD_BYTES: usize = 10_000;

async fn until(what: &str, is_so: impl AsyncFnMut() -> bool) {
    wait::until_so(what, LIMIT, is_so).await.expect("it comes true");
}

/// A broker under a clock of its own, with everything that goes on while the clock jumps.
struct Life {
    clock: FakeClock,
    broker: Sapwood,
    visitor: Visitor,
    topic: TopicName,
    producer: Producer,
    /// What was acknowledged, in the order of each partition.
    written: BTreeMap<TopicPartition, Vec<(i64, Bytes)>>,
    count: usize,
    member: Member,
}

impl Life {
    async fn begin() -> Self {
        let clock = FakeClock::new().expect("a clock");
        let broker = Sapwood::start_in(clock.environment(), |properties| {
            properties
                .set("log.retention.check.interval.ms", "100")
                .set("offsets.retention.check.interval.ms", "1000");
        })
        .expect("a broker");
        let visitor = Visitor::to(broker.address());
        let lines = NewTopic::new("lines").partitions(PARTITIONS);
        let topic = visitor.create(lines.config("segment.bytes", "1048576")).await.expect("lines");
        for (name, key, value) in [
            ("stamped", "message.timestamp.type", "LogAppendTime"),
            ("hour", "retention.ms", &HOUR_MS.to_string()),
        ] {
            let new = NewTopic::new(name).partitions(1).config(key, value);
            let new = new.config("file.delete.delay.ms", "3000");
            visitor.create(new).await.expect("the topic");
        }
        let producer = visitor.producer(ProducerOptions::default()).expect("a producer");
        let member = Member::join(&visitor, &topic, Member::options("readers"));
        let written = BTreeMap::new();
        Self { clock, broker, visitor, topic, producer, written, count: 0, member }
    }

    fn now(&self) -> i64 {
        self.clock.wall_ms().expect("the clock")
    }

    /// Sets the clock, and looks at everything that must go on.
    async fn goes_on_at(&mut self, offset_seconds: i64) {
        self.clock.set(offset_seconds).expect("the clock is set");
        self.the_broker_sees_it().await;
        self.produce().await;
        let diary = self.member.diary().clone();
        until("the member reads it all", async || diary.count() >= self.count).await;
        self.retention_takes_the_old_and_nothing_else().await;
        self.commits_are_kept().await;
        assert!(!self.member.has_ended(), "the member has ended");
        assert_eq!(diary.look(|seen| seen.lost.clone()), []);
        assert_eq!(diary.count(), self.count, "everything is read once");
    }

    async fn the_broker_sees_it(&self) {
        let topic = TopicName::new("stamped").expect("a legal name");
        let delivered = self.producer.write(Record::new(topic, "now")).await.expect("written");
        let apart = delivered.timestamp.get() - self.now();
        assert!(apart.abs() < HOUR_MS, "the broker's clock is {apart} ms off: it did not jump");
    }

    async fn produce(&mut self) {
        let timestamp = TimestampMs(self.now());
        let mut deliveries = Vec::new();
        for _ in 0..RECORDS {
            let value = Bytes::from(format!("{:.<RECORD_BYTES$}", self.count));
            self.count += 1;
            let record = Record::new(self.topic.clone(), value.clone()).timestamp(timestamp);
            deliveries.push((value, self.producer.send(record).await.expect("it is taken")));
        }
        self.producer.flush().await;
        for (value, delivery) in deliveries {
            let delivered = delivery.await.expect("it is acknowledged");
            let offset = delivered.offset.expect("the broker says where").get();
            self.written.entry(delivered.partition).or_default().push((offset, value));
        }
    }

    /// Old records go, so that retention has run; those of the topic with the default week stay.
    async fn retention_takes_the_old_and_nothing_else(&self) {
        let hour = partition(&TopicName::new("hour").expect("a legal name"), 0);
        let old = TimestampMs(self.now() - 2 * HOUR_MS);
        let record = Record::new(hour.topic.clone(), "old").timestamp(old);
        self.producer.write(record).await.expect("written");
        until("old records go", async || {
            let (start, end) = self.visitor.extent(&hour).await.expect("the extent");
            start == end
        })
        .await;
        for of in partitions_of(&self.topic, PARTITIONS) {
            let (start, _) = self.visitor.extent(&of).await.expect("the extent");
            assert_eq!(start, 0, "{of} has lost what was just written");
        }
    }

    /// What retention let go before the clock was put back does not stay until the clock is there again.
    fn old_files_are_removed(&self) {
        let dir = self.broker.properties().log_dir().join("hour-0");
        let gone = wait::until("old files to be removed", LIMIT, || {
            let files = fs::read_dir(&dir).expect("the partition's folder").flatten();
            let is_old = |file: &fs::DirEntry| file.path().extension() == Some("deleted".as_ref());
            (!files.into_iter().any(|file| is_old(&file))).then_some(())
        });
        gone.expect("they go in their time");
    }

    async fn commits_are_kept(&self) {
        let admin = self.visitor.admin();
        until("everything read is committed", async || {
            let committed = admin.committed_offsets("readers").await.expect("the group's offsets");
            let count: i64 = committed.values().map(|committed| committed.offset.get()).sum();
            usize::try_from(count) == Ok(self.count)
        })
        .await;
    }

    /// A member dies without a word as the clock is put back by another day: the other gets its partitions all the same.
    async fn a_silent_member_is_given_up(&self) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let (other, ours) = (Visitor::to(self.broker.address()), self.member.diary());
        let entered = runtime.enter();
        let silent = Member::join(&other, &self.topic, Member::options("readers"));
        drop(entered);
        let all = PARTITIONS as usize;
        until("both have a share", async || silent.diary().share() > 0 && ours.share() < all).await;
        self.clock.set(-2 * DAY).expect("the clock is set");
        runtime.shutdown_background();
        until("the member that is left has all partitions", async || ours.share() == all).await;
    }

    /// Everything acknowledged is there, at its offset, and nothing else.
    async fn nothing_is_missing(&self) {
        let read = self.visitor.read_all(&self.topic, PARTITIONS).await.expect("it is read");
        for (of, records) in read {
            let value = |record: &client::consumer::Record| record.value.clone();
            let found: Vec<(i64, Option<Bytes>)> =
                records.iter().map(|record| (record.offset.get(), value(record))).collect();
            let written = self.written.get(&of).cloned().unwrap_or_default();
            let written: Vec<(i64, Option<Bytes>)> =
                written.into_iter().map(|(offset, value)| (offset, Some(value))).collect();
            let dense = found.iter().zip(0..).all(|((offset, _), expected)| *offset == expected);
            assert!(dense, "{of} has no gaps");
            assert!(found == written, "{of} holds what was acknowledged, in its order");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_goes_on_when_the_wall_clock_jumps_by_a_day() {
    let mut life = Life::begin().await;
    life.goes_on_at(0).await;
    life.goes_on_at(DAY).await;
    life.goes_on_at(0).await;
    life.goes_on_at(-DAY).await;
    life.a_silent_member_is_given_up().await;
    life.old_files_are_removed();
    life.nothing_is_missing().await;
    life.broker.kill();
    life.broker.restart().expect("it starts before the time at which it was killed");
    life.nothing_is_missing().await;
    life.commits_are_kept().await;
}
