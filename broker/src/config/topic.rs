//! A topic's configuration: its own overrides over what the broker has.
//!
//! Every topic key but a few takes its value from a broker key when the topic does not say otherwise. A row of the
//! table below names both, so that a change of the broker's value reaches every topic that did not decide for itself.

use super::broker::BrokerConfig;
use super::check::{Check, at_least, between};
use super::layers::Overrides;
use super::row::{CLUSTER_WIDE, Class, Row, default_text};
use super::value::{CleanupPolicy, CompressionType, MessageTimestampType, Value};

/// One topic key: its row, and the broker key whose value it takes over.
#[derive(Clone, Copy, Debug)]
pub struct TopicRow {
    /// What is known of the key itself. Its default is `None` where a broker key gives it.
    pub row: Row,
    /// The broker key whose value holds for topics without an override.
    pub broker_key: Option<&'static str>,
}

macro_rules! inherited {
    ($broker:ident, $type:ty, from($key:literal, $value:expr)) => {{
        let value: fn(&BrokerConfig) -> $type = $value;
        value($broker)
    }};
}

macro_rules! broker_key {
    (from($key:literal, $value:expr)) => {
        Some($key)
    };
    (fixed($text:tt)) => {
        None
    };
}

macro_rules! fixed_text {
    (from($key:literal, $value:expr)) => {
        None
    };
    (fixed($text:tt)) => {
        default_text!($text)
    };
}

