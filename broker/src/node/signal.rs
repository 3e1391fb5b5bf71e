//! A signal: how a partition's movement wakes the task that waits for it.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Poll, Wake, Waker};

use futures::task::AtomicWaker;

use crate::partition::Waiter;

/// On the real broker, what waits for a partition is a task.
impl Waiter for Waker {
    fn wake(&self) {
        self.wake_by_ref();
    }
}

/// Given after a number of wakes. One task waits; any thread wakes it, through [`Signal::waker`].
#[derive(Debug)]
pub(crate) struct Signal {
    left: AtomicUsize,
    waker: AtomicWaker,
}

impl Signal {
    /// A signal that is given after `wakes` calls of [`Waiter::wake`].
    pub(crate) fn after(wakes: usize) -> Arc<Self> {
        Arc::new(Self { left: AtomicUsize::new(wakes), waker: AtomicWaker::new() })
    }

    /// What is parked at a partition to wake it.
    pub(crate) fn waker(self: &Arc<Self>) -> Waker {
        Waker::from(Arc::clone(self))
    }

    /// One wake less to wait for.
    pub(crate) fn count_down(self: &Arc<Self>) {
        self.wake_by_ref();
    }

    /// Waits until it is given.
    pub(crate) async fn given(&self) {
        poll_fn(|cx| {
            if self.is_given() {
                return Poll::Ready(());
            }
            self.waker.register(cx.waker());
            if self.is_given() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    fn is_given(&self) -> bool {
        self.left.load(Ordering::Acquire) == 0
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let before =
            self.left.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1));
        if before == Ok(1) {
            self.waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_last_of_the_wakes_gives_the_signal_and_more_do_no_harm() {
        let signal = Signal::after(2);
        signal.count_down();
        assert!(!signal.is_given());
        signal.count_down();
        signal.count_down();
        signal.given().await;
    }
}
