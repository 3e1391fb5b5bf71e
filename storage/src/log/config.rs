//! A log's configuration: the topic's settings as far as storage obeys them, resolved and in Kafka's words.

use std::time::Duration;

use protocol::batch::TimestampType;
use protocol::ids::TimestampMs;

use crate::segment::writer::Limits;

/// What a topic's configuration says about each of its logs. Defaults are Kafka's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// `segment.bytes`: a segment is not filled beyond this.
    pub segment_bytes: u32,
    /// `segment.ms`: a segment is not filled for longer than this.
    pub segment_ms: i64,
    /// How much earlier than `segment_ms` this log rolls; drawn once a log from `segment.jitter.ms`, so that not all roll at once.
    pub roll_jitter_ms: i64,
    /// `retention.ms`: records older than this may be deleted. −1: none is too old.
    pub retention_ms: i64,
    /// `retention.bytes`: the log may be cut down to this. −1: it is never too large.
    pub retention_bytes: i64,
    /// `index.interval.bytes`: how far index entries lie apart.
    pub index_interval_bytes: u32,
    /// `segment.index.bytes`: a segment is not filled beyond what an index of this size can say.
    pub segment_index_bytes: u32,
    /// `max.message.bytes`: the largest batch.
    pub max_message_bytes: u32,
    /// `write.caching`: acknowledge what is only in the page cache.
    pub write_caching: bool,
    /// `flush.messages`: sync after so many records, even with `write.caching`.
    pub flush_messages: i64,
    /// `flush.ms`: sync after so long, even with `write.caching`.
    pub flush_ms: i64,
    /// `file.delete.delay.ms`: how long a deleted segment's files stay for those who still read them.
    pub file_delete_delay_ms: i64,
    /// `message.timestamp.type`.
    pub timestamp_type: TimestampType,
    /// `cleanup.policy` contains `delete`.
    pub delete: bool,
    /// `cleanup.policy` contains `compact`: offsets may have gaps.
    pub compact: bool,
}

impl Default for LogConfig {
    fn default() -> Self {
        const DAY_MS: i64 = 24 * 60 * 60 * 1000;
        Self {
            segment_bytes: 1 << 30,
            segment_ms: 7 * DAY_MS,
            roll_jitter_ms: 0,
            retention_ms: 7 * DAY_MS,
            retention_bytes: -1,
            index_interval_bytes: 4096,
            segment_index_bytes: 10 << 20,
            max_message_bytes: (1 << 20) + 12,
            write_caching: false,
            flush_messages: i64::MAX,
            flush_ms: i64::MAX,
            file_delete_delay_ms: 60_000,
            timestamp_type: TimestampType::CreateTime,
            delete: true,
            compact: false,
        }
    }
}

impl LogConfig {
    pub(super) fn limits(&self) -> Limits {
        Limits {
            // Positions in an index have 31 bits.
            segment_bytes: u64::from(self.segment_bytes.min(i32::MAX as u32)),
            index_interval: u64::from(self.index_interval_bytes),
            index_bytes: u64::from(self.segment_index_bytes),
            copied: self.write_caching,
        }
    }

    pub(super) fn file_delete_delay(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.file_delete_delay_ms).unwrap_or(0))
    }

    /// Whether a segment that began at `began` has been filled for long enough.
    pub(super) fn is_old(&self, began: TimestampMs, now: TimestampMs) -> bool {
        now.get().saturating_sub(began.get()) > self.segment_ms.saturating_sub(self.roll_jitter_ms)
    }
}
