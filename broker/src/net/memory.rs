//! The memory budget: how many bytes of half-received requests the whole broker may hold.
//!
//! A connection pays for what its receive buffer holds beyond a small free allowance, as the bytes arrive and never
//! for what a length field declares. When the budget is spent, a connection stops reading until another one gives back; its
//! peer feels it as TCP backpressure. A peer that leaves a request half sent runs into the request deadline, so that
//! stalled peers cannot hold the budget for ever.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Context;

use parking_lot::Mutex;
use std::sync::Arc;
use std::task::Waker;

use crate::telemetry::Metrics;

/// Shared by all connections.
#[derive(Debug)]
pub(crate) struct MemoryBudget {
    limit: usize,
    used: AtomicUsize,
    waiting: Mutex<Vec<Waker>>,
    metrics: Arc<Metrics>,
}

impl MemoryBudget {
    pub(crate) fn new(limit: usize, metrics: Arc<Metrics>) -> Arc<Self> {
        let (used, waiting) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        Arc::new(Self { limit, used, waiting, metrics })
    }

    /// How many bytes are out.
    #[cfg(test)]
    fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    fn try_take(&self, bytes: usize) -> bool {
        let take = |used: usize| used.checked_add(bytes).filter(|&sum| sum <= self.limit);
        let taken = self.used.fetch_update(Ordering::AcqRel, Ordering::Acquire, take).is_ok();
        if taken {
            self.metrics.totals.queued_request_bytes.add(bytes as i64);
        }
        taken
    }

    fn give_back(&self, bytes: usize) {
        let before = self.used.fetch_sub(bytes, Ordering::AcqRel);
        assert!(before >= bytes, "more memory given back than was taken");
        self.metrics.totals.queued_request_bytes.add(-(bytes as i64));
        for waker in std::mem::take(&mut *self.waiting.lock()) {
            waker.wake();
        }
    }
}

/// What one connection has taken. Gives everything back when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Arc<MemoryBudget>,
    taken: usize,
}

impl Share {
    pub(crate) fn new(budget: &Arc<MemoryBudget>) -> Self {
        Self { budget: Arc::clone(budget), taken: 0 }
    }

    /// Makes the share `bytes` large. `false`: the budget is spent; `cx` is woken when some is given back.
    pub(crate) fn poll_resize(&mut self, bytes: usize, cx: &mut Context<'_>) -> bool {
        if bytes <= self.taken {
            self.shrink(bytes);
            return true;
        }
        let more = bytes - self.taken;
        if !self.budget.try_take(more) {
            self.budget.waiting.lock().push(cx.waker().clone());
            // Memory may have come back between the first look and the parking.
            if !self.budget.try_take(more) {
                self.budget.metrics.totals.reads_paused.increment();
                return false;
            }
        }
        self.taken = bytes;
        true
    }

    /// Gives back what is beyond `bytes`.
    pub(crate) fn shrink(&mut self, bytes: usize) {
        if bytes < self.taken {
            self.budget.give_back(self.taken - bytes);
            self.taken = bytes;
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.shrink(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spent_budget_makes_the_next_wait_and_a_dropped_share_comes_back() {
        let budget = MemoryBudget::new(100, Arc::default());
        let mut cx = Context::from_waker(Waker::noop());
        let mut first = Share::new(&budget);
        let mut second = Share::new(&budget);
        assert!(first.poll_resize(80, &mut cx));
        assert!(!second.poll_resize(21, &mut cx));
        assert!(second.poll_resize(20, &mut cx));
        drop(first);
        assert_eq!(budget.used(), 20);
        assert!(second.poll_resize(100, &mut cx));
    }
}
