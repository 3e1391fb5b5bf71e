//! The flushers: a few threads that sync what was appended, so that nothing else ever waits for a disk.
//!
//! A partition with something to sync stands in the queue once. A flusher takes it, asks it under its lock what there
//! is, syncs without the lock, and tells it what the sync covered; everything that was appended before the sync began
//! is covered by it (group commit). Appends during a sync put the partition back into the queue when it is
//! done, so the next sync starts when the previous one returns: no timer, and an acknowledgement comes within two.
//! Several partitions are synced side by side by the threads; the file system's journal commits them together.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use protocol::ErrorCode;
use storage::log::SyncError;
use tracing::error;

use super::wakes::Wakes;
use crate::server::hosted::Hosted;

/// What the flushers have before them.
#[derive(Debug)]
pub(crate) struct FlushQueue {
    state: Mutex<State>,
    changed: Condvar,
    wakes: Arc<Wakes>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Arc<Hosted>>,
    closed: bool,
}

impl FlushQueue {
    /// An empty queue, whose flushers hand over to `wakes` whom they have something to tell.
    pub(crate) fn new(wakes: Arc<Wakes>) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), wakes }
    }

    /// Asks for a sync of everything that the partition holds by now.
    pub(crate) fn ask(&self, hosted: &Arc<Hosted>) {
        if hosted.ask_for_sync() {
            self.push(Arc::clone(hosted));
        }
    }

    /// Lets the flushers finish what is queued and end.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn push(&self, hosted: Arc<Hosted>) {
        self.lock().waiting.push_back(hosted);
        self.changed.notify_one();
    }

    fn next(&self) -> Option<Arc<Hosted>> {
        let mut state = self.lock();
        loop {
            if let Some(hosted) = state.waiting.pop_front() {
                return Some(hosted);
            }
            if state.closed {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

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
                    sync(&hosted, &queue.wakes, &on_failure);
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
