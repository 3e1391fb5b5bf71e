//! Derived metrics: quantiles, shares and rates of the last minutes, which boards made for Kafka ask for.
//!
//! A server that offers histograms and counts leaves the arithmetic to its reader. Kafka does it itself, over a window of its
//! own; so do we, here, where somebody asks for those names.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::node::Broker;
use crate::telemetry::foreign::{HANDLER_IDLE, NETWORK_IDLE, RAFT_APPENDS, REQUEST_TIMES};
use crate::telemetry::rows::{SERVING_THREADS, THREADS_BUSY};
use crate::telemetry::{Compat, Page, Recent, quantile};

/// The quantiles that the JMX exporter shows, as it writes them.
const QUANTILES: [(&str, f64); 6] = [
    ("0.50", 0.5),
    ("0.75", 0.75),
    ("0.95", 0.95),
    ("0.98", 0.98),
    ("0.99", 0.99),
    ("0.999", 0.999),
];

/// Histograms by API: how many took up to how many seconds.
type Durations = BTreeMap<String, Vec<(f64, u64)>>;

/// What differences are taken of.
#[derive(Debug, Default)]
pub(super) struct Derived {
    durations: Recent<Durations>,
    busy: Recent<Duration>,
    decided: Recent<Option<i64>>,
}

/// The threads that serve clients.
#[derive(Clone, Copy, Debug)]
pub(super) struct Threads {
    count: usize,
    busy: Duration,
}

impl Threads {
    /// The threads of this runtime, as they are now.
    pub(super) fn now() -> Self {
        let metrics = Handle::current().metrics();
        let count = metrics.num_workers();
        let busy = (0..count).map(|worker| metrics.worker_total_busy_duration(worker)).sum();
        Self { count, busy }
    }
}

impl Derived {
    /// Adds all of them, and what the threads did.
    pub(super) fn observe(&self, broker: &Broker, threads: Threads, page: &mut Page) {
        page.sample(&SERVING_THREADS, &[], threads.count as f64);
        page.sample(&THREADS_BUSY, &[], threads.busy.as_secs_f64());
        if !page.wants(Compat::Jmx) {
            return;
        }
        let at = broker.clock.instant().0;
        self.request_times(broker, at, page);
        self.idle(threads, at, page);
        self.appends(broker, at, page);
    }

    fn request_times(&self, broker: &Broker, at: Duration, page: &mut Page) {
        let used = || broker.metrics.totals.request_seconds.used();
        let now: Durations = used().map(|(api, times)| (api, times.cumulative())).collect();
        let (_, was) = self.durations.since(at, &now);
        for (api, times) in used() {
            let Some(counts) = now.get(&api) else { continue };
            let fresh = difference(counts, was.get(&api));
            let quantiles =
                QUANTILES.map(|(name, part)| (name, milliseconds(quantile(&fresh, part))));
            let count = counts.last().map_or(0, |(_, count)| *count);
            let sum = (milliseconds(times.sum_seconds()), count);
            page.summary(&REQUEST_TIMES, &[&api], &quantiles, sum);
            // Kafka tells consumers' fetches from followers'; there are no followers here.
            if api == "Fetch" {
                page.summary(&REQUEST_TIMES, &["FetchConsumer"], &quantiles, sum);
            }
        }
    }

    fn idle(&self, threads: Threads, at: Duration, page: &mut Page) {
        let (ago, was) = self.busy.since(at, &threads.busy);
        let there = ago.as_secs_f64() * threads.count as f64;
        let busy = threads.busy.saturating_sub(was).as_secs_f64();
        let idle = (1.0 - busy / there).clamp(0.0, 1.0);
        page.sample(&NETWORK_IDLE, &[], idle);
        page.sample(&HANDLER_IDLE, &[], idle);
    }

    fn appends(&self, broker: &Broker, at: Duration, page: &mut Page) {
        let decided = broker.controller.quorum().high_watermark.get();
        // What was decided before this process began is not told.
        let (ago, was) = self.decided.since(at, &Some(decided));
        let was = was.unwrap_or(decided);
        page.sample(&RAFT_APPENDS, &[], (decided - was).max(0) as f64 / ago.as_secs_f64());
    }
}

fn milliseconds(seconds: f64) -> f64 {
    seconds * 1000.0
}

fn difference(now: &[(f64, u64)], was: Option<&Vec<(f64, u64)>>) -> Vec<(f64, u64)> {
    let was = |at: usize| was.and_then(|was| was.get(at)).map_or(0, |(_, count)| *count);
    now.iter().enumerate().map(|(at, (bound, count))| (*bound, count - was(at))).collect()
}
