//! The leader epochs of a log: at which offset each leadership began.
//!
//! A follower that comes back must find the offset up to which its log and the leader's are the same. The high
//! watermark cannot tell (KIP-101: cutting there loses committed records, or keeps other ones than the leader);
//! the epochs can, because within one epoch there was one leader, and so one sequence of records. Each replica
//! therefore remembers the first offset of every epoch, in the file `leader-epoch-checkpoint` beside the log.
//!
//! The idea in one example. The cache `1@0, 3@10, 4@25` with a log that ends at 30 says: offsets 0 to 9 were
//! written in epoch 1, 10 to 24 in epoch 3 (epoch 2 wrote nothing here), 25 to 29 in epoch 4. Asked for the
//! end of epoch 2, it answers *epoch 1 ends at 10*: the largest epoch that is not above the one asked for, and
//! where it ends. The follower cuts to the smaller of that and its own end of that epoch, and asks again until
//! both name the same epoch (KIP-279).
//!
//! This is a value without IO. Whoever owns the log writes [`EpochCache::to_text`] by atomic replacement, and
//! must have it on disk before it acknowledges records of an epoch that [`EpochCache::assign`] added. The two
//! truncations need no such care: a start repeats them.

use std::fmt;

use protocol::ids::{LeaderEpoch, Offset};

use crate::checkpoint::lines::{self, Malformed};

/// The name of the file in a partition's folder.
pub const FILE_NAME: &str = "leader-epoch-checkpoint";

/// Where one leadership began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochStart {
    /// The leadership; never negative.
    pub epoch: LeaderEpoch,
    /// The offset of its first record; never negative.
    pub start_offset: Offset,
}

/// Where an epoch ended: the answer to OffsetForLeaderEpoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochEnd {
    /// The largest epoch known here that is not above the one asked for.
    pub epoch: LeaderEpoch,
    /// The offset behind its last record.
    pub end_offset: Offset,
}

/// The first offset of every epoch that wrote to this log.
///
/// Invariant: both epochs and start offsets strictly ascend. There are as many entries as there were
/// leaderships with at least one record in the log, so tens, not thousands: a sorted vector serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EpochCache {
    starts: Vec<EpochStart>,
}

impl EpochCache {
    /// Notes that `epoch` writes from `start_offset` on. Returns whether that is news: if so, the file must be
    /// replaced before anything of that epoch is acknowledged.
    ///
    /// Called for every batch appended, so the common case (nothing new) is one comparison. Entries that
    /// contradict the new one, by an epoch or an offset that is not below it, are gone afterwards: the newest
    /// word about an offset is the true one.
    ///
    /// # Panics
    /// If the epoch or the offset is negative; a batch that carries no epoch (format v0 or v1) has none to assign.
    pub fn assign(&mut self, epoch: LeaderEpoch, start_offset: Offset) -> bool {
        assert!(epoch.get() >= 0, "{epoch:?} cannot be assigned");
        assert!(start_offset.get() >= 0, "{epoch:?} cannot start at {start_offset:?}");
        let known = |last: &EpochStart| last.epoch == epoch && last.start_offset <= start_offset;
        if self.latest().is_some_and(|last| known(&last)) {
            return false;
        }
        while self.starts.pop_if(|s| s.epoch >= epoch || s.start_offset >= start_offset).is_some() {
        }
        self.starts.push(EpochStart { epoch, start_offset });
        self.check();
        true
    }

    /// Forgets the epochs that begin at `end` or later, because the log now ends there. Returns whether
    /// anything changed.
    pub fn truncate_from_end(&mut self, end: Offset) -> bool {
        let kept = self.starts.partition_point(|s| s.start_offset < end);
        let changed = kept < self.starts.len();
        self.starts.truncate(kept);
        changed
    }

    /// Forgets the epochs that ended at or before `start`, because the log now begins there. The epoch to which
    /// the record at `start` belongs stays, and begins there from now on. Returns whether anything changed.
    pub fn truncate_from_start(&mut self, start: Offset) -> bool {
        let begun = self.starts.partition_point(|s| s.start_offset <= start);
        let Some(current) = begun.checked_sub(1) else { return false };
        let changed = current > 0 || self.starts.first().is_some_and(|s| s.start_offset < start);
        self.starts.drain(..current);
        if let Some(first) = self.starts.first_mut() {
            first.start_offset = start;
        }
        self.check();
        changed
    }

    /// Forgets everything. Returns whether there was anything.
    pub fn clear(&mut self) -> bool {
        let changed = !self.starts.is_empty();
        self.starts.clear();
        changed
    }

