//! Segmented, memory-mapped, append-only logs in Kafka's own file formats.
//!
//! `storage` keeps one partition's records on one disk and gives them back. It is deterministic: all IO goes through an
//! injected [`disk::Disk`], time is an argument, and there are no threads in here. What may block says so, and is a task
//! that the caller runs where blocking is allowed.

pub mod checkpoint;
pub mod compact;
pub mod dir;
pub mod disk;
pub mod files;
pub mod log;
mod map;
pub mod producer;
pub mod segment;
