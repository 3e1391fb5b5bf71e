//! A membership: the task that keeps a consumer in its group (the classic protocol).
//!
//! | state | leaves it by |
//! |---|---|
//! | outside | `Command::Join` → joining |
//! | joining (JoinGroup, then SyncGroup) | an assignment → member; an error for good → outside |
//! | member | REBALANCE_IN_PROGRESS → asked to rejoin; fenced, forgotten or not polled for too long → outside |
//! | asked to rejoin | `Command::Join` → joining, once the consumer has given up what it must |
//!
//! The task beats in every state but joining, where the coordinator waits for the group and not for us. It never touches
//! partitions: it tells the consumer what happened, and the consumer, when it is polled next, gives up and takes over, and
//! sends the next command. A consumer that is not polled therefore holds up the group no longer than
//! `poll_interval_max`; then the task leaves in its place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use protocol::ids::{NodeId, TopicName, TopicPartition};
use protocol::messages::join_group_request::JoinGroupRequestProtocol;
use protocol::messages::leave_group_request::MemberIdentity;
use protocol::messages::sync_group_request::SyncGroupRequestAssignment;
use protocol::messages::{
    ApiKey, HeartbeatRequest, JoinGroupRequest, JoinGroupResponse, LeaveGroupRequest,
    SyncGroupRequest,
};
use protocol::{ErrorCode, StrBytes};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::assignors::{Assignor, Member};
use super::options::ConsumerOptions;
use super::protocol::{Assignment, Subscription};
use crate::cluster::{Cluster, Lane, Wanted};
use crate::connection::Connection;
use crate::error::Error;

/// The protocol type of consumers.
const CONSUMER: &str = "consumer";
/// Time for the coordinator beyond the rebalance timeout that it was told.
const JOIN_SLACK: Duration = Duration::from_secs(5);

/// What the consumer wants of the task.
pub(super) enum Command {
    /// Join, or join again.
    Join {
        /// What to subscribe to.
        topics: Vec<TopicName>,
        /// What is kept over the rebalance.
        owned: Vec<TopicPartition>,
    },
    /// Leave the group, and tell when that is done.
    Leave(oneshot::Sender<()>),
}

/// What the task tells the consumer.
#[derive(Debug)]
pub(super) enum Event {
    /// This is to be read now.
    Assigned { identity: Identity, partitions: Vec<TopicPartition>, leads: bool },
    /// The group rebalances: give up what must be given up, and join again.
    Rebalancing,
    /// The group goes on without us: nothing that was assigned is ours any more. Join again.
    Lost(Error),
    /// Joining failed in a way that will not pass by itself.
    Failed(Error),
}

/// Who a member is, for commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) member: StrBytes,
    pub(super) generation: i32,
}

/// The consumer's end.
pub(super) struct Membership {
    pub(super) commands: mpsc::UnboundedSender<Command>,
    pub(super) events: mpsc::UnboundedReceiver<Event>,
    /// When the consumer was last polled.
    pub(super) polled: Arc<Mutex<Instant>>,
}

