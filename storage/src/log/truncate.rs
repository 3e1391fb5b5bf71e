//! Truncation: giving up the end of a log, or the start of it.
//!
//! A follower cuts what its leader does not have. The file is not shortened, because readers may hold slices of its map; what is
//! abandoned is turned into zeros, so that no stale batch can be taken for the log's when it grows over that place again. A
//! truncation is durable when it returns: it is rare, and what comes after must not meet what was before.
//!
//! A power cut in the middle may leave a hole in what was being abandoned. Recovery must see it, although its recovery point may
//! lie behind: so segments behind the cut vanish first, then the index entries that a recovery could begin with, and then the bytes.

use std::io;

use protocol::ids::Offset;

use super::folder::FoundSegment;
use super::open::{OpenError, Opening, find_end};
use super::{Log, Sealed, Unsynced};
use crate::disk::Disk;
use crate::producer::Producers;
use crate::producer::snapshot::file_name;
use crate::segment::name::{FileKind, FileName};
use crate::segment::writer::{Found, Writer};
use crate::segment::{Access, Segment};

/// Why a log could not be cut. Unless the offset was wrong the log is fenced, and its log dir is to be given up.
#[derive(Debug, thiserror::Error)]
pub enum TruncateError {
    /// A start that lies behind the end.
    #[error("offset {offset} lies behind the end at {end}")]
    BehindEnd {
        /// What was asked for.
        offset: Offset,
        /// Where the log ends.
        end: Offset,
    },
    /// The disk failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A batch on the way to the offset cannot be read.
    #[error("{0}")]
    Damaged(String),
    /// An earlier write or sync failed.
    #[error("an earlier write or sync of this log failed")]
    Fenced,
}

impl<D: Disk> Log<D> {
    /// Gives up every record from `offset` on; and those before it that share a batch with it. Returns where the log ends
    /// now. Blocking; durable when it returns.
    pub fn truncate_to(&mut self, offset: Offset) -> Result<Offset, TruncateError> {
        if self.is_failed() {
            return Err(TruncateError::Fenced);
        }
        if offset >= self.offsets.end {
            return Ok(self.offsets.end);
        }
        let first = self.segments().next().map_or(offset, |first| first.base_offset);
        if offset < first {
            self.truncate_fully_and_start_at(offset)?;
            return Ok(offset);
        }
        self.cut(offset).inspect_err(|_| self.fence())
    }

    /// Gives up every record; the next one will get `offset`. Blocking; durable when it returns.
    pub fn truncate_fully_and_start_at(&mut self, offset: Offset) -> Result<(), TruncateError> {
        if self.is_failed() {
            return Err(TruncateError::Fenced);
        }
        self.start_over(offset).inspect_err(|_| self.fence())
    }

    /// Deletes the records below `offset`: they are not readable any more, and retention removes their segments. The caller keeps the
    /// offset in a checkpoint.
    pub fn advance_start(&mut self, offset: Offset) -> Result<(), TruncateError> {
        let end = self.offsets.end;
        if offset > end {
            return Err(TruncateError::BehindEnd { offset, end });
        }
        if offset > self.offsets.start {
            self.start_at(offset);
        }
        Ok(())
    }

    pub(super) fn start_at(&mut self, offset: Offset) {
        self.offsets.start = offset;
        self.offsets.check();
        if self.epochs.truncate_from_start(offset) {
            self.unsynced.epochs();
        }
        self.producers.advance_start(offset);
    }

    fn cut(&mut self, offset: Offset) -> Result<Offset, TruncateError> {
        *self.unsynced.truncations() += 1;
        if self.active.base() > offset {
            while self.active.base() > offset {
                self.drop_newest()?;
            }
            // Or they could come back behind a segment that ends earlier, and hide that from a recovery that begins with them.
            self.disk().sync_dir(&self.dir)?;
        }
        let found = self.active.view(self.offsets.end, offset).locate(offset, Access::Blocking)?;
        let (position, end) = match found {
            Some(batch) => (batch.position, offset.min(batch.header.base_offset)),
            // Compaction took everything from there on.
            None => (self.active.size(), offset),
        };
        self.active.truncate(end, position)?;
        let found = FoundSegment { segment: self.active.segment().clone(), len: position };
        let (found, _) = find_end(&found)?;
        self.active.found(&found);
        self.forget_from(end)?;
        Ok(end)
    }

