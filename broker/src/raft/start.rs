//! The start: from a folder to a host that serves.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use openraft::{BasicNode, Config, ServerState, SnapshotPolicy};
use protocol::ids::{NodeId, TopicId};
use storage::disk::Disk;
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use super::fold::Fold;
use super::host::{RaftHost, SubmitError};
use super::journal::{Journal, JournalOptions, OpenError};
use super::log_store::LogStore;
use super::network::NoPeers;
use super::office::{Clock, Office};
use super::quorum::QuorumInfo;
use super::snapshot::{SnapshotError, Snapshots};
use super::types::{Raft, raft_id};
use super::writer::Writer;
use crate::controller::{self, Bootstrap, ConfigRules};
use crate::metadata::Image;

/// The folder of the metadata log within its log dir, as Kafka names it.
pub const FOLDER: &str = "__cluster_metadata-0";

/// Where a node keeps the metadata, and who it is.
#[derive(Clone, Debug)]
pub struct RaftOptions {
    /// `metadata.log.dir`, or the first of `log.dirs`. The log is in [`FOLDER`] in it.
    pub log_dir: PathBuf,
    /// `node.id`.
    pub node_id: NodeId,
    /// The cluster to belong to; `None`: the one in the log, or a new one.
    pub cluster_id: Option<String>,
    /// The voters and where they are reached. For now, this node alone.
    pub voters: BTreeMap<NodeId, String>,
    /// The features of a new cluster and their levels.
    pub features: Vec<(Arc<str>, i16)>,
    /// `metadata.log.max.record.bytes.between.snapshots`.
    pub snapshot_bytes: u64,
    /// `metadata.log.segment.bytes`.
    pub segment_bytes: u64,
}

impl RaftOptions {
    /// The options of a node alone, with Kafka's sizes.
    pub fn alone(log_dir: impl Into<PathBuf>, node_id: NodeId) -> Self {
        Self {
            log_dir: log_dir.into(),
            node_id,
            cluster_id: None,
            voters: BTreeMap::from([(node_id, String::new())]),
            features: Vec::new(),
            snapshot_bytes: 20 << 20,
            segment_bytes: 8 << 20,
        }
    }
}

/// What the host needs of the rest of the broker.
#[derive(Clone)]
pub struct Deps {
    /// What the operator has set for the controller.
    pub controller: Arc<controller::Options>,
    /// The rules of configuration keys.
    pub rules: Arc<dyn ConfigRules>,
    /// What time it is.
    pub clock: Clock,
}

impl std::fmt::Debug for Deps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deps").field("controller", &self.controller).finish_non_exhaustive()
    }
}

/// Why the metadata cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// More voters than this node are configured.
    #[error("more than one voter is configured; this release runs a controller alone")]
    MoreThanOneVoter,
    /// This node is not among the voters.
    #[error("node {0} is not among the configured voters")]
    NotAVoter(NodeId),
    /// The log belongs to a node with another id.
    #[error("the metadata log in {dir} has the voters {voters:?}, but this is node {node}")]
    OtherVoters {
        /// The folder.
        dir: PathBuf,
        /// The voters according to the log.
        voters: Vec<u64>,
        /// This node.
        node: NodeId,
    },
    /// The log belongs to another cluster.
    #[error("the metadata log belongs to cluster {found}, not to {wanted}")]
    OtherCluster {
        /// According to the log.
        found: String,
        /// According to the configuration.
        wanted: String,
    },
    /// The log or the snapshot cannot be read. Nothing was repaired: metadata that is gone would take data with it.
    #[error("the metadata log cannot be opened: {0}")]
    Unreadable(String),
    /// A thread or a runtime could not be started.
    #[error("the controller's thread cannot be started: {0}")]
    Thread(std::io::Error),
    /// Raft failed while it started.
    #[error("the controller has failed at its start: {0}")]
    Failed(String),
}

