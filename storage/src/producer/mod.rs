//! Producers: what a partition remembers of everyone who writes to it exactly once.
//!
//! A producer that did not get an answer sends its batch again; the log must then hold it once, and the producer
//! must learn where. It therefore numbers its records (KIP-98): every batch carries a producer id, the epoch of
//! that id, and the sequence of its first record. This module remembers, for each id, its epoch and its last five
//! batches. Five, because a client keeps at most five requests in flight: whatever it may still send again is
//! among them.
//!
//! The loop that drives it:
//!
//! ```text
//! Produce ─► check(batches) ─► Duplicate: answer with the offsets of the first time, append nothing
//!                           ─► Rejected:  answer with its error code, append nothing
//!                           ─► Append:    log.append, then apply(batch) for each
//! replica, recovery ────────────────────► apply(batch) for each: the leader has decided already
//! roll, clean shutdown ─► snapshot() ─► <offset>.snapshot
//! ```
//!
//! *Check decides, apply folds*: [`Producers::check`] changes nothing, [`Producers::apply`] cannot fail, and replaying
//! the batches behind a snapshot gives the very state that was there before.
//!
//! Transactions are kept as far as a log needs them: where each open one began (the last stable offset rests on
//! that), and which ended in an abort (the `.txnindex` is written from that). Whether a transaction may go on is
//! the coordinator's word, which arrives here as [`Origin`].
//!
//! Left out: epochs are handed out elsewhere (InitProducerId); files are the log's business, which writes
//! what [`Producers::snapshot`] gives and reads it back.

mod batch;
mod check;
mod open;
pub mod snapshot;
mod state;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use protocol::ids::{Offset, ProducerId, TimestampMs};

pub use self::batch::{Kind, Marker, Outcome, ProducedBatch};
pub use self::check::{Origin, Rejected, Verdict};
pub use self::open::CompletedTransaction;
use self::open::Transactions;
use self::snapshot::{Saved, Snapshot};
pub use self::state::{KnownBatch, ProducerState, WINDOW};

/// Every producer that one partition remembers.
///
/// Invariant: a producer has an open transaction exactly if [`ProducerState::open_since`] says where it began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Producers {
    /// Boxed, so that the map of a partition with one producer costs 400 bytes instead of two thousand.
    producers: BTreeMap<ProducerId, Box<ProducerState>>,
    transactions: Transactions,
    /// Every batch below this offset has been applied.
    end: Offset,
    /// What is on disk.
    saved: Saved,
}

/// How many producers a partition remembers, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// `producer.id.expiration.ms`: a producer that was silent for this long is forgotten. Its next batch is taken
    /// with any sequence, as that of a new one.
    pub expiration_ms: i64,
    /// The most producers to remember. Ids cost a client nothing, so without a limit they could take all memory.
    pub producers_max: usize,
}

impl Producers {
    /// Nobody has written yet to a log that begins at `start`.
    pub fn new(start: Offset) -> Self {
        Self {
            producers: BTreeMap::new(),
            transactions: Transactions::default(),
            end: start,
            saved: Saved { end: start, remembers: false },
        }
    }

    /// Folds one batch that is in the log, whoever wrote it. Returns the transaction that it ended, if it did:
    /// an aborted one belongs in the segment's `.txnindex` before the next batch is applied.
    ///
    /// Never fails: what the leader let pass is true, even if [`Producers::check`] would have refused it here.
    /// `now` is when this broker saw the batch; only forgetting counts from it, never the record's own timestamp,
    /// since copies of old data would otherwise be forgotten at once.
    pub fn apply(
        &mut self,
        now: TimestampMs,
        batch: &ProducedBatch,
    ) -> Option<CompletedTransaction> {
        if batch.producer_id == ProducerId::NONE {
            return None;
        }
        let state = self.producers.entry(batch.producer_id).or_default();
        let open_before = state.open_since;
        state.touched = now;
        state.fold(batch);
        match (open_before, batch.kind) {
            (None, Kind::Data { transactional: true }) => {
                let news = self.transactions.begin(batch.producer_id, batch.base_offset);
                assert!(news, "offset {} is in the log twice", batch.base_offset);
                None
            }
            (Some(first_offset), Kind::Marker(marker)) => {
                Some(self.transactions.complete(first_offset, batch.last_offset(), marker.outcome))
            }
            // The transaction goes on; or a marker ends one that wrote nothing here; or there is none.
            _ => None,
        }
    }

