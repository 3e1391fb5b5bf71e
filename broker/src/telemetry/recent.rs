//! Recent: the difference between now and a few minutes ago, for metrics that are not a count.
//!
//! What only grows is remembered now and then, by whoever asks for the difference; the oldest that is remembered is what
//! it is taken from. Nobody who does work pays for it, and where nobody asks nothing is kept.

use std::collections::VecDeque;
use std::time::Duration;

use parking_lot::Mutex;

/// How far back a difference reaches, where somebody asks often enough.
const WINDOW: Duration = Duration::from_secs(300);
/// How far apart the remembered moments are at least.
const STEP: Duration = Duration::from_secs(30);

/// What was at some moments of the last minutes, the oldest first.
#[derive(Debug, Default)]
pub struct Recent<T>(Mutex<VecDeque<(Duration, T)>>);

impl<T: Clone + Default> Recent<T> {
    /// Shows what is `now`, and returns what was a while ago and how long ago that is. `at` is the time since the start,
    /// when everything was as `T` is by default.
    pub fn since(&self, at: Duration, now: &T) -> (Duration, T) {
        let mut moments = self.0.lock();
        // The oldest one but that within the window is enough.
        while moments.get(1).is_some_and(|(second, _)| *second + WINDOW <= at) {
            moments.pop_front();
        }
        if moments.is_empty() {
            moments.push_back((Duration::ZERO, T::default()));
        }
        let (then, was) = moments.front().cloned().expect("one at least");
        if moments.back().is_some_and(|(last, _)| *last + STEP <= at) {
            moments.push_back((at, now.clone()));
        }
        (at.saturating_sub(then), was)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_reaches_back_to_the_start_and_later_some_minutes() {
        let recent = Recent::default();
        let ask = |second: u64| {
            let (ago, was) = recent.since(Duration::from_secs(second), &second);
            (ago.as_secs(), was)
        };
        assert_eq!(ask(10), (10, 0));
        assert_eq!(ask(100), (100, 0));
        assert_eq!(ask(200), (200, 0));
        assert_eq!(ask(399), (399, 0), "what came after the start is not old enough yet");
        assert_eq!(ask(400), (300, 100));
        assert_eq!(ask(10_000), (9_601, 399), "nobody asked in between");
        assert_eq!(ask(10_001), (9_602, 399));
        assert_eq!(ask(10_300), (300, 10_000));
    }
}