impl From<OpenError> for StartError {
    fn from(error: OpenError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

impl From<SnapshotError> for StartError {
    fn from(error: SnapshotError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// How many requests may wait before those who ask wait too.
const WAITING_MAX: usize = 4_096;

impl RaftHost {
    /// Opens the metadata log on `disk` and serves it. Returns when this node is the active controller, with all that was
    /// ever acknowledged in its image, and the cluster has its id.
    pub async fn start<D: Disk>(
        disk: D,
        options: RaftOptions,
        deps: Deps,
    ) -> Result<Arc<Self>, StartError> {
        options.check()?;
        let (started, outcome) = oneshot::channel();
        let builder = thread::Builder::new().name("controller".into());
        builder.spawn(move || run(disk, options, deps, started)).map_err(StartError::Thread)?;
        let panicked = || Err(StartError::Failed("its thread has panicked".into()));
        outcome.await.unwrap_or_else(|_| panicked())
    }
}

impl RaftOptions {
    fn check(&self) -> Result<(), StartError> {
        if !self.voters.contains_key(&self.node_id) {
            return Err(StartError::NotAVoter(self.node_id));
        }
        match self.voters.len() {
            1 => Ok(()),
            _ => Err(StartError::MoreThanOneVoter),
        }
    }
}

type Started = oneshot::Sender<Result<Arc<RaftHost>, StartError>>;

/// The life of the controller's thread.
fn run<D: Disk>(disk: D, options: RaftOptions, deps: Deps, started: Started) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return drop(started.send(Err(StartError::Thread(error)))),
    };
    let mut writing = None;
    let ended = runtime.block_on(async {
        let (host, office, closed) = match open(disk, options, deps, &mut writing).await {
            Ok(opened) => opened,
            Err(error) => return Ended::AtStart(started, error),
        };
        let _ = started.send(Ok(host));
        let outcome = office.run().await;
        if let Err(error) = &outcome {
            tracing::error!(%error, "the controller has failed");
        }
        Ended::Later(closed, outcome)
    });
    // Only when nothing is written any more is anybody told: the folder may be opened again at once. The runtime waits for a
    // snapshot that is being written, and lets go the last handles to the writer.
    drop(runtime);
    if let Some(writing) = writing {
        let _ = writing.join();
    }
    match ended {
        Ended::AtStart(started, error) => drop(started.send(Err(error))),
        Ended::Later(closed, outcome) => drop(closed.send_replace(Some(outcome))),
    }
}

/// How the controller's thread has ended, and who is to hear of it.
enum Ended {
    AtStart(Started, StartError),
    Later(Closed, Result<(), String>),
}

type Closed = watch::Sender<Option<Result<(), String>>>;

async fn open<D: Disk>(
    disk: D,
    options: RaftOptions,
    deps: Deps,
    writing: &mut Option<thread::JoinHandle<()>>,
) -> Result<(Arc<RaftHost>, Office<D>, Closed), StartError> {
    let dir = options.log_dir.join(FOLDER);
    let journal_options =
        JournalOptions { segment_bytes: options.segment_bytes, ..JournalOptions::default() };
    let (journal, contents) = Journal::open(disk.clone(), &dir, journal_options)?;
    let snapshots = Snapshots::new(disk, &dir);
    let fold = Fold::new(snapshots.clone(), snapshots.load()?);
    let (writer, thread) = Writer::start(journal).map_err(StartError::Thread)?;
    *writing = Some(thread);
    let me = raft_id(options.node_id);
    let store = LogStore::new(contents, writer.clone(), me);
    let raft = Raft::new(me, config()?, NoPeers, store, fold.clone()).await.map_err(failed)?;
    elect(&raft, &options, dir).await?;

    let (submissions, waiting) = mpsc::channel(WAITING_MAX);
    let (close, closing) = watch::channel(false);
    let (closed, has_closed) = watch::channel(None);
    let (quorum, quorum_seen) = watch::channel(QuorumInfo::of(&raft.metrics().borrow()));
    let host = RaftHost {
        node: options.node_id,
        images: fold.images(),
        submissions,
        quorum: quorum_seen,
        close,
        closed: has_closed,
    };
    let mut office = Office {
        me: options.node_id,
        raft,
        fold,
        writer,
        deps,
        headroom_bytes: journal_options.headroom_bytes,
        snapshot_bytes: options.snapshot_bytes,
        submissions: waiting,
        close: closing,
        quorum,
        controller: None,
        tickets: 0,
        snapshot_due: options.snapshot_bytes,
    };
    office.bootstrap(&options).await?;
    Ok((Arc::new(host), office, closed))
}

/// A voter alone does not wait for an election timeout: it stands for election at once, and waits until it has won.
async fn elect(raft: &Raft, options: &RaftOptions, dir: PathBuf) -> Result<(), StartError> {
    if raft.is_initialized().await.map_err(failed)? {
        check_voters(raft, options, dir)?;
        raft.trigger().elect().await.map_err(failed)?;
    } else {
        let address = options.voters.get(&options.node_id).cloned().unwrap_or_default();
        let node = BasicNode::new(address);
        let voters = BTreeMap::from([(raft_id(options.node_id), node)]);
        raft.initialize(voters).await.map_err(failed)?;
    }
    let mut metrics = raft.metrics();
    let settled = |metrics: &openraft::RaftMetrics<u64, BasicNode>| {
        metrics.state == ServerState::Leader || metrics.running_state.is_err()
    };
    let metrics = metrics.wait_for(settled).await.map_err(failed)?;
    metrics.running_state.clone().map_err(failed)
}

fn check_voters(raft: &Raft, options: &RaftOptions, dir: PathBuf) -> Result<(), StartError> {
    let metrics = raft.metrics();
    let metrics = metrics.borrow();
    let voters: Vec<u64> = metrics.membership_config.voter_ids().collect();
    match voters == [raft_id(options.node_id)] {
        true => Ok(()),
        false => Err(StartError::OtherVoters { dir, voters, node: options.node_id }),
    }
}

/// Snapshots are asked for by size, which openraft does not see, and kept entries cost memory: few are.
fn config() -> Result<Arc<Config>, StartError> {
    let config = Config {
        cluster_name: "metadata".into(),
        // There is nobody to send heartbeats to and nobody to elect: without ticks an idle broker is idle.
        enable_tick: false,
        enable_heartbeat: false,
        enable_elect: false,
        snapshot_policy: SnapshotPolicy::Never,
        max_in_snapshot_log_to_keep: 16,
        ..Config::default()
    };
    config.validate().map(Arc::new).map_err(failed)
}

impl<D: Disk> Office<D> {
    /// Takes office, gives a new cluster its id, and checks an old one's.
    async fn bootstrap(&mut self, options: &RaftOptions) -> Result<(), StartError> {
        self.take_office().await.map_err(StartError::Failed)?;
        let image: Arc<Image> = self.fold.images().borrow().clone();
        match (image.cluster_id(), &options.cluster_id) {
            (Some(found), Some(wanted)) if found != wanted => {
                Err(StartError::OtherCluster { found: found.into(), wanted: wanted.clone() })
            }
            (Some(_), _) => Ok(()),
            (None, wanted) => {
                let cluster_id = wanted.clone().unwrap_or_else(new_cluster_id).into();
                let features = options.features.clone();
                self.ask(Bootstrap { cluster_id, features }).await
            }
        }
    }

    async fn ask(&mut self, request: Bootstrap) -> Result<(), StartError> {
        let (reply, answer) = oneshot::channel();
        let submission = super::office::Submission { request: request.into(), reply };
        self.serve_group(vec![submission]).await.map_err(StartError::Failed)?;
        match answer.await.unwrap_or(Err(SubmitError::Stopped)) {
            Ok(_) => Ok(()),
            Err(error) => Err(StartError::Failed(error.to_string())),
        }
    }
}

/// A random id in Kafka's form.
fn new_cluster_id() -> String {
    TopicId(Uuid::new_v4()).to_string()
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn failed(error: impl ToString) -> StartError {
    StartError::Failed(error.to_string())
}

/// The clock of a process: monotonic since it was made, and the system's wall clock.
pub fn system_clock() -> Clock {
    #[expect(clippy::disallowed_methods, reason = "the shell reads the clock for the machines")]
    let start = std::time::Instant::now();
    Arc::new(move || {
        let wall = std::time::UNIX_EPOCH.elapsed().unwrap_or(Duration::ZERO);
        let wall = protocol::ids::TimestampMs(wall.as_millis().try_into().unwrap_or(i64::MAX));
        crate::machine::Now { instant: crate::machine::Instant(start.elapsed()), wall }
    })
}
