//! The flushers: a few threads that sync what was appended, so that nothing else ever waits for a disk.
//!
//! A partition with something to sync stands in the queue once. A flusher takes it, asks it under its lock what there
//! is, syncs without the lock, and tells it what the sync covered; everything that was appended before the sync began
//! is covered by it (group commit). Appends during a sync put the partition back into the queue when it is
//! done, so the next sync starts when the previous one returns: no timer, and an acknowledgement comes within two.
//! Several partitions are synced side by side by the threads; the file system's journal commits them together.

use std::sync::Arc;

use protocol::ErrorCode;
use storage::log::SyncError;
use tracing::error;

use crate::node::Broker;
use crate::node::clock::Clock;
use crate::node::flush_queue::FlushQueue;
use crate::node::hosted::Hosted;
use crate::telemetry::Metrics;

/// What a flusher tells the broker when a sync has failed: the whole log dir is lost to this process, unless there was
/// only no space.
pub(crate) type OnFailure = Arc<dyn Fn(&Arc<Hosted>, &SyncError) + Send + Sync>;

/// Starts `count` flusher threads. They end after [`FlushQueue::close`].
pub(crate) fn start(
    broker: &Broker,
    count: usize,
    on_failure: &OnFailure,
) -> Vec<std::thread::JoinHandle<()>> {
    (0..count)
        .map(|number| {
            let flusher = Flusher {
                queue: Arc::clone(&broker.flush_queue),
                clock: broker.clock,
                metrics: Arc::clone(&broker.metrics),
                on_failure: Arc::clone(on_failure),
            };
            let thread = std::thread::Builder::new().name(format!("flusher-{number}"));
            thread
                .spawn(move || flusher.run())
                .expect("the system gives a starting broker a few threads")
        })
        .collect()
}

/// What a flusher thread works with.
struct Flusher {
    queue: Arc<FlushQueue>,
    clock: Clock,
    metrics: Arc<Metrics>,
    on_failure: OnFailure,
}

impl Flusher {
    fn run(self) {
        while let Some(hosted) = self.queue.next() {
            self.sync(&hosted);
            if hosted.end_sync() {
                self.queue.push(hosted);
            }
        }
    }

    fn sync(&self, hosted: &Arc<Hosted>) {
        hosted.begin_sync();
        let Some(task) = hosted.lock().ok().and_then(|partition| partition.unflushed()) else {
            return;
        };
        let began = self.clock.instant();
        let ran = task.run();
        self.metrics.totals.flush_seconds.record(self.clock.instant().since(began));
        match ran {
            Ok(flushed) => {
                let released = hosted.lock().map(|mut partition| partition.flushed(flushed));
                self.queue.wakes().hand_over(released.unwrap_or_default());
            }
            Err(failure) => self.failed(hosted, &failure),
        }
    }

    fn failed(&self, hosted: &Arc<Hosted>, failure: &SyncError) {
        self.metrics.totals.flush_failures.increment();
        // Without space nothing is lost, but an acknowledgement has to wait until there is some. Housekeeping asks again.
        if !matches!(failure, SyncError::NoSpace { .. }) {
            error!(partition = %hosted.id, error = %failure, "a sync failed; its log dir is offline until a restart");
            if let Ok(mut partition) = hosted.lock() {
                partition.go_offline(ErrorCode::KafkaStorageError);
            }
        }
        (self.on_failure)(hosted, failure);
    }
}
