//! Recovery: what is in the log after a power cut, a crash, or a shutdown that was not one.
//!
//! Everything below the recovery point was durable, so the scan begins with the segment that holds the record before it, at the last
//! indexed batch before that point. From there on every batch is checked ([`scan`](super::scan)), and the log is cut at the first hole:
//! behind it nothing was acknowledged, because an acknowledgement waits for everything before it too.
//!
//! What is cut is removed from the end backwards, so that a crash in between leaves a log with the same hole. What is kept is
//! synced before the log is opened: after a mere crash of the process it may be in the page cache alone. The
//! cached pages are given up before the scan, where the disk allows it, because a page whose sync had failed looks fine
//! in the cache and is not on the disk.

use protocol::ids::{LeaderEpoch, Offset};

use super::epoch::EpochCache;
use super::folder::FoundSegment;
use super::open::{Loader, OpenError, SealedSegments};
use super::scan::{End, Rules, Scan};
use crate::disk::{Disk, DiskFile};
use crate::segment::index::OffsetEntry;
use crate::segment::name::FileKind;
use crate::segment::sparse::read_entries;
use crate::segment::time_index::TimeEntry;
use crate::segment::writer::{Found, Writer};
use crate::segment::{Access, Indexer, Placed, Segment, Walk};

/// What an opening has found and done, for the log of the broker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Where the log ends.
    pub end_offset: Offset,
    /// How many bytes of batches had to be read and checked; 0 after a clean shutdown.
    pub scanned_bytes: u64,
    /// What was cut off, if there was more than zeros.
    pub cut: Option<Cut>,
    /// The recovery point lay behind the log's end: records that had been durable are gone. The disk, or somebody, lost them.
    pub lost_from: Option<Offset>,
}

/// A hole, and what lay behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The log ends here.
    pub at: Offset,
    /// Bytes of the files that were given up.
    pub bytes: u64,
}

/// A log's parts.
#[derive(Debug)]
pub(super) struct Recovered<D: Disk> {
    pub(super) sealed: SealedSegments<D>,
    pub(super) active: Writer<D>,
    pub(super) end: Offset,
    pub(super) epochs: EpochCache,
    pub(super) report: Recovery,
}

/// A segment that has been scanned.
struct Scanned {
    /// How much had to be read.
    bytes: u64,
    /// What must be true of the batch that follows.
    next: Rules,
    end: End,
    /// Bytes behind the data that were not zeros only.
    given_up: u64,
    found: Found,
}

