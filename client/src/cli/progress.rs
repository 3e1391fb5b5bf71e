//! Progress: a bar for what takes long, on a terminal only.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use super::terminal::shows_progress;

/// How far something has come, in bytes.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Over a file; over nothing, or where nobody looks, it shows nothing.
    pub(super) fn over(file: Option<&Path>) -> Self {
        let length = file.and_then(|path| std::fs::metadata(path).ok()).map(|file| file.len());
        let bar = match length.filter(|_| shows_progress()) {
            Some(length) => ProgressBar::new(length),
            None => ProgressBar::hidden(),
        };
        let style = "{wide_bar} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta}";
        bar.set_style(ProgressStyle::with_template(style).expect("a template"));
        Self { bar }
    }

    /// So many bytes more are done.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.bar.inc(bytes as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
