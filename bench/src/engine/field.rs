//! The field: what all threads of a run have in common, its clock and the words "go" and "halt".

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::clock;
use crate::measure::Sheet;

/// The clock of a run, and who may go on.
#[derive(Debug, Default)]
pub(super) struct Field {
    start: OnceLock<Start>,
    /// Writers.
    pub(super) writers: Halt,
    /// Readers.
    pub(super) readers: Halt,
    /// Readers are to fall behind.
    pub(super) are_readers_paused: AtomicBool,
}

/// The moment from which everything counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    at: Instant,
    wall_ms: i64,
}

impl Field {
    /// Lets everybody go.
    pub(super) fn go(&self) {
        let _ = self.start.set(Start { at: clock::now(), wall_ms: clock::wall_ms() });
    }

    /// The start, once everybody goes. Blocks the thread until then.
    pub(super) fn started(&self) -> Start {
        *self.start.wait()
    }

    /// How long ago the start was; nothing before it.
    pub(super) fn elapsed(&self) -> Duration {
        self.start.get().map_or(Duration::ZERO, |start| start.at.elapsed())
    }
}

impl Start {
    /// How long ago it was.
    pub(super) fn elapsed(self) -> Duration {
        self.at.elapsed()
    }

    /// The moment so long after it.
    pub(super) fn at(self, after: Duration) -> tokio::time::Instant {
        (self.at + after).into()
    }

    /// The time on the wall so long after it, in milliseconds.
    pub(super) fn wall_ms(self, after: Duration) -> i64 {
        self.wall_ms.saturating_add(i64::try_from(after.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A word that is given once, to threads that ask for it and tasks that wait for it.
#[derive(Debug)]
pub(super) struct Halt {
    is_given: AtomicBool,
    word: watch::Sender<bool>,
}

impl Default for Halt {
    fn default() -> Self {
        Self { is_given: AtomicBool::new(false), word: watch::Sender::new(false) }
    }
}

impl Halt {
    pub(super) fn give(&self) {
        self.is_given.store(true, Ordering::Release);
        self.word.send_replace(true);
    }

    pub(super) fn is_given(&self) -> bool {
        self.is_given.load(Ordering::Acquire)
    }

    pub(super) async fn given(&self) {
        // The sender is ours, so the channel cannot have closed.
        let _ = self.word.subscribe().wait_for(|given| *given).await;
    }
}

/// What a lane has seen and nobody has taken away.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    sheet: Mutex<Sheet>,
    /// Records handed to producers.
    pub(super) posted: AtomicU64,
    /// Those of them that were settled.
    pub(super) settled: AtomicU64,
}

impl Recorder {
    /// Notes something.
    pub(super) fn note(&self, note: impl FnOnce(&mut Sheet)) {
        note(&mut self.sheet.lock());
    }

    /// Everything since the last time.
    pub(super) fn take(&self) -> Sheet {
        std::mem::take(&mut self.sheet.lock())
    }

    /// Records on their way.
    pub(super) fn in_flight(&self) -> u64 {
        let settled = self.settled.load(Ordering::Relaxed);
        self.posted.load(Ordering::Relaxed).saturating_sub(settled)
    }
}
