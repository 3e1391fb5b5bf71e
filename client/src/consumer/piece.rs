//! A piece: what one fetch brought of one partition, unpacked as it is read.
//!
//! A piece may begin before the position (brokers answer with whole batches), holds control records that programs never
//! see, and for a reader of committed records those of aborted transactions too: the broker names the aborted ones by
//! producer and first offset, and the abort marker of that producer ends each.

use std::collections::BTreeSet;
use std::collections::VecDeque;

use bytes::Bytes;
use protocol::batch::{Batches, RecordBatch, Records, TimestampType, batches};
use protocol::ids::{LeaderEpoch, Offset, ProducerId, TopicPartition};

use super::record::Record;
use crate::error::Error;

/// A transaction whose records are not to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Aborted {
    pub(super) producer: ProducerId,
    pub(super) first: Offset,
}

/// The records of one partition in one answer.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) partition: TopicPartition,
    /// The next offset to hand out; the position must agree, or a seek has made the piece useless.
    pub(super) next: Offset,
    pub(super) epoch: LeaderEpoch,
    batches: Batches,
    open: Option<OpenBatch>,
    check_crcs: bool,
    /// Not begun yet, in the order of their first offsets.
    aborted: VecDeque<Aborted>,
    /// Begun, and not ended by a marker.
    aborting: BTreeSet<ProducerId>,
}

/// The batch that is being read.
#[derive(Debug)]
struct OpenBatch {
    records: Records,
    /// Where the partition goes on after it, which its last record need not say after compaction.
    end: Offset,
    epoch: LeaderEpoch,
    timestamp_type: TimestampType,
}

impl Piece {
    pub(super) fn new(
        partition: TopicPartition,
        next: Offset,
        bytes: Bytes,
        mut aborted: Vec<Aborted>,
        check_crcs: bool,
    ) -> Self {
        aborted.sort_by_key(|aborted| aborted.first);
        Self {
            partition,
            next,
            epoch: LeaderEpoch::NONE,
            batches: batches(bytes),
            open: None,
            check_crcs,
            aborted: aborted.into(),
            aborting: BTreeSet::new(),
        }
    }

    /// The next record to be seen; `None` at the end, when [`Piece::next`] is where to fetch on.
    pub(super) fn take(&mut self) -> Result<Option<Record>, Error> {
        loop {
            if let Some(open) = &mut self.open {
                for record in open.records.by_ref() {
                    let record = record.map_err(|error| damaged(&self.partition, &error))?;
                    if record.offset < self.next {
                        continue;
                    }
                    self.next = record.offset.next();
                    return Ok(Some(Record {
                        partition: self.partition.clone(),
                        offset: record.offset,
                        leader_epoch: open.epoch,
                        timestamp: record.timestamp,
                        timestamp_type: open.timestamp_type,
                        key: record.key,
                        value: record.value,
                        headers: record.headers,
                    }));
                }
                self.next = self.next.max(open.end);
                self.open = None;
            }
            let Some(batch) = self.batches.next() else { return Ok(None) };
            let batch = batch.map_err(|error| damaged(&self.partition, &error))?;
            self.open(&batch)?;
        }
    }

    /// Opens a batch, unless nothing of it is to be seen.
    fn open(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        let header = batch.header();
        let end = header.last_offset().next();
        self.epoch = header.partition_leader_epoch;
        if end <= self.next {
            return Ok(());
        }
        if self.check_crcs {
            batch.verify_crc().map_err(|error| damaged(&self.partition, &error))?;
        }
        if self.is_hidden(batch) {
            self.next = end;
            return Ok(());
        }
        let records = batch.records().map_err(|error| damaged(&self.partition, &error))?;
        self.open = Some(OpenBatch {
            records,
            end,
            epoch: self.epoch,
            timestamp_type: batch.header().timestamp_type(),
        });
        Ok(())
    }

