//! The supervisor: what systemd is told about the broker (`Type=notify`, `WatchdogSec=`).
//!
//! sd_notify(3) is one datagram a fact, to the socket that `NOTIFY_SOCKET` names. Nobody listens outside of a service,
//! and then nothing is sent. A supervisor that does not take what it is told must not stop a broker that serves: a
//! failed send is a line in the log.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;
use tracing::debug;

/// Told before the log dirs are opened: a recovery may take its time.
pub(super) fn starting() {
    tell(&[NotifyState::Status("opening the log directories")]);
}

/// Told when clients are answered, and not before.
pub(super) fn serving(addresses: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(&format!("serving on {addresses}"))]);
}

/// Told when the broker has begun to end, with the reason.
pub(super) fn stopping(why: &str) {
    tell(&[NotifyState::Stopping, NotifyState::Status(&format!("stopping: {why}"))]);
}

/// Beats for as long as the runtime is alive, if the supervisor wants to hear it (`WATCHDOG_USEC`).
///
/// Each beat is earned: the timer has fired, and a task that was spawned for it has been run by a worker. A runtime
/// whose workers all hang in a handler earns none, and is killed and started again. It says nothing of disks:
/// a slow disk is no reason to kill a broker, since recovery would ask the same disk for more.
pub(super) fn watchdog() -> Option<JoinHandle<()>> {
    let limit = sd_notify::watchdog_enabled()?;
    Some(tokio::spawn(beat_every(limit / 3)))
}

async fn beat_every(pause: Duration) {
    let mut ticks = tokio::time::interval(pause.max(Duration::from_millis(1)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if tokio::spawn(async {}).await.is_ok() {
            tell(&[NotifyState::Watchdog]);
        }
    }
}

fn tell(facts: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(facts) {
        debug!(%error, "the supervisor could not be told");
    }
}
