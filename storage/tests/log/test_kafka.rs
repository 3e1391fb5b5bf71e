//! Partitions that Apache Kafka 4.3.1 wrote are opened, read and written on.

use std::path::{Path, PathBuf};

use protocol::ids::{Offset, TimestampMs};
use storage::disk::OsDisk;
use storage::log::{Log, LogConfig};

use crate::support::{batch, by, open_with, opening, read_all};

/// A copy of one of the partitions, which the log may change.
fn copy(partition: &str) -> (tempfile::TempDir, PathBuf) {
    let from =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kafka-4.3.1").join(partition);
    let root = tempfile::tempdir().expect("a folder");
    let to = root.path().join(partition);
    std::fs::create_dir(&to).expect("made");
    for entry in std::fs::read_dir(from).expect("the fixture") {
        let entry = entry.expect("an entry");
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
    (root, to)
}

fn open(dir: &Path, clean: bool, start: i64) -> Log<OsDisk> {
    let mut opening = opening(clean, Offset::ZERO);
    opening.log_start_offset = Offset(start);
    let (log, report) = open_with(&OsDisk, dir, LogConfig::default(), opening);
    assert_eq!(report.cut, None, "nothing of it is given up");
    log
}

#[test]
fn what_kafka_wrote_is_read_after_a_clean_and_after_an_unclean_shutdown() {
    for (partition, start, end, bases) in
        [("plain-0", 2, 14, vec![0]), ("rolled-0", 0, 3, vec![0, 2]), ("txn-0", 0, 12, vec![0, 2])]
    {
        for clean in [true, false] {
            let (_root, dir) = copy(partition);
            let log = open(&dir, clean, start);
            assert_eq!(
                (log.start_offset(), log.end_offset()),
                (Offset(start), Offset(end)),
                "{partition}"
            );
            let found: Vec<_> = log.segments().map(|segment| segment.base_offset.get()).collect();
            assert_eq!(found, bases, "{partition}");
            let offsets = read_all(&log, log.start_offset()).into_iter().flat_map(|batch| {
                batch
                    .records()
                    .expect("records")
                    .map(|record| record.expect("a record").offset.get())
            });
            assert_eq!(
                offsets.collect::<Vec<_>>(),
                (start..end).collect::<Vec<_>>(),
                "{partition}"
            );
            assert!(!log.producers().is_empty(), "{partition}: its producers are known");
        }
    }
}

#[test]
fn open_transactions_and_sequences_are_the_same_from_snapshot_and_from_the_batches() {
    // In plain-0 Kafka has forgotten a producer whose records are still there.
    for partition in ["rolled-0", "txn-0"] {
        let (_root, dir) = copy(partition);
        let clean = open(&dir, true, 0);
        let last = |log: &Log<OsDisk>| {
            let states = log.producers().iter();
            states
                .map(|(id, state)| (id, state.epoch, state.last_sequence(), state.open_since))
                .collect::<Vec<_>>()
        };
        let from_snapshot = last(&clean);
        drop(clean);
        for entry in std::fs::read_dir(&dir).expect("listed") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|suffix| suffix == "snapshot") {
                std::fs::remove_file(path).expect("removed");
            }
        }
        assert_eq!(last(&open(&dir, false, 0)), from_snapshot, "{partition}");
    }
}

#[test]
fn a_log_that_kafka_began_goes_on() {
    let (_root, dir) = copy("plain-0");
    let mut log = open(&dir, true, 2);
    let first = log.offset_for_timestamp(TimestampMs(0)).run().expect("searched").expect("found");
    assert_eq!(first.offset, Offset(2));
    let appended = log
        .append_leader(vec![batch(&[i64::MAX / 2], 10)], by(log.latest_epoch().get() + 1))
        .expect("appended");
    assert_eq!(appended.base_offset, Offset(14));
    log.close().expect("closed");
    let log = open(&dir, true, 2);
    assert_eq!(log.end_offset(), Offset(15));
    let found = log.max_timestamp_offset().run().expect("searched").expect("found");
    assert_eq!(found.offset, Offset(14));
}
