//! The operating system's disk: fallocate, positioned vectored IO, fdatasync, and maps.

use std::ffi::CString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, IoSlice};
use std::ops::Range;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use protocol::ids::TimestampMs;

use super::{DirEntry, Disk, DiskFile, FileInfo, OpenMode};
use crate::map::Map;

/// The file system that the process sees.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsDisk;

/// A file of the operating system.
#[derive(Debug)]
pub struct OsFile(File);

/// How many parts one `pwritev` takes (IOV_MAX of Linux).
const PARTS_MAX: usize = 1024;

impl Disk for OsDisk {
    type File = OsFile;

    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<OsFile> {
        let mut options = OpenOptions::new();
        options.read(true).write(mode != OpenMode::Read);
        options.create(mode == OpenMode::Create).create_new(mode == OpenMode::CreateNew);
        options.open(path).map(OsFile)
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            if let Ok(name) = entry.file_name().into_string() {
                entries.push(DirEntry { name, is_dir: entry.file_type()?.is_dir() });
            }
        }
        entries.sort_unstable();
        Ok(entries)
    }

    fn info(&self, path: &Path) -> io::Result<FileInfo> {
        let info = fs::metadata(path)?;
        let age = info.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        let modified = TimestampMs(i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
        Ok(FileInfo { len: info.len(), modified })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }

    fn free_bytes(&self, dir: &Path) -> io::Result<u64> {
        let path = CString::new(dir.as_os_str().as_bytes())?;
        free_bytes(&path)
    }
}

impl DiskFile for OsFile {
    type Map = Map;

    fn size(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, into: &mut [u8], at: u64) -> io::Result<usize> {
        let mut done = 0;
        while let Some(rest @ [_, ..]) = into.get_mut(done..) {
            match self.0.read_at(rest, at + done as u64) {
                Ok(0) => break,
                Ok(read) => done += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    fn read_resident_at(&self, into: &mut [u8], at: u64) -> io::Result<Option<usize>> {
        let mut done = 0;
        while let Some(rest @ [_, ..]) = into.get_mut(done..) {
            match read_nowait(&self.0, rest, at + done as u64) {
                Ok(0) => break,
                Ok(read) => done += read,
                Err(error) => match error.raw_os_error() {
                    Some(libc::EINTR) => {}
                    // Not in memory; or a file system that cannot tell, which must be treated the same.
                    Some(libc::EAGAIN | libc::EOPNOTSUPP) => return Ok(None),
                    _ => return Err(error),
                },
            }
        }
        Ok(Some(done))
    }

    fn write_at(&self, parts: &[IoSlice<'_>], at: u64) -> io::Result<()> {
        let mut at = at;
        for parts in parts.chunks(PARTS_MAX) {
            let mut parts: Vec<IoSlice<'_>> = parts.to_vec();
            let mut rest = parts.as_mut_slice();
            IoSlice::advance_slices(&mut rest, 0);
            while !rest.is_empty() {
                match write_vectored(&self.0, rest, at) {
                    Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                    Ok(written) => {
                        at += written as u64;
                        IoSlice::advance_slices(&mut rest, written);
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        let before = self.size()?;
        if len <= before {
            return Ok(());
        }
        allocate(&self.0, before..len).or_else(|error| {
            // fallocate may have lengthened the file in part before it ran out of space.
            self.0.set_len(before)?;
            Err(error)
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn zero(&self, range: Range<u64>) -> io::Result<()> {
        if range.is_empty() {
            return Ok(());
        }
        match zero_range(&self.0, range.clone()) {
            Err(error) if error.raw_os_error() == Some(libc::EOPNOTSUPP) => self.write_zeros(range),
            result => result,
        }
    }

    fn sync(&self) -> io::Result<()> {
        // fdatasync also writes the length and the extents that are needed to read the data back.
        self.0.sync_data()
    }

    fn forget_cached(&self) -> io::Result<()> {
        forget_cached(&self.0)
    }

    fn map(&self, len: u64, readable: u64) -> io::Result<Option<Arc<Map>>> {
        Ok(Some(Arc::new(Map::open(&self.0, len, readable)?)))
    }

    fn try_lock(&self) -> io::Result<bool> {
        match self.0.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl OsFile {
    /// For file systems without FALLOC_FL_ZERO_RANGE (tmpfs, NFS).
    fn write_zeros(&self, range: Range<u64>) -> io::Result<()> {
        let zeros = [0; 64 * 1024];
        let mut at = range.start;
        while at < range.end {
            let len = zeros.len().min(usize::try_from(range.end - at).unwrap_or(usize::MAX));
            self.write_at(&[IoSlice::new(zeros.get(..len).unwrap_or(&zeros))], at)?;
            at += len as u64;
        }
        Ok(())
    }
}

#[expect(unsafe_code, reason = "std has no statvfs")]
fn free_bytes(path: &CString) -> io::Result<u64> {
    // SAFETY: `path` is a C string that outlives the call, and statvfs fills a plain struct that zeros are legal for.
    let (result, stat) = unsafe {
        let mut stat: libc::statvfs = std::mem::zeroed();
        (libc::statvfs(path.as_ptr(), &raw mut stat), stat)
    };
    check(result as isize)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[expect(unsafe_code, reason = "std has no preadv2")]
fn read_nowait(file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    let part = libc::iovec { iov_base: into.as_mut_ptr().cast(), iov_len: into.len() };
    // SAFETY: the one iovec describes `into`, which is borrowed mutably for the call.
    let read = unsafe {
        libc::preadv2(file.as_raw_fd(), &raw const part, 1, signed(at)?, libc::RWF_NOWAIT)
    };
    check(read)
}

#[expect(unsafe_code, reason = "std has no stable positioned vectored write")]
fn write_vectored(file: &File, parts: &[IoSlice<'_>], at: u64) -> io::Result<usize> {
    let count = libc::c_int::try_from(parts.len().min(PARTS_MAX)).map_err(io::Error::other)?;
    // SAFETY: IoSlice is guaranteed to have the layout of iovec on Unix, and the slices are borrowed for the call.
    let written =
        unsafe { libc::pwritev(file.as_raw_fd(), parts.as_ptr().cast(), count, signed(at)?) };
    check(written)
}

/// Backs the range with blocks and lengthens the file to its end.
fn allocate(file: &File, range: Range<u64>) -> io::Result<()> {
    fallocate(file, 0, range)
}

/// Zeros the range; its blocks stay allocated.
fn zero_range(file: &File, range: Range<u64>) -> io::Result<()> {
    fallocate(file, libc::FALLOC_FL_ZERO_RANGE | libc::FALLOC_FL_KEEP_SIZE, range)
}

#[expect(unsafe_code, reason = "std has no fallocate")]
fn fallocate(file: &File, mode: libc::c_int, range: Range<u64>) -> io::Result<()> {
    let (start, len) = (signed(range.start)?, signed(range.end - range.start)?);
    loop {
        // SAFETY: plain numbers; the descriptor is open for as long as `file` is borrowed.
        let result = unsafe { libc::fallocate(file.as_raw_fd(), mode, start, len) };
        match check(result as isize) {
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[expect(unsafe_code, reason = "std has no posix_fadvise")]
fn forget_cached(file: &File) -> io::Result<()> {
    // SAFETY: plain numbers; the descriptor is open for as long as `file` is borrowed.
    match unsafe { libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED) } {
        0 => Ok(()),
        error => Err(io::Error::from_raw_os_error(error)),
    }
}

fn signed(at: u64) -> io::Result<libc::off_t> {
    libc::off_t::try_from(at).map_err(io::Error::other)
}

fn check(result: isize) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}
