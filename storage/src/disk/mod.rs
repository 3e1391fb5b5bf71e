//! A disk: everything that storage asks of a file system, and nothing else.
//!
//! All of `storage` goes through these traits, so that one body of code runs on the operating system's files
//! ([`OsDisk`]) and on a simulated disk ([`MemDisk`]) that forgets what was not synced, tears pages, fills up and
//! fails when it is told to. There are no clocks, threads or retries in here.
//!
//! # What survives a power cut
//!
//! The contract that the rest of the crate is written against, and that [`MemDisk`] takes at its word:
//!
//! - bytes written are visible to every reader at once, and durable only after [`DiskFile::sync`] of that file;
//!   before it any subset of their pages may survive;
//! - a file's length is durable after [`DiskFile::sync`];
//! - a new, renamed or removed name is durable only after [`Disk::sync_dir`] of its folder; a rename is atomic;
//! - bytes that were never written inside a file's length read as zeros.
//!
//! A sync that failed says nothing about what is on disk, and a second one that succeeds says no more: the kernel
//! reports a lost page once and then calls it clean. Whoever sees an error from `sync` gives the log dir up.

mod mem;
mod os;

use std::fmt;
use std::io::{self, IoSlice};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use protocol::ids::TimestampMs;

pub use mem::{Fault, MemDisk, MemFile, MemMap};
pub use os::{OsDisk, OsFile};

pub use crate::map::Map;

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenMode {
    /// It must exist; it is only read.
    Read,
    /// It must exist; it is read and written.
    Write,
    /// It is made if it does not exist, and kept as it is if it does.
    Create,
    /// It must not exist.
    CreateNew,
}

/// One name in a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirEntry {
    /// The name, without its folder. Names that are not UTF-8 are not ours and are not listed.
    pub name: String,
    /// Whether it is a folder.
    pub is_dir: bool,
}

/// What a folder knows of a file without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileInfo {
    /// Its length in bytes.
    pub len: u64,
    /// When it was last written.
    pub modified: TimestampMs,
}

/// A file system, or the part of one that a log dir lies in. Clones are the same disk.
pub trait Disk: Clone + fmt::Debug + Send + Sync + 'static {
    /// An open file of this disk.
    type File: DiskFile;

    /// Opens or makes a file. A new name is durable after [`Disk::sync_dir`].
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Self::File>;
    /// Makes a folder and those above it that are missing.
    fn create_dir(&self, path: &Path) -> io::Result<()>;
    /// What lies in a folder, in the order of the names.
    fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>>;
    /// A file's length and time without opening it.
    fn info(&self, path: &Path) -> io::Result<FileInfo>;
    /// Gives a file or a folder another name, replacing a file that has it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file's name. Those who have it open or mapped keep its content.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes an empty folder.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a folder durable.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
    /// How many bytes can still be allocated.
    fn free_bytes(&self, dir: &Path) -> io::Result<u64>;
}

