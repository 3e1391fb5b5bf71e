//! A round of compaction: reads the dirty part, then writes what stays of each group of segments.
//!
//! ```text
//! let map = round.read()?;                       // key ─► last offset, of as much as fits
//! let mut rewriter = round.rewriter(&map);
//! while let Some(step) = rewriter.next_group()? {   // between two groups the caller may stop
//!     if let Step::Swap(swap) = step {
//!         swap.commit(disk)?;                       // from here on the group is decided, whatever crashes
//!         // under the log's lock: swap.install(disk, ..), and the log's list of segments
//!     }
//! }
//! // the cleaner point is now map.end()
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, IoSlice};
use std::ops::{ControlFlow, Range};
use std::path::Path;

use protocol::batch::BatchError;
use protocol::ids::{ProducerId, TimestampMs};

use super::offset_map::{Full, OffsetMap};
use super::retain::{Kept, LastWord, Retain, outcome};
use super::schedule::{Dirt, Segment, groups};
use super::source::Batches;
use super::swap::{Swap, cleaned_path, live_path};
use super::transactions::Transactions;
use crate::disk::{Disk, DiskFile, OpenMode};
use crate::segment::txn_index::{AbortedTransaction, TxnIndex};

const BUFFER_LEN: usize = 1 << 20;

/// The bounds of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// `delete.retention.ms`: how long a tombstone stays once a round has seen it.
    pub delete_retention_ms: i64,
    /// `segment.bytes`: how large a rewritten segment may become.
    pub segment_bytes: u64,
    /// `log.cleaner.dedupe.buffer.size`: memory for the map.
    pub map_bytes_max: usize,
    /// How far the records of one batch may unpack.
    pub unpacked_bytes_max: usize,
}

/// Who is asked before each batch whether the round may go on, with the bytes that it then reads or writes. It may take its
/// time to answer, which is how a round is slowed down; after `Break` the round ends there.
#[derive(Clone, Copy)]
pub struct Pace<'a>(&'a dyn Fn(u64) -> ControlFlow<()>);

impl<'a> Pace<'a> {
    /// See [`Pace`].
    pub fn new(ask: &'a dyn Fn(u64) -> ControlFlow<()>) -> Self {
        Self(ask)
    }

    /// As fast as the disk allows, to the end.
    pub fn free() -> Self {
        Self(&|_| ControlFlow::Continue(()))
    }

    fn ask(self, bytes: usize) -> Result<(), CompactError> {
        match (self.0)(bytes as u64) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(CompactError::Stopped),
        }
    }
}

impl fmt::Debug for Pace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pace")
    }
}

/// One log, one round. Everything is as it was when the round was planned; sealed segments do not change.
#[derive(Clone, Debug)]
pub struct Round<'a, D: Disk> {
    /// The log's disk.
    pub disk: &'a D,
    /// The partition's folder.
    pub dir: &'a Path,
    /// All sealed segments, in order.
    pub segments: &'a [Segment],
    /// What is dirty.
    pub dirt: Dirt,
    /// The aborted transactions with records below `dirt.up_to`, from the log's start on.
    pub aborted: &'a [AbortedTransaction],
    /// The last word of every producer that is remembered.
    pub producers: &'a BTreeMap<ProducerId, LastWord>,
    /// The time, for tombstones.
    pub now: TimestampMs,
    /// The bounds.
    pub rules: Rules,
    /// How fast it may go.
    pub pace: Pace<'a>,
}

/// Why a round ended early. What was swapped before stays; the log is as good as it was.
#[derive(Debug, thiserror::Error)]
pub enum CompactError {
    /// The disk failed. An error of a sync is final for the log dir; a full disk passes.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A batch is damaged, or of a format that cannot be compacted: the log is left alone until it is dealt with.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The round's [`Pace`] ended it.
    #[error("the round was stopped")]
    Stopped,
}

/// What a rewriting has achieved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Batches read.
    pub batches: u64,
    /// Bytes of the group.
    pub bytes_before: u64,
    /// Bytes of what stays.
    pub bytes_after: u64,
}

/// What became of a group.
#[derive(Debug)]
pub enum Step {
    /// It is written anew.
    Swap(Swap),
    /// It stays as it is: nothing in it could go.
    Unchanged,
}

impl<'a, D: Disk> Round<'a, D> {
    /// Reads the dirty part into a map, as far as the map's memory goes: whole segments, or the beginning of one.
    pub fn read(&self) -> Result<OffsetMap, CompactError> {
        let dirty = || {
            let is_dirty = |s: &&Segment| s.end > self.dirt.from && s.base < self.dirt.up_to;
            self.segments.iter().filter(is_dirty)
        };
        let records =
            dirty().map(|s| usize::try_from(s.end.get() - s.base.get()).unwrap_or(usize::MAX));
        let records = records.fold(0usize, usize::saturating_add);
        let mut map = OffsetMap::new(records, self.rules.map_bytes_max);
        map.advance_end(self.dirt.from);
        let mut transactions = Transactions::new(self.aborted);
        for segment in dirty() {
            if self.read_segment(segment, &mut map, &mut transactions)?.is_err() {
                return Ok(map);
            }
            map.advance_end(segment.end);
        }
        Ok(map)
    }

