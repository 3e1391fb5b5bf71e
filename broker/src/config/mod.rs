//! The configuration: Kafka's own keys, each said once.
//!
//! Every key is one [`row::Row`] in a table under [`rows`]. From that row come the typed field, the check of a value,
//! the answer to DescribeConfigs, the paragraph in `docs/configuration.md`, and whether the key may be altered at run
//! time. A key has a [`row::Class`]: the broker obeys it, takes it without effect, or refuses it with a reason.
//! Unknown keys are errors that name the nearest known ones.
//!
//! Values come in [`layers`]: default, file, environment, `--override`, cluster-wide dynamic, per-broker dynamic.
//! [`BrokerConfig::resolve`] reads them; [`TopicConfig::resolve`] lays a topic's overrides over the result.

pub mod broker;
pub mod check;
pub mod cluster;
pub mod layers;
pub mod listeners;
pub mod problem;
pub mod quorum;
mod reader;
pub mod roles;
pub mod row;
pub mod rows;
pub mod topic;
pub mod value;

pub use broker::BrokerConfig;
pub use cluster::{Cluster, Listener};
pub use layers::{Layers, Overrides, Source};
pub use problem::{ConfigError, Problem, Severity};
pub use topic::TopicConfig;
