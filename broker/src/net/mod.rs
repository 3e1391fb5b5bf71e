//! The network: listeners, connections, and the limits that keep both small.
//!
//! [`listener`] accepts, [`connection`] turns bytes into requests and answers into bytes, [`outbox`] holds what has
//! not left yet, [`memory`] bounds what half-received requests may hold.

pub(crate) mod connection;
pub(crate) mod listener;
pub(crate) mod memory;
mod outbox;