    fn read_segment(
        &self,
        segment: &Segment,
        map: &mut OffsetMap,
        transactions: &mut Transactions,
    ) -> Result<Result<(), Full>, CompactError> {
        let file = self.disk.open(&live_path(self.dir, segment.base), OpenMode::Read)?;
        let mut batches = Batches::new(&file, segment.bytes);
        while let Some(batch) = batches.next()? {
            self.pace.ask(batch.size_in_bytes())?;
            let header = batch.header();
            let is_read = header.next_offset() <= self.dirt.from;
            let aborted = !header.is_control()
                && header.is_transactional()
                && transactions.is_aborted(header.producer_id, header.last_offset());
            if header.is_control() {
                if let Some(outcome) = outcome(&batch)? {
                    let _ = transactions.end(header.producer_id, outcome, header.base_offset);
                }
            } else if !aborted && !is_read {
                for record in batch.records_within(self.rules.unpacked_bytes_max)? {
                    let record = record?;
                    let Some(key) = record.key else { continue };
                    if record.offset >= self.dirt.from && map.put(&key, record.offset).is_err() {
                        map.advance_end(record.offset);
                        return Ok(Err(Full));
                    }
                }
            }
        }
        Ok(Ok(()))
    }

    /// Begins to write what stays, now that `map` knows the keys.
    pub fn rewriter(&self, map: &'a OffsetMap) -> Rewriter<'a, D> {
        Rewriter {
            round: self.clone(),
            groups: groups(self.segments, map.end(), self.rules.segment_bytes).into_iter(),
            retain: Retain {
                map,
                producers: self.producers,
                transactions: Transactions::new(self.aborted),
                now: self.now,
                delete_retention_ms: self.rules.delete_retention_ms,
                unpacked_bytes_max: self.rules.unpacked_bytes_max,
                aborted: Vec::new(),
            },
        }
    }
}

/// The groups that are still to be written.
#[derive(Debug)]
pub struct Rewriter<'a, D: Disk> {
    round: Round<'a, D>,
    groups: std::vec::IntoIter<Range<usize>>,
    retain: Retain<'a>,
}

impl<D: Disk> Rewriter<'_, D> {
    /// Writes what stays of the next group, durably; `None` after the last.
    ///
    /// # Errors
    /// What was written is worthless then, and the next start removes it. No further group may be asked for.
    pub fn next_group(&mut self) -> Result<Option<Step>, CompactError> {
        let Some(group) = self.groups.next() else { return Ok(None) };
        let segments = self.round.segments.get(group).expect("groups are made of these segments");
        self.write_group(segments).map(Some)
    }

    fn write_group(&mut self, segments: &[Segment]) -> Result<Step, CompactError> {
        let (disk, dir) = (self.round.disk, self.round.dir);
        let first = segments.first().expect("a group is not empty");
        let end = segments.last().expect("a group is not empty").end;
        let path = cleaned_path(dir, first.base);
        let mut output = Output::create(disk, &path)?;
        let mut stats = Stats::default();
        for segment in segments {
            let file = disk.open(&live_path(dir, segment.base), OpenMode::Read)?;
            let mut batches = Batches::new(&file, segment.bytes);
            while let Some(batch) = batches.next()? {
                self.round.pace.ask(batch.size_in_bytes())?;
                stats.batches += 1;
                match self.retain.batch(&batch, end)? {
                    Kept::Nothing => output.changed = true,
                    Kept::Original => output.write(batch.bytes())?,
                    Kept::Rewritten(bytes) => {
                        output.changed = true;
                        output.write(&bytes)?;
                    }
                }
            }
            stats.bytes_before += segment.bytes;
        }
        let aborted = std::mem::take(&mut self.retain.aborted);
        if segments.len() == 1 && !output.changed {
            drop(output);
            disk.remove_file(&path)?;
            return Ok(Step::Unchanged);
        }
        stats.bytes_after = output.finish()?;
        let mut index = TxnIndex::default();
        aborted.into_iter().for_each(|transaction| index.push(transaction));
        let replaced = segments.iter().map(|segment| segment.base).collect();
        Ok(Step::Swap(Swap::prepare(disk, dir, replaced, end, &index, stats)?))
    }
}

/// The file that is being written.
struct Output<F> {
    file: F,
    buffer: Vec<u8>,
    written: u64,
    changed: bool,
}

impl<F: DiskFile> Output<F> {
    fn create<D: Disk<File = F>>(disk: &D, path: &Path) -> io::Result<Self> {
        let file = disk.open(path, OpenMode::Create)?;
        // One may be left of a round that ended early.
        file.set_len(0)?;
        Ok(Self { file, buffer: Vec::new(), written: 0, changed: false })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() < BUFFER_LEN { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_at(&[IoSlice::new(&self.buffer)], self.written)?;
        self.written += u64::try_from(self.buffer.len()).map_err(io::Error::other)?;
        self.buffer.clear();
        Ok(())
    }

    /// Makes the file durable, but for its name, and returns its length.
    fn finish(mut self) -> io::Result<u64> {
        self.flush()?;
        self.file.sync()?;
        Ok(self.written)
    }
}
