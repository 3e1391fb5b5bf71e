//! Compaction of a log: what a round has to know of it, and the change of segments when a rewritten one takes their place.
//!
//! ```text
//! under the lock      let compaction = log.compaction(last_stable);
//! without it          let dirt = compaction.dirt(cleaner_point, now, &policy)?;      is it worth a round?
//!                     compaction.run(dirt, now, rules, pace, |swap| …)?              reads and writes
//! under the lock           log.swap_in(swap)                                       once for each group of segments
//! ```

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use protocol::ids::{Offset, ProducerId, TimestampMs};

use super::append::AppendError;
use super::{Log, Removal, Sealed};
use crate::checkpoint::read_if_there;
use crate::compact::rewrite::Step;
use crate::compact::schedule::{Dirt, Policy};
use crate::compact::swap::Old;
use crate::compact::{CompactError, LastWord, Pace, Round, Rules, Segment as Facts, Swap};
use crate::disk::Disk;
use crate::segment::name::FileKind;
use crate::segment::txn_index::{AbortedTransaction, TxnIndex};
use crate::segment::{Access, Segment, Walk};

/// A log's sealed segments as they were when a round was thought of.
#[derive(Debug)]
pub struct Compaction<D: Disk> {
    disk: D,
    dir: Arc<Path>,
    sealed: Vec<Source<D>>,
    /// Records from here on are not decided, not replicated, or not yet on this disk.
    up_to: Offset,
    producers: BTreeMap<ProducerId, LastWord>,
    index_interval: u64,
}

#[derive(Debug)]
struct Source<D: Disk> {
    segment: Arc<Segment<D>>,
    size: u64,
    end: Offset,
}

impl<D: Disk> Log<D> {
    /// What a compaction of this log would have to do with. Cheap.
    pub fn compaction(&self, last_stable: Offset) -> Compaction<D> {
        let bases = self.sealed.iter().skip(1).map(|sealed| sealed.segment.base());
        let ends = bases.chain(std::iter::once(self.active.base()));
        let source = |(sealed, end): (&Sealed<D>, Offset)| Source {
            segment: sealed.segment.clone(),
            size: sealed.size,
            end,
        };
        let last_word = |(id, state): (ProducerId, &crate::producer::ProducerState)| {
            let last_data_offset = state.last_batch().map(|batch| batch.last_offset);
            (id, LastWord { last_data_offset, epoch: state.epoch })
        };
        Compaction {
            disk: self.disk().clone(),
            dir: self.dir.clone(),
            sealed: self.sealed.iter().zip(ends).map(source).collect(),
            up_to: last_stable.min(self.offsets.flushed),
            producers: self.producers.iter().map(last_word).collect(),
            index_interval: u64::from(self.config.index_interval_bytes),
        }
    }

    /// Puts a rewritten segment in the place of those that it was made of. `None` if they are no longer what they were, because of
    /// retention or a truncation: then nothing is changed, and the round is to end. Waits for a handful of syncs of the folder.
    ///
    /// # Errors
    /// The disk failed half way: the log is fenced, and its next opening finishes the work.
    pub fn swap_in(&mut self, swap: &Swap) -> Result<Option<Removal<D>>, AppendError> {
        let Some(first) = self.position(swap).filter(|_| !self.is_failed()) else {
            return Ok(None);
        };
        let range = first..first + swap.replaced().len();
        for old in self.sealed.range(range.clone()) {
            old.segment.retire();
        }
        let disk = self.disk().clone();
        let swapped = swap.commit(&disk).and_then(|()| swap.install(&disk, Old::Retire));
        swapped.map_err(|error| {
            self.fence();
            AppendError::Failed(error)
        })?;
        let size = swap.stats().bytes_after;
        let segment = Segment::found(&self.files, &self.dir, swap.base(), size, 0, 0);
        segment.sealed(size);
        self.sealed.drain(range);
        self.sealed.insert(first, Sealed { segment, size, largest: None });
        Ok(Some(Removal::new(disk, swap.retired_paths(), self.config.file_delete_delay())))
    }

