//! The flush queue: the partitions that have something to sync, each of them once.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::hosted::Hosted;
use super::wakes::Wakes;

/// What the flushers have before them.
#[derive(Debug)]
pub(crate) struct FlushQueue {
    state: Mutex<State>,
    changed: Condvar,
    wakes: Arc<Wakes>,
    /// What was appended and nobody waits for. It is synced all the same, soon.
    noted: Mutex<Vec<Arc<Hosted>>>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Arc<Hosted>>,
    closed: bool,
}

impl FlushQueue {
    /// An empty queue, whose flushers hand over to `wakes` whom they have something to tell.
    pub(crate) fn new(wakes: Arc<Wakes>) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), wakes, noted: Mutex::default() }
    }

    /// Asks for a sync of everything that the partition holds by now.
    pub(crate) fn ask(&self, hosted: &Arc<Hosted>) {
        if hosted.ask_for_sync() {
            self.push(Arc::clone(hosted));
        }
    }

    /// Notes an append that nobody waits for.
    pub(crate) fn note(&self, hosted: &Arc<Hosted>) {
        if hosted.note_lazy_sync() {
            self.noted().push(Arc::clone(hosted));
        }
    }

    /// Asks for a sync of all that was noted.
    pub(crate) fn ask_for_noted(&self) {
        let noted = std::mem::take(&mut *self.noted());
        for hosted in noted {
            hosted.clear_lazy_sync();
            self.ask(&hosted);
        }
    }

    /// Whom a flusher has something to tell.
    pub(crate) fn wakes(&self) -> &Wakes {
        &self.wakes
    }

    /// Lets the flushers finish what is queued and end.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Puts a partition into the queue, which is marked as being there.
    pub(crate) fn push(&self, hosted: Arc<Hosted>) {
        self.lock().waiting.push_back(hosted);
        self.changed.notify_one();
    }

    /// The next to sync; waits for it. `None` once the queue is closed and empty.
    pub(crate) fn next(&self) -> Option<Arc<Hosted>> {
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

    fn noted(&self) -> MutexGuard<'_, Vec<Arc<Hosted>>> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
