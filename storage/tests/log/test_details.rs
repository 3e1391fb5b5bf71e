//! What the model does not say.

use std::path::Path;

use protocol::batch::{BatchOptions, TimestampType};
use protocol::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, TimestampMs};
use storage::disk::{Disk, Fault, MemDisk, OpenMode, read_file};
use storage::files::{Budget, OpenFiles};
use storage::log::{AppendError, CloseError, Log, LogConfig, OpenError, ReadError, SyncError};

use crate::support::mem_disk;
use crate::support::{
    DIR, all, append, batch, batch_of, by, flush, open, open_with, opening, read,
};

fn names(disk: &MemDisk) -> Vec<String> {
    let entries = disk.list(Path::new(DIR)).expect("listed");
    entries.into_iter().map(|entry| entry.name).collect()
}

#[test]
fn an_empty_partition_is_one_empty_file_and_its_identity() {
    let disk = mem_disk();
    let mut opening = opening(true, Offset::ZERO);
    opening.topic_id = Some("5ZO1B4OkRGOnYYFpwvmH_w".parse().expect("a topic id"));
    let (mut log, _) = open_with(&disk, Path::new(DIR), LogConfig::default(), opening);
    assert_eq!(names(&disk), ["00000000000000000000.log", "partition.metadata"]);
    assert!(log.unflushed().is_none(), "there is nothing to sync");
    let before = disk.changes();
    log.close().expect("closed");
    assert_eq!(disk.changes(), before, "closing a quiet log costs nothing");
}

#[test]
fn a_folder_of_another_topic_is_refused() {
    let disk = mem_disk();
    let mut first = opening(false, Offset::ZERO);
    first.topic_id = Some("5ZO1B4OkRGOnYYFpwvmH_w".parse().expect("a topic id"));
    open_with(&disk, Path::new(DIR), LogConfig::default(), first);
    let mut second = first;
    second.topic_id = Some("AAAAAAAAAAAAAAAAAAAAAQ".parse().expect("a topic id"));
    let files = OpenFiles::new(disk, Budget::default());
    let result = Log::open(&files, Path::new(DIR), LogConfig::default(), second);
    assert!(matches!(result, Err(OpenError::TopicId { .. })));
}

#[test]
fn a_closed_log_has_the_files_that_kafka_would_look_for() {
    let disk = mem_disk();
    let config =
        LogConfig { segment_bytes: 1000, index_interval_bytes: 100, ..LogConfig::default() };
    let mut log = open(&disk, config);
    for time in 0..10 {
        append(&mut log, batch(&[time], 200)).expect("appended");
    }
    log.close().expect("closed");
    assert_eq!(
        names(&disk),
        [
            "00000000000000000000.index",
            "00000000000000000000.log",
            "00000000000000000000.timeindex",
            "00000000000000000003.index",
            "00000000000000000003.log",
            "00000000000000000003.timeindex",
            "00000000000000000006.index",
            "00000000000000000006.log",
            "00000000000000000006.timeindex",
            "00000000000000000009.log",
            "00000000000000000009.snapshot",
            "00000000000000000009.timeindex",
            "leader-epoch-checkpoint",
        ]
    );
    let len = disk.info(&Path::new(DIR).join("00000000000000000009.log")).expect("there").len;
    assert_eq!(len, batch(&[9], 200).size_in_bytes() as u64, "nothing stays allocated");
}

#[test]
fn an_append_is_stamped_with_offset_epoch_and_where_asked_for_with_the_time() {
    let disk = mem_disk();
    let config = LogConfig { timestamp_type: TimestampType::LogAppendTime, ..LogConfig::default() };
    let mut log = open(&disk, config);
    let mut how = by(3);
    how.now = TimestampMs(777);
    log.append_leader(vec![batch(&[1, 2], 10)], how).expect("appended");
    let appended = log.append_leader(vec![batch(&[1], 10)], how).expect("appended");
    assert_eq!(appended.base_offset, Offset(2));
    assert_eq!(appended.log_append_time, Some(TimestampMs(777)));
    let found = crate::support::read_all(&log, Offset::ZERO);
    assert_eq!(found[1].header().base_offset, Offset(2));
    assert_eq!(found[1].header().partition_leader_epoch, LeaderEpoch(3));
    assert_eq!(found[1].header().max_timestamp, TimestampMs(777));
}

