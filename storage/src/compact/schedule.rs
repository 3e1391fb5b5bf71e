//! The schedule of compaction: which log is worth a round, how far it may go, and which segments are rewritten together.
//!
//! Pure, with time as an argument. The rules are Kafka's: the log with the largest dirty part for its size goes first,
//! one whose oldest dirty record has waited for `max.compaction.lag.ms` before all others.

use std::ops::Range;

use protocol::ids::{Offset, TimestampMs};

/// What the schedule needs to know of a sealed segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its first offset, and its name.
    pub base: Offset,
    /// The base of the segment that follows.
    pub end: Offset,
    /// Bytes of batches in it.
    pub bytes: u64,
    /// The timestamp of its first batch.
    pub first_timestamp: TimestampMs,
    /// The largest timestamp in it.
    pub largest_timestamp: TimestampMs,
}

/// When a log is compacted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// `min.cleanable.dirty.ratio`, from 0 to 1: how much of the log must be dirty to be worth a round.
    pub dirty_ratio_min: f64,
    /// `min.compaction.lag.ms`: younger records are left alone.
    pub lag_ms_min: i64,
    /// `max.compaction.lag.ms`: no record waits longer.
    pub lag_ms_max: i64,
}

/// How dirty a log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dirt {
    /// Where a round would begin to read: the cleaner point, moved into the log.
    pub from: Offset,
    /// Where it would have to stop, exclusive.
    pub up_to: Offset,
    /// Bytes of segments below `from`.
    pub clean_bytes: u64,
    /// Bytes of segments that the round would read.
    pub dirty_bytes: u64,
    /// Whether a record has waited for too long.
    pub overdue: bool,
}

impl Dirt {
    /// How dirty a log is whose sealed segments are these. `cleaner_point` is from the checkpoint; it may lie outside the log
    /// after a truncation or a deletion, and then counts as the log's start. `last_stable` is the last stable offset: what lies
    /// behind it is not decided, or not replicated.
    pub fn of(
        segments: &[Segment],
        cleaner_point: Offset,
        last_stable: Offset,
        now: TimestampMs,
        policy: &Policy,
    ) -> Self {
        let start = segments.first().map_or(Offset::ZERO, |segment| segment.base);
        let end = segments.last().map_or(start, |segment| segment.end);
        let from = if (start..=end).contains(&cleaner_point) { cleaner_point } else { start };
        let waited = |timestamp: TimestampMs| now.get().saturating_sub(timestamp.get());
        let is_young = |segment: &&Segment| {
            policy.lag_ms_min > 0
                && segment.end > from
                && waited(segment.largest_timestamp) < policy.lag_ms_min
        };
        let young = segments.iter().find(is_young).map_or(end, |segment| segment.base);
        // Whole segments only: one that the last stable offset cuts through stays as it is.
        let stable = segments.iter().find(|s| s.end > last_stable).map_or(end, |s| s.base);
        let up_to = young.min(stable).max(from);
        let dirty = |segment: &&Segment| segment.end > from && segment.base < up_to;
        Self {
            from,
            up_to,
            clean_bytes: segments.iter().filter(|s| s.end <= from).map(|s| s.bytes).sum(),
            dirty_bytes: segments.iter().filter(dirty).map(|s| s.bytes).sum(),
            overdue: segments
                .iter()
                .filter(dirty)
                .any(|s| waited(s.first_timestamp) > policy.lag_ms_max),
        }
    }

    /// The dirty part of what a round would rewrite, from 0 to 1.
    pub fn ratio(&self) -> f64 {
        let whole = self.clean_bytes + self.dirty_bytes;
        if whole == 0 { 0.0 } else { self.dirty_bytes as f64 / whole as f64 }
    }

    /// Whether a round is worth its work.
    pub fn is_worth_a_round(&self, policy: &Policy) -> bool {
        self.dirty_bytes > 0 && (self.overdue || self.ratio() > policy.dirty_ratio_min)
    }
}

/// Which of the logs that are worth it goes first: the most overdue kind, and among equals the dirtiest.
pub fn choose(logs: &[Dirt]) -> Option<usize> {
    let urgency = |dirt: &Dirt| (dirt.overdue, dirt.ratio());
    let by_urgency = |(_, a): &(usize, &Dirt), (_, b): &(usize, &Dirt)| {
        urgency(a).partial_cmp(&urgency(b)).expect("a ratio is a number")
    };
    logs.iter()
        .enumerate()
        .filter(|(_, dirt)| dirt.dirty_bytes > 0)
        .max_by(by_urgency)
        .map(|(at, _)| at)
}

