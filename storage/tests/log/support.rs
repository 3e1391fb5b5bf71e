//! What the tests of the log share: batches, openings, and reading everything back.

use std::path::Path;

use bytes::Bytes;
use protocol::batch::{BatchBuilder, BatchOptions, RecordBatch, batches};
use protocol::ids::{LeaderEpoch, Offset, TimestampMs};
use storage::disk::{Disk, MemDisk};
use storage::files::{Budget, OpenFiles};
use storage::log::{
    AppendError, Appended, LeaderAppend, Log, LogConfig, Opening, ReadLimits, Recovery,
};
use storage::producer::Origin;

/// Where the tests' logs lie on a simulated disk.
pub(crate) const DIR: &str = "data/t-0";

/// A simulated disk with a log dir on it.
pub(crate) fn mem_disk() -> MemDisk {
    let disk = MemDisk::new();
    disk.create_dir(Path::new("data")).expect("made");
    disk.sync_dir(Path::new("")).expect("synced");
    disk
}

pub(crate) fn opening(clean_shutdown: bool, recovery_point: Offset) -> Opening {
    Opening {
        topic_id: None,
        clean_shutdown,
        recovery_point,
        log_start_offset: Offset::ZERO,
        now: TimestampMs(0),
    }
}

pub(crate) fn open_with<D: Disk>(
    disk: &D,
    dir: &Path,
    config: LogConfig,
    opening: Opening,
) -> (Log<D>, Recovery) {
    let files = OpenFiles::new(disk.clone(), Budget::default());
    Log::open(&files, dir, config, opening).expect("the log opens")
}

/// Opens a log as after a crash, with nothing known of it.
pub(crate) fn open<D: Disk>(disk: &D, config: LogConfig) -> Log<D> {
    open_with(disk, Path::new(DIR), config, opening(false, Offset::ZERO)).0
}

/// A batch of records of `len` bytes each, one for each timestamp.
pub(crate) fn batch(timestamps: &[i64], len: usize) -> RecordBatch {
    batch_of(timestamps, len, BatchOptions::default())
}

pub(crate) fn batch_of(timestamps: &[i64], len: usize, options: BatchOptions) -> RecordBatch {
    let mut builder = BatchBuilder::new(options);
    for timestamp in timestamps {
        let value = vec![*timestamp as u8; len];
        builder.append(TimestampMs(*timestamp), None, Some(&value), &[]);
    }
    builder.build(Offset::ZERO).expect("a batch")
}

pub(crate) fn by(epoch: i32) -> LeaderAppend {
    LeaderAppend {
        epoch: LeaderEpoch(epoch),
        now: TimestampMs(0),
        origin: Origin::Client { verified: false },
    }
}

pub(crate) fn append<D: Disk>(
    log: &mut Log<D>,
    batch: RecordBatch,
) -> Result<Appended, AppendError> {
    log.append_leader(vec![batch], by(0))
}

pub(crate) fn flush<D: Disk>(log: &mut Log<D>) {
    if let Some(task) = log.unflushed() {
        let flushed = task.run().expect("synced");
        log.flushed(flushed);
    }
}

pub(crate) fn all(log_end: Offset) -> ReadLimits {
    ReadLimits { max_bytes: usize::MAX, up_to: log_end, at_least_one: true }
}

/// The bytes of a read, by whichever way they come.
pub(crate) fn read<D: Disk>(log: &Log<D>, from: Offset, limits: ReadLimits) -> Bytes {
    let plan = log.read(from, limits).expect("within the log");
    let resident = plan.try_resident().map(|parts| parts.concat());
    let loaded = plan.load().expect("read").concat();
    if let Some(resident) = resident {
        assert_eq!(resident, loaded, "both ways lead to the same bytes");
        assert_eq!(resident.len(), plan.bytes_len(), "a plan that needs no search knows its size");
    }
    loaded.into()
}

/// Every batch from `from` on.
pub(crate) fn read_all<D: Disk>(log: &Log<D>, from: Offset) -> Vec<RecordBatch> {
    let mut found: Vec<RecordBatch> = Vec::new();
    let mut at = from;
    while at < log.end_offset() {
        let bytes = read(log, at, all(log.end_offset()));
        let more: Vec<_> = batches(bytes).map(|batch| batch.expect("whole batches")).collect();
        assert!(!more.is_empty(), "there is something to read at {at} of {log:?}");
        at = more.last().expect("not empty").header().next_offset();
        found.extend(more);
    }
    for batch in &found {
        batch.verify_crc().expect("what is read is what was written");
    }
    found
}
