//! The broker.
//!
//! Three rings (docs/architecture.md): `machine`, `metadata`, `controller` and `group` are pure; `partition` and
//! `coordinator` are deterministic over an injected disk; the rest is the shell, with sockets, threads and clocks.

pub mod api;
pub mod commands;
pub mod config;
mod console;
pub mod controller;
pub mod coordinator;
pub mod group;
mod housekeeping;
pub mod machine;
pub mod metadata;
pub mod net;
pub mod node;
pub mod partition;
pub mod raft;
pub mod reconcile;
pub mod server;
pub mod telemetry;
