//! A builder: records in, one batch out.
//!
//! What the producer of our client sends, what coordinators write into their own topics, and what tests are made of.

use bytes::Bytes;

use super::RecordBatch;
use super::compression::{Compression, CompressionError, compress};
use super::header::{Attributes, BatchHeader, HEADER_LEN, LOG_OVERHEAD, TimestampType};
use super::patch::covered;
use super::records::Header;
use crate::crc32c::crc32c;
use crate::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, TimestampMs};
use crate::varint;

/// What a batch says of itself beside its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchOptions {
    /// The codec of the records.
    pub compression: Compression,
    /// On the codec's own scale; `None` is its default.
    pub compression_level: Option<i32>,
    /// Whose clock the timestamps are from. With [`TimestampType::LogAppendTime`] readers see the max timestamp.
    pub timestamp_type: TimestampType,
    /// The idempotent producer, or [`ProducerId::NONE`].
    pub producer_id: ProducerId,
    /// Its epoch.
    pub producer_epoch: ProducerEpoch,
    /// The sequence of the first record.
    pub base_sequence: Sequence,
    /// Whether the batch belongs to a transaction.
    pub transactional: bool,
    /// Whether the records are for brokers ([`control`](crate::control)).
    pub control: bool,
    /// The epoch of the leader; −1 in what clients send.
    pub leader_epoch: LeaderEpoch,
}

impl Default for BatchOptions {
    /// Plain records of no idempotent producer.
    fn default() -> Self {
        Self {
            compression: Compression::None,
            compression_level: None,
            timestamp_type: TimestampType::CreateTime,
            producer_id: ProducerId::NONE,
            producer_epoch: ProducerEpoch::NONE,
            base_sequence: Sequence::NONE,
            transactional: false,
            control: false,
            leader_epoch: LeaderEpoch::NONE,
        }
    }
}

/// Why records do not make a batch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// Nothing was appended. Only compaction leaves empty batches.
    #[error("a batch needs a record")]
    Empty,
    /// More bytes than a batch's length can say.
    #[error("{0} bytes are more than a batch can hold")]
    TooLarge(usize),
    /// The codec failed.
    #[error(transparent)]
    Compression(#[from] CompressionError),
}

/// Collects records into one batch.
#[derive(Clone, Debug)]
pub struct BatchBuilder {
    options: BatchOptions,
    /// The header's place, then the records, not yet packed.
    buffer: Vec<u8>,
    count: i32,
    last_offset_delta: i32,
    /// Of the first record; the others' deltas count from it.
    base_timestamp: TimestampMs,
    max_timestamp: TimestampMs,
}

impl BatchBuilder {
    /// An empty batch.
    pub fn new(options: BatchOptions) -> Self {
        Self {
            options,
            buffer: vec![0; HEADER_LEN],
            count: 0,
            last_offset_delta: -1,
            base_timestamp: TimestampMs::NONE,
            max_timestamp: TimestampMs::NONE,
        }
    }

    /// Appends a record at the next offset.
    pub fn append(
        &mut self,
        timestamp: TimestampMs,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[Header],
    ) -> &mut Self {
        self.append_at(self.last_offset_delta + 1, timestamp, key, value, headers)
    }

    /// Appends a record that lies `offset_delta` behind the base offset: compaction leaves gaps.
    pub fn append_at(
        &mut self,
        offset_delta: i32,
        timestamp: TimestampMs,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[Header],
    ) -> &mut Self {
        assert!(offset_delta > self.last_offset_delta, "offsets ascend within a batch");
        if self.count == 0 {
            self.base_timestamp = timestamp;
        }
        let age = timestamp.0.wrapping_sub(self.base_timestamp.0);
        let body = body_len(age, offset_delta, key, value, headers);
        let out = &mut self.buffer;
        out.reserve(varint::size_i32(body as i32) + body);
        varint::write_i32(out, body as i32);
        let began = out.len();
        out.push(0);
        varint::write_i64(out, age);
        varint::write_i32(out, offset_delta);
        write_nullable(out, key);
        write_nullable(out, value);
        varint::write_i32(out, headers.len() as i32);
        for header in headers {
            write_nullable(out, Some(&header.key));
            write_nullable(out, header.value.as_deref());
        }
        debug_assert_eq!(out.len() - began, body, "a record is as long as it says");
        self.count += 1;
        self.last_offset_delta = offset_delta;
        self.max_timestamp = self.max_timestamp.max(timestamp);
        self
    }

