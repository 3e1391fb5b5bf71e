//! The log dirs of this broker, and the logs in them.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use parking_lot::{Mutex, MutexGuard};
use protocol::ids::{NodeId, Offset, TimestampMs, TopicId, TopicPartition};
use storage::checkpoint::{Checkpoint, Offsets};
use storage::dir::{self, ClusterId, DirectoryId, Folder, LogDir, Owner};
use storage::disk::OsDisk;
use storage::files::{Budget, OpenFiles};
use storage::log::{Log, LogConfig, Opening};
use uuid::Uuid;

/// The log dirs, locked, and what their checkpoints said when they were opened.
#[derive(Debug)]
pub(crate) struct Logs {
    dirs: Vec<Dir>,
    files: OpenFiles<OsDisk>,
    /// Whose turn it is to write checkpoints.
    turn: Mutex<()>,
}

#[derive(Debug)]
struct Dir {
    dir: LogDir<OsDisk>,
    /// What its checkpoints say, or are about to. Changed and written by whoever has the turn ([`Logs::turn`]); the lock itself
    /// is never held across a write, since a partition's lock may be held around it.
    points: Mutex<Points>,
}

/// A partition that was on disk when the broker started.
#[derive(Clone, Debug)]
pub(crate) struct FoundLog {
    pub(crate) partition: TopicPartition,
    pub(crate) log_dir: usize,
}

impl Logs {
    /// Takes the log dirs. All must belong to one cluster; empty ones are made part of it.
    pub(crate) fn open(
        paths: &[PathBuf],
        node_id: NodeId,
        cluster_id: Option<&str>,
    ) -> Result<Self, LogsError> {
        let disk = OsDisk;
        let mut wanted = match cluster_id {
            Some(text) => {
                Some(ClusterId::new(text).ok_or_else(|| LogsError::ClusterId(text.to_owned()))?)
            }
            None => None,
        };
        let fresh = ClusterId::from_random(Uuid::new_v4().as_u128());
        let mut dirs = Vec::with_capacity(paths.len());
        for path in paths {
            let owner = Owner {
                node_id,
                cluster_id: wanted.clone(),
                fresh_cluster_id: fresh.clone(),
                fresh_directory_id: DirectoryId::from_random(Uuid::new_v4().as_u128()),
            };
            let dir = LogDir::open(&disk, path, &owner)?;
            wanted = Some(dir.identity().cluster_id.clone());
            dirs.push(Dir::read(dir));
        }
        let all: Vec<&LogDir<OsDisk>> = dirs.iter().map(|dir| &dir.dir).collect();
        dir::check_siblings(&all)?;
        Ok(Self { dirs, files: OpenFiles::new(disk, budget()), turn: Mutex::new(()) })
    }

    /// The cluster that all the dirs belong to.
    pub(crate) fn cluster_id(&self) -> &str {
        self.dirs.first().expect("there is at least one log dir").dir.identity().cluster_id.as_str()
    }

    /// The dirs, in the order of the configuration.
    pub(crate) fn dirs(&self) -> impl ExactSizeIterator<Item = &LogDir<OsDisk>> {
        self.dirs.iter().map(|dir| &dir.dir)
    }

    /// One of the dirs.
    pub(crate) fn dir(&self, number: usize) -> &LogDir<OsDisk> {
        &self.dirs[number].dir
    }

    /// Every partition that lies in a dir. What was being deleted when the broker stopped is deleted now.
    pub(crate) fn find(&self) -> io::Result<Vec<FoundLog>> {
        let mut found = Vec::new();
        for (log_dir, dir) in self.dirs().enumerate() {
            for folder in dir.folders()? {
                match folder {
                    Folder::Partition(partition) => found.push(FoundLog { partition, log_dir }),
                    Folder::Deleting(_) => dir.remove(&folder)?,
                    Folder::Stray(_) | Folder::Future(_) => {}
                }
            }
        }
        Ok(found)
    }

