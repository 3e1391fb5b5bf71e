//! How replicas follow their leader.

use crate::config::check::{Check, at_least};
use crate::config::row::{CLUSTER_WIDE, READ_ONLY, section};

section! {
    /// How replicas follow their leader, and what an acknowledgement needs of them.
    Replication, "Replication";

    /// How many replicas must have a record before `acks=all` is answered. With fewer in sync, produce is refused.
    min_insync_replicas: i32 = "min.insync.replicas", "1", at_least(1), CLUSTER_WIDE;
    /// Whether a replica that misses acknowledged records may lead when no other is left. `true` prefers serving
    /// something to losing nothing.
    unclean_leader_election_enable: bool = "unclean.leader.election.enable", "false", Check::Any, CLUSTER_WIDE;
    /// How long a follower may lag before it leaves the in-sync replicas, in milliseconds.
    replica_lag_time_max_ms: i64 = "replica.lag.time.max.ms", "30000", at_least(1), READ_ONLY;
    /// How often the high watermarks are written down, in milliseconds.
    replica_high_watermark_checkpoint_interval_ms: i64 = "replica.high.watermark.checkpoint.interval.ms", "5000", at_least(1), READ_ONLY;
}
