//! A log as a plain vector of batches.

use protocol::batch::RecordBatch;
use protocol::ids::{Offset, TimestampMs};
use storage::disk::Disk;
use storage::log::{Log, ReadLimits};

use crate::support::{read, read_all};

/// One batch that was appended.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) base: i64,
    pub(crate) timestamps: Vec<i64>,
    pub(crate) epoch: i32,
    /// The bytes from the CRC on, which no append changes.
    pub(crate) body: Vec<u8>,
    pub(crate) size: usize,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) start: i64,
    /// Where the oldest segment begins.
    pub(crate) first: i64,
    pub(crate) entries: Vec<Entry>,
    pub(crate) flushed: i64,
    pub(crate) epoch: i32,
    pub(crate) clock: i64,
}

impl Entry {
    pub(crate) fn next(&self) -> i64 {
        self.base + self.timestamps.len() as i64
    }
}

impl Model {
    pub(crate) fn end(&self) -> i64 {
        self.entries.last().map_or(self.first, Entry::next)
    }

    pub(crate) fn append(&mut self, batch: &RecordBatch, timestamps: Vec<i64>) {
        let (base, body) = (self.end(), batch.bytes()[17..].to_vec());
        let size = batch.size_in_bytes();
        self.entries.push(Entry { base, timestamps, epoch: self.epoch, body, size });
    }

    pub(crate) fn truncate(&mut self, to: i64) {
        if to < self.first {
            self.start_over(to);
            return;
        }
        self.entries.retain(|entry| entry.next() <= to);
        self.flushed = self.flushed.min(self.end());
        self.start = self.start.min(self.end());
    }

    pub(crate) fn start_over(&mut self, at: i64) {
        self.entries.clear();
        (self.start, self.first, self.flushed) = (at, at, at);
    }

    /// Retention took away the segments below `first`.
    pub(crate) fn forget_before(&mut self, first: i64, start: i64) {
        self.start = start;
        self.entries.retain(|entry| entry.base >= first);
        self.first = first;
    }

    /// The log must hold what the model holds.
    pub(crate) fn check<D: Disk>(&self, log: &Log<D>) {
        assert_eq!(log.end_offset(), Offset(self.end()), "the end");
        assert_eq!(log.start_offset(), Offset(self.start), "the start");
        assert_eq!(log.flushed_offset(), Offset(self.flushed), "what is durable");
        let readable = self.entries.iter().filter(|entry| entry.next() > self.start);
        let found = read_all(log, log.start_offset());
        assert_eq!(found.len(), readable.clone().count(), "the number of batches");
        for (batch, entry) in found.iter().zip(readable) {
            let header = batch.header();
            assert_eq!(header.base_offset, Offset(entry.base));
            assert_eq!(header.partition_leader_epoch.get(), entry.epoch);
            assert!(
                batch.bytes()[17..] == entry.body[..],
                "the batch at {} is another",
                entry.base
            );
            let known = log.epochs().epoch_at(header.last_offset());
            assert_eq!(known.map(|epoch| epoch.get()), Some(entry.epoch));
        }
    }

    pub(crate) fn check_read<D: Disk>(
        &self,
        log: &Log<D>,
        from: i64,
        up_to: i64,
        max_bytes: usize,
        at_least_one: bool,
    ) {
        let limits = ReadLimits { max_bytes, up_to: Offset(up_to), at_least_one };
        let found = read(log, Offset(from), limits);
        let visible =
            self.entries.iter().filter(|entry| entry.next() > from && entry.next() <= up_to);
        let mut rest = &found[..];
        let mut count = 0;
        for entry in visible.clone() {
            if rest.is_empty() {
                break;
            }
            assert!(rest.len() >= entry.size, "only whole batches");
            assert_eq!(rest[17..entry.size], entry.body[..]);
            rest = &rest[entry.size..];
            count += 1;
        }
        assert!(rest.is_empty(), "nothing but what may be seen");
        let first = visible.clone().next();
        match first {
            Some(first) if at_least_one || first.size <= max_bytes => {
                assert!(count > 0, "there is something to read")
            }
            _ => assert_eq!(count, 0),
        }
        assert!(count == 1 && at_least_one || found.len() <= max_bytes, "the limit is kept");
    }

    pub(crate) fn check_timestamp<D: Disk>(&self, log: &Log<D>, wanted: i64) {
        let found = log.offset_for_timestamp(TimestampMs(wanted)).run().expect("searched");
        let found = found
            .map(|found| (found.offset.get(), found.timestamp.get(), found.leader_epoch.get()));
        assert_eq!(
            found,
            self.records().find(|(_, timestamp, _)| *timestamp >= wanted),
            "timestamp {wanted}"
        );
        let largest = self.records().map(|(_, timestamp, _)| timestamp).max();
        let found = log.max_timestamp_offset().run().expect("searched");
        let found = found
            .map(|found| (found.offset.get(), found.timestamp.get(), found.leader_epoch.get()));
        let wanted = self.records().find(|(_, timestamp, _)| Some(*timestamp) == largest);
        assert_eq!(found, wanted, "the largest timestamp");
    }

    fn records(&self) -> impl Iterator<Item = (i64, i64, i32)> + '_ {
        let records = self.entries.iter().flat_map(|entry| {
            let records = entry.timestamps.iter().enumerate();
            records.map(|(at, timestamp)| (entry.base + at as i64, *timestamp, entry.epoch))
        });
        records.filter(|(offset, ..)| *offset >= self.start)
    }
}
