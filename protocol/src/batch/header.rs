//! The header of a record batch: the 61 bytes before the records (magic 2, KIP-98).
//!
//! ```text
//!  at  bytes  field                      in the CRC
//!   0      8  base offset                no    the broker writes it on append
//!   8      4  batch length               no    bytes after this field
//!  12      4  partition leader epoch     no    the broker writes it on append
//!  16      1  magic                      no    2
//!  17      4  CRC-32C                    –     of everything from byte 21 to the end
//!  21      2  attributes                 yes   codec, timestamp type, transactional, control
//!  23      4  last offset delta          yes
//!  27      8  base timestamp             yes
//!  35      8  max timestamp              yes
//!  43      8  producer id                yes
//!  51      2  producer epoch             yes
//!  53      4  base sequence              yes
//!  57      4  record count               yes
//! ```
//!
//! The two fields that a broker assigns lie outside the CRC, so an append touches twelve bytes and checks nothing twice.

use super::compression::Compression;
use super::error::BatchError;
use crate::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, TimestampMs};

/// Bytes of the header.
pub const HEADER_LEN: usize = 61;
/// Bytes of base offset and batch length, which the batch length does not count.
pub const LOG_OVERHEAD: usize = 12;
/// The magic byte of the one format that is stored.
pub const MAGIC: u8 = 2;

/// Where each field lies. Also for those who patch a stored batch.
pub mod at {
    /// Base offset, 8 bytes.
    pub const BASE_OFFSET: usize = 0;
    /// Batch length, 4 bytes.
    pub const LENGTH: usize = 8;
    /// Partition leader epoch, 4 bytes.
    pub const LEADER_EPOCH: usize = 12;
    /// Magic, one byte, at the same place in every format.
    pub const MAGIC: usize = 16;
    /// CRC, 4 bytes.
    pub const CRC: usize = 17;
    /// Attributes, 2 bytes: the first that the CRC covers.
    pub const ATTRIBUTES: usize = 21;
    /// Last offset delta, 4 bytes.
    pub const LAST_OFFSET_DELTA: usize = 23;
    /// Base timestamp, 8 bytes.
    pub const BASE_TIMESTAMP: usize = 27;
    /// Max timestamp, 8 bytes.
    pub const MAX_TIMESTAMP: usize = 35;
    /// Producer id, 8 bytes.
    pub const PRODUCER_ID: usize = 43;
    /// Producer epoch, 2 bytes.
    pub const PRODUCER_EPOCH: usize = 51;
    /// Base sequence, 4 bytes.
    pub const BASE_SEQUENCE: usize = 53;
    /// Record count, 4 bytes.
    pub const RECORD_COUNT: usize = 57;
}

/// A batch's header, as numbers with types. Holds what the bytes say; whether that makes sense for a batch from a
/// client is the business of [`validate`](super::validate).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchHeader {
    /// The offset of the first record (of the first there ever was: compaction may have removed it).
    pub base_offset: Offset,
    /// Bytes after the length field; at least 49. [`Self::size_in_bytes`] is the whole.
    pub batch_length: i32,
    /// The epoch of the leader that appended the batch; −1 in what clients send.
    pub partition_leader_epoch: LeaderEpoch,
    /// CRC-32C from the attributes to the end.
    pub crc: u32,
    /// Codec and flags.
    pub attributes: Attributes,
    /// Last offset minus base offset. Stays when compaction removes the last record.
    pub last_offset_delta: i32,
    /// The timestamp that the records' deltas count from.
    pub base_timestamp: TimestampMs,
    /// The largest timestamp; with [`TimestampType::LogAppendTime`] the timestamp of every record.
    pub max_timestamp: TimestampMs,
    /// The idempotent producer, or [`ProducerId::NONE`].
    pub producer_id: ProducerId,
    /// Its epoch, or [`ProducerEpoch::NONE`].
    pub producer_epoch: ProducerEpoch,
    /// The first record's sequence, or [`Sequence::NONE`].
    pub base_sequence: Sequence,
    /// How many records follow. Fewer than the offsets it spans after compaction.
    pub record_count: i32,
}

