//! Segments that have moved to an object store.

use super::reasons::NO_TIERS;
use crate::config::check::{Check, at_least};
use crate::config::row::{CLUSTER_WIDE, READ_ONLY, chapter};

chapter! {
    /// Remote storage for old segments, which is not built.
    "Remote storage";

    no_effect {
        /// How long a segment stays here after it was copied to remote storage, in milliseconds; −2 as `log.retention.ms`.
        "log.local.retention.ms": Long = "-2", at_least(-2), CLUSTER_WIDE, NO_TIERS;
        /// How many bytes of a partition stay here after they were copied to remote storage; −2 as `log.retention.bytes`.
        "log.local.retention.bytes": Long = "-2", at_least(-2), CLUSTER_WIDE, NO_TIERS;
        /// How old a segment must be before it is copied to remote storage, in milliseconds.
        "log.remote.copy.lag.ms": Long = "0", Check::Any, READ_ONLY, NO_TIERS;
        /// How many bytes must lie behind a segment before it is copied to remote storage.
        "log.remote.copy.lag.bytes": Long = "-1", Check::Any, READ_ONLY, NO_TIERS;
        /// How long a fetch from remote storage may take, in milliseconds.
        "remote.fetch.max.wait.ms": Int = "500", at_least(1), CLUSTER_WIDE, NO_TIERS;
        /// How long a search for an offset in remote storage may take, in milliseconds.
        "remote.list.offsets.request.timeout.ms": Long = "30000", at_least(1), CLUSTER_WIDE, NO_TIERS;
        /// How much room the indexes of remote segments may take here, in bytes.
        "remote.log.index.file.cache.total.size.bytes": Long = "1073741824", at_least(1), CLUSTER_WIDE, NO_TIERS;
        /// How long the index of a remote segment is kept here without use, in milliseconds.
        "remote.log.index.file.cache.ttl.ms": Long = "900000", at_least(-1), READ_ONLY, NO_TIERS;
        /// How many threads look after remote segments.
        "remote.log.manager.thread.pool.size": Int = "2", at_least(1), READ_ONLY, NO_TIERS;
        /// How many threads copy segments to remote storage.
        "remote.log.manager.copier.thread.pool.size": Int = "10", at_least(1), CLUSTER_WIDE, NO_TIERS;
        /// How many threads delete expired remote segments.
        "remote.log.manager.expiration.thread.pool.size": Int = "10", at_least(1), CLUSTER_WIDE, NO_TIERS;
        /// How many threads follow what leaders copied to remote storage.
        "remote.log.manager.follower.thread.pool.size": Int = "2", at_least(1), CLUSTER_WIDE, NO_TIERS;
        /// How often segments to copy and to delete are looked for, in milliseconds.
        "remote.log.manager.task.interval.ms": Long = "30000", at_least(1), READ_ONLY, NO_TIERS;
        /// How long a failed copy rests at first, in milliseconds.
        "remote.log.manager.task.retry.backoff.ms": Long = "500", at_least(1), READ_ONLY, NO_TIERS;
        /// How long a failed copy rests at most, in milliseconds.
        "remote.log.manager.task.retry.backoff.max.ms": Long = "30000", at_least(1), READ_ONLY, NO_TIERS;
        /// How much that rest varies at random, as a fraction.
        "remote.log.manager.task.retry.jitter": Double = "0.2", Check::Fraction(0.0, 0.5), READ_ONLY, NO_TIERS;
        /// How fast segments are copied to remote storage, in bytes a second.
        "remote.log.manager.copy.max.bytes.per.second": Long = "9223372036854775807", at_least(1), CLUSTER_WIDE, NO_TIERS;
        /// Over how many samples that rate is taken.
        "remote.log.manager.copy.quota.window.num": Int = "11", at_least(1), READ_ONLY, NO_TIERS;
        /// How long one such sample is, in seconds.
        "remote.log.manager.copy.quota.window.size.seconds": Int = "1", at_least(1), READ_ONLY, NO_TIERS;
        /// How fast segments are read from remote storage, in bytes a second.
        "remote.log.manager.fetch.max.bytes.per.second": Long = "9223372036854775807", at_least(1), CLUSTER_WIDE, NO_TIERS;
        /// Over how many samples that rate is taken.
        "remote.log.manager.fetch.quota.window.num": Int = "11", at_least(1), READ_ONLY, NO_TIERS;
        /// How long one such sample is, in seconds.
        "remote.log.manager.fetch.quota.window.size.seconds": Int = "1", at_least(1), READ_ONLY, NO_TIERS;
        /// How many threads read from remote storage.
        "remote.log.reader.threads": Int = "10", at_least(1), CLUSTER_WIDE, NO_TIERS;
        /// How many reads from remote storage may wait.
        "remote.log.reader.max.pending.tasks": Int = "100", at_least(1), READ_ONLY, NO_TIERS;
        /// How many bytes a storage plug-in may keep about a segment.
        "remote.log.metadata.custom.metadata.max.bytes": Int = "128", at_least(0), READ_ONLY, NO_TIERS;
        /// The plug-in that keeps track of remote segments.
        "remote.log.metadata.manager.class.name": String = "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager", Check::NotEmpty, READ_ONLY, NO_TIERS;
        /// Where that plug-in is found.
        "remote.log.metadata.manager.class.path": String = null, Check::Any, READ_ONLY, NO_TIERS;
        /// What the keys for that plug-in begin with.
        "remote.log.metadata.manager.impl.prefix": String = "rlmm.config.", Check::NotEmpty, READ_ONLY, NO_TIERS;
        /// The listener that this plug-in uses.
        "remote.log.metadata.manager.listener.name": String = null, Check::NotEmpty, READ_ONLY, NO_TIERS;
        /// How long a change of remote metadata waits to be seen everywhere, in milliseconds.
        "remote.log.metadata.consume.wait.ms": Long = "120000", Check::Any, READ_ONLY, NO_TIERS;
        /// How long the set-up of remote metadata rests after a failure, in milliseconds.
        "remote.log.metadata.initialization.retry.interval.ms": Long = "100", Check::Any, READ_ONLY, NO_TIERS;
        /// How long that set-up is tried, in milliseconds.
        "remote.log.metadata.initialization.retry.max.timeout.ms": Long = "120000", Check::Any, READ_ONLY, NO_TIERS;
        /// How many partitions the topic of remote metadata is made with.
        "remote.log.metadata.topic.num.partitions": Int = "50", Check::Any, READ_ONLY, NO_TIERS;
        /// How many replicas the topic of remote metadata is made with.
        "remote.log.metadata.topic.replication.factor": Short = "3", Check::Any, READ_ONLY, NO_TIERS;
        /// How many replicas must have a record of remote metadata before it counts.
        "remote.log.metadata.topic.min.isr": Short = "2", Check::Any, READ_ONLY, NO_TIERS;
        /// How long remote metadata is kept, in milliseconds; −1 for ever.
        "remote.log.metadata.topic.retention.ms": Long = "-1", Check::Any, READ_ONLY, NO_TIERS;
        /// Where the storage plug-in is found.
        "remote.log.storage.manager.class.path": String = null, Check::Any, READ_ONLY, NO_TIERS;
        /// What the keys for the storage plug-in begin with.
        "remote.log.storage.manager.impl.prefix": String = "rsm.config.", Check::NotEmpty, READ_ONLY, NO_TIERS;
    }
    refused {
        /// Whether old segments may be moved to remote storage.
        "remote.log.storage.system.enable": Boolean = "false", Check::Any, READ_ONLY, NO_TIERS;
        /// The plug-in that moves segments to remote storage.
        "remote.log.storage.manager.class.name": String = null, Check::NotEmpty, READ_ONLY, NO_TIERS;
    }
}
