//! A queue: the batches of one partition, from the first record to the broker's word.
//!
//! ```text
//!            append                take                  acked
//!   record ─────────► [waiting …] ──────► {in flight ≤ 5} ─────► done
//!                          ▲                   │
//!                          └── came back ──────┤ passing trouble
//!                                              └── gave up ──► failed
//! ```
//!
//! The order of records is kept by one rule: once a batch comes back, or is given up, nothing more is taken until all that
//! is in flight has come back too, and what came back stands in the queue in its old order.
//!
//! For an idempotent producer each batch also has a sequence number that follows the one before it without a gap:
//!
//! | what happens to a batch | what happens to the sequence |
//! |---|---|
//! | it comes back | it keeps its stamp, so that the broker recognises it if it has it after all |
//! | the broker refused it for good | the next one takes its number: the broker never used it |
//! | it is given up without the broker's word | nobody knows where the broker stands: a new epoch starts from 0 (KIP-360) |
//! | the broker has lost track of us | the same |
//!
//! A new epoch is taken when nothing of the old one is in flight or stamped. After a batch was given up without a word,
//! those behind it are stamped anew, so one of them may be written twice if the broker had it and did not say: that is what
//! "idempotent" can promise without a transaction.
//!
//! Pure: time is an argument, and what to do next is a return value.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use protocol::ids::{Sequence, TimestampMs, TopicPartition};
use tokio::time::Instant;

use super::batch::{Batch, Identity, Stamp};
use super::delivery::{Delivery, Share};
use super::record::Record;
use crate::error::Error;
use crate::retry::Backoff;

/// When batches are closed and sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// A batch leaves when it weighs this.
    pub(super) batch_bytes: usize,
    /// Or when its first record has waited this long.
    pub(super) linger: Duration,
    /// How many batches of a partition may be in flight; brokers remember the last five (KIP-98).
    pub(super) in_flight_max: usize,
    /// How long a record may take in all.
    pub(super) delivery_timeout: Duration,
    /// How long a partition rests after a failure.
    pub(super) backoff: Backoff,
}

/// What an append changed.
#[derive(Debug)]
pub(super) struct Appended {
    pub(super) delivery: Delivery,
    /// The sender has a reason to look: a batch was begun, or one is full.
    pub(super) wake: bool,
}

/// The batches of one partition.
#[derive(Debug)]
pub(super) struct Queue {
    partition: TopicPartition,
    /// Not in flight, oldest first. Only the last may still take records.
    waiting: VecDeque<Batch>,
    /// The numbers of those in flight, with a share in each one's fate.
    in_flight: BTreeMap<u64, Share>,
    /// Something came back: wait for the rest before anything is taken.
    unwinding: bool,
    /// The number that a batch refused for good would have had: the next one takes it.
    gap: Option<(u64, Sequence)>,
    /// The sequence under the current identity is of no use any more.
    broken: bool,
    identity: Option<Identity>,
    next_sequence: Sequence,
    next_number: u64,
    failures: u32,
    not_before: Option<Instant>,
    last_error: Option<Error>,
}

impl Queue {
    pub(super) fn new(partition: TopicPartition) -> Self {
        Self {
            partition,
            waiting: VecDeque::new(),
            in_flight: BTreeMap::new(),
            unwinding: false,
            gap: None,
            broken: false,
            identity: None,
            next_sequence: Sequence(0),
            next_number: 0,
            failures: 0,
            not_before: None,
            last_error: None,
        }
    }

    /// Adds a record to the batch that is being filled, or begins one.
    pub(super) fn append(
        &mut self,
        now: Instant,
        timestamp: TimestampMs,
        record: Record,
        limits: &Limits,
    ) -> Appended {
        let bytes = record.size_in_bytes();
        let fits = self.waiting.back().is_some_and(|last| last.takes(bytes, limits.batch_bytes));
        if !fits {
            let batch = Batch::open(self.partition.clone(), self.next_number, now);
            self.waiting.push_back(batch);
            self.next_number += 1;
        }
        let batch = self.waiting.back_mut().expect("a batch was just put there");
        let was_full = batch.bytes >= limits.batch_bytes;
        let delivery = batch.push(record, timestamp);
        let is_full = batch.bytes >= limits.batch_bytes;
        Appended { delivery, wake: !fits || (is_full && !was_full) }
    }

    /// When the head may leave: `None` if there is none, or if it must wait for batches in flight.
    pub(super) fn due(&self, limits: &Limits, hurry: bool) -> Option<Instant> {
        let head = self.waiting.front()?;
        if self.in_flight.len() >= limits.in_flight_max || (self.unwinding && self.is_flying()) {
            return None;
        }
        let closed = self.waiting.len() > 1 || head.sent > 0 || head.bytes >= limits.batch_bytes;
        let filled = if closed || hurry { head.opened } else { head.opened + limits.linger };
        Some(self.not_before.map_or(filled, |rest| rest.max(filled)))
    }

    /// Whether a new epoch is needed before anything more can be sent.
    pub(super) fn wants_identity(&self, current: Option<Identity>) -> bool {
        self.broken && self.identity == current && !self.waiting.is_empty()
    }

