//! Telemetry: what the broker tells of itself.
//!
//! Every metric is one row in [`rows`]. From the row come the counter that the code adds to, the lines of `/metrics`,
//! and the entry in `docs/metrics.md`. There are two kinds of rows:
//!
//! - *Counted* metrics are fields of a struct ([`Metrics`], [`TopicMetrics`], [`ListenerMetrics`]). Whoever does the
//!   work holds the struct and adds to the field: one relaxed atomic add, no lookup, no lock. A partition keeps its
//!   topic's handle, a connection its listener's.
//! - *Observed* metrics are constants. Their values are somewhere anyway (a log's size, an image's topics), so nobody
//!   counts them: whoever serves `/metrics` asks for them at that moment and hands them to the [`Page`].
//!
//! Every metric has a native name, `sapwood_…`, in base units. Many also have the name by which the dashboards of the
//! field know it ([`Compat`]), so that a board made for Kafka's exporters shows something on the first day.
//!
//! Nothing here reads a clock or opens a socket; durations and the request for a page come from outside.

pub mod choices;
mod counter;
pub mod document;
mod family;
pub mod foreign;
mod histogram;
pub mod loggers;
mod page;
mod process;
mod recent;
mod registry;
mod row;
pub mod rows;
mod software;

pub use counter::{Counter, Gauge, Sharded};
pub use family::{ByApi, ByChoice, ByError, Choice, Metric};
pub use histogram::{Histogram, quantile};
pub use page::Page;
pub use process::observe_process;
pub use recent::Recent;
pub use registry::Registry;
pub use row::{Alias, Compat, MetricKind, MetricRow};
pub use rows::{ListenerMetrics, Metrics, TopicMetrics, Totals};
pub use software::{Present, Software};