impl Membership {
    /// Starts the task, outside of the group.
    pub(super) fn start(cluster: Cluster, group: &str, options: ConsumerOptions) -> Self {
        let (commands, receiver) = mpsc::unbounded_channel();
        let (sender, events) = mpsc::unbounded_channel();
        let polled = Arc::new(Mutex::new(Instant::now()));
        let task = Task {
            cluster,
            group: StrBytes::from_string(group.to_owned()),
            options,
            coordinator: None,
            identity: Identity { member: StrBytes::default(), generation: -1 },
            state: State::Outside,
            events: sender,
            polled: Arc::clone(&polled),
        };
        tokio::spawn(task.run(receiver));
        Self { commands, events, polled }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Outside,
    Member,
    /// The consumer has been told that the group rebalances.
    Asked,
}

struct Task {
    cluster: Cluster,
    group: StrBytes,
    options: ConsumerOptions,
    coordinator: Option<NodeId>,
    identity: Identity,
    state: State,
    events: mpsc::UnboundedSender<Event>,
    polled: Arc<Mutex<Instant>>,
}

/// What a round of the protocol came to.
struct Joined {
    partitions: Vec<TopicPartition>,
    leads: bool,
}

impl Task {
    async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        let mut beat = tokio::time::interval(self.options.heartbeat_interval);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut next: Option<Command> = None;
        loop {
            let command = match next.take() {
                Some(command) => Some(command),
                None => tokio::select! {
                    command = commands.recv() => command,
                    _ = beat.tick(), if self.state != State::Outside => {
                        self.beat().await;
                        continue;
                    }
                },
            };
            match command {
                Some(Command::Join { topics, owned }) => {
                    // Joining may take as long as the slowest member: a wish to leave must not wait for that.
                    tokio::select! {
                        joined = self.join(&topics, &owned) => self.joined(joined),
                        command = commands.recv() => next = command.or(Some(leave_unheard())),
                    }
                    beat.reset();
                }
                Some(Command::Leave(done)) => {
                    self.leave("the consumer is closed").await;
                    // The consumer may not wait for it.
                    let _ = done.send(());
                    return;
                }
                None => return self.leave("the consumer is gone").await,
            }
        }
    }

    fn joined(&mut self, joined: Result<Joined, Error>) {
        match joined {
            Ok(Joined { partitions, leads }) => {
                self.state = State::Member;
                let identity = self.identity.clone();
                self.tell(Event::Assigned { identity, partitions, leads });
            }
            Err(error) => {
                self.state = State::Outside;
                let lost = is_forgotten(&error);
                self.tell(if lost { Event::Lost(error) } else { Event::Failed(error) });
            }
        }
    }

    fn tell(&self, event: Event) {
        // A consumer that is gone will be noticed by its commands' end.
        let _ = self.events.send(event);
    }

    /// Tells the coordinator that we are alive, and hears from it whether the group rebalances.
    async fn beat(&mut self) {
        let silent = self.polled.lock().elapsed();
        if silent > self.options.poll_interval_max {
            self.leave("the consumer was not polled in time").await;
            let doing = "waiting for the program to poll its consumer".into();
            self.tell(Event::Lost(Error::TimedOut { doing, after: silent }));
            return;
        }
        let Err(error) = self.heartbeat().await else { return };
        match error.code() {
            Some(ErrorCode::RebalanceInProgress) => {
                if self.state == State::Member {
                    self.state = State::Asked;
                    self.tell(Event::Rebalancing);
                }
            }
            Some(ErrorCode::FencedInstanceId) => {
                self.forget();
                self.tell(Event::Failed(error));
            }
            _ if is_forgotten(&error) => {
                self.forget();
                self.tell(Event::Lost(error));
            }
            _ => {
                tracing::debug!(%error, "a heartbeat failed; the next one may not");
                self.seek_coordinator();
            }
        }
    }

    async fn heartbeat(&mut self) -> Result<(), Error> {
        let request = HeartbeatRequest::default()
            .with_group_id(self.group.clone().into())
            .with_generation_id(self.identity.generation)
            .with_member_id(self.identity.member.clone())
            .with_group_instance_id(self.instance());
        let answer = self.connection().await?.call(&request).await?;
        Error::check(answer.error_code, None, || self.doing("stay in"))
    }

    /// Joins until that works, or fails for good.
    async fn join(
        &mut self,
        topics: &[TopicName],
        owned: &[TopicPartition],
    ) -> Result<Joined, Error> {
        let mut failures = 0;
        loop {
            let error = match self.round(topics, owned).await {
                Ok(joined) => return Ok(joined),
                Err(error) => error,
            };
            match error.code() {
                // We have been given an id to come back with (KIP-394), or someone else came in between.
                Some(ErrorCode::MemberIdRequired | ErrorCode::RebalanceInProgress) => continue,
                _ if is_forgotten(&error) => {
                    self.forget();
                    if !owned.is_empty() {
                        return Err(error);
                    }
                }
                _ if error.is_retriable() => self.seek_coordinator(),
                _ => return Err(error),
            }
            failures += 1;
            let backoff = self.cluster.options().backoff;
            tokio::time::sleep(backoff.wait(failures, 0.5)).await;
        }
    }

