//! The clock: the one place where the broker reads the time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use protocol::ids::TimestampMs;

use crate::machine::{Instant, Now};

/// Both clocks of the machine: the monotonic one from the moment of the start, and the wall clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: std::time::Instant,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the shell's clock; everything else is handed the time"
)]
impl Clock {
    pub(crate) fn start() -> Self {
        Self { started: std::time::Instant::now() }
    }

    /// The time now.
    pub(crate) fn now(&self) -> Now {
        Now { instant: self.instant(), wall: self.wall() }
    }

    /// The monotonic time: for deadlines.
    pub(crate) fn instant(&self) -> Instant {
        Instant(self.started.elapsed())
    }

    /// The wall clock, in milliseconds. A clock before 1970 counts as 1970.
    pub(crate) fn wall(&self) -> TimestampMs {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        TimestampMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// A deadline of ours on tokio's clock.
    pub(crate) fn deadline(&self, at: Instant) -> tokio::time::Instant {
        tokio::time::Instant::from_std(self.started) + at.0
    }
}
