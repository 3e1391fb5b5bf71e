//! Appending: by a leader, which assigns offsets, and by a follower, which repeats what its leader assigned.
//!
//! The order is: refuse, roll, reserve, write, note. Up to the write nothing has changed that matters, so a refusal leaves the log as
//! it was; a full disk is such a refusal. A write that fails fences the log, because nobody knows what is in the file then.

use std::io;

use bytes::Bytes;
use protocol::batch::{BatchError, RecordBatch, Stamp, StampedBatch, TimestampType, batches};
use protocol::ids::{LeaderEpoch, Offset, ProducerId, TimestampMs};

use super::{Log, Sealed, produced};
use crate::disk::Disk;
use crate::producer::{Origin, ProducedBatch, Rejected, Verdict};
use crate::segment::Segment;
use crate::segment::writer::Writer;

/// What a leader says about an append.
#[derive(Clone, Copy, Debug)]
pub struct LeaderAppend {
    /// The leader's epoch.
    pub epoch: LeaderEpoch,
    /// The time, for LogAppendTime and for the ages of segments and producers.
    pub now: TimestampMs,
    /// Who asks: what is checked of producers depends on it.
    pub origin: Origin,
}

/// Where an append went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The offset of the first record.
    pub base_offset: Offset,
    /// The offset of the last record. An acknowledgement waits for the offset behind it.
    pub last_offset: Offset,
    /// The timestamp of all records, where the topic's timestamps are the broker's.
    pub log_append_time: Option<TimestampMs>,
    /// Where the log starts.
    pub log_start_offset: Offset,
    /// It was in the log already, at these offsets, and nothing was appended. It may still be unflushed.
    pub duplicate: bool,
}

/// What a follower has taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FollowerAppended {
    /// Where the log ends now.
    pub end_offset: Offset,
    /// How many bytes were appended.
    pub bytes: usize,
}

