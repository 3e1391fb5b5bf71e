//! Backoff: how long to wait before the next attempt, and when to stop.

use std::time::Duration;

use rand::Rng;
use tokio::time::Instant;

/// Waits that double from `initial` to `max`, each up to a fifth longer or shorter so that clients that failed together
/// do not come back together (Kafka's `retry.backoff.ms` and `retry.backoff.max.ms`, KIP-580).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The first wait.
    pub initial: Duration,
    /// The longest wait.
    pub max: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { initial: Duration::from_millis(100), max: Duration::from_secs(1) }
    }
}

impl Backoff {
    /// The wait after `failures` failures in a row, of which there has been at least one. `chance` is in 0..1.
    pub fn wait(&self, failures: u32, chance: f64) -> Duration {
        let doublings = failures.saturating_sub(1).min(20);
        let wait = self.initial.saturating_mul(1 << doublings).min(self.max);
        wait.mul_f64(0.8 + 0.4 * chance.clamp(0.0, 1.0))
    }
}

/// A series of attempts with a backoff between them and an end.
#[derive(Debug)]
pub struct Attempts {
    backoff: Backoff,
    started: Instant,
    limit: Duration,
    failures: u32,
}

impl Attempts {
    /// Attempts that may go on until `limit` from now.
    pub fn within(backoff: Backoff, limit: Duration) -> Self {
        Self { backoff, started: Instant::now(), limit, failures: 0 }
    }

    /// The whole time allowed.
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// How much of the time is left.
    pub fn left(&self) -> Duration {
        self.limit.saturating_sub(self.started.elapsed())
    }

    /// Waits before the next attempt; `false` at once if it would come after the end.
    pub async fn again(&mut self) -> bool {
        self.failures += 1;
        let wait = self.backoff.wait(self.failures, rand::rng().random());
        if wait >= self.left() {
            return false;
        }
        tokio::time::sleep(wait).await;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_limit_and_are_jittered_by_a_fifth() {
        let backoff = Backoff::default();
        let waits = [1, 2, 3, 4, 5, 50].map(|failures| backoff.wait(failures, 0.5).as_millis());
        assert_eq!(waits, [100, 200, 400, 800, 1000, 1000]);
        assert_eq!(backoff.wait(1, 0.0).as_millis(), 80);
        assert_eq!(backoff.wait(1, 1.0).as_millis(), 120);
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_end_before_their_limit() {
        let mut attempts = Attempts::within(Backoff::default(), Duration::from_secs(2));
        let mut count = 1;
        while attempts.again().await {
            count += 1;
        }
        assert!((3..=6).contains(&count), "{count} attempts in two seconds");
    }
}
