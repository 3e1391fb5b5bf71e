//! Lines: one for each interval, in the words of Kafka's own load tools, so that what reads those reads these.

use std::io::{self, Write};
use std::time::Duration;

use client::cli::Failure;

use crate::clock::ms;
use crate::engine::Audience;
use crate::measure::{Interval, Sheet, Tally, Total};

const MEGABYTE: f64 = 1024.0 * 1024.0;

/// Prints a line for each interval.
#[derive(Debug)]
pub(crate) struct Lines;

impl Audience for Lines {
    fn glance(&mut self, _: &Interval, _: &Total) {}

    fn interval(&mut self, interval: &Interval) -> Result<(), Failure> {
        let note = if interval.is_warmup { " (warm-up)" } else { "" };
        let mut out = io::stdout().lock();
        for line in of_interval(interval) {
            writeln!(out, "{line}{note}")?;
        }
        Ok(out.flush()?)
    }
}

fn of_interval(interval: &Interval) -> Vec<String> {
    let Interval { sheet, took, .. } = interval;
    let mut lines = Vec::new();
    if sheet.written.records > 0 || sheet.read.records == 0 {
        let (mean, max) = (sheet.response.mean(), sheet.response.longest());
        let head = head(sheet.written, "sent", *took, 1);
        lines.push(format!(
            "{head}, {:.1} ms avg latency, {:.1} ms max latency.",
            ms(mean),
            ms(max)
        ));
    }
    if sheet.read.records > 0 {
        let mut line = head(sheet.read, "read", *took, 1);
        if sheet.end_to_end.count() > 0 {
            let (mean, max) = (sheet.end_to_end.mean(), sheet.end_to_end.longest());
            line +=
                &format!(", {:.1} ms avg end-to-end, {:.1} ms max end-to-end", ms(mean), ms(max));
        }
        if let Some(backlog) = interval.backlog {
            line += &format!(", {backlog} behind");
        }
        lines.push(line + ".");
    }
    for (why, count) in &sheet.errors {
        lines.push(format!("{count} records failed: {why}"));
    }
    lines
}

fn head(tally: Tally, verb: &str, took: Duration, digits: usize) -> String {
    let seconds = took.as_secs_f64().max(f64::MIN_POSITIVE);
    let rate = tally.records as f64 / seconds;
    let megabytes = tally.bytes as f64 / MEGABYTE / seconds;
    format!("{} records {verb}, {rate:.digits$} records/sec ({megabytes:.2} MB/sec)", tally.records)
}

/// The line that says what all of it came to.
pub(crate) fn last_line(total: &Total) -> Vec<String> {
    let Sheet { written, read, response, end_to_end, .. } = &total.sheet;
    let quantiles = |latencies: &crate::latency::Latencies| {
        let [p50, p95, p99, p999] =
            [0.5, 0.95, 0.99, 0.999].map(|share| ms(latencies.quantile(share)));
        format!("{p50:.2} ms 50th, {p95:.2} ms 95th, {p99:.2} ms 99th, {p999:.2} ms 99.9th.")
    };
    let mut lines = Vec::new();
    if written.records > 0 {
        let (mean, max) = (ms(response.mean()), ms(response.longest()));
        let head = head(*written, "sent", total.took, 6);
        let tail = quantiles(response);
        lines.push(format!("{head}, {mean:.2} ms avg latency, {max:.2} ms max latency, {tail}"));
    }
    if read.records > 0 {
        let head = head(*read, "read", total.took, 6);
        match end_to_end.count() {
            0 => lines.push(format!("{head}.")),
            _ => {
                let (mean, max) = (ms(end_to_end.mean()), ms(end_to_end.longest()));
                let tail = quantiles(end_to_end);
                lines.push(format!(
                    "{head}, {mean:.2} ms avg end-to-end, {max:.2} ms max end-to-end, {tail}"
                ));
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval() -> Interval {
        let mut interval = Interval::after(Duration::from_secs(5), false);
        interval.took = Duration::from_secs(5);
        for _ in 0..1000 {
            interval.sheet.wrote(1024, Duration::from_millis(2), Duration::ZERO);
        }
        interval
    }

    #[test]
    fn a_line_has_kafkas_words_in_kafkas_order() {
        let lines = of_interval(&interval());
        let expected = "1000 records sent, 200.0 records/sec (0.20 MB/sec), \
                        2.0 ms avg latency, 2.0 ms max latency.";
        assert_eq!(lines, [expected]);
    }

    #[test]
    fn the_last_line_has_the_quantiles_behind_them() {
        let mut total = Total::default();
        total.add(&interval());
        let expected = "1000 records sent, 200.000000 records/sec (0.20 MB/sec), 2.00 ms avg latency, \
                        2.00 ms max latency, 2.00 ms 50th, 2.00 ms 95th, 2.00 ms 99th, 2.00 ms 99.9th.";
        assert_eq!(last_line(&total), [expected]);
    }

    #[test]
    fn what_failed_has_a_line_of_its_own() {
        let mut interval = interval();
        interval.sheet.failed("NOT_ENOUGH_REPLICAS", 3);
        assert_eq!(of_interval(&interval)[1], "3 records failed: NOT_ENOUGH_REPLICAS");
    }
}
