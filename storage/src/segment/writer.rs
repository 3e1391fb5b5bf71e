//! The writer of a log's newest segment: where the next batch goes, and by which way.
//!
//! Small appends to a busy segment of a topic with `write.caching` are copied into its map; all others go through `pwritev`.
//! Both lead to the same pages. Space is always allocated first, so that a full disk is a refusal before anything has been
//! written, and never half a batch or a SIGBUS.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::{Arc, Weak};

use protocol::batch::StampedBatch;
use protocol::ids::{Offset, TimestampMs};

use super::index::relative;
use super::sparse::Entry;
use super::time_index::TimeEntry;
use super::{Placed, Segment, View, larger, may_follow};
use crate::disk::{Disk, DiskFile, DiskMap};

/// Sizes that decide how a segment is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// `segment.bytes`.
    pub(crate) segment_bytes: u64,
    /// `index.interval.bytes`.
    pub(crate) index_interval: u64,
    /// `segment.index.bytes`.
    pub(crate) index_bytes: u64,
    /// Whether small appends are copied into the map. That is cheapest where pages stay dirty for long. Where a sync
    /// follows on the heels of every append, each one would find its page clean again and pay for a fault.
    pub(crate) copied: bool,
}

/// The end of a log that is written to.
#[derive(Debug)]
pub(crate) struct Writer<D: Disk> {
    segment: Arc<Segment<D>>,
    limits: Limits,
    /// Where the data ends and the next batch goes; `size ≤ allocated`.
    size: u64,
    /// The file's length; everything from `size` on is zeros.
    allocated: u64,
    /// By how much to allocate next time.
    step: u64,
    /// Held while there is something unsynced, so that the file stays open.
    file: Option<Arc<D::File>>,
    map: Option<Arc<<D::File as DiskFile>::Map>>,
    /// Appends since the segment was last found idle.
    appends: u32,
    /// Bytes since the last index entry.
    since_entry: u64,
    /// The largest timestamp in the segment.
    largest: Option<TimeEntry>,
    /// What the time index ends with.
    last_time_entry: Option<TimeEntry>,
    /// The largest timestamp of the first batch: what the segment's age is counted from. `None` while it is empty.
    first_timestamp: Option<TimestampMs>,
    /// The last batches' beginnings, for readers who are close behind.
    recent: VecDeque<(Offset, u64)>,
    /// A map whose slices may still cover abandoned bytes up to here; the file must not be cut below.
    abandoned: Option<(Weak<<D::File as DiskFile>::Map>, u64)>,
}

/// What a writer knows of a segment that has data already.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Found {
    pub(crate) size: u64,
    pub(crate) allocated: u64,
    pub(crate) since_entry: u64,
    pub(crate) largest: Option<TimeEntry>,
    pub(crate) last_time_entry: Option<TimeEntry>,
    pub(crate) first_timestamp: Option<TimestampMs>,
}

const STEP_MIN: u64 = 64 << 10;
const STEP_MAX: u64 = 64 << 20;
const PAGE: u64 = 4096;
/// Appends from which on a segment is worth a map.
const MAPPED_FROM: u32 = 16;
/// Appends of this size and above are cheaper through a system call than through page faults.
const LARGE: usize = 64 << 10;
/// How many batches' positions are remembered.
const RECENT: usize = 64;
/// How far pages are brought in ahead of the appends.
const POPULATED_AHEAD: u64 = 4 << 20;

impl<D: Disk> Writer<D> {
    pub(crate) fn new(segment: Arc<Segment<D>>, limits: Limits, found: Found) -> Self {
        segment.unseal();
        Self {
            segment,
            limits,
            size: found.size,
            allocated: found.allocated,
            step: STEP_MIN,
            file: None,
            map: None,
            appends: 0,
            since_entry: found.since_entry,
            largest: found.largest,
            last_time_entry: found.last_time_entry,
            first_timestamp: found.first_timestamp,
            recent: VecDeque::new(),
            abandoned: None,
        }
    }

    /// The writer of the segment that follows; it inherits the rate at which this one grew.
    pub(crate) fn successor(&self, segment: Arc<Segment<D>>) -> Self {
        let step = (self.step / 2).max(STEP_MIN);
        Self { step, appends: self.appends, ..Self::new(segment, self.limits, Found::default()) }
    }

    pub(crate) fn segment(&self) -> &Arc<Segment<D>> {
        &self.segment
    }

