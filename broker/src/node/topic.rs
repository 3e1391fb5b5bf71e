//! A topic's configuration, in the words of those who obey it.

use std::hash::{DefaultHasher, Hash, Hasher};

use protocol::batch::validate::Rules;
use protocol::batch::{Compression, TimestampType};
use protocol::ids::{TimestampMs, TopicPartition};
use storage::log::LogConfig;

use crate::config::{CompressionType, MessageTimestampType, TopicConfig};

/// What produced records must be, and how they are kept.
pub(crate) fn produce_rules(topic: &TopicConfig, produce_version: i16, now: TimestampMs) -> Rules {
    Rules {
        produce_version,
        max_batch_size: size(topic.max_message_bytes),
        compacted: topic.cleanup_policy.compact,
        timestamp_type: timestamp_type(topic),
        timestamp_before_max_ms: topic.message_timestamp_before_max_ms,
        timestamp_after_max_ms: topic.message_timestamp_after_max_ms,
        compression: stored_compression(topic),
        ..Rules::at(now)
    }
}

/// What storage must know of it, for one partition's log.
pub(crate) fn log_config(topic: &TopicConfig, id: &TopicPartition) -> LogConfig {
    let count =
        |number: i32| u32::try_from(number).expect("the row's check allows no negative number");
    LogConfig {
        segment_bytes: count(topic.segment_bytes),
        // A record is not compacted before its segment has ended.
        segment_ms: match topic.cleanup_policy.compact {
            true => topic.segment_ms.min(topic.max_compaction_lag_ms),
            false => topic.segment_ms,
        },
        roll_jitter_ms: jitter(topic.segment_jitter_ms, id),
        retention_ms: topic.retention_ms,
        retention_bytes: topic.retention_bytes,
        index_interval_bytes: count(topic.index_interval_bytes),
        segment_index_bytes: count(topic.segment_index_bytes),
        max_message_bytes: count(topic.max_message_bytes),
        write_caching: topic.write_caching,
        flush_messages: topic.flush_messages,
        flush_ms: topic.flush_ms,
        file_delete_delay_ms: topic.file_delete_delay_ms,
        timestamp_type: timestamp_type(topic),
        delete: topic.cleanup_policy.delete,
        compact: topic.cleanup_policy.compact,
    }
}

/// A share of `max_ms` that is another for each partition, and the same after a restart.
fn jitter(max_ms: i64, id: &TopicPartition) -> i64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    let share = i64::try_from(hasher.finish() >> 1).expect("63 bits");
    if max_ms > 0 { share % max_ms } else { 0 }
}

fn timestamp_type(topic: &TopicConfig) -> TimestampType {
    match topic.message_timestamp_type {
        MessageTimestampType::CreateTime => TimestampType::CreateTime,
        MessageTimestampType::LogAppendTime => TimestampType::LogAppendTime,
    }
}

/// The codec and level that batches are kept with; `None`: as they came.
fn stored_compression(topic: &TopicConfig) -> Option<(Compression, Option<i32>)> {
    match topic.compression_type {
        CompressionType::Producer => None,
        CompressionType::Uncompressed => Some((Compression::None, None)),
        CompressionType::Gzip => Some((Compression::Gzip, Some(topic.compression_gzip_level))),
        CompressionType::Snappy => Some((Compression::Snappy, None)),
        CompressionType::Lz4 => Some((Compression::Lz4, Some(topic.compression_lz4_level))),
        CompressionType::Zstd => Some((Compression::Zstd, Some(topic.compression_zstd_level))),
    }
}

fn size(bytes: i32) -> usize {
    usize::try_from(bytes).expect("the row's check allows no negative number")
}
