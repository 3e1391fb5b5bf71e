//! Kafka's own load tools and the verifiable clients of its system tests, on our client: the same flags and the same lines.
//!
//! One folder or file a tool. What they measure with is the rest of this crate.

mod consumer_perf;
mod dates;
mod events;
mod latency_test;
mod producer_perf;
mod verifiable;
mod verifiable_consumer;
mod verifiable_producer;

use client::Cluster;
use client::cli::applets::{Applet, Link, Properties, Thrown};

/// The load tools.
pub const APPLETS: &[Applet] = &[
    producer_perf::APPLET,
    consumer_perf::APPLET,
    latency_test::APPLET,
    verifiable_producer::APPLET,
    verifiable_consumer::APPLET,
];

/// The cluster that these properties lead to.
fn cluster(config: &Properties) -> Result<Cluster, Thrown> {
    Ok(Link::new(None, config)?.admin.cluster().clone())
}

/// What Java prints of an exception that nobody caught.
fn uncaught(thrown: &Thrown) -> String {
    format!("Exception in thread \"main\" {thrown}")
}
