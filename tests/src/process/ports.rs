//! Free ports on the loopback interface.

use std::net::{Ipv4Addr, TcpListener};

/// A port that nobody listened on a moment ago.
///
/// Another process may take it before its user does; the kernel hands out ephemeral ports far apart, so that this is rare
/// enough for a test, and the broker that finds it taken says so.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("the loopback interface has a free port")
        .port()
}
