//! Compaction of a log that is read, written and cut off while it goes on.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use protocol::batch::{BatchBuilder, BatchOptions, RecordBatch};
use protocol::ids::{Offset, TimestampMs};
use storage::compact::schedule::Policy;
use storage::compact::{CompactError, Pace, Rules};
use storage::disk::{Disk, MemDisk};
use storage::files::{Budget, OpenFiles};
use storage::log::{Log, LogConfig};

use crate::support::{DIR, all, append, flush, open, open_with, opening, read_all};

const POLICY: Policy = Policy { dirty_ratio_min: 0.0, lag_ms_min: 0, lag_ms_max: i64::MAX };
const RULES: Rules = Rules {
    delete_retention_ms: 1000,
    segment_bytes: 1000,
    map_bytes_max: 1 << 16,
    unpacked_bytes_max: 1 << 20,
};
fn config() -> LogConfig {
    LogConfig {
        segment_bytes: 1000,
        index_interval_bytes: 100,
        delete: false,
        compact: true,
        ..LogConfig::default()
    }
}

const NOW: TimestampMs = TimestampMs(1000);

/// A batch that writes `key` at `time`.
fn put(key: u8, time: i64) -> RecordBatch {
    let mut builder = BatchBuilder::new(BatchOptions::default());
    builder.append(TimestampMs(time), Some(&[key]), Some(&[key; 50]), &[]);
    builder.build(Offset::ZERO).expect("a batch")
}

/// A log in which `keys` keys were written again and again, and a few others once before all, all of it on disk.
fn written<D: Disk>(mut log: Log<D>, keys: u8, records: i64) -> Log<D> {
    for early in 100..103 {
        append(&mut log, put(early, 0)).expect("appended");
    }
    for (time, key) in (0..records).zip((0..keys).cycle()) {
        append(&mut log, put(key, time)).expect("appended");
    }
    flush(&mut log);
    log
}

/// One round over everything that may be compacted.
fn compact<D: Disk>(log: &mut Log<D>) -> Result<Option<Offset>, CompactError> {
    let compaction = log.compaction(log.end_offset());
    let dirt = compaction.dirt(Offset::ZERO, NOW, &POLICY)?;
    compaction.run(dirt, NOW, RULES, Pace::free(), |swap| match log.swap_in(swap) {
        Ok(Some(_)) => ControlFlow::Continue(()),
        Ok(None) | Err(_) => ControlFlow::Break(()),
    })
}

/// The offset of the last record of each key, and how many records there are.
fn last_of_each<D: Disk>(log: &Log<D>) -> (BTreeMap<Vec<u8>, Offset>, usize) {
    let batches = read_all(log, log.start_offset());
    let records = batches.iter().flat_map(|batch| batch.records().expect("whole"));
    let records: Vec<_> = records.map(|record| record.expect("whole")).collect();
    let last = records.iter().map(|r| (r.key.as_deref().unwrap_or_default().to_vec(), r.offset));
    (last.collect(), records.len())
}

#[test]
fn a_compacted_log_reads_and_appends_and_opens_as_before() {
    let disk = MemDisk::new();
    let mut log = written(open(&disk, config()), 3, 100);
    let (before, end) = (last_of_each(&log).0, log.end_offset());
    let segments = log.segments().count();
    let point = compact(&mut log).expect("no fault").expect("nobody is in the way");
    let active = log.segments().last().expect("there is one").base_offset;
    assert_eq!(point, active, "all but the newest segment is clean");
    let (after, left) = last_of_each(&log);
    assert_eq!(after, before);
    assert!(left < 20, "{left} of 100 records are left");
    compact(&mut log).expect("no fault").expect("nobody is in the way");
    assert!(log.segments().count() < segments / 2, "what was made small is put together");
    assert_eq!(last_of_each(&log).0, before);
    log = written(log, 3, 10);
    assert_eq!(log.end_offset(), end.plus(13));
    let after = last_of_each(&log);
    let end = log.end_offset();
    log.close().expect("closed");
    for clean in [true, false] {
        let (log, report) = open_with(&disk, DIR.as_ref(), config(), opening(clean, Offset::ZERO));
        assert_eq!((log.end_offset(), report.cut), (end, None));
        assert_eq!(last_of_each(&log), after);
    }
}

#[test]
fn a_log_that_is_compacted_no_more_keeps_its_gaps_through_a_recovery() {
    let disk = MemDisk::new();
    let mut log = written(open(&disk, config()), 3, 100);
    compact(&mut log).expect("no fault").expect("nobody is in the way");
    let (before, end) = (last_of_each(&log), log.end_offset());
    drop(log);
    let deleting = LogConfig { delete: true, compact: false, ..config() };
    let (log, report) = open_with(&disk, DIR.as_ref(), deleting, opening(false, Offset::ZERO));
    assert_eq!((log.end_offset(), report.cut), (end, None));
    assert_eq!(last_of_each(&log), before);
}