#[test]
fn a_batch_that_is_sent_again_is_answered_with_its_first_offsets_and_not_written() {
    let disk = mem_disk();
    let mut log = open(&disk, LogConfig::default());
    let sent = |sequence| {
        let options = BatchOptions {
            producer_id: ProducerId(7),
            producer_epoch: ProducerEpoch(0),
            base_sequence: Sequence(sequence),
            ..BatchOptions::default()
        };
        batch_of(&[1, 2], 10, options)
    };
    append(&mut log, sent(0)).expect("appended");
    append(&mut log, sent(2)).expect("appended");
    let again = append(&mut log, sent(0)).expect("known");
    assert!(again.duplicate);
    assert_eq!((again.base_offset, again.last_offset), (Offset(0), Offset(1)));
    assert_eq!(log.end_offset(), Offset(4));
    assert!(matches!(append(&mut log, sent(9)), Err(AppendError::Producer(_))));

    for clean in [false, true] {
        let recovery_point = log.end_offset();
        if clean {
            log.close().expect("closed");
        } else {
            drop(log);
        }
        log =
            open_with(&disk, Path::new(DIR), LogConfig::default(), opening(clean, recovery_point))
                .0;
        assert!(append(&mut log, sent(2)).expect("known").duplicate, "after a restart too");
    }
    log.truncate_to(Offset(2)).expect("cut");
    assert!(!append(&mut log, sent(2)).expect("appended").duplicate, "what was cut is forgotten");
}

#[test]
fn a_full_disk_refuses_the_append_and_takes_it_when_there_is_space_again() {
    let disk = mem_disk();
    let mut log = open(&disk, LogConfig::default());
    append(&mut log, batch(&[1], 100)).expect("appended");
    flush(&mut log);
    disk.set_capacity(Some(70_000));
    let mut taken = 1;
    let refused = loop {
        match append(&mut log, batch(&[1], 10_000)) {
            Ok(_) => taken += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, AppendError::NoSpace(_)), "{refused}");
    assert!(!log.is_failed());
    assert_eq!(log.end_offset(), Offset(taken));
    disk.set_capacity(None);
    flush(&mut log);
    append(&mut log, batch(&[1], 10_000)).expect("there is space again");
    assert_eq!(crate::support::read_all(&log, Offset::ZERO).len() as i64, taken + 1);
}

#[test]
fn when_the_large_step_does_not_fit_the_small_one_is_tried() {
    let disk = mem_disk();
    let mut log = open(&disk, LogConfig::default());
    disk.set_capacity(Some(8192));
    append(&mut log, batch(&[1], 100)).expect("a page is enough");
}

#[test]
fn a_failed_sync_is_final() {
    let disk = mem_disk();
    let mut log = open(&disk, LogConfig::default());
    append(&mut log, batch(&[1], 100)).expect("appended");
    disk.inject(Fault::Sync, 1);
    let error = log.unflushed().expect("unsynced").run().expect_err("the sync fails");
    assert!(matches!(error, SyncError::Final { .. }));
    assert!(log.is_failed());
    assert_eq!(log.flushed_offset(), Offset::ZERO);
    assert!(matches!(append(&mut log, batch(&[1], 100)), Err(AppendError::Fenced)));
    assert_eq!(crate::support::read_all(&log, Offset::ZERO).len(), 1, "it can still be read");
    assert!(matches!(log.close(), Err(CloseError::Fenced)));
}

#[test]
fn a_failed_write_fences_the_log_and_recovery_cuts_what_it_left() {
    let disk = mem_disk();
    let mut log = open(&disk, LogConfig::default());
    append(&mut log, batch(&[1], 100)).expect("appended");
    disk.inject(Fault::Write, 1);
    assert!(matches!(append(&mut log, batch(&[2], 100)), Err(AppendError::Failed(_))));
    assert!(matches!(append(&mut log, batch(&[3], 100)), Err(AppendError::Fenced)));
    drop(log);
    let (log, report) =
        open_with(&disk, Path::new(DIR), LogConfig::default(), opening(false, Offset::ZERO));
    assert_eq!(log.end_offset(), Offset(1));
    assert_eq!(report.cut.expect("half a batch was cut").at, Offset(1));
}

#[test]
fn no_space_for_the_epochs_is_a_flush_to_be_repeated() {
    let disk = mem_disk();
    let mut log = open(&disk, LogConfig::default());
    append(&mut log, batch(&[1], 100)).expect("appended");
    disk.set_capacity(Some(0));
    let error = log.unflushed().expect("unsynced").run().expect_err("no space for the small file");
    assert!(matches!(error, SyncError::NoSpace { .. }));
    assert_eq!(log.flushed_offset(), Offset::ZERO, "nothing may be acknowledged");
    disk.set_capacity(None);
    flush(&mut log);
    assert_eq!(log.flushed_offset(), Offset(1));
}

