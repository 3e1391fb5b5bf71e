//! Waiting for a fact, with a limit.

use std::time::{Duration, Instant};

/// How often a fact is looked at again.
const PAUSE: Duration = Duration::from_millis(10);

/// What was waited for did not come true within its limit.
#[derive(Debug)]
pub struct Late {
    what: String,
    limit: Duration,
}

impl std::fmt::Display for Late {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "waited {:?} in vain for {}", self.limit, self.what)
    }
}

impl std::error::Error for Late {}

/// Asks `probe` again and again until it answers, or until `limit` is over.
pub fn until<T>(
    what: &str,
    limit: Duration,
    mut probe: impl FnMut() -> Option<T>,
) -> Result<T, Late> {
    let started = now();
    loop {
        if let Some(fact) = probe() {
            return Ok(fact);
        }
        if started.elapsed() > limit {
            return Err(Late { what: what.to_owned(), limit });
        }
        pause(PAUSE);
    }
}

/// The same for a question that is asked in a task.
pub async fn until_so(
    what: &str,
    limit: Duration,
    mut is_so: impl AsyncFnMut() -> bool,
) -> Result<(), Late> {
    let started = now();
    while !is_so().await {
        if started.elapsed() > limit {
            return Err(Late { what: what.to_owned(), limit });
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// The monotonic clock.
#[expect(
    clippy::disallowed_methods,
    reason = "tests of processes are part of the shell: they measure real time"
)]
pub fn now() -> Instant {
    Instant::now()
}

/// The wall clock, in milliseconds since the epoch.
#[expect(clippy::disallowed_methods, reason = "records of real peers carry current timestamps")]
pub fn wall_ms() -> i64 {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("the clock is after 1970");
    i64::try_from(since.as_millis()).expect("milliseconds fit for 292 million years")
}

/// Lets a moment pass between two looks at the same fact.
#[expect(
    clippy::disallowed_methods,
    reason = "a poll of another process needs a pause; what ends the wait is the fact"
)]
pub fn pause(length: Duration) {
    std::thread::sleep(length);
}