    /// Notes that every batch below `end` has been applied, also those that came from no idempotent producer.
    ///
    /// # Panics
    /// If it lies before what has been applied already: a log that was cut starts over from a snapshot.
    pub fn advance_end(&mut self, end: Offset) {
        assert!(self.end <= end, "applied up to {}, so not only up to {end}", self.end);
        self.end = end;
    }

    /// The log now begins at `start`. Producers are kept even if all their records are gone: a batch that is
    /// sent again is a duplicate for as long as its producer is remembered.
    pub fn advance_start(&mut self, start: Offset) {
        self.transactions.replicated(start);
        self.end = self.end.max(start);
    }

    /// Everything below `high_watermark` is replicated, so transactions that ended below it are decided for good.
    pub fn advance_high_watermark(&mut self, high_watermark: Offset) {
        self.transactions.replicated(high_watermark);
    }

    /// The offset up to which every transaction is decided, exclusive: what a read-committed consumer may see of
    /// a log with this high watermark that begins at `log_start`.
    pub fn last_stable_offset(&self, high_watermark: Offset, log_start: Offset) -> Offset {
        match self.transactions.first_unstable() {
            Some(unstable) => unstable.max(log_start).min(high_watermark),
            None => high_watermark,
        }
    }

    /// Where the oldest transaction began that has no marker yet. A compaction must stop there.
    pub fn first_undecided(&self) -> Option<Offset> {
        self.transactions.first_undecided()
    }

    /// Forgets who was silent for too long, and, if there are too many, the tenth of them that wrote longest ago.
    /// Who has an open transaction stays. Returns how many were forgotten.
    pub fn forget(&mut self, now: TimestampMs, limits: &Limits) -> usize {
        let before = self.producers.len();
        let silent = |state: &ProducerState| {
            now.get().saturating_sub(state.touched.get()) >= limits.expiration_ms
        };
        self.producers.retain(|_, state| state.open_since.is_some() || !silent(state));
        if self.producers.len() > limits.producers_max {
            self.forget_oldest(self.producers.len() - limits.producers_max * 9 / 10);
        }
        before - self.producers.len()
    }

    /// Whether [`Producers::forget`] should be called before its regular turn.
    pub fn crowded(&self, limits: &Limits) -> bool {
        self.producers.len() > limits.producers_max
    }

    /// The idle ones among the `count` whose last batch has the lowest offset.
    fn forget_oldest(&mut self, count: usize) {
        let idle = self.producers.iter().filter(|(_, state)| state.open_since.is_none());
        let mut by_age: Vec<_> = idle.map(|(id, state)| (state.last_offset(), *id)).collect();
        by_age.sort_unstable();
        for (_, id) in by_age.into_iter().take(count) {
            self.producers.remove(&id);
        }
    }

    /// What is known of one producer.
    pub fn get(&self, id: ProducerId) -> Option<&ProducerState> {
        self.producers.get(&id).map(AsRef::as_ref)
    }

    /// What to write when the log rolls: `None` if nothing was applied since the last snapshot. Once it is on disk,
    /// say so with [`Producers::saved`].
    pub fn snapshot(&self) -> Option<Snapshot> {
        (self.end > self.saved.end).then(|| Snapshot::of(self))
    }

    /// What to write when the log is closed for good: as [`Producers::snapshot`], but `None` also if nobody is
    /// remembered and the newest snapshot, if there is one, says the same. A quiet partition then costs no
    /// file. A clean start may therefore take the newest snapshot for the state at the log's end.
    pub fn closing_snapshot(&self) -> Option<Snapshot> {
        if self.is_empty() && !self.saved.remembers {
            return None;
        }
        self.snapshot()
    }

    /// The snapshot is on disk.
    pub fn saved(&mut self, snapshot: &Snapshot) {
        self.saved = snapshot.saved();
    }

    /// Everyone, by ascending id: the answer to DescribeProducers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (ProducerId, &ProducerState)> {
        self.producers.iter().map(|(id, state)| (*id, state.as_ref()))
    }

    /// How many producers are remembered.
    pub fn len(&self) -> usize {
        self.producers.len()
    }

    /// Whether nobody is remembered.
    pub fn is_empty(&self) -> bool {
        self.producers.is_empty()
    }

    /// Every batch below this offset has been applied.
    pub fn end(&self) -> Offset {
        self.end
    }
}
