//! A partition's log: an endless sequence of record batches in a folder of segments.
//!
//! # The idea
//!
//! One owner appends ([`Log::append_leader`], [`Log::append_follower`]); that is a copy into memory and touches no device. Everything
//! that may wait for one is a value that is taken from the log under the owner's lock and run elsewhere without it:
//!
//! ```text
//!   log.read(..)        ─► ReadPlan         try_resident(), load()     bytes for a fetch
//!   log.unflushed()     ─► FlushTask        run() ─► log.flushed(..)   makes appends durable
//!   log.offset_for_timestamp(..) ─► TimestampSearch   run()            ListOffsets
//!   log.retention(..)   ─► Removal          run()                      removes files
//!   log.compaction(..)  ─► Compaction       run() ─► log.swap_in(..)   keeps the last record of every key
//! ```
//!
//! Only what is rare blocks the owner: opening, truncation, closing.
//!
//! # What holds
//!
//! - `start ≤ end`, `flushed ≤ end` ([`LogOffsets`]); the segments' bases ascend, the newest is the one written to.
//! - Everything below [`Log::flushed_offset`] survives a power cut: content, lengths, names, and the epochs it belongs to.
//! - After a power cut the log ends at a batch's end, at or behind `flushed_offset`, and nothing behind a hole is in it.
//! - A sync that failed is final, and a write that failed fences the log: from then on it refuses appends ([`Log::is_failed`]).
//!
//! # Left out
//!
//! The high watermark, the last stable offset and who may read what: the partition's.

mod append;
mod close;
mod compact;
mod config;
pub mod epoch;
mod flush;
mod folder;
mod offsets;
mod open;
mod produced;
mod read;
mod recover;
mod retention;
mod scan;
mod timestamps;
mod truncate;

use std::collections::VecDeque;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use protocol::ids::{LeaderEpoch, Offset, TimestampMs};

use crate::disk::Disk;
use crate::files::OpenFiles;
use crate::producer::Producers;
use crate::producer::snapshot::Snapshot;
use crate::segment::time_index::TimeEntry;
use crate::segment::writer::Writer;
use crate::segment::{Segment, View};
pub use append::{AppendError, Appended, FollowerAppended, LeaderAppend};
pub use close::CloseError;
pub use compact::Compaction;
pub use config::LogConfig;
use epoch::EpochCache;
pub use flush::{FlushTask, Flushed, SyncError};
pub use offsets::LogOffsets;
pub use open::{OpenError, Opening};
pub use read::{ReadError, ReadLimits, ReadPlan};
pub use recover::{Cut, Recovery};
pub use retention::{Removal, Retained};
pub use timestamps::{FoundTimestamp, TimestampSearch};
pub use truncate::TruncateError;

/// The log of one partition on one disk.
pub struct Log<D: Disk> {
    files: OpenFiles<D>,
    dir: Arc<Path>,
    config: LogConfig,
    offsets: LogOffsets,
    /// All segments but the newest, by ascending base.
    sealed: VecDeque<Sealed<D>>,
    active: Writer<D>,
    epochs: EpochCache,
    producers: Producers,
    unsynced: Unsynced<D>,
    /// When the oldest append to the newest segment was, for `segment.ms`.
    active_since: Option<TimestampMs>,
    /// Set by whoever sees a sync or a write fail; never cleared.
    failed: Arc<AtomicBool>,
}

/// A segment that is written no more.
#[derive(Debug)]
struct Sealed<D: Disk> {
    segment: Arc<Segment<D>>,
    /// Where its data ends.
    size: u64,
    /// Its largest timestamp, once known.
    largest: Option<TimeEntry>,
}

/// What the next flush has to make durable beside the newest segment's bytes.
#[derive(Debug)]
struct Unsynced<D: Disk> {
    /// Segments sealed since, the oldest first.
    sealed: Vec<flush::Dirty<D>>,
    /// Names were made or changed in the folder.
    names: bool,
    /// An epoch began.
    epochs: bool,
    /// What was known of the producers when the newest segment began.
    snapshot: Option<Snapshot>,
    /// Counts truncations: a flush that began before one says nothing about what was appended since. Locked while a flush writes
    /// small files, so that none speaks of what has been cut.
    truncations: Arc<Mutex<u64>>,
    /// Counts changes of names and epochs, so that a flush clears only what it has seen.
    changes: u64,
}

/// A segment as others may know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentInfo {
    /// Its first offset.
    pub base_offset: Offset,
    /// Bytes of data.
    pub size_bytes: u64,
    /// Its largest timestamp, if it is known without reading the segment.
    pub largest_timestamp: Option<TimestampMs>,
}

