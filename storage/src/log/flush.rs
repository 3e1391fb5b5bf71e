//! A flush: makes everything durable that was appended before it was taken.
//!
//! It is run by whoever may block, without the log's lock, while appends go on; the next flush is taken when this one has returned. So
//! all appends of that time share one sync, and an acknowledgement waits for two at most.
//!
//! A flush also does what an append puts off: cutting sealed segments to their size, writing index entries and the
//! producers' snapshot, and bringing in the pages that come next.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::ids::Offset;

use super::{Log, Unsynced, epoch};
use crate::disk::{Disk, DiskFile, WriteFileError, write_file};
use crate::producer::snapshot::{self, Snapshot};
use crate::segment::Segment;
use crate::segment::writer::Ahead;

/// A file to sync and the segment that it belongs to; no file where it was not written since the last sync.
pub(super) type Dirty<D> = (Arc<Segment<D>>, Option<Arc<<D as Disk>::File>>);

/// Everything that has to reach the disk so that the log is durable up to an offset.
#[must_use = "nothing is durable until the flush has run"]
pub struct FlushTask<D: Disk> {
    disk: D,
    dir: Arc<Path>,
    /// The sealed segments; they are cut to their size first.
    sealed: Vec<Dirty<D>>,
    active: Dirty<D>,
    ahead: Option<Ahead<D>>,
    names: bool,
    epochs: Option<String>,
    snapshot: Option<Snapshot>,
    done: Flushed,
    truncations: Arc<Mutex<u64>>,
    failed: Arc<AtomicBool>,
}

/// What a flush has made durable, for [`Log::flushed`].
#[derive(Clone, Debug)]
#[must_use = "the log must be told"]
pub struct Flushed {
    up_to: Offset,
    sealed: usize,
    truncations: u64,
    changes: u64,
    snapshot: Option<Snapshot>,
}

/// Why a flush did not make the log durable.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The disk failed. What is on it is unknown, and stays so whatever a later sync says: the log refuses appends from now
    /// on, and its log dir is to be taken offline.
    #[error("{what} failed: the state of the disk is unknown from here on")]
    Final {
        /// What was tried.
        what: &'static str,
        /// What the disk said.
        source: io::Error,
    },
    /// There was no space for a small file that belongs to the log. Nothing is lost: flush again when there is space.
    #[error("no space for {what}")]
    NoSpace {
        /// Which file.
        what: &'static str,
        /// What the disk said.
        source: io::Error,
    },
}

impl SyncError {
    /// Whether the log dir is lost to this process; if not, flush again later.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Final { .. })
    }
}

impl Flushed {
    /// The log is durable below this offset.
    pub fn up_to(&self) -> Offset {
        self.up_to
    }
}

impl<D: Disk> Log<D> {
    /// What has to be done to make the log durable as it is now; `None` if it is.
    pub fn unflushed(&self) -> Option<FlushTask<D>> {
        let unsynced = &self.unsynced;
        let nothing = self.offsets.flushed == self.offsets.end
            && !unsynced.names
            && !unsynced.epochs
            && unsynced.sealed.is_empty();
        if nothing {
            return None;
        }
        Some(FlushTask {
            disk: self.disk().clone(),
            dir: self.dir.clone(),
            sealed: unsynced.sealed.clone(),
            active: (self.active.segment().clone(), self.active.file()),
            ahead: self.active.ahead(),
            names: unsynced.names,
            epochs: unsynced.epochs.then(|| self.epochs.to_text()),
            snapshot: unsynced.snapshot.clone(),
            done: Flushed {
                up_to: self.offsets.end,
                sealed: unsynced.sealed.len(),
                truncations: *unsynced.truncations(),
                changes: unsynced.changes,
                snapshot: unsynced.snapshot.clone(),
            },
            truncations: unsynced.truncations.clone(),
            failed: self.failed.clone(),
        })
    }

    /// Takes note of a flush that has run.
    pub fn flushed(&mut self, flushed: Flushed) {
        if flushed.truncations != *self.unsynced.truncations() {
            // What was synced may have been cut since, and written anew. The next flush covers it.
            return;
        }
        self.offsets.flushed = self.offsets.flushed.max(flushed.up_to);
        self.offsets.check();
        self.unsynced.sealed.drain(..flushed.sealed.min(self.unsynced.sealed.len()));
        if flushed.changes == self.unsynced.changes {
            (self.unsynced.names, self.unsynced.epochs) = (false, false);
        }
        if let Some(snapshot) = flushed.snapshot {
            self.producers.saved(&snapshot);
            self.unsynced.snapshot.take_if(|newer| newer.end <= snapshot.end);
        }
        if self.offsets.flushed == self.offsets.end {
            self.active.unpin();
        }
    }
}

