//! A log dir: one folder of `log.dirs`, with everything that one disk keeps for a broker.
//!
//! ```text
//! .lock                              held while a broker runs           (lock)
//! meta.properties                    whose dir this is                  (identity)
//! sapwood-log-dirs                   all dirs of this broker            (siblings)
//! .kafka_cleanshutdown               the last shutdown was a clean one  (clean_shutdown)
//! *-offset-checkpoint                one offset for each partition      (crate::checkpoint)
//! apache_logs-0/                     a partition                        (folder, crate::log)
//! apache_logs-0.<32 digits>-delete/  one that is being deleted
//! apache_logs-0.<32 digits>-stray/   one that no topic claims
//! ```
//!
//! [`LogDir::open`] takes the steps of a start in the only safe order: lock; identity (an empty dir is given
//! one, a foreign one is refused); then the clean marker is *consumed*, and the removal made durable, before any log
//! is loaded, so that a crash while loading is an unclean shutdown again (KAFKA-10471).
//!
//! [`LogDir::close`] is its counterpart, and the only one that writes the marker: after every log was closed, and
//! never in a dir that has failed (KAFKA-13315).
//!
//! A log dir fails for good ([`Health`]): after a failed sync nobody knows what is on disk, and trying again
//! lies. The other dirs of the broker go on.

mod clean_shutdown;
mod folder;
mod health;
mod identity;
mod siblings;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use protocol::ids::{NodeId, TopicPartition};
use uuid::Uuid;

pub use self::clean_shutdown::LastShutdown;
pub use self::folder::{Folder, plan_strays};
pub use self::health::{Failure, Health};
pub use self::identity::{ClusterId, DirectoryId, Identity, IdentityError};
pub use self::siblings::{SIBLINGS_FILE_NAME, SiblingsError, check_siblings};
use crate::checkpoint::{Checkpoint, Offsets, ReadError, TEMPORARY_SUFFIX, replace};
use crate::disk::{Disk, DiskFile, OpenMode};

/// The name of the lock's file.
pub const LOCK_FILE_NAME: &str = ".lock";

/// A log dir that this broker holds. Its lock is released when it is dropped.
#[derive(Debug)]
pub struct LogDir<D: Disk> {
    disk: D,
    path: PathBuf,
    identity: Identity,
    last_shutdown: LastShutdown,
    health: Health,
    /// Held, not read: the lock lives as long as the file is open.
    _lock: D::File,
}

/// Who opens a log dir.
#[derive(Clone, Debug)]
pub struct Owner {
    /// `node.id` of the configuration; a dir of another node is refused.
    pub node_id: NodeId,
    /// The cluster that the configuration, or another log dir, names. `None`: whichever the dir belongs to.
    pub cluster_id: Option<ClusterId>,
    /// The cluster's id if the dir is empty and none is named: chance comes from outside.
    pub fresh_cluster_id: ClusterId,
    /// The dir's own id if it has none yet.
    pub fresh_directory_id: DirectoryId,
}

/// Why a log dir cannot be used. Each message says what is wrong, why that matters, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The disk, or the right to use it, failed.
    #[error("log dir {path}: cannot {doing}: {error}", path = path.display())]
    Io {
        /// The log dir.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the disk said.
        #[source]
        error: io::Error,
    },
    /// Another process has it.
    #[error(
        "log dir {path} is in use by another broker, and two would destroy each other's logs: \
         stop that one, or give this one log.dirs of its own", path = path.display()
    )]
    Locked {
        /// The log dir.
        path: PathBuf,
    },
    /// It holds something, but not what says whose.
    #[error(
        "log dir {path} has no meta.properties but is not empty (it holds {found:?}): formatting it could take over \
         somebody's data. If these are the logs of this broker, put its meta.properties back; otherwise name an empty \
         folder in log.dirs", path = path.display()
    )]
    NotEmpty {
        /// The log dir.
        path: PathBuf,
        /// The first name that has no place in an empty log dir.
        found: String,
    },
    /// It belongs to somebody else, or does not say to whom.
    #[error("log dir {path}: {why}", path = path.display())]
    Identity {
        /// The log dir.
        path: PathBuf,
        /// What is wrong with its identity.
        #[source]
        why: IdentityError,
    },
}

impl<D: Disk> LogDir<D> {
    /// Locks the dir, makes sure whose it is, formats it if it is empty, and consumes the clean marker.
    ///
    /// # Errors
    /// [`OpenError`]; nothing but the lock file, or an empty folder, is left behind.
    pub fn open(disk: &D, path: &Path, owner: &Owner) -> Result<Self, OpenError> {
        let failed = |doing| move |error| OpenError::Io { path: path.into(), doing, error };
        make_dir(disk, path).map_err(failed("make the folder"))?;
        let lock = disk.open(&path.join(LOCK_FILE_NAME), OpenMode::Create);
        let lock = lock.map_err(failed("open its lock"))?;
        if !lock.try_lock().map_err(failed("take its lock"))? {
            return Err(OpenError::Locked { path: path.into() });
        }
        let identity = identify(disk, path, owner)?;
        let last_shutdown = LastShutdown::consume(disk, path)
            .map_err(failed("consume its clean shutdown marker"))?;
        Ok(Self {
            disk: disk.clone(),
            path: path.into(),
            identity,
            last_shutdown,
            health: Health::default(),
            _lock: lock,
        })
    }