    /// One JoinGroup and one SyncGroup.
    async fn round(
        &mut self,
        topics: &[TopicName],
        owned: &[TopicPartition],
    ) -> Result<Joined, Error> {
        let connection = self.connection().await?;
        let request = self.join_request(topics, owned);
        let patience = self.options.poll_interval_max + JOIN_SLACK;
        let version = connection.versions().pick(ApiKey::JoinGroup, connection.address())?;
        let answer = connection.send(&request, version, patience).await?.await?;
        if !answer.member_id.is_empty() {
            self.identity.member = answer.member_id.clone();
        }
        Error::check(answer.error_code, None, || self.doing("join"))?;
        self.identity.generation = answer.generation_id;
        let leads = answer.leader == answer.member_id;
        let assignments = match leads && !answer.skip_assignment {
            true => self.assign(&answer).await?,
            false => Vec::new(),
        };
        let partitions = self.sync(&connection, &answer, assignments).await?;
        Ok(Joined { partitions, leads })
    }

    fn join_request(&self, topics: &[TopicName], owned: &[TopicPartition]) -> JoinGroupRequest {
        let subscription = Subscription {
            topics: topics.to_vec(),
            owned: owned.to_vec(),
            generation: self.identity.generation,
            ..Subscription::default()
        };
        let metadata = subscription.encode();
        let protocols = self.options.assignors.iter().map(|assignor| {
            JoinGroupRequestProtocol::default()
                .with_name(StrBytes::from_static_str(assignor.name()))
                .with_metadata(metadata.clone())
        });
        JoinGroupRequest::default()
            .with_group_id(self.group.clone().into())
            .with_session_timeout_ms(ms(self.options.session_timeout))
            .with_rebalance_timeout_ms(ms(self.options.poll_interval_max))
            .with_member_id(self.identity.member.clone())
            .with_group_instance_id(self.instance())
            .with_protocol_type(StrBytes::from_static_str(CONSUMER))
            .with_protocols(protocols.collect())
    }

    /// Shares out the partitions, as the leader.
    async fn assign(
        &self,
        answer: &JoinGroupResponse,
    ) -> Result<Vec<SyncGroupRequestAssignment>, Error> {
        let chosen = answer.protocol_name.as_deref().unwrap_or_default();
        let assignor = Assignor::from_name(chosen).ok_or_else(|| {
            Error::refused(self.doing("lead"), ErrorCode::InconsistentGroupProtocol, None)
        })?;
        let mut members = Vec::with_capacity(answer.members.len());
        for member in &answer.members {
            let subscription = Subscription::decode(&member.metadata)
                .map_err(|error| Error::Invalid(format!("{}: {error}", self.doing("lead"))))?;
            members.push(Member {
                id: member.member_id.to_string(),
                instance: member.group_instance_id.as_ref().map(ToString::to_string),
                topics: subscription.topics,
                owned: subscription.owned,
                generation: subscription.generation,
            });
        }
        let topics: BTreeSet<TopicName> =
            members.iter().flat_map(|member| member.topics.iter().cloned()).collect();
        let view = self.cluster.refresh(Wanted::Topics(topics.iter().cloned().collect())).await?;
        let count = |topic: TopicName| {
            let known = view.topics.get(&topic)?;
            Some((topic, i32::try_from(known.partitions.len()).unwrap_or(i32::MAX)))
        };
        let counts: BTreeMap<TopicName, i32> = topics.into_iter().filter_map(count).collect();
        let assignment = assignor.assign(&members, &counts);
        let assignment = assignment.into_iter().map(|(member, partitions)| {
            let bytes = Assignment { partitions, user_data: None }.encode();
            SyncGroupRequestAssignment::default()
                .with_member_id(StrBytes::from_string(member))
                .with_assignment(bytes)
        });
        Ok(assignment.collect())
    }

