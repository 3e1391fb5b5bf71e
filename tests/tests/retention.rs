//! Retention, seen from outside: files that go, a start offset that moves, and readers who begin there.

use bytes::Bytes;
use client::admin::NewTopic;
use client::producer::Record;
use protocol::ids::{TimestampMs, TopicName, TopicPartition};
use sapwood_tests::process::{Sapwood, wait};
use sapwood_tests::visitor::{Visitor, partition};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);
const DAY_MS: i64 = 86_400_000;
/// The smallest segment that Kafka lets a topic have.
const SEGMENT_BYTES: u64 = 1 << 20;
const RECORD_BYTES: usize = 10_000;
/// Enough records for six segments.
const SIX_SEGMENTS: usize = 6 * SEGMENT_BYTES as usize / RECORD_BYTES;

/// A broker that looks for old segments all the time, and one partition of small segments on it.
struct Retained {
    broker: Sapwood,
    visitor: Visitor,
    of: TopicPartition,
}

impl Retained {
    async fn with(settings: &[(&str, &str)]) -> Self {
        let broker = Sapwood::start_with(|properties| {
            properties.set("log.retention.check.interval.ms", "100");
        })
        .expect("a broker");
        let visitor = Visitor::to(broker.address());
        let mut topic = NewTopic::new("kept").partitions(1);
        topic = topic.config("segment.bytes", SEGMENT_BYTES.to_string());
        topic = topic.config("file.delete.delay.ms", "200");
        for (key, value) in settings {
            topic = topic.config(*key, *value);
        }
        let name = visitor.create(topic).await.expect("the topic");
        Self { broker, visitor, of: partition(&name, 0) }
    }

    async fn write(&self, count: usize, mark: &str, timestamp: i64) {
        let record = |number| {
            record(&self.of.topic, &format!("{mark} {number}")).timestamp(TimestampMs(timestamp))
        };
        let written = self.visitor.write((0..count).map(record)).await;
        assert_eq!(written.expect("the records are acknowledged").len(), count);
    }

    async fn extent(&self) -> (i64, i64) {
        self.visitor.extent(&self.of).await.expect("the partition's extent")
    }

    /// Waits until retention has brought the start to where `is_there` wants it.
    async fn await_start(&self, is_there: impl Fn(i64, i64) -> bool) -> (i64, i64) {
        let started = wait::now();
        loop {
            let (start, end) = self.extent().await;
            if is_there(start, end) {
                return (start, end);
            }
            assert!(started.elapsed() < LIMIT, "the log is still {start}..{end}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What a consumer reads from the beginning: offsets and marks.
    async fn read(&self) -> Vec<(i64, String)> {
        let read = self.visitor.read_all(&self.of.topic, 1).await.expect("the log is read");
        let shown = |record: &client::consumer::Record| {
            let value = record.value.as_ref().expect("every record has a value");
            let text = String::from_utf8_lossy(value);
            (record.offset.get(), text.trim_end_matches('.').to_owned())
        };
        read[&self.of].iter().map(shown).collect()
    }

    fn dir(&self) -> PathBuf {
        self.broker.properties().log_dir().join(self.of.to_string())
    }

    /// Waits until the segments' files that lie before the start are gone, with their indexes.
    fn await_files_from(&self, start: i64) {
        let gone = wait::until("old segments to go", LIMIT, || {
            let files = fs::read_dir(self.dir()).expect("the partition's folder").flatten();
            let names: BTreeSet<String> =
                files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
            let is_old = |name: &String| {
                let base = name.get(..20).and_then(|digits| digits.parse::<i64>().ok());
                base.is_some_and(|base| base < start) && !name.ends_with(".snapshot")
            };
            (!names.iter().any(is_old)).then_some(names)
        });
        let names = gone.expect("old segments' files are removed");
        let first = format!("{start:020}.log");
        assert!(names.contains(&first), "the log starts with {first}: {names:?}");
        assert!(!names.iter().any(|name| name.ends_with(".deleted")), "{names:?}");
    }
}

fn record(topic: &TopicName, mark: &str) -> Record {
    Record::new(topic.clone(), Bytes::from(format!("{mark:.<RECORD_BYTES$}")))
}

#[tokio::test]
async fn a_log_over_its_size_loses_its_oldest_segments_and_keeps_the_newest_records() {
    let mut kept = Retained::with(&[("retention.bytes", "2097152")]).await;
    kept.write(SIX_SEGMENTS, "line", wait::wall_ms()).await;
    let most = 2 * SEGMENT_BYTES as i64 + SEGMENT_BYTES as i64;
    let fits = |start: i64, end: i64| (end - start) * (RECORD_BYTES as i64) < most;
    let (start, end) = kept.await_start(fits).await;
    assert_eq!(end, SIX_SEGMENTS as i64);
    let held = (end - start) * RECORD_BYTES as i64;
    assert!(held >= 1 << 21, "never less than retention.bytes stays: {held}");
    kept.await_files_from(start);
    let expected: Vec<(i64, String)> =
        (start..end).map(|offset| (offset, format!("line {offset}"))).collect();
    assert_eq!(kept.read().await, expected);
    kept.broker.kill();
    kept.broker.restart().expect("it starts after a crash");
    assert_eq!(kept.extent().await, (start, end), "what is gone does not come back");
    assert_eq!(kept.read().await, expected);
}

#[tokio::test]
async fn old_records_go_with_their_segments_and_new_ones_stay() {
    let day = DAY_MS.to_string();
    let kept = Retained::with(&[("retention.ms", &day)]).await;
    let now = wait::wall_ms();
    // The segment in which both lie is as young as its youngest record.
    kept.write(SIX_SEGMENTS, "old", now - 2 * DAY_MS).await;
    kept.write(20, "new", now).await;
    let newest = SIX_SEGMENTS as i64;
    let a_segment = SEGMENT_BYTES as i64 / RECORD_BYTES as i64;
    let (start, end) = kept.await_start(|start, _| start > newest - a_segment).await;
    assert!(start <= newest, "new records are gone: the log starts at {start}");
    assert_eq!(end, newest + 20);
    kept.await_files_from(start);
    let read = kept.read().await;
    let new: Vec<&str> =
        read.iter().map(|(_, mark)| mark.as_str()).skip((newest - start) as usize).collect();
    assert_eq!(new, (0..20).map(|number| format!("new {number}")).collect::<Vec<_>>());
    assert_eq!(read.first().map(|(offset, _)| *offset), Some(start));
}

#[tokio::test]
async fn a_log_whose_records_are_all_old_ends_up_empty_and_goes_on_at_its_end() {
    let mut kept = Retained::with(&[("retention.ms", "60000")]).await;
    kept.write(150, "old", wait::wall_ms() - DAY_MS).await;
    kept.await_start(|start, end| start == end && end == 150).await;
    kept.await_files_from(150);
    assert_eq!(kept.read().await, []);
    kept.write(3, "new", wait::wall_ms()).await;
    kept.broker.kill();
    kept.broker.restart().expect("it starts after a crash");
    let new = (0..3).map(|number| (150 + number, format!("new {number}"))).collect::<Vec<_>>();
    assert_eq!(kept.read().await, new);
    assert_eq!(kept.extent().await, (150, 153));
}
