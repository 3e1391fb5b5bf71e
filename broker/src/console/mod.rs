//! The HTTP port: metrics for machines, health checks for supervisors, and pages for people.
//!
//! It is bound before the log dirs are opened, so that a supervisor can ask how a long recovery goes, and it is the last
//! thing that a broker depends on: it reads what the broker has, takes no lock for longer than a look, and serves a
//! bounded number of connections. It has no password, so it listens on the loopback address unless told otherwise.

mod groups;
mod health;
mod metrics;
mod observe;
mod port;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::routing::get;
use tokio::sync::watch;

use crate::node::Broker;
use crate::telemetry::Compat;

pub(crate) use port::bind;

/// What the pages are drawn from.
#[derive(Clone, Debug)]
pub(crate) struct Console {
    /// Empty until the broker serves.
    broker: Arc<OnceLock<Arc<Broker>>>,
    /// `true` once the broker has begun to stop.
    stopping: watch::Receiver<bool>,
    compat: Arc<[Compat]>,
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
    pub(crate) fn new(compat: &[Compat], stopping: watch::Receiver<bool>) -> Self {
        Self { broker: Arc::default(), stopping, compat: compat.into() }
    }

    /// The broker serves.
    pub(crate) fn opened(&self, broker: &Arc<Broker>) {
        let first = self.broker.set(Arc::clone(broker)).is_ok();
        debug_assert!(first, "a broker starts once");
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
            .with_state(self)
    }
}
