//! Validation: whether a broker takes the batch that a client produced.
//!
//! The order of the checks and the error codes are Kafka's (ProduceRequest, UnifiedLog and LogValidator of 4.3), since
//! clients decide by the code whether they try again, split the batch, or give up:
//!
//! | what | code |
//! |---|---|
//! | not exactly one batch, or not of format 2 (Produce 3 and later) | INVALID_RECORD |
//! | zstd before Produce 7 | UNSUPPORTED_COMPRESSION_TYPE |
//! | a base offset other than 0 | INVALID_RECORD |
//! | larger than `max.message.bytes` | MESSAGE_TOO_LARGE |
//! | CRC, or a header that is no header | CORRUPT_MESSAGE |
//! | count and last offset that do not fit; a control batch; a sequence below 0 | INVALID_RECORD |
//! | a record without key on a compacted topic | INVALID_RECORD, by record |
//! | a timestamp out of the topic's range, or said to be the broker's | INVALID_TIMESTAMP, by record |
//!
//! # What is read
//!
//! Every record is walked over, packed or not, as Kafka does: a batch with a valid CRC and a record that does not parse
//! would stop every consumer of the partition at that offset for good. `docs/decisions/every-record-is-walked.md` has the
//! figures. What a walk corrects as Kafka does instead of refusing it: a wrong max timestamp in the header, and
//! offsets out of line within the batch.
//!
//! # Where we are stricter than Kafka
//!
//! Bytes behind the batch, unknown attribute bits, a codec that nobody knows, transactional batches without a
//! producer id, and records that unpack to more than [`Rules::unpacked_len_max`] bytes are refused. No client sends them.

use bytes::Bytes;

use super::compression::{Compression, CompressionError};
use super::error::BatchError;
use super::header::{BatchHeader, TimestampType};
use super::walk::Step;
use super::{BatchBuilder, BatchOptions, RecordBatch, patch};
use crate::error::ErrorCode;
use crate::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, TimestampMs};

/// What a topic asks of the batches that are produced to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The version of the Produce request: old ones may not carry zstd (KIP-110).
    pub produce_version: i16,
    /// `max.message.bytes`: the largest batch, in bytes, as it is stored.
    pub max_batch_size: usize,
    /// Whether `cleanup.policy` has `compact`: then every record needs a key.
    pub compacted: bool,
    /// `message.timestamp.type`. With the broker's time the records' own are not looked at.
    pub timestamp_type: TimestampType,
    /// `message.timestamp.before.max.ms`: how old a record's timestamp may be.
    pub timestamp_before_max_ms: i64,
    /// `message.timestamp.after.max.ms`: how far ahead it may be.
    pub timestamp_after_max_ms: i64,
    /// The broker's time.
    pub now: TimestampMs,
    /// `compression.type` with its level; `None` is `producer`: as the batch came.
    pub compression: Option<(Compression, Option<i32>)>,
    /// What the records may unpack to, in bytes.
    pub unpacked_len_max: usize,
}

impl Rules {
    /// Kafka's defaults for a topic, at this time, for the newest Produce.
    pub fn at(now: TimestampMs) -> Self {
        Self {
            produce_version: i16::MAX,
            max_batch_size: 1_048_588,
            compacted: false,
            timestamp_type: TimestampType::CreateTime,
            timestamp_before_max_ms: i64::MAX,
            timestamp_after_max_ms: 3_600_000,
            now,
            compression: None,
            unpacked_len_max: RecordBatch::UNPACKED_LEN_MAX,
        }
    }
}

/// Why a produced batch is not taken: what the response says of its partition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Rejected {
    /// The partition's error.
    pub code: ErrorCode,
    /// The partition's error message (Produce 8, KIP-467).
    pub message: String,
    /// The records at fault, where single ones are; at most [`RECORD_ERRORS_MAX`].
    pub record_errors: Vec<RecordError>,
}

/// One record at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordError {
    /// Which record of the batch, from 0.
    pub batch_index: i32,
    /// What is wrong with it.
    pub message: String,
}

/// How many records at fault a rejection names. A batch can hold a hundred thousand.
pub const RECORD_ERRORS_MAX: usize = 100;

fn rejected(code: ErrorCode, message: impl Into<String>) -> Rejected {
    Rejected { code, message: message.into(), record_errors: Vec::new() }
}

fn invalid(message: impl Into<String>) -> Rejected {
    rejected(ErrorCode::InvalidRecord, message)
}

/// Validates a partition's records of a Produce request, version 3 or later. Returns the batches to append, offsets
/// and leader epoch still to be stamped: exactly one, and the very bytes that came, unless something in it had to
/// be corrected.
pub fn produced(records: Bytes, rules: &Rules) -> Result<Vec<RecordBatch>, Rejected> {
    let batch = one_batch(records, rules)?;
    check_size(&batch, rules)?;
    batch.verify_crc().map_err(|error| rejected(ErrorCode::CorruptMessage, error.to_string()))?;
    check_header(batch.header())?;
    let seen = inspect(&batch, rules)?;
    correct(batch, &seen, rules).map(|batch| vec![batch])
}

