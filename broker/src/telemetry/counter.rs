//! Counters and gauges: numbers that any thread adds to without waiting.
//!
//! All operations are relaxed: a metric orders nothing, and whoever reads it wants a number that is true to within the
//! last microsecond.

use std::cell::Cell;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};

/// How many shards a [`Sharded`] counter has: more than the threads that add at once on the machines we run on.
const SHARDS: usize = 8;

/// A number that only grows, for things that few threads count at once: what belongs to one topic, or is rare.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Counts `count` more.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// Counts one more.
    pub fn increment(&self) {
        self.add(1);
    }

    /// The number so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that goes up and down.
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

impl Gauge {
    /// Moves by `change`.
    pub fn add(&self, change: i64) {
        self.0.fetch_add(change, Ordering::Relaxed);
    }

    /// Puts `value` in place of what is there.
    pub fn set(&self, value: i64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// One more, for as long as what is returned lives.
    pub fn hold(&self) -> Held<'_> {
        self.add(1);
        Held(self)
    }

    /// The number now.
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One of those that a gauge counts; see [`Gauge::hold`].
#[derive(Debug)]
pub struct Held<'a>(&'a Gauge);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.add(-1);
    }
}

/// A number that only grows, for what every thread counts with every request. Each thread adds to a cache line of its
/// own, or nearly, so that counting costs the same on one core and on many.
#[derive(Debug, Default)]
pub struct Sharded([Shard; SHARDS]);

/// One thread's share. Its size keeps two of them off one pair of cache lines, which processors fetch together.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Shard(AtomicU64);

impl Sharded {
    /// Counts `count` more.
    pub fn add(&self, count: u64) {
        self.0[shard()].0.fetch_add(count, Ordering::Relaxed);
    }

    /// Counts one more.
    pub fn increment(&self) {
        self.add(1);
    }

    /// The number so far.
    pub fn get(&self) -> u64 {
        self.0.iter().map(|shard| shard.0.load(Ordering::Relaxed)).sum()
    }
}

/// The shard of this thread, given out in turn.
fn shard() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static MINE: Cell<usize> = Cell::new(NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS);
    }
    MINE.with(Cell::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_many_threads_count_is_all_there() {
        let sharded = Sharded::default();
        let plain = Counter::default();
        std::thread::scope(|scope| {
            for _ in 0..2 * SHARDS {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        sharded.increment();
                        plain.add(2);
                    }
                });
            }
        });
        assert_eq!(sharded.get(), 16_000);
        assert_eq!(plain.get(), 32_000);
    }

    #[test]
    fn a_gauge_goes_both_ways() {
        let gauge = Gauge::default();
        gauge.add(3);
        gauge.add(-5);
        assert_eq!(gauge.get(), -2);
        gauge.set(7);
        let held = gauge.hold();
        assert_eq!(gauge.get(), 8);
        drop(held);
        assert_eq!(gauge.get(), 7);
    }
}