/// An open file. All methods take `&self` and say where: there is no cursor.
pub trait DiskFile: fmt::Debug + Send + Sync + 'static {
    /// A window into a file of this disk.
    type Map: DiskMap;

    /// Its length in bytes.
    fn size(&self) -> io::Result<u64>;
    /// Reads until `into` is full or the file ends, and says how much it read.
    fn read_at(&self, into: &mut [u8], at: u64) -> io::Result<usize>;
    /// The same, but only if no device has to be waited for; `None` if it would.
    fn read_resident_at(&self, into: &mut [u8], at: u64) -> io::Result<Option<usize>>;
    /// Writes all the parts one after the other, lengthening the file if it must. An error leaves an unknown part written.
    fn write_at(&self, parts: &[IoSlice<'_>], at: u64) -> io::Result<()>;
    /// Makes the file at least `len` bytes long with every byte backed by the device, so that no later write into it
    /// can fail for want of space. On an error the file is as long as it was.
    fn allocate(&self, len: u64) -> io::Result<()>;
    /// Cuts or lengthens the file; what is new reads as zeros and is not backed.
    /// Never cut below what a reader's [`Bytes`] of a map still cover.
    fn set_len(&self, len: u64) -> io::Result<()>;
    /// Turns a stretch within the file into zeros and keeps it allocated.
    fn zero(&self, range: Range<u64>) -> io::Result<()>;
    /// Makes content and length durable. An error is final.
    fn sync(&self) -> io::Result<()>;
    /// Drops what the page cache holds of the file and need not write, so that the next read tells what is on the device. A hint.
    fn forget_cached(&self) -> io::Result<()>;
    /// Opens a window on the first `len` bytes, of which `readable` hold data already. The window may be longer than
    /// the file. `None`: this file cannot be mapped, use reads and writes.
    fn map(&self, len: u64, readable: u64) -> io::Result<Option<Arc<Self::Map>>>;
    /// Takes the file's lock for as long as the file is open. `false`: somebody else has it.
    fn try_lock(&self) -> io::Result<bool>;
}

/// A window into a file: appended to at its readable end, and read in slices that share it.
///
/// Bytes below the readable end never change, so slices of them may be handed out while appends go on behind it.
pub trait DiskMap: fmt::Debug + Send + Sync + 'static {
    /// How long the window is.
    fn size(&self) -> u64;
    /// Where the readable bytes end.
    fn readable(&self) -> u64;
    /// Copies the parts to `at`, which must not lie below the readable end and with all the parts must lie in allocated
    /// space, and moves the readable end behind them.
    fn append(&self, at: u64, parts: &[IoSlice<'_>]);
    /// Says that bytes up to `end` were written through the file and may be read here.
    fn publish(&self, end: u64);
    /// Says that the file is allocated up to `len`: appends may go that far.
    fn allocated(&self, len: u64);
    /// A slice of readable bytes. Touching it may wait for the device, see [`DiskMap::is_resident`].
    fn slice(self: Arc<Self>, range: Range<u64>) -> Bytes;
    /// Whether all of the range is in memory.
    fn is_resident(&self, range: Range<u64>) -> bool;
    /// Brings pages that will be written next into the page table, as far as they are allocated. A hint.
    fn populate(&self, range: Range<u64>);
}

/// Reads a whole small file.
pub fn read_file<D: Disk>(disk: &D, path: &Path) -> io::Result<Vec<u8>> {
    let file = disk.open(path, OpenMode::Read)?;
    let mut content = vec![0; usize::try_from(file.size()?).map_err(io::Error::other)?];
    let read = file.read_at(&mut content, 0)?;
    content.truncate(read);
    Ok(content)
}

/// Fills `into` from the file, or fails with `UnexpectedEof`.
pub fn read_exact_at<F: DiskFile>(file: &F, into: &mut [u8], at: u64) -> io::Result<()> {
    match file.read_at(into, at)? {
        read if read == into.len() => Ok(()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Replaces a small file: written beside it, synced, and renamed over it. The new name is durable once the caller has synced the
/// folder.
pub fn write_file<D: Disk>(disk: &D, path: &Path, content: &[u8]) -> Result<(), WriteFileError> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = Path::new(&temporary);
    let file = disk.open(temporary, OpenMode::Create).map_err(WriteFileError::Write)?;
    let written = file.set_len(0).and_then(|()| file.write_at(&[IoSlice::new(content)], 0));
    written.map_err(WriteFileError::Write)?;
    file.sync().map_err(WriteFileError::Sync)?;
    disk.rename(temporary, path).map_err(WriteFileError::Write)
}

/// Why a small file is still what it was.
#[derive(Debug, thiserror::Error)]
pub enum WriteFileError {
    /// It could not be made, written or renamed; a full disk passes.
    #[error(transparent)]
    Write(io::Error),
    /// It could not be synced, which is final.
    #[error(transparent)]
    Sync(io::Error),
}

impl From<WriteFileError> for io::Error {
    fn from(error: WriteFileError) -> Self {
        match error {
            WriteFileError::Write(error) | WriteFileError::Sync(error) => error,
        }
    }
}
