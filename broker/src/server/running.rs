//! A running broker: its parts in the order in which they come up, and go down.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use storage::disk::OsDisk;
use storage::log::SyncError;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::{info, warn};

use super::assemble::Parts;
use super::config_rules::Rows;
use super::reconciler::Reconciler;
use super::registration::register;
use super::watched;
use crate::api::Dispatcher;
use crate::config::{BrokerConfig, Listener, Settings};
use crate::controller::{self, Refusal};
use crate::housekeeping;
use crate::housekeeping::cleaner::{self, Cleaner};
use crate::net::connection::Limits;
use crate::net::listener::{self, Census, ConnectionLimits, Shared, SocketOptions};
use crate::net::memory::MemoryBudget;
use crate::node::Broker;
use crate::node::clock::Clock;
use crate::node::logs::{Logs, LogsError};
use crate::node::wakes::Wakes;
use crate::raft::{self, Deps, RaftHost, RaftOptions, SubmitError};

/// How many threads sync. More than the disk's journal can merge gain nothing.
const FLUSHERS: usize = 4;

/// A broker that serves.
#[derive(Debug)]
pub(super) struct Running {
    broker: Arc<Broker>,
    addresses: Vec<(String, SocketAddr)>,
    http_address: Option<SocketAddr>,
    /// The HTTP port is served until this is dropped.
    shutdown: watch::Sender<bool>,
    listeners: Vec<JoinHandle<()>>,
    background: Vec<JoinHandle<()>>,
    cleaner: Arc<Cleaner>,
    flushers: Vec<std::thread::JoinHandle<()>>,
}

