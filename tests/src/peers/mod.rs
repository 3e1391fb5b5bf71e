//! Real peers: the clients and tools that people already have, installed by name and run against a broker.
//!
//! A peer is a small program in its own language (under `tests/peers/`), or a tool as its makers publish it. What it needs
//! is installed once below cargo's target directory ([`install`]). All programs share one list of scenarios and one way to
//! tell the outcome ([`report`]), so that a test here only says which peer runs which scenarios.
//!
//! `SAPWOOD_TEST_BROKER` chooses what they run against ([`Broker`]): ours, or Apache Kafka itself. A scenario that fails
//! against Apache Kafka is a fault of the test, so every suite is run there first.

pub mod apache;
mod broker;
mod browser;
pub mod carbon;
mod commands;
pub mod debian;
mod endurance;
mod fake_clock;
pub mod install;
mod kafka_tools;
mod librdkafka;
mod program;
pub mod prometheus;
pub mod report;
mod stored;

pub use broker::{Broker, Kind};
pub use browser::browser_script;
pub use commands::{go_program, maven, node_modules, python_packages, rust_program};
pub use endurance::Endurance;
pub use fake_clock::FakeClock;
pub use kafka_tools::{KafkaTools, Ran};
pub use librdkafka::Suite;
pub use program::{CODECS, Peer, Scenario};
pub use stored::stored_codecs;
