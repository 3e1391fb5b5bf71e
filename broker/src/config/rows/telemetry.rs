//! What the broker tells of itself.

use super::reasons::{NO_HTTP, NO_PUSH, PULLED};
use crate::config::check::{Check, at_least};
use crate::config::row::{CLUSTER_WIDE, READ_ONLY, chapter};

chapter! {
    /// What the broker tells of itself. It counts already, but nothing is served over HTTP yet.
    "Metrics";

    no_effect {
        /// Where `/metrics` and the health checks are served, as `host:port`; empty for nowhere. Sapwood's own key.
        "http.listener": String = "", Check::Any, READ_ONLY, NO_HTTP;
        /// Under which names of other programs metrics are served beside our own: `jmx` for those of the JMX exporter
        /// with Strimzi's rules, `exporter` for those of kafka_exporter. Sapwood's own key.
        "metrics.compat": List = "jmx,exporter", Check::Among(&["jmx", "exporter"]), READ_ONLY, NO_HTTP;
        /// Classes that are told of every metric.
        "metric.reporters": List = "", Check::Any, CLUSTER_WIDE, PULLED;
        /// Classes that are told of the older kind of metrics.
        "kafka.metrics.reporters": List = "", Check::Any, READ_ONLY, PULLED;
        /// How often those are told, in seconds.
        "kafka.metrics.polling.interval.secs": Int = "10", at_least(1), READ_ONLY, PULLED;
        /// Over how many samples a metric's rate is taken.
        "metrics.num.samples": Int = "2", at_least(1), READ_ONLY, PULLED;
        /// How long one such sample is, in milliseconds.
        "metrics.sample.window.ms": Long = "30000", at_least(1), READ_ONLY, PULLED;
        /// How detailed metrics are: `INFO`, `DEBUG` or `TRACE`.
        "metrics.recording.level": String = "INFO", Check::Any, READ_ONLY, PULLED;
        /// The largest push of metrics that a client may make (KIP-714), in bytes.
        "telemetry.max.bytes": Int = "1048576", at_least(1), READ_ONLY, NO_PUSH;
    }
}