impl BatchHeader {
    /// Reads the header at the front of `bytes`. Checks that the header is whole, the magic is 2, the length covers
    /// the header and the codec is known; not that the whole batch is there, and not the CRC.
    #[inline]
    pub fn read(bytes: &[u8]) -> Result<Self, BatchError> {
        let magic = bytes.get(at::MAGIC).copied();
        if let Some(magic) = magic.filter(|magic| *magic != MAGIC) {
            return Err(BatchError::Magic(magic));
        }
        let Some(header) = bytes.first_chunk::<HEADER_LEN>() else {
            return Err(BatchError::Truncated { needed: HEADER_LEN, got: bytes.len() });
        };
        let batch_length = i32::from_be_bytes(field(header, at::LENGTH));
        if batch_length < (HEADER_LEN - LOG_OVERHEAD) as i32 {
            return Err(BatchError::Length(batch_length));
        }
        Ok(Self {
            base_offset: Offset(i64::from_be_bytes(field(header, at::BASE_OFFSET))),
            batch_length,
            partition_leader_epoch: LeaderEpoch(i32::from_be_bytes(field(
                header,
                at::LEADER_EPOCH,
            ))),
            crc: u32::from_be_bytes(field(header, at::CRC)),
            attributes: Attributes::from_bits(i16::from_be_bytes(field(header, at::ATTRIBUTES)))?,
            last_offset_delta: i32::from_be_bytes(field(header, at::LAST_OFFSET_DELTA)),
            base_timestamp: TimestampMs(i64::from_be_bytes(field(header, at::BASE_TIMESTAMP))),
            max_timestamp: TimestampMs(i64::from_be_bytes(field(header, at::MAX_TIMESTAMP))),
            producer_id: ProducerId(i64::from_be_bytes(field(header, at::PRODUCER_ID))),
            producer_epoch: ProducerEpoch(i16::from_be_bytes(field(header, at::PRODUCER_EPOCH))),
            base_sequence: Sequence(i32::from_be_bytes(field(header, at::BASE_SEQUENCE))),
            record_count: i32::from_be_bytes(field(header, at::RECORD_COUNT)),
        })
    }

    /// The header as bytes, the CRC as this struct has it.
    pub fn to_bytes(&self) -> [u8; HEADER_LEN] {
        let mut out = [0; HEADER_LEN];
        put(&mut out, at::BASE_OFFSET, self.base_offset.0.to_be_bytes());
        put(&mut out, at::LENGTH, self.batch_length.to_be_bytes());
        put(&mut out, at::LEADER_EPOCH, self.partition_leader_epoch.0.to_be_bytes());
        put(&mut out, at::MAGIC, [MAGIC]);
        put(&mut out, at::CRC, self.crc.to_be_bytes());
        put(&mut out, at::ATTRIBUTES, self.attributes.bits().to_be_bytes());
        put(&mut out, at::LAST_OFFSET_DELTA, self.last_offset_delta.to_be_bytes());
        put(&mut out, at::BASE_TIMESTAMP, self.base_timestamp.0.to_be_bytes());
        put(&mut out, at::MAX_TIMESTAMP, self.max_timestamp.0.to_be_bytes());
        put(&mut out, at::PRODUCER_ID, self.producer_id.0.to_be_bytes());
        put(&mut out, at::PRODUCER_EPOCH, self.producer_epoch.0.to_be_bytes());
        put(&mut out, at::BASE_SEQUENCE, self.base_sequence.0.to_be_bytes());
        put(&mut out, at::RECORD_COUNT, self.record_count.to_be_bytes());
        out
    }

    /// Bytes of the whole batch in a log, the twelve of offset and length included.
    pub const fn size_in_bytes(&self) -> usize {
        self.batch_length as usize + LOG_OVERHEAD
    }

    /// The offset of the last record. `None` if the sum leaves the range of offsets: such a header is damaged.
    pub const fn checked_last_offset(&self) -> Option<Offset> {
        match self.base_offset.0.checked_add(self.last_offset_delta as i64) {
            Some(last) => Some(Offset(last)),
            None => None,
        }
    }

    /// The offset of the last record. Saturates in a damaged header.
    pub const fn last_offset(&self) -> Offset {
        Offset(self.base_offset.0.saturating_add(self.last_offset_delta as i64))
    }

    /// The offset after the last record: where the next batch begins.
    pub const fn next_offset(&self) -> Offset {
        Offset(self.last_offset().0.saturating_add(1))
    }

    /// The last record's sequence, or [`Sequence::NONE`].
    pub const fn last_sequence(&self) -> Sequence {
        match self.base_sequence {
            Sequence::NONE => Sequence::NONE,
            base => base.plus(self.last_offset_delta),
        }
    }

    /// Whether it comes from an idempotent (or transactional) producer.
    pub fn has_producer_id(&self) -> bool {
        self.producer_id > ProducerId::NONE
    }

    /// Whether it holds a transaction's marker or another record for brokers alone.
    pub const fn is_control(&self) -> bool {
        self.attributes.is_control()
    }

    /// Whether it belongs to a transaction.
    pub const fn is_transactional(&self) -> bool {
        self.attributes.is_transactional()
    }

    /// The codec of its records.
    pub const fn compression(&self) -> Compression {
        self.attributes.compression()
    }

    /// Whose clock its timestamps are from.
    pub const fn timestamp_type(&self) -> TimestampType {
        self.attributes.timestamp_type()
    }
}

fn field<const N: usize>(header: &[u8; HEADER_LEN], at: usize) -> [u8; N] {
    *header.get(at..).and_then(<[u8]>::first_chunk).expect("every field lies within the header")
}

fn put<const N: usize>(header: &mut [u8; HEADER_LEN], at: usize, value: [u8; N]) {
    header.get_mut(at..at + N).expect("every field lies within the header").copy_from_slice(&value);
}

/// Whose clock a batch's timestamps are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum TimestampType {
    /// The producer's, one a record.
    #[default]
    CreateTime,
    /// The broker's at the append, one for the whole batch: its max timestamp.
    LogAppendTime,
}

