//! Control records: what brokers write between the records of applications, in batches with the control flag.
//!
//! ```text
//! key    version (2 bytes, 0), kind (2 bytes)
//! value  of an end-of-transaction marker: version (2 bytes, 0), coordinator epoch (4 bytes)
//! ```
//!
//! Clients skip these batches; the markers tell them which transactions ended how (KIP-98). Readers take newer
//! versions than they know, since fields are only ever appended; they skip kinds that they do not know.

use bytes::Buf;

use crate::batch::{BatchBuilder, BatchOptions, Record, RecordBatch};
use crate::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, TimestampMs};

/// What a control record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ControlKind {
    /// The producer's transaction was aborted: its records since the last marker do not count.
    Abort,
    /// The producer's transaction was committed.
    Commit,
    /// A Raft quorum of Kafka's has a new leader (KIP-595). In metadata logs.
    LeaderChange,
    /// The first record of a snapshot of Kafka's (KIP-630).
    SnapshotHeader,
    /// The last record of one.
    SnapshotFooter,
    /// The version of Kafka's Raft (KIP-853).
    KraftVersion,
    /// The voters of a quorum (KIP-853).
    KraftVoters,
    /// One that came later.
    Unknown(i16),
}

impl ControlKind {
    /// The kind with this number.
    pub const fn from_code(code: i16) -> Self {
        match code {
            0 => Self::Abort,
            1 => Self::Commit,
            2 => Self::LeaderChange,
            3 => Self::SnapshotHeader,
            4 => Self::SnapshotFooter,
            5 => Self::KraftVersion,
            6 => Self::KraftVoters,
            other => Self::Unknown(other),
        }
    }

    /// Its number.
    pub const fn code(self) -> i16 {
        match self {
            Self::Abort => 0,
            Self::Commit => 1,
            Self::LeaderChange => 2,
            Self::SnapshotHeader => 3,
            Self::SnapshotFooter => 4,
            Self::KraftVersion => 5,
            Self::KraftVoters => 6,
            Self::Unknown(other) => other,
        }
    }

    /// The kind of the control record with this key. `None`: the key is damaged.
    pub fn of_key(mut key: &[u8]) -> Option<Self> {
        let version = key.try_get_i16().ok()?;
        let code = key.try_get_i16().ok()?;
        (version >= 0).then_some(Self::from_code(code))
    }
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Its records count.
    Commit,
    /// Its records do not count.
    Abort,
}

/// The marker that ends a producer's transaction in one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndTransactionMarker {
    /// How it ended.
    pub outcome: Outcome,
    /// The epoch of the transaction coordinator that says so: one that was replaced is not believed.
    pub coordinator_epoch: i32,
}

impl EndTransactionMarker {
    /// The marker that a control record is. `None`: it is another control record, or damaged.
    pub fn of(record: &Record) -> Option<Self> {
        let outcome = match ControlKind::of_key(record.key.as_deref()?)? {
            ControlKind::Abort => Outcome::Abort,
            ControlKind::Commit => Outcome::Commit,
            _ => return None,
        };
        let mut value: &[u8] = record.value.as_deref()?;
        let version = value.try_get_i16().ok()?;
        let coordinator_epoch = value.try_get_i32().ok()?;
        (version >= 0).then_some(Self { outcome, coordinator_epoch })
    }

    /// The marker of a control batch, which holds nothing else. `None`: it holds something else.
    pub fn of_batch(batch: &RecordBatch) -> Option<Self> {
        if !batch.header().is_control() {
            return None;
        }
        batch.records().ok()?.next()?.ok().and_then(|record| Self::of(&record))
    }

    /// The batch that writes this marker for a producer.
    pub fn batch(
        self,
        producer_id: ProducerId,
        producer_epoch: ProducerEpoch,
        timestamp: TimestampMs,
        leader_epoch: LeaderEpoch,
        base_offset: Offset,
    ) -> RecordBatch {
        let kind = match self.outcome {
            Outcome::Abort => ControlKind::Abort,
            Outcome::Commit => ControlKind::Commit,
        };
        let mut key = [0; 4];
        key[2..].copy_from_slice(&kind.code().to_be_bytes());
        let mut value = [0; 6];
        value[2..].copy_from_slice(&self.coordinator_epoch.to_be_bytes());
        let mut builder = BatchBuilder::new(BatchOptions {
            producer_id,
            producer_epoch,
            // A marker has no place in its producer's sequence.
            base_sequence: Sequence::NONE,
            transactional: true,
            control: true,
            leader_epoch,
            ..BatchOptions::default()
        });
        builder.append(timestamp, Some(&key), Some(&value), &[]);
        builder.build(base_offset).expect("one small record makes a batch")
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn record(key: &[u8], value: &[u8]) -> Record {
        Record {
            offset: Offset(0),
            timestamp: TimestampMs(0),
            key: Some(Bytes::copy_from_slice(key)),
            value: Some(Bytes::copy_from_slice(value)),
            headers: Vec::new(),
        }
    }

    #[test]
    fn a_marker_is_a_control_batch_of_its_producer_and_reads_back() {
        for outcome in [Outcome::Commit, Outcome::Abort] {
            let marker = EndTransactionMarker { outcome, coordinator_epoch: 7 };
            let batch = marker.batch(
                ProducerId(5),
                ProducerEpoch(2),
                TimestampMs(100),
                LeaderEpoch(1),
                Offset(40),
            );
            let header = batch.header();
            assert!(header.is_control() && header.is_transactional());
            assert_eq!((header.producer_id, header.base_sequence), (ProducerId(5), Sequence::NONE));
            assert_eq!(header.last_offset(), Offset(40));
            assert_eq!(EndTransactionMarker::of_batch(&batch), Some(marker));
        }
    }

    #[test]
    fn a_marker_s_bytes_are_kafka_s() {
        let marker = EndTransactionMarker { outcome: Outcome::Commit, coordinator_epoch: 3 };
        let batch = marker.batch(
            ProducerId(1),
            ProducerEpoch(0),
            TimestampMs(0),
            LeaderEpoch(0),
            Offset(0),
        );
        let records = batch.stored_records();
        // Length 16, attributes, deltas, the key's 4 bytes, the value's 6, no headers.
        let expected = [0x20, 0, 0, 0, 0x08, 0, 0, 0, 1, 0x0c, 0, 0, 0, 0, 0, 3, 0];
        assert_eq!(records, expected.as_slice());
    }

    #[test]
    fn newer_versions_are_read_and_unknown_kinds_are_told() {
        let newer = record(&[0, 1, 0, 1, 9], &[0, 5, 0, 0, 0, 2, 9, 9]);
        let marker = EndTransactionMarker { outcome: Outcome::Commit, coordinator_epoch: 2 };
        assert_eq!(EndTransactionMarker::of(&newer), Some(marker));
        assert_eq!(ControlKind::of_key(&[0, 0, 0, 99]), Some(ControlKind::Unknown(99)));
        assert_eq!(EndTransactionMarker::of(&record(&[0, 0, 0, 2], &[])), None);
        assert_eq!(EndTransactionMarker::of(&record(&[0, 0], &[])), None);
        assert_eq!(EndTransactionMarker::of(&record(&[0, 0, 0, 1], &[0, 0])), None);
    }
}
