//! The office: the task that lets the controller work, one group of requests after the other.
//!
//! A controller exists only while this node leads. It begins from the committed image, and is dropped as soon as an
//! entry of its own does not commit or the leadership is lost.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use openraft::error::{ClientWriteError, RaftError};
use protocol::ids::NodeId;
use storage::disk::Disk;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::sleep;

use super::fold::Fold;
use super::host::SubmitError;
use super::quorum::QuorumInfo;
use super::start::Deps;
use super::types::{Batch, Raft, node_id};
use super::writer::Writer;
use crate::controller::{Answer, Controller, Input, Reply, Request};
use crate::machine::{Machine, Out, Ticket};
use crate::metadata::{Record, codec};

/// A request that waits for the controller.
#[derive(Debug)]
pub(super) struct Submission {
    pub(super) request: Request,
    pub(super) reply: oneshot::Sender<Result<Reply, SubmitError>>,
}

/// How many requests are decided for one entry.
const GROUP_MAX: usize = 256;

/// What an entry takes besides its records.
const FRAMING_BYTES: u64 = 256;

/// Where the controller works.
pub(super) struct Office<D: Disk> {
    pub(super) me: NodeId,
    pub(super) raft: Raft,
    pub(super) fold: Fold<D>,
    pub(super) writer: Writer,
    pub(super) deps: Deps,
    pub(super) headroom_bytes: u64,
    pub(super) snapshot_bytes: u64,
    pub(super) submissions: mpsc::Receiver<Submission>,
    pub(super) close: watch::Receiver<bool>,
    pub(super) quorum: watch::Sender<QuorumInfo>,
    /// The controller and the term in which it decides.
    pub(super) controller: Option<(u64, Controller)>,
    pub(super) tickets: u64,
    /// The bytes since the last snapshot at which the next is asked for.
    pub(super) snapshot_due: u64,
}

/// Why a group has no effect.
enum Failed {
    /// Leadership was lost.
    NotController(Option<NodeId>),
    /// There is no space for it.
    NoSpace,
    /// Raft has stopped.
    Fatal(String),
}

/// Requests that were decided together.
#[derive(Default)]
struct Group {
    records: Vec<Record>,
    waiting: BTreeMap<Ticket, oneshot::Sender<Result<Reply, SubmitError>>>,
    answers: Vec<Answer>,
    /// Whether every request in it may use the space that is kept in reserve.
    may_use_headroom: bool,
}

impl<D: Disk> Office<D> {
    /// Works until it is told to close, or Raft fails.
    pub(super) async fn run(mut self) -> Result<(), String> {
        let outcome = self.work().await;
        self.submissions.close();
        let stopped = self.raft.shutdown().await;
        self.quorum.send_modify(|quorum| quorum.leader = None);
        outcome.and(stopped.map_err(|error| error.to_string()))
    }

    async fn work(&mut self) -> Result<(), String> {
        let mut metrics = self.raft.metrics();
        loop {
            self.take_office().await?;
            let wake = self.until_wake();
            tokio::select! {
                // Told to close, or the host is gone.
                _ = self.close.changed() => return Ok(()),
                changed = metrics.changed() => {
                    changed.map_err(|_| "Raft has stopped")?;
                    let now = metrics.borrow_and_update().clone();
                    self.look_at(&now)?;
                }
                first = self.submissions.recv() => match first {
                    Some(first) => self.serve(first).await?,
                    None => return Ok(()),
                },
                () = sleep(wake) => self.tick().await?,
            }
        }
    }

    /// Tells the world how the quorum stands, and lays the office down if another node leads.
    fn look_at(
        &mut self,
        metrics: &openraft::RaftMetrics<u64, openraft::BasicNode>,
    ) -> Result<(), String> {
        self.quorum.send_replace(QuorumInfo::of(metrics));
        let leads = metrics.state == openraft::ServerState::Leader;
        if self.controller.as_ref().is_some_and(|(term, _)| !leads || *term != metrics.current_term)
        {
            self.controller = None;
        }
        metrics.running_state.clone().map_err(|fatal| fatal.to_string())
    }