    /// Says something else of the batch than was said at first.
    pub fn set_options(&mut self, options: BatchOptions) {
        self.options = options;
    }

    /// How many records there are.
    pub fn record_count(&self) -> usize {
        self.count as usize
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Bytes of the batch as it is now, not yet packed: an upper bound of what [`Self::build`] makes, but for data
    /// that the codec cannot shrink.
    pub fn size_in_bytes(&self) -> usize {
        self.buffer.len()
    }

    /// The batch, its first record at `base_offset` (0 in what clients send).
    pub fn build(mut self, base_offset: Offset) -> Result<RecordBatch, BuildError> {
        if self.count == 0 {
            return Err(BuildError::Empty);
        }
        self.pack()?;
        let batch_length = i32::try_from(self.buffer.len() - LOG_OVERHEAD)
            .map_err(|_| BuildError::TooLarge(self.buffer.len()))?;
        let mut header = self.header(base_offset, batch_length);
        self.write_header(&header);
        header.crc = crc32c(covered(&self.buffer));
        self.write_header(&header);
        Ok(RecordBatch { header, bytes: Bytes::from(self.buffer) })
    }

    fn pack(&mut self) -> Result<(), BuildError> {
        let BatchOptions { compression, compression_level, .. } = self.options;
        if compression != Compression::None {
            let records = self.buffer.get(HEADER_LEN..).unwrap_or_default();
            let packed = compress(compression, compression_level, records)?;
            self.buffer.truncate(HEADER_LEN);
            self.buffer.extend_from_slice(&packed);
        }
        Ok(())
    }

    fn header(&self, base_offset: Offset, batch_length: i32) -> BatchHeader {
        let options = self.options;
        BatchHeader {
            base_offset,
            batch_length,
            partition_leader_epoch: options.leader_epoch,
            crc: 0,
            attributes: Attributes::default()
                .with_compression(options.compression)
                .with_timestamp_type(options.timestamp_type)
                .with_transactional(options.transactional)
                .with_control(options.control),
            last_offset_delta: self.last_offset_delta,
            base_timestamp: self.base_timestamp,
            max_timestamp: self.max_timestamp,
            producer_id: options.producer_id,
            producer_epoch: options.producer_epoch,
            base_sequence: options.base_sequence,
            record_count: self.count,
        }
    }

    fn write_header(&mut self, header: &BatchHeader) {
        let place = self.buffer.get_mut(..HEADER_LEN).expect("the header's place comes first");
        place.copy_from_slice(&header.to_bytes());
    }
}

/// How long a record is behind its length, which stands before it.
fn body_len(
    age: i64,
    offset_delta: i32,
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: &[Header],
) -> usize {
    let header =
        |header: &Header| nullable_len(Some(&header.key)) + nullable_len(header.value.as_deref());
    1 + varint::size_i64(age)
        + varint::size_i32(offset_delta)
        + nullable_len(key)
        + nullable_len(value)
        + varint::size_i32(headers.len() as i32)
        + headers.iter().map(header).sum::<usize>()
}

fn nullable_len(field: Option<&[u8]>) -> usize {
    field.map_or(1, |bytes| varint::size_i32(bytes.len() as i32) + bytes.len())
}

fn write_nullable(out: &mut Vec<u8>, field: Option<&[u8]>) {
    match field {
        None => varint::write_i32(out, -1),
        Some(bytes) => {
            varint::write_i32(out, bytes.len() as i32);
            out.extend_from_slice(bytes);
        }
    }
}