    /// Where `requested` ended in a log that ends at `log_end`, by the rules of KIP-101, 279 and 320:
    ///
    /// - The latest epoch is still being written: it ends where the log ends.
    /// - A known or skipped epoch in between: the largest epoch that is not above it, and the start of the next.
    /// - An epoch below the first one known: its records have been deleted, so it ended where the log now begins.
    /// - An epoch above the latest, or −1: `None`, which is −1 and −1 on the wire. (A replica that is asked for
    ///   an epoch that it has not seen must not guess.)
    pub fn end_offset_for(&self, requested: LeaderEpoch, log_end: Offset) -> Option<EpochEnd> {
        if requested == LeaderEpoch::NONE {
            return None;
        }
        let above = self.starts.partition_point(|s| s.epoch <= requested);
        let floor = above.checked_sub(1).and_then(|at| self.starts.get(at));
        match (floor, self.starts.get(above)) {
            (Some(floor), None) if floor.epoch == requested => {
                Some(EpochEnd { epoch: requested, end_offset: log_end })
            }
            (_, None) => None,
            (floor, Some(next)) => Some(EpochEnd {
                epoch: floor.map_or(requested, |floor| floor.epoch),
                end_offset: next.start_offset,
            }),
        }
    }

    /// The epoch in which the record at `offset` was written; `None` before the first entry.
    pub fn epoch_at(&self, offset: Offset) -> Option<LeaderEpoch> {
        let begun = self.starts.partition_point(|s| s.start_offset <= offset);
        begun.checked_sub(1).and_then(|at| self.starts.get(at)).map(|s| s.epoch)
    }

    /// The newest epoch that wrote here, and where it began.
    pub fn latest(&self) -> Option<EpochStart> {
        self.starts.last().copied()
    }

    /// The oldest epoch whose records are still here, and where it began.
    pub fn earliest(&self) -> Option<EpochStart> {
        self.starts.first().copied()
    }

    /// All entries, ascending.
    pub fn starts(&self) -> &[EpochStart] {
        &self.starts
    }

    /// The content of the file.
    pub fn to_text(&self) -> String {
        lines::format(self.starts.iter())
    }

    /// Reads the content of the file. Entries that contradict an earlier line replace it, as
    /// [`EpochCache::assign`] has it: old Kafka versions left such lines behind.
    ///
    /// # Errors
    /// [`Malformed`]: the caller rebuilds the cache from the epochs in the batches' headers.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let starts = lines::parse(bytes, "a leader epoch and its start offset", |fields| {
            let epoch = fields.next()?.parse().ok().filter(|epoch| *epoch >= 0)?;
            let offset = fields.next()?.parse().ok().filter(|offset| *offset >= 0)?;
            Some(EpochStart { epoch: LeaderEpoch(epoch), start_offset: Offset(offset) })
        })?;
        let mut cache = Self::default();
        for start in starts {
            cache.assign(start.epoch, start.start_offset);
        }
        Ok(cache)
    }

    /// The invariant: epochs and start offsets strictly ascend.
    fn check(&self) {
        for (earlier, later) in self.starts.iter().zip(self.starts.iter().skip(1)) {
            let ascends = earlier.epoch < later.epoch && earlier.start_offset < later.start_offset;
            assert!(ascends, "leader epochs {earlier} and {later} do not ascend");
        }
    }
}