/// Why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The producer may not append this; the client is told the code.
    #[error(transparent)]
    Producer(#[from] Rejected),
    /// A batch is larger than `max.message.bytes`: MESSAGE_TOO_LARGE.
    #[error("a batch of {size} bytes is larger than {max}")]
    MessageTooLarge {
        /// Bytes of the batch.
        size: usize,
        /// What is allowed.
        max: u32,
    },
    /// All batches together are larger than a segment: RECORD_LIST_TOO_LARGE.
    #[error("{size} bytes at once are more than a segment of {max}")]
    RecordListTooLarge {
        /// Bytes of all batches.
        size: u64,
        /// `segment.bytes`.
        max: u64,
    },
    /// The leader's batches do not follow on what is here. The follower asks again for what it needs.
    #[error(
        "a batch begins at offset {found} in epoch {epoch}, and the log ends at {end} in epoch {latest}"
    )]
    OutOfOrder {
        /// The batch's base offset.
        found: Offset,
        /// The batch's epoch.
        epoch: LeaderEpoch,
        /// Where the log ends.
        end: Offset,
        /// The log's last epoch.
        latest: LeaderEpoch,
    },
    /// What the leader sent is damaged. The follower asks again.
    #[error(transparent)]
    Corrupt(#[from] BatchError),
    /// There is no space for it. It passes when space is freed; clients are told to try again.
    #[error("the disk is full")]
    NoSpace(#[source] io::Error),
    /// The write failed just now: the log is fenced, and the log dir is to be given up.
    #[error("the write failed")]
    Failed(#[source] io::Error),
    /// An earlier write or sync failed.
    #[error("an earlier write or sync of this log failed")]
    Fenced,
}

impl<D: Disk> Log<D> {
    /// Appends batches of a producer, in one piece or not at all. They must have been validated.
    ///
    /// # Panics
    /// If there are no batches, or the epoch is below that of the newest record: the partition let a deposed leader write.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the batches are handed over; what is kept of them is the log's choice"
    )]
    pub fn append_leader(
        &mut self,
        batches: Vec<RecordBatch>,
        append: LeaderAppend,
    ) -> Result<Appended, AppendError> {
        assert!(!batches.is_empty(), "an append has a batch");
        assert!(append.epoch >= self.latest_epoch(), "a deposed leader does not append");
        self.refuse_if_failed()?;
        let stamped = self.stamp(&batches, &append);
        self.check_sizes(&stamped)?;
        let produced = produced_by(&batches, &stamped)?;
        if let Some(known) = self.check_producers(&produced, append.origin)? {
            return Ok(known);
        }
        self.write(&stamped, append.now)?;
        self.note(&stamped, &produced, append.now);
        let (first, last) = ends(&stamped);
        Ok(Appended {
            base_offset: first,
            last_offset: last,
            log_append_time: self.log_append_time(append.now),
            log_start_offset: self.offsets.start,
            duplicate: false,
        })
    }

    /// Appends batches as a leader has them. They may begin ahead of the log's end (what lay between was compacted away),
    /// never before it. A last batch that is cut off is left out.
    pub fn append_follower(
        &mut self,
        records: Bytes,
        now: TimestampMs,
    ) -> Result<FollowerAppended, AppendError> {
        self.refuse_if_failed()?;
        let mut stamped = Vec::new();
        let (mut end, mut latest) = (self.offsets.end, self.latest_epoch());
        let mut originals = Vec::new();
        for batch in batches(records) {
            let batch = batch?;
            batch.verify_crc()?;
            let header = *batch.header();
            let (found, epoch) = (header.base_offset, header.partition_leader_epoch);
            if found < end || epoch < latest {
                return Err(AppendError::OutOfOrder { found, epoch, end, latest });
            }
            (end, latest) = (header.next_offset(), epoch);
            let same = Stamp { base_offset: found, leader_epoch: epoch, log_append_time: None };
            stamped.push(batch.stamped(same));
            originals.push(batch);
        }
        let bytes = stamped.iter().map(StampedBatch::size_in_bytes).sum();
        if !stamped.is_empty() {
            let produced = produced_by(&originals, &stamped)?;
            self.write(&stamped, now)?;
            self.note(&stamped, &produced, now);
        }
        Ok(FollowerAppended { end_offset: self.offsets.end, bytes })
    }

    /// Begins a new segment if the newest has been filled for longer than `segment.ms`. Returns whether it did.
    pub fn roll_if_due(&mut self, now: TimestampMs) -> Result<bool, AppendError> {
        let old = self.active_since.is_some_and(|since| self.config.is_old(since, now));
        if !old || self.active.size() == 0 || self.is_failed() {
            return Ok(false);
        }
        self.roll(self.offsets.end)?;
        Ok(true)
    }

    fn refuse_if_failed(&self) -> Result<(), AppendError> {
        if self.is_failed() { Err(AppendError::Fenced) } else { Ok(()) }
    }

    fn log_append_time(&self, now: TimestampMs) -> Option<TimestampMs> {
        (self.config.timestamp_type == TimestampType::LogAppendTime).then_some(now)
    }

    /// Gives the batches their offsets.
    fn stamp(&self, batches: &[RecordBatch], append: &LeaderAppend) -> Vec<StampedBatch> {
        let mut base_offset = self.offsets.end;
        let stamp = |batch: &RecordBatch| {
            let log_append_time = self.log_append_time(append.now);
            let stamp = Stamp { base_offset, leader_epoch: append.epoch, log_append_time };
            let stamped = batch.stamped(stamp);
            base_offset = stamped.header.next_offset();
            stamped
        };
        batches.iter().map(stamp).collect()
    }

    fn check_sizes(&self, batches: &[StampedBatch]) -> Result<(), AppendError> {
        let max = self.config.max_message_bytes;
        let sizes = || batches.iter().map(StampedBatch::size_in_bytes);
        if let Some(size) = sizes().find(|size| *size > max as usize) {
            return Err(AppendError::MessageTooLarge { size, max });
        }
        let (size, max) = (sizes().sum::<usize>() as u64, self.config.limits().segment_bytes);
        match size > max {
            true => Err(AppendError::RecordListTooLarge { size, max }),
            false => Ok(()),
        }
    }

    fn check_producers(
        &self,
        batches: &[ProducedBatch],
        origin: Origin,
    ) -> Result<Option<Appended>, AppendError> {
        match self.producers.check(batches, origin)? {
            Verdict::Append => Ok(None),
            Verdict::Duplicate(known) => Ok(Some(Appended {
                base_offset: known.base_offset(),
                last_offset: known.last_offset,
                log_append_time: self.log_append_time(known.timestamp),
                log_start_offset: self.offsets.start,
                duplicate: true,
            })),
        }
    }

    fn write(&mut self, batches: &[StampedBatch], now: TimestampMs) -> Result<(), AppendError> {
        let bytes = batches.iter().map(|batch| batch.size_in_bytes() as u64).sum();
        let (first, last) = ends(batches);
        if self.must_roll(bytes, last, batches, now) {
            self.roll(first)?;
        }
        self.active.reserve(bytes).map_err(|error| self.space_error(error))?;
        self.active.append(batches).map_err(|error| {
            self.fence();
            AppendError::Failed(error)
        })
    }

    fn must_roll(
        &self,
        bytes: u64,
        last: Offset,
        batches: &[StampedBatch],
        now: TimestampMs,
    ) -> bool {
        if !self.active.has_room(bytes, last) {
            return true;
        }
        // A segment's age is told by its records' own timestamps, so that records that are replayed in bulk are cut into
        // segments as if they had come at their time (KIP-32).
        let youngest = batches.iter().map(|batch| batch.header.max_timestamp).max();
        match (self.active.first_timestamp(), youngest) {
            (Some(first), Some(youngest)) if first.get() >= 0 => {
                self.config.is_old(first, youngest)
            }
            _ => self.active_since.is_some_and(|since| self.config.is_old(since, now)),
        }
    }

    /// Seals the newest segment and begins the next one with `base`.
    pub(super) fn roll(&mut self, base: Offset) -> Result<(), AppendError> {
        let segment = Segment::new(&self.files, &self.dir, base, 0, 0);
        let made = segment.create();
        made.map_err(|error| self.space_error(error))?;
        let next = self.active.successor(segment);
        let mut full: Writer<D> = std::mem::replace(&mut self.active, next);
        let file = full.seal();
        let segment = full.segment().clone();
        self.unsynced.sealed.push((segment.clone(), file));
        self.unsynced.names();
        self.unsynced.snapshot = self.producers.snapshot().or(self.unsynced.snapshot.take());
        self.sealed.push_back(Sealed { segment, size: full.size(), largest: full.largest() });
        self.active_since = None;
        Ok(())
    }

    /// A full disk is a refusal; any other failure of the disk is the end.
    fn space_error(&self, error: io::Error) -> AppendError {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                AppendError::NoSpace(error)
            }
            _ => {
                self.fence();
                AppendError::Failed(error)
            }
        }
    }

    /// Takes note of batches that have been written.
    fn note(&mut self, batches: &[StampedBatch], produced: &[ProducedBatch], now: TimestampMs) {
        for batch in batches {
            let header = &batch.header;
            if header.partition_leader_epoch.get() >= 0
                && self.epochs.assign(header.partition_leader_epoch, header.base_offset)
            {
                self.unsynced.epochs();
            }
        }
        for batch in produced.iter().filter(|batch| batch.producer_id != ProducerId::NONE) {
            self.producers.apply(now, batch);
        }
        self.offsets.end = ends(batches).1.next();
        self.offsets.check();
        self.producers.advance_end(self.offsets.end);
        self.active_since.get_or_insert(now);
    }
}

/// The first and the last offset of batches, of which there is at least one.
fn ends(batches: &[StampedBatch]) -> (Offset, Offset) {
    let first = batches.first().map(|batch| batch.header.base_offset);
    let last = batches.last().map(|batch| batch.header.last_offset());
    first.zip(last).expect("an append has a batch")
}

/// What the batches say about their producers. Nothing, without a look at them, for most appends.
fn produced_by(
    batches: &[RecordBatch],
    stamped: &[StampedBatch],
) -> Result<Vec<ProducedBatch>, BatchError> {
    if !batches.iter().any(|batch| batch.header().has_producer_id()) {
        return Ok(Vec::new());
    }
    let mut produced = Vec::with_capacity(batches.len());
    for (batch, stamped) in batches.iter().zip(stamped) {
        produced.extend(produced::of_batch(&stamped.header, || Ok(batch.clone()))?);
    }
    Ok(produced)
}
