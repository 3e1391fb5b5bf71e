//! A producer snapshot: the file `<end offset>.snapshot`, which spares a start the reading of the whole log.
//!
//! Kafka's format, version 1, everything big-endian:
//!
//! ```text
//! version       i16   1
//! crc           u32   CRC-32C of everything behind it
//! count         i32   how many rows follow
//! row, 46 bytes:
//!   producer id          i64
//!   epoch                i16
//!   last sequence        i32   −1: the epoch has written no record
//!   last offset          i64   −1: the same
//!   offset delta         i32   from the batch's first to its last offset
//!   timestamp            i64   the latest of the batch, or of a marker after it
//!   coordinator epoch    i32   −1: no marker yet
//!   transaction began at i64   −1: none is open
//! ```
//!
//! Kafka writes one row a producer, and so remembers one batch instead of five across a restart: a client that
//! repeats an earlier one is then told that it is out of order. We write a row for each batch of the window, oldest
//! first. Kafka's reader lets a later row of the same id replace an earlier one, and so sees what it would have
//! written itself; ours collects them. (`docs/decisions/producer-snapshots.md`)
//!
//! The CRC and the exact length are the rule of integrity. Whatever is wrong with a snapshot, nothing is lost:
//! the caller deletes it, takes the next older one, and reads more of the log.

use std::collections::BTreeSet;

use protocol::crc32c::crc32c;
use protocol::ids::{Offset, ProducerEpoch, ProducerId, Sequence, TimestampMs};

use super::{KnownBatch, ProducerState, Producers};

/// What snapshot files end with.
pub const SUFFIX: &str = ".snapshot";

const VERSION: i16 = 1;
const CRC_AT: usize = 2;
const COUNT_AT: usize = 6;
const ROWS_AT: usize = 10;
const ROW_LEN: usize = 46;

/// A snapshot to be written: into the file [`file_name`] of its end, by atomic replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// It covers every batch below this offset.
    pub end: Offset,
    /// The file's content.
    pub bytes: Vec<u8>,
}

/// What the newest snapshot on disk says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Saved {
    /// Up to where.
    pub(super) end: Offset,
    /// Whether it names anybody.
    pub(super) remembers: bool,
}

/// Why a file is no snapshot. The caller deletes it, and takes the next older one or the whole log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CorruptSnapshot {
    /// Shorter or longer than its head says.
    #[error("the file has {found} bytes, and its head announces {announced:?} rows")]
    Length {
        /// Its length.
        found: usize,
        /// The number of rows in its head, if there is a head.
        announced: Option<i32>,
    },
    /// A version other than 1.
    #[error("version {0} is not known")]
    Version(i16),
    /// The content is not what was written.
    #[error("the file says CRC-32C {stored:08x}, and its content has {computed:08x}")]
    Crc {
        /// What the file says.
        stored: u32,
        /// What its content has.
        computed: u32,
    },
    /// A number that cannot be, although the CRC is right.
    #[error("row {row} (producer {producer_id}) says what cannot be")]
    Row {
        /// Counted from 0.
        row: usize,
        /// The producer it speaks of.
        producer_id: ProducerId,
    },
    /// Two transactions cannot have the same first record.
    #[error("two producers' transactions both began at offset {0}")]
    SharedOffset(Offset),
}

/// The name of the snapshot that covers every batch below `end`.
pub fn file_name(end: Offset) -> String {
    format!("{:020}{SUFFIX}", end.get())
}

/// The offset in a snapshot's name; `None` for any other file.
pub fn parse_file_name(name: &str) -> Option<Offset> {
    let digits = name.strip_suffix(SUFFIX)?;
    let plain = digits.len() == 20 && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok().map(Offset)).flatten()
}

/// Which snapshots a start may load for a log that holds `log_start` to `log_end`, the best first. All others lie
/// outside and are to be deleted.
pub fn candidates(snapshots: &[Offset], log_start: Offset, log_end: Offset) -> Vec<Offset> {
    let within = |end: &&Offset| **end > log_start && **end <= log_end;
    let mut found: Vec<_> = snapshots.iter().filter(within).copied().collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    found
}