    /// Opens a log that is in a dir.
    pub(crate) fn open_found(
        &self,
        found: &FoundLog,
        config: LogConfig,
        now: TimestampMs,
    ) -> Result<Log<OsDisk>, storage::log::OpenError> {
        let dir = &self.dirs[found.log_dir];
        let offset =
            |offsets: &Offsets| offsets.get(&found.partition).copied().unwrap_or(Offset::ZERO);
        let points = dir.points.lock();
        let opening = Opening {
            topic_id: None,
            clean_shutdown: dir.dir.last_shutdown().is_clean(),
            recovery_point: offset(&points.recovery),
            log_start_offset: offset(&points.start),
            now,
        };
        drop(points);
        self.open_log(&dir.dir.partition_path(&found.partition), config, opening, &found.partition)
    }

    /// The topic that a log belongs to, if its folder says so.
    pub(crate) fn topic_id(&self, found: &FoundLog) -> Option<TopicId> {
        let dir = &self.dirs[found.log_dir].dir;
        storage::checkpoint::partition_metadata::read(
            dir.disk(),
            &dir.partition_path(&found.partition),
        )
        .ok()
        .flatten()
    }

    /// Makes a log, in the dir that has the fewest.
    pub(crate) fn create(
        &self,
        partition: &TopicPartition,
        topic_id: TopicId,
        config: LogConfig,
        now: TimestampMs,
        used: &BTreeMap<usize, usize>,
    ) -> Result<(usize, Log<OsDisk>), storage::log::OpenError> {
        let working =
            (0..self.dirs.len()).filter(|number| self.dir(*number).health().failure().is_none());
        let fewest = working.min_by_key(|number| used.get(number).copied().unwrap_or(0));
        let number = fewest.ok_or_else(|| io::Error::other("every log dir has failed"))?;
        // An earlier look at where every log stands is written before, or not at all.
        let turn = self.turn();
        self.dirs[number].forget(partition)?;
        drop(turn);
        let path = self.dir(number).create_partition(partition)?;
        let opening = Opening {
            topic_id: Some(topic_id),
            clean_shutdown: false,
            recovery_point: Offset::ZERO,
            log_start_offset: Offset::ZERO,
            now,
        };
        Ok((number, self.open_log(&path, config, opening, partition)?))
    }

    fn open_log(
        &self,
        path: &std::path::Path,
        config: LogConfig,
        opening: Opening,
        partition: &TopicPartition,
    ) -> Result<Log<OsDisk>, storage::log::OpenError> {
        let (log, recovery) = Log::open(&self.files, path, config, opening)?;
        if let Some(cut) = &recovery.cut {
            tracing::warn!(%partition, ?cut, end = log.end_offset().get(), "a log did not end cleanly and was cut");
        }
        Ok(log)
    }

    /// Waits for the turn to look where every log stands, and to write it down.
    pub(crate) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock()
    }

    /// Writes what a restart wants to know of a dir's logs: all but the cleaner's points. Called by whoever has the turn.
    pub(crate) fn write_checkpoints(&self, number: usize, points: &Points) -> io::Result<()> {
        let Dir { dir, points: known } = &self.dirs[number];
        {
            let mut known = known.lock();
            let cleaner = std::mem::take(&mut known.cleaner);
            *known = Points { cleaner, ..points.clone() };
        }
        dir.write(Checkpoint::RecoveryPoint, &points.recovery)?;
        dir.write(Checkpoint::LogStart, &points.start)?;
        dir.write(Checkpoint::HighWatermark, &points.high_watermark)
    }

    /// Up to where a log is clean, as far as anybody knows.
    pub(crate) fn cleaner_point(&self, number: usize, id: &TopicPartition) -> Offset {
        self.dirs[number].points.lock().cleaner.get(id).copied().unwrap_or(Offset::ZERO)
    }

    /// Notes that a log is clean up to `point`. To be called under the log's lock, so that it is not said of a later one
    /// with the same name; a restart hears of it after [`Logs::write_cleaner_points`].
    pub(crate) fn note_cleaner_point(&self, number: usize, id: &TopicPartition, point: Offset) {
        self.dirs[number].points.lock().cleaner.insert(id.clone(), point);
    }

    /// Writes a dir's cleaner points.
    pub(crate) fn write_cleaner_points(&self, number: usize) -> io::Result<()> {
        let _turn = self.turn();
        let Dir { dir, points } = &self.dirs[number];
        let cleaner = points.lock().cleaner.clone();
        dir.write(Checkpoint::Cleaner, &cleaner)
    }

    /// Marks the dirs as closed in order, for those that were.
    pub(crate) fn close(&self, broker_epoch: i64) {
        for Dir { dir, .. } in &self.dirs {
            let path = dir.path().to_owned();
            if dir.health().failure().is_none()
                && let Err(error) = dir.close(broker_epoch)
            {
                tracing::warn!(log_dir = %path.display(), %error, "cannot mark the log dir as closed; the next start will recover it");
            }
        }
    }
}

