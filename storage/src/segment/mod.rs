//! A segment: one file of record batches, and the sparse indexes that find them.
//!
//! ```text
//!   Segment    what readers, the writer and tasks share: names, the open file, the indexes
//!   Writer     the one who appends to the newest segment: size, allocated space, map
//!   View       a segment as far as one reader may look, with the search for an offset
//!   Walk       the headers of a segment, one after the other
//! ```
//!
//! # Space
//!
//! The newest segment's file is longer than its data: it is allocated ahead in steps that double, so that an append is a copy into
//! memory that cannot fail, and a sync writes data and no metadata. What lies behind the data is zeros; a batch never
//! begins with zeros (its magic is 2), so zeros end a segment wherever they are met. The surplus is cut off when the
//! segment is sealed, or closed.
//!
//! # Indexes
//!
//! Nothing depends on index files. They are made when there is something to put in, written without a sync, checked when they are
//! read, and built again from the batches when they are missing or wrong.

pub mod index;
mod indexer;
pub mod name;
pub mod sparse;
pub mod time_index;
pub mod txn_index;
mod view;
mod walk;
pub(crate) mod writer;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::ids::Offset;

use crate::disk::{Disk, DiskFile, OpenMode};
use crate::files::{OpenFiles, Slot};
use index::OffsetEntry;
pub(crate) use indexer::{Indexer, larger, may_follow};
use name::FileKind;
use sparse::{Entry, Floor, Sparse, read_entries, write_entries};
use time_index::TimeEntry;
pub(crate) use view::View;
pub(crate) use walk::{Access, Placed, Walk, WalkError};

/// What everyone who deals with a segment shares.
pub(crate) struct Segment<D: Disk> {
    base: Offset,
    dir: Arc<Path>,
    files: OpenFiles<D>,
    log: Arc<Slot<D>>,
    offsets: Mutex<Sparse<OffsetEntry>>,
    times: Mutex<Sparse<TimeEntry>>,
    /// Held by whoever changes the lengths of the segment's files or writes its indexes.
    surplus: Mutex<Surplus>,
}

/// What is behind the data in a segment's file.
#[derive(Clone, Copy, Debug)]
enum Surplus {
    /// Space for more.
    Growing,
    /// The segment is sealed with so many bytes, and the file may be longer.
    Uncut(u64),
    /// The segment is sealed, and the file as long as the data.
    Cut(u64),
    /// The segment is deleted.
    Gone,
}

/// Entries that are worth a write: a page of offset index, two megabytes of data.
const ENTRIES_SAVED_TOGETHER: usize = 512;
/// A segment without an index is read from its start if it is not larger than this.
const UNINDEXED_MAX: u64 = 1 << 20;

impl<D: Disk> Segment<D> {
    /// A segment whose index files have so many entries.
    pub(crate) fn new(
        files: &OpenFiles<D>,
        dir: &Arc<Path>,
        base: Offset,
        offset_entries: usize,
        time_entries: usize,
    ) -> Arc<Self> {
        Arc::new(Self {
            base,
            dir: dir.clone(),
            files: files.clone(),
            log: files.slot(FileKind::Log.path(dir, base)),
            offsets: Mutex::new(Sparse::new(base, offset_entries)),
            times: Mutex::new(Sparse::new(base, time_entries)),
            surplus: Mutex::new(Surplus::Growing),
        })
    }

    /// A segment as it was found, whose file has `len` bytes and whose indexes have so many entries. Where an index is missing
    /// although there should be one, an entry is assumed: whoever looks for it finds the index wanting, and builds it.
    pub(crate) fn found(
        files: &OpenFiles<D>,
        dir: &Arc<Path>,
        base: Offset,
        len: u64,
        offset_entries: usize,
        time_entries: usize,
    ) -> Arc<Self> {
        let least = usize::from(len > UNINDEXED_MAX);
        Self::new(files, dir, base, offset_entries.max(least), time_entries.max(least))
    }

    pub(crate) fn base(&self) -> Offset {
        self.base
    }

    /// The slot of the file of batches.
    pub(crate) fn log(&self) -> &Arc<Slot<D>> {
        &self.log
    }

    pub(crate) fn disk(&self) -> &D {
        self.files.disk()
    }

    pub(crate) fn path(&self, kind: FileKind) -> PathBuf {
        kind.path(&self.dir, self.base)
    }

