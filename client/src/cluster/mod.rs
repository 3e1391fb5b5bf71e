//! A cluster: the connections to its brokers, and what we know of it.
//!
//! A [`Cluster`] is where producers, consumers and the admin client get their connections from. It connects to one of the
//! bootstrap addresses, learns the brokers from it, and connects to each when it is first needed. A connection that has
//! ended is replaced by the next call that needs it.
//!
//! Several connections may lead to one broker, one for each [`Lane`]: a broker answers the requests of a connection in
//! order, so a fetch that waits for records must not stand before a heartbeat. For the same reason each consumer has lanes
//! of its own for what may wait ([`Cluster::apart`]): a JoinGroup that waits for the other member must not stand before the
//! other member's heartbeat.

mod metadata;
mod nodes;
mod route;
mod view;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, RwLock};
use protocol::ids::{NodeId, TopicPartition};

use crate::address::Address;
use crate::connection::{Connection, ConnectionOptions};
use crate::error::Error;
use crate::retry::{Attempts, Backoff};
use nodes::Nodes;

pub use metadata::Wanted;
pub use nodes::Lane;
pub use view::{Broker, ClusterView, Partition, Topic};

/// How to reach a cluster.
#[derive(Clone, Debug)]
pub struct ClusterOptions {
    /// Where to ask first (`bootstrap.servers`); the first that answers is used.
    pub bootstrap: Vec<Address>,
    /// How each connection behaves.
    pub connection: ConnectionOptions,
    /// How long an operation may go on trying (`default.api.timeout.ms`).
    pub operation_timeout: Duration,
    /// How long to wait between attempts.
    pub backoff: Backoff,
}

impl ClusterOptions {
    /// The usual settings for the cluster at these addresses.
    pub fn new(bootstrap: Vec<Address>) -> Self {
        Self {
            bootstrap,
            connection: ConnectionOptions::default(),
            operation_timeout: Duration::from_secs(60),
            backoff: Backoff::default(),
        }
    }
}

/// A handle to a cluster; clones share the connections and the view.
#[derive(Clone, Debug)]
pub struct Cluster {
    shared: Arc<Shared>,
    /// The lanes on which requests may wait at the broker. They close with the last handle that has them.
    waiting: Arc<Mutex<Nodes>>,
}

#[derive(Debug)]
struct Shared {
    options: ClusterOptions,
    view: RwLock<Arc<ClusterView>>,
    nodes: Mutex<Nodes>,
    /// The coordinators of groups, as far as they were asked for and have not said that they are not.
    coordinators: Mutex<HashMap<String, NodeId>>,
    /// Only one at a time opens connections: callers that need the same broker then find the same one.
    connecting: tokio::sync::Mutex<()>,
}

impl Cluster {
    /// Connects to the first bootstrap address that answers.
    pub async fn connect(options: ClusterOptions) -> Result<Self, Error> {
        let cluster = Self::lazily(options);
        cluster.any().await?;
        Ok(cluster)
    }

    /// A cluster that is not connected to before it is needed.
    pub fn lazily(options: ClusterOptions) -> Self {
        let shared = Shared {
            options,
            view: RwLock::default(),
            nodes: Mutex::default(),
            coordinators: Mutex::default(),
            connecting: tokio::sync::Mutex::default(),
        };
        Self { shared: Arc::new(shared), waiting: Arc::default() }
    }