/// The one batch that a record set must be.
fn one_batch(records: Bytes, rules: &Rules) -> Result<RecordBatch, Rejected> {
    if records.is_empty() {
        return Err(invalid("a produce request must have a record batch for each partition"));
    }
    let batch = RecordBatch::parse(records).map_err(|error| match error {
        BatchError::Truncated { .. } | BatchError::TrailingBytes(_) => invalid(format!(
            "a produce request must have exactly one record batch for each partition: {error}"
        )),
        BatchError::Magic(0 | 1) => invalid(error.to_string()),
        BatchError::UnknownCodec(_) => {
            rejected(ErrorCode::UnsupportedCompressionType, error.to_string())
        }
        error => rejected(ErrorCode::CorruptMessage, error.to_string()),
    })?;
    if batch.header().compression() == Compression::Zstd && rules.produce_version < 7 {
        return Err(rejected(
            ErrorCode::UnsupportedCompressionType,
            "zstd needs a Produce request of version 7 or later",
        ));
    }
    match batch.header().base_offset {
        Offset::ZERO => Ok(batch),
        other => Err(invalid(format!("the base offset of a produced batch is 0, not {other}"))),
    }
}

fn check_size(batch: &RecordBatch, rules: &Rules) -> Result<(), Rejected> {
    let (size, limit) = (batch.size_in_bytes(), rules.max_batch_size);
    match size > limit {
        false => Ok(()),
        true => Err(rejected(
            ErrorCode::MessageTooLarge,
            format!("the batch has {size} bytes; max.message.bytes of the topic is {limit}"),
        )),
    }
}

/// What the header alone must say.
fn check_header(header: &BatchHeader) -> Result<(), Rejected> {
    let count = i64::from(header.record_count);
    let spanned = i64::from(header.last_offset_delta) + 1;
    if spanned <= 0 {
        return Err(invalid(format!("the batch spans {spanned} offsets")));
    }
    if count <= 0 {
        return Err(invalid(format!("the batch counts {count} records")));
    }
    if count != spanned {
        return Err(invalid(format!(
            "the batch counts {count} records and spans {spanned} offsets"
        )));
    }
    if header.is_control() {
        return Err(invalid("clients may not write control records"));
    }
    check_producer(header)?;
    if header.attributes.bits() & !ATTRIBUTES_OF_CLIENTS != 0 {
        return Err(invalid(format!("unknown attributes {:#06x}", header.attributes.bits())));
    }
    match header.timestamp_type() {
        TimestampType::CreateTime => Ok(()),
        TimestampType::LogAppendTime => Err(Rejected {
            code: ErrorCode::InvalidTimestamp,
            message: TIMESTAMPS_REJECTED.into(),
            record_errors: vec![RecordError {
                batch_index: 0,
                message: "a producer may not set the timestamp type to LogAppendTime".into(),
            }],
        }),
    }
}

const TIMESTAMPS_REJECTED: &str =
    "one or more records have been rejected for their invalid timestamps";
/// Codec, timestamp type, transactional, control: the last two have their own checks.
const ATTRIBUTES_OF_CLIENTS: i16 = 0x3f;

fn check_producer(header: &BatchHeader) -> Result<(), Rejected> {
    let BatchHeader { producer_id, producer_epoch, base_sequence, .. } = *header;
    if !header.has_producer_id() {
        return match header.is_transactional() || producer_id < ProducerId::NONE {
            true => Err(invalid(format!("a transactional batch of producer id {producer_id}"))),
            false => Ok(()),
        };
    }
    if base_sequence < Sequence(0) {
        return Err(invalid(format!("sequence {base_sequence} of producer id {producer_id}")));
    }
    if producer_epoch < ProducerEpoch(0) {
        return Err(invalid(format!("epoch {producer_epoch} of producer id {producer_id}")));
    }
    Ok(())
}

/// What a walk over the records has shown.
struct Seen {
    max_timestamp: TimestampMs,
    offsets_in_line: bool,
}

