//! An interval: what one stretch of a run came to; and the total, what all of it did.

use std::time::Duration;

use super::{Digest, Sheet, Tally};
use crate::machine::Usage;

/// One stretch of a run.
#[derive(Clone, Debug)]
pub struct Interval {
    /// When it ended, counted from the start of the run.
    pub ended: Duration,
    /// How long it was.
    pub took: Duration,
    /// Whether it belongs to the warm-up, and not to the result.
    pub is_warmup: bool,
    /// What was seen in it.
    pub sheet: Sheet,
    /// Records written by this run and not yet read by it, if it does both.
    pub backlog: Option<u64>,
    /// Records on their way to the broker when it ended.
    pub in_flight: u64,
    /// What this process used in it.
    pub client: Usage,
    /// What the broker used in it, if it runs on this machine.
    pub broker: Option<Usage>,
}

impl Interval {
    /// One that begins then.
    pub fn after(began: Duration, is_warmup: bool) -> Self {
        Self {
            ended: began,
            took: Duration::ZERO,
            is_warmup,
            sheet: Sheet::default(),
            backlog: None,
            in_flight: 0,
            client: Usage::default(),
            broker: None,
        }
    }

    /// So many a second.
    pub fn per_second(&self, count: u64) -> f64 {
        per_second(count, self.took)
    }
}

/// All that was measured.
#[derive(Clone, Debug, Default)]
pub struct Total {
    /// How long it took.
    pub took: Duration,
    /// What was seen.
    pub sheet: Sheet,
    /// What this process used.
    pub client: Usage,
    /// What the broker used, if it runs on this machine.
    pub broker: Option<Usage>,
}

impl Total {
    /// Takes an interval in, unless it belongs to the warm-up.
    pub fn add(&mut self, interval: &Interval) {
        if interval.is_warmup {
            return;
        }
        self.took += interval.took;
        self.sheet.merge(&interval.sheet);
        self.client = self.client.followed_by(interval.client);
        self.broker = match (self.broker, interval.broker) {
            (Some(before), Some(now)) => Some(before.followed_by(now)),
            (before, now) => now.or(before),
        };
    }

    /// Records written a second.
    pub fn write_rate(&self) -> f64 {
        per_second(self.sheet.written.records, self.took)
    }

    /// Records read a second.
    pub fn read_rate(&self) -> f64 {
        per_second(self.sheet.read.records, self.took)
    }

    /// Megabytes (of 1024 · 1024, as Kafka's tools have them) a second.
    pub fn megabytes_per_second(&self, tally: Tally) -> f64 {
        per_second(tally.bytes, self.took) / (1024.0 * 1024.0)
    }

    /// Times from when a record was due to its acknowledgement.
    pub fn response(&self) -> Digest {
        Digest::of(&self.sheet.response)
    }
}

fn per_second(count: u64, took: Duration) -> f64 {
    match took.is_zero() {
        true => 0.0,
        false => count as f64 / took.as_secs_f64(),
    }
}
