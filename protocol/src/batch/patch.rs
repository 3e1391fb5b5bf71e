//! A stamp: what a broker writes into a batch that it appends.
//!
//! The base offset and the leader epoch lie outside the CRC: twelve bytes change and nothing is checked again. An
//! append time lies inside it, so the checksum is computed anew; the records behind the header stay as they are even
//! then. A stamped batch is therefore a new header of 61 bytes before the old records, which nobody copies.

use bytes::{Bytes, BytesMut};

use super::RecordBatch;
use super::header::{Attributes, BatchHeader, HEADER_LEN, TimestampType, at};
use crate::crc32c::{crc32c, crc32c_of_two};
use crate::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, TimestampMs};

/// What a broker decides about a batch that it appends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The offset of its first record.
    pub base_offset: Offset,
    /// The epoch of the leader that appends it.
    pub leader_epoch: LeaderEpoch,
    /// The broker's time, where the topic's timestamps are the broker's (`message.timestamp.type=LogAppendTime`).
    pub log_append_time: Option<TimestampMs>,
}

/// A batch as it will be stored: its new header, and its records where they were.
#[derive(Clone, Debug)]
pub struct StampedBatch {
    /// The header with the stamp, and with the CRC that fits it.
    pub header: BatchHeader,
    /// The header's bytes.
    pub head: [u8; HEADER_LEN],
    /// Everything behind the header.
    pub tail: Bytes,
}

impl StampedBatch {
    /// Bytes of the whole batch.
    pub fn size_in_bytes(&self) -> usize {
        self.header.size_in_bytes()
    }

    /// The batch in two pieces, for a vectored write.
    pub fn parts(&self) -> [&[u8]; 2] {
        [&self.head, &self.tail]
    }

    /// The batch in one piece. Copies it.
    pub fn to_batch(&self) -> RecordBatch {
        let mut bytes = BytesMut::with_capacity(self.size_in_bytes());
        bytes.extend_from_slice(&self.head);
        bytes.extend_from_slice(&self.tail);
        RecordBatch { header: self.header, bytes: bytes.freeze() }
    }
}

impl RecordBatch {
    /// The batch with a broker's stamp on it.
    pub fn stamped(&self, stamp: Stamp) -> StampedBatch {
        let tail = self.bytes.slice(HEADER_LEN..);
        let mut header = self.header;
        header.base_offset = stamp.base_offset;
        header.partition_leader_epoch = stamp.leader_epoch;
        if let Some(time) = stamp.log_append_time {
            header.attributes = header.attributes.with_timestamp_type(TimestampType::LogAppendTime);
            header.max_timestamp = time;
            let head = header.to_bytes();
            header.crc = crc32c_of_two(covered(&head), &tail);
        }
        StampedBatch { header, head: header.to_bytes(), tail }
    }

    /// The batch as another producer, or another incarnation of it, would have written it. Copies the records.
    pub fn by_producer(&self, id: ProducerId, epoch: ProducerEpoch, first: Sequence) -> Self {
        let mut header = self.header;
        (header.producer_id, header.producer_epoch, header.base_sequence) = (id, epoch, first);
        reheaded(self, header)
    }
}

/// The batch with another header, and the CRC that fits it. Copies the records.
pub(super) fn reheaded(batch: &RecordBatch, mut header: BatchHeader) -> RecordBatch {
    let tail = batch.bytes.slice(HEADER_LEN..);
    header.crc = crc32c_of_two(covered(&header.to_bytes()), &tail);
    StampedBatch { header, head: header.to_bytes(), tail }.to_batch()
}

/// Writes the base offset into a batch in place. The CRC stays right.
pub fn base_offset(batch: &mut [u8], offset: Offset) {
    put(batch, at::BASE_OFFSET, offset.0.to_be_bytes());
}

/// Writes the leader epoch into a batch in place. The CRC stays right.
pub fn leader_epoch(batch: &mut [u8], epoch: LeaderEpoch) {
    put(batch, at::LEADER_EPOCH, epoch.0.to_be_bytes());
}

/// Writes the broker's time into a batch in place, and the CRC that fits it.
///
/// # Panics
/// If `batch` is shorter than a header: whoever patches has parsed it.
pub fn log_append_time(batch: &mut [u8], time: TimestampMs) {
    let bits = batch.get(at::ATTRIBUTES..).and_then(<[u8]>::first_chunk).expect("a parsed batch");
    let attributes = Attributes::from_bits(i16::from_be_bytes(*bits)).expect("a parsed batch");
    let attributes = attributes.with_timestamp_type(TimestampType::LogAppendTime);
    put(batch, at::ATTRIBUTES, attributes.bits().to_be_bytes());
    put(batch, at::MAX_TIMESTAMP, time.0.to_be_bytes());
    let crc = crc32c(covered(batch));
    put(batch, at::CRC, crc.to_be_bytes());
}

/// The part of a batch that its CRC covers.
pub(super) fn covered(batch: &[u8]) -> &[u8] {
    batch.get(at::ATTRIBUTES..).expect("a batch is longer than its header")
}

fn put<const N: usize>(batch: &mut [u8], at: usize, value: [u8; N]) {
    batch
        .get_mut(at..at + N)
        .expect("whoever patches a batch has parsed it")
        .copy_from_slice(&value);
}
