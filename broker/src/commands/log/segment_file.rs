//! A segment file: its batches, one after the other, read with plain reads and held to nothing.
//!
//! The broker may be running on it. What it appends is a copy into memory that other processes see in any order, so the
//! very last batch may be half there for a moment; whoever minds that looks again ([`SegmentFile::look_again`]).

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use bytes::Bytes;
use protocol::batch::{BatchError, BatchHeader, HEADER_LEN, RecordBatch};

/// How much is read at once.
const CHUNK: usize = 1 << 20;
/// The largest batch that is believed: a length beyond that is damage.
const BATCH_LEN_MAX: u64 = 1 << 30;

/// The batches of a `.log` file.
#[derive(Debug)]
pub(crate) struct SegmentFile {
    file: File,
    /// How far is read.
    end: u64,
    /// Where the next batch begins.
    position: u64,
    chunk: Bytes,
    chunk_at: u64,
}

/// What stands at a position.
#[derive(Debug)]
pub(crate) enum Piece {
    /// A batch as long as it says. Whether its checksum is right is for others to look at.
    Batch {
        /// Where it begins.
        position: u64,
        /// The batch.
        batch: RecordBatch,
    },
    /// Zeros to the end: space that was allocated ahead.
    Zeros {
        /// How many bytes.
        length: u64,
    },
    /// Bytes that are no batch; nothing behind them can be read.
    Damage {
        /// Where they begin.
        position: u64,
        /// How many bytes there are from there to the end.
        left: u64,
        /// Why they are none.
        problem: BatchError,
    },
}

impl SegmentFile {
    /// The first `limit` bytes of the file.
    pub(crate) fn open(path: &Path, limit: u64) -> io::Result<Self> {
        let file = File::open(path)?;
        let end = file.metadata()?.len().min(limit);
        Ok(Self { file, end, position: 0, chunk: Bytes::new(), chunk_at: 0 })
    }

    /// How many bytes are read.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Where the next batch begins.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// What comes next; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Piece>> {
        let (position, left) = (self.position, self.end - self.position);
        if left == 0 {
            return Ok(None);
        }
        let header = self.bytes(position, HEADER_LEN as u64)?;
        if header.iter().all(|byte| *byte == 0) && self.is_zeros(position)? {
            self.position = self.end;
            return Ok(Some(Piece::Zeros { length: left }));
        }
        match self.batch(position, &header)? {
            Ok(batch) => {
                self.position += batch.size_in_bytes() as u64;
                Ok(Some(Piece::Batch { position, batch }))
            }
            Err(problem) => {
                self.position = self.end;
                Ok(Some(Piece::Damage { position, left, problem }))
            }
        }
    }

    /// Goes back to a position, and forgets what was read there.
    pub(crate) fn look_again(&mut self, position: u64) {
        (self.position, self.chunk) = (position, Bytes::new());
    }

    /// The whole batch at a position whose header is known.
    fn batch(
        &mut self,
        position: u64,
        header: &[u8],
    ) -> io::Result<Result<RecordBatch, BatchError>> {
        let header = match BatchHeader::read(header) {
            Ok(header) => header,
            Err(problem) => return Ok(Err(problem)),
        };
        let needed = header.size_in_bytes();
        let left = self.end - position;
        if needed as u64 > left || needed as u64 > BATCH_LEN_MAX {
            let got = usize::try_from(left).unwrap_or(usize::MAX);
            return Ok(Err(BatchError::Truncated { needed, got }));
        }
        if header.checked_last_offset().is_none() || header.last_offset_delta < 0 {
            return Ok(Err(BatchError::Length(header.last_offset_delta)));
        }
        Ok(RecordBatch::parse(self.bytes(position, needed as u64)?))
    }

    /// Up to `length` bytes from a position; fewer where the file ends.
    fn bytes(&mut self, position: u64, length: u64) -> io::Result<Bytes> {
        let length = usize::try_from(length.min(self.end - position)).map_err(io::Error::other)?;
        let ahead = position.checked_sub(self.chunk_at).and_then(|at| usize::try_from(at).ok());
        if let Some(at) = ahead.filter(|at| at + length <= self.chunk.len()) {
            return Ok(self.chunk.slice(at..at + length));
        }
        let wanted = (self.end - position).min(length.max(CHUNK) as u64);
        let mut chunk = vec![0; usize::try_from(wanted).map_err(io::Error::other)?];
        let read = read_at(&self.file, &mut chunk, position)?;
        chunk.truncate(read);
        // The broker gives back what it had allocated ahead.
        if read < length {
            self.end = position + read as u64;
        }
        (self.chunk, self.chunk_at) = (chunk.into(), position);
        Ok(self.chunk.slice(..length.min(read)))
    }

    fn is_zeros(&mut self, from: u64) -> io::Result<bool> {
        let mut at = from;
        while at < self.end {
            let bytes = self.bytes(at, CHUNK as u64)?;
            if bytes.is_empty() {
                break;
            }
            if bytes.iter().any(|byte| *byte != 0) {
                return Ok(false);
            }
            at += bytes.len() as u64;
        }
        Ok(true)
    }
}

/// Reads until `into` is full or the file ends.
fn read_at(file: &File, into: &mut [u8], mut at: u64) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = into.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, at) {
            Ok(0) => break,
            Ok(read) => (filled, at) = (filled + read, at + read as u64),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
