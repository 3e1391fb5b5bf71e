//! A histogram of durations: how many took up to how long.
//!
//! Buckets double from 64 microseconds to 67 seconds. A duration finds its bucket by counting the leading zeros of its
//! microseconds, so recording is two relaxed adds; fixed buckets can be summed over brokers, which quantiles cannot.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The bound of the first bucket, in microseconds, as a power of two.
const FIRST_POWER: u32 = 6;
/// How many buckets have a bound; what is longer than the last lies above all of them.
const BUCKETS: usize = 21;

/// How many durations there were, by length.
#[derive(Debug, Default)]
pub struct Histogram {
    /// How many fell into each bucket and not into an earlier one; the last takes what is above all bounds.
    counts: [AtomicU64; BUCKETS + 1],
    sum_micros: AtomicU64,
}

impl Histogram {
    /// Counts one more.
    pub fn record(&self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.counts[bucket(micros)].fetch_add(1, Ordering::Relaxed);
        self.sum_micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// For each bound in seconds, how many took up to that long; the last bound is infinite and counts all.
    pub fn cumulative(&self) -> Vec<(f64, u64)> {
        let mut total = 0;
        let counts = self.counts.iter().enumerate();
        counts
            .map(|(at, count)| {
                total += count.load(Ordering::Relaxed);
                (bound_seconds(at), total)
            })
            .collect()
    }

    /// How long all of them took together, in seconds.
    pub fn sum_seconds(&self) -> f64 {
        Duration::from_micros(self.sum_micros.load(Ordering::Relaxed)).as_secs_f64()
    }
}

/// What the given part of all does not exceed, by counts up to each bound: exact at the bounds, and a straight line between
/// them, as Prometheus' `histogram_quantile` has it. Not a number where there is nothing.
pub fn quantile(cumulative: &[(f64, u64)], part: f64) -> f64 {
    let total = cumulative.last().map_or(0, |(_, count)| *count) as f64;
    let rank = part * total;
    let mut below = (0.0, 0.0);
    for &(bound, count) in cumulative {
        let count = count as f64;
        if total > 0.0 && count >= rank && count > below.1 {
            return match bound.is_infinite() {
                // Nothing is known above the last bound.
                true => below.0,
                false => below.0 + (bound - below.0) * (rank - below.1) / (count - below.1),
            };
        }
        below = (bound, count);
    }
    f64::NAN
}

/// The first bucket whose bound is not below `micros`.
fn bucket(micros: u64) -> usize {
    let power = u64::BITS - micros.saturating_sub(1).leading_zeros();
    (power.saturating_sub(FIRST_POWER) as usize).min(BUCKETS)
}

fn bound_seconds(bucket: usize) -> f64 {
    if bucket == BUCKETS {
        return f64::INFINITY;
    }
    Duration::from_micros(1 << (bucket as u32 + FIRST_POWER)).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_lies_in_the_first_bucket_whose_bound_it_does_not_pass() {
        for (micros, expected) in
            [(0, 0), (1, 0), (64, 0), (65, 1), (128, 1), (129, 2), (u64::MAX, BUCKETS)]
        {
            assert_eq!(bucket(micros), expected, "{micros}");
        }
        for at in 0..BUCKETS {
            let micros = (bound_seconds(at) * 1e6).round() as u64;
            assert_eq!((bucket(micros), bucket(micros + 1)), (at, at + 1));
        }
    }

    #[test]
    fn a_quantile_lies_on_the_line_between_two_bounds() {
        let counts = [(1.0, 0), (2.0, 10), (4.0, 20), (f64::INFINITY, 40)];
        let found: Vec<f64> =
            [0.125, 0.25, 0.375, 0.5, 0.9].iter().map(|part| quantile(&counts, *part)).collect();
        assert_eq!(found, [1.5, 2.0, 3.0, 4.0, 4.0]);
        assert!(quantile(&[], 0.5).is_nan() && quantile(&[(1.0, 0)], 0.5).is_nan());
    }

    #[test]
    fn the_last_bucket_counts_all() {
        let histogram = Histogram::default();
        for micros in [10, 100, 1_000_000, 1_000_000_000] {
            histogram.record(Duration::from_micros(micros));
        }
        let cumulative = histogram.cumulative();
        assert_eq!(cumulative.first(), Some(&(0.000_064, 1)));
        assert_eq!(cumulative.last(), Some(&(f64::INFINITY, 4)));
        assert!((histogram.sum_seconds() - 1_001.000_110).abs() < 1e-9);
    }
}
