//! The tide: readers fall behind on purpose, catch up, and go on level.
//!
//! ```text
//!  before ──warm-up over──► rising ──far enough behind──► falling ──caught up──► level ──held long enough──► over
//!              (pause)                   (resume)                                          (halt writers)
//! ```

use std::time::Duration;

use super::plan::Backlog;

/// What is to be done to readers and writers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Readers stop fetching.
    Pause,
    /// Readers go on.
    Resume,
    /// Writers stop.
    Halt,
}

/// How far the readers of a run are behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Behind {
    pub(super) bytes: u64,
    pub(super) records: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Before,
    Rising,
    Falling,
    Held(Duration),
    Over,
}

/// Where the tide stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tide {
    backlog: Backlog,
    begins: Duration,
    holds: Duration,
    level: Level,
}

impl Tide {
    /// A tide that begins to rise then, and is held level for so long.
    pub(super) fn new(backlog: Backlog, begins: Duration, holds: Duration) -> Self {
        Self { backlog, begins, holds, level: Level::Before }
    }

    /// What follows from how far the readers are behind now.
    pub(super) fn turn(&mut self, now: Duration, behind: Behind) -> Option<Order> {
        let (level, order) = match self.level {
            Level::Before if now >= self.begins => (Level::Rising, Order::Pause),
            Level::Rising if behind.bytes >= self.backlog.bytes => (Level::Falling, Order::Resume),
            Level::Falling if behind.records <= self.backlog.records_left => {
                self.level = Level::Held(now);
                return None;
            }
            Level::Held(since) if now >= since + self.holds => (Level::Over, Order::Halt),
            _ => return None,
        };
        self.level = level;
        Some(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_pause_once_catch_up_once_and_the_run_ends_after_that() {
        let seconds = Duration::from_secs;
        let backlog = Backlog { bytes: 1000, records_left: 5 };
        let mut tide = Tide::new(backlog, seconds(10), seconds(60));
        let mut turn = |now, bytes, records| tide.turn(seconds(now), Behind { bytes, records });
        assert_eq!(turn(5, 2000, 20), None, "the warm-up is not over");
        assert_eq!(turn(10, 0, 0), Some(Order::Pause));
        assert_eq!(turn(11, 999, 9), None);
        assert_eq!(turn(12, 1000, 10), Some(Order::Resume));
        assert_eq!(turn(13, 600, 6), None);
        assert_eq!(turn(14, 500, 5), None, "level from here");
        assert_eq!(turn(15, 5000, 50), None, "whatever comes now");
        assert_eq!(turn(74, 0, 0), Some(Order::Halt));
        assert_eq!(turn(75, 0, 0), None);
    }
}