impl<D: Disk> Loader<'_, D> {
    pub(super) fn recover(
        &self,
        mut segments: Vec<FoundSegment<D>>,
        epochs: Option<EpochCache>,
    ) -> Result<Recovered<D>, OpenError> {
        let point = match self.opening.clean_shutdown {
            // Called although the shutdown was clean: only the last segment is in doubt.
            true => segments.last().map_or(Offset::ZERO, |last| last.segment.base()),
            false => self.opening.recovery_point,
        };
        let before = segments.partition_point(|found| found.segment.base() < point);
        let first = before.saturating_sub(1);
        let mut epochs = self.known_epochs(&segments, first, epochs)?;
        let mut report = Recovery::default();
        let mut rules: Option<Rules> = None;
        let mut last = None;
        for at in first..segments.len() {
            let newest = at + 1 == segments.len();
            let found = segments.get_mut(at).expect("within the segments");
            let base = found.segment.base();
            let follows = |rules: Rules| {
                base == rules.expected || (self.config.compact && base > rules.expected)
            };
            if !rules.is_none_or(follows) {
                break;
            }
            let epoch = rules.map_or(LeaderEpoch::NONE, |rules| rules.epoch);
            // A sealed segment may have been compacted before the topic's policy was changed. Stale batches, which look
            // like a gap, lie behind the tail of the newest alone.
            let from = Rules { expected: base, epoch, gaps: self.config.compact || !newest };
            let scanned = self.scan_segment(found, newest, point, from, &mut epochs)?;
            report.scanned_bytes += scanned.bytes;
            rules = Some(scanned.next);
            let broken = scanned.end == End::Broken;
            last = Some((at, scanned));
            if broken {
                break;
            }
        }
        let (at, scanned) = last.expect("a log has a segment, and the first is always scanned");
        let end = scanned.next.expected;
        let newer = segments.len() > at + 1;
        let given_up = scanned.given_up + give_up(&mut segments, at)?;
        if newer {
            self.files.disk().sync_dir(self.dir)?;
        }
        report.cut = (given_up > 0).then_some(Cut { at: end, bytes: given_up });
        report.lost_from = (!self.opening.clean_shutdown && point > end).then_some(end);
        let active = segments.pop().expect("the scanned one").segment;
        let active = Writer::new(active, self.config.limits(), scanned.found);
        let sealed = segments.into_iter().map(FoundSegment::sealed).collect();
        Ok(Recovered { sealed, active, end, epochs, report })
    }

    /// The epochs below the first segment that is scanned. Without the file they are read from the headers.
    fn known_epochs(
        &self,
        segments: &[FoundSegment<D>],
        first: usize,
        epochs: Option<EpochCache>,
    ) -> Result<EpochCache, OpenError> {
        if let Some(epochs) = epochs {
            return Ok(epochs);
        }
        let mut epochs = EpochCache::default();
        for found in segments.iter().take(first + 1) {
            let mut walk = Walk::new(&found.segment, 0, found.len, Access::Blocking);
            // Damage here lies in the last of them, and is the scan's business.
            while let Ok(Some(batch)) = walk.next() {
                note_epoch(&mut epochs, &batch);
            }
        }
        Ok(epochs)
    }

    /// Scans one segment from the last indexed batch before the recovery point, and brings file and indexes into agreement.
    fn scan_segment(
        &self,
        found: &mut FoundSegment<D>,
        newest: bool,
        point: Offset,
        from: Rules,
        epochs: &mut EpochCache,
    ) -> Result<Scanned, OpenError> {
        let interval = u64::from(self.config.index_interval_bytes);
        let FoundSegment { segment, len } = found;
        let file = segment.log().file()?;
        file.forget_cached()?;
        let (mut indexer, position, from) = begin(segment, *len, point, from, interval)?;
        epochs.truncate_from_end(from.expected);
        let mut scan = Scan::new(&*file, position, from)?;
        let mut first = None;
        while let Some(batch) = scan.next()? {
            first.get_or_insert(batch);
            indexer.add(&batch);
            note_epoch(epochs, &batch);
        }
        let (size, next, end) = (scan.position(), scan.rules(), scan.end()?);
        if position > 0 {
            first = Walk::new(segment, 0, size, Access::Blocking).next()?;
        }
        let given_up = if end == End::Broken { *len - size } else { 0 };
        if size < *len && !(newest && end == End::Clean) {
            file.set_len(size)?;
            *len = size;
        }
        // Cheap for what was synced before: nothing of it is dirty.
        file.sync()?;
        indexer.finish();
        let found = Found {
            size,
            allocated: *len,
            since_entry: indexer.since_entry(),
            largest: indexer.largest,
            last_time_entry: indexer.last_time(),
            first_timestamp: first.map(|first| first.header.max_timestamp),
        };
        segment.install_and_save(indexer)?;
        Ok(Scanned { bytes: size - position, next, end, given_up, found })
    }
}

/// Where to begin: behind the last index entry below the recovery point whose batch is where it should be.
fn begin<D: Disk>(
    segment: &std::sync::Arc<Segment<D>>,
    len: u64,
    point: Offset,
    from: Rules,
    interval: u64,
) -> Result<(Indexer, u64, Rules), OpenError> {
    let mut indexer = Indexer::new(interval);
    let path = segment.path(FileKind::OffsetIndex);
    let below = |entry: &OffsetEntry| entry.last_offset < point && entry.position < len;
    let offsets = read_entries(segment.disk(), &path, segment.base(), usize::MAX, below)?;
    let Some(entry) = offsets.last().copied() else { return Ok((indexer, 0, from)) };
    let header = match Walk::new(segment, entry.position, len, Access::Blocking).next() {
        Ok(Some(batch)) if batch.header.last_offset() == entry.last_offset => batch.header,
        _ => return Ok((indexer, 0, from)),
    };
    let path = segment.path(FileKind::TimeIndex);
    let before = |time: &TimeEntry| time.offset <= entry.last_offset;
    let times = read_entries(segment.disk(), &path, segment.base(), usize::MAX, before)?;
    indexer.resume(offsets, times);
    Ok((indexer, entry.position, Rules { expected: header.base_offset, ..from }))
}

fn note_epoch(epochs: &mut EpochCache, batch: &Placed) {
    if batch.header.partition_leader_epoch.get() >= 0 {
        epochs.assign(batch.header.partition_leader_epoch, batch.header.base_offset);
    }
}

/// Removes the segments behind the last one that is kept, the newest first. Returns how many bytes they had.
fn give_up<D: Disk>(segments: &mut Vec<FoundSegment<D>>, last: usize) -> Result<u64, OpenError> {
    let mut bytes = 0;
    while segments.len() > last + 1 {
        let gone = segments.pop().expect("there is one more");
        bytes += gone.len;
        gone.segment.remove()?;
    }
    Ok(bytes)
}
