//! Retention: whole segments are deleted from the start of a log when all of their records are too old, when the log is too large, or
//! when their records have been deleted by offset.
//!
//! Deleting is two steps. The files are renamed to `.deleted` at once, which takes them out of the log; they are removed after
//! `file.delete.delay.ms`, so that who still reads them can finish. Names that come back after a power cut are deleted again:
//! the start offset is in a checkpoint, and the reasons to delete have only grown.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use protocol::ids::{Offset, TimestampMs};

use super::append::AppendError;
use super::{Log, Sealed};
use crate::disk::Disk;
use crate::segment::name::{Fate, FileKind};

/// What retention has done.
#[derive(Debug)]
pub struct Retained<D: Disk> {
    /// How many segments are gone.
    pub segments: usize,
    /// How many bytes of records they had.
    pub bytes: u64,
    /// Where the log starts now.
    pub start_offset: Offset,
    /// What is to be removed later; `None` if nothing was deleted.
    pub removal: Option<Removal<D>>,
}

/// Files that nobody needs once their time has come.
#[derive(Debug)]
#[must_use = "the files stay on the disk until the removal has run"]
pub struct Removal<D: Disk> {
    disk: D,
    paths: Vec<PathBuf>,
    /// How long who still reads them is given from now on (`file.delete.delay.ms`).
    pub delay: Duration,
}

impl<D: Disk> Removal<D> {
    pub(super) fn new(disk: D, paths: Vec<PathBuf>, delay: Duration) -> Self {
        Self { disk, paths, delay }
    }

    /// Removes the files. Blocking. What is gone already is well.
    pub fn run(self) -> io::Result<()> {
        for path in &self.paths {
            match self.disk.remove_file(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                result => result?,
            }
        }
        Ok(())
    }
}

impl<D: Disk> Log<D> {
    /// Deletes what the configuration and the start offset allow, of what lies below the high watermark. Reads and renames a few small files.
    pub fn retention(
        &mut self,
        now: TimestampMs,
        high_watermark: Offset,
    ) -> Result<Retained<D>, AppendError> {
        self.roll_if_expired(now, high_watermark)?;
        let mut paths = Vec::new();
        let (mut segments, mut bytes) = (0, 0);
        while self.may_delete_oldest(now, high_watermark)? {
            let oldest = self.sealed.pop_front().expect("it may be deleted");
            let renamed = self.rename_to_deleted(&oldest);
            paths.extend(renamed.map_err(|error| self.disk_error(error))?);
            segments += 1;
            bytes += oldest.size;
        }
        if segments > 0 {
            self.unsynced.names();
            let first = self.segments().next().map_or(self.offsets.end, |first| first.base_offset);
            self.start_at(first.max(self.offsets.start));
        }
        let removal = Removal::new(self.disk().clone(), paths, self.config.file_delete_delay());
        let removal = Some(removal).filter(|removal| !removal.paths.is_empty());
        Ok(Retained { segments, bytes, start_offset: self.offsets.start, removal })
    }

    /// The newest segment cannot be deleted while it is written to; if all of it is too old, it is written to no more.
    fn roll_if_expired(
        &mut self,
        now: TimestampMs,
        high_watermark: Offset,
    ) -> Result<(), AppendError> {
        let expired = self.active.size() > 0
            && self.config.delete
            && self.offsets.end <= high_watermark
            && self.active.largest().is_some_and(|largest| self.is_expired(largest.timestamp, now));
        if expired && !self.is_failed() {
            self.roll(self.offsets.end)?;
        }
        Ok(())
    }

    fn is_expired(&self, largest: TimestampMs, now: TimestampMs) -> bool {
        let retention_ms = self.config.retention_ms;
        retention_ms >= 0 && now.get().saturating_sub(largest.get()) > retention_ms
    }

    fn may_delete_oldest(
        &mut self,
        now: TimestampMs,
        high_watermark: Offset,
    ) -> Result<bool, AppendError> {
        let Some(oldest) = self.sealed.front() else { return Ok(false) };
        let next = self.sealed.get(1).map_or(self.active.base(), |next| next.segment.base());
        if next > high_watermark {
            return Ok(false);
        }
        if next <= self.offsets.start {
            return Ok(true);
        }
        if !self.config.delete {
            return Ok(false);
        }
        let retention_bytes = u64::try_from(self.config.retention_bytes).ok();
        if retention_bytes.is_some_and(|max| self.size_bytes() - oldest.size >= max) {
            return Ok(true);
        }
        let largest = self.largest_of_oldest().map_err(|error| self.disk_error(error))?;
        Ok(largest.is_some_and(|largest| self.is_expired(largest, now)))
    }

    /// The largest timestamp in the oldest segment; without timestamps, the time at which its file was last written.
    fn largest_of_oldest(&mut self) -> io::Result<Option<TimestampMs>> {
        if self.config.retention_ms < 0 {
            return Ok(None);
        }
        let interval = u64::from(self.config.index_interval_bytes);
        let Some(oldest) = self.sealed.front_mut() else { return Ok(None) };
        if oldest.largest.is_none() {
            oldest.largest = oldest.segment.largest(oldest.size, interval)?;
        }
        match oldest.largest.map(|largest| largest.timestamp).filter(|largest| largest.get() >= 0) {
            Some(largest) => Ok(Some(largest)),
            None => {
                let path = oldest.segment.path(FileKind::Log);
                Ok(Some(oldest.segment.disk().info(&path)?.modified))
            }
        }
    }

    fn rename_to_deleted(&mut self, sealed: &Sealed<D>) -> io::Result<Vec<PathBuf>> {
        let segment = &sealed.segment;
        self.unsynced.sealed.retain(|(unsynced, _)| !std::sync::Arc::ptr_eq(unsynced, segment));
        segment.retire();
        let mut paths = Vec::new();
        for kind in FileKind::ALL {
            let live = segment.path(kind);
            let deleted = Fate::Deleted.of(&live);
            match self.disk().rename(&live, &deleted) {
                Ok(()) => paths.push(deleted),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(paths)
    }

    fn disk_error(&self, error: io::Error) -> AppendError {
        self.fence();
        AppendError::Failed(error)
    }
}
