//! What watches the broker: the HTTP port, and Graphite. They are there before the log dirs are opened.

use std::net::SocketAddr;

use tokio::sync::watch;

use super::running::{StartError, millis};
use crate::config::BrokerConfig;
use crate::console::{self, Console, Graphite};
use crate::telemetry::Compat;

/// Serves the HTTP port and pushes to Graphite, each where it is asked for; `None` if neither is.
pub(super) async fn serve_console(
    config: &BrokerConfig,
    shutdown: &watch::Sender<bool>,
) -> Result<Option<(Console, Option<SocketAddr>)>, StartError> {
    let telemetry = &config.telemetry;
    let failed = |error| StartError::Bind {
        listener: "http.listener".to_owned(),
        address: telemetry.http_listener.0.as_ref().map_or_else(String::new, ToString::to_string),
        error,
    };
    let bound = console::bind(&telemetry.http_listener).await.map_err(failed)?;
    let address = bound.as_ref().map(console::Bound::address);
    let graphite = graphite(config);
    if bound.is_none() && graphite.is_none() {
        return Ok(None);
    }
    let compat = Compat::named(&telemetry.metrics_compat);
    let console = Console::new(&compat, address, shutdown.subscribe());
    if let Some(bound) = bound {
        bound.serve(console.clone());
    }
    if let Some(graphite) = graphite {
        graphite.start(console.clone());
    }
    Ok(Some((console, address)))
}

fn graphite(config: &BrokerConfig) -> Option<Graphite> {
    let telemetry = &config.telemetry;
    let address = telemetry.metrics_graphite.0.clone()?;
    let prefix = telemetry.metrics_graphite_prefix.clone();
    Some(Graphite { address, prefix, every: millis(telemetry.metrics_graphite_interval_ms) })
}
