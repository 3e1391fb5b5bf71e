//! A scan: reads batches whole and believes none of it before it has been checked.
//!
//! A batch is in the log if its checksum is right, its offsets go on where the batch before ended, and its epoch is not lower.
//! The last two matter where space has been used before: behind a torn tail there may lie a batch, whole and valid,
//! that a truncation had taken away.

use std::io;

use protocol::batch::{BatchHeader, HEADER_LEN, header::at};
use protocol::crc32c::crc32c;
use protocol::ids::{LeaderEpoch, Offset};

use crate::disk::DiskFile;
use crate::segment::Placed;

/// What must be true of the next batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// Where it begins.
    pub(super) expected: Offset,
    /// Its epoch, or less than its epoch.
    pub(super) epoch: LeaderEpoch,
    /// Whether it may begin later: compaction leaves gaps.
    pub(super) gaps: bool,
}

/// Why a segment's data ends where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The file ends, or nothing but zeros follows.
    Clean,
    /// Something follows that is not the next batch.
    Broken,
}

/// A scan of one file.
#[derive(Debug)]
pub(super) struct Scan<'a, F> {
    file: &'a F,
    len: u64,
    position: u64,
    rules: Rules,
    buffer: Vec<u8>,
    buffer_at: u64,
}

/// How much is read together.
const CHUNK: u64 = 1 << 20;

impl<'a, F: DiskFile> Scan<'a, F> {
    pub(super) fn new(file: &'a F, position: u64, rules: Rules) -> io::Result<Self> {
        let len = file.size()?;
        Ok(Self { file, len, position, rules, buffer: Vec::new(), buffer_at: position })
    }

    /// Where the next batch begins, or the data ends.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    pub(super) fn rules(&self) -> Rules {
        self.rules
    }

    /// The next batch, or `None` where the log ends.
    pub(super) fn next(&mut self) -> io::Result<Option<Placed>> {
        let position = self.position;
        let Ok(header) = BatchHeader::read(self.bytes(position, HEADER_LEN as u64)?) else {
            return Ok(None);
        };
        let placed = Placed { position, header };
        if placed.end() > self.len || !self.rules.allow(&header) {
            return Ok(None);
        }
        let batch = self.bytes(position, header.size_in_bytes() as u64)?;
        if crc32c(batch.get(at::ATTRIBUTES..).unwrap_or_default()) != header.crc {
            return Ok(None);
        }
        self.position = placed.end();
        self.rules.expected = header.next_offset();
        self.rules.epoch = header.partition_leader_epoch;
        Ok(Some(placed))
    }

    /// Why there is no next batch.
    pub(super) fn end(&mut self) -> io::Result<End> {
        let mut at = self.position;
        while at < self.len {
            let bytes = self.bytes(at, CHUNK.min(self.len - at))?;
            if bytes.is_empty() {
                break;
            }
            if bytes.iter().any(|byte| *byte != 0) {
                return Ok(End::Broken);
            }
            at += bytes.len() as u64;
        }
        Ok(End::Clean)
    }

    /// Bytes of the file; fewer if it ends before.
    fn bytes(&mut self, from: u64, len: u64) -> io::Result<&[u8]> {
        let end = (from + len).min(self.len);
        if from < self.buffer_at || end > self.buffer_at + self.buffer.len() as u64 {
            let wanted = len.max(CHUNK).min(self.len.saturating_sub(from));
            self.buffer.resize(usize::try_from(wanted).map_err(io::Error::other)?, 0);
            let read = self.file.read_at(&mut self.buffer, from)?;
            self.buffer.truncate(read);
            self.buffer_at = from;
        }
        let start = usize::try_from(from - self.buffer_at).map_err(io::Error::other)?;
        let end = start.saturating_add(usize::try_from(len).map_err(io::Error::other)?);
        Ok(self.buffer.get(start..end.min(self.buffer.len())).unwrap_or_default())
    }
}

impl Rules {
    fn allow(&self, header: &BatchHeader) -> bool {
        let base = header.base_offset;
        let follows = base == self.expected || (self.gaps && base > self.expected);
        let ends = header.last_offset_delta >= 0 && header.checked_last_offset().is_some();
        follows && ends && header.partition_leader_epoch >= self.epoch
    }
}
