//! A map: a shared window into a file, appended to by one and read by many.
//!
//! The one place where memory of a file is touched. What makes the unsafe code sound:
//!
//! - **below `readable` nothing is written through the map**, so a slice handed out stays as it is; appends assert that
//!   they start at or behind it, and hold `appending` for the time of the copy;
//! - **behind `allocated` nothing is touched**: the file was allocated up to there before ([`DiskMap::allocated`]), so
//!   that neither a full disk nor the end of the file can raise SIGBUS;
//! - the owner of the file never cuts it below what slices cover (`Segment` keeps that).
//!
//! The file may still be changed from outside the process, or through another map after a truncation. Such bytes are
//! only ever copied to a socket or to another file, never trusted.

use std::fs::File;
use std::io::{self, IoSlice};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use memmap2::{Advice, MmapOptions, MmapRaw};

use crate::disk::DiskMap;

/// A window into a file of the operating system.
#[derive(Debug)]
pub struct Map {
    window: MmapRaw,
    /// Bytes below are data, and final. Only rises.
    readable: AtomicU64,
    /// The file is at least this long and every byte of it is backed. Only rises; `readable ≤ allocated ≤ window`.
    allocated: AtomicU64,
    /// Held while bytes behind `readable` are written.
    appending: Mutex<()>,
}

/// The part of a map that one reader holds. Keeps the map alive.
struct Slice {
    map: Arc<Map>,
    range: Range<usize>,
}

impl Map {
    /// Opens a window of `len` bytes on a file whose first `readable` bytes are data. It may be longer than the file.
    pub(crate) fn open(file: &File, len: u64, readable: u64) -> io::Result<Self> {
        let len = usize::try_from(len.max(1)).map_err(io::Error::other)?;
        let window = MmapOptions::new().len(len).map_raw(file)?;
        let allocated = file.metadata()?.len().min(len as u64);
        assert!(readable <= allocated, "data lies within the file");
        Ok(Self {
            window,
            readable: AtomicU64::new(readable),
            allocated: AtomicU64::new(allocated),
            appending: Mutex::new(()),
        })
    }

    fn page_start(at: usize) -> usize {
        at & !(PAGE - 1)
    }
}

/// The smallest page of any machine we run on; a larger one only makes [`DiskMap::is_resident`] more careful.
const PAGE: usize = 4096;

impl DiskMap for Map {
    fn size(&self) -> u64 {
        self.window.len() as u64
    }

    fn readable(&self) -> u64 {
        self.readable.load(Ordering::Acquire)
    }

    #[expect(unsafe_code, reason = "writes memory that no slice covers")]
    fn append(&self, at: u64, parts: &[IoSlice<'_>]) {
        let _appending = self.appending.lock().unwrap_or_else(PoisonError::into_inner);
        let len: usize = parts.iter().map(|part| part.len()).sum();
        let end = at + len as u64;
        assert!(
            at >= self.readable.load(Ordering::Relaxed),
            "what can be read is never overwritten"
        );
        assert!(
            end <= self.allocated.load(Ordering::Relaxed),
            "space is allocated before it is written"
        );
        let mut to = usize::try_from(at).expect("lies within the window");
        for part in parts {
            // SAFETY: `to + part.len()` is at most `end ≤ allocated ≤ window.len()`, so the target lies in the window and
            // in allocated file space; it lies behind `readable`, so no slice covers it; and the lock keeps other
            // appends out. The parts are ordinary slices, which cannot overlap memory that was never handed out.
            unsafe {
                let target = self.window.as_mut_ptr().add(to);
                std::ptr::copy_nonoverlapping(part.as_ptr(), target, part.len());
            }
            to += part.len();
        }
        self.readable.store(end, Ordering::Release);
    }

    fn publish(&self, end: u64) {
        let _appending = self.appending.lock().unwrap_or_else(PoisonError::into_inner);
        let end = end.min(self.size());
        assert!(
            end <= self.allocated.load(Ordering::Relaxed),
            "what is published lies within the file"
        );
        self.readable.fetch_max(end, Ordering::Release);
    }

    fn allocated(&self, len: u64) {
        self.allocated.fetch_max(len.min(self.size()), Ordering::Relaxed);
    }

    fn slice(self: Arc<Self>, range: Range<u64>) -> Bytes {
        assert!(
            range.start <= range.end && range.end <= self.readable.load(Ordering::Acquire),
            "only data is read"
        );
        let start = usize::try_from(range.start).expect("lies within the window");
        let end = usize::try_from(range.end).expect("lies within the window");
        Bytes::from_owner(Slice { map: self, range: start..end })
    }

    #[expect(unsafe_code, reason = "std and memmap2 have no mincore")]
    fn is_resident(&self, range: Range<u64>) -> bool {
        let Ok(end) = usize::try_from(range.end.min(self.size())) else { return false };
        let Ok(start) = usize::try_from(range.start) else { return false };
        let start = Self::page_start(start);
        if start >= end {
            return true;
        }
        let mut pages = vec![0u8; (end - start).div_ceil(PAGE)];
        // SAFETY: start is page-aligned and start..end lies in the window; `pages` has a byte for each page of the range
        // (more, where pages are larger than 4 KiB, which mincore then leaves at zero: not resident, the careful answer).
        let result = unsafe {
            let from = self.window.as_mut_ptr().add(start);
            libc::mincore(from.cast(), end - start, pages.as_mut_ptr())
        };
        result == 0 && pages.iter().all(|page| page & 1 == 1)
    }

    fn populate(&self, range: Range<u64>) {
        let end = range.end.min(self.allocated.load(Ordering::Relaxed));
        let (Ok(start), Ok(end)) = (usize::try_from(range.start), usize::try_from(end)) else {
            return;
        };
        let start = Self::page_start(start);
        if start < end {
            // Older kernels do not know it; then the pages come in as they are touched.
            let _ = self.window.advise_range(Advice::PopulateWrite, start, end - start);
        }
    }
}

impl AsRef<[u8]> for Slice {
    #[expect(unsafe_code, reason = "lends memory of the window")]
    fn as_ref(&self) -> &[u8] {
        // SAFETY: the range was below `readable` when the slice was made (asserted in `slice`), `readable` only rises and is
        // at most the window's length, nothing below it is written through this map, and `map` keeps the window alive.
        unsafe {
            let from = self.map.window.as_ptr().add(self.range.start);
            std::slice::from_raw_parts(from, self.range.len())
        }
    }
}