#[test]
fn a_flush_that_began_before_a_truncation_promises_nothing_about_what_came_after() {
    let disk = mem_disk();
    let mut log = open(&disk, LogConfig::default());
    append(&mut log, batch(&[1], 100)).expect("appended");
    append(&mut log, batch(&[2], 100)).expect("appended");
    let task = log.unflushed().expect("unsynced");
    log.truncate_to(Offset(1)).expect("cut");
    append(&mut log, batch(&[3], 100)).expect("appended");
    let flushed = task.run().expect("synced");
    log.flushed(flushed);
    assert_eq!(log.flushed_offset(), Offset::ZERO);
    flush(&mut log);
    assert_eq!(log.flushed_offset(), Offset(2));
}

#[test]
fn a_flush_of_a_sealed_segment_does_not_cut_it_after_a_truncation_has_reopened_it() {
    let disk = mem_disk();
    let config = LogConfig { segment_bytes: 1000, ..LogConfig::default() };
    let mut log = open(&disk, config);
    for time in 0..4 {
        append(&mut log, batch(&[time], 200)).expect("appended");
    }
    let task = log.unflushed().expect("unsynced");
    log.truncate_to(Offset(1)).expect("cut into the first segment");
    append(&mut log, batch(&[9], 700)).expect("appended");
    let flushed = task.run().expect("synced");
    log.flushed(flushed);
    append(&mut log, batch(&[9], 700)).expect("appended");
    assert_eq!(crate::support::read_all(&log, Offset::ZERO).len(), 3);
}

#[test]
fn slices_that_were_read_outlive_truncation_retention_and_the_log() {
    let disk = mem_disk();
    let mut log = open(&disk, LogConfig { segment_bytes: 5000, ..LogConfig::default() });
    for time in 0..40 {
        append(&mut log, batch(&[time], 200)).expect("appended");
    }
    let bytes = read(&log, Offset(3), all(log.end_offset()));
    log.truncate_to(Offset(2)).expect("cut");
    log.give_back_space().expect("trimmed");
    log.remove().expect("removed");
    assert!(!bytes.is_empty());
    assert!(names_or_nothing(&disk).is_empty());
}

fn names_or_nothing(disk: &MemDisk) -> Vec<String> {
    if disk.list(Path::new(DIR)).is_ok() { names(disk) } else { Vec::new() }
}

#[test]
fn cold_bytes_are_not_read_without_waiting() {
    let disk = mem_disk();
    let mut log = open(&disk, LogConfig::default());
    append(&mut log, batch(&[1], 100)).expect("appended");
    flush(&mut log);
    disk.evict();
    let plan = log.read(Offset::ZERO, all(Offset(1))).expect("within the log");
    assert!(plan.try_resident().is_none());
    disk.inject(Fault::Read, 1);
    assert!(plan.load().is_err(), "an unreadable sector is an error of one read");
    assert!(!plan.load().expect("read").is_empty());
}

#[test]
fn offsets_outside_of_the_log_are_told() {
    let disk = mem_disk();
    let mut log = open(&disk, LogConfig::default());
    append(&mut log, batch(&[1, 2, 3], 10)).expect("appended");
    log.advance_start(Offset(1)).expect("within");
    for offset in [Offset(0), Offset(4)] {
        let error = log.read(offset, all(Offset(3))).expect_err("outside");
        assert_eq!(error, ReadError::OutOfRange { offset, start: Offset(1), end: Offset(3) });
    }
    assert!(!read(&log, Offset(2), all(Offset(3))).is_empty(), "within a batch gives the batch");
    assert!(log.advance_start(Offset(4)).is_err());
}

