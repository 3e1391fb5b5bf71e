//! What the log directories hold, and what new topics take over from the broker.

use super::reasons::{
    AT_ONCE, CLEANER_BUFFERS, CORDON, DIR_FAILURE, MOVES, PREALLOCATED, WITH_POINTS,
};
use crate::config::check::{Check, at_least, between};
use crate::config::row::{CLUSTER_WIDE, READ_ONLY, section};
use crate::config::value::{CleanupPolicy, CompressionType, MessageTimestampType};

section! {
    /// Where partitions are kept, for how long, and how safely. Most of these are what a topic has that does not say
    /// otherwise; the topic's own key is named in its chapter.
    Log, "Logs";

    /// One directory for partitions and metadata, for whoever does not set `log.dirs`.
    log_dir: Option<Vec<String>> = "log.dir", null, Check::NotEmpty, READ_ONLY;
    /// The directories in which partitions are kept, with commas between. A new partition goes to the one that holds
    /// the fewest. Not set, and `log.dir` not either: `$XDG_DATA_HOME/sapwood`, else `~/.local/share/sapwood`, or for a
    /// service without a home `/var/lib/sapwood`. Never a temporary directory, which is Kafka's default.
    log_dirs: Option<Vec<String>> = "log.dirs", null, Check::Distinct, READ_ONLY;
    /// How large the active segment of a partition may grow before a new one is begun, in bytes.
    segment_bytes: i32 = "log.segment.bytes", "1073741824", at_least(1_048_576), CLUSTER_WIDE;
    /// How old the active segment may grow before a new one is begun, in milliseconds. Not set: `log.roll.hours`.
    roll_ms: Option<i64> = "log.roll.ms", null, at_least(1), CLUSTER_WIDE;
    /// The same in hours, for whoever does not set `log.roll.ms`.
    roll_hours: i32 = "log.roll.hours", "168", at_least(1), READ_ONLY;
    /// How much earlier than `log.roll.ms` a segment may end, at random, in milliseconds, so that a thousand partitions
    /// do not begin new segments at once. Not set: `log.roll.jitter.hours`.
    roll_jitter_ms: Option<i64> = "log.roll.jitter.ms", null, at_least(0), CLUSTER_WIDE;
    /// The same in hours, for whoever does not set `log.roll.jitter.ms`.
    roll_jitter_hours: i32 = "log.roll.jitter.hours", "0", at_least(0), READ_ONLY;
    /// How long records are kept, in milliseconds; −1 for ever. A segment goes when its newest record is older.
    /// Not set: `log.retention.minutes`, and failing that `log.retention.hours`.
    retention_ms: Option<i64> = "log.retention.ms", null, at_least(-1), CLUSTER_WIDE;
    /// The same in minutes, for whoever does not set `log.retention.ms`.
    retention_minutes: Option<i32> = "log.retention.minutes", null, at_least(-1), READ_ONLY;
    /// The same in hours, for whoever sets neither of the others.
    retention_hours: i32 = "log.retention.hours", "168", at_least(-1), READ_ONLY;
    /// How many bytes a partition keeps before its oldest segments go; −1 for no limit. It counts each partition alone.
    retention_bytes: i64 = "log.retention.bytes", "-1", at_least(-1), CLUSTER_WIDE;
    /// How often segments are looked through for those that are due to go, in milliseconds.
    retention_check_interval_ms: i64 = "log.retention.check.interval.ms", "300000", at_least(1), READ_ONLY;
    /// What may happen to old records: `delete` segments by age and size, `compact` to the newest record of each key,
    /// both, or neither for an empty list.
    cleanup_policy: CleanupPolicy = "log.cleanup.policy", "delete", Check::Among(CleanupPolicy::TEXTS), CLUSTER_WIDE;
    /// How long the files of a deleted segment or topic stay on disk for readers that still hold them, in milliseconds.
    segment_delete_delay_ms: i64 = "log.segment.delete.delay.ms", "60000", at_least(0), CLUSTER_WIDE;
    /// How many bytes of records lie between two entries of an index. Smaller finds faster and takes more room.
    index_interval_bytes: i32 = "log.index.interval.bytes", "4096", at_least(0), CLUSTER_WIDE;
    /// How large an index file may grow, in bytes. A full index begins a new segment.
    index_size_max_bytes: i32 = "log.index.size.max.bytes", "10485760", at_least(4), CLUSTER_WIDE;
    /// The largest batch of records that is taken, in bytes, counted as it is stored.
    message_max_bytes: i32 = "message.max.bytes", "1048588", at_least(0), CLUSTER_WIDE;
    /// Whose clock the timestamp of a record comes from: the producer's (`CreateTime`) or the broker's (`LogAppendTime`).
    message_timestamp_type: MessageTimestampType = "log.message.timestamp.type", "CreateTime", Check::OneOf(MessageTimestampType::TEXTS), CLUSTER_WIDE;
    /// How far a producer's timestamp may lie in the past, in milliseconds. Older records are refused.
    message_timestamp_before_max_ms: i64 = "log.message.timestamp.before.max.ms", "9223372036854775807", at_least(0), CLUSTER_WIDE;
    /// How far a producer's timestamp may lie in the future, in milliseconds. A clock that runs ahead by more than this
    /// has its records refused, since they would outlive retention.
    message_timestamp_after_max_ms: i64 = "log.message.timestamp.after.max.ms", "3600000", at_least(0), CLUSTER_WIDE;
    /// How batches are compressed at rest: `producer` keeps them as they came and costs nothing; a codec's name makes the
    /// broker compress anew what came otherwise.
    compression_type: CompressionType = "compression.type", "producer", Check::OneOf(CompressionType::TEXTS), CLUSTER_WIDE;
    /// How hard gzip tries, where the broker compresses; −1 is gzip's own middle.
    compression_gzip_level: i32 = "compression.gzip.level", "-1", Check::BetweenOr(1, 9, -1), CLUSTER_WIDE;
    /// How hard lz4 tries, where the broker compresses.
    compression_lz4_level: i32 = "compression.lz4.level", "9", between(1, 17), CLUSTER_WIDE;
    /// How hard zstd tries, where the broker compresses.
    compression_zstd_level: i32 = "compression.zstd.level", "3", between(-131_072, 22), CLUSTER_WIDE;
    /// Whether an append is acknowledged from memory. `false`: `acks=all` waits until the records are on disk, in a sync
    /// that all waiting producers share. `true`: it waits for the in-sync replicas alone, as Kafka does, and a power cut
    /// that takes all of them at once takes what was not written yet. Sapwood's own key.
    write_caching: bool = "log.write.caching", "false", Check::Any, CLUSTER_WIDE;
    /// How many records a partition may take before they are synced to disk even if nobody waits for it.
    flush_interval_messages: i64 = "log.flush.interval.messages", "9223372036854775807", at_least(1), CLUSTER_WIDE;
    /// How long records may stay unsynced if nobody waits for them, in milliseconds. Not set:
    /// `log.flush.scheduler.interval.ms`.
    flush_interval_ms: Option<i64> = "log.flush.interval.ms", null, at_least(0), CLUSTER_WIDE;
    /// The same, for whoever does not set `log.flush.interval.ms`.
    flush_scheduler_interval_ms: i64 = "log.flush.scheduler.interval.ms", "9223372036854775807", at_least(1), READ_ONLY;
    /// How often it is written down how far each log is safe on disk, in milliseconds. A start after a crash scans only
    /// what lies behind that point.
    flush_offset_checkpoint_interval_ms: i32 = "log.flush.offset.checkpoint.interval.ms", "60000", at_least(0), READ_ONLY;
    /// How many threads open and recover partitions at start. At least 16 do: they wait for the disk more than they
    /// compute.
    num_recovery_threads_per_data_dir: i32 = "num.recovery.threads.per.data.dir", "2", at_least(1), CLUSTER_WIDE;
    /// How long an idempotent producer that writes nothing is remembered in a partition, in milliseconds. A batch that
    /// it sends again later than this may be stored twice.
    producer_id_expiration_ms: i32 = "producer.id.expiration.ms", "86400000", at_least(1), CLUSTER_WIDE;
    /// How many bytes must stay free on the file system of a log directory. Below that, produce is refused with an error
    /// that clients retry, while reads, commits, metadata and deletes go on; it is taken again once there is room.
    /// Sapwood's own key.
    storage_min_free_bytes: i64 = "storage.min.free.bytes", "67108864", at_least(0), CLUSTER_WIDE;
    /// Whether compacted topics are compacted. `false` lets them grow without end, `__consumer_offsets` among them.
    cleaner_enable: bool = "log.cleaner.enable", "true", Check::Any, READ_ONLY;
    /// How many logs may be compacted side by side; 0 compacts none.
    cleaner_threads: i32 = "log.cleaner.threads", "1", at_least(0), CLUSTER_WIDE;
    /// How long compaction rests when nothing needs it, in milliseconds.
    cleaner_backoff_ms: i64 = "log.cleaner.backoff.ms", "15000", at_least(0), CLUSTER_WIDE;
    /// How much memory the maps of keys may take in compaction, all together, in bytes. 24 bytes hold a key; what does not
    /// fit waits for the next round.
    cleaner_dedupe_buffer_size: i64 = "log.cleaner.dedupe.buffer.size", "134217728", at_least(4096), CLUSTER_WIDE;
    /// How fast compaction may read and write, all together, in bytes a second.
    cleaner_io_max_bytes_per_second: f64 = "log.cleaner.io.max.bytes.per.second", "1.7976931348623157E308", Check::Any, CLUSTER_WIDE;
    /// How long a tombstone stays in a compacted topic once compaction has seen it, in milliseconds.
    cleaner_delete_retention_ms: i64 = "log.cleaner.delete.retention.ms", "86400000", at_least(0), CLUSTER_WIDE;
    /// How long a record cannot be compacted away, in milliseconds.
    cleaner_min_compaction_lag_ms: i64 = "log.cleaner.min.compaction.lag.ms", "0", at_least(0), CLUSTER_WIDE;
    /// How long a record may at most escape compaction, in milliseconds.
    cleaner_max_compaction_lag_ms: i64 = "log.cleaner.max.compaction.lag.ms", "9223372036854775807", at_least(1), CLUSTER_WIDE;
    /// Which share of a log must be uncompacted before it is compacted again.
    cleaner_min_cleanable_ratio: f64 = "log.cleaner.min.cleanable.ratio", "0.5", Check::Fraction(0.0, 1.0), CLUSTER_WIDE;

    no_effect {
        /// How much memory compaction reads and writes through, in bytes.
        "log.cleaner.io.buffer.size": Int = "524288", at_least(0), CLUSTER_WIDE, CLEANER_BUFFERS;
        /// How full a map of keys may become, as a fraction.
        "log.cleaner.io.buffer.load.factor": Double = "0.9", Check::Any, CLUSTER_WIDE, CLEANER_BUFFERS;
        /// Whether a segment file has its full size from the start.
        "log.preallocate": Boolean = "false", Check::Any, CLUSTER_WIDE, PREALLOCATED;
        /// How often the start offsets of logs are written down, in milliseconds. They move when records are deleted.
        "log.flush.start.offset.checkpoint.interval.ms": Int = "60000", at_least(0), READ_ONLY, WITH_POINTS;
        /// How long a broker whose log directory failed waits to tell the controller before it stops, in milliseconds.
        "log.dir.failure.timeout.ms": Long = "30000", at_least(1), READ_ONLY, DIR_FAILURE;
        /// How long after a start the work in the background begins, in milliseconds.
        "log.initial.task.delay.ms": Long = "30000", at_least(0), READ_ONLY, AT_ONCE;
        /// How many threads move partitions between log directories.
        "num.replica.alter.log.dirs.threads": Int = null, Check::Any, READ_ONLY, MOVES;
        /// How often forgotten producers are looked for, in milliseconds.
        "producer.id.expiration.check.interval.ms": Int = "600000", at_least(1), READ_ONLY, MOVES;
    }
    refused {
        /// The log directories that take no new partitions.
        "cordoned.log.dirs": List = "", Check::Any, READ_ONLY, CORDON;
    }
}

