//! Checkpoints: small files that are replaced as a whole, and hold either the old or the new content after any crash.
//!
//! A log dir has four of Kafka's, each a text with one offset a partition ([`Checkpoint`]); each partition's folder
//! has `leader-epoch-checkpoint` ([`crate::log::epoch`]) and `partition.metadata` ([`partition_metadata`]).
//!
//! [`replace`] is the one way to write any of them: into a temporary file beside it, synced, renamed over it,
//! and the folder synced, without which the rename itself may be forgotten (measured: after a power cut the
//! old content is back). When it returns, the new content is durable.
//!
//! What a checkpoint says may be old, never wrong: it is written after what it speaks of. Every reader has a way to go on
//! without it, see `FORMAT.md`.

pub mod lines;
pub mod offsets;
pub mod partition_metadata;

use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};

pub use self::lines::Malformed;
pub use self::offsets::{Checkpoint, Offsets};
use crate::disk::{Disk, DiskFile, OpenMode, read_file};

/// What the temporary file's name ends with. One that a crash left behind is overwritten by the next replacement.
pub const TEMPORARY_SUFFIX: &str = ".tmp";

/// Why a checkpoint could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The disk failed; so did the log dir.
    #[error("{path}: {error}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the disk said.
        #[source]
        error: io::Error,
    },
    /// The content makes no sense; the caller goes on as if the file were missing, and says so in the log.
    #[error("{path}: {why}", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        why: Malformed,
    },
}

/// Puts `content` under `name` into `dir`, durably and at once: a crash leaves the old content or the new.
///
/// # Errors
/// After an error of a write the old content stands. After an error of a sync nobody knows: the log dir has failed.
pub fn replace<D: Disk>(disk: &D, dir: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let temporary = dir.join(format!("{name}{TEMPORARY_SUFFIX}"));
    let file = disk.open(&temporary, OpenMode::Create)?;
    // A longer one may be left from before a crash.
    file.set_len(0)?;
    file.write_at(&[IoSlice::new(content)], 0)?;
    file.sync()?;
    drop(file);
    disk.rename(&temporary, &dir.join(name))?;
    disk.sync_dir(dir)
}

/// Reads a small file, if it is there.
pub fn read_if_there<D: Disk>(disk: &D, path: &Path) -> io::Result<Option<Vec<u8>>> {
    match read_file(disk, path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::{Fault, MemDisk};

    #[test]
    fn a_power_cut_at_any_step_leaves_the_old_content_or_the_new() {
        let dir = Path::new("/data");
        for seed in 0..20 {
            for cut in 1..=6 {
                let disk = MemDisk::new();
                disk.create_dir(dir).expect("room");
                disk.sync_dir(Path::new("/")).expect("no fault");
                replace(&disk, dir, "meta", b"old").expect("no fault");
                disk.cut_power_after(cut);
                let replaced = replace(&disk, dir, "meta", b"new and longer").is_ok();
                disk.crash(seed);
                let found =
                    read_if_there(&disk, &dir.join("meta")).expect("readable").expect("there");
                let good = if replaced {
                    found == b"new and longer"
                } else {
                    found == b"old" || found == b"new and longer"
                };
                assert!(good, "seed {seed}, power cut after {cut} changes: {found:?}");
                replace(&disk, dir, "meta", b"last").expect("the leftovers are in nobody's way");
            }
        }
    }

    #[test]
    fn a_failed_sync_or_rename_is_an_error() {
        let dir = Path::new("/data");
        for fault in [Fault::Sync, Fault::SyncDir, Fault::Rename, Fault::Write] {
            let disk = MemDisk::new();
            disk.create_dir(dir).expect("room");
            disk.inject(fault, 1);
            assert!(replace(&disk, dir, "meta", b"content").is_err(), "{fault:?}");
        }
    }
}