    /// Begins a controller if this node leads and has none. It begins when everything of earlier terms is in the image.
    pub(super) async fn take_office(&mut self) -> Result<(), String> {
        let (leads, term) = {
            let metrics = self.raft.metrics();
            let metrics = metrics.borrow();
            (metrics.current_leader.map(node_id) == Some(self.me), metrics.current_term)
        };
        if !leads || self.controller.is_some() {
            return Ok(());
        }
        match self.raft.ensure_linearizable().await {
            Ok(_) => {}
            Err(RaftError::Fatal(fatal)) => return Err(fatal.to_string()),
            Err(RaftError::APIError(_)) => return Ok(()),
        }
        let image = (**self.fold.images().borrow()).clone();
        let Deps { controller, rules, .. } = &self.deps;
        self.controller = Some((term, Controller::new(image, controller.clone(), rules.clone())));
        self.tick().await
    }

    /// How long the controller can be left alone.
    fn until_wake(&self) -> Duration {
        const IDLE: Duration = Duration::from_secs(3600);
        let wake_at = self.controller.as_ref().and_then(|(_, controller)| controller.wake_at());
        wake_at.map_or(IDLE, |at| at.since((self.deps.clock)().instant))
    }

    async fn tick(&mut self) -> Result<(), String> {
        let Some((_, controller)) = &mut self.controller else {
            return Ok(());
        };
        let mut group = Group { may_use_headroom: true, ..Group::default() };
        group.decide(controller, (self.deps.clock)(), Input::Tick);
        self.finish(group).await
    }

    /// Decides all that waits, as one group.
    async fn serve(&mut self, first: Submission) -> Result<(), String> {
        let mut submissions = vec![first];
        while submissions.len() < GROUP_MAX
            && let Ok(next) = self.submissions.try_recv()
        {
            submissions.push(next);
        }
        // While space is short each request stands for itself, so that a creation does not take a deletion with it.
        if submissions.len() > 1 && self.is_short_of_space().await {
            for submission in submissions {
                self.serve_group(vec![submission]).await?;
            }
            return Ok(());
        }
        self.serve_group(submissions).await
    }

    pub(super) async fn serve_group(&mut self, submissions: Vec<Submission>) -> Result<(), String> {
        self.take_office().await?;
        let Some((_, controller)) = &mut self.controller else {
            let leader = self.quorum.borrow().leader.filter(|leader| *leader != self.me);
            let refuse =
                |submission: Submission| submission.refuse(SubmitError::NotController { leader });
            submissions.into_iter().for_each(refuse);
            return Ok(());
        };
        let may_use_headroom = submissions.iter().all(|each| may_use_headroom(&each.request));
        let mut group = Group { may_use_headroom, ..Group::default() };
        for Submission { request, reply } in submissions {
            self.tickets += 1;
            let ticket = Ticket(self.tickets);
            group.waiting.insert(ticket, reply);
            group.decide(controller, (self.deps.clock)(), Input::Request(ticket, request));
        }
        self.finish(group).await
    }

    /// Commits the group's records and lets its answers go.
    async fn finish(&mut self, group: Group) -> Result<(), String> {
        match self.commit(&group).await {
            Ok(()) => group.release(),
            Err(failed) => {
                // The working state has what did not come to pass.
                self.controller = None;
                let (error, outcome) = match failed {
                    Failed::NotController(leader) => {
                        (SubmitError::NotController { leader }, Ok(()))
                    }
                    Failed::NoSpace => (SubmitError::NoSpace, Ok(())),
                    Failed::Fatal(error) => (SubmitError::Stopped, Err(error)),
                };
                group.refuse(&error);
                return outcome;
            }
        }
        self.snapshot_if_due().await
    }