    /// Whether the batch is a marker, or belongs to an aborted transaction.
    fn is_hidden(&mut self, batch: &RecordBatch) -> bool {
        let header = batch.header();
        let producer = header.producer_id;
        while self.aborted.front().is_some_and(|aborted| aborted.first <= header.last_offset()) {
            let begun = self.aborted.pop_front();
            self.aborting.extend(begun.map(|aborted| aborted.producer));
        }
        if header.is_control() {
            // Whichever way the transaction ended: what follows is another one.
            self.aborting.remove(&producer);
            return true;
        }
        header.is_transactional() && self.aborting.contains(&producer)
    }
}

fn damaged(partition: &TopicPartition, error: &dyn std::error::Error) -> Error {
    let code = protocol::ErrorCode::CorruptMessage;
    Error::refused(format!("read records of {partition}"), code, Some(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use protocol::batch::{BatchBuilder, BatchOptions};
    use protocol::ids::{PartitionIndex, ProducerEpoch, Sequence, TimestampMs, TopicName};

    use super::*;

    fn batch(base: i64, values: &[&str], producer: Option<i64>, control: bool) -> Bytes {
        let mut options = BatchOptions::default();
        if let Some(producer) = producer {
            options.producer_id = ProducerId(producer);
            options.producer_epoch = ProducerEpoch(0);
            options.base_sequence = Sequence(0);
            options.transactional = true;
        }
        options.control = control;
        let mut builder = BatchBuilder::new(options);
        for value in values {
            builder.append(TimestampMs(1), None, Some(value.as_bytes()), &[]);
        }
        builder.build(Offset(base)).expect("a small batch").into_bytes()
    }

    fn piece(next: i64, batches: &[Bytes], aborted: Vec<Aborted>) -> Piece {
        let topic = TopicName::new("t").expect("a legal name");
        let partition = TopicPartition { topic, partition: PartitionIndex(0) };
        Piece::new(partition, Offset(next), batches.concat().into(), aborted, true)
    }

    fn values(piece: &mut Piece) -> Vec<String> {
        let mut values = Vec::new();
        while let Some(record) = piece.take().expect("the batches are whole") {
            let value = record.value.unwrap_or_default();
            values.push(format!("{}={}", record.offset, String::from_utf8_lossy(&value)));
        }
        values
    }

    #[test]
    fn a_piece_begins_at_the_position_though_the_batch_begins_before_it() {
        let mut piece =
            piece(1, &[batch(0, &["a", "b"], None, false), batch(2, &["c"], None, false)], vec![]);
        assert_eq!(values(&mut piece), ["1=b", "2=c"]);
        assert_eq!(piece.next, Offset(3));
    }

    #[test]
    fn markers_and_aborted_records_are_passed_over_and_the_position_goes_on() {
        let batches = [
            batch(0, &["open"], Some(1), false),
            batch(1, &["fine"], Some(2), false),
            batch(2, &["m"], Some(1), true),
            batch(3, &["again"], Some(1), false),
            batch(4, &["m"], Some(1), true),
        ];
        let aborted = vec![Aborted { producer: ProducerId(1), first: Offset(0) }];
        let mut piece = piece(0, &batches, aborted);
        assert_eq!(values(&mut piece), ["1=fine", "3=again"]);
        assert_eq!(piece.next, Offset(5), "the marker at the end is behind us too");
    }

    #[test]
    fn a_damaged_batch_is_an_error_and_what_came_before_it_is_not() {
        let mut damaged = batch(1, &["b"], None, false).to_vec();
        if let Some(last) = damaged.last_mut() {
            *last ^= 1;
        }
        let mut piece = piece(0, &[batch(0, &["a"], None, false), damaged.into()], vec![]);
        assert_eq!(piece.take().map(|record| record.map(|r| r.offset)), Ok(Some(Offset(0))));
        let error = piece.take().expect_err("the checksum does not fit");
        assert_eq!(error.code(), Some(protocol::ErrorCode::CorruptMessage));
    }
}