/// Divides the segments below `up_to` into groups that are rewritten into one segment each: as many in a row as fit into
/// `segment_bytes` even if nothing is dropped, and into offsets that an index can express.
pub fn groups(segments: &[Segment], up_to: Offset, segment_bytes: u64) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut bytes = 0u64;
    for (at, segment) in segments.iter().enumerate().take_while(|(_, s)| s.base < up_to) {
        let first = groups.last().and_then(|group| segments.get(group.start));
        let fits = first.is_some_and(|first| {
            let span = segment.end.get() - first.base.get();
            bytes.saturating_add(segment.bytes) <= segment_bytes && span <= i64::from(i32::MAX)
        });
        match groups.last_mut().filter(|_| fits) {
            Some(group) => {
                group.end = at + 1;
                bytes += segment.bytes;
            }
            None => {
                groups.push(at..at + 1);
                bytes = segment.bytes;
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy { dirty_ratio_min: 0.5, lag_ms_min: 0, lag_ms_max: i64::MAX };

    /// Segments of ten offsets and these sizes, each a second younger than the last.
    fn segments(bytes: &[u64]) -> Vec<Segment> {
        let one = |(at, bytes): (i64, &u64)| Segment {
            base: Offset(at * 10),
            end: Offset(at * 10 + 10),
            bytes: *bytes,
            first_timestamp: TimestampMs(at * 1000),
            largest_timestamp: TimestampMs(at * 1000 + 999),
        };
        (0..).zip(bytes).map(one).collect()
    }

    fn dirt(point: i64, last_stable: i64, now: i64, policy: &Policy) -> Dirt {
        let segments = segments(&[100, 200, 300, 400]);
        Dirt::of(&segments, Offset(point), Offset(last_stable), TimestampMs(now), policy)
    }

    #[test]
    fn the_dirty_part_ends_at_what_is_young_or_undecided() {
        let whole = dirt(10, 40, 9000, &POLICY);
        assert_eq!((whole.from, whole.up_to), (Offset(10), Offset(40)));
        assert_eq!((whole.clean_bytes, whole.dirty_bytes), (100, 900));
        assert_eq!(dirt(10, 35, 9000, &POLICY).up_to, Offset(30), "whole segments");
        assert_eq!(dirt(10, 5, 9000, &POLICY).dirty_bytes, 0);
        let slow = Policy { lag_ms_min: 1500, ..POLICY };
        assert_eq!(dirt(10, 40, 4000, &slow).up_to, Offset(20), "2999 is 1001 ms old");
    }

    #[test]
    fn a_cleaner_point_outside_the_log_counts_as_its_start() {
        assert_eq!(dirt(41, 40, 9000, &POLICY).from, Offset(0));
        assert_eq!(dirt(40, 40, 9000, &POLICY).dirty_bytes, 0);
    }

    #[test]
    fn a_round_is_worth_it_when_enough_is_dirty_or_a_record_waited_too_long() {
        assert!(dirt(10, 40, 9000, &POLICY).is_worth_a_round(&POLICY));
        assert!(!dirt(30, 40, 9000, &POLICY).is_worth_a_round(&POLICY), "400 of 1000");
        let urgent = Policy { lag_ms_max: 5999, ..POLICY };
        assert!(dirt(30, 40, 9000, &urgent).is_worth_a_round(&urgent), "3000 is 6000 ms old");
        assert!(!dirt(40, 40, 9000, &urgent).is_worth_a_round(&urgent), "nothing to do");
    }

    #[test]
    fn the_overdue_go_before_the_dirtiest() {
        let some = dirt(20, 40, 9000, &POLICY);
        let most = dirt(10, 40, 9000, &POLICY);
        let none = dirt(40, 40, 9000, &POLICY);
        assert_eq!(choose(&[none, some, most]), Some(2));
        assert_eq!(choose(&[none, Dirt { overdue: true, ..some }, most]), Some(1));
        assert_eq!(choose(&[none]), None);
    }

    #[test]
    fn groups_fit_into_a_segment() {
        let segments = segments(&[100, 200, 300, 400, 50, 2000, 1]);
        assert_eq!(groups(&segments, Offset(70), 600), [0..3, 3..5, 5..6, 6..7]);
        assert_eq!(groups(&segments, Offset(15), 600).first(), Some(&(0..2)));
        let mut far = segments;
        far.get_mut(1).expect("there").end = Offset(i64::from(i32::MAX) + 1);
        assert_eq!(groups(&far, Offset(20), 600), [0..1, 1..2]);
    }
}