impl<D: Disk> Unsynced<D> {
    /// How many truncations there have been. A flush that is writing small files finishes first.
    pub(super) fn truncations(&self) -> MutexGuard<'_, u64> {
        self.truncations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A name was made or changed.
    pub(super) fn names(&mut self) {
        self.names = true;
        self.changes += 1;
    }

    /// An epoch began.
    pub(super) fn epochs(&mut self) {
        self.epochs = true;
        self.changes += 1;
    }
}

impl<D: Disk> FlushTask<D> {
    /// The offset below which the log will be durable.
    pub fn up_to(&self) -> Offset {
        self.done.up_to
    }

    /// How many files will be synced.
    pub fn files(&self) -> usize {
        self.sealed.len() + usize::from(self.active.1.is_some())
    }

    /// Syncs. Blocking.
    pub fn run(self) -> Result<Flushed, SyncError> {
        let result = self.sync_segments().and_then(|()| self.sync_small_files());
        if let Err(SyncError::Final { .. }) = result {
            self.failed.store(true, Ordering::Release);
        }
        result?;
        if let Some(ahead) = &self.ahead {
            ahead.populate();
        }
        Ok(self.done)
    }

    fn sync_segments(&self) -> Result<(), SyncError> {
        for (segment, file) in &self.sealed {
            let cut = segment.trim().map_err(final_error("cutting a segment to its size"))?;
            if let Some(file) = cut.as_ref().or(file.as_ref()) {
                file.sync().map_err(final_error("the sync of a segment"))?;
            }
            save_indexes(segment, true);
        }
        let (segment, file) = &self.active;
        if let Some(file) = file {
            file.sync().map_err(final_error("the sync of a segment"))?;
            save_indexes(segment, false);
        }
        Ok(())
    }

    fn sync_small_files(&self) -> Result<(), SyncError> {
        let truncations = self.truncations.lock().unwrap_or_else(PoisonError::into_inner);
        if *truncations != self.done.truncations {
            return Ok(());
        }
        let mut names = self.names;
        if let Some(text) = &self.epochs {
            let path = self.dir.join(epoch::FILE_NAME);
            write_file(&self.disk, &path, text.as_bytes())
                .map_err(small_file_error(epoch::FILE_NAME))?;
            names = true;
        }
        if let Some(snapshot) = &self.snapshot {
            let path = self.dir.join(snapshot::file_name(snapshot.end));
            match write_file(&self.disk, &path, &snapshot.bytes) {
                // Without it a start reads more of the log.
                Err(WriteFileError::Write(error)) if error.kind() == io::ErrorKind::StorageFull => {
                    tracing::warn!(dir = ?self.dir, %error, "a producer snapshot is left out");
                }
                written => written.map_err(small_file_error("a producer snapshot"))?,
            }
            names = true;
        }
        if names {
            self.disk.sync_dir(&self.dir).map_err(final_error("the sync of a folder"))?;
        }
        Ok(())
    }
}

/// Index files can be built again: one that cannot be written is worth a word and nothing more.
fn save_indexes<D: Disk>(segment: &Segment<D>, all: bool) {
    if let Err(error) = segment.save_indexes(all) {
        tracing::warn!(?segment, %error, "cannot write an index file; it will be built again");
    }
}

fn final_error(what: &'static str) -> impl FnOnce(io::Error) -> SyncError {
    move |source| SyncError::Final { what, source }
}

fn small_file_error(what: &'static str) -> impl FnOnce(WriteFileError) -> SyncError {
    move |error| match error {
        WriteFileError::Write(source) if source.kind() == io::ErrorKind::StorageFull => {
            SyncError::NoSpace { what, source }
        }
        WriteFileError::Write(source) | WriteFileError::Sync(source) => {
            SyncError::Final { what, source }
        }
    }
}

impl<D: Disk> fmt::Debug for FlushTask<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlushTask")
            .field("dir", &self.dir)
            .field("up_to", &self.done.up_to)
            .field("files", &self.files())
            .finish_non_exhaustive()
    }
}
