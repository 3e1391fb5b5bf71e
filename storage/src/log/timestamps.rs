//! A search by timestamp: the first record that is at least as young, or the youngest of all.

use std::io;

use protocol::batch::{BatchError, Records};
use protocol::ids::{LeaderEpoch, Offset, TimestampMs};

use super::Log;
use crate::disk::Disk;
use crate::segment::sparse::Floor;
use crate::segment::{Access, Placed, View, Walk};

/// A record that was found by its timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundTimestamp {
    /// Its offset.
    pub offset: Offset,
    /// Its timestamp.
    pub timestamp: TimestampMs,
    /// The epoch in which it was written.
    pub leader_epoch: LeaderEpoch,
}

/// A search that may have to read indexes and batches.
#[derive(Debug)]
pub struct TimestampSearch<D: Disk> {
    views: Vec<View<D>>,
    start: Offset,
    wanted: Wanted,
}

#[derive(Clone, Copy, Debug)]
enum Wanted {
    AtLeast(TimestampMs),
    Largest,
}

impl<D: Disk> Log<D> {
    /// Finds the first record whose timestamp is at least `timestamp`, and that can be read.
    pub fn offset_for_timestamp(&self, timestamp: TimestampMs) -> TimestampSearch<D> {
        self.search(Wanted::AtLeast(timestamp))
    }

    /// Finds the first of the records with the largest timestamp.
    pub fn max_timestamp_offset(&self) -> TimestampSearch<D> {
        self.search(Wanted::Largest)
    }

    fn search(&self, wanted: Wanted) -> TimestampSearch<D> {
        let start = self.offsets.start;
        TimestampSearch { views: self.views_from(start).collect(), start, wanted }
    }
}

impl<D: Disk> TimestampSearch<D> {
    /// Searches. Blocking. `None`: no record is that young, or there is none at all.
    pub fn run(&self) -> io::Result<Option<FoundTimestamp>> {
        let timestamp = match self.wanted {
            Wanted::AtLeast(timestamp) => timestamp,
            Wanted::Largest => match self.largest()? {
                Some(largest) => largest,
                None => return Ok(None),
            },
        };
        for view in &self.views {
            if let Some(found) = self.search(view, timestamp)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn largest(&self) -> io::Result<Option<TimestampMs>> {
        let mut largest = None;
        for view in &self.views {
            largest = largest.max(self.largest_in(view)?);
        }
        Ok(largest)
    }

    /// The largest timestamp of what can be read in a segment. Where the log starts within the segment its index is of no use: it
    /// may speak of records before.
    fn largest_in(&self, view: &View<D>) -> io::Result<Option<TimestampMs>> {
        let whole = view.segment.base() >= self.start;
        let indexed = if whole { self.last_entry(view, None)? } else { None };
        let mut largest = indexed.map(|(timestamp, _)| timestamp);
        let after = indexed.map_or(self.start, |(_, offset)| offset);
        self.each_batch(view, after, |batch| {
            largest = largest.max(self.largest_of(view, batch)?);
            Ok(None::<()>)
        })?;
        Ok(largest.filter(|largest| largest.get() >= 0))
    }

    fn largest_of(&self, view: &View<D>, batch: &Placed) -> io::Result<Option<TimestampMs>> {
        if batch.header.base_offset >= self.start {
            return Ok(Some(batch.header.max_timestamp));
        }
        let mut largest = None;
        for record in records(view, batch)? {
            let record = record.map_err(damaged)?;
            if record.offset >= self.start {
                largest = largest.max(Some(record.timestamp));
            }
        }
        Ok(largest)
    }

    fn search(&self, view: &View<D>, timestamp: TimestampMs) -> io::Result<Option<FoundTimestamp>> {
        // No record up to the entry's offset is younger than the entry says, which is younger than nothing wanted.
        let before = self.last_entry(view, Some(timestamp))?;
        let after = before.map_or(self.start, |(_, offset)| offset.max(self.start));
        self.each_batch(view, after, |batch| {
            if batch.header.max_timestamp < timestamp || batch.header.last_offset() < self.start {
                return Ok(None);
            }
            self.search_batch(view, batch, timestamp)
        })
    }

    fn search_batch(
        &self,
        view: &View<D>,
        batch: &Placed,
        timestamp: TimestampMs,
    ) -> io::Result<Option<FoundTimestamp>> {
        for record in records(view, batch)? {
            let record = record.map_err(damaged)?;
            if record.timestamp >= timestamp && record.offset >= self.start {
                let (offset, timestamp) = (record.offset, record.timestamp);
                let leader_epoch = batch.header.partition_leader_epoch;
                return Ok(Some(FoundTimestamp { offset, timestamp, leader_epoch }));
            }
        }
        Ok(None)
    }

    /// The last entry of the time index whose timestamp is below `limit`.
    fn last_entry(
        &self,
        view: &View<D>,
        limit: Option<TimestampMs>,
    ) -> io::Result<Option<(TimestampMs, Offset)>> {
        let floor = || {
            let times = view.segment.times();
            times.floor(|entry| limit.is_none_or(|limit| entry.timestamp < limit))
        };
        let found = match floor() {
            Floor::NotLoaded => {
                view.segment.load_times(view.size, view.interval)?;
                floor()
            }
            found => found,
        };
        Ok(Option::from(found)
            .map(|entry: crate::segment::time_index::TimeEntry| (entry.timestamp, entry.offset)))
    }

    /// Calls `look` with each batch that ends at or behind `from`, until it finds something.
    fn each_batch<T>(
        &self,
        view: &View<D>,
        from: Offset,
        mut look: impl FnMut(&Placed) -> io::Result<Option<T>>,
    ) -> io::Result<Option<T>> {
        let Some(first) = view.locate(from, Access::Blocking)? else { return Ok(None) };
        let mut walk = Walk::new(&view.segment, first.position, view.size, Access::Blocking);
        while let Some(batch) = walk.next()? {
            if let Some(found) = look(&batch)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

fn records<D: Disk>(view: &View<D>, batch: &Placed) -> io::Result<Records> {
    let whole = view.segment.batch(batch).map_err(damaged)?;
    whole.records().map_err(damaged)
}

fn damaged(error: BatchError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
