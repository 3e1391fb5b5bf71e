//! A walk over the headers of a segment's batches, one after the other, without touching their records.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use protocol::batch::{BatchError, BatchHeader, HEADER_LEN, RecordBatch};

use super::Segment;
use super::index::OffsetEntry;
use crate::disk::{Disk, DiskFile, DiskMap};

/// Whether a look into the file may wait for the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Only what is in memory.
    Resident,
    /// Whatever it takes.
    Blocking,
}

/// A batch and where it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    pub(crate) position: u64,
    pub(crate) header: BatchHeader,
}

impl Placed {
    /// Where the next batch begins.
    pub(crate) fn end(&self) -> u64 {
        self.position + self.header.size_in_bytes() as u64
    }

    pub(crate) fn entry(&self) -> OffsetEntry {
        OffsetEntry { last_offset: self.header.last_offset(), position: self.position }
    }
}

/// Why a walk could not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WalkError {
    #[error("the bytes are not in memory")]
    NotResident,
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("the index does not fit the batches")]
    WrongIndex,
    #[error("no record batch begins at byte {position}: {cause}")]
    Damaged { position: u64, cause: BatchError },
}

/// A walk from a batch to the end of the data, or to the zeros behind it.
pub(crate) struct Walk<'a, D: Disk> {
    segment: &'a Arc<Segment<D>>,
    position: u64,
    /// Where the data ends at the latest.
    size: u64,
    access: Access,
    chunk: Bytes,
    chunk_at: u64,
}

/// How much is looked at together.
const CHUNK: u64 = 16 * 1024;

impl<'a, D: Disk> Walk<'a, D> {
    pub(crate) fn new(segment: &'a Arc<Segment<D>>, from: u64, size: u64, access: Access) -> Self {
        Self { segment, position: from, size, access, chunk: Bytes::new(), chunk_at: from }
    }

    /// The next batch; `None` at the end of the data.
    pub(crate) fn next(&mut self) -> Result<Option<Placed>, WalkError> {
        let position = self.position;
        if position >= self.size {
            return Ok(None);
        }
        let header = self.bytes_at(position)?;
        if header.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let damaged = |cause| WalkError::Damaged { position, cause };
        let header = BatchHeader::read(&header).map_err(damaged)?;
        let placed = Placed { position, header };
        if placed.end() > self.size || header.checked_last_offset().is_none() {
            let got = usize::try_from(self.size - position).unwrap_or(usize::MAX);
            return Err(damaged(BatchError::Truncated { needed: header.size_in_bytes(), got }));
        }
        self.position = placed.end();
        Ok(Some(placed))
    }

    /// As much of a header as there is at a position.
    fn bytes_at(&mut self, position: u64) -> Result<Bytes, WalkError> {
        let wanted = (HEADER_LEN as u64).min(self.size - position);
        let inside = position >= self.chunk_at
            && position + wanted <= self.chunk_at + self.chunk.len() as u64;
        if !inside {
            let end = (position + CHUNK).min(self.size);
            self.chunk = self.segment.bytes(position, end, self.access)?;
            self.chunk_at = position;
        }
        let start = usize::try_from(position - self.chunk_at).map_err(io::Error::other)?;
        let end = (start + wanted as usize).min(self.chunk.len());
        Ok(self.chunk.slice(start..end))
    }
}

impl<D: Disk> Segment<D> {
    /// A whole batch. Blocking.
    pub(crate) fn batch(&self, placed: &Placed) -> Result<RecordBatch, BatchError> {
        let needed = placed.header.size_in_bytes();
        match self.bytes(placed.position, placed.end(), Access::Blocking) {
            Ok(bytes) => RecordBatch::parse(bytes),
            // It was there when its header was read.
            Err(_) => Err(BatchError::Truncated { needed, got: 0 }),
        }
    }

    /// The bytes from `start` to `end`: a slice of the map where there is one and it is resident, else read from the file. Fewer
    /// if the file ends before.
    pub(crate) fn bytes(&self, start: u64, end: u64, access: Access) -> Result<Bytes, WalkError> {
        if let Some(map) = self.log().map().filter(|map| map.readable() >= end) {
            if map.is_resident(start..end) {
                return Ok(map.slice(start..end));
            }
            if access == Access::Resident {
                return Err(WalkError::NotResident);
            }
        }
        let mut bytes = vec![0; usize::try_from(end - start).map_err(io::Error::other)?];
        let read = match access {
            Access::Blocking => self.log().file()?.read_at(&mut bytes, start)?,
            Access::Resident => {
                let file = self.log().file_if_open().ok_or(WalkError::NotResident)?;
                file.read_resident_at(&mut bytes, start)?.ok_or(WalkError::NotResident)?
            }
        };
        bytes.truncate(read);
        Ok(bytes.into())
    }
}