impl<D: Disk> Log<D> {
    /// The first offset that may be read.
    pub fn start_offset(&self) -> Offset {
        self.offsets.start
    }

    /// The offset that the next record will get.
    pub fn end_offset(&self) -> Offset {
        self.offsets.end
    }

    /// Everything below is on disk.
    pub fn flushed_offset(&self) -> Offset {
        self.offsets.flushed
    }

    /// All three at once.
    pub fn offsets(&self) -> LogOffsets {
        self.offsets
    }

    /// Where each leader epoch began.
    pub fn epochs(&self) -> &EpochCache {
        &self.epochs
    }

    /// The epoch of the newest record, or [`LeaderEpoch::NONE`].
    pub fn latest_epoch(&self) -> LeaderEpoch {
        self.epochs.latest().map_or(LeaderEpoch::NONE, |latest| latest.epoch)
    }

    /// What is known of the producers that wrote here.
    pub fn producers(&self) -> &Producers {
        &self.producers
    }

    /// The same, for the high watermark's news and for forgetting.
    pub fn producers_mut(&mut self) -> &mut Producers {
        &mut self.producers
    }

    /// The configuration in force.
    pub fn config(&self) -> &LogConfig {
        &self.config
    }

    /// Puts another configuration in force, from the next append on.
    pub fn set_config(&mut self, config: LogConfig) {
        self.config = config;
        self.active.set_limits(config.limits());
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The disk that the folder lies on.
    pub fn disk(&self) -> &D {
        self.files.disk()
    }

    /// Bytes of record batches, in all segments.
    pub fn size_bytes(&self) -> u64 {
        self.sealed.iter().map(|sealed| sealed.size).sum::<u64>() + self.active.size()
    }

    /// Bytes that are allocated ahead and not used.
    pub fn surplus_bytes(&self) -> u64 {
        self.active.surplus()
    }

    /// Whether a write or a sync has failed. Such a log is read, but not written any more, and it cannot be closed cleanly.
    pub fn is_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// All segments, the oldest first.
    pub fn segments(&self) -> impl Iterator<Item = SegmentInfo> + '_ {
        let active = SegmentInfo {
            base_offset: self.active.base(),
            size_bytes: self.active.size(),
            largest_timestamp: self.active.largest().map(|largest| largest.timestamp),
        };
        let sealed = self.sealed.iter().map(|sealed| SegmentInfo {
            base_offset: sealed.segment.base(),
            size_bytes: sealed.size,
            largest_timestamp: sealed.largest.map(|largest| largest.timestamp),
        });
        sealed.chain(std::iter::once(active))
    }

    /// Gives back what a log without traffic does not need: maps, open files, memory. To be called every now and then; a log that
    /// was appended to since the last call keeps everything.
    pub fn cool(&mut self) {
        let synced = self.offsets.flushed == self.offsets.end;
        self.active.cool(synced);
    }

    /// Cuts off space that is allocated ahead, for when the disk runs low. Blocking.
    pub fn give_back_space(&mut self) -> std::io::Result<()> {
        self.active.trim()
    }

    fn view(&self, sealed: &Sealed<D>, end: Offset) -> View<D> {
        let interval = u64::from(self.config.index_interval_bytes);
        View { segment: sealed.segment.clone(), size: sealed.size, end, interval, recent: None }
    }

    /// The segments from the one that may hold `offset` on.
    fn views_from(&self, offset: Offset) -> impl Iterator<Item = View<D>> + '_ {
        let after = self.sealed.partition_point(|sealed| sealed.segment.base() <= offset);
        let first = match self.active.base() <= offset {
            true => self.sealed.len(),
            false => after.saturating_sub(1),
        };
        let sealed = (first..self.sealed.len()).filter_map(|at| {
            let next = self.sealed.get(at + 1).map(|next| next.segment.base());
            Some(self.view(self.sealed.get(at)?, next.unwrap_or(self.active.base())))
        });
        sealed.chain(std::iter::once(self.active.view(self.offsets.end, offset)))
    }

    /// No append will be taken any more.
    fn fence(&self) {
        self.failed.store(true, Ordering::Release);
    }
}

impl<D: Disk> Default for Unsynced<D> {
    fn default() -> Self {
        Self {
            sealed: Vec::new(),
            names: false,
            epochs: false,
            snapshot: None,
            truncations: Arc::default(),
            changes: 0,
        }
    }
}

impl<D: Disk> fmt::Debug for Log<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log")
            .field("dir", &self.dir)
            .field("offsets", &self.offsets)
            .field("segments", &(self.sealed.len() + 1))
            .field("failed", &self.is_failed())
            .finish_non_exhaustive()
    }
}
