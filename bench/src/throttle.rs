//! A throttle: so many a second, on average since the start.
//!
//! It works by deadlines, not by pauses: what was late catches up, so that the rate holds over the whole run, and nothing is
//! slept for less than a timer can keep.

use std::time::{Duration, Instant};

use crate::clock;

/// Pauses that are shorter are saved up.
const PAUSE_MIN: Duration = Duration::from_millis(2);

/// Holds a loop to a rate.
#[derive(Clone, Copy, Debug)]
pub struct Throttle {
    started: Instant,
    per_second: Option<f64>,
}

impl Throttle {
    /// So many a second from now on; a negative rate is none.
    pub fn new(per_second: f64) -> Self {
        Self { started: clock::now(), per_second: (per_second >= 0.0).then_some(per_second) }
    }

    /// Waits until `done` are not too many for the time that has passed. At a rate of nothing, for ever.
    pub async fn wait(&self, done: u64) {
        let Some(rate) = self.per_second else { return };
        match due(done, rate) {
            None => std::future::pending().await,
            Some(due) => {
                let early = due.saturating_sub(self.started.elapsed());
                if early >= PAUSE_MIN {
                    tokio::time::sleep(early).await;
                }
            }
        }
    }
}

/// How long after the start `done` are due; none if they never are.
fn due(done: u64, rate: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(done as f64 / rate).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_due_at_their_rate() {
        assert_eq!(due(500, 1000.0), Some(Duration::from_millis(500)));
        assert_eq!(due(0, 1000.0), Some(Duration::ZERO));
        assert_eq!(due(1, 0.0), None, "nothing is ever due at a rate of nothing");
    }
}
