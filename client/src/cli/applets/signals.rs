//! Signals: a tool that runs until it is told to stop.

/// What a shell calls the end by SIGINT and by SIGTERM.
const INTERRUPTED: u8 = 130;
const TERMINATED: u8 = 143;

/// The two signals that end a tool in order.
#[derive(Debug)]
pub struct Signals {
    interrupt: Option<tokio::signal::unix::Signal>,
    terminate: Option<tokio::signal::unix::Signal>,
}

impl Signals {
    /// Listens from now on.
    #[expect(clippy::new_without_default, reason = "listening is an act")]
    pub fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self {
            interrupt: signal(SignalKind::interrupt()).ok(),
            terminate: signal(SignalKind::terminate()).ok(),
        }
    }

    /// The exit code of the next one.
    pub async fn next(&mut self) -> u8 {
        tokio::select! {
            () = received(self.interrupt.as_mut()) => INTERRUPTED,
            () = received(self.terminate.as_mut()) => TERMINATED,
        }
    }
}

async fn received(signal: Option<&mut tokio::signal::unix::Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}