/// Walks over the records and holds each against the rules.
fn inspect(batch: &RecordBatch, rules: &Rules) -> Result<Seen, Rejected> {
    let base = batch.header().base_timestamp;
    let range = TimestampRange::of(rules);
    let mut faults = Faults::default();
    let mut seen = Seen { max_timestamp: TimestampMs::NONE, offsets_in_line: true };
    let walked = batch.walk(rules.unpacked_len_max, |step| {
        let timestamp = TimestampMs(base.0.saturating_add(step.timestamp_delta));
        seen.max_timestamp = seen.max_timestamp.max(timestamp);
        seen.offsets_in_line &= step.offset_delta == step.at;
        if rules.compacted && !step.has_key {
            faults.no_key(step);
        } else if !range.contains(timestamp) {
            faults.timestamp(step, timestamp, range);
        }
    });
    walked.map_err(|error| match error {
        BatchError::Compression(CompressionError::TooLarge { .. }) => {
            rejected(ErrorCode::MessageTooLarge, error.to_string())
        }
        error => invalid(error.to_string()),
    })?;
    faults.into_result().map(|()| seen)
}

/// Which timestamps a topic takes.
#[derive(Clone, Copy, Debug)]
struct TimestampRange {
    earliest: i64,
    latest: i64,
}

impl TimestampRange {
    fn of(rules: &Rules) -> Self {
        match rules.timestamp_type {
            TimestampType::LogAppendTime => Self { earliest: i64::MIN, latest: i64::MAX },
            TimestampType::CreateTime => Self {
                // Without a limit the range has no lower end, not one that saturates.
                earliest: match rules.timestamp_before_max_ms {
                    i64::MAX => i64::MIN,
                    before => rules.now.0.saturating_sub(before),
                },
                latest: rules.now.0.saturating_add(rules.timestamp_after_max_ms),
            },
        }
    }

    #[inline]
    fn contains(self, timestamp: TimestampMs) -> bool {
        (self.earliest..=self.latest).contains(&timestamp.0) || timestamp == TimestampMs::NONE
    }
}

/// The records at fault so far.
#[derive(Default)]
struct Faults {
    count: usize,
    any_timestamp: bool,
    named: Vec<RecordError>,
}

impl Faults {
    #[cold]
    fn no_key(&mut self, step: Step) {
        self.add(step, || "a compacted topic takes no record without a key".into());
    }

    #[cold]
    fn timestamp(&mut self, step: Step, timestamp: TimestampMs, range: TimestampRange) {
        self.any_timestamp = true;
        let TimestampRange { earliest, latest } = range;
        self.add(step, || {
            format!("timestamp {timestamp} is out of range: the topic takes {earliest} to {latest}")
        });
    }

    fn add(&mut self, step: Step, message: impl FnOnce() -> String) {
        self.count += 1;
        if self.named.len() < RECORD_ERRORS_MAX {
            self.named.push(RecordError { batch_index: step.at, message: message() });
        }
    }

    fn into_result(self) -> Result<(), Rejected> {
        if self.count == 0 {
            return Ok(());
        }
        let (code, message) = match self.any_timestamp {
            true => (ErrorCode::InvalidTimestamp, TIMESTAMPS_REJECTED.into()),
            false => (
                ErrorCode::InvalidRecord,
                format!("{} of the records have been rejected for errors of their own", self.count),
            ),
        };
        Err(Rejected { code, message, record_errors: self.named })
    }
}

/// The batch as it may be stored: the same bytes, if there is nothing to correct.
fn correct(batch: RecordBatch, seen: &Seen, rules: &Rules) -> Result<RecordBatch, Rejected> {
    let codec = batch.header().compression();
    let target = rules.compression.unwrap_or((codec, None));
    if !seen.offsets_in_line || target.0 != codec {
        let rebuilt = rebuild(&batch, target, rules)?;
        check_size(&rebuilt, rules)?;
        return Ok(rebuilt);
    }
    let broker_time = rules.timestamp_type == TimestampType::LogAppendTime;
    if broker_time || batch.header().max_timestamp == seen.max_timestamp {
        return Ok(batch);
    }
    let mut header = *batch.header();
    header.max_timestamp = seen.max_timestamp;
    Ok(patch::reheaded(&batch, header))
}

/// The same records in another codec, or with their offsets in line.
fn rebuild(
    batch: &RecordBatch,
    (compression, compression_level): (Compression, Option<i32>),
    rules: &Rules,
) -> Result<RecordBatch, Rejected> {
    let header = batch.header();
    let mut builder = BatchBuilder::new(BatchOptions {
        compression,
        compression_level,
        timestamp_type: TimestampType::CreateTime,
        producer_id: header.producer_id,
        producer_epoch: header.producer_epoch,
        base_sequence: header.base_sequence,
        transactional: header.is_transactional(),
        control: false,
        leader_epoch: LeaderEpoch::NONE,
    });
    let records = batch.records_within(rules.unpacked_len_max);
    for record in records.map_err(|error| invalid(error.to_string()))? {
        let record = record.map_err(|error| invalid(error.to_string()))?;
        let (key, value) = (record.key.as_deref(), record.value.as_deref());
        builder.append(record.timestamp, key, value, &record.headers);
    }
    builder.build(Offset::ZERO).map_err(|error| invalid(error.to_string()))
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
