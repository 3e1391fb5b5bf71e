//! Kafka's wire protocol: what is sent, checked before it is believed.
//!
//! Ring 1: no IO, no clock, no randomness, no async.

pub mod batch;
pub mod control;
pub mod crc32c;
pub mod error;
pub mod frame;
pub mod guard;
pub mod header;
pub mod ids;
pub mod message;
pub mod varint;
pub mod versions;

/// Kafka's messages, one struct a request and a response, from the `kafka-protocol` crate.
pub use kafka_protocol::messages;
pub use kafka_protocol::messages::ApiKey;
pub use kafka_protocol::protocol::StrBytes;

pub use error::ErrorCode;
