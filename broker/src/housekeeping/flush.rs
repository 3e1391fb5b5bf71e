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

use crate::node::flush_queue::FlushQueue;
use crate::node::hosted::Hosted;
use crate::node::wakes::Wakes;

/// What a flusher tells the broker when a sync has failed: the whole log dir is lost to this process, unless there was
/// only no space.
pub(crate) type OnFailure = Arc<dyn Fn(&Arc<Hosted>, &SyncError) + Send + Sync>;

/// Starts `count` flusher threads. They end after [`FlushQueue::close`].
pub(crate) fn start(
    queue: &Arc<FlushQueue>,
    count: usize,
    on_failure: &OnFailure,
) -> Vec<std::thread::JoinHandle<()>> {
    (0..count)
        .map(|number| {
            let (queue, on_failure) = (Arc::clone(queue), Arc::clone(on_failure));
            let thread = std::thread::Builder::new().name(format!("flusher-{number}"));
            let run = move || {
                while let Some(hosted) = queue.next() {
                    sync(&hosted, queue.wakes(), &on_failure);
                    if hosted.end_sync() {
                        queue.push(hosted);
                    }
                }
            };
            thread.spawn(run).expect("the system gives a starting broker a few threads")
        })
        .collect()
}

fn sync(hosted: &Arc<Hosted>, wakes: &Wakes, on_failure: &OnFailure) {
    hosted.begin_sync();
    let Some(task) = hosted.lock().ok().and_then(|partition| partition.unflushed()) else {
        return;
    };
    match task.run() {
        Ok(flushed) => {
            let released = hosted.lock().map(|mut partition| partition.flushed(flushed));
            wakes.hand_over(released.unwrap_or_default());
        }
        // Nothing is lost, but an acknowledgement has to wait until there is space. Housekeeping asks again.
        Err(failure @ SyncError::NoSpace { .. }) => on_failure(hosted, &failure),
        Err(failure) => {
            error!(partition = %hosted.id, error = %failure, "a sync failed; its log dir is offline until a restart");
            if let Ok(mut partition) = hosted.lock() {
                partition.go_offline(ErrorCode::KafkaStorageError);
            }
            on_failure(hosted, &failure);
        }
    }
}
