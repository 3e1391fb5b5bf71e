//! A produced batch: what its header, and a marker's record, say about its producer.

use protocol::ids::{Offset, ProducerEpoch, ProducerId, Sequence, TimestampMs};

/// The facts of one batch that bear on its producer. Offsets are those in the log: the leader has assigned them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducedBatch {
    /// [`ProducerId::NONE`] if the producer is not idempotent; such a batch passes every check.
    pub producer_id: ProducerId,
    /// The incarnation of the producer id.
    pub producer_epoch: ProducerEpoch,
    /// The sequence of the first record; [`Sequence::NONE`] in markers and in a coordinator's own batches.
    pub base_sequence: Sequence,
    /// The offset of the first record, even if a compaction has removed it.
    pub base_offset: Offset,
    /// From the first to the last offset; not negative.
    pub last_offset_delta: i32,
    /// The latest timestamp of its records.
    pub max_timestamp: TimestampMs,
    /// Data, or the end of a transaction.
    pub kind: Kind,
}

/// What a batch is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Records of a client, or of a coordinator on its behalf.
    Data {
        /// Whether they belong to a transaction, and stay invisible to read-committed consumers until it ends.
        transactional: bool,
    },
    /// The transaction coordinator's word that the producer's transaction has ended here.
    Marker(Marker),
}

/// The end of a transaction, as the marker's record says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// How it ended.
    pub outcome: Outcome,
    /// The leader epoch of the coordinator's partition; a lower one is a zombie coordinator.
    pub coordinator_epoch: i32,
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its records count.
    Commit,
    /// Its records are skipped by read-committed consumers.
    Abort,
}

impl ProducedBatch {
    /// The offset of the last record.
    pub fn last_offset(&self) -> Offset {
        self.base_offset.plus(i64::from(self.last_offset_delta))
    }

    /// The sequence of the last record; there is none where the first has none.
    pub fn last_sequence(&self) -> Sequence {
        if self.base_sequence == Sequence::NONE {
            return Sequence::NONE;
        }
        self.base_sequence.plus(self.last_offset_delta)
    }

    /// Whether the records belong to a transaction. A marker ends one and belongs to none.
    pub(super) fn is_transactional_data(&self) -> bool {
        matches!(self.kind, Kind::Data { transactional: true })
    }
}
