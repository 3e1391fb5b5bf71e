//! Wakes: how a flusher's thread wakes tasks of the runtime at the price of one wake.
//!
//! A waker that is used outside the runtime puts its task into the queue of all workers and rouses a worker to look
//! there; that one finds it, supposes that there is more, and rouses the next. On few cores these idle rounds cost more
//! than the answer itself. So the flushers only lay the wakers down here and ring through a pipe: the worker that
//! polls the sockets hears it as one more event, and wakes the tasks from within.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, PoisonError};
use std::task::Waker;

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;

/// The side that hands over. See the module.
#[derive(Debug)]
pub(crate) struct Wakes {
    due: Mutex<Vec<Waker>>,
    /// Not tokio's own sender, which does not write before its driver has looked at the pipe once.
    bell: OwnedFd,
}

/// The runtime's end of the bell.
#[derive(Debug)]
pub(crate) struct Rings(pipe::Receiver);

impl Wakes {
    /// Nothing to wake. Called within the runtime whose tasks they are.
    pub(crate) fn new() -> io::Result<(Self, Rings)> {
        let (bell, rings) = pipe::pipe()?;
        Ok((Self { due: Mutex::default(), bell: bell.into_nonblocking_fd()? }, Rings(rings)))
    }

    /// Has the runtime wake them, soon.
    pub(crate) fn hand_over(&self, wakers: Vec<Waker>) {
        if wakers.is_empty() {
            return;
        }
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let rung = !due.is_empty();
        due.extend(wakers);
        drop(due);
        if !rung {
            // A pipe that is full has rings enough.
            let _ = rustix::io::write(&self.bell, &[1]);
        }
    }

    /// Wakes what is handed over, until the runtime ends.
    pub(crate) async fn run(&self, mut rings: Rings) {
        let mut heard = [0; 64];
        while rings.0.read(&mut heard).await.is_ok() {
            let due = std::mem::take(&mut *self.due.lock().unwrap_or_else(PoisonError::into_inner));
            due.into_iter().for_each(Waker::wake);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::node::signal::Signal;

    #[tokio::test]
    async fn whoever_is_handed_over_by_another_thread_is_woken_each_time() {
        let (wakes, rings) = Wakes::new().expect("a pipe");
        let wakes = Arc::new(wakes);
        let waker = Arc::clone(&wakes);
        let waker = tokio::spawn(async move { waker.run(rings).await });
        for _ in 0..100 {
            let (one, other) = (Signal::after(1), Signal::after(1));
            let (wakes, due) = (Arc::clone(&wakes), vec![one.waker(), other.waker()]);
            let thread = std::thread::Builder::new().spawn(move || wakes.hand_over(due));
            one.given().await;
            other.given().await;
            thread.expect("a thread").join().expect("it ends");
        }
        waker.abort();
    }
}
