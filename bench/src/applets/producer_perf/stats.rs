//! Statistics: what was sent in the last interval, and in all.

use std::time::{Duration, Instant};

use client::cli::applets::Screen;

use crate::clock::{self, ms};
use crate::latency::Latencies;

const MB: f64 = 1024.0 * 1024.0;

/// Counts of one stretch of time.
struct Window {
    since: Instant,
    count: u64,
    bytes: u64,
    total: Duration,
    longest: Duration,
}

impl Window {
    fn new() -> Self {
        let zero = Duration::ZERO;
        Self { since: clock::now(), count: 0, bytes: 0, total: zero, longest: zero }
    }
}

/// What is counted over the whole run.
pub(super) struct Stats {
    since: Instant,
    latencies: Latencies,
    bytes: u64,
    window: Window,
    interval: Duration,
    /// What the lines call it.
    name: &'static str,
    is_quiet: bool,
}

impl Stats {
    pub(super) fn new(interval_ms: u64, name: &'static str) -> Self {
        Self {
            since: clock::now(),
            latencies: Latencies::default(),
            bytes: 0,
            window: Window::new(),
            interval: Duration::from_millis(interval_ms),
            name,
            is_quiet: false,
        }
    }

    /// From now on only the total is printed.
    pub(super) fn be_quiet(&mut self) {
        self.is_quiet = true;
    }

    /// A record was settled.
    pub(super) fn record(&mut self, took: Duration, bytes: usize, screen: &mut Screen) {
        self.latencies.record(took);
        self.bytes += bytes as u64;
        let window = &mut self.window;
        window.count += 1;
        window.bytes += bytes as u64;
        window.total += took;
        window.longest = window.longest.max(took);
        if window.since.elapsed() >= self.interval {
            if !self.name.is_empty() && self.latencies.count() == self.window.count {
                screen.line("In steady state.");
            }
            if !self.is_quiet {
                self.print_window(screen);
            }
            self.window = Window::new();
        }
    }

    fn print_window(&self, screen: &mut Screen) {
        let window = &self.window;
        let seconds = window.since.elapsed().as_secs_f64();
        screen.line(format!(
            "{} records sent, {:.1} records/sec ({:.2} MB/sec), {:.1} ms avg latency, {:.1} ms max latency.",
            window.count,
            window.count as f64 / seconds,
            window.bytes as f64 / MB / seconds,
            ms(window.total) / window.count.max(1) as f64,
            ms(window.longest).floor(),
        ));
        screen.flush();
    }

    pub(super) fn print_total(&self, screen: &mut Screen) {
        let seconds = self.since.elapsed().as_secs_f64();
        let quantile = |share| self.latencies.quantile(share).as_millis();
        screen.line(format!(
            "{}{} records sent, {:.6} records/sec ({:.2} MB/sec), {:.2} ms avg latency, {:.2} ms max latency, \
             {} ms 50th, {} ms 95th, {} ms 99th, {} ms 99.9th.",
            self.latencies.count(),
            self.name,
            self.latencies.count() as f64 / seconds,
            self.bytes as f64 / MB / seconds,
            ms(self.latencies.mean()),
            ms(self.latencies.longest()).floor(),
            quantile(0.5),
            quantile(0.95),
            quantile(0.99),
            quantile(0.999),
        ));
    }
}
