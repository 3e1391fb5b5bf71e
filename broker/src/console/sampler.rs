//! The sampler: looks at the counters every two seconds, for the charts.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::time::MissedTickBehavior;

use super::history::{Counts, History, LOOK};
use crate::node::Broker;
use crate::telemetry::{Metrics, TopicMetrics};

/// Runs until the task is aborted.
pub(super) async fn run(broker: Arc<Broker>, history: Arc<Mutex<History>>) {
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    looks.tick().await;
    let mut last = broker.clock.instant();
    loop {
        looks.tick().await;
        let now = broker.clock.instant();
        let seconds = now.since(last).as_secs_f32().max(f32::EPSILON);
        last = now;
        let (all, topics) = read(&broker.metrics);
        history.lock().look(seconds, all, &topics);
    }
}

fn read(metrics: &Metrics) -> (Counts, Vec<(Arc<str>, Counts)>) {
    let topics: Vec<(Arc<str>, Counts)> =
        metrics.topics.all().into_iter().map(|(name, metrics)| (name, counts(&metrics))).collect();
    let mut all = counts(metrics.topics.nameless());
    all.requests = metrics.totals.requests.sum();
    for (_, counts) in &topics {
        all.records_in += counts.records_in;
        all.bytes_in += counts.bytes_in;
        all.bytes_out += counts.bytes_out;
    }
    (all, topics)
}

fn counts(metrics: &TopicMetrics) -> Counts {
    Counts {
        records_in: metrics.records_in.get(),
        bytes_in: metrics.bytes_in.get(),
        bytes_out: metrics.bytes_out.get(),
        requests: 0,
    }
}
