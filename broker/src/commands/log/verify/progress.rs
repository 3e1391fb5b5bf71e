//! Progress, on a terminal only: how much of all segments has been read.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use client::cli::terminal::shows_progress;

/// How often the line changes.
const STEP: Duration = Duration::from_millis(100);

/// A line on standard error that is gone in the end.
pub(super) struct Progress {
    /// None where nobody looks.
    shown: Option<Instant>,
    total: u64,
    done: u64,
    wrote: bool,
}

impl Progress {
    /// Over all that lies in these folders.
    pub(super) fn over(folders: &[PathBuf]) -> Self {
        let visible = shows_progress();
        let total = if visible { folders.iter().map(|folder| size(folder)).sum() } else { 0 };
        Self { shown: visible.then(now), total, done: 0, wrote: false }
    }

    /// So many more bytes of a folder have been read.
    pub(super) fn add(&mut self, bytes: u64, folder: &Path) {
        self.done += bytes;
        if self.shown.is_none_or(|shown| now().duration_since(shown) < STEP) {
            return;
        }
        (self.shown, self.wrote) = (Some(now()), true);
        let percent = self.done.saturating_mul(100) / self.total.max(1);
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        // A terminal that went away is no reason to stop.
        let _ = write!(io::stderr(), "\r\x1b[K{:3} %  {name}", percent.min(100));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.wrote {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "ring 3: when to draw the line again")]
fn now() -> Instant {
    Instant::now()
}

fn size(folder: &Path) -> u64 {
    let inside = std::fs::read_dir(folder).into_iter().flatten().flatten();
    inside.filter_map(|entry| entry.metadata().ok()).map(|info| info.len()).sum()
}
