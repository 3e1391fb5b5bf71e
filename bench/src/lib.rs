//! Measurements of brokers that speak Kafka's protocol.
//!
//! - [`applets`]: Kafka's own load tools, `kafka-producer-perf-test.sh` and its family;
//! - [`throttle`], [`payload`], [`latency`]: what every load generator is made of.
//!
//! Beside the library, `bench/compare` runs workloads with librdkafka's load generator, and `examples/null-broker` is the floor
//! beneath them, a broker that keeps what it is sent and does nothing else.

pub mod applets;
mod clock;
pub mod latency;
pub mod payload;
pub mod throttle;
