//! A simulated file: its content as it is read, and as it would be found after a power cut.

use std::collections::BTreeSet;
use std::io::{self, IoSlice};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bytes::Bytes;
use protocol::ids::TimestampMs;

use super::{Chance, Fault, FileInfo, MemDisk, World, eio};
use crate::disk::{DiskFile, DiskMap};

/// What a device writes whole or not at all.
const SECTOR: usize = 512;
/// What the page cache writes back in one piece, unless the power goes.
const PAGE: usize = 4096;

/// The content of one file.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// What readers see.
    now: Vec<u8>,
    /// What a power cut leaves for certain.
    durable: Vec<u8>,
    /// Pages in which the two may differ.
    dirty: BTreeSet<usize>,
    modified: TimestampMs,
    /// Whether its pages have to be fetched from the device.
    cold: bool,
    locked: bool,
}

impl Content {
    pub(super) fn new(now: TimestampMs) -> Self {
        Self { modified: now, ..Self::default() }
    }

    pub(super) fn info(&self) -> FileInfo {
        FileInfo { len: self.now.len() as u64, modified: self.modified }
    }

    pub(super) fn corrupt(&mut self, at: u64) {
        let at = at as usize;
        for bytes in [&mut self.now, &mut self.durable] {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = !*byte;
            }
        }
    }

    pub(super) fn evict(&mut self) {
        self.cold = true;
    }

    fn write(&mut self, at: usize, bytes: &[u8]) {
        let end = at + bytes.len();
        if self.now.len() < end {
            self.resize(end);
        }
        self.now[at..end].copy_from_slice(bytes);
        self.dirty.extend(at / PAGE..end.div_ceil(PAGE));
    }

    fn resize(&mut self, len: usize) {
        let old = self.now.len();
        self.now.resize(len, 0);
        let (low, high) = (old.min(len), old.max(len));
        self.dirty.extend(low / PAGE..high.div_ceil(PAGE));
    }

    /// Saves the length and the dirty pages, and only those: a page that a failed sync called clean stays lost.
    fn sync(&mut self) {
        let len = self.now.len();
        self.durable.resize(len, 0);
        for page in std::mem::take(&mut self.dirty) {
            let (start, end) = ((page * PAGE).min(len), ((page + 1) * PAGE).min(len));
            self.durable[start..end].copy_from_slice(&self.now[start..end]);
        }
    }

    /// Reads what the cache calls clean from the device again.
    fn forget_clean(&mut self) {
        for start in
            (0..self.now.len()).step_by(PAGE).filter(|start| !self.dirty.contains(&(start / PAGE)))
        {
            let end = (start + PAGE).min(self.now.len()).min(self.durable.len());
            if start < end {
                self.now[start..end].copy_from_slice(&self.durable[start..end]);
            }
        }
    }

    /// Loses what was not synced, but for a random part of it.
    pub(super) fn crash(&mut self, chance: &mut Chance) {
        let len = if chance.coin() { self.now.len() } else { self.durable.len() };
        let mut found = std::mem::take(&mut self.durable);
        found.resize(len, 0);
        for page in std::mem::take(&mut self.dirty) {
            let fate = chance.below(8);
            for sector in page * (PAGE / SECTOR)..(page + 1) * (PAGE / SECTOR) {
                // Three in eight pages are lost, three in eight kept, and two torn.
                let kept = fate < 3 || (fate < 5 && chance.coin());
                let end = ((sector + 1) * SECTOR).min(len).min(self.now.len());
                let start = (sector * SECTOR).min(end);
                if kept {
                    found[start..end].copy_from_slice(&self.now[start..end]);
                }
            }
        }
        self.now.clone_from(&found);
        self.durable = found;
        self.cold = true;
        self.locked = false;
    }
}

/// An open file of a [`MemDisk`].
#[derive(Debug)]
pub struct MemFile {
    disk: MemDisk,
    inode: u64,
    life: u64,
    holds_lock: AtomicBool,
}

impl MemFile {
    pub(super) fn new(disk: MemDisk, inode: u64, life: u64) -> Self {
        Self { disk, inode, life, holds_lock: false.into() }
    }

    /// Runs `what` on the content, unless the power has gone since the file was opened.
    fn with<T>(&self, what: impl FnOnce(&mut World, u64) -> io::Result<T>) -> io::Result<T> {
        let mut world = self.disk.world();
        if world.life != self.life || world.changes_left == Some(0) {
            return Err(io::Error::other("the power is off"));
        }
        what(&mut world, self.inode)
    }

    fn read(&self, into: &mut [u8], at: u64) -> io::Result<usize> {
        self.with(|world, inode| {
            if world.fails(Fault::Read) {
                return Err(eio());
            }
            let content = world.tree.file(inode);
            let start = (at as usize).min(content.now.len());
            let len = into.len().min(content.now.len() - start);
            into[..len].copy_from_slice(&content.now[start..start + len]);
            Ok(len)
        })
    }
}

impl DiskFile for MemFile {
    type Map = MemMap;

    fn size(&self) -> io::Result<u64> {
        self.with(|world, inode| Ok(world.tree.file(inode).now.len() as u64))
    }

    fn read_at(&self, into: &mut [u8], at: u64) -> io::Result<usize> {
        let read = self.read(into, at)?;
        self.with(|world, inode| {
            world.tree.file(inode).cold = false;
            Ok(read)
        })
    }

    fn read_resident_at(&self, into: &mut [u8], at: u64) -> io::Result<Option<usize>> {
        let cold = self.with(|world, inode| Ok(world.tree.file(inode).cold))?;
        if cold { Ok(None) } else { self.read(into, at).map(Some) }
    }

