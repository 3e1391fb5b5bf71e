//! Room: whether the log dirs have space for records.
//!
//! Below `storage.min.free.bytes` produce is refused, with an error that clients retry; what is left is for offsets, metadata
//! and deletes, which make room again.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use storage::disk::{Disk, OsDisk};
use tracing::{info, warn};

/// Every log dir, in the order of the configuration.
#[derive(Debug)]
pub(crate) struct Rooms {
    rooms: Vec<Room>,
    free_bytes_min: u64,
}

#[derive(Debug)]
struct Room {
    path: PathBuf,
    enough: AtomicBool,
}

impl Rooms {
    pub(crate) fn new(log_dirs: &[PathBuf], free_bytes_min: u64) -> Self {
        let room = |path: &PathBuf| Room { path: path.clone(), enough: AtomicBool::new(true) };
        Self { rooms: log_dirs.iter().map(room).collect(), free_bytes_min }
    }

    /// Whether a log dir has room for records.
    pub(crate) fn has_room(&self, log_dir: usize) -> bool {
        self.rooms.get(log_dir).is_some_and(|room| room.enough.load(Ordering::Relaxed))
    }

    /// Looks at the free space of every log dir; says so once when it runs low and once when it is back.
    pub(crate) fn look(&self, disk: &OsDisk) {
        for room in &self.rooms {
            let Ok(free) = disk.free_bytes(&room.path) else { continue };
            let enough = free >= self.free_bytes_min;
            let had_enough = room.enough.swap(enough, Ordering::Relaxed);
            let path = room.path.display();
            if had_enough && !enough {
                warn!(
                    log_dir = %path, free_bytes = free, needed = self.free_bytes_min,
                    "little disk space is left: produce requests are refused until there is more; reads, commits and deletes go on"
                );
            } else if enough && !had_enough {
                info!(log_dir = %path, free_bytes = free, "there is enough disk space again: produce requests are served");
            }
        }
    }
}

/// How large a file system is, and how much of it may still be used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Space {
    pub(crate) total: u64,
    pub(crate) usable: u64,
}

/// Asks the file system that a log dir lies in.
pub(crate) fn space(path: &Path) -> io::Result<Space> {
    let told = rustix::fs::statvfs(path)?;
    Ok(Space { total: told.f_blocks * told.f_frsize, usable: told.f_bavail * told.f_frsize })
}