macro_rules! topic_keys {
    (
        $(
            $(#[doc = $doc:expr])+
            $field:ident: $type:ty = $key:literal, $check:expr, $inherit:ident $arguments:tt;
        )*
        no_effect {$(
            $(#[doc = $idle_doc:expr])+
            $idle_key:literal: $idle_kind:ident = $idle_check:expr, $idle_inherit:ident $idle_arguments:tt, $idle_why:expr;
        )*}
        refused {$(
            $(#[doc = $refused_doc:expr])+
            $refused_key:literal: $refused_kind:ident = $refused_check:expr, $refused_inherit:ident $refused_arguments:tt, $refused_why:expr;
        )*}
    ) => {
        /// Every key of a topic that the broker obeys, typed: the topic's override, or else the broker's value.
        #[derive(Clone, Debug, PartialEq)]
        pub struct TopicConfig { $( $(#[doc = $doc])+ pub $field: $type, )* }

        impl TopicConfig {
            /// Lays the overrides over the broker's values. Never fails, since it folds what was already decided: an
            /// override that this release cannot read is as good as none.
            pub fn resolve(broker: &BrokerConfig, overrides: &impl Overrides) -> Self {
                Self {$(
                    $field: overrides
                        .value($key)
                        .and_then(|text| <$type as Value>::parse(text).ok())
                        .unwrap_or_else(|| inherited!(broker, $type, $inherit $arguments)),
                )*}
            }
        }

        /// Every topic key, in the order of the document.
        pub const TOPIC_ROWS: &[TopicRow] = &[
            $(TopicRow {
                row: Row {
                    key: $key,
                    kind: <$type as Value>::KIND,
                    default: fixed_text!($inherit $arguments),
                    check: $check,
                    update: CLUSTER_WIDE,
                    class: Class::Supported,
                    doc: concat!($($doc),+),
                    field: Some(stringify!($field)),
                },
                broker_key: broker_key!($inherit $arguments),
            },)*
            $(TopicRow {
                row: Row {
                    key: $idle_key,
                    kind: crate::config::value::Kind::$idle_kind,
                    default: fixed_text!($idle_inherit $idle_arguments),
                    check: $idle_check,
                    update: CLUSTER_WIDE,
                    class: Class::NoEffect($idle_why),
                    doc: concat!($($idle_doc),+),
                    field: None,
                },
                broker_key: broker_key!($idle_inherit $idle_arguments),
            },)*
            $(TopicRow {
                row: Row {
                    key: $refused_key,
                    kind: crate::config::value::Kind::$refused_kind,
                    default: fixed_text!($refused_inherit $refused_arguments),
                    check: $refused_check,
                    update: CLUSTER_WIDE,
                    class: Class::Refused($refused_why),
                    doc: concat!($($refused_doc),+),
                    field: None,
                },
                broker_key: broker_key!($refused_inherit $refused_arguments),
            },)*
        ];
    };
}

const NO_REPLICATION: &str = "there are no followers to slow down in a cluster of one";
const NO_TIERS: &str = "tiered storage is not built: every segment is local";

topic_keys! {
    /// What may happen to old records: `delete` segments by age and size, `compact` to the newest record of each key,
    /// both, or neither for an empty list.
    cleanup_policy: CleanupPolicy = "cleanup.policy", Check::Among(CleanupPolicy::TEXTS), from("log.cleanup.policy", |broker| broker.log.cleanup_policy);
    /// How long records are kept, in milliseconds; −1 for ever. A segment goes when its newest record is older.
    retention_ms: i64 = "retention.ms", at_least(-1), from("log.retention.ms", |broker| broker.log.retention_ms());
    /// How many bytes a partition keeps before its oldest segments go; −1 for no limit. It counts each partition alone.
    retention_bytes: i64 = "retention.bytes", at_least(-1), from("log.retention.bytes", |broker| broker.log.retention_bytes);
    /// How large the active segment of a partition may grow before a new one is begun, in bytes. Records go a whole
    /// segment at a time, so smaller segments follow retention more closely.
    segment_bytes: i32 = "segment.bytes", at_least(1_048_576), from("log.segment.bytes", |broker| broker.log.segment_bytes);
    /// How old the active segment may grow before a new one is begun, in milliseconds, so that retention can reach
    /// the records of a quiet topic.
    segment_ms: i64 = "segment.ms", at_least(1), from("log.roll.ms", |broker| broker.log.roll_ms());
    /// How much earlier than `segment.ms` a segment may end, at random, in milliseconds.
    segment_jitter_ms: i64 = "segment.jitter.ms", at_least(0), from("log.roll.jitter.ms", |broker| broker.log.roll_jitter_ms());
    /// How large an index file may grow, in bytes. A full index begins a new segment.
    segment_index_bytes: i32 = "segment.index.bytes", at_least(4), from("log.index.size.max.bytes", |broker| broker.log.index_size_max_bytes);
    /// How many bytes of records lie between two entries of an index.
    index_interval_bytes: i32 = "index.interval.bytes", at_least(0), from("log.index.interval.bytes", |broker| broker.log.index_interval_bytes);
    /// The largest batch of records that is taken, in bytes, counted as it is stored.
    max_message_bytes: i32 = "max.message.bytes", at_least(0), from("message.max.bytes", |broker| broker.log.message_max_bytes);
    /// Whose clock the timestamp of a record comes from: the producer's (`CreateTime`) or the broker's (`LogAppendTime`).
    message_timestamp_type: MessageTimestampType = "message.timestamp.type", Check::OneOf(MessageTimestampType::TEXTS), from("log.message.timestamp.type", |broker| broker.log.message_timestamp_type);
    /// How far a producer's timestamp may lie in the past, in milliseconds. Older records are refused.
    message_timestamp_before_max_ms: i64 = "message.timestamp.before.max.ms", at_least(0), from("log.message.timestamp.before.max.ms", |broker| broker.log.message_timestamp_before_max_ms);
    /// How far a producer's timestamp may lie in the future, in milliseconds. Later records are refused.
    message_timestamp_after_max_ms: i64 = "message.timestamp.after.max.ms", at_least(0), from("log.message.timestamp.after.max.ms", |broker| broker.log.message_timestamp_after_max_ms);
    /// How batches are compressed at rest: `producer` keeps them as they came; a codec's name makes the broker compress
    /// anew what came otherwise.
    compression_type: CompressionType = "compression.type", Check::OneOf(CompressionType::TEXTS), from("compression.type", |broker| broker.log.compression_type);
    /// How hard gzip tries, where the broker compresses; −1 is gzip's own middle.
    compression_gzip_level: i32 = "compression.gzip.level", Check::BetweenOr(1, 9, -1), from("compression.gzip.level", |broker| broker.log.compression_gzip_level);
    /// How hard lz4 tries, where the broker compresses.
    compression_lz4_level: i32 = "compression.lz4.level", between(1, 17), from("compression.lz4.level", |broker| broker.log.compression_lz4_level);
    /// How hard zstd tries, where the broker compresses.
    compression_zstd_level: i32 = "compression.zstd.level", between(-131_072, 22), from("compression.zstd.level", |broker| broker.log.compression_zstd_level);
    /// How many replicas must have a record before `acks=all` is answered. With fewer in sync, produce is refused.
    min_insync_replicas: i32 = "min.insync.replicas", at_least(1), from("min.insync.replicas", |broker| broker.replication.min_insync_replicas);
    /// Whether an append is acknowledged from memory. `false`: `acks=all` waits until the records are on disk. `true`: it
    /// waits for the in-sync replicas alone, as Kafka does, and a power cut that takes all of them at once takes what was
    /// not written yet. Sapwood's own key.
    write_caching: bool = "write.caching", Check::Any, from("log.write.caching", |broker| broker.log.write_caching);
    /// How many records a partition may take before they are synced to disk even if nobody waits for it.
    flush_messages: i64 = "flush.messages", at_least(1), from("log.flush.interval.messages", |broker| broker.log.flush_interval_messages);
    /// How long records may stay unsynced if nobody waits for them, in milliseconds.
    flush_ms: i64 = "flush.ms", at_least(0), from("log.flush.interval.ms", |broker| broker.log.flush_ms());
    /// How long the files of a deleted segment stay on disk for readers that still hold them, in milliseconds.
    file_delete_delay_ms: i64 = "file.delete.delay.ms", at_least(0), from("log.segment.delete.delay.ms", |broker| broker.log.segment_delete_delay_ms);
    /// How long a tombstone (a key without a value) stays in a compacted topic once compaction has seen it, in milliseconds: the
    /// time that consumers have to read it.
    delete_retention_ms: i64 = "delete.retention.ms", at_least(0), from("log.cleaner.delete.retention.ms", |broker| broker.log.cleaner_delete_retention_ms);
    /// How long a record cannot be compacted away, in milliseconds.
    min_compaction_lag_ms: i64 = "min.compaction.lag.ms", at_least(0), from("log.cleaner.min.compaction.lag.ms", |broker| broker.log.cleaner_min_compaction_lag_ms);
    /// How long a record may at most escape compaction, in milliseconds. The active segment ends in time for it.
    max_compaction_lag_ms: i64 = "max.compaction.lag.ms", at_least(1), from("log.cleaner.max.compaction.lag.ms", |broker| broker.log.cleaner_max_compaction_lag_ms);
    /// Which share of a log must be uncompacted before it is compacted again.
    min_cleanable_dirty_ratio: f64 = "min.cleanable.dirty.ratio", Check::Fraction(0.0, 1.0), from("log.cleaner.min.cleanable.ratio", |broker| broker.log.cleaner_min_cleanable_ratio);

    no_effect {
        /// Whether a segment file has its full size from the start.
        "preallocate": Boolean = Check::Any, from("log.preallocate", ()), "segments are preallocated in steps that grow with the rate of their partition";
        /// Whether a replica that misses acknowledged records may lead when no other is left.
        "unclean.leader.election.enable": Boolean = Check::Any, from("unclean.leader.election.enable", ()), "there is no other replica to lead in a cluster of one";
        /// The replicas whose leaders are held back while partitions move: `partition:broker` pairs, or `*`.
        "leader.replication.throttled.replicas": List = Check::Replicas, fixed(""), NO_REPLICATION;
        /// The replicas that are held back as followers while partitions move: `partition:broker` pairs, or `*`.
        "follower.replication.throttled.replicas": List = Check::Replicas, fixed(""), NO_REPLICATION;
        /// How long a segment stays here after it was copied to remote storage, in milliseconds; −2 as `retention.ms`.
        "local.retention.ms": Long = at_least(-2), from("log.local.retention.ms", ()), NO_TIERS;
        /// How many bytes stay here after they were copied to remote storage; −2 as `retention.bytes`.
        "local.retention.bytes": Long = at_least(-2), from("log.local.retention.bytes", ()), NO_TIERS;
        /// How old a segment must be before it is copied to remote storage, in milliseconds.
        "remote.copy.lag.ms": Long = at_least(-1), fixed("0"), NO_TIERS;
        /// How many bytes must lie behind a segment before it is copied to remote storage.
        "remote.copy.lag.bytes": Long = at_least(-1), fixed("-1"), NO_TIERS;
        /// Whether segments are no longer copied to remote storage.
        "remote.log.copy.disable": Boolean = Check::Any, fixed("false"), NO_TIERS;
        /// Whether remote segments go when remote storage is turned off for the topic.
        "remote.log.delete.on.disable": Boolean = Check::Any, fixed("false"), NO_TIERS;
    }
    refused {
        /// Whether old segments are moved to remote storage.
        "remote.storage.enable": Boolean = Check::Any, fixed("false"), NO_TIERS;
        /// Whether share groups may send records that they cannot process to this topic.
        "errors.deadletterqueue.group.enable": Boolean = Check::Any, fixed("false"), "share groups are not built yet";
    }
}

impl TopicConfig {
    /// The row of a topic key.
    pub fn row(key: &str) -> Option<&'static TopicRow> {
        TOPIC_ROWS.iter().find(|topic_row| topic_row.row.key == key)
    }
}

impl Default for TopicConfig {
    /// A topic without overrides on a broker for which nobody set anything. For tests.
    fn default() -> Self {
        let none: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
        Self::resolve(&BrokerConfig::default(), &none)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn overrides(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
    }

    #[test]
    fn a_topic_takes_over_what_it_does_not_override() {
        let broker = BrokerConfig::default();
        let topic = TopicConfig::resolve(&broker, &overrides(&[("retention.ms", "1000")]));
        assert_eq!(topic.retention_ms, 1000);
        assert_eq!(topic.segment_ms, 7 * 24 * 3_600_000);
        assert_eq!(topic.max_message_bytes, 1_048_588);
        assert!(!topic.write_caching);
    }

    #[test]
    fn an_override_that_cannot_be_read_is_as_good_as_none() {
        let topic =
            TopicConfig::resolve(&BrokerConfig::default(), &overrides(&[("retention.ms", "soon")]));
        assert_eq!(topic.retention_ms, 604_800_000);
    }
}