impl Log {
    /// How long records are kept, in milliseconds: the first of `log.retention.{ms,minutes,hours}` that is set.
    /// −1 for ever, as every negative number.
    pub fn retention_ms(&self) -> i64 {
        let minutes = self.retention_minutes.map(|minutes| i64::from(minutes) * MINUTE_MS);
        let ms = self.retention_ms.or(minutes).unwrap_or(i64::from(self.retention_hours) * HOUR_MS);
        ms.max(-1)
    }

    /// How old the active segment may grow, in milliseconds: `log.roll.ms`, or else `log.roll.hours`.
    pub fn roll_ms(&self) -> i64 {
        self.roll_ms.unwrap_or(i64::from(self.roll_hours) * HOUR_MS)
    }

    /// How much earlier a segment may end, in milliseconds: `log.roll.jitter.ms`, or else `log.roll.jitter.hours`.
    pub fn roll_jitter_ms(&self) -> i64 {
        self.roll_jitter_ms.unwrap_or(i64::from(self.roll_jitter_hours) * HOUR_MS)
    }

    /// How long records may stay unsynced, in milliseconds.
    pub fn flush_ms(&self) -> i64 {
        self.flush_interval_ms.unwrap_or(self.flush_scheduler_interval_ms)
    }
}

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 3_600_000;