    /// A handle to the same cluster for someone whose requests may wait at the broker: what is known of the cluster and the
    /// ordinary connections are shared, and the other lanes are its own.
    pub fn apart(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), waiting: Arc::default() }
    }

    /// How this cluster was told to behave.
    pub fn options(&self) -> &ClusterOptions {
        &self.shared.options
    }

    /// What is known of the cluster, without asking it.
    pub fn view(&self) -> Arc<ClusterView> {
        Arc::clone(&self.shared.view.read())
    }

    /// The broker that leads a partition, asking the cluster if it is not known.
    pub async fn leader_of(&self, partition: &TopicPartition) -> Result<NodeId, Error> {
        let known = |view: &ClusterView| view.partition(partition)?.leader;
        if let Some(leader) = known(&self.view()) {
            return Ok(leader);
        }
        let view = self.refresh(Wanted::one(&partition.topic)).await?;
        known(&view).ok_or_else(|| Error::no_leader(&view, partition))
    }

    /// Does `attempt` until it succeeds, fails for good, or the operation's time is over; refreshes what is known of the
    /// cluster between attempts if the error says that it is out of date.
    pub async fn retrying<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let options = self.options();
        let mut attempts = Attempts::within(options.backoff, options.operation_timeout);
        loop {
            let error = match attempt().await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            if !error.is_retriable() || !attempts.again().await {
                return Err(error);
            }
            tracing::debug!(%error, "trying again");
            if error.wants_metadata() {
                self.shared.coordinators.lock().clear();
                self.refresh_known().await;
            }
        }
    }

    /// A connection to whichever broker answers, over the ordinary lane.
    pub async fn any(&self) -> Result<Connection, Error> {
        if let Some(connection) = self.shared.nodes.lock().any() {
            return Ok(connection);
        }
        let cluster = self.clone();
        on_its_own(async move {
            let _turn = cluster.shared.connecting.lock().await;
            if let Some(connection) = cluster.shared.nodes.lock().any() {
                return Ok(connection);
            }
            cluster.bootstrap().await
        })
        .await
    }

    /// A connection to one broker.
    pub async fn node(&self, id: NodeId, lane: Lane) -> Result<Connection, Error> {
        if let Some(connection) = self.nodes(lane).lock().get(id, lane) {
            return Ok(connection);
        }
        let cluster = self.clone();
        on_its_own(async move {
            let _turn = cluster.shared.connecting.lock().await;
            if let Some(connection) = cluster.nodes(lane).lock().get(id, lane) {
                return Ok(connection);
            }
            cluster.open(id, lane).await
        })
        .await
    }

    /// Where the connections of a lane are kept.
    fn nodes(&self, lane: Lane) -> &Mutex<Nodes> {
        match lane {
            Lane::Ordinary => &self.shared.nodes,
            Lane::Fetch | Lane::Group => &self.waiting,
        }
    }

    /// Opens a connection to one broker, at the address that it advertises.
    async fn open(&self, id: NodeId, lane: Lane) -> Result<Connection, Error> {
        let view = self.view();
        let Some(broker) = view.brokers.get(&id) else {
            let cause = format!("broker {id} is not among the cluster's live brokers");
            return Err(Error::Unreachable { address: format!("broker {id}"), cause });
        };
        let connected = Connection::connect(&broker.address, &self.options().connection).await;
        match connected {
            Ok(connection) => {
                self.nodes(lane).lock().keep(id, lane, connection.clone());
                Ok(connection)
            }
            Err(error) => Err(self.advertised(id, &broker.address, error)),
        }
    }

    /// Opens a connection to the first bootstrap address, or known broker, that answers.
    async fn bootstrap(&self) -> Result<Connection, Error> {
        let view = self.view();
        let given = self.options().bootstrap.iter();
        let known = view.brokers.values().map(|broker| &broker.address);
        let mut failures = Vec::new();
        for address in given.chain(known) {
            if failures.iter().any(|(tried, _)| *tried == address) {
                continue;
            }
            match Connection::connect(address, &self.options().connection).await {
                Ok(connection) => {
                    self.shared.nodes.lock().keep_bootstrap(connection.clone());
                    return Ok(connection);
                }
                Err(error) => failures.push((address, error)),
            }
        }
        Err(Error::none_of(failures))
    }

    /// A broker that cannot be reached at the address it advertises, though another address did answer, is set up wrongly;
    /// unless that other address has gone quiet by now too.
    fn advertised(&self, node: NodeId, advertised: &Address, error: Error) -> Error {
        let bootstrap = self.shared.nodes.lock().bootstrap_address();
        match (bootstrap, error) {
            (Some(bootstrap), Error::Unreachable { cause, .. }) if bootstrap != *advertised => {
                Error::Advertised { bootstrap, node, advertised: advertised.clone(), cause }
            }
            (Some(bootstrap), Error::TimedOut { .. }) if bootstrap != *advertised => {
                let cause = "no answer".into();
                Error::Advertised { bootstrap, node, advertised: advertised.clone(), cause }
            }
            (_, error) => error,
        }
    }
}

/// Does work that others may wait for in a task of its own. A caller may keep a future without polling it (a consumer that
/// commits does not poll its fetches); if that future held the turn to connect, the commit would wait for it for ever.
async fn on_its_own<T: Send + 'static>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    // A task ends without a result only with its runtime.
    tokio::spawn(work).await.unwrap_or(Err(Error::Closed))
}

impl Error {
    /// Why a partition has no leader to talk to: it does not exist, or nobody leads it now.
    fn no_leader(view: &ClusterView, partition: &TopicPartition) -> Self {
        use protocol::ErrorCode;
        let doing = format!("find the leader of {partition}");
        match view.topics.get(&partition.topic) {
            Some(topic) if topic.partition(partition.partition).is_none() => {
                let message = format!(
                    "topic \"{}\" has {} partitions, from 0",
                    topic.name,
                    topic.partitions.len()
                );
                Self::refused(doing, ErrorCode::UnknownTopicOrPartition, Some(&message))
            }
            Some(_) => Self::refused(doing, ErrorCode::LeaderNotAvailable, None),
            None => Self::refused(doing, ErrorCode::UnknownTopicOrPartition, None),
        }
    }

    /// No address answered: the last error, under the name of all of them.
    fn none_of(failures: Vec<(&Address, Self)>) -> Self {
        let tried: Vec<String> = failures.iter().map(|(address, _)| address.to_string()).collect();
        let last = failures.into_iter().next_back().map(|(_, error)| error);
        match last {
            Some(Self::Unreachable { cause, .. }) => {
                Self::Unreachable { address: tried.join(" or "), cause }
            }
            Some(error) => error,
            None => Self::Invalid("no broker's address was given".into()),
        }
    }
}

#[cfg(test)]
mod tests;