    async fn commit(&mut self, group: &Group) -> Result<(), Failed> {
        if group.records.is_empty() {
            return Ok(());
        }
        let mut records = Vec::new();
        codec::encode(&group.records, &mut records);
        self.check_space(records.len() as u64, group.may_use_headroom).await?;
        let written = self.raft.client_write(Batch { records: records.into() }).await;
        written.map(drop).map_err(|error| match error {
            RaftError::Fatal(fatal) => Failed::Fatal(fatal.to_string()),
            RaftError::APIError(ClientWriteError::ForwardToLeader(to)) => {
                Failed::NotController(to.leader_id.map(node_id))
            }
            RaftError::APIError(error) => Failed::Fatal(error.to_string()),
        })
    }

    /// A full disk refuses what makes the cluster bigger, and the log stays whole: an entry that is begun has its room.
    async fn check_space(&self, bytes: u64, may_use_headroom: bool) -> Result<(), Failed> {
        let room = self.writer.reserve(bytes + FRAMING_BYTES).await;
        let kept = if may_use_headroom { FRAMING_BYTES } else { self.headroom_bytes / 2 };
        match room >= bytes + FRAMING_BYTES + kept {
            true => Ok(()),
            false => Err(Failed::NoSpace),
        }
    }

    async fn is_short_of_space(&self) -> bool {
        self.writer.reserve(0).await < self.headroom_bytes
    }

    /// Asks for a snapshot when enough was written since the last. One that fails is asked for again after as much more.
    async fn snapshot_if_due(&mut self) -> Result<(), String> {
        let unsaved = self.fold.unsaved_bytes();
        if unsaved < self.snapshot_bytes {
            self.snapshot_due = self.snapshot_bytes;
        } else if unsaved >= self.snapshot_due {
            self.snapshot_due = unsaved + self.snapshot_bytes;
            self.raft.trigger().snapshot().await.map_err(|fatal| fatal.to_string())?;
        }
        Ok(())
    }
}

impl Submission {
    fn refuse(self, error: SubmitError) {
        // Nobody waits any more: then nobody needs to know.
        let _ = self.reply.send(Err(error));
    }
}

impl Group {
    fn decide(&mut self, controller: &mut Controller, now: crate::machine::Now, input: Input) {
        let mut out = Out::new();
        controller.handle(now, input, &mut out);
        let (records, outputs) = out.into_parts();
        records.iter().for_each(|record| controller.apply(record));
        self.records.extend(records);
        // With one group in flight, what may go at once and what must wait go together.
        self.answers.extend(outputs.into_iter().map(|(_, answer)| answer));
    }

    fn release(mut self) {
        for Answer { ticket, reply } in self.answers {
            if let Some(waiting) = self.waiting.remove(&ticket) {
                let _ = waiting.send(Ok(reply));
            }
        }
        assert!(self.waiting.is_empty(), "the controller answers every request at once");
    }

    fn refuse(self, error: &SubmitError) {
        for waiting in self.waiting.into_values() {
            let _ = waiting.send(Err(error.clone()));
        }
    }
}

/// Whether the request may use the space that is kept in reserve: those that keep a cluster alive, and those that
/// give space back.
fn may_use_headroom(request: &Request) -> bool {
    match request {
        Request::DeleteTopics(_)
        | Request::Bootstrap(_)
        | Request::RegisterBroker(_)
        | Request::UnregisterBroker(_)
        | Request::Heartbeat(_)
        | Request::AlterPartition(_)
        | Request::ElectLeaders(_)
        | Request::AllocateProducerIds(_) => true,
        Request::CreateTopics(_)
        | Request::CreatePartitions(_)
        | Request::AlterConfigs(_)
        | Request::IncrementalAlterConfigs(_)
        | Request::UpdateFeatures(_) => false,
    }
}

impl<D: Disk> std::fmt::Debug for Office<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Office").field("me", &self.me).finish_non_exhaustive()
    }
}

/// Says what time it is. The shell gives one to everything that hosts a machine.
pub type Clock = Arc<dyn Fn() -> crate::machine::Now + Send + Sync>;
