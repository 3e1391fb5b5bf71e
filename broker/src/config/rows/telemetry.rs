//! What the broker tells of itself.

use super::reasons::{NO_PUSH, PULLED};
use crate::config::check::{Check, at_least};
use crate::config::listeners::{GraphiteAddress, HttpListener};
use crate::config::row::{CLUSTER_WIDE, READ_ONLY, section};

section! {
    /// What the broker tells of itself.
    Telemetry, "Metrics, health and the page";

    /// Where `/metrics`, the health checks and the page are served, as `host:port`; empty for nowhere. It has no
    /// password: whoever reaches it can read every topic. The broker works without it, so a default port that another
    /// process has is a warning and no more. Sapwood's own key.
    http_listener: HttpListener = "http.listener", "127.0.0.1:9644", Check::Any, READ_ONLY;
    /// Under which names of other programs metrics are served beside our own: `jmx` for those of the JMX exporter
    /// with Strimzi's rules, `exporter` for those of kafka_exporter. Sapwood's own key.
    metrics_compat: Vec<String> = "metrics.compat", "jmx,exporter", Check::Among(&["jmx", "exporter"]), READ_ONLY;

    /// The address of a Graphite (Carbon's plaintext protocol) that metrics are pushed to, as `host:port`; empty for none.
    /// What is pushed are the native names, with their labels as parts of the path. Sapwood's own key.
    metrics_graphite: GraphiteAddress = "metrics.graphite", "", Check::Any, READ_ONLY;
    /// What stands before every name that is pushed to Graphite; give each broker its own. Sapwood's own key.
    metrics_graphite_prefix: String = "metrics.graphite.prefix", "sapwood", Check::Any, READ_ONLY;
    /// How often metrics are pushed to Graphite, in milliseconds. Sapwood's own key.
    metrics_graphite_interval_ms: i64 = "metrics.graphite.interval.ms", "10000", at_least(100), READ_ONLY;

    no_effect {
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
