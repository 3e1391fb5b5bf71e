//! How replicas follow their leader.

use super::reasons::{ALONE, NO_TIERS, TICKETS, WITH_POINTS};
use crate::config::check::{Check, at_least};
use crate::config::row::{CLUSTER_WIDE, READ_ONLY, section};

section! {
    /// How replicas follow their leader, and what an acknowledgement needs of them.
    Replication, "Replication";

    /// How many replicas must have a record before `acks=all` is answered. With fewer in sync, produce is refused.
    min_insync_replicas: i32 = "min.insync.replicas", "1", at_least(1), CLUSTER_WIDE;

    no_effect {
        /// Whether a replica that misses acknowledged records may lead when no other is left. `true` prefers serving
        /// something to losing nothing.
        "unclean.leader.election.enable": Boolean = "false", Check::Any, CLUSTER_WIDE, ALONE;
        /// How often the high watermarks are written down, in milliseconds.
        "replica.high.watermark.checkpoint.interval.ms": Long = "5000", at_least(1), READ_ONLY, WITH_POINTS;
        /// How long a follower may lag before it leaves the in-sync replicas, in milliseconds.
        "replica.lag.time.max.ms": Long = "30000", at_least(1), READ_ONLY, ALONE;
        /// How many connections fetch from each leader.
        "num.replica.fetchers": Int = "1", at_least(1), CLUSTER_WIDE, ALONE;
        /// How many bytes a leader waits for before it answers a follower, up to `replica.fetch.wait.max.ms`.
        "replica.fetch.min.bytes": Int = "1", Check::Any, READ_ONLY, ALONE;
        /// How long a leader may keep a follower waiting for records, in milliseconds.
        "replica.fetch.wait.max.ms": Int = "500", Check::Any, READ_ONLY, ALONE;
        /// How many bytes a follower fetches of one partition at a time.
        "replica.fetch.max.bytes": Int = "1048576", at_least(0), READ_ONLY, ALONE;
        /// How many bytes a follower fetches at a time.
        "replica.fetch.response.max.bytes": Int = "10485760", at_least(0), READ_ONLY, ALONE;
        /// How long a follower rests after a failed fetch, in milliseconds.
        "replica.fetch.backoff.ms": Int = "1000", at_least(0), READ_ONLY, ALONE;
        /// How long a follower waits for its leader's answer, in milliseconds.
        "replica.socket.timeout.ms": Int = "30000", Check::Any, READ_ONLY, ALONE;
        /// The kernel's receive buffer of a follower's connection, in bytes.
        "replica.socket.receive.buffer.bytes": Int = "65536", Check::Any, READ_ONLY, ALONE;
        /// How long a controller waits for a broker's answer, in milliseconds.
        "controller.socket.timeout.ms": Int = "30000", Check::Any, READ_ONLY, ALONE;
        /// Which replica a consumer reads from; Kafka's `org.apache.kafka.common.replica.RackAwareReplicaSelector` prefers
        /// its own rack.
        "replica.selector.class": String = null, Check::OneOf(&["org.apache.kafka.common.replica.RackAwareReplicaSelector"]), READ_ONLY, ALONE;
        /// Whether leaderships go back to the preferred replicas by themselves.
        "auto.leader.rebalance.enable": Boolean = "true", Check::Any, READ_ONLY, ALONE;
        /// How often leaderships are looked through for those that should go back, in seconds.
        "leader.imbalance.check.interval.seconds": Long = "300", at_least(1), READ_ONLY, ALONE;
        /// How often partitions without a leader are looked through for an unclean election, in milliseconds.
        "unclean.leader.election.interval.ms": Long = "300000", at_least(1), READ_ONLY, ALONE;
        /// After how many finished produce requests their remains are swept.
        "producer.purgatory.purge.interval.requests": Int = "1000", Check::Any, READ_ONLY, TICKETS;
        /// After how many finished fetch requests their remains are swept.
        "fetch.purgatory.purge.interval.requests": Int = "1000", Check::Any, READ_ONLY, TICKETS;
        /// After how many finished DeleteRecords requests their remains are swept.
        "delete.records.purgatory.purge.interval.requests": Int = "1", Check::Any, READ_ONLY, TICKETS;
        /// Whether a new follower begins after what is in remote storage already.
        "follower.fetch.last.tiered.offset.enable": Boolean = "false", Check::Any, CLUSTER_WIDE, NO_TIERS;
    }
}
