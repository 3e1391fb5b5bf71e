//! An indexer: decides which batches get entries in the indexes, as they pass by.

use super::Placed;
use super::index::OffsetEntry;
use super::sparse::Entry;
use super::time_index::TimeEntry;

/// Collects the index entries of a segment whose batches go by.
#[derive(Debug)]
pub(crate) struct Indexer {
    interval: u64,
    since_entry: u64,
    pub(super) offsets: Vec<OffsetEntry>,
    pub(super) times: Vec<TimeEntry>,
    /// The largest timestamp so far.
    pub(crate) largest: Option<TimeEntry>,
}

impl Indexer {
    pub(crate) fn new(interval: u64) -> Self {
        Self { interval, since_entry: 0, offsets: Vec::new(), times: Vec::new(), largest: None }
    }

    pub(crate) fn add(&mut self, batch: &Placed) {
        self.largest = larger(self.largest, batch);
        if self.since_entry > self.interval {
            self.offsets.push(batch.entry());
            self.push_largest();
            self.since_entry = 0;
        }
        self.since_entry += batch.header.size_in_bytes() as u64;
    }

    /// Goes on behind entries that are known to be right, with the batch of the last of them.
    pub(crate) fn resume(&mut self, offsets: Vec<OffsetEntry>, times: Vec<TimeEntry>) {
        self.largest = times.last().copied();
        (self.offsets, self.times) = (offsets, times);
    }

    /// Bytes since the last entry.
    pub(crate) fn since_entry(&self) -> u64 {
        self.since_entry
    }

    /// The last entry of the time index.
    pub(crate) fn last_time(&self) -> Option<TimeEntry> {
        self.times.last().copied()
    }

    /// Adds the entry with which a time index ends.
    pub(crate) fn finish(&mut self) {
        self.push_largest();
    }

    fn push_largest(&mut self) {
        if let Some(largest) =
            self.largest.filter(|largest| may_follow(*largest, self.times.last()))
        {
            self.times.push(largest);
        }
    }
}

/// The larger of a timestamp and a batch's largest; of equals the earlier.
pub(crate) fn larger(largest: Option<TimeEntry>, batch: &Placed) -> Option<TimeEntry> {
    let header = &batch.header;
    let found = TimeEntry { timestamp: header.max_timestamp, offset: header.last_offset() };
    match largest {
        Some(largest) if largest.timestamp >= found.timestamp => Some(largest),
        _ => Some(found),
    }
}

/// Whether an entry may stand behind the last one of a time index; one without a timestamp never does.
pub(crate) fn may_follow(entry: TimeEntry, last: Option<&TimeEntry>) -> bool {
    entry.timestamp.get() >= 0 && last.is_none_or(|last| entry.follows(*last))
}
