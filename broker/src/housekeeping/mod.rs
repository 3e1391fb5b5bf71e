//! Housekeeping: what a broker does beside serving.
//!
//! [`flush`] syncs what waits for it, and [`cleaner`] compacts. This file holds the rest, each on its own beat: records
//! that nobody waits for are synced too, so that a power cut takes seconds of them and not the half minute that the
//! kernel would let pass; old segments go; checkpoints are written, so that a restart knows what is safe; and free
//! space is watched.

pub(crate) mod cleaner;
pub(crate) mod flush;

use std::sync::Arc;
use std::time::Duration;

use protocol::ids::TimestampMs;
use storage::disk::OsDisk;
use storage::log::Removal;
use storage::producer::Limits as ProducerLimits;
use tracing::{info, warn};

use crate::node::Broker;
use crate::node::hosted::Hosted;

/// How long an append that nobody waits for may stay unsynced.
const LAZY_SYNC: Duration = Duration::from_millis(500);

/// How often quiet logs give back what they do not need.
const COOLING: Duration = Duration::from_secs(30);

/// The most producers that one partition remembers. Ids cost a client nothing, so that there has to be a limit.
const PRODUCERS_MAX: usize = 100_000;

/// How often free space is looked at.
const SPACE_CHECK: Duration = Duration::from_secs(1);

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
            match self.retain(&hosted, now) {
                Ok(removal) => self.removals.note(self.clock.instant(), removal),
                Err(error) => warn!(partition = %hosted.id, %error, "cannot let old segments go"),
            }
        }
        for removal in self.removals.due(self.clock.instant()) {
            if let Err(error) = removal.run() {
                warn!(%error, "cannot remove the files of an old segment");
            }
        }
    }

    /// Lets the segments of one partition go whose time has come.
    fn retain(
        &self,
        hosted: &Hosted,
        now: TimestampMs,
    ) -> Result<Option<Removal<OsDisk>>, storage::log::AppendError> {
        let Ok(mut partition) = hosted.lock() else { return Ok(None) };
        partition.log_mut().roll_if_due(now)?;
        let high_watermark = partition.offsets().high_watermark;
        let retained = partition.log_mut().retention(now, high_watermark)?;
        partition.settle();
        self.metrics.totals.segments_deleted.add(retained.segments as u64);
        if retained.segments > 0 {
            let (segments, bytes, start) =
                (retained.segments, retained.bytes, retained.start_offset.get());
            info!(partition = %hosted.id, segments, bytes, start, "old segments were let go");
        }
        Ok(retained.removal)
    }
}

async fn blocking(broker: &Arc<Broker>, work: impl FnOnce(&Broker) + Send + 'static) {
    let broker = Arc::clone(broker);
    if tokio::task::spawn_blocking(move || work(&broker)).await.is_err() {
        warn!("a round of housekeeping failed");
    }
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
            _ = lazy_sync.tick() => broker.flush_queue.ask_for_noted(),
            _ = space.tick() => broker.rooms.look(&disk),
            // What waits for the disk runs where it may.
            _ = retention.tick() => blocking(&broker, Broker::remove_old_segments).await,
            _ = cooling.tick() => blocking(&broker, Broker::cool_logs).await,
            _ = checkpoint.tick() => blocking(&broker, |broker| { broker.write_checkpoints(); }).await,
        }
    }
}