    pub(crate) fn offsets(&self) -> MutexGuard<'_, Sparse<OffsetEntry>> {
        lock(&self.offsets)
    }

    pub(crate) fn times(&self) -> MutexGuard<'_, Sparse<TimeEntry>> {
        lock(&self.times)
    }

    /// Makes the file of batches, which must not exist. The folder is to be synced.
    pub(crate) fn create(&self) -> io::Result<()> {
        let path = self.path(FileKind::Log);
        self.disk().open(&path, OpenMode::CreateNew).map(drop)
    }

    /// Where the data of a sealed segment ends.
    pub(crate) fn sealed_size(&self) -> Option<u64> {
        match *lock(&self.surplus) {
            Surplus::Growing | Surplus::Gone => None,
            Surplus::Uncut(size) | Surplus::Cut(size) => Some(size),
        }
    }

    /// Its data ends at `size` and nothing will be added: the surplus may be given back, see [`Segment::trim`].
    pub(crate) fn seal(&self, size: u64) {
        *lock(&self.surplus) = Surplus::Uncut(size);
    }

    /// Its file is as long as its data.
    pub(crate) fn sealed(&self, size: u64) {
        *lock(&self.surplus) = Surplus::Cut(size);
    }

    /// It is no longer part of the log, and its files may vanish at any time.
    pub(crate) fn retire(&self) {
        *lock(&self.surplus) = Surplus::Gone;
        self.log.retire();
    }

    /// Removes its files. Blocking.
    pub(crate) fn remove(&self) -> io::Result<()> {
        self.retire();
        self.log.close();
        for kind in FileKind::ALL.into_iter().filter(|kind| *kind != FileKind::ProducerSnapshot) {
            match self.disk().remove_file(&self.path(kind)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                result => result?,
            }
        }
        Ok(())
    }

    /// It is written to again.
    pub(crate) fn unseal(&self) {
        *lock(&self.surplus) = Surplus::Growing;
    }

    /// Cuts a sealed segment's file to its data, and returns it if it has to be synced for that. Blocking.
    pub(crate) fn trim(&self) -> io::Result<Option<Arc<D::File>>> {
        let mut surplus = lock(&self.surplus);
        if let Surplus::Uncut(size) = *surplus {
            let file = self.log.file()?;
            if file.size()? > size {
                file.set_len(size)?;
            }
            *surplus = Surplus::Cut(size);
            return Ok(Some(file));
        }
        Ok(None)
    }

    /// Writes index entries that are only in memory: all of them, or those that fill a page. Blocking.
    pub(crate) fn save_indexes(&self, all: bool) -> io::Result<()> {
        let surplus = lock(&self.surplus);
        if matches!(*surplus, Surplus::Gone) {
            return Ok(());
        }
        let least = if all { 1 } else { ENTRIES_SAVED_TOGETHER };
        save(self.disk(), &self.path(FileKind::OffsetIndex), &self.offsets, least)?;
        save(self.disk(), &self.path(FileKind::TimeIndex), &self.times, least)
    }

    /// Reads the offset index from its file, for a segment with `size` bytes of data; builds it again if it is missing where
    /// there should be one. Blocking.
    pub(crate) fn load_offsets(
        self: &Arc<Self>,
        size: u64,
        interval: u64,
    ) -> Result<(), WalkError> {
        let saved = self.offsets().saved_len();
        let path = self.path(FileKind::OffsetIndex);
        let valid = |entry: &OffsetEntry| entry.position < size;
        let entries = read_entries(self.disk(), &path, self.base, saved, valid)?;
        if entries.len() < saved {
            return self.rebuild(size, interval);
        }
        self.offsets().install(entries);
        Ok(())
    }

    /// Reads the time index from its file, or builds it again, as [`Segment::load_offsets`] does. Blocking.
    pub(crate) fn load_times(self: &Arc<Self>, size: u64, interval: u64) -> Result<(), WalkError> {
        let saved = self.times().saved_len();
        let path = self.path(FileKind::TimeIndex);
        let entries = read_entries(self.disk(), &path, self.base, saved, |_| true)?;
        if entries.len() < saved {
            return self.rebuild(size, interval);
        }
        self.times().install(entries);
        Ok(())
    }

    /// The largest timestamp of a sealed segment, with which its time index ends. Blocking.
    pub(crate) fn largest(
        self: &Arc<Self>,
        size: u64,
        interval: u64,
    ) -> io::Result<Option<TimeEntry>> {
        let last = self.times().floor(|_| true);
        if let Floor::At(entry) = last {
            return Ok(Some(entry));
        }
        match last {
            Floor::NotLoaded => self.load_times(size, interval)?,
            _ => self.rebuild(size, interval)?,
        }
        Ok(self.times().floor(|_| true).into())
    }

    /// Builds both indexes from the headers of the batches. Blocking, and reads all of the segment.
    pub(crate) fn rebuild(self: &Arc<Self>, size: u64, interval: u64) -> Result<(), WalkError> {
        let mut built = Indexer::new(interval);
        let mut walk = Walk::new(self, 0, size, Access::Blocking);
        while let Some(batch) = walk.next()? {
            built.add(&batch);
        }
        built.finish();
        self.install(built);
        Ok(())
    }

    /// Replaces both indexes, in memory.
    fn install(&self, built: Indexer) {
        self.offsets().replace(built.offsets);
        self.times().replace(built.times);
    }

    /// Replaces both indexes, in memory and in their files. Blocking.
    pub(crate) fn install_and_save(&self, built: Indexer) -> io::Result<()> {
        let _writing = lock(&self.surplus);
        self.install(built);
        rewrite(self.disk(), &self.path(FileKind::OffsetIndex), &self.offsets)?;
        rewrite(self.disk(), &self.path(FileKind::TimeIndex), &self.times)
    }

    /// Forgets entries of batches from `offset` or `position` on, in memory and, durably, in the files. Blocking.
    pub(crate) fn truncate_indexes(&self, offset: Offset, position: u64) -> io::Result<()> {
        let _writing = lock(&self.surplus);
        let (index, time_index) =
            (self.path(FileKind::OffsetIndex), self.path(FileKind::TimeIndex));
        let kept = |entry: &OffsetEntry| entry.position < position && entry.last_offset < offset;
        let mut entries = all_entries(self.disk(), &index, self.base, &self.offsets)?;
        entries.retain(kept);
        self.offsets().replace(entries);
        rewrite(self.disk(), &index, &self.offsets)?;
        let mut entries = all_entries(self.disk(), &time_index, self.base, &self.times)?;
        entries.retain(|entry: &TimeEntry| entry.offset < offset);
        self.times().replace(entries);
        rewrite(self.disk(), &time_index, &self.times)?;
        sync_if_there(self.disk(), &index)
    }

    /// Lets go of memory, maps and files that can be had again.
    pub(crate) fn cool(&self) {
        self.offsets().cool();
        self.times().cool();
        drop(self.log.take_map());
        self.log.close();
    }
}

