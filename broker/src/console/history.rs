//! The last hour: what the charts are drawn from.
//!
//! Counters are looked at every [`LOOK`]; the difference to the look before is the rate of now, and the mean of
//! [`LOOKS_PER_POINT`] of them a point of the chart. A topic without traffic costs nothing; of those with traffic the first
//! [`TOPICS_MAX`] have a chart of their own.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// How often the counters are looked at.
pub(super) const LOOK: Duration = Duration::from_secs(2);
const LOOKS_PER_POINT: u32 = 5;
/// How long a point stands for.
pub(super) const POINT: Duration = Duration::from_secs(LOOK.as_secs() * LOOKS_PER_POINT as u64);
/// An hour of points.
pub(super) const POINTS: usize = 360;
const TOPICS_MAX: usize = 1000;

/// What has been counted so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) records_in: u64,
    pub(super) bytes_in: u64,
    pub(super) bytes_out: u64,
    /// Of the whole broker alone.
    pub(super) requests: u64,
}

/// The same, a second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rates {
    pub(super) records_in: f32,
    pub(super) bytes_in: f32,
    pub(super) bytes_out: f32,
    pub(super) requests: f32,
}

impl Rates {
    fn between(before: Counts, after: Counts, seconds: f32) -> Self {
        let rate = |before: u64, after: u64| after.saturating_sub(before) as f32 / seconds;
        Self {
            records_in: rate(before.records_in, after.records_in),
            bytes_in: rate(before.bytes_in, after.bytes_in),
            bytes_out: rate(before.bytes_out, after.bytes_out),
            requests: rate(before.requests, after.requests),
        }
    }
}

/// One thing's counts over time.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    last: Counts,
    /// What was counted when the last point was drawn.
    drawn: Counts,
    now: Rates,
    points: VecDeque<Rates>,
}

impl Track {
    fn begin(counts: Counts) -> Self {
        Self { last: counts, drawn: counts, ..Self::default() }
    }

    fn look(&mut self, counts: Counts, seconds: f32) {
        self.now = Rates::between(self.last, counts, seconds);
        self.last = counts;
    }

    fn draw(&mut self, seconds: f32) {
        if self.points.len() == POINTS {
            self.points.pop_front();
        }
        self.points.push_back(Rates::between(self.drawn, self.last, seconds));
        self.drawn = self.last;
    }

    /// The rates of the last look.
    pub(super) fn now(&self) -> Rates {
        self.now
    }

    /// One of the rates over the last hour, the newest last.
    pub(super) fn points(&self, of: impl Fn(&Rates) -> f32) -> Vec<f32> {
        self.points.iter().map(of).collect()
    }
}

/// The tracks of the broker and of its topics.
#[derive(Debug, Default)]
pub(super) struct History {
    all: Track,
    topics: BTreeMap<Arc<str>, Track>,
    looks: u32,
    since_drawn: f32,
}

impl History {
    /// Takes a look, `seconds` after the one before.
    pub(super) fn look(&mut self, seconds: f32, all: Counts, topics: &[(Arc<str>, Counts)]) {
        self.all.look(all, seconds);
        let is_there: BTreeMap<&str, Counts> =
            topics.iter().map(|(name, counts)| (&**name, *counts)).collect();
        self.topics.retain(|name, _| is_there.contains_key(&**name));
        for (name, counts) in topics {
            self.look_at(name, *counts, seconds);
        }
        self.looks += 1;
        self.since_drawn += seconds;
        if self.looks == LOOKS_PER_POINT {
            let all = std::iter::once(&mut self.all);
            all.chain(self.topics.values_mut()).for_each(|track| track.draw(self.since_drawn));
            (self.looks, self.since_drawn) = (0, 0.0);
        }
    }

    fn look_at(&mut self, name: &Arc<str>, counts: Counts, seconds: f32) {
        if let Some(track) = self.topics.get_mut(name) {
            track.look(counts, seconds);
        } else if counts != Counts::default() && self.topics.len() < TOPICS_MAX {
            // What it had before it was seen first belongs to no moment.
            self.topics.insert(Arc::clone(name), Track::begin(counts));
        }
    }

    /// The whole broker's.
    pub(super) fn all(&self) -> &Track {
        &self.all
    }

    /// A topic's, if there was any traffic.
    pub(super) fn topic(&self, name: &str) -> Option<&Track> {
        self.topics.get(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(records_in: u64) -> Counts {
        Counts { records_in, ..Counts::default() }
    }

    #[test]
    fn a_rate_is_what_came_since_the_last_look_and_a_point_is_the_mean_of_five() {
        let mut history = History::default();
        for (look, records) in [10, 20, 20, 20, 50].into_iter().enumerate() {
            history.look(2.0, counts(records), &[]);
            assert_eq!(history.all().points(|_| 0.0).len(), usize::from(look == 4));
        }
        assert_eq!(history.all().now().records_in, 15.0);
        assert_eq!(history.all().points(|rates| rates.records_in), [5.0]);
    }

    #[test]
    fn an_hour_is_kept() {
        let mut history = History::default();
        for look in 0..(POINTS as u64 + 7) * u64::from(LOOKS_PER_POINT) {
            history.look(2.0, counts(look * 4), &[]);
        }
        let points = history.all().points(|rates| rates.records_in);
        assert_eq!((points.len(), points[0]), (POINTS, 2.0));
    }

    #[test]
    fn a_topic_is_followed_from_its_first_traffic_until_it_is_gone() {
        let mut history = History::default();
        let name: Arc<str> = "a".into();
        history.look(1.0, counts(0), &[(name.clone(), counts(0))]);
        assert!(history.topic("a").is_none());
        history.look(1.0, counts(7), &[(name.clone(), counts(7))]);
        history.look(1.0, counts(9), &[(name.clone(), counts(9))]);
        assert_eq!(history.topic("a").map(|track| track.now().records_in), Some(2.0));
        history.look(1.0, counts(9), &[]);
        assert!(history.topic("a").is_none());
    }

    #[test]
    fn a_counter_that_falls_is_no_negative_rate() {
        let mut history = History::default();
        history.look(1.0, counts(9), &[]);
        history.look(1.0, counts(3), &[]);
        assert_eq!(history.all().now().records_in, 0.0);
    }
}
