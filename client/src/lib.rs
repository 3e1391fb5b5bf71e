//! Sapwood's Kafka client, and the command line built on it.
//!
//! - [`connection`]: one TCP stream with many requests under way.
//! - [`cluster`]: connections to the brokers of a cluster and what is known of it; retries.
//! - [`producer`], [`consumer`], [`admin`]: what programs use.
//! - [`cli`]: what people use.
//!
//! Ring 3: this crate lives on tokio, reads clocks and rolls dice. What can be decided without them is kept apart and
//! tested alone: [`producer::batches`], [`producer::partitioner`], [`consumer::assignors`].

pub mod address;
pub mod admin;
mod advice;
pub mod cli;
mod clock;
pub mod cluster;
pub mod connection;
pub mod consumer;
pub mod error;
mod nearest;
pub mod offsets;
pub mod offsets_topic;
pub mod producer;
pub mod properties;
pub mod retry;
pub mod settings;
mod wire;

pub use address::Address;
pub use cluster::{Cluster, ClusterOptions};
pub use error::Error;
