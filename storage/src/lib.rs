//! Segmented, memory-mapped, append-only logs in Kafka's own file formats.

pub mod checkpoint;
pub mod log;