impl fmt::Display for EpochStart {
    /// A line of the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.epoch, self.start_offset)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cache(starts: &[(i32, i64)]) -> EpochCache {
        let mut cache = EpochCache::default();
        for &(epoch, offset) in starts {
            cache.assign(LeaderEpoch(epoch), Offset(offset));
        }
        cache
    }

    fn end(cache: &EpochCache, requested: i32, log_end: i64) -> Option<(i32, i64)> {
        let end = cache.end_offset_for(LeaderEpoch(requested), Offset(log_end))?;
        Some((end.epoch.get(), end.end_offset.get()))
    }

    #[test]
    fn the_end_of_an_epoch_is_the_start_of_the_next_one() {
        let cache = cache(&[(1, 0), (3, 10), (4, 25)]);
        assert_eq!(end(&cache, 1, 30), Some((1, 10)));
        assert_eq!(end(&cache, 2, 30), Some((1, 10)), "an epoch that wrote nothing");
        assert_eq!(end(&cache, 3, 30), Some((3, 25)));
        assert_eq!(end(&cache, 4, 30), Some((4, 30)), "the latest ends with the log");
        assert_eq!(end(&cache, 5, 30), None, "a future epoch");
        assert_eq!(end(&cache, -1, 30), None, "an unknown epoch");
        assert_eq!(end(&EpochCache::default(), 0, 30), None);
    }

    #[test]
    fn an_epoch_whose_records_were_deleted_ended_where_the_log_begins() {
        let mut cache = cache(&[(3, 10), (4, 25)]);
        assert_eq!(end(&cache, 1, 30), Some((1, 10)));
        assert!(cache.truncate_from_start(Offset(12)));
        assert_eq!(end(&cache, 1, 30), Some((1, 12)));
        assert_eq!(cache.to_text(), "0\n2\n3 12\n4 25\n");
    }

    #[test]
    fn only_news_needs_the_file_written() {
        let mut cache = cache(&[(1, 0)]);
        assert!(!cache.assign(LeaderEpoch(1), Offset(5)), "the epoch goes on");
        assert!(cache.assign(LeaderEpoch(2), Offset(6)));
        assert!(!cache.truncate_from_end(Offset(7)));
        assert!(cache.truncate_from_end(Offset(6)));
        assert!(!cache.truncate_from_start(Offset(0)));
        assert!(cache.truncate_from_start(Offset(4)));
        assert!(cache.clear());
        assert!(!cache.clear());
    }

    #[test]
    fn a_leadership_without_records_leaves_no_trace_once_the_next_begins_at_its_offset() {
        assert_eq!(cache(&[(1, 0), (2, 6), (3, 6)]), cache(&[(1, 0), (3, 6)]));
    }

    #[test]
    fn the_text_is_kafkas_and_reads_back() {
        let cache = cache(&[(0, 0), (7, 4096)]);
        assert_eq!(cache.to_text(), "0\n2\n0 0\n7 4096\n");
        assert_eq!(EpochCache::parse(b"0\n2\n0 0\n7 4096\n"), Ok(cache));
        assert_eq!(EpochCache::parse(b"0\n0\n"), Ok(EpochCache::default()));
    }

    #[test]
    fn negative_numbers_and_words_are_refused() {
        for text in ["0\n1\n-1 5\n", "0\n1\n1 -5\n", "0\n1\n1\n", "0\n1\n1 2 3\n", "0\n1\na b\n"] {
            let refused = EpochCache::parse(text.as_bytes());
            assert!(matches!(refused, Err(Malformed::Line { line: 3, .. })), "{text:?}");
        }
    }

    /// The epoch of every record, one by one: what the cache stands for.
    #[derive(Clone, Debug, Default)]
    struct Model {
        start: i64,
        epochs: Vec<i32>,
    }

    impl Model {
        fn end(&self) -> i64 {
            self.start + self.epochs.len() as i64
        }

        fn end_offset_for(&self, requested: i32) -> Option<(i32, i64)> {
            let latest = *self.epochs.last()?;
            if requested < 0 || requested > latest {
                return None;
            }
            let below = self.epochs.iter().filter(|epoch| **epoch <= requested);
            let epoch = below.clone().max().copied().unwrap_or(requested);
            Some((epoch, self.start + below.count() as i64))
        }
    }

    #[derive(Clone, Debug)]
    enum Step {
        Append { epochs_on: i32, records: usize },
        TruncateEnd(prop::sample::Index),
        TruncateStart(prop::sample::Index),
        Reopen,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0..3i32, 1..4usize)
                .prop_map(|(epochs_on, records)| Step::Append { epochs_on, records }),
            1 => any::<prop::sample::Index>().prop_map(Step::TruncateEnd),
            1 => any::<prop::sample::Index>().prop_map(Step::TruncateStart),
            1 => Just(Step::Reopen),
        ]
    }

    proptest! {
        #[test]
        fn the_cache_answers_as_the_records_themselves_would(
            steps in prop::collection::vec(step(), 1..40)
        ) {
            let (mut cache, mut model, mut epoch) = (EpochCache::default(), Model::default(), 0);
            for step in steps {
                match step {
                    Step::Append { epochs_on, records } => {
                        epoch += epochs_on;
                        cache.assign(LeaderEpoch(epoch), Offset(model.end()));
                        model.epochs.extend(std::iter::repeat_n(epoch, records));
                    }
                    Step::TruncateEnd(at) => {
                        let kept = at.index(model.epochs.len() + 1);
                        model.epochs.truncate(kept);
                        cache.truncate_from_end(Offset(model.end()));
                    }
                    Step::TruncateStart(at) => {
                        // The log's start never reaches its end while there are records to speak of.
                        let gone = at.index(model.epochs.len().max(1));
                        model.epochs.drain(..gone.min(model.epochs.len()));
                        model.start += gone as i64;
                        cache.truncate_from_start(Offset(model.start));
                    }
                    Step::Reopen => {
                        let text = cache.to_text();
                        cache = EpochCache::parse(text.as_bytes()).expect("what was written");
                    }
                }
                for requested in -1..=epoch + 1 {
                    prop_assert_eq!(
                        end(&cache, requested, model.end()),
                        model.end_offset_for(requested),
                        "epoch {} of {:?} by {:?}", requested, &model, &cache
                    );
                }
                for (at, epoch) in model.epochs.iter().enumerate() {
                    let offset = Offset(model.start + at as i64);
                    prop_assert_eq!(cache.epoch_at(offset), Some(LeaderEpoch(*epoch)));
                }
            }
        }
    }
}