/// Why a broker did not start, or had to stop. Each says what failed, and where.
#[derive(Debug, thiserror::Error)]
pub(super) enum StartError {
    /// A log dir cannot be used.
    #[error(transparent)]
    Logs(#[from] LogsError),
    /// The controller's log cannot be used.
    #[error(transparent)]
    Raft(#[from] raft::StartError),
    /// The controller did not take this broker.
    #[error("the controller refused to register this broker: {0}")]
    Refused(Refusal),
    /// The controller did not answer.
    #[error("the controller did not register this broker: {0}")]
    Unregistered(#[from] SubmitError),
    /// An address cannot be listened on.
    #[error("cannot listen on {address} for the listener {listener}: {error}{}", advice(error))]
    Bind {
        /// The listener's name.
        listener: String,
        /// As configured.
        address: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// The metadata log failed while the broker ran.
    #[error("the metadata log has failed, and nothing can be decided without it: {0}")]
    MetadataFailed(String),
    /// Anything else that the system refused.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

fn advice(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            ". Another process has the port: stop it, or choose another port"
        }
        std::io::ErrorKind::AddrNotAvailable => {
            ". The address is none of this machine's: listen on one that is"
        }
        std::io::ErrorKind::PermissionDenied => {
            ". Ports below 1024 are the superuser's: choose a higher one"
        }
        _ => "",
    }
}

impl Running {
    /// Brings a broker up. When it returns, it serves.
    pub(super) async fn start(settings: Settings) -> Result<Self, StartError> {
        let clock = Clock::start();
        let config = Arc::clone(settings.broker());
        let node_id = config.cluster.node_id;
        // Bound before anything is opened: two brokers with one port should not fight over the log dirs first.
        let bound = bind_all(&config).await?;
        let shutdown = watch::Sender::new(false);
        let console = watched::serve_console(&config, &shutdown).await?;
        let cluster_id = config.node.cluster_id.as_deref();
        let logs = Logs::open(&config.cluster.log_dirs, node_id, cluster_id)?;
        let settings = Arc::new(ArcSwap::from_pointee(settings));
        let controller = start_controller(&config, &settings, &logs, clock).await?;
        let epoch = register(&controller, &config, &logs, &bound).await?;

        let (wakes, rings) = Wakes::new()?;
        let wakes = Arc::new(wakes);
        let parts = Parts { clock, settings, logs, controller, epoch };
        let broker = Arc::new(parts.into_broker(&config, &wakes));
        let flushers = housekeeping::flush::start(&broker, FLUSHERS, &on_sync_failure(&broker));
        let reconciler = open_logs(&broker).await?;
        let cleaner = Arc::new(Cleaner::new(Arc::clone(&broker)));
        let mut background = vec![
            tokio::spawn(async move { wakes.run(rings).await }),
            tokio::spawn(reconciler.run()),
            tokio::spawn(cleaner::run(Arc::clone(&cleaner))),
            tokio::spawn(housekeeping::run(Arc::clone(&broker), OsDisk)),
        ];
        let addresses = bound
            .iter()
            .map(|(listener, _, at)| (listener.name.as_str().to_owned(), *at))
            .collect();
        let listeners = serve_all(&broker, bound, &shutdown);
        let http_address = console.and_then(|(console, address)| {
            background.push(console.opened(&broker));
            address
        });
        info!(node_id = node_id.get(), cluster_id = %broker.cluster_id, http = http_address.map(tracing::field::display), took = ?clock.instant().0, "the broker serves");
        Ok(Self {
            broker,
            addresses,
            http_address,
            shutdown,
            listeners,
            background,
            cleaner,
            flushers,
        })
    }

    /// The address of the first listener, for people.
    pub(super) fn first_address(&self) -> String {
        self.addresses.first().map_or_else(String::new, |(_, address)| address.to_string())
    }

    /// Every listener with its address.
    pub(super) fn addresses(&self) -> String {
        let each: Vec<String> =
            self.addresses.iter().map(|(name, at)| format!("{name}://{at}")).collect();
        each.join(", ")
    }

    /// Where the HTTP port is, if there is one.
    pub(super) fn http_address(&self) -> Option<SocketAddr> {
        self.http_address
    }

    /// Waits until something has failed that a broker cannot go on without.
    pub(super) async fn failed(&self) -> StartError {
        match self.broker.controller.stopped().await {
            Ok(()) => std::future::pending().await,
            Err(why) => StartError::MetadataFailed(why),
        }
    }

    /// Takes the broker down in order: answers what is under way, syncs and closes every log, and leaves the mark
    /// that spares the next start the recovery.
    pub(super) async fn stop(self) {
        self.shutdown.send_replace(true);
        // Answers that are on their way may still leave.
        let drained =
            tokio::time::Instant::now() + millis(self.broker.config().node.shutdown_timeout_ms);
        for listener in self.listeners {
            let _ = tokio::time::timeout_at(drained, listener).await;
        }
        self.cleaner.stop();
        for task in &self.background {
            task.abort();
        }
        for task in self.background {
            let _ = task.await;
        }
        let (broker, flushers) = (self.broker, self.flushers);
        broker.groups.unload_all();
        let closing = Arc::clone(&broker);
        let closed = tokio::task::spawn_blocking(move || {
            closing.flush_queue.close();
            for flusher in flushers {
                let _ = flusher.join();
            }
            closing.close_logs()
        });
        let all_closed = closed.await.unwrap_or(false);
        broker.controller.shutdown().await;
        if all_closed {
            broker.logs.close(broker.epoch());
        } else {
            warn!("some logs could not be closed in order; the next start recovers them");
        }
    }
}

pub(super) type Bound = (Listener, TcpListener, SocketAddr);

/// Binds every listener that clients may use. Controllers have none of their own while there is only one.
async fn bind_all(config: &BrokerConfig) -> Result<Vec<Bound>, StartError> {
    let options = SocketOptions {
        backlog: config.network.socket_listen_backlog_size,
        send_buffer: usize::try_from(config.network.socket_send_buffer_bytes).ok(),
        receive_buffer: usize::try_from(config.network.socket_receive_buffer_bytes).ok(),
    };
    let mut bound = Vec::new();
    for listener in config.cluster.listeners.iter().filter(|listener| !listener.for_controllers) {
        let failed = |error| StartError::Bind {
            listener: listener.name.as_str().to_owned(),
            address: format!("{}:{}", listener.bind.host, listener.bind.port),
            error,
        };
        let host =
            if listener.bind.host.is_empty() { "0.0.0.0" } else { listener.bind.host.as_str() };
        let mut addresses =
            tokio::net::lookup_host((host, listener.bind.port)).await.map_err(failed)?;
        let address =
            addresses.next().ok_or_else(|| failed(std::io::ErrorKind::AddrNotAvailable.into()))?;
        let socket = listener::bind(address, &options).map_err(failed)?;
        let at = socket.local_addr().map_err(failed)?;
        bound.push((listener.clone(), socket, at));
    }
    Ok(bound)
}

async fn start_controller(
    config: &BrokerConfig,
    settings: &Arc<ArcSwap<Settings>>,
    logs: &Logs,
    clock: Clock,
) -> Result<Arc<RaftHost>, StartError> {
    let node_id = config.cluster.node_id;
    let options = RaftOptions {
        cluster_id: Some(logs.cluster_id().to_owned()),
        snapshot_bytes: u64::try_from(
            config.controller.metadata_log_max_record_bytes_between_snapshots,
        )
        .unwrap_or(u64::MAX),
        ..RaftOptions::alone(&config.cluster.metadata_log_dir, node_id)
    };
    let controller = controller::Options {
        local: Some(node_id),
        partitions_default: config.topics.num_partitions,
        replication_factor_default: i16::try_from(config.topics.default_replication_factor)
            .unwrap_or(i16::MAX),
        delete_topics: config.topics.delete_topic_enable,
        session_timeout: millis(i64::from(config.node.broker_session_timeout_ms)),
        ..controller::Options::default()
    };
    let deps = Deps {
        controller: Arc::new(controller),
        rules: Arc::new(Rows(Arc::clone(settings))),
        clock: Arc::new(move || clock.now()),
    };
    Ok(RaftHost::start(OsDisk, options, deps).await?)
}

/// Opens the logs that are there, and does what the metadata asks for, before anybody is let in.
async fn open_logs(broker: &Arc<Broker>) -> Result<Reconciler, StartError> {
    let broker = Arc::clone(broker);
    let open = move || {
        let mut reconciler = Reconciler::new(broker);
        reconciler.open_found()?;
        reconciler.catch_up();
        Ok(reconciler)
    };
    tokio::task::spawn_blocking(open).await.map_err(std::io::Error::other)?
}

fn serve_all(
    broker: &Arc<Broker>,
    bound: Vec<Bound>,
    shutdown: &watch::Sender<bool>,
) -> Vec<JoinHandle<()>> {
    let config = broker.config();
    let network = &config.network;
    let budget = usize::try_from(network.queued_max_request_bytes).unwrap_or(usize::MAX);
    let budget = MemoryBudget::new(budget, Arc::clone(&broker.metrics));
    let count = |number: i32| usize::try_from(number).unwrap_or(usize::MAX);
    let census = Census::new(ConnectionLimits {
        total: count(network.max_connections),
        per_ip: count(network.max_connections_per_ip),
    });
    let limits = Limits {
        request_bytes_max: count(network.socket_request_max_bytes),
        idle: millis(network.connections_max_idle_ms),
        first_request: millis(network.connection_first_request_timeout_ms),
        request: millis(network.connection_stall_timeout_ms),
    };
    let serve = |(listener, socket, _): Bound| {
        let shared = Shared {
            listener: listener.name.as_str().into(),
            dispatcher: Dispatcher::new(Arc::clone(broker)),
            limits,
            budget: Arc::clone(&budget),
            census: Arc::clone(&census),
            metrics: broker.metrics.listeners.of(listener.name.as_str()),
            shutdown: shutdown.subscribe(),
        };
        tokio::spawn(listener::accept(socket, shared))
    };
    bound.into_iter().map(serve).collect()
}

fn on_sync_failure(broker: &Arc<Broker>) -> housekeeping::flush::OnFailure {
    // The flushers must not keep the broker alive that joins them.
    let broker = Arc::downgrade(broker);
    Arc::new(move |hosted, failure| {
        let Some(broker) = broker.upgrade() else { return };
        if matches!(failure, SyncError::NoSpace { .. }) {
            warn!(partition = %hosted.id, %failure, "a sync waits for disk space");
            broker.flush_queue.note(hosted);
        } else {
            broker.fail_log_dir(
                hosted.log_dir,
                "sync",
                &std::io::Error::other(failure.to_string()),
            );
        }
    })
}

/// Milliseconds of the configuration; below zero is for ever.
pub(super) fn millis(count: i64) -> Duration {
    u64::try_from(count).map_or(Duration::from_secs(u64::from(u32::MAX)), Duration::from_millis)
}
