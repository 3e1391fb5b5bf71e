//! The consumer.

pub mod protocol;
