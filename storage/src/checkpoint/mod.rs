//! Checkpoint files: small texts beside the logs that are replaced as a whole.

pub mod lines;
