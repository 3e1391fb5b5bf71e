//! Record batches: what producers send, what logs hold, what consumers fetch.
//!
//! A batch is the same bytes on all of that way, so here it is a *view*: a [`RecordBatch`] is its bytes, shared, and
//! its 61-byte header, read. Producing, storing and fetching touch the header alone; records are read lazily, where
//! somebody needs them, as slices of the same memory.
//!
//! - [`header`]: the 61 bytes and what they mean;
//! - [`records`]: the records, one by one;
//! - [`compression`]: the four codecs, bounded;
//! - [`builder`]: records into a batch;
//! - [`walk`]: one pass over the records that keeps nothing;
//! - [`validate`]: whether a broker takes what a client produced;
//! - [`patch`]: what a broker writes into a batch that it appends.

pub mod builder;
pub mod compression;
pub mod error;
pub mod header;
pub mod patch;
pub mod records;
pub mod validate;
pub mod walk;

use bytes::Bytes;

pub use builder::{BatchBuilder, BatchOptions, BuildError};
pub use compression::{Compression, CompressionError};
pub use error::{BatchError, RecordProblem};
pub use header::{Attributes, BatchHeader, HEADER_LEN, LOG_OVERHEAD, MAGIC, TimestampType};
pub use patch::{Stamp, StampedBatch};
pub use records::{Header, RawRecord, Record, Records};

use crate::crc32c::crc32c;

/// One batch: its bytes, shared, and its header, read.
///
/// Holds: the bytes are exactly one batch, as long as the header says. Not that the CRC is right
/// ([`Self::verify_crc`]), nor that the records parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordBatch {
    header: BatchHeader,
    bytes: Bytes,
}

impl RecordBatch {
    /// What records may unpack to, unless the caller has a bound of its own: 64 times Kafka's default limit of a
    /// batch.
    pub const UNPACKED_LEN_MAX: usize = 64 << 20;

    /// The batch that `bytes` are, all of them.
    pub fn parse(bytes: Bytes) -> Result<Self, BatchError> {
        let header = BatchHeader::read(&bytes)?;
        let needed = header.size_in_bytes();
        match bytes.len().checked_sub(needed) {
            None => Err(BatchError::Truncated { needed, got: bytes.len() }),
            Some(0) => Ok(Self { header, bytes }),
            Some(more) => Err(BatchError::TrailingBytes(more)),
        }
    }

    /// Takes the batch at the front of `bytes`. On failure `bytes` stays.
    pub fn take(bytes: &mut Bytes) -> Result<Self, BatchError> {
        let header = BatchHeader::read(bytes)?;
        let needed = header.size_in_bytes();
        if bytes.len() < needed {
            return Err(BatchError::Truncated { needed, got: bytes.len() });
        }
        Ok(Self { header, bytes: bytes.split_to(needed) })
    }

    /// The header.
    pub const fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// The whole batch, header included.
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The whole batch, header included.
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }

    /// Bytes of the whole batch.
    pub const fn size_in_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Whether the bytes are those that were written.
    pub fn verify_crc(&self) -> Result<(), BatchError> {
        let computed = crc32c(patch::covered(&self.bytes));
        match self.header.crc == computed {
            true => Ok(()),
            false => Err(BatchError::Crc { stored: self.header.crc, computed }),
        }
    }

    /// The records as they are stored: packed, if the batch is.
    pub fn stored_records(&self) -> Bytes {
        self.bytes.slice(HEADER_LEN..)
    }

    /// The records. Unpacks up to [`Self::UNPACKED_LEN_MAX`] bytes.
    pub fn records(&self) -> Result<Records, BatchError> {
        self.records_within(Self::UNPACKED_LEN_MAX)
    }

    /// The records, where they unpack to at most `limit` bytes.
    pub fn records_within(&self, limit: usize) -> Result<Records, BatchError> {
        let stored = self.stored_records();
        let data = match self.header.compression() {
            Compression::None => stored,
            codec => compression::decompress(codec, &stored, limit)?,
        };
        Ok(Records::new(&self.header, data))
    }
}

/// The batches of a fetched record set or a piece of a log, in order. A last batch that is cut off ends it without an
/// error, as brokers cut a fetch response at the size that was asked for; everything else that is wrong is an
/// error, after which nothing follows.
pub fn batches(bytes: Bytes) -> Batches {
    Batches { rest: bytes }
}

/// See [`batches`].
#[derive(Clone, Debug)]
pub struct Batches {
    rest: Bytes,
}

impl Batches {
    /// What has not been read: after the end, the cut-off batch.
    pub fn rest(&self) -> &Bytes {
        &self.rest
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        match RecordBatch::take(&mut self.rest) {
            Ok(batch) => Some(Ok(batch)),
            Err(BatchError::Truncated { .. }) => None,
            Err(error) => {
                self.rest.clear();
                Some(Err(error))
            }
        }
    }
}

#[cfg(test)]
mod tests;