/// The checkpoints of one dir.
#[derive(Clone, Debug, Default)]
pub(crate) struct Points {
    pub(crate) recovery: Offsets,
    pub(crate) start: Offsets,
    pub(crate) high_watermark: Offsets,
    pub(crate) cleaner: Offsets,
}

impl Points {
    fn of(&mut self, checkpoint: Checkpoint) -> &mut Offsets {
        match checkpoint {
            Checkpoint::RecoveryPoint => &mut self.recovery,
            Checkpoint::LogStart => &mut self.start,
            Checkpoint::HighWatermark => &mut self.high_watermark,
            Checkpoint::Cleaner => &mut self.cleaner,
        }
    }

    /// Takes a partition out. Returns where it stood.
    fn forget(&mut self, id: &TopicPartition) -> Vec<Checkpoint> {
        let all = Checkpoint::ALL.into_iter();
        all.filter(|checkpoint| self.of(*checkpoint).remove(id).is_some()).collect()
    }

    /// Notes where a partition stands.
    pub(crate) fn note(&mut self, id: &TopicPartition, offsets: &crate::partition::Offsets) {
        self.recovery.insert(id.clone(), offsets.flushed);
        self.high_watermark.insert(id.clone(), offsets.high_watermark);
        if offsets.start > Offset::ZERO {
            self.start.insert(id.clone(), offsets.start);
        }
    }
}

impl Dir {
    fn read(dir: LogDir<OsDisk>) -> Self {
        let read = |checkpoint| {
            dir.read(checkpoint).unwrap_or_else(|error| {
                tracing::warn!(log_dir = %dir.path().display(), %error, "a checkpoint cannot be read; its logs are read instead");
                Offsets::new()
            })
        };
        let points = Points {
            recovery: read(Checkpoint::RecoveryPoint),
            start: read(Checkpoint::LogStart),
            high_watermark: read(Checkpoint::HighWatermark),
            cleaner: read(Checkpoint::Cleaner),
        };
        Self { dir, points: Mutex::new(points) }
    }

    /// A log is about to be made: what a checkpoint says of an earlier one with its name must not be believed of it.
    fn forget(&self, id: &TopicPartition) -> io::Result<()> {
        let mut without = self.points.lock().clone();
        let had = without.forget(id);
        for checkpoint in had {
            self.dir.write(checkpoint, without.of(checkpoint))?;
        }
        // Only now: a write that failed is to be tried again.
        self.points.lock().forget(id);
        Ok(())
    }
}

/// Open files and maps, from what the system allows this process: half the descriptors are for connections.
fn budget() -> Budget {
    let default = Budget::default();
    Budget { files_max: default.files_max.min(file_limit() / 2), ..default }
}

fn file_limit() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

/// Why the log dirs cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogsError {
    /// `cluster.id` is none.
    #[error(
        "cluster.id={0:?} is no cluster id: it must be one line of text without blanks around it"
    )]
    ClusterId(String),
    /// One of them.
    #[error(transparent)]
    Dir(#[from] dir::OpenError),
    /// They do not belong together, or one of them is missing.
    #[error(transparent)]
    Siblings(#[from] dir::SiblingsError),
}
