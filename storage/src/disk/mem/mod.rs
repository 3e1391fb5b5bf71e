//! A simulated disk: keeps what was synced apart from what was merely written, and fails on demand.
//!
//! It takes the contract of [`super`] at its word. Between two syncs a power cut ([`MemDisk::crash`]) keeps any subset of
//! the written sectors, the old or the new length of each file, and of each folder any prefix of the names made, renamed
//! and removed. All chance comes from the seed that is passed in, so every run can be had again.
//!
//! Faults are a budget and not a rain: the test says which operation fails and when ([`Fault`], [`MemDisk::inject`]),
//! after how many changes the power goes ([`MemDisk::cut_power_after`]), and how many bytes there are
//! ([`MemDisk::set_capacity`]).

mod file;
mod tree;

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::ids::TimestampMs;

use tree::Tree;

use super::{DirEntry, Disk, FileInfo, OpenMode};

pub use file::{MemFile, MemMap};

/// A kind of operation that can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A write through a file fails half way with EIO; a part of it is in the file.
    Write,
    /// A read fails with EIO.
    Read,
    /// A file's sync fails with EIO, and what it should have saved is lost with the next power cut although later syncs succeed.
    Sync,
    /// A folder's sync fails with EIO.
    SyncDir,
    /// Space cannot be allocated: ENOSPC.
    Allocate,
    /// A rename or removal of a name fails with EIO.
    Rename,
}

/// A simulated disk. Clones are the same disk.
#[derive(Clone, Debug, Default)]
pub struct MemDisk {
    world: Arc<Mutex<World>>,
}

/// All of a disk's state, and the faults that are still to come.
#[derive(Debug, Default)]
struct World {
    tree: Tree,
    /// Faults in waiting: each fires once, when its number of operations of its kind have gone by.
    faults: Vec<(Fault, u64)>,
    /// How many more changes until the power goes.
    changes_left: Option<u64>,
    /// How many changes there have been: the number of points at which the power could have gone.
    changes: u64,
    /// Handles of another life are dead.
    life: u64,
    /// How many bytes all files may have together.
    capacity: Option<u64>,
    /// The time that written files are given.
    now: TimestampMs,
}

impl MemDisk {
    /// An empty disk without limits or faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the `nth` operation of a kind from now fail, once. The first is 1.
    pub fn inject(&self, fault: Fault, nth: u64) {
        self.world().faults.push((fault, nth));
    }

    /// Cuts the power after so many changes from now: every later operation fails until [`MemDisk::crash`].
    pub fn cut_power_after(&self, changes: u64) {
        self.world().changes_left = Some(changes);
    }

    /// How many changes (writes, syncs, allocations, changes of names) the disk has seen.
    pub fn changes(&self) -> u64 {
        self.world().changes
    }

    /// A power cut and a new start: what was not synced survives in parts, by `seed`. Open handles are dead afterwards.
    pub fn crash(&self, seed: u64) {
        let mut world = self.world();
        world.tree.crash(&mut Chance(seed));
        world.life += 1;
        world.changes_left = None;
        world.faults.clear();
    }

    /// Limits the bytes that all files may have together.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.world().capacity = bytes;
    }

    /// Sets the time that files written from now on are given.
    pub fn set_time(&self, now: TimestampMs) {
        self.world().now = now;
    }

    /// Flips the bits of one byte, on the disk and in memory.
    pub fn corrupt(&self, path: &Path, at: u64) -> io::Result<()> {
        let mut world = self.world();
        let inode = world.tree.find_file(path)?;
        world.tree.file(inode).corrupt(at);
        Ok(())
    }

    /// Drops everything from the page cache: reads without waiting find nothing.
    pub fn evict(&self) {
        self.world().tree.evict();
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    /// Counts one change, and fails it if the power is off.
    fn change(&mut self) -> io::Result<()> {
        match &mut self.changes_left {
            Some(0) => return Err(io::Error::other("the power is off")),
            Some(left) => *left -= 1,
            None => {}
        }
        self.changes += 1;
        Ok(())
    }

    /// Whether a fault of this kind is due now.
    fn fails(&mut self, kind: Fault) -> bool {
        let mut due = false;
        self.faults.retain_mut(|(fault, left)| {
            if *fault == kind {
                *left -= 1;
                due |= *left == 0;
            }
            *left > 0
        });
        due
    }

    fn check_space(&mut self, more: u64) -> io::Result<()> {
        let full = self.capacity.is_some_and(|capacity| self.tree.bytes() + more > capacity);
        if more > 0 && (full || self.fails(Fault::Allocate)) {
            return Err(io::Error::from_raw_os_error(libc::ENOSPC));
        }
        Ok(())
    }
}

impl Disk for MemDisk {
    type File = MemFile;

    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<MemFile> {
        let mut world = self.world();
        let inode = match (world.tree.find_file(path), mode) {
            (Ok(_), OpenMode::CreateNew) => return Err(io::ErrorKind::AlreadyExists.into()),
            (Ok(inode), _) => inode,
            (Err(error), OpenMode::Create | OpenMode::CreateNew)
                if error.kind() == io::ErrorKind::NotFound =>
            {
                world.change()?;
                let now = world.now;
                world.tree.create_file(path, now)?
            }
            (Err(error), _) => return Err(error),
        };
        Ok(MemFile::new(self.clone(), inode, world.life))
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        let mut world = self.world();
        world.change()?;
        world.tree.create_dir(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        self.world().tree.list(dir)
    }

    fn info(&self, path: &Path) -> io::Result<FileInfo> {
        let mut world = self.world();
        let inode = world.tree.find_file(path)?;
        Ok(world.tree.file(inode).info())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut world = self.world();
        world.change()?;
        if world.fails(Fault::Rename) {
            return Err(eio());
        }
        world.tree.rename(from, to)
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        let mut world = self.world();
        world.change()?;
        if world.fails(Fault::Rename) {
            return Err(eio());
        }
        world.tree.find_file(path)?;
        world.tree.remove(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        let mut world = self.world();
        world.change()?;
        match world.tree.list(path)?.is_empty() {
            true => world.tree.remove(path),
            false => Err(io::ErrorKind::DirectoryNotEmpty.into()),
        }
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        let mut world = self.world();
        world.change()?;
        match world.fails(Fault::SyncDir) {
            true => Err(eio()),
            false => world.tree.sync_dir(dir),
        }
    }

    fn free_bytes(&self, _dir: &Path) -> io::Result<u64> {
        let world = self.world();
        Ok(world.capacity.map_or(u64::MAX, |capacity| capacity.saturating_sub(world.tree.bytes())))
    }
}

fn eio() -> io::Error {
    io::Error::from_raw_os_error(libc::EIO)
}

/// Chance out of a seed (SplitMix64).
#[derive(Debug)]
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn coin(&mut self) -> bool {
        self.next() & 1 == 1
    }

    /// A number below `bound`, which is not 0.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}
