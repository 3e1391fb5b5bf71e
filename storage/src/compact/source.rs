//! The batches of a sealed segment, in order, read a megabyte at a time.

use std::io;

use bytes::{Buf, Bytes};
use protocol::batch::{BatchError, BatchHeader, HEADER_LEN, RecordBatch};

use super::CompactError;
use crate::disk::{DiskFile, read_exact_at};

const CHUNK_LEN: usize = 1 << 20;

/// What is left of a segment to read.
pub(super) struct Batches<'a, F: DiskFile> {
    file: &'a F,
    /// Where in the file `buffer` begins.
    at: u64,
    /// Where the segment's data ends.
    size: u64,
    buffer: Bytes,
}

impl<'a, F: DiskFile> Batches<'a, F> {
    pub(super) fn new(file: &'a F, size: u64) -> Self {
        Self { file, at: 0, size, buffer: Bytes::new() }
    }

    /// The next batch, its CRC verified: a rewrite must not put a new seal on damaged records.
    pub(super) fn next(&mut self) -> Result<Option<RecordBatch>, CompactError> {
        if self.at == self.size {
            return Ok(None);
        }
        self.fill(HEADER_LEN)?;
        let needed = BatchHeader::read(&self.buffer)?.size_in_bytes();
        self.fill(needed)?;
        let batch = RecordBatch::parse(self.buffer.split_to(needed))?;
        batch.verify_crc()?;
        self.at += u64::try_from(needed).map_err(io::Error::other)?;
        Ok(Some(batch))
    }

    /// Makes sure that the buffer holds the next `needed` bytes.
    fn fill(&mut self, needed: usize) -> Result<(), CompactError> {
        if self.buffer.remaining() >= needed {
            return Ok(());
        }
        let left = usize::try_from(self.size - self.at).map_err(io::Error::other)?;
        if left < needed {
            return Err(BatchError::Truncated { needed, got: left }.into());
        }
        let mut chunk = vec![0; needed.max(CHUNK_LEN).min(left)];
        read_exact_at(self.file, &mut chunk, self.at)?;
        self.buffer = chunk.into();
        Ok(())
    }
}
