//! What can be wrong with a batch.

use super::compression::CompressionError;

/// Why bytes are not a record batch, or not a whole one. Variants differ in what the reader does next: a truncated
/// batch at the end of a fetched record set is normal; everything else is damage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// The bytes end within the batch. Normal at the end of a fetch response, a torn tail at the end of a log.
    #[error("a batch of {needed} bytes ends after {got}")]
    Truncated {
        /// How many bytes the batch (or its header) has.
        needed: usize,
        /// How many are there.
        got: usize,
    },
    /// More bytes than the batch, where exactly one was expected.
    #[error("{0} bytes follow the batch")]
    TrailingBytes(usize),
    /// A message set of the formats before Kafka 0.11, or no record data at all.
    #[error("record format {0} where format 2 was expected")]
    Magic(u8),
    /// The declared length does not even cover the header.
    #[error("the batch declares a length of {0}")]
    Length(i32),
    /// A codec that no release of Kafka has.
    #[error("compression codec {0} is not known")]
    UnknownCodec(u8),
    /// The bytes are not those that were written.
    #[error("the batch's checksum is {stored:08x}, its bytes give {computed:08x}")]
    Crc {
        /// What the header says.
        stored: u32,
        /// What the bytes give.
        computed: u32,
    },
    /// The records do not unpack.
    #[error(transparent)]
    Compression(#[from] CompressionError),
    /// A record does not parse, or there are more or fewer than the header says.
    #[error("record {at} of the batch is damaged: {problem}")]
    Record {
        /// Which, from 0.
        at: i32,
        /// What is wrong with it.
        problem: RecordProblem,
    },
}

/// What is wrong with one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordProblem {
    /// The bytes end before the record does, or before as many records as the header counts.
    #[error("its bytes end too early")]
    Truncated,
    /// A number is too long for its type.
    #[error("a number is too long")]
    Number,
    /// A length below −1, or one that leads out of the record.
    #[error("a length leads out of it")]
    Length,
    /// The declared size of the record is not the size of its fields.
    #[error("its fields do not fill it")]
    Size,
    /// Bytes follow the last record that the header counts.
    #[error("bytes follow the last record")]
    TrailingBytes,
    /// The header counts fewer than no records.
    #[error("the count of records is negative")]
    Count,
    /// An offset beyond what offsets can be.
    #[error("its offset or timestamp leaves the range of numbers")]
    Range,
}