/// The attributes of a batch: a codec and five flags. Only sets with a known codec can be made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Attributes(i16);

impl Attributes {
    const CODEC: i16 = 0x07;
    const LOG_APPEND_TIME: i16 = 0x08;
    const TRANSACTIONAL: i16 = 0x10;
    const CONTROL: i16 = 0x20;
    const DELETE_HORIZON: i16 = 0x40;

    /// The attributes with these bits. Bits that no release has used are kept as they are.
    pub const fn from_bits(bits: i16) -> Result<Self, BatchError> {
        match Compression::from_bits(bits & Self::CODEC) {
            Some(_) => Ok(Self(bits)),
            None => Err(BatchError::UnknownCodec((bits & Self::CODEC) as u8)),
        }
    }

    /// The bits, as on the wire.
    pub const fn bits(self) -> i16 {
        self.0
    }

    /// The codec of the records.
    pub const fn compression(self) -> Compression {
        Compression::from_bits(self.0 & Self::CODEC)
            .expect("attributes with an unknown codec cannot be made")
    }

    /// The same with another codec.
    pub const fn with_compression(self, codec: Compression) -> Self {
        Self((self.0 & !Self::CODEC) | codec.bits())
    }

    /// Whose clock the timestamps are from.
    pub const fn timestamp_type(self) -> TimestampType {
        if self.0 & Self::LOG_APPEND_TIME == 0 {
            TimestampType::CreateTime
        } else {
            TimestampType::LogAppendTime
        }
    }

    /// The same with another clock.
    pub const fn with_timestamp_type(self, kind: TimestampType) -> Self {
        self.with(Self::LOG_APPEND_TIME, matches!(kind, TimestampType::LogAppendTime))
    }

    /// Whether the batch belongs to a transaction.
    pub const fn is_transactional(self) -> bool {
        self.0 & Self::TRANSACTIONAL != 0
    }

    /// The same, in a transaction or not.
    pub const fn with_transactional(self, on: bool) -> Self {
        self.with(Self::TRANSACTIONAL, on)
    }

    /// Whether the batch is for brokers and client libraries, not for applications.
    pub const fn is_control(self) -> bool {
        self.0 & Self::CONTROL != 0
    }

    /// The same, as a control batch or not.
    pub const fn with_control(self, on: bool) -> Self {
        self.with(Self::CONTROL, on)
    }

    /// Whether the base timestamp is the time at which compaction may drop tombstones (KIP-534).
    pub const fn has_delete_horizon(self) -> bool {
        self.0 & Self::DELETE_HORIZON != 0
    }

    /// The same, with that meaning of the base timestamp or without.
    pub const fn with_delete_horizon(self, on: bool) -> Self {
        self.with(Self::DELETE_HORIZON, on)
    }

    const fn with(self, flag: i16, on: bool) -> Self {
        Self(if on { self.0 | flag } else { self.0 & !flag })
    }
}

impl std::fmt::Debug for Attributes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.compression())?;
        for (on, name) in [
            (self.timestamp_type() == TimestampType::LogAppendTime, "log-append-time"),
            (self.is_transactional(), "transactional"),
            (self.is_control(), "control"),
            (self.has_delete_horizon(), "delete-horizon"),
        ] {
            if on {
                write!(f, "|{name}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> BatchHeader {
        BatchHeader {
            base_offset: Offset(1 << 40),
            batch_length: 49,
            partition_leader_epoch: LeaderEpoch(7),
            crc: 0xdead_beef,
            attributes: Attributes::default()
                .with_compression(Compression::Zstd)
                .with_control(true),
            last_offset_delta: 3,
            base_timestamp: TimestampMs(1),
            max_timestamp: TimestampMs(2),
            producer_id: ProducerId(9),
            producer_epoch: ProducerEpoch(4),
            base_sequence: Sequence(i32::MAX - 1),
            record_count: 4,
        }
    }

    #[test]
    fn a_header_survives_the_round_trip() {
        let header = sample();
        assert_eq!(BatchHeader::read(&header.to_bytes()), Ok(header));
        assert_eq!(header.last_offset(), Offset((1 << 40) + 3));
        assert_eq!(header.last_sequence(), Sequence(1));
    }

    #[test]
    fn damaged_headers_are_errors_by_cause() {
        let good = sample().to_bytes();
        assert_eq!(
            BatchHeader::read(&good[..60]),
            Err(BatchError::Truncated { needed: 61, got: 60 })
        );
        let mut bad = good;
        bad[at::MAGIC] = 1;
        // The magic is told first, so that an old format is not called a torn new one.
        assert_eq!(BatchHeader::read(&bad[..30]), Err(BatchError::Magic(1)));
        let mut bad = good;
        bad[at::LENGTH + 3] = 48;
        assert_eq!(BatchHeader::read(&bad), Err(BatchError::Length(48)));
        let mut bad = good;
        bad[at::ATTRIBUTES + 1] = 5;
        assert_eq!(BatchHeader::read(&bad), Err(BatchError::UnknownCodec(5)));
    }
}
