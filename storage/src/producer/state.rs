//! A producer's state: its epoch, its last five batches, and whether a transaction is open.

use protocol::ids::{Offset, ProducerEpoch, Sequence, TimestampMs};

use super::{Kind, ProducedBatch};

/// How many batches of a producer are remembered: as many as a client may have in flight.
pub const WINDOW: usize = 5;

/// A batch that is in the log: enough to recognise it, and to answer for it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownBatch {
    /// The sequence of its last record.
    pub last_sequence: Sequence,
    /// The offset of its last record.
    pub last_offset: Offset,
    /// From its first to its last offset, and from its first to its last sequence.
    pub offset_delta: i32,
    /// The latest timestamp of its records; what a duplicate is told as the log append time.
    pub timestamp: TimestampMs,
}

impl From<&ProducedBatch> for KnownBatch {
    fn from(batch: &ProducedBatch) -> Self {
        Self {
            last_sequence: batch.last_sequence(),
            last_offset: batch.last_offset(),
            offset_delta: batch.last_offset_delta,
            timestamp: batch.max_timestamp,
        }
    }
}

impl KnownBatch {
    /// The sequence of its first record.
    pub fn base_sequence(&self) -> Sequence {
        if self.last_sequence == Sequence::NONE {
            return Sequence::NONE;
        }
        self.last_sequence.plus(-self.offset_delta)
    }

    /// The offset of its first record.
    pub fn base_offset(&self) -> Offset {
        self.last_offset.plus(-i64::from(self.offset_delta))
    }
}

/// What a partition knows of one producer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProducerState {
    /// The highest incarnation seen; [`ProducerEpoch::NONE`] before the first batch.
    pub epoch: ProducerEpoch,
    /// The coordinator epoch of the last marker; −1 if there was none.
    pub coordinator_epoch: i32,
    /// The latest timestamp in the last batch or marker, for DescribeProducers.
    pub last_timestamp: TimestampMs,
    /// When this broker last saw something from the producer. Forgetting counts from here.
    pub touched: TimestampMs,
    /// Where the open transaction began, if one is open.
    pub open_since: Option<Offset>,
    /// The last batches of this epoch, oldest first.
    window: Window,
}

impl Default for ProducerState {
    fn default() -> Self {
        Self::new(ProducerEpoch::NONE)
    }
}

impl ProducerState {
    /// A producer that has written nothing in this epoch.
    pub(super) fn new(epoch: ProducerEpoch) -> Self {
        Self {
            epoch,
            coordinator_epoch: -1,
            last_timestamp: TimestampMs::NONE,
            touched: TimestampMs::NONE,
            open_since: None,
            window: Window::default(),
        }
    }

    /// The remembered batches, oldest first: at most [`WINDOW`], all of the current epoch.
    pub fn batches(&self) -> &[KnownBatch] {
        self.window.as_slice()
    }

    /// The newest batch of the current epoch.
    pub fn last_batch(&self) -> Option<&KnownBatch> {
        self.batches().last()
    }

    /// The sequence of the last record; [`Sequence::NONE`] if the epoch has written none.
    pub fn last_sequence(&self) -> Sequence {
        self.last_batch().map_or(Sequence::NONE, |batch| batch.last_sequence)
    }

    /// The offset of the last record; −1 if the epoch has written none.
    pub(super) fn last_offset(&self) -> Offset {
        self.last_batch().map_or(Offset(-1), |batch| batch.last_offset)
    }

    /// The batch with exactly this epoch and these sequences, if it was one of the last five.
    pub fn find(&self, batch: &ProducedBatch) -> Option<&KnownBatch> {
        if batch.producer_epoch != self.epoch {
            return None;
        }
        self.batches().iter().find(|known| {
            known.base_sequence() == batch.base_sequence
                && known.last_sequence == batch.last_sequence()
        })
    }

    /// Folds one batch of this producer. Another epoch, be it higher or (on a replica) lower, begins an empty window.
    pub(super) fn fold(&mut self, batch: &ProducedBatch) {
        if self.epoch != batch.producer_epoch {
            self.epoch = batch.producer_epoch;
            self.window = Window::default();
        }
        self.last_timestamp = batch.max_timestamp;
        match batch.kind {
            Kind::Data { transactional } => {
                self.window.push(KnownBatch::from(batch));
                if transactional {
                    self.open_since.get_or_insert(batch.base_offset);
                }
            }
            Kind::Marker(marker) => {
                self.coordinator_epoch = marker.coordinator_epoch;
                self.open_since = None;
            }
        }
    }

    /// Adds a batch as a snapshot has it.
    pub(super) fn restore(&mut self, batch: KnownBatch) {
        self.window.push(batch);
    }
}

/// The last five of a sequence, in place: a producer costs one allocation.
#[derive(Clone, Copy, Debug)]
struct Window {
    batches: [KnownBatch; WINDOW],
    len: usize,
}

impl Default for Window {
    fn default() -> Self {
        const NOTHING: KnownBatch = KnownBatch {
            last_sequence: Sequence::NONE,
            last_offset: Offset(-1),
            offset_delta: 0,
            timestamp: TimestampMs::NONE,
        };
        Self { batches: [NOTHING; WINDOW], len: 0 }
    }
}

impl PartialEq for Window {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Window {}

impl Window {
    fn as_slice(&self) -> &[KnownBatch] {
        self.batches.get(..self.len).expect("never longer than the array")
    }

    fn push(&mut self, batch: KnownBatch) {
        if self.len == WINDOW {
            self.batches.rotate_left(1);
            self.len -= 1;
        }
        *self.batches.get_mut(self.len).expect("just made room") = batch;
        self.len += 1;
    }
}