    /// Removes the newest segment; the one before it becomes the newest.
    fn drop_newest(&mut self) -> Result<(), TruncateError> {
        let Sealed { segment, size, .. } =
            self.sealed.pop_back().expect("an older segment holds the offset");
        segment.unseal();
        let allocated = crate::disk::DiskFile::size(&*segment.log().file()?)?;
        let found = Found { size, allocated, ..Found::default() };
        let file = self.unsynced.forget(&segment);
        let mut writer = Writer::new(segment, self.config.limits(), found);
        writer.pin(file);
        let gone = std::mem::replace(&mut self.active, writer);
        gone.segment().remove()?;
        Ok(())
    }

    /// Brings everything that is derived from the records into agreement with a log that ends at `end`.
    fn forget_from(&mut self, end: Offset) -> Result<(), TruncateError> {
        self.offsets.end = end;
        self.offsets.start = self.offsets.start.min(end);
        self.offsets.flushed = self.offsets.flushed.min(end);
        self.offsets.check();
        self.epochs.truncate_from_end(end);
        self.unsynced.epochs();
        self.unsynced.snapshot.take_if(|snapshot| snapshot.end > end);
        let snapshots = self.snapshots()?;
        for snapshot in snapshots.iter().filter(|snapshot| **snapshot > end) {
            self.disk().remove_file(&self.dir.join(file_name(*snapshot)))?;
        }
        self.disk().sync_dir(&self.dir)?;
        let kept: Vec<_> = snapshots.into_iter().filter(|snapshot| *snapshot <= end).collect();
        self.reload_producers(&kept)
    }

    /// Reads the producers' state anew: it cannot be turned back.
    fn reload_producers(&mut self, snapshots: &[Offset]) -> Result<(), TruncateError> {
        let now = self.producers.iter().map(|(_, state)| state.touched).max().unwrap_or_default();
        let opening = Opening {
            topic_id: None,
            clean_shutdown: false,
            recovery_point: self.offsets.flushed,
            log_start_offset: self.offsets.start,
            now,
        };
        self.producers = Producers::new(self.offsets.start);
        Ok(self.load_producers(snapshots, &opening)?)
    }

    fn snapshots(&self) -> io::Result<Vec<Offset>> {
        let entries = self.disk().list(&self.dir)?;
        let names = entries.iter().filter_map(|entry| FileName::parse(&entry.name));
        let snapshots = names.filter(|name| name.kind == FileKind::ProducerSnapshot);
        Ok(snapshots.map(|name| name.base).collect())
    }

    fn start_over(&mut self, offset: Offset) -> Result<(), TruncateError> {
        *self.unsynced.truncations() += 1;
        // The newest first, so that a crash leaves a log without a hole.
        while !self.sealed.is_empty() {
            self.drop_newest()?;
        }
        self.active.segment().remove()?;
        let segment = Segment::new(&self.files, &self.dir, offset, 0, 0);
        segment.create()?;
        self.active = self.active.successor(segment);
        self.active_since = None;
        let truncations = self.unsynced.truncations.clone();
        self.unsynced = Unsynced { truncations, ..Unsynced::default() };
        self.offsets = super::LogOffsets { start: offset, end: offset, flushed: offset };
        self.epochs.clear();
        self.forget_from(offset)
    }
}

impl<D: Disk> Unsynced<D> {
    /// A segment is sealed no longer; its file, if it is unsynced.
    fn forget(&mut self, segment: &std::sync::Arc<Segment<D>>) -> Option<std::sync::Arc<D::File>> {
        let at =
            self.sealed.iter().position(|(sealed, _)| std::sync::Arc::ptr_eq(sealed, segment))?;
        self.sealed.remove(at).1
    }
}

impl From<OpenError> for TruncateError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Io(error) => Self::Io(error),
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<crate::segment::WalkError> for TruncateError {
    fn from(error: crate::segment::WalkError) -> Self {
        OpenError::from(error).into()
    }
}