fn save<D: Disk, E: Entry>(
    disk: &D,
    path: &Path,
    index: &Mutex<Sparse<E>>,
    least: usize,
) -> io::Result<()> {
    let (at, bytes) = {
        let index = lock(index);
        if index.unsaved() < least {
            return Ok(());
        }
        index.pending()
    };
    write_entries(disk, path, at, &bytes)?;
    lock(index).saved(at, bytes.len());
    Ok(())
}

/// Writes all entries of an index that has just been replaced, and makes no file for none.
fn rewrite<D: Disk, E: Entry>(disk: &D, path: &Path, index: &Mutex<Sparse<E>>) -> io::Result<()> {
    let (at, bytes) = lock(index).pending();
    if bytes.is_empty()
        && disk.info(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    {
        return Ok(());
    }
    write_entries(disk, path, at, &bytes)?;
    lock(index).saved(at, bytes.len());
    Ok(())
}

fn sync_if_there<D: Disk>(disk: &D, path: &Path) -> io::Result<()> {
    match disk.open(path, OpenMode::Write) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        file => file?.sync(),
    }
}

fn all_entries<D: Disk, E: Entry>(
    disk: &D,
    path: &Path,
    base: Offset,
    index: &Mutex<Sparse<E>>,
) -> io::Result<Vec<E>> {
    let saved = lock(index).saved_len();
    let mut entries = read_entries(disk, path, base, saved, |_| true)?;
    let complete = entries.len() == saved;
    entries.extend(lock(index).unsaved_entries().iter().filter(|_| complete));
    Ok(entries)
}

impl<E> From<Floor<E>> for Option<E> {
    fn from(floor: Floor<E>) -> Self {
        match floor {
            Floor::At(entry) => Some(entry),
            Floor::Start | Floor::NotLoaded => None,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<D: Disk> fmt::Debug for Segment<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segment").field("base", &self.base).field("dir", &self.dir).finish()
    }
}
