//! The panel: one picture on a terminal, drawn anew four times a second.

use std::collections::VecDeque;
use std::fmt::Write;

use client::cli::Failure;
use indicatif::{ProgressBar, ProgressStyle};

use crate::clock::ms;
use crate::engine::Audience;
use crate::latency::Latencies;
use crate::measure::{Interval, Tally, Total};

/// How many looks the line of blocks goes back.
const HISTORY: usize = 40;
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const MEGABYTE: f64 = 1024.0 * 1024.0;

/// Shows how a run goes on, on standard error.
#[derive(Debug)]
pub(crate) struct Panel {
    bar: ProgressBar,
    history: VecDeque<f64>,
    /// Where the interval stood at the last look: when, and how many records.
    last: (f64, u64),
    errors: u64,
}

impl Panel {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        bar.set_style(ProgressStyle::with_template("{msg}").expect("a template"));
        Self { bar, history: VecDeque::new(), last: (0.0, 0), errors: 0 }
    }

    fn look(&mut self, interval: &Interval) {
        let now = interval.ended.as_secs_f64();
        let records = moved(interval).records;
        let (then, before) = self.last;
        // A new interval counts from nothing.
        let more = if records >= before { records - before } else { records };
        if now > then {
            self.history.push_back(more as f64 / (now - then));
        }
        if self.history.len() > HISTORY {
            self.history.pop_front();
        }
        self.last = (now, records);
    }
}

impl Audience for Panel {
    fn glance(&mut self, interval: &Interval, _: &Total) {
        self.look(interval);
        let errors = self.errors + interval.sheet.error_count();
        self.bar.set_message(picture(interval, errors, &self.history));
        self.bar.tick();
    }

    fn interval(&mut self, interval: &Interval) -> Result<(), Failure> {
        self.errors += interval.sheet.error_count();
        self.last = (interval.ended.as_secs_f64(), 0);
        Ok(())
    }
}

impl Drop for Panel {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// What the line of blocks is about: what is written, or what is read where nothing is.
fn moved(interval: &Interval) -> Tally {
    match interval.sheet.written.records {
        0 => interval.sheet.read,
        _ => interval.sheet.written,
    }
}

fn picture(interval: &Interval, errors: u64, history: &VecDeque<f64>) -> String {
    let sheet = &interval.sheet;
    let seconds = interval.ended.as_secs();
    let note = if interval.is_warmup { "  warm-up" } else { "" };
    let mut out = format!("{:02}:{:02}  {}{note}\n", seconds / 60, seconds % 60, blocks(history));
    let mut line = |name: &str, tally: Tally, times: &Latencies| {
        if tally.records == 0 {
            return;
        }
        let (rate, bytes) = (interval.per_second(tally.records), interval.per_second(tally.bytes));
        let _ = write!(out, "{name}  {rate:>9.0} records/s  {:>7.1} MB/s", bytes / MEGABYTE);
        if times.count() > 0 {
            let [p50, p99] = [0.5, 0.99].map(|share| ms(times.quantile(share)));
            let max = ms(times.longest());
            let _ = write!(out, "  p50 {p50:.2} ms  p99 {p99:.2} ms  max {max:.2} ms");
        }
        out.push('\n');
    };
    line("written", sheet.written, &sheet.response);
    line("read   ", sheet.read, &sheet.end_to_end);
    let _ = write!(out, "in flight {}  errors {errors}", interval.in_flight);
    if let Some(backlog) = interval.backlog {
        let _ = write!(out, "  behind {backlog}");
    }
    out
}

/// One block a look, as high as it was fast.
fn blocks(history: &VecDeque<f64>) -> String {
    let most = history.iter().copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let block = |rate: &f64| {
        let place = (rate / most * (BLOCKS.len() - 1) as f64).round() as usize;
        BLOCKS.get(place).copied().unwrap_or('█')
    };
    history.iter().map(block).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_picture_has_rates_times_and_what_is_on_its_way() {
        let mut interval = Interval::after(Duration::from_secs(60), false);
        interval.ended = Duration::from_secs(62);
        interval.took = Duration::from_secs(2);
        for _ in 0..2000 {
            interval.sheet.wrote(1024, Duration::from_millis(2), Duration::ZERO);
        }
        (interval.in_flight, interval.backlog) = (7, Some(3));
        let history = VecDeque::from([0.0, 500.0, 1000.0]);
        let expected = "01:02  ▁▅█\n\
                        written       1000 records/s      1.0 MB/s  p50 2.00 ms  p99 2.00 ms  max 2.00 ms\n\
                        in flight 7  errors 1  behind 3";
        assert_eq!(picture(&interval, 1, &history), expected);
    }
}