    /// Takes the head to be sent under the producer's `current` identity, if it is idempotent.
    pub(super) fn take(&mut self, current: Option<Identity>) -> Option<Batch> {
        if !self.is_flying() {
            self.unwinding = false;
            self.close_gap();
            self.adopt(current);
        }
        if self.broken && self.identity.is_some() {
            return None;
        }
        let mut batch = self.waiting.pop_front()?;
        if batch.stamp.is_none()
            && let Some(identity) = self.identity
        {
            batch.stamp(Some(Stamp { identity, sequence: self.next_sequence }));
            self.next_sequence = self.next_sequence.plus(batch.count());
        }
        batch.sent += 1;
        self.in_flight.insert(batch.number, batch.share());
        Some(batch)
    }

    /// The broker has the batch.
    pub(super) fn acked(&mut self, batch: &Batch) {
        self.landed(batch);
        self.failures = 0;
        self.not_before = None;
        self.last_error = None;
    }

    /// The batch is to be sent again. `lost_track`: the broker no longer knows, or no longer accepts, our sequence.
    pub(super) fn came_back(
        &mut self,
        now: Instant,
        batch: Batch,
        error: Error,
        lost_track: bool,
        limits: &Limits,
    ) {
        self.landed(&batch);
        self.unwinding = true;
        self.broken |= lost_track;
        self.failures += 1;
        // A random wait would need chance; the middle of the range will do for one partition.
        self.not_before = Some(now + limits.backoff.wait(self.failures.min(8), 0.5));
        self.last_error = Some(error);
        let place = self.waiting.partition_point(|waiting| waiting.number < batch.number);
        self.waiting.insert(place, batch);
    }

    /// The batch is given up. `certain`: the broker said that it did not write it.
    pub(super) fn gave_up(&mut self, batch: &Batch, certain: bool) {
        self.landed(batch);
        self.forget(batch, certain);
    }

    /// Whether a batch that came between this one and the broker's last word is still on its way.
    pub(super) fn is_behind_another(&self, batch: &Batch) -> bool {
        let flying = self.in_flight.keys().next().is_some_and(|number| *number < batch.number);
        let waiting = self.waiting.front().is_some_and(|head| head.number < batch.number);
        flying || waiting
    }

    /// Takes out the waiting batches whose time is over, with the reason.
    pub(super) fn expire(&mut self, now: Instant, limits: &Limits) -> Vec<(Batch, Error)> {
        let mut expired = Vec::new();
        while let Some(head) = self.waiting.front() {
            if self.is_flying() || now < head.opened + limits.delivery_timeout {
                break;
            }
            let batch = self.waiting.pop_front().expect("the head was just seen");
            self.forget(&batch, batch.sent == 0);
            let error = self.last_error.clone().unwrap_or_else(|| Error::TimedOut {
                doing: format!("waiting to send records to {}", self.partition),
                after: limits.delivery_timeout,
            });
            expired.push((batch, error));
        }
        expired
    }

    /// When the head's time is over.
    pub(super) fn expires_at(&self, limits: &Limits) -> Option<Instant> {
        self.waiting.front().map(|head| head.opened + limits.delivery_timeout)
    }

    /// Takes out everything that waits, to be failed.
    pub(super) fn abandon(&mut self) -> VecDeque<Batch> {
        std::mem::take(&mut self.waiting)
    }

    /// Whether nothing waits and nothing is in flight.
    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && !self.is_flying()
    }

    /// A share in the fate of every batch that is not settled.
    pub(super) fn shares(&self) -> impl Iterator<Item = Share> + '_ {
        let waiting = self.waiting.iter().map(Batch::share);
        waiting.chain(self.in_flight.values().cloned())
    }

    /// Why nothing leaves at the moment, for those whose time will be over before it does.
    pub(super) fn held_up(&mut self, error: Error) {
        self.last_error = Some(error);
    }

    fn is_flying(&self) -> bool {
        !self.in_flight.is_empty()
    }

    fn landed(&mut self, batch: &Batch) {
        let was = self.in_flight.remove(&batch.number);
        assert!(was.is_some(), "batch {} of {} was not in flight", batch.number, self.partition);
    }

    /// What the loss of a batch means for the sequence.
    fn forget(&mut self, batch: &Batch, certain: bool) {
        let Some(stamp) = batch.stamp else { return };
        self.unwinding = true;
        if !certain {
            self.broken = true;
        } else if self.gap.is_none_or(|(number, _)| batch.number < number) {
            self.gap = Some((batch.number, stamp.sequence));
        }
    }

    /// After a refusal, what waits behind it is numbered anew from the number that was not used.
    fn close_gap(&mut self) {
        if let Some((refused, sequence)) = self.gap.take() {
            let behind = self.waiting.iter_mut().filter(|batch| batch.number > refused);
            behind.for_each(|batch| batch.stamp(None));
            self.next_sequence = sequence;
        }
    }

    /// Takes over the producer's current identity if nothing of the old one is left, or if the old one is of no use.
    fn adopt(&mut self, current: Option<Identity>) {
        let stamped = self.waiting.iter().any(|batch| batch.stamp.is_some());
        if self.identity == current || (stamped && !self.broken) {
            return;
        }
        self.waiting.iter_mut().for_each(|batch| batch.stamp(None));
        self.identity = current;
        self.next_sequence = Sequence(0);
        self.broken = false;
    }
}
