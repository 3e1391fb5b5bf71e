//! Housekeeping: what a broker does beside serving.
//!
//! [`flush`] syncs what waits for it. This file holds the rest, each on its own beat: records that nobody waits for
//! are synced too, so that a power cut takes seconds of them and not the half minute that the kernel would let
//! pass; old segments go; compacted logs are compacted ([`cleaner`]); checkpoints are written, so that a restart knows what is safe; and free space is watched.

pub(crate) mod cleaner;
pub(crate) mod flush;
pub(crate) mod wakes;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use protocol::ids::TimestampMs;
use storage::disk::{Disk, OsDisk};
use storage::log::Removal;
use storage::producer::Limits as ProducerLimits;
use tokio::sync::Notify;
use tracing::{info, warn};

use crate::server::Broker;
use crate::server::hosted::Hosted;

/// How long an append that nobody waits for may stay unsynced.
const LAZY_SYNC: Duration = Duration::from_millis(500);

/// How often quiet logs give back what they do not need.
const COOLING: Duration = Duration::from_secs(30);

/// The most producers that one partition remembers. Ids cost a client nothing, so that there has to be a limit.
const PRODUCERS_MAX: usize = 100_000;

/// How often free space is looked at.
const SPACE_CHECK: Duration = Duration::from_secs(1);

/// What housekeeping knows of one log dir.
#[derive(Debug)]
struct Room {
    path: PathBuf,
    enough: AtomicBool,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Housekeeping {
    rooms: Vec<Room>,
    free_bytes_min: u64,
    to_sync: Mutex<Vec<Arc<Hosted>>>,
    /// Files of deleted segments that readers may still hold.
    removals: Mutex<Vec<Removal<OsDisk>>>,
    /// Rung when records were deleted on request: a restart must know of it.
    start_moved: Notify,
}

impl Housekeeping {
    pub(crate) fn new(log_dirs: &[PathBuf], free_bytes_min: u64) -> Self {
        let room = |path: &PathBuf| Room { path: path.clone(), enough: AtomicBool::new(true) };
        Self {
            rooms: log_dirs.iter().map(room).collect(),
            free_bytes_min,
            to_sync: Mutex::default(),
            removals: Mutex::default(),
            start_moved: Notify::new(),
        }
    }

    /// Whether a log dir has room for records.
    pub(crate) fn has_room(&self, log_dir: usize) -> bool {
        self.rooms.get(log_dir).is_some_and(|room| room.enough.load(Ordering::Relaxed))
    }

    /// Records were deleted on request: the checkpoint that says so is written soon.
    pub(crate) fn note_start_moved(&self) {
        self.start_moved.notify_one();
    }

    /// Files that are to be removed once their time has come.
    fn remove_later(&self, removal: Removal<OsDisk>) {
        self.removals.lock().push(removal);
    }

    /// Notes an append that nobody waits for.
    pub(crate) fn sync_later(&self, hosted: &Arc<Hosted>) {
        if hosted.note_lazy_sync() {
            self.to_sync.lock().push(Arc::clone(hosted));
        }
    }

    /// Looks at the free space of every log dir; says so once when it runs low and once when it is back.
    pub(crate) fn look_at_space(&self, disk: &OsDisk) {
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

    fn sync_noted(&self, broker: &Broker) {
        for hosted in std::mem::take(&mut *self.to_sync.lock()) {
            hosted.clear_lazy_sync();
            broker.flush_queue.ask(&hosted);
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

impl Broker {
    /// Takes from quiet logs what they do not need, and from their memory the producers that are long gone.
    fn cool_logs(&self) {
        let now = self.clock.wall();
        let expiration_ms = i64::from(self.config().log.producer_id_expiration_ms);
        let limits = ProducerLimits { expiration_ms, producers_max: PRODUCERS_MAX };
        for hosted in self.registry.partitions() {
            if let Ok(mut partition) = hosted.lock() {
                partition.log_mut().producers_mut().forget(now, &limits);
                partition.log_mut().cool();
            }
        }
    }

    /// Lets go what retention allows, everywhere, and removes the files of what was let go before.
    fn remove_old_segments(&self) {
        let now = self.clock.wall();
        for hosted in self.registry.partitions() {
            match retain(&hosted, now) {
                Ok(removal) => self.housekeeping.removals.lock().extend(removal),
                Err(error) => warn!(partition = %hosted.id, %error, "cannot let old segments go"),
            }
        }
        let due = self
            .housekeeping
            .removals
            .lock()
            .extract_if(.., |removal| removal.due <= now)
            .collect::<Vec<_>>();
        for removal in due {
            if let Err(error) = removal.run() {
                warn!(%error, "cannot remove the files of an old segment");
            }
        }
    }
}

async fn blocking(broker: &Arc<Broker>, work: impl FnOnce(&Broker) + Send + 'static) {
    let broker = Arc::clone(broker);
    if tokio::task::spawn_blocking(move || work(&broker)).await.is_err() {
        warn!("a round of housekeeping failed");
    }
}

/// Lets the segments of one partition go whose time has come.
fn retain(
    hosted: &Hosted,
    now: TimestampMs,
) -> Result<Option<Removal<OsDisk>>, storage::log::AppendError> {
    let Ok(mut partition) = hosted.lock() else { return Ok(None) };
    partition.log_mut().roll_if_due(now)?;
    let high_watermark = partition.offsets().high_watermark;
    let retained = partition.log_mut().retention(now, high_watermark)?;
    partition.settle();
    if retained.segments > 0 {
        let (segments, bytes, start) =
            (retained.segments, retained.bytes, retained.start_offset.get());
        info!(partition = %hosted.id, segments, bytes, start, "old segments were let go");
    }
    Ok(retained.removal)
}

/// Runs until the broker is dropped or the task is aborted.
pub(crate) async fn run(broker: Arc<Broker>, disk: OsDisk) {
    let retention = Duration::from_millis(
        u64::try_from(broker.config().log.retention_check_interval_ms).unwrap_or(u64::MAX),
    );
    let mut lazy_sync = tokio::time::interval(LAZY_SYNC);
    let mut space = tokio::time::interval(SPACE_CHECK);
    let mut retention =
        tokio::time::interval_at(tokio::time::Instant::now() + retention, retention);
    let checkpoint =
        u64::try_from(broker.config().log.flush_offset_checkpoint_interval_ms).unwrap_or(0).max(1);
    let mut checkpoint = tokio::time::interval(Duration::from_millis(checkpoint));
    let mut cooling = tokio::time::interval(COOLING);
    loop {
        tokio::select! {
            _ = lazy_sync.tick() => broker.housekeeping.sync_noted(&broker),
            _ = space.tick() => broker.housekeeping.look_at_space(&disk),
            // What waits for the disk runs where it may.
            _ = retention.tick() => blocking(&broker, Broker::remove_old_segments).await,
            _ = cooling.tick() => blocking(&broker, Broker::cool_logs).await,
            _ = checkpoint.tick() => blocking(&broker, |broker| { broker.write_checkpoints(); }).await,
            () = broker.housekeeping.start_moved.notified() => {
                blocking(&broker, |broker| { broker.write_checkpoints(); }).await;
            }
        }
    }
}