/// Which snapshots belong to no segment and are to be deleted. One is taken at each roll, so that it shares the new
/// segment's base offset; the only other one worth keeping is the newest of all, if it lies above every segment: it was
/// taken at a clean shutdown.
pub fn strays(snapshots: &[Offset], segment_bases: &[Offset]) -> Vec<Offset> {
    let bases: BTreeSet<_> = segment_bases.iter().copied().collect();
    let newest = snapshots.iter().max().filter(|newest| bases.last() < Some(newest));
    let stray = |end: &&Offset| !bases.contains(*end) && Some(*end) != newest;
    snapshots.iter().filter(stray).copied().collect()
}

impl Snapshot {
    pub(super) fn of(producers: &Producers) -> Self {
        let mut bytes = Vec::with_capacity(ROWS_AT + ROW_LEN * producers.len());
        bytes.extend(VERSION.to_be_bytes());
        bytes.extend([0; ROWS_AT - CRC_AT]);
        let mut count = 0i32;
        for (id, state) in producers.iter() {
            count += write_rows(&mut bytes, id, state);
        }
        put(&mut bytes, COUNT_AT, count.to_be_bytes());
        let crc = crc32c(bytes.get(COUNT_AT..).unwrap_or_default());
        put(&mut bytes, CRC_AT, crc.to_be_bytes());
        Self { end: producers.end(), bytes }
    }

    pub(super) fn saved(&self) -> Saved {
        Saved { end: self.end, remembers: self.bytes.len() > ROWS_AT }
    }

    /// Reads the file named for `end`. `now` is when the producers in it count as last seen, so that a restart forgets
    /// nobody; see [`Producers::forget`].
    ///
    /// # Errors
    /// [`CorruptSnapshot`]: the caller goes on without this file.
    pub fn load(end: Offset, bytes: &[u8], now: TimestampMs) -> Result<Producers, CorruptSnapshot> {
        let rows = Row::read_all(bytes)?;
        let mut producers = Producers::new(end);
        for (row, fields) in rows.iter().enumerate() {
            fields
                .check(end)
                .ok_or(CorruptSnapshot::Row { row, producer_id: fields.producer_id })?;
            fields.restore(&mut producers, now);
        }
        producers.saved = Saved { end, remembers: !rows.is_empty() };
        let open = producers.producers.iter().filter_map(|(id, s)| Some((*id, s.open_since?)));
        for (id, first_offset) in open {
            if !producers.transactions.begin(id, first_offset) {
                return Err(CorruptSnapshot::SharedOffset(first_offset));
            }
        }
        Ok(producers)
    }
}

/// Checks head and CRC, and cuts the rest into rows.
fn cut(bytes: &[u8]) -> Result<&[[u8; ROW_LEN]], CorruptSnapshot> {
    let short = CorruptSnapshot::Length { found: bytes.len(), announced: None };
    let (version, rest) = bytes.split_first_chunk().ok_or(short)?;
    let (crc, guarded) = rest.split_first_chunk().ok_or(short)?;
    let (count, rows) = guarded.split_first_chunk().ok_or(short)?;
    let version = i16::from_be_bytes(*version);
    if version != VERSION {
        return Err(CorruptSnapshot::Version(version));
    }
    let (stored, computed) = (u32::from_be_bytes(*crc), crc32c(guarded));
    if stored != computed {
        return Err(CorruptSnapshot::Crc { stored, computed });
    }
    let announced = i32::from_be_bytes(*count);
    let (rows, rest) = rows.as_chunks();
    if !rest.is_empty() || usize::try_from(announced) != Ok(rows.len()) {
        return Err(CorruptSnapshot::Length { found: bytes.len(), announced: Some(announced) });
    }
    Ok(rows)
}

/// One row: a producer, and one batch of it or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Who.
    pub producer_id: ProducerId,
    /// Its epoch when the snapshot was taken.
    pub epoch: ProducerEpoch,
    /// The last sequence of the batch; [`Sequence::NONE`] if the epoch has written no record.
    pub last_sequence: Sequence,
    /// The last offset of the batch; −1 if there is none.
    pub last_offset: Offset,
    /// From the batch's first offset to its last.
    pub offset_delta: i32,
    /// The latest of the batch, or of a marker after it.
    pub timestamp: TimestampMs,
    /// Of the last marker; −1 if there was none.
    pub coordinator_epoch: i32,
    /// Where the open transaction began; −1 if none is open.
    pub open_since: Offset,
}

