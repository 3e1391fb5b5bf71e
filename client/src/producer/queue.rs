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
//! A broker that has nothing of a producer yet accepts whatever sequence comes first (KIP-360). If the first batch of all came
//! back and the second did not, the second would be written first. So until one batch of an identity is acknowledged, only
//! one is in flight.
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
use super::watch::Note;
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
    /// `None` for a record with a note: of that the watcher is told.
    pub(super) delivery: Option<Delivery>,
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
    /// The broker has accepted a batch of this identity, and from then on would notice a missing one.
    established: bool,
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
            established: false,
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
        record: &Record,
        note: Option<Note>,
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
        batch.push(record, timestamp, note);
        let delivery = note.is_none().then(|| batch.delivery_of_last(timestamp));
        let is_full = batch.bytes >= limits.batch_bytes;
        Appended { delivery, wake: !fits || (is_full && !was_full) }
    }

    /// When the head may leave: `None` if there is none, or if it must wait for batches in flight.
    pub(super) fn due(&self, limits: &Limits, hurry: bool) -> Option<Instant> {
        let head = self.waiting.front()?;
        let in_flight_max = if self.is_strange() { 1 } else { limits.in_flight_max };
        if self.in_flight.len() >= in_flight_max || (self.unwinding && self.is_flying()) {
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
        self.established |= batch.stamp.is_some_and(|stamp| Some(stamp.identity) == self.identity);
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

    /// Whether the broker may take any sequence of ours for the first.
    fn is_strange(&self) -> bool {
        self.identity.is_some() && !self.established
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
        if self.identity == current {
            return;
        }
        let stamped = self.waiting.iter().any(|batch| batch.stamp.is_some());
        if stamped && !self.broken {
            return;
        }
        self.waiting.iter_mut().for_each(|batch| batch.stamp(None));
        self.identity = current;
        self.established = false;
        self.next_sequence = Sequence(0);
        self.broken = false;
    }
}

#[cfg(test)]
mod tests {
    use protocol::ErrorCode;
    use protocol::ids::{PartitionIndex, ProducerEpoch, ProducerId, TopicName};

    use super::super::delivery::Acked;
    use super::*;

    /// A queue with its limits and a clock, and what it has given out.
    struct Story {
        queue: Queue,
        limits: Limits,
        now: Instant,
        identity: Option<Identity>,
    }

    fn identity(epoch: i16) -> Identity {
        Identity { id: ProducerId(9), epoch: ProducerEpoch(epoch) }
    }

    fn trouble(code: ErrorCode) -> Error {
        Error::refused("write", code, None)
    }

    impl Story {
        fn new() -> Self {
            let topic = TopicName::new("t").expect("a legal name");
            let partition = TopicPartition { topic, partition: PartitionIndex(0) };
            let limits = Limits {
                batch_bytes: 100,
                linger: Duration::from_millis(5),
                in_flight_max: 5,
                delivery_timeout: Duration::from_secs(120),
                backoff: Backoff::default(),
            };
            let now = Instant::now();
            Self { queue: Queue::new(partition), limits, now, identity: Some(identity(0)) }
        }

        /// A record that fills a batch.
        fn append(&mut self) -> Delivery {
            let record = Record::new(self.queue.partition.topic.clone(), vec![b'x'; 100]);
            let appended = self.queue.append(self.now, TimestampMs(0), &record, None, &self.limits);
            appended.delivery.expect("nobody watches")
        }

        /// Everything that may leave now.
        fn take_all(&mut self) -> Vec<Batch> {
            let mut taken = Vec::new();
            while self.queue.due(&self.limits, false).is_some_and(|due| due <= self.now) {
                match self.queue.take(self.identity) {
                    Some(batch) => taken.push(batch),
                    None => break,
                }
            }
            taken
        }

        /// A queue that the broker knows: one batch has been written.
        fn established() -> Self {
            let mut story = Self::new();
            drop(story.append());
            let first = story.take_all().pop().expect("one batch is due");
            story.ack(first);
            story
        }

        fn ack(&mut self, batch: Batch) {
            self.queue.acked(&batch);
            batch.settle(Ok(Acked { base_offset: None, append_time: None }));
        }

        fn come_back(&mut self, batch: Batch, code: ErrorCode, lost_track: bool) {
            self.queue.came_back(self.now, batch, trouble(code), lost_track, &self.limits);
        }

        fn rest(&mut self) {
            self.now += Duration::from_secs(2);
        }
    }

    fn stamps(batches: &[Batch]) -> Vec<(i16, i32)> {
        let stamp = |batch: &Batch| batch.stamp.expect("the producer is idempotent");
        batches.iter().map(stamp).map(|s| (s.identity.epoch.0, s.sequence.0)).collect()
    }

    #[test]
    fn a_batch_leaves_when_it_is_full_or_has_lingered() {
        let mut story = Story::new();
        let record = Record::new(story.queue.partition.topic.clone(), "x");
        drop(story.queue.append(story.now, TimestampMs(0), &record, None, &story.limits));
        assert_eq!(story.queue.due(&story.limits, false), Some(story.now + story.limits.linger));
        assert_eq!(story.queue.due(&story.limits, true), Some(story.now), "in a hurry");
        drop(story.append());
        assert_eq!(story.queue.due(&story.limits, false), Some(story.now), "another is behind it");
    }

    #[test]
    fn a_stranger_has_one_batch_in_flight_and_a_known_producer_five() {
        // Seen on a topic just made: the first batch met UNKNOWN_TOPIC_OR_PARTITION, the second was written first.
        let mut story = Story::new();
        for _ in 0..7 {
            drop(story.append());
        }
        let mut first = story.take_all();
        assert_eq!(stamps(&first), [(0, 0)]);
        story.ack(first.pop().expect("one was taken"));
        assert_eq!(stamps(&story.take_all()), [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5)]);
    }

    #[test]
    fn what_comes_back_goes_out_again_first_under_its_old_stamp() {
        let mut story = Story::established();
        for _ in 0..3 {
            drop(story.append());
        }
        let mut taken = story.take_all().into_iter();
        let mut next = || taken.next().expect("three were taken");
        let (a, b, c) = (next(), next(), next());
        story.come_back(a, ErrorCode::NotLeaderOrFollower, false);
        drop(story.append());
        story.rest();
        assert!(story.take_all().is_empty(), "b and c are still in flight");
        assert!(story.queue.is_behind_another(&b));
        story.come_back(b, ErrorCode::OutOfOrderSequenceNumber, false);
        story.come_back(c, ErrorCode::OutOfOrderSequenceNumber, false);
        story.rest();
        assert_eq!(stamps(&story.take_all()), [(0, 1), (0, 2), (0, 3), (0, 4)]);
    }

    #[test]
    fn after_a_refusal_the_next_batch_takes_the_number_that_was_not_used() {
        let mut story = Story::established();
        for _ in 0..2 {
            drop(story.append());
        }
        let mut taken = story.take_all().into_iter();
        let (a, b) = (taken.next().expect("taken"), taken.next().expect("taken"));
        story.queue.gave_up(&a, true);
        a.settle(Err(trouble(ErrorCode::MessageTooLarge)));
        story.come_back(b, ErrorCode::OutOfOrderSequenceNumber, false);
        story.rest();
        assert_eq!(stamps(&story.take_all()), [(0, 1)]);
    }

    #[test]
    fn a_batch_given_up_without_a_word_asks_for_a_new_epoch() {
        let mut story = Story::established();
        for _ in 0..2 {
            drop(story.append());
        }
        let mut taken = story.take_all().into_iter();
        let (a, b) = (taken.next().expect("taken"), taken.next().expect("taken"));
        story.queue.gave_up(&a, false);
        story.come_back(b, ErrorCode::NetworkException, false);
        story.rest();
        assert!(story.take_all().is_empty());
        assert!(story.queue.wants_identity(story.identity));
        story.identity = Some(identity(1));
        assert_eq!(stamps(&story.take_all()), [(1, 0)]);
    }

    #[test]
    fn a_broker_that_lost_track_of_us_is_met_with_a_new_epoch() {
        let mut story = Story::established();
        drop(story.append());
        let batch = story.take_all().pop().expect("taken");
        story.come_back(batch, ErrorCode::UnknownProducerId, true);
        story.rest();
        assert!(story.take_all().is_empty());
        assert!(story.queue.wants_identity(story.identity));
        story.identity = Some(identity(1));
        assert_eq!(stamps(&story.take_all()), [(1, 0)]);
    }

    #[test]
    fn another_partitions_new_epoch_waits_for_our_old_one_to_land() {
        let mut story = Story::established();
        drop(story.append());
        let flying = story.take_all().pop().expect("taken");
        story.identity = Some(identity(1));
        drop(story.append());
        assert_eq!(stamps(&story.take_all()), [(0, 2)], "the old epoch goes on while it flies");
        story.ack(flying);
    }

    #[test]
    fn what_waits_too_long_fails_with_the_last_trouble() {
        let mut story = Story::established();
        drop(story.append());
        let batch = story.take_all().pop().expect("taken");
        story.come_back(batch, ErrorCode::NotLeaderOrFollower, false);
        story.now += story.limits.delivery_timeout;
        let expired = story.queue.expire(story.now, &story.limits);
        let codes: Vec<_> = expired.iter().map(|(_, error)| error.code()).collect();
        assert_eq!(codes, [Some(ErrorCode::NotLeaderOrFollower)]);
        assert!(story.queue.is_idle());
    }

    mod chaos {
        use proptest::prelude::*;

        use super::*;

        proptest! {
            /// However answers come, the broker's view is what an idempotent partition demands: sequences without a gap,
            /// and records in the order in which they were appended.
            #[test]
            fn a_broker_that_checks_sequences_gets_every_record_once_and_in_order(
                steps in proptest::collection::vec(0u8..7, 1..120),
            ) {
                let mut story = Story::new();
                let mut broker: Vec<u64> = Vec::new();
                let mut expected = 0;
                let mut flying: VecDeque<Batch> = VecDeque::new();
                let mut appended = 0u64;
                let run = |story: &mut Story, step: u8, flying: &mut VecDeque<Batch>,
                               broker: &mut Vec<u64>, expected: &mut i32| {
                    story.rest();
                    flying.extend(story.take_all());
                    let Some(batch) = flying.pop_front() else { return };
                    let sequence = batch.stamp.expect("idempotent").sequence.0;
                    let fits = sequence == *expected || broker.is_empty();
                    let known = broker.contains(&batch.number);
                    match step {
                        // The broker refuses for now, before it looks.
                        0 => story.come_back(batch, ErrorCode::NotLeaderOrFollower, false),
                        // The answer is lost after the write.
                        1 if fits && !known => {
                            broker.push(batch.number);
                            *expected = sequence + 1;
                            story.come_back(batch, ErrorCode::NetworkException, false);
                        }
                        _ if known => story.ack(batch),
                        _ if fits => {
                            broker.push(batch.number);
                            *expected = sequence + 1;
                            story.ack(batch);
                        }
                        _ => {
                            let lost = !story.queue.is_behind_another(&batch);
                            assert!(!lost, "a gap that is not of our making");
                            story.come_back(batch, ErrorCode::OutOfOrderSequenceNumber, lost);
                        }
                    }
                };
                for step in steps {
                    if step >= 3 {
                        drop(story.append());
                        appended += 1;
                        flying.extend(story.take_all());
                    } else {
                        run(&mut story, step, &mut flying, &mut broker, &mut expected);
                    }
                }
                while !story.queue.is_idle() {
                    run(&mut story, 2, &mut flying, &mut broker, &mut expected);
                }
                prop_assert_eq!(broker, (0..appended).collect::<Vec<_>>());
            }
        }
    }
}
