//! The configuration: Kafka's own keys, each said once.
//!
//! Every key is one [`row::Row`] in a table under [`rows`]. From that row come the typed field, the check of a value,
//! the answer to DescribeConfigs, the paragraph in `docs/configuration.md`, and whether the key may be altered at run
//! time. A key has a [`row::Class`]: the broker obeys it, takes it without effect, or refuses it with a reason.
//! Unknown keys are errors that name the nearest known ones.
//!
//! Values come in [`layers`]: default, file, environment, `--override`, cluster-wide dynamic, per-broker dynamic.
//! [`BrokerConfig::resolve`] reads them; [`TopicConfig::resolve`] lays a topic's overrides over the result.

pub mod alter;
mod broker;
pub mod catalogue;
mod check;
mod classify;
mod cluster;
pub mod describe;
pub mod document;
mod environment;
mod layers;
mod listeners;
mod load;
#[cfg(test)]
mod load_tests;
mod problem;
mod quorum;
mod reader;
mod removed;
mod resources;
mod roles;
mod row;
pub mod rows;
mod settings;
mod suggest;
mod synonyms;
mod topic;
mod value;

pub use broker::BrokerConfig;
pub use check::Check;
pub use cluster::{Cluster, Listener};
pub use layers::{Layers, Origin, Overrides, Setting, Source};
pub use listeners::{
    Endpoint, Endpoints, GraphiteAddress, HostPort, HttpListener, ListenerName, ProtocolMap,
    SecurityProtocol,
};
pub use load::{Entry, Loaded, Report, Sources, data_directory, load};
pub use problem::{ConfigError, Problem, Severity};
pub use quorum::{BootstrapServers, Voter, Voters};
pub use roles::Roles;
pub use row::{Class, Row, Section, Update};
pub use settings::Settings;
pub use topic::{TOPIC_ROWS, TopicConfig, TopicRow};
pub use value::{CleanupPolicy, CompressionType, Kind, MessageTimestampType, Value};
