//! Registration: a broker that starts tells the controller who and where it is.

use std::sync::Arc;

use uuid::Uuid;

use super::running::{Bound, StartError};
use crate::config::BrokerConfig;
use crate::controller::RegisterBroker;
use crate::metadata::Endpoint;
use crate::node::logs::Logs;
use crate::raft::RaftHost;

/// Registers this process. Its epoch fences whatever an earlier process of this node may still send.
pub(super) async fn register(
    controller: &RaftHost,
    config: &BrokerConfig,
    logs: &Logs,
    bound: &[Bound],
) -> Result<i64, StartError> {
    let endpoints = bound.iter().filter_map(|(listener, _, at)| {
        let advertised = listener.advertised.as_ref()?;
        Some(Endpoint {
            listener: listener.name.as_str().into(),
            host: if advertised.host.is_empty() {
                host_name().into()
            } else {
                advertised.host.as_str().into()
            },
            port: if advertised.port == 0 { at.port() } else { advertised.port },
            security_protocol: listener.protocol as i16,
        })
    });
    let registration = RegisterBroker {
        id: config.cluster.node_id,
        cluster_id: Some(logs.cluster_id().into()),
        incarnation: Uuid::new_v4(),
        endpoints: endpoints.collect(),
        rack: config.node.broker_rack.as_deref().map(Arc::from),
        fenced: false,
    };
    controller.submit(registration).await?.map_err(StartError::Refused)
}

/// What this machine calls itself, for listeners that do not say where they are reached.
fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = name.trim();
    if name.is_empty() { "localhost".to_owned() } else { name.to_owned() }
}
