//! What systemd is told: readiness, life, and the end.

use sapwood_tests::process::{Environment, Sapwood, is_serving, wait};
use std::os::unix::net::UnixDatagram;
use std::time::Duration;
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);

/// A supervisor of the test's own: the socket that a service finds in `NOTIFY_SOCKET`.
struct Supervisor {
    socket: UnixDatagram,
    dir: TempDir,
}

impl Supervisor {
    fn listen() -> Self {
        let dir = TempDir::new().expect("a directory");
        let socket = UnixDatagram::bind(dir.path().join("notify")).expect("a socket");
        socket.set_read_timeout(Some(LIMIT)).expect("a limit");
        Self { socket, dir }
    }

    fn environment(&self, more: &[(&'static str, &str)]) -> Environment {
        let socket = ("NOTIFY_SOCKET", self.dir.path().join("notify").into_os_string());
        std::iter::once(socket)
            .chain(more.iter().map(|(name, value)| (*name, value.into())))
            .collect()
    }

    /// The next thing that it is told.
    fn told(&self) -> String {
        let mut bytes = [0; 4096];
        let length = self.socket.recv(&mut bytes).expect("a datagram in time");
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    }

    /// The first thing from here on that has `line` in it.
    fn told_of(&self, line: &str) -> String {
        let has = |told: String| told.lines().any(|each| each == line).then_some(told);
        wait::until(line, LIMIT, || has(self.told())).expect("it is told")
    }
}

#[test]
fn ready_is_told_when_clients_are_answered_and_stopping_when_the_end_begins() {
    let supervisor = Supervisor::listen();
    let mut broker = Sapwood::start_in(supervisor.environment(&[]), |_| ()).expect("a broker");
    assert_eq!(supervisor.told().trim(), "STATUS=opening the log directories");
    let ready = supervisor.told_of("READY=1");
    let status = format!("STATUS=serving on PLAINTEXT://{}", broker.address());
    assert!(ready.lines().any(|line| line == status), "{ready:?}");
    assert!(is_serving(broker.address()));
    assert!(broker.stop().expect("an end").success());
    let stopping = supervisor.told_of("STOPPING=1");
    assert!(stopping.contains("STATUS=stopping: SIGTERM"), "{stopping:?}");
}

#[test]
fn the_watchdog_hears_beats_if_it_asks_for_them() {
    let supervisor = Supervisor::listen();
    let environment = supervisor.environment(&[("WATCHDOG_USEC", "300000")]);
    let _broker = Sapwood::start_in(environment, |_| ()).expect("a broker");
    supervisor.told_of("READY=1");
    for _ in 0..3 {
        assert_eq!(supervisor.told().trim(), "WATCHDOG=1");
    }
}

#[test]
fn a_supervisor_that_is_gone_does_not_stop_a_broker() {
    let supervisor = Supervisor::listen();
    let environment = supervisor.environment(&[("WATCHDOG_USEC", "300000")]);
    drop(supervisor);
    let mut broker = Sapwood::start_in(environment, |_| ()).expect("a broker");
    assert!(broker.stop().expect("an end").success());
}