#[test]
fn a_round_ends_where_its_pace_says_so_and_the_next_one_does_the_work() {
    let disk = MemDisk::new();
    let mut log = written(open(&disk, config()), 3, 100);
    let before = last_of_each(&log).0;
    for batches in [0, 3, 110, 150] {
        let asked = Cell::new(0);
        let ask = |_| {
            asked.set(asked.get() + 1);
            if asked.get() > batches { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let compaction = log.compaction(log.end_offset());
        let dirt = compaction.dirt(Offset::ZERO, NOW, &POLICY).expect("no fault");
        let ended = compaction.run(dirt, NOW, RULES, Pace::new(&ask), |swap| {
            let removal = log.swap_in(swap).expect("no fault");
            assert!(removal.is_some(), "nobody is in the way");
            ControlFlow::Continue(())
        });
        assert_eq!(ended.expect("no fault"), None, "after {batches} batches");
        assert_eq!(last_of_each(&log).0, before);
    }
    compact(&mut log).expect("no fault").expect("nobody is in the way");
    assert_eq!(last_of_each(&log).0, before);
}

#[test]
fn a_reader_with_a_plan_gets_what_it_planned_or_is_told_to_plan_again() {
    let disk = MemDisk::new();
    written(open(&disk, config()), 3, 100).close().expect("closed");
    let files = OpenFiles::new(disk, Budget { files_max: 1, maps_max: 0 });
    let opening = opening(true, Offset::ZERO);
    let (mut log, _) = Log::open(&files, DIR.as_ref(), config(), opening).expect("the log opens");
    let limits = all(log.end_offset());
    let plans: Vec<_> = [0, 12, 24, 36, 48, 60, 72]
        .map(Offset)
        .map(|at| (at, log.read(at, limits).expect("within")))
        .into();
    let before: Vec<_> =
        plans.iter().map(|(_, plan)| plan.load().expect("read").concat()).collect();
    compact(&mut log).expect("no fault").expect("nobody is in the way");
    let mut gone = 0;
    for ((at, plan), before) in plans.iter().zip(before) {
        match plan.load() {
            Ok(bytes) => assert_eq!(bytes.concat(), before, "planned at {at}"),
            Err(error) => {
                assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "planned at {at}");
                gone += 1;
            }
        }
    }
    assert!(gone > 1, "{gone} of them were closed");
}

#[test]
fn a_swap_is_dropped_if_its_segments_have_changed_meanwhile() {
    let disk = MemDisk::new();
    let mut log = written(open(&disk, config()), 3, 100);
    let compaction = log.compaction(log.end_offset());
    let dirt = compaction.dirt(Offset::ZERO, NOW, &POLICY).expect("no fault");
    log.truncate_to(Offset(5)).expect("no fault");
    let before = last_of_each(&log);
    let result = compaction.run(dirt, NOW, RULES, Pace::free(), |swap| {
        assert!(log.swap_in(swap).expect("no fault").is_none());
        ControlFlow::Break(())
    });
    // The files that it wanted to read may be gone already.
    assert!(
        matches!(result, Ok(None) | Err(CompactError::Io(_) | CompactError::Batch(_))),
        "{result:?}"
    );
    assert_eq!(last_of_each(&log), before);
}

#[test]
fn a_log_whose_compaction_was_cut_off_anywhere_opens_with_every_key() {
    let build = |disk: &MemDisk| {
        let log = open(disk, config());
        disk.sync_dir("".as_ref()).expect("no fault");
        written(log, 3, 40)
    };
    let (steps, expected) = {
        let disk = MemDisk::new();
        let mut log = build(&disk);
        let expected = last_of_each(&log).0;
        let before = disk.changes();
        compact(&mut log).expect("no fault");
        (disk.changes() - before, expected)
    };
    assert!(steps > 20, "{steps}");
    for cut in 1..=steps {
        for seed in 0..3 {
            let disk = MemDisk::new();
            let mut log = build(&disk);
            let (end, flushed) = (log.end_offset(), log.flushed_offset());
            disk.cut_power_after(cut);
            let _ = compact(&mut log);
            drop(log);
            disk.crash(seed);
            let (log, _) = open_with(&disk, DIR.as_ref(), config(), opening(false, flushed));
            assert_eq!(log.end_offset(), end, "cut {cut}, seed {seed}");
            assert_eq!(last_of_each(&log).0, expected, "cut {cut}, seed {seed}");
        }
    }
}
