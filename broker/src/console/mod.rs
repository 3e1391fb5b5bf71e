//! The HTTP port: metrics for machines, health checks for supervisors, and pages for people.
//!
//! It is bound before the log dirs are opened, so that a supervisor can ask how a long recovery goes, and it is the last
//! thing that a broker depends on: it reads what the broker has, takes no lock for longer than a look, and serves a
//! bounded number of connections. It has no password, so it listens on the loopback address unless told otherwise.

mod derived;
mod graphite;
mod groups;
mod health;
mod history;
mod metrics;
mod newest;
mod observe;
mod pages;
mod port;
mod sampler;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::derived::Derived;
use self::history::History;
use crate::machine::Instant;
use crate::node::Broker;
use crate::telemetry::Compat;

pub(crate) use graphite::Graphite;
pub(crate) use port::{Bound, bind};

/// What the pages are drawn from.
#[derive(Clone, Debug)]
pub(crate) struct Console {
    /// Empty until the broker serves.
    broker: Arc<OnceLock<Arc<Broker>>>,
    /// `true` once the broker has begun to stop.
    stopping: watch::Receiver<bool>,
    compat: Arc<[Compat]>,
    history: Arc<Mutex<History>>,
    /// Whether only this machine can reach the port.
    is_local: bool,
    /// When the broker began to serve; set with `broker`.
    since: Arc<OnceLock<Instant>>,
    derived: Arc<Derived>,
}

/// Where the broker stands, in the numbers of Kafka's `BrokerState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Log dirs are opened, logs recovered, the controller asked.
    Recovering = 2,
    /// Clients are served.
    Running = 3,
    /// It has begun to end.
    Stopping = 6,
}

impl Console {
    /// A console of a broker that is yet to serve.
    pub(crate) fn new(
        compat: &[Compat],
        address: Option<SocketAddr>,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        Self {
            broker: Arc::default(),
            stopping,
            compat: compat.into(),
            derived: Arc::default(),
            history: Arc::default(),
            is_local: address.is_none_or(|address| address.ip().is_loopback()),
            since: Arc::default(),
        }
    }

    /// The broker serves. What is returned looks at its counters until it is aborted.
    pub(crate) fn opened(&self, broker: &Arc<Broker>) -> JoinHandle<()> {
        let first = self.since.set(broker.clock.instant()).is_ok()
            && self.broker.set(Arc::clone(broker)).is_ok();
        assert!(first, "a broker starts once");
        tokio::spawn(sampler::run(Arc::clone(broker), Arc::clone(&self.history)))
    }

    /// How long the broker has been serving.
    fn served_for(&self, broker: &Broker) -> Duration {
        self.since.get().map_or(Duration::ZERO, |since| broker.clock.instant().since(*since))
    }

    fn broker(&self) -> Option<&Arc<Broker>> {
        self.broker.get()
    }

    fn state(&self) -> State {
        match (*self.stopping.borrow(), self.broker()) {
            (true, _) => State::Stopping,
            (false, None) => State::Recovering,
            (false, Some(_)) => State::Running,
        }
    }

    fn router(self) -> Router {
        Router::new()
            .route("/metrics", get(metrics::page))
            .route("/healthz", get(health::live))
            .route("/readyz", get(health::ready))
            .route("/startupz", get(health::started))
            .merge(pages::router(&self))
            .with_state(self)
    }
}
