//! Consumer groups and their offsets.

use crate::config::check::at_least;
use crate::config::row::{READ_ONLY, section};

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
}
