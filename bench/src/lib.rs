//! Measurements of brokers that speak Kafka's protocol.
//!
//! ```text
//! workload ─┐                              ┌─► screen (lines, panel)
//! pace ─────┼─► engine ─► measure, verify ─┼─► result ─► report, compare
//! plan ─────┘     ▲                        └─► HDR log, CSV
//!            machine (environment, neighbour)
//! ```
//!
//! - [`command`]: `sapwood bench …`, what people type;
//! - [`engine`]: the threads that write and read, and the clock that they share;
//! - [`workload`], [`pace`], [`measure`], [`verify`], [`result`], [`report`], [`compare`]: what is decided without a broker, and
//!   tested alone;
//! - [`openmessaging`]: the workload files of OpenMessaging's benchmark;
//! - [`machine`]: where a run takes place, and the broker beside it;
//! - [`applets`]: Kafka's own load tools, `kafka-producer-perf-test.sh` and its family;
//! - [`throttle`], [`payload`], [`latency`]: what those are made of.
//!
//! Beside the library, `bench/compare` runs workloads with librdkafka's load generator, and `examples/null-broker` is the floor
//! beneath them, a broker that keeps what it is sent and does nothing else.

pub mod applets;
mod clock;
pub mod command;
pub mod compare;
pub mod engine;
pub mod latency;
pub mod machine;
pub mod measure;
pub mod openmessaging;
pub mod pace;
pub mod payload;
pub mod quantity;
pub mod report;
pub mod result;
mod screen;
pub mod throttle;
pub mod verify;
pub mod workload;