#[test]
fn segments_roll_and_expire_by_the_time_of_their_records() {
    let disk = mem_disk();
    let config = LogConfig { segment_ms: 1000, retention_ms: 5000, ..LogConfig::default() };
    let mut log = open(&disk, config);
    for time in [0, 500, 1500, 1600, 9000] {
        append(&mut log, batch(&[time], 10)).expect("appended");
    }
    let bases: Vec<_> = log.segments().map(|segment| segment.base_offset.get()).collect();
    assert_eq!(bases, [0, 2, 4]);
    let kept = log.retention(TimestampMs(6000), Offset(1)).expect("looked");
    assert_eq!(kept.segments, 0, "above the high watermark nothing is deleted");
    let gone = log.retention(TimestampMs(6000), Offset(5)).expect("looked");
    assert_eq!((gone.segments, gone.start_offset), (1, Offset(2)));
    let deleted = "00000000000000000000.log.deleted".to_owned();
    assert!(names(&disk).contains(&deleted));
    gone.removal.expect("something to remove").run().expect("removed");
    assert!(!names(&disk).contains(&deleted));
    let gone = log.retention(TimestampMs(20_000), Offset(5)).expect("looked");
    assert_eq!((gone.segments, gone.start_offset), (2, Offset(5)), "the newest too");
    assert_eq!(log.size_bytes(), 0);
}

#[test]
fn roll_if_due_ends_a_segment_that_got_nothing_for_long() {
    let disk = mem_disk();
    let mut log = open(&disk, LogConfig { segment_ms: 1000, ..LogConfig::default() });
    assert!(!log.roll_if_due(TimestampMs(5000)).expect("looked"), "it is empty");
    append(&mut log, batch(&[1], 10)).expect("appended");
    assert!(!log.roll_if_due(TimestampMs(1000)).expect("looked"));
    assert!(log.roll_if_due(TimestampMs(1001)).expect("rolled"));
    assert_eq!(log.segments().count(), 2);
}

#[test]
fn indexes_that_are_missing_or_wrong_are_built_again() {
    for damage in ["remove", "zero", "garbage", "cut", "long"] {
        let disk = mem_disk();
        let config =
            LogConfig { segment_bytes: 3 << 20, index_interval_bytes: 512, ..LogConfig::default() };
        let mut log = open(&disk, config);
        for time in 0..500 {
            append(&mut log, batch(&[time], 10_000)).expect("appended");
        }
        let end = log.close().expect("closed");
        for entry in names(&disk).into_iter().filter(|name| name.ends_with("index")) {
            let path = Path::new(DIR).join(entry);
            let len = disk.info(&path).expect("there").len;
            let bytes = |byte: u8| vec![byte; len as usize];
            match damage {
                "remove" => disk.remove_file(&path).expect("removed"),
                "zero" => overwrite(&disk, &path, &bytes(0)),
                "garbage" => overwrite(&disk, &path, &bytes(0x11)),
                "cut" => overwrite(
                    &disk,
                    &path,
                    &read_file(&disk, &path).expect("read")[..len as usize / 24 * 12],
                ),
                _ => overwrite(
                    &disk,
                    &path,
                    &[read_file(&disk, &path).expect("read"), bytes(0)].concat(),
                ),
            }
        }
        let (log, _) = open_with(&disk, Path::new(DIR), config, opening(true, end));
        assert_eq!(log.end_offset(), end, "{damage}");
        for offset in [0, 1, 100, 299, 300, 301, 450, 499] {
            let bytes = read(&log, Offset(offset), all(Offset(offset + 1)));
            assert_eq!(bytes[7], offset as u8, "{damage}: the batch at {offset}");
            let found = log.offset_for_timestamp(TimestampMs(offset)).run().expect("searched");
            assert_eq!(found.map(|found| found.offset), Some(Offset(offset)), "{damage}");
        }
    }
}

fn overwrite(disk: &MemDisk, path: &Path, bytes: &[u8]) {
    use storage::disk::DiskFile;
    let file = disk.open(path, OpenMode::Write).expect("opened");
    file.set_len(0).expect("cut");
    file.write_at(&[std::io::IoSlice::new(bytes)], 0).expect("written");
}

#[test]
fn a_clean_start_reads_next_to_nothing() {
    let disk = mem_disk();
    let mut log = open(&disk, LogConfig::default());
    for time in 0..1000 {
        append(&mut log, batch(&[time], 10_000)).expect("appended");
    }
    let end = log.close().expect("closed");
    let (log, report) = open_with(&disk, Path::new(DIR), LogConfig::default(), opening(true, end));
    assert_eq!((log.end_offset(), report.scanned_bytes), (end, 0));
    let (log, report) =
        open_with(&disk, Path::new(DIR), LogConfig::default(), opening(false, Offset(900)));
    assert_eq!(log.end_offset(), end);
    let rest = 101 * batch(&[1], 10_000).size_in_bytes() as u64;
    assert!(report.scanned_bytes <= rest + 4096, "{} bytes were scanned", report.scanned_bytes);
}
