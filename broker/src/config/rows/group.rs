//! Consumer groups and their offsets.

use super::reasons::{CLASSIC, MACHINES, PLAIN};
use crate::config::check::{Check, at_least};
use crate::config::row::{CLUSTER_WIDE, READ_ONLY, section};

section! {
    /// Consumer groups, and the topic `__consumer_offsets` in which they are written down.
    Groups, "Consumer groups";

    /// The shortest session timeout that a member may ask for, in milliseconds.
    group_min_session_timeout_ms: i32 = "group.min.session.timeout.ms", "6000", at_least(0), READ_ONLY;
    /// The longest session timeout that a member may ask for, in milliseconds.
    group_max_session_timeout_ms: i32 = "group.max.session.timeout.ms", "1800000", at_least(0), READ_ONLY;
    /// How long an empty group waits for more members after the first before it hands out partitions, in milliseconds.
    /// Longer spares rebalances at the start of many consumers; tests like 0.
    group_initial_rebalance_delay_ms: i32 = "group.initial.rebalance.delay.ms", "3000", at_least(0), READ_ONLY;
    /// The most members a group may have.
    group_max_size: i32 = "group.max.size", "2147483647", at_least(1), READ_ONLY;
    /// How much text a client may attach to a committed offset, in bytes.
    offset_metadata_max_bytes: i32 = "offset.metadata.max.bytes", "4096", at_least(0), READ_ONLY;
    /// How long the offsets of a group without members are kept, in minutes; for a consumer without a group
    /// membership, since its last commit (KIP-211).
    offsets_retention_minutes: i32 = "offsets.retention.minutes", "10080", at_least(1), READ_ONLY;
    /// How often expired offsets are looked for, in milliseconds.
    offsets_retention_check_interval_ms: i64 = "offsets.retention.check.interval.ms", "600000", at_least(1), READ_ONLY;
    /// How long a commit may wait to be written and replicated before it is answered with an error that the client
    /// retries, in milliseconds.
    offsets_commit_timeout_ms: i32 = "offsets.commit.timeout.ms", "5000", at_least(1), READ_ONLY;
    /// How many partitions `__consumer_offsets` is made with. It must not change afterwards: a group is found by its
    /// name's hash over this number.
    offsets_topic_num_partitions: i32 = "offsets.topic.num.partitions", "50", at_least(1), READ_ONLY;
    /// How many replicas `__consumer_offsets` is made with. Where fewer brokers live at that moment it gets as many as
    /// there are, so that one broker alone needs no line for it; in Kafka its creation would wait.
    offsets_topic_replication_factor: i16 = "offsets.topic.replication.factor", "3", at_least(1), READ_ONLY;
    /// The segment size of `__consumer_offsets`, in bytes. Smaller segments are compacted sooner, so loading is faster.
    offsets_topic_segment_bytes: i32 = "offsets.topic.segment.bytes", "104857600", at_least(1), READ_ONLY;

    no_effect {
        /// How many threads run group coordinators.
        "group.coordinator.threads": Int = "4", at_least(1), READ_ONLY, MACHINES;
        /// How many threads do the long work of group coordinators.
        "group.coordinator.background.threads": Int = "2", at_least(1), READ_ONLY, MACHINES;
        /// How long a coordinator gathers records before it writes them, in milliseconds; −1 adapts.
        "group.coordinator.append.linger.ms": Int = "-1", at_least(-1), READ_ONLY, MACHINES;
        /// How much memory a coordinator keeps between writes, in bytes.
        "group.coordinator.cached.buffer.max.bytes": Int = "1048588", at_least(524_288), CLUSTER_WIDE, MACHINES;
        /// How many bytes of `__consumer_offsets` are read at a time when a coordinator loads.
        "offsets.load.buffer.size": Int = "5242880", at_least(1), READ_ONLY, MACHINES;
        /// How `__consumer_offsets` is compressed, as a codec's number; 0 for not at all.
        "offsets.topic.compression.codec": Int = "0", Check::Any, READ_ONLY, PLAIN;
        /// The group protocols that are served.
        "group.coordinator.rebalance.protocols": List = "classic,consumer,streams", Check::Among(&["consumer", "classic", "share", "streams"]), READ_ONLY, CLASSIC;
        /// How long a member of a KIP-848 group may be silent before it is removed, in milliseconds.
        "group.consumer.session.timeout.ms": Int = "45000", at_least(1), READ_ONLY, CLASSIC;
        /// The shortest session timeout a KIP-848 group may be given, in milliseconds.
        "group.consumer.min.session.timeout.ms": Int = "45000", at_least(1), READ_ONLY, CLASSIC;
        /// The longest session timeout a KIP-848 group may be given, in milliseconds.
        "group.consumer.max.session.timeout.ms": Int = "60000", at_least(1), READ_ONLY, CLASSIC;
        /// How often a member of a KIP-848 group sends a heartbeat, in milliseconds.
        "group.consumer.heartbeat.interval.ms": Int = "5000", at_least(1), READ_ONLY, CLASSIC;
        /// The shortest heartbeat interval a KIP-848 group may be given, in milliseconds.
        "group.consumer.min.heartbeat.interval.ms": Int = "5000", at_least(1), READ_ONLY, CLASSIC;
        /// The longest heartbeat interval a KIP-848 group may be given, in milliseconds.
        "group.consumer.max.heartbeat.interval.ms": Int = "15000", at_least(1), READ_ONLY, CLASSIC;
        /// How long a KIP-848 group rests between two assignments, in milliseconds.
        "group.consumer.assignment.interval.ms": Int = "1000", at_least(0), CLUSTER_WIDE, CLASSIC;
        /// The shortest rest between assignments a KIP-848 group may be given, in milliseconds.
        "group.consumer.min.assignment.interval.ms": Int = "0", at_least(0), READ_ONLY, CLASSIC;
        /// The longest rest between assignments a KIP-848 group may be given, in milliseconds.
        "group.consumer.max.assignment.interval.ms": Int = "15000", at_least(0), READ_ONLY, CLASSIC;
        /// The most members a KIP-848 group may have.
        "group.consumer.max.size": Int = "2147483647", at_least(1), READ_ONLY, CLASSIC;
        /// How partitions are shared out in KIP-848 groups, the default first.
        "group.consumer.assignors": List = "uniform,range", Check::Any, READ_ONLY, CLASSIC;
        /// Whether assignments of KIP-848 groups are computed on a thread of their own.
        "group.consumer.assignor.offload.enable": Boolean = "true", Check::Any, READ_ONLY, CLASSIC;
        /// Whether groups may change between the classic protocol and KIP-848 while members are in them.
        "group.consumer.migration.policy": String = "bidirectional", Check::Any, READ_ONLY, CLASSIC;
        /// How often the topics behind a subscription by pattern are looked up anew, in milliseconds.
        "group.consumer.regex.refresh.interval.ms": Int = "600000", at_least(10_000), READ_ONLY, CLASSIC;
    }
}