    /// Every log in it is closed and synced: the next start may believe what it finds. `broker_epoch` is the
    /// registration that ends, by which the controller knows that this start followed that shutdown (KIP-966).
    /// A dir that has failed gets no marker.
    ///
    /// # Errors
    /// The marker may be missing then; the next start recovers.
    pub fn close(&self, broker_epoch: i64) -> io::Result<()> {
        if self.health.failure().is_some() {
            return Ok(());
        }
        LastShutdown::mark(&self.disk, &self.path, broker_epoch)
    }

    /// How the broker that had the dir before went away.
    pub fn last_shutdown(&self) -> LastShutdown {
        self.last_shutdown
    }

    /// Whose dir it is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Whether it still works. Clones share the answer: give one to whoever syncs.
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The disk that it is on.
    pub fn disk(&self) -> &D {
        &self.disk
    }

    /// The folders in it, in the order of their names; without what is none of ours.
    pub fn folders(&self) -> io::Result<Vec<Folder>> {
        let entries = self.disk.list(&self.path)?;
        let folders = entries.iter().filter(|entry| entry.is_dir);
        Ok(folders.filter_map(|entry| Folder::parse(&entry.name)).collect())
    }

    /// Where a partition's log is, or would be.
    pub fn partition_path(&self, partition: &TopicPartition) -> PathBuf {
        self.path.join(partition.to_string())
    }

    /// Makes a partition's folder; durable when it returns.
    pub fn create_partition(&self, partition: &TopicPartition) -> io::Result<PathBuf> {
        let path = self.partition_path(partition);
        self.disk.create_dir(&path)?;
        self.disk.sync_dir(&self.path)?;
        Ok(path)
    }

    /// Takes a partition's name away, so that a topic of the same name can be made at once; durable when it returns.
    /// Its files go later, with [`LogDir::remove`].
    pub fn retire(
        &self,
        partition: &TopicPartition,
        how: Retire,
        unique: Uuid,
    ) -> io::Result<Folder> {
        let to = match how {
            Retire::Delete => Folder::deleting(partition, unique),
            Retire::Stray => Folder::stray(partition, unique),
        };
        self.disk.rename(&self.partition_path(partition), &self.path.join(to.name()))?;
        self.disk.sync_dir(&self.path)?;
        Ok(to)
    }

    /// Removes a retired folder with all it holds. Slow: not for a thread that serves requests. A crash half way leaves
    /// a shorter folder of the same name, and the next start goes on.
    ///
    /// # Panics
    /// If it is a partition's: those are retired first.
    pub fn remove(&self, folder: &Folder) -> io::Result<()> {
        assert!(!matches!(folder, Folder::Partition(_)), "{} is in use", folder.name());
        remove_tree(&self.disk, &self.path.join(folder.name()))?;
        self.disk.sync_dir(&self.path)
    }

    /// Reads one of its checkpoints.
    pub fn read(&self, checkpoint: Checkpoint) -> Result<Offsets, ReadError> {
        checkpoint.read(&self.disk, &self.path)
    }

    /// Replaces one of its checkpoints.
    pub fn write(&self, checkpoint: Checkpoint, offsets: &Offsets) -> io::Result<()> {
        checkpoint.write(&self.disk, &self.path, offsets)
    }
}

/// Why a partition's folder loses its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retire {
    /// Its topic was deleted: its files go as soon as there is time.
    Delete,
    /// No topic claims it. It is kept for a human to look at: metadata that is wrong must not cost data.
    Stray,
}

fn identify<D: Disk>(disk: &D, path: &Path, owner: &Owner) -> Result<Identity, OpenError> {
    let failed = |doing| move |error| OpenError::Io { path: path.into(), doing, error };
    let refused = |why| OpenError::Identity { path: path.into(), why };
    let found = Identity::read(disk, path).map_err(failed("read meta.properties"))?;
    let (identity, stored) = match found.transpose().map_err(refused)? {
        Some(stored) => (stored.claim(owner).map_err(refused)?, Some(stored)),
        None => {
            let entries = disk.list(path).map_err(failed("list the folder"))?;
            if let Some(found) =
                entries.into_iter().find(|entry| !may_lie_in_an_empty_dir(&entry.name))
            {
                return Err(OpenError::NotEmpty { path: path.into(), found: found.name });
            }
            (Identity::fresh(owner), None)
        }
    };
    if stored.is_none_or(|stored| stored.directory_id.is_none()) {
        let text = identity.to_text();
        let written = replace(disk, path, identity::FILE_NAME, text.as_bytes());
        written.map_err(failed("write meta.properties"))?;
    }
    Ok(identity)
}

/// What a first start that crashed, or a freshly made file system, leaves behind.
fn may_lie_in_an_empty_dir(name: &str) -> bool {
    name == LOCK_FILE_NAME || name == "lost+found" || name.ends_with(TEMPORARY_SUFFIX)
}

/// Makes the dir and those above it that are missing, and makes every new name durable.
fn make_dir<D: Disk>(disk: &D, path: &Path) -> io::Result<()> {
    let is_missing = |dir: &&Path| !dir.as_os_str().is_empty() && disk.list(dir).is_err();
    let missing: Vec<_> = path.ancestors().take_while(is_missing).collect();
    if missing.is_empty() {
        return Ok(());
    }
    disk.create_dir(path)?;
    for above in missing.iter().filter_map(|dir| dir.parent()) {
        let here = above.as_os_str().is_empty();
        disk.sync_dir(if here { Path::new(".") } else { above })?;
    }
    Ok(())
}

fn remove_tree<D: Disk>(disk: &D, path: &Path) -> io::Result<()> {
    for entry in disk.list(path)? {
        let inner = path.join(&entry.name);
        if entry.is_dir { remove_tree(disk, &inner)? } else { disk.remove_file(&inner)? }
    }
    disk.remove_dir(path)
}
