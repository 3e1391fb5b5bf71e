//! The admin client: what operators do to a cluster.
//!
//! Each call answers for each thing that it was asked about: the outer `Result` is about the request as a whole (no broker
//! answered), the inner ones about each topic, group or partition.

mod cluster;
mod config_resources;
mod configs;
mod describe_topics;
mod groups;
mod log_dirs;
mod offsets;
mod quorum;
mod records;
mod topics;
mod unregister;

use std::time::Duration;

use protocol::messages::BrokerId;
use protocol::{ErrorCode, StrBytes};

use crate::cluster::{Cluster, Lane, Wanted};
use crate::connection::Connection;
use crate::error::Error;

pub use crate::offsets::{Committed, CommittedOffset, Isolation, ListedOffset, OffsetAt};
pub use cluster::{ClusterDescription, RegisteredBroker};
pub use config_resources::ResourceKind;
pub use configs::{ConfigChange, ConfigEntry, ConfigSource, ConfigSynonym, Resource};
pub use describe_topics::{PartitionDescription, TopicDescription};
pub use groups::{GroupDescription, GroupMember, ListedGroup};
pub use log_dirs::{LogDir, LogDirPartition};
pub use offsets::Extent;
pub use quorum::{Quorum, QuorumReplica};
pub use topics::{CreatedTopic, NewTopic};

/// The answers for several things, each with its own name and its own outcome, in the order in which they came.
pub type Each<K, V> = Vec<(K, Result<V, Error>)>;

/// A handle for admin requests; clones share the cluster.
#[derive(Clone, Debug)]
pub struct Admin {
    cluster: Cluster,
    /// How long the broker may take over a change before it answers REQUEST_TIMED_OUT.
    change_timeout: Duration,
}

impl Admin {
    /// An admin client for the cluster.
    pub fn new(cluster: Cluster) -> Self {
        Self { cluster, change_timeout: Duration::from_secs(30) }
    }

    /// The cluster that this speaks to.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    fn change_timeout_ms(&self) -> i32 {
        i32::try_from(self.change_timeout.as_millis()).unwrap_or(i32::MAX)
    }

    /// Does a change that only a controller can make. Today's brokers pass it on themselves, so whichever is connected is
    /// asked; one that says NOT_CONTROLLER (as brokers with ZooKeeper do) names the one to ask instead.
    async fn on_controller<T, F>(&self, change: impl Fn(Connection) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let first = match change(self.cluster.any().await?).await {
            Err(error) if error.is_retriable() => error,
            done => return done,
        };
        if !is_redirection(&first) {
            // Whatever was under way may have been done: trying again could report our own success as a conflict.
            return Err(first);
        }
        self.cluster
            .retrying(|| async {
                let view = self.cluster.refresh(Wanted::Brokers).await?;
                let nobody = || {
                    let doing = "find the controller";
                    Error::refused(doing, ErrorCode::NotController, None)
                };
                let controller = view.controller.ok_or_else(nobody)?;
                change(self.cluster.node(controller, Lane::Ordinary).await?).await
            })
            .await
    }
}

fn is_redirection(error: &Error) -> bool {
    error.code() == Some(ErrorCode::NotController)
}

/// A text for the wire.
fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

/// A broker's id for the wire.
fn broker_id(id: protocol::ids::NodeId) -> BrokerId {
    BrokerId(id.get())
}
