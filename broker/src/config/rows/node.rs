//! Who this process is in its cluster.

use super::reasons::{ALONE, CLASSES, NO_JVM, SHUTS, UNSTABLE, WAITS};
use crate::config::check::{Check, at_least};
use crate::config::roles::Roles;
use crate::config::row::{CLUSTER_WIDE, READ_ONLY, section};

section! {
    /// Who this process is in its cluster, and what it does there.
    Node, "Identity";

    /// What this process does: `broker` (keeps partitions and serves clients), `controller` (decides about metadata),
    /// or both, which is a cluster of one. Kafka has no default here; ours is both.
    process_roles: Roles = "process.roles", "broker,controller", Check::Among(Roles::TEXTS), READ_ONLY;
    /// The number of this process among brokers and controllers. It is written into every log directory and must not
    /// change afterwards. Kafka has no default here; ours is 1.
    node_id: i32 = "node.id", "1", at_least(0), READ_ONLY;
    /// The old name of `node.id`, which may stand in its place. −1: not set. Both may be set if they agree.
    broker_id: i32 = "broker.id", "-1", at_least(-1), READ_ONLY;
    /// The cluster to which empty log directories are formatted: 22 characters of URL-safe base64. Not set, an empty
    /// directory starts a cluster with a fresh id. A directory that belongs to another cluster is refused either way.
    /// Sapwood's own key.
    cluster_id: Option<String> = "cluster.id", null, Check::NotEmpty, READ_ONLY;
    /// The rack, zone or data centre of this broker. Replicas are spread over racks, and consumers that name a rack
    /// may read from a replica near them.
    broker_rack: Option<String> = "broker.rack", null, Check::Any, READ_ONLY;
    /// How often a broker tells the active controller that it lives, in milliseconds.
    broker_heartbeat_interval_ms: i32 = "broker.heartbeat.interval.ms", "2000", at_least(1), READ_ONLY;
    /// How long the active controller waits for a broker's heartbeat before it fences the broker, in milliseconds.
    broker_session_timeout_ms: i32 = "broker.session.timeout.ms", "9000", at_least(1), READ_ONLY;
    /// How long a stop waits for requests in progress before it closes connections under them, in milliseconds.
    /// Logs are closed cleanly in any case. Sapwood's own key.
    shutdown_timeout_ms: i64 = "shutdown.timeout.ms", "30000", at_least(0), READ_ONLY;

    no_effect {
        /// How long a starting broker tries to register with the controller before it gives up, in milliseconds.
        "initial.broker.registration.timeout.ms": Int = "60000", at_least(1), READ_ONLY, ALONE;
        /// Whether a stopping broker hands its leaderships over first.
        "controlled.shutdown.enable": Boolean = "true", Check::Any, READ_ONLY, SHUTS;
        /// How many threads do work in the background.
        "background.threads": Int = "10", at_least(1), CLUSTER_WIDE, NO_JVM;
        /// How many threads handle requests.
        "num.io.threads": Int = "8", at_least(1), CLUSTER_WIDE, NO_JVM;
        /// How long a start may take before the process gives up, in milliseconds.
        "server.max.startup.time.ms": Long = "9223372036854775807", at_least(0), READ_ONLY, WAITS;
    }
    refused {
        /// Plug-ins that replace variables in configuration values.
        "config.providers": List = "", Check::Any, READ_ONLY, CLASSES;
        /// Whether unfinished versions of APIs are advertised.
        "unstable.api.versions.enable": Boolean = "false", Check::Any, READ_ONLY, UNSTABLE;
        /// Whether unfinished feature levels may be used.
        "unstable.feature.versions.enable": Boolean = "false", Check::Any, READ_ONLY, UNSTABLE;
    }
}
