//! A node: all that one running broker has, and that its tasks share.
//!
//! [`Broker`] is what a request handler is given, and what housekeeping and the reconciler work on: the partitions
//! ([`hosted`]), the log dirs that they lie in ([`logs`]), the group coordinators ([`groups`]), the settings, and what waits
//! for the flushers ([`flush_queue`]). The server makes one, and takes it apart.

mod checkpoints;
pub(crate) mod clock;
mod creation;
pub(crate) mod fetch_sessions;
pub(crate) mod flush_queue;
mod group_log;
pub(crate) mod groups;
pub(crate) mod hosted;
pub(crate) mod logs;
pub(crate) mod lookup;
pub(crate) mod producer_ids;
pub(crate) mod removals;
pub(crate) mod room;
pub(crate) mod signal;
pub(crate) mod topic;
pub(crate) mod wakes;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arc_swap::ArcSwap;
use protocol::ErrorCode;
use protocol::ids::{NodeId, TopicName};
use tokio::sync::watch;

use self::clock::Clock;
use self::fetch_sessions::Sessions;
use self::flush_queue::FlushQueue;
use self::groups::Groups;
use self::hosted::{Hosted, Registry};
use self::logs::Logs;
use self::producer_ids::ProducerIds;
use self::removals::Removals;
use self::room::Rooms;
use crate::config::{BrokerConfig, Problem, Settings, TopicConfig};
use crate::metadata::{ConfigValues, Image};
use crate::partition::AppendError;
use crate::raft::RaftHost;
use crate::telemetry::Metrics;

/// One broker, as all its tasks share it.
#[derive(Debug)]
pub struct Broker {
    pub(crate) clock: Clock,
    pub(crate) node_id: NodeId,
    pub(crate) cluster_id: Arc<str>,
    /// The configuration that counts now: the process's own, and the dynamic layers on top.
    pub(crate) settings: Arc<ArcSwap<Settings>>,
    pub(crate) controller: Arc<RaftHost>,
    pub(crate) registry: Registry,
    /// Counts up with every change of the registry, so that a task can wait for a topic to be there.
    pub(crate) registry_changed: watch::Sender<u64>,
    pub(crate) groups: Arc<Groups>,
    pub(crate) producer_ids: ProducerIds,
    pub(crate) fetch_sessions: Sessions,
    pub(crate) flush_queue: Arc<FlushQueue>,
    /// Which log dirs have space for records.
    pub(crate) rooms: Rooms,
    /// Files of deleted segments.
    pub(crate) removals: Removals,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) logs: Logs,
    /// What the controller gave this process when it registered.
    pub(crate) epoch: AtomicI64,
}

impl Broker {
    /// The cluster's metadata as this broker knows it.
    pub(crate) fn image(&self) -> Arc<Image> {
        self.controller.image()
    }

    /// The configuration that counts now.
    pub(crate) fn config(&self) -> Arc<BrokerConfig> {
        Arc::clone(self.settings.load().broker())
    }

    /// The same with its layers, for whoever asks where a value comes from.
    pub(crate) fn settings(&self) -> Arc<Settings> {
        self.settings.load_full()
    }

    /// The broker epoch of this process; −1 until it has registered.
    pub(crate) fn epoch(&self) -> i64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// The most bytes that one fetch returns, whatever it asks for.
    pub(crate) fn fetch_bytes_max(&self) -> usize {
        usize::try_from(self.config().network.fetch_max_bytes).unwrap_or(0)
    }

    /// Refuses an append to a log dir that has little room left: what remains is for offsets, metadata and deletes.
    pub(crate) fn check_room(&self, log_dir: usize) -> Result<(), ErrorCode> {
        if self.rooms.has_room(log_dir) {
            return Ok(());
        }
        self.metrics.totals.disk_full_refusals.increment();
        Err(ErrorCode::KafkaStorageError)
    }

    /// What the client is told of an append that failed; a failing disk takes its log dir with it.
    pub(crate) fn append_failed(&self, hosted: &Hosted, error: &AppendError) -> ErrorCode {
        if error.is_disk_failure() {
            self.fail_log_dir(hosted.log_dir, "append", &io::Error::other(error.to_string()));
        }
        error.code()
    }

    /// A log dir has failed: nothing in it is written any more until the broker is started again.
    pub(crate) fn fail_log_dir(&self, log_dir: usize, doing: &str, error: &io::Error) {
        let dir = self.logs.dir(log_dir);
        if !dir.health().fail(doing, error) {
            return;
        }
        tracing::error!(
            log_dir = %dir.path().display(), doing, %error,
            "the log dir has failed and is offline until the broker is restarted; a sync is never tried twice, since a \
             second one may report success for data that is lost. Check the disk, then restart"
        );
        for hosted in self.registry.partitions() {
            if hosted.log_dir == log_dir
                && let Ok(mut partition) = hosted.lock()
            {
                partition.go_offline(ErrorCode::KafkaStorageError);
            }
        }
    }

    /// A topic's configuration, as the image and this broker's settings have it.
    pub(crate) fn resolve_topic(&self, image: &Image, name: &TopicName) -> Arc<TopicConfig> {
        let nothing = ConfigValues::new();
        let values = image.configs().of_topic(name).map_or(&nothing, |values| values);
        Arc::new(self.settings().topic(values))
    }

    /// Puts what was altered while the broker runs on top of its own settings. What cannot be taken is returned.
    pub(crate) fn set_dynamic_config(
        &self,
        all: &ConfigValues,
        own: &ConfigValues,
    ) -> Vec<Problem> {
        let (settings, problems) = self.settings().with_dynamic(all, own);
        self.settings.store(Arc::new(settings));
        problems
    }
}
