//! How much of the broker one client may use.

use super::reasons::{CLASSES, NO_QUOTAS};
use crate::config::check::{Check, at_least};
use crate::config::row::{CLUSTER_WIDE, READ_ONLY, chapter};

chapter! {
    /// How much of the broker one client may use, which this release does not limit yet.
    "Quotas";

    no_effect {
        /// Over how many samples a client's rate is taken.
        "quota.window.num": Int = "11", at_least(1), READ_ONLY, NO_QUOTAS;
        /// How long one such sample is, in seconds.
        "quota.window.size.seconds": Int = "1", at_least(1), READ_ONLY, NO_QUOTAS;
        /// Over how many samples the rate of replication is taken.
        "replication.quota.window.num": Int = "11", at_least(1), READ_ONLY, NO_QUOTAS;
        /// How long one such sample is, in seconds.
        "replication.quota.window.size.seconds": Int = "1", at_least(1), READ_ONLY, NO_QUOTAS;
        /// Over how many samples the rate of moves between log directories is taken.
        "alter.log.dirs.replication.quota.window.num": Int = "11", at_least(1), READ_ONLY, NO_QUOTAS;
        /// How long one such sample is, in seconds.
        "alter.log.dirs.replication.quota.window.size.seconds": Int = "1", at_least(1), READ_ONLY, NO_QUOTAS;
        /// Over how many samples the rate of metadata changes is taken.
        "controller.quota.window.num": Int = "11", at_least(1), READ_ONLY, NO_QUOTAS;
        /// How long one such sample is, in seconds.
        "controller.quota.window.size.seconds": Int = "1", at_least(1), READ_ONLY, NO_QUOTAS;
        /// How fast leaders send records of throttled replicas, in bytes a second.
        "leader.replication.throttled.rate": Long = "9223372036854775807", Check::Any, CLUSTER_WIDE, NO_QUOTAS;
        /// How fast followers fetch records of throttled replicas, in bytes a second.
        "follower.replication.throttled.rate": Long = "9223372036854775807", Check::Any, CLUSTER_WIDE, NO_QUOTAS;
        /// How fast partitions move between log directories, in bytes a second.
        "replica.alter.log.dirs.io.max.bytes.per.second": Long = "9223372036854775807", Check::Any, CLUSTER_WIDE, NO_QUOTAS;
    }
    refused {
        /// A plug-in that decides about client quotas.
        "client.quota.callback.class": Class = null, Check::Any, READ_ONLY, CLASSES;
    }
}
