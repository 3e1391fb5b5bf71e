//! A broker put together from what a start has opened, before its partitions are.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use super::running::millis;
use crate::config::{BrokerConfig, Settings};
use crate::group::GroupConfig;
use crate::node::Broker;
use crate::node::clock::Clock;
use crate::node::fetch_sessions::Sessions;
use crate::node::flush_queue::FlushQueue;
use crate::node::groups::Groups;
use crate::node::hosted::Registry;
use crate::node::logs::Logs;
use crate::node::producer_ids::ProducerIds;
use crate::node::removals::Removals;
use crate::node::room::Rooms;
use crate::node::wakes::Wakes;
use crate::raft::RaftHost;
use crate::telemetry::Metrics;

/// What a broker is made of.
pub(super) struct Parts {
    pub(super) clock: Clock,
    pub(super) settings: Arc<ArcSwap<Settings>>,
    pub(super) logs: Logs,
    pub(super) controller: Arc<RaftHost>,
    /// What the controller gave this process.
    pub(super) epoch: i64,
}

impl Parts {
    /// The broker, with nothing in its registry yet.
    pub(super) fn into_broker(self, config: &BrokerConfig, wakes: &Arc<Wakes>) -> Broker {
        let (clock, node_id) = (self.clock, config.cluster.node_id);
        let flush_queue = Arc::new(FlushQueue::new(Arc::clone(wakes)));
        let metrics = Arc::new(Metrics::default());
        let groups = Groups::new(
            clock,
            group_config(config),
            Arc::clone(&flush_queue),
            Arc::clone(&self.controller),
            Arc::clone(&metrics),
        );
        Broker {
            clock,
            node_id,
            cluster_id: self.logs.cluster_id().into(),
            settings: self.settings,
            registry: Registry::default(),
            registry_changed: watch::Sender::new(0),
            groups: Arc::new(groups),
            producer_ids: ProducerIds::new(Arc::clone(&self.controller), node_id),
            fetch_sessions: Sessions::new(slots(config)),
            flush_queue,
            rooms: Rooms::new(&config.cluster.log_dirs, free_bytes_min(config)),
            removals: Removals::default(),
            metrics,
            epoch: AtomicI64::new(self.epoch),
            controller: self.controller,
            logs: self.logs,
        }
    }
}

fn group_config(config: &BrokerConfig) -> GroupConfig {
    let groups = &config.groups;
    GroupConfig {
        session_timeout_min: millis(i64::from(groups.group_min_session_timeout_ms)),
        session_timeout_max: millis(i64::from(groups.group_max_session_timeout_ms)),
        size_max: usize::try_from(groups.group_max_size).unwrap_or(usize::MAX),
        initial_rebalance_delay: millis(i64::from(groups.group_initial_rebalance_delay_ms)),
        offset_metadata_max: usize::try_from(groups.offset_metadata_max_bytes).unwrap_or(0),
        offsets_retention: Duration::from_secs(60)
            * u32::try_from(groups.offsets_retention_minutes).unwrap_or(u32::MAX),
        offsets_retention_check_interval: millis(groups.offsets_retention_check_interval_ms),
        record_bytes_max: usize::try_from(config.log.message_max_bytes).unwrap_or(0),
        ..GroupConfig::default()
    }
}

fn slots(config: &BrokerConfig) -> usize {
    usize::try_from(config.network.max_incremental_fetch_session_cache_slots).unwrap_or(0)
}

fn free_bytes_min(config: &BrokerConfig) -> u64 {
    u64::try_from(config.log.storage_min_free_bytes).unwrap_or(0)
}
