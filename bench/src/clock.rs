//! Clocks: how long something took, and what time it is.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A moment to measure from.
#[expect(clippy::disallowed_methods, reason = "ring 3: a load generator measures")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Milliseconds since 1970, by the clock on the wall.
#[expect(clippy::disallowed_methods, reason = "ring 3: reports say when they were made")]
pub(crate) fn wall_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Whole and broken milliseconds.
pub(crate) fn ms(span: Duration) -> f64 {
    span.as_secs_f64() * 1000.0
}
