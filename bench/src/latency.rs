//! Latencies: how long things took, in a histogram that keeps three digits of each.

use std::time::Duration;

use hdrhistogram::Histogram;

/// The longest that is told apart.
const LONGEST: Duration = Duration::from_secs(600);

/// Many durations.
#[derive(Clone, Debug)]
pub struct Latencies {
    microseconds: Histogram<u64>,
    total: Duration,
    longest: Duration,
}

impl Default for Latencies {
    fn default() -> Self {
        let longest = u64::try_from(LONGEST.as_micros()).expect("ten minutes are not that long");
        let microseconds = Histogram::new_with_bounds(1, longest, 3).expect("legal bounds");
        Self { microseconds, total: Duration::ZERO, longest: Duration::ZERO }
    }
}

impl Latencies {
    /// Adds one.
    pub fn record(&mut self, took: Duration) {
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.microseconds.saturating_record(microseconds.max(1));
        self.total += took;
        self.longest = self.longest.max(took);
    }

    /// Adds all of another's.
    pub fn merge(&mut self, others: &Self) {
        self.microseconds.add(&others.microseconds).expect("both have the same bounds");
        self.total += others.total;
        self.longest = self.longest.max(others.longest);
    }

    /// The histogram, in microseconds.
    pub fn histogram(&self) -> &Histogram<u64> {
        &self.microseconds
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.microseconds.len()
    }

    /// What they took on average; nothing where there are none.
    pub fn mean(&self) -> Duration {
        let nanoseconds = self.total.as_nanos() / u128::from(self.count().max(1));
        Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    }

    /// The longest.
    pub fn longest(&self) -> Duration {
        self.longest
    }

    /// What this share of them did not exceed.
    pub fn quantile(&self, share: f64) -> Duration {
        Duration::from_micros(self.microseconds.value_at_quantile(share)).min(self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_to_three_digits() {
        let mut latencies = Latencies::default();
        (1..=1000).for_each(|ms| latencies.record(Duration::from_millis(ms)));
        assert_eq!(latencies.count(), 1000);
        assert_eq!(latencies.longest(), Duration::from_millis(1000));
        assert_eq!(latencies.mean(), Duration::from_micros(500_500));
        let median = latencies.quantile(0.5).as_millis();
        assert!((499..=501).contains(&median), "{median}");
    }
}