    fn write_at(&self, parts: &[IoSlice<'_>], at: u64) -> io::Result<()> {
        let bytes: Vec<u8> = parts.iter().flat_map(|part| part.iter().copied()).collect();
        self.with(|world, inode| {
            world.change()?;
            let (at, end) = (at as usize, at as usize + bytes.len());
            let size = world.tree.file(inode).now.len();
            world.check_space(end.saturating_sub(size) as u64)?;
            let fails = world.fails(Fault::Write);
            let now = world.now;
            let content = world.tree.file(inode);
            content.modified = now;
            if fails {
                content.write(at, &bytes[..bytes.len() / 2]);
                return Err(eio());
            }
            content.write(at, &bytes);
            Ok(())
        })
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        self.with(|world, inode| {
            world.change()?;
            let size = world.tree.file(inode).now.len() as u64;
            world.check_space(len.saturating_sub(size))?;
            if len > size {
                world.tree.file(inode).resize(len as usize);
            }
            Ok(())
        })
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.with(|world, inode| {
            world.change()?;
            world.tree.file(inode).resize(len as usize);
            Ok(())
        })
    }

    fn zero(&self, range: Range<u64>) -> io::Result<()> {
        self.with(|world, inode| {
            world.change()?;
            let content = world.tree.file(inode);
            let end = (range.end as usize).min(content.now.len());
            let start = (range.start as usize).min(end);
            content.write(start, &vec![0; end - start]);
            Ok(())
        })
    }

    fn sync(&self) -> io::Result<()> {
        self.with(|world, inode| {
            world.change()?;
            let fails = world.fails(Fault::Sync);
            let content = world.tree.file(inode);
            if fails {
                // The kernel forgets that the pages were dirty: later syncs have nothing to write.
                content.dirty.clear();
                return Err(eio());
            }
            content.sync();
            Ok(())
        })
    }

    fn forget_cached(&self) -> io::Result<()> {
        self.with(|world, inode| {
            world.tree.file(inode).forget_clean();
            Ok(())
        })
    }

    fn map(&self, len: u64, readable: u64) -> io::Result<Option<Arc<MemMap>>> {
        let size = self.size()?;
        assert!(readable <= size, "data lies within the file");
        Ok(Some(Arc::new(MemMap {
            file: Self::new(self.disk.clone(), self.inode, self.life),
            len,
            readable: readable.into(),
            allocated: size.min(len).into(),
        })))
    }

    fn try_lock(&self) -> io::Result<bool> {
        self.with(|world, inode| {
            let content = world.tree.file(inode);
            if content.locked {
                return Ok(false);
            }
            content.locked = true;
            self.holds_lock.store(true, Ordering::Relaxed);
            Ok(true)
        })
    }
}

impl Drop for MemFile {
    fn drop(&mut self) {
        if self.holds_lock.load(Ordering::Relaxed) {
            // A lock of an earlier life is gone already.
            let _ = self.with(|world, inode| {
                world.tree.file(inode).locked = false;
                Ok(())
            });
        }
    }
}

/// A window into a [`MemFile`]: it obeys the rules of a map, and copies.
#[derive(Debug)]
pub struct MemMap {
    file: MemFile,
    len: u64,
    readable: AtomicU64,
    allocated: AtomicU64,
}

impl DiskMap for MemMap {
    fn size(&self) -> u64 {
        self.len
    }

    fn readable(&self) -> u64 {
        self.readable.load(Ordering::SeqCst)
    }

    fn append(&self, at: u64, parts: &[IoSlice<'_>]) {
        let end = at + parts.iter().map(|part| part.len() as u64).sum::<u64>();
        assert!(
            at >= self.readable.load(Ordering::SeqCst),
            "what can be read is never overwritten"
        );
        assert!(
            end <= self.allocated.load(Ordering::SeqCst),
            "space is allocated before it is written"
        );
        let bytes: Vec<u8> = parts.iter().flat_map(|part| part.iter().copied()).collect();
        // A store into memory cannot fail; with the power off it is merely lost.
        let _ = self.file.with(|world, inode| {
            world.change()?;
            let now = world.now;
            let content = world.tree.file(inode);
            assert!(end as usize <= content.now.len(), "a store behind the file's end is SIGBUS");
            content.modified = now;
            content.write(at as usize, &bytes);
            Ok(())
        });
        self.readable.store(end, Ordering::SeqCst);
    }

    fn publish(&self, end: u64) {
        let end = end.min(self.len);
        assert!(
            end <= self.allocated.load(Ordering::SeqCst),
            "what is published lies within the file"
        );
        self.readable.fetch_max(end, Ordering::SeqCst);
    }

    fn allocated(&self, len: u64) {
        self.allocated.fetch_max(len.min(self.len), Ordering::SeqCst);
    }

    fn slice(self: Arc<Self>, range: Range<u64>) -> Bytes {
        assert!(range.end <= self.readable.load(Ordering::SeqCst), "only data is read");
        let mut bytes = vec![0; (range.end - range.start) as usize];
        // With the power off nobody looks at what is returned.
        if let Ok(read) = self.file.read(&mut bytes, range.start) {
            assert_eq!(read, bytes.len(), "a load behind the file's end is SIGBUS");
        }
        bytes.into()
    }

    fn is_resident(&self, _range: Range<u64>) -> bool {
        self.file.with(|world, inode| Ok(!world.tree.file(inode).cold)).unwrap_or(false)
    }

    fn populate(&self, _range: Range<u64>) {}
}