    pub(crate) fn base(&self) -> Offset {
        self.segment.base()
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Bytes of the file that are promised and not used.
    pub(crate) fn surplus(&self) -> u64 {
        self.allocated - self.size
    }

    pub(crate) fn largest(&self) -> Option<TimeEntry> {
        self.largest
    }

    pub(crate) fn first_timestamp(&self) -> Option<TimestampMs> {
        self.first_timestamp
    }

    pub(crate) fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// A view for a reader of `offset`, in a log that ends at `end`.
    pub(crate) fn view(&self, end: Offset, offset: Offset) -> View<D> {
        let interval = self.limits.index_interval;
        let segment = self.segment.clone();
        View { segment, size: self.size, end, interval, recent: self.recent(offset) }
    }

    /// The file, if it was written since it was last synced.
    pub(crate) fn file(&self) -> Option<Arc<D::File>> {
        self.file.clone()
    }

    /// Whether so many bytes more, up to this offset, still belong into this segment.
    pub(crate) fn has_room(&self, bytes: u64, last_offset: Offset) -> bool {
        let entries = self.segment.offsets().len().max(self.segment.times().len()) as u64;
        let index_full = (entries + 1) * TimeEntry::LEN as u64 > self.limits.index_bytes;
        let fits = self.size + bytes <= self.limits.segment_bytes;
        self.size == 0
            || (fits && !index_full && relative(self.segment.base(), last_offset).is_some())
    }

    /// The position of the batch that holds `offset`, if it is one of the last few.
    fn recent(&self, offset: Offset) -> Option<u64> {
        let found = self.recent.partition_point(|(base, _)| *base <= offset).checked_sub(1)?;
        self.recent.get(found).map(|(_, position)| *position)
    }

    /// Makes sure that so many bytes can be appended without asking the disk for space.
    pub(crate) fn reserve(&mut self, bytes: u64) -> io::Result<()> {
        let needed = self.size + bytes;
        if needed <= self.allocated {
            return Ok(());
        }
        let file = self.pinned()?;
        let whole = self.limits.segment_bytes.next_multiple_of(PAGE);
        let ahead = (self.allocated + self.step).min(whole).max(needed).next_multiple_of(PAGE);
        let least = needed.next_multiple_of(PAGE);
        self.allocated = match file.allocate(ahead) {
            Ok(()) => ahead,
            Err(error) if error.kind() == io::ErrorKind::StorageFull && least < ahead => {
                file.allocate(least)?;
                least
            }
            Err(error) => return Err(error),
        };
        self.step = (self.step * 2).min(STEP_MAX);
        if let Some(map) = &self.map {
            map.allocated(self.allocated);
        }
        Ok(())
    }

    /// Appends batches, for which [`Writer::reserve`] has made room. After an error nobody knows what is in the file
    /// behind the data.
    pub(crate) fn append(&mut self, batches: &[StampedBatch]) -> io::Result<()> {
        let parts: Vec<IoSlice<'_>> =
            batches.iter().flat_map(StampedBatch::parts).map(IoSlice::new).collect();
        let bytes: usize = parts.iter().map(|part| part.len()).sum();
        let end = self.size + bytes as u64;
        assert!(end <= self.allocated, "space is reserved before it is written");
        self.appends = self.appends.saturating_add(1);
        match self.map_for(end)? {
            Some(map) if bytes < LARGE && self.limits.copied => map.append(self.size, &parts),
            map => {
                self.pinned()?.write_at(&parts, self.size)?;
                if let Some(map) = map {
                    map.publish(end);
                }
            }
        }
        for batch in batches {
            self.appended(Placed { position: self.size, header: batch.header });
        }
        assert_eq!(self.size, end, "the headers account for every byte");
        Ok(())
    }

    /// Takes note of a batch that lies at the end of the data.
    fn appended(&mut self, batch: Placed) {
        self.size = batch.end();
        self.first_timestamp.get_or_insert(batch.header.max_timestamp);
        self.largest = larger(self.largest, &batch);
        if self.since_entry > self.limits.index_interval {
            self.segment.offsets().push(batch.entry());
            self.push_largest();
            self.since_entry = 0;
        }
        self.since_entry += batch.header.size_in_bytes() as u64;
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back((batch.header.base_offset, batch.position));
    }

    fn push_largest(&mut self) {
        let last = self.last_time_entry;
        if let Some(largest) = self.largest.filter(|largest| may_follow(*largest, last.as_ref())) {
            self.segment.times().push(largest);
            self.last_time_entry = Some(largest);
        }
    }

    /// The map, where the segment is busy and `end` lies in its window.
    fn map_for(&mut self, end: u64) -> io::Result<Option<Arc<<D::File as DiskFile>::Map>>> {
        if self.map.is_none() && self.appends >= MAPPED_FROM {
            let window = self.limits.segment_bytes.max(self.allocated).next_multiple_of(PAGE);
            self.map = self.segment.log().make_map(window, self.size)?;
        }
        // Whichever way is taken, the file is dirty from now on.
        self.pinned()?;
        Ok(self.map.clone().filter(|map| end <= map.size()))
    }

    fn pinned(&mut self) -> io::Result<Arc<D::File>> {
        match &self.file {
            Some(file) => Ok(file.clone()),
            None => Ok(self.file.insert(self.segment.log().file()?).clone()),
        }
    }

    /// A hint to bring in the pages that the next appends will touch, for somebody who does not hold the log's lock.
    pub(crate) fn ahead(&self) -> Option<Ahead<D>> {
        let map = self.map.clone().filter(|_| self.limits.copied)?;
        Some(Ahead { map, from: self.size })
    }

    /// Nothing more will be appended: completes the indexes and lets go of the file. The surplus is cut off by a task.
    /// Returns the file if it is unsynced.
    pub(crate) fn seal(&mut self) -> Option<Arc<D::File>> {
        self.push_largest();
        self.segment.seal(self.end_kept());
        self.map = None;
        self.recent = VecDeque::new();
        self.file.take()
    }

    /// Where the file may be cut: behind the data, and behind what slices of an abandoned map still cover.
    fn end_kept(&self) -> u64 {
        match &self.abandoned {
            Some((map, end)) if map.strong_count() > 0 => self.size.max(*end),
            _ => self.size,
        }
    }

    /// Everything that was appended is synced, so the file may be closed if the budget wants it.
    pub(crate) fn unpin(&mut self) {
        self.file = None;
    }

    /// Gives everything back that a segment without appends does not need, but for what is unsynced. Returns whether there
    /// had been any append since the last call.
    pub(crate) fn cool(&mut self, synced: bool) -> bool {
        let busy = std::mem::take(&mut self.appends) > 0;
        if !busy && synced {
            self.step = STEP_MIN;
            self.recent = VecDeque::new();
            (self.file, self.map) = (None, None);
            self.segment.cool();
        }
        busy
    }

    /// Keeps a file open that is unsynced.
    pub(crate) fn pin(&mut self, file: Option<Arc<D::File>>) {
        self.file = file;
    }

    /// Completes the time index and gives back the surplus, durably. Returns whether there was anything to do. Blocking.
    pub(crate) fn finish(&mut self) -> io::Result<bool> {
        self.push_largest();
        if self.surplus() > 0 {
            self.trim()?;
            self.pinned()?.sync()?;
        }
        Ok(self.segment.offsets().unsaved() + self.segment.times().unsaved() > 0)
    }

    /// Cuts the surplus off the file. Blocking.
    pub(crate) fn trim(&mut self) -> io::Result<()> {
        let keep = self.end_kept();
        if keep < self.allocated {
            // The map believes in the longer file; a new one is made when it is needed.
            self.map = None;
            drop(self.segment.log().take_map());
            self.pinned()?.set_len(keep)?;
            self.allocated = keep;
        }
        self.step = STEP_MIN;
        Ok(())
    }

    /// Moves the end of the data back to `position`, where the batch with `offset` began, and zeros what lay behind. Durable
    /// when it returns. Blocking.
    pub(crate) fn truncate(&mut self, offset: Offset, position: u64) -> io::Result<()> {
        assert!(position <= self.size, "a truncation does not add");
        let map = self.segment.log().take_map();
        if let Some(map) = self.map.take().or(map) {
            let end = self.abandoned.as_ref().map_or(0, |(_, end)| *end).max(self.size);
            self.abandoned = Some((Arc::downgrade(&map), end));
        }
        // A recovery begins at an index entry: none may point behind a hole that a power cut leaves of what follows.
        self.segment.truncate_indexes(offset, position)?;
        let file = self.pinned()?;
        file.zero(position..self.allocated)?;
        file.sync()?;
        self.size = position;
        self.recent.clear();
        Ok(())
    }

    /// Replaces what is known of the data, after a truncation.
    pub(crate) fn found(&mut self, found: &Found) {
        self.since_entry = found.since_entry;
        self.largest = found.largest;
        self.last_time_entry = found.last_time_entry;
        self.first_timestamp = found.first_timestamp;
    }
}

/// See [`Writer::ahead`].
#[derive(Debug)]
pub(crate) struct Ahead<D: Disk> {
    map: Arc<<D::File as DiskFile>::Map>,
    from: u64,
}

impl<D: Disk> Ahead<D> {
    pub(crate) fn populate(&self) {
        self.map.populate(self.from..self.from + POPULATED_AHEAD);
    }
}