impl Row {
    /// The rows of a file whose length and checksum are right, whatever they say.
    pub fn read_all(bytes: &[u8]) -> Result<Vec<Self>, CorruptSnapshot> {
        Ok(cut(bytes)?.iter().map(Self::read).collect())
    }

    fn write(&self, into: &mut Vec<u8>) {
        into.extend(self.producer_id.get().to_be_bytes());
        into.extend(self.epoch.get().to_be_bytes());
        into.extend(self.last_sequence.get().to_be_bytes());
        into.extend(self.last_offset.get().to_be_bytes());
        into.extend(self.offset_delta.to_be_bytes());
        into.extend(self.timestamp.get().to_be_bytes());
        into.extend(self.coordinator_epoch.to_be_bytes());
        into.extend(self.open_since.get().to_be_bytes());
    }

    fn read(bytes: &[u8; ROW_LEN]) -> Self {
        let mut rest = bytes.as_slice();
        let row = Self {
            producer_id: ProducerId(i64::from_be_bytes(take(&mut rest))),
            epoch: ProducerEpoch(i16::from_be_bytes(take(&mut rest))),
            last_sequence: Sequence(i32::from_be_bytes(take(&mut rest))),
            last_offset: Offset(i64::from_be_bytes(take(&mut rest))),
            offset_delta: i32::from_be_bytes(take(&mut rest)),
            timestamp: TimestampMs(i64::from_be_bytes(take(&mut rest))),
            coordinator_epoch: i32::from_be_bytes(take(&mut rest)),
            open_since: Offset(i64::from_be_bytes(take(&mut rest))),
        };
        assert!(rest.is_empty(), "the fields of a row fill it");
        row
    }

    /// Whether the numbers can be true of a log up to `end`.
    fn check(&self, end: Offset) -> Option<()> {
        let good = self.producer_id.get() >= 0
            && self.epoch >= ProducerEpoch::NONE
            && self.last_sequence >= Sequence::NONE
            && self.last_offset < end
            && (0..=self.last_offset.get().max(0)).contains(&i64::from(self.offset_delta))
            && self.open_since < end;
        good.then_some(())
    }

    fn restore(&self, producers: &mut Producers, now: TimestampMs) {
        let state = producers.producers.entry(self.producer_id).or_default();
        if state.epoch != self.epoch {
            **state = ProducerState::new(self.epoch);
        }
        state.coordinator_epoch = self.coordinator_epoch;
        state.last_timestamp = self.timestamp;
        state.touched = now;
        state.open_since = (self.open_since >= Offset::ZERO).then_some(self.open_since);
        if self.last_offset >= Offset::ZERO {
            state.restore(KnownBatch {
                last_sequence: self.last_sequence,
                last_offset: self.last_offset,
                offset_delta: self.offset_delta,
                timestamp: self.timestamp,
            });
        }
    }
}

/// Writes a row for each batch of the window, or one if it is empty, and returns how many.
fn write_rows(into: &mut Vec<u8>, producer_id: ProducerId, state: &ProducerState) -> i32 {
    let mut row = Row {
        producer_id,
        epoch: state.epoch,
        last_sequence: Sequence::NONE,
        last_offset: Offset(-1),
        offset_delta: 0,
        timestamp: state.last_timestamp,
        coordinator_epoch: state.coordinator_epoch,
        open_since: state.open_since.unwrap_or(Offset(-1)),
    };
    let batches = state.batches();
    if batches.is_empty() {
        row.write(into);
        return 1;
    }
    for (at, batch) in batches.iter().enumerate() {
        let newest = at + 1 == batches.len();
        row.last_sequence = batch.last_sequence;
        row.last_offset = batch.last_offset;
        row.offset_delta = batch.offset_delta;
        row.timestamp = if newest { state.last_timestamp } else { batch.timestamp };
        row.write(into);
    }
    i32::try_from(batches.len()).expect("a window is small")
}

fn put<const N: usize>(bytes: &mut [u8], at: usize, value: [u8; N]) {
    let field = bytes.get_mut(at..at + N).expect("the head has been reserved");
    field.copy_from_slice(&value);
}

fn take<const N: usize>(bytes: &mut &[u8]) -> [u8; N] {
    let (field, rest) = bytes.split_first_chunk().expect("a row holds all its fields");
    *bytes = rest;
    *field
}
