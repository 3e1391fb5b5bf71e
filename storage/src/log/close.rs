//! Closing: the end of a log's life in this process, or altogether.

use std::io;

use protocol::ids::Offset;

use super::{Log, SyncError};
use crate::disk::{Disk, write_file};
use crate::producer::snapshot::file_name;

/// Why a log was not closed cleanly. The log dir must not be marked as clean.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// An earlier write or sync failed.
    #[error("an earlier write or sync of this log failed")]
    Fenced,
    /// The last sync failed.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// Another operation failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl<D: Disk> Log<D> {
    /// Makes everything durable, gives back what was allocated ahead, and completes the indexes and the producers' snapshot. Returns the
    /// offset for the recovery-point checkpoint. Blocking; costs nothing if nothing was
    /// written. A closed log is read, and written no more.
    pub fn close(&mut self) -> Result<Offset, CloseError> {
        if self.is_failed() {
            return Err(CloseError::Fenced);
        }
        if let Some(flush) = self.unflushed() {
            let flushed = flush.run()?;
            self.flushed(flushed);
        }
        if self.active.finish()? {
            self.active.segment().save_indexes(true)?;
        }
        if let Some(snapshot) = self.producers.closing_snapshot() {
            let path = self.dir.join(file_name(snapshot.end));
            write_file(self.disk(), &path, &snapshot.bytes).map_err(io::Error::from)?;
            self.disk().sync_dir(&self.dir)?;
        }
        self.fence();
        Ok(self.offsets.end)
    }

    /// Removes the log and its folder. Blocking.
    pub fn remove(self) -> io::Result<()> {
        let (disk, dir) = (self.disk().clone(), self.dir.clone());
        drop(self);
        for entry in disk.list(&dir)? {
            disk.remove_file(&dir.join(entry.name))?;
        }
        disk.remove_dir(&dir)?;
        match dir.parent() {
            Some(parent) => disk.sync_dir(parent),
            None => Ok(()),
        }
    }
}