    async fn sync(
        &self,
        connection: &Connection,
        joined: &JoinGroupResponse,
        assignments: Vec<SyncGroupRequestAssignment>,
    ) -> Result<Vec<TopicPartition>, Error> {
        let request = SyncGroupRequest::default()
            .with_group_id(self.group.clone().into())
            .with_generation_id(self.identity.generation)
            .with_member_id(self.identity.member.clone())
            .with_group_instance_id(self.instance())
            .with_protocol_type(Some(StrBytes::from_static_str(CONSUMER)))
            .with_protocol_name(joined.protocol_name.clone())
            .with_assignments(assignments);
        let patience = self.options.poll_interval_max + JOIN_SLACK;
        let version = connection.versions().pick(ApiKey::SyncGroup, connection.address())?;
        let answer = connection.send(&request, version, patience).await?.await?;
        Error::check(answer.error_code, None, || self.doing("join"))?;
        let bytes: &Bytes = &answer.assignment;
        let assignment = Assignment::decode(bytes)
            .map_err(|error| Error::Invalid(format!("{}: {error}", self.doing("join"))))?;
        Ok(assignment.partitions)
    }

    /// Leaves. A static member does not: it means to come back, and the group waits for it.
    async fn leave(&mut self, reason: &'static str) {
        let member = self.identity.member.clone();
        if member.is_empty() || self.options.instance.is_some() {
            return self.forget();
        }
        // Not over the group's own lane, where an unanswered JoinGroup may stand before it.
        let Some(coordinator) = self.coordinator else { return self.forget() };
        let connection = self.cluster.node(coordinator, Lane::Ordinary).await;
        let Ok(connection) = connection else { return self.forget() };
        let versions = connection.versions();
        let version = versions.pick(ApiKey::LeaveGroup, connection.address()).unwrap_or(0);
        let request = LeaveGroupRequest::default().with_group_id(self.group.clone().into());
        let request = if version >= 3 {
            let mut identity = MemberIdentity::default().with_member_id(member);
            if version >= 5 {
                identity = identity.with_reason(Some(StrBytes::from_static_str(reason)));
            }
            request.with_members(vec![identity])
        } else {
            request.with_member_id(member)
        };
        if let Err(error) = connection.call(&request).await {
            tracing::debug!(%error, "the group will notice by itself that we left");
        }
        self.forget();
    }

    /// We are nobody to the coordinator any more.
    fn forget(&mut self) {
        self.identity = Identity { member: StrBytes::default(), generation: -1 };
        self.state = State::Outside;
    }

    /// The coordinator may be another broker by now.
    fn seek_coordinator(&mut self) {
        self.coordinator = None;
        self.cluster.forget_coordinator(&self.group);
    }

    async fn connection(&mut self) -> Result<Connection, Error> {
        let coordinator = match self.coordinator {
            Some(coordinator) => coordinator,
            None => self.cluster.coordinator_of(&self.group).await?,
        };
        self.coordinator = Some(coordinator);
        self.cluster.node(coordinator, Lane::Group).await
    }

    fn instance(&self) -> Option<StrBytes> {
        self.options.instance.clone().map(StrBytes::from_string)
    }

    fn doing(&self, verb: &str) -> String {
        format!("{verb} group \"{}\"", self.group)
    }
}

/// A command for a consumer that is gone.
fn leave_unheard() -> Command {
    Command::Leave(oneshot::channel().0)
}

/// Whether the coordinator does not know us any more.
fn is_forgotten(error: &Error) -> bool {
    matches!(error.code(), Some(ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration))
}

fn ms(time: Duration) -> i32 {
    i32::try_from(time.as_millis()).unwrap_or(i32::MAX)
}