    /// Where the segments that the swap replaces lie, if they are all there, in a row, and on disk.
    fn position(&self, swap: &Swap) -> Option<usize> {
        let first = self.sealed.partition_point(|sealed| sealed.segment.base() < swap.base());
        let bases = self.sealed.iter().skip(first).map(|sealed| sealed.segment.base());
        let mut found = bases.chain(std::iter::once(self.active.base()));
        let same = swap.replaced().iter().all(|base| found.next() == Some(*base));
        let ends = found.next() == Some(swap.end()) && swap.end() <= self.offsets.flushed;
        (same && ends).then_some(first)
    }
}

impl<D: Disk> Compaction<D> {
    /// How dirty the log is. Blocking: may have to read the timestamps of segments. `cleaner_point` is from the checkpoint.
    pub fn dirt(
        &self,
        cleaner_point: Offset,
        now: TimestampMs,
        policy: &Policy,
    ) -> io::Result<Dirt> {
        let facts = self.facts(policy.lag_ms_min > 0 || policy.lag_ms_max < i64::MAX)?;
        Ok(Dirt::of(&facts, cleaner_point, self.up_to, now, policy))
    }

    /// Runs one round. Blocking, and long. `swap_in` is called for each rewritten group, and takes the log's lock for
    /// [`Log::swap_in`]; with `Break` the round ends there, as it does when `pace` says so. Returns the new cleaner point, for the
    /// checkpoint; `None` if the round was ended.
    pub fn run(
        &self,
        dirt: Dirt,
        now: TimestampMs,
        rules: Rules,
        pace: Pace<'_>,
        swap_in: impl FnMut(&Swap) -> ControlFlow<()>,
    ) -> Result<Option<Offset>, CompactError> {
        match self.run_to_end(dirt, now, rules, pace, swap_in) {
            Err(CompactError::Stopped) => Ok(None),
            result => result,
        }
    }

    fn run_to_end(
        &self,
        dirt: Dirt,
        now: TimestampMs,
        rules: Rules,
        pace: Pace<'_>,
        mut swap_in: impl FnMut(&Swap) -> ControlFlow<()>,
    ) -> Result<Option<Offset>, CompactError> {
        let (segments, aborted) = (self.facts(false)?, self.aborted()?);
        let round = Round {
            disk: &self.disk,
            dir: &self.dir,
            segments: &segments,
            dirt,
            aborted: &aborted,
            producers: &self.producers,
            now,
            rules,
            pace,
        };
        let map = round.read()?;
        let mut rewriter = round.rewriter(&map);
        while let Some(step) = rewriter.next_group()? {
            let Step::Swap(swap) = step else { continue };
            if swap_in(&swap).is_break() {
                swap.discard(&self.disk)?;
                return Ok(None);
            }
        }
        Ok(Some(map.end()))
    }

    /// The segments as the schedule sees them; their timestamps only if they matter.
    fn facts(&self, with_timestamps: bool) -> io::Result<Vec<Facts>> {
        let facts = |source: &Source<D>| {
            let timestamps =
                if with_timestamps { self.timestamps(source)? } else { Default::default() };
            let (first_timestamp, largest_timestamp) = timestamps;
            let (base, end, bytes) = (source.segment.base(), source.end, source.size);
            Ok(Facts { base, end, bytes, first_timestamp, largest_timestamp })
        };
        self.sealed.iter().map(facts).collect()
    }

    fn timestamps(&self, source: &Source<D>) -> io::Result<(TimestampMs, TimestampMs)> {
        let first = Walk::new(&source.segment, 0, source.size, Access::Blocking).next()?;
        let first = first.map_or(TimestampMs::NONE, |first| first.header.max_timestamp);
        let largest = source.segment.largest(source.size, self.index_interval)?;
        Ok((first, largest.map_or(TimestampMs::NONE, |largest| largest.timestamp)))
    }

    /// The aborted transactions of all sealed segments.
    fn aborted(&self) -> Result<Vec<AbortedTransaction>, CompactError> {
        let mut aborted = Vec::new();
        for source in &self.sealed {
            let path = source.segment.path(FileKind::TransactionIndex);
            let content = read_if_there(&self.disk, &path)?.unwrap_or_default();
            let index = TxnIndex::parse(source.segment.base(), &content);
            aborted.extend_from_slice(index.map_err(io::Error::other)?.entries());
        }
        Ok(aborted)
    }
}
