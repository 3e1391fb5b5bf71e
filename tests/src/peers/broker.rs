//! The broker under test: ours, Apache Kafka as the oracle, or one that is running already.

use super::apache::ApacheKafka;
use crate::process::{Properties, Sapwood};
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Names the broker that the suites run against: `sapwood`, `kafka`, or `host:port`.
const SWITCH: &str = "SAPWOOD_TEST_BROKER";

/// Which implementation is under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Ours, built from this checkout.
    Sapwood,
    /// The oracle: a test that fails here is wrong.
    ApacheKafka,
    /// Something that the caller started; what it is, only the caller knows.
    External(SocketAddr),
}

impl Kind {
    /// What `SAPWOOD_TEST_BROKER` asks for.
    pub fn chosen() -> Self {
        match std::env::var(SWITCH).as_deref() {
            Ok("kafka") => Self::ApacheKafka,
            Err(_) | Ok("sapwood") => Self::Sapwood,
            Ok(address) => Self::External(
                address.parse().expect("SAPWOOD_TEST_BROKER is sapwood, kafka or host:port"),
            ),
        }
    }
}

/// A running broker.
#[derive(Debug)]
pub struct Broker(Running);

#[derive(Debug)]
enum Running {
    Sapwood(Sapwood),
    ApacheKafka(ApacheKafka),
    External(SocketAddr),
}

impl Broker {
    /// Starts the broker under test with the usual settings.
    pub fn start() -> Result<Self> {
        Self::start_with(|_| ())
    }

    /// The same, with settings changed before it starts.
    pub fn start_with(change: impl FnOnce(&mut Properties)) -> Result<Self> {
        Ok(Self(match Kind::chosen() {
            Kind::Sapwood => {
                Running::Sapwood(Sapwood::start_with(change).context("start sapwood")?)
            }
            Kind::ApacheKafka => {
                Running::ApacheKafka(ApacheKafka::start_with(change).context("start Apache Kafka")?)
            }
            Kind::External(address) => Running::External(address),
        }))
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        match &self.0 {
            Running::Sapwood(_) => Kind::Sapwood,
            Running::ApacheKafka(_) => Kind::ApacheKafka,
            Running::External(address) => Kind::External(*address),
        }
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        match &self.0 {
            Running::Sapwood(broker) => broker.address(),
            Running::ApacheKafka(broker) => broker.properties().address(),
            Running::External(address) => *address,
        }
    }

    /// The same as text, as every client wants it.
    pub fn bootstrap(&self) -> String {
        self.address().to_string()
    }

    /// Where its partitions lie, if this test started it.
    pub fn log_dir(&self) -> Option<PathBuf> {
        match &self.0 {
            Running::Sapwood(broker) => Some(broker.properties().log_dir()),
            Running::ApacheKafka(broker) => Some(broker.log_dir()),
            Running::External(_) => None,
        }
    }

    /// Ends it in order, if this test started it.
    pub fn stop(&mut self) -> Result<()> {
        match &mut self.0 {
            Running::Sapwood(broker) => broker.stop().map(drop),
            Running::ApacheKafka(broker) => broker.stop(),
            Running::External(_) => Ok(()),
        }
    }

    /// Its process, if this test started it.
    pub fn pid(&self) -> Option<u32> {
        match &self.0 {
            Running::Sapwood(broker) => Some(broker.pid()),
            Running::ApacheKafka(broker) => Some(broker.pid()),
            Running::External(_) => None,
        }
    }

    /// The end of what it said, for a failing test.
    pub fn last_words(&mut self) -> String {
        match &mut self.0 {
            Running::Sapwood(broker) => broker.child().last_words(),
            Running::ApacheKafka(broker) => broker.child().last_words(),
            Running::External(address) => format!("the broker at {address} was not started here"),
        }
    }
}
