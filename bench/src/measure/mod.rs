//! Measurements: what was written and read in a stretch of time, and how long it took.
//!
//! Each lane of a run fills a [`Sheet`]; whoever reports takes the sheets away at the end of each interval and puts empty ones in
//! their place. Four times are kept of a record, each a histogram of three digits from 1 µs to ten minutes:
//!
//! ```text
//!   due ── delay ──► handed to the client ── service ──► acknowledged
//!    └───────────── response ───────────────────┘
//!    └───────────── end to end ─────────────────────────────► read
//! ```
//!
//! In a closed loop a record is due when it is handed over: then there is no delay, service is the same as response, and only the
//! response is kept.

mod digest;
mod interval;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::latency::Latencies;

pub use digest::{Digest, QUANTILES};
pub use interval::{Interval, Total};

/// Records and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub records: u64,
    /// Of keys and values.
    pub bytes: u64,
}

impl Tally {
    /// One more.
    pub fn add(&mut self, bytes: u64) {
        self.records += 1;
        self.bytes += bytes;
    }

    /// All of another's.
    pub fn merge(&mut self, other: Self) {
        self.records += other.records;
        self.bytes += other.bytes;
    }
}

/// What a lane saw in an interval.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// Acknowledged.
    pub written: Tally,
    /// Read.
    pub read: Tally,
    /// How many failed, by what went wrong.
    pub errors: BTreeMap<String, u64>,
    /// From when a record was due to its acknowledgement.
    pub response: Latencies,
    /// From when it was handed to the client to its acknowledgement.
    pub service: Latencies,
    /// From when it was due to when it was handed over.
    pub delay: Latencies,
    /// From when it was due to when it was read.
    pub end_to_end: Latencies,
}

impl Sheet {
    /// A record was acknowledged `response` after it was due, and handed over `delay` after it was due.
    pub fn wrote(&mut self, bytes: u64, response: Duration, delay: Duration) {
        self.written.add(bytes);
        self.response.record(response);
        self.service.record(response.saturating_sub(delay));
        self.delay.record(delay);
    }

    /// A record was acknowledged so long after it was due, which was when it was handed over.
    pub fn wrote_at_once(&mut self, bytes: u64, took: Duration) {
        self.written.add(bytes);
        self.response.record(took);
    }

    /// Records failed.
    pub fn failed(&mut self, why: &str, count: u64) {
        match self.errors.get_mut(why) {
            Some(known) => *known += count,
            None => drop(self.errors.insert(why.to_owned(), count)),
        }
    }

    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.written.records + self.read.records + self.error_count() == 0
    }

    /// How many records failed.
    pub fn error_count(&self) -> u64 {
        self.errors.values().sum()
    }

    /// Adds all that another saw.
    pub fn merge(&mut self, other: &Self) {
        self.written.merge(other.written);
        self.read.merge(other.read);
        other.errors.iter().for_each(|(why, count)| self.failed(why, *count));
        self.response.merge(&other.response);
        self.service.merge(&other.service);
        self.delay.merge(&other.delay);
        self.end_to_end.merge(&other.end_to_end);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sheet(records: &[(u32, u32)]) -> Sheet {
        let mut sheet = Sheet::default();
        for (response, delay) in records {
            let micros = |micros: u32| Duration::from_micros(micros.into());
            sheet.wrote(100, micros(response + delay), micros(*delay));
        }
        sheet
    }

    proptest! {
        #[test]
        fn two_sheets_merged_are_the_sheet_of_all(
            one in prop::collection::vec((1u32..1_000_000, 0u32..1000), 0..50),
            two in prop::collection::vec((1u32..1_000_000, 0u32..1000), 0..50),
        ) {
            let mut merged = sheet(&one);
            merged.merge(&sheet(&two));
            let all = sheet(&[one, two].concat());
            prop_assert_eq!(merged.written, all.written);
            prop_assert_eq!(Digest::of(&merged.response), Digest::of(&all.response));
            prop_assert_eq!(Digest::of(&merged.delay), Digest::of(&all.delay));
        }

        #[test]
        fn quantiles_rise_and_none_is_above_the_longest(records in prop::collection::vec((1u32..1_000_000, 0u32..1000), 1..50)) {
            let digest = Digest::of(&sheet(&records).response);
            let rising: Vec<f64> = digest.quantiles.iter().copied().chain([digest.max]).collect();
            prop_assert!(rising.windows(2).all(|pair| pair[0] <= pair[1]), "{:?}", rising);
            prop_assert!(digest.mean <= digest.max);
        }
    }

    #[test]
    fn a_record_that_could_not_be_sent_in_time_is_counted_from_when_it_was_due() {
        let sheet = sheet(&[(1_000, 500)]);
        assert_eq!(sheet.response.longest(), Duration::from_micros(1_500));
        assert_eq!(sheet.service.longest(), Duration::from_micros(1_000));
    }

    #[test]
    fn errors_are_counted_by_what_went_wrong() {
        let (mut one, mut two) = (Sheet::default(), Sheet::default());
        one.failed("NOT_LEADER_OR_FOLLOWER", 2);
        two.failed("NOT_LEADER_OR_FOLLOWER", 1);
        two.failed("timed out", 1);
        one.merge(&two);
        assert_eq!((one.error_count(), one.errors["NOT_LEADER_OR_FOLLOWER"]), (4, 3));
    }
}
