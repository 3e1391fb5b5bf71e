//! The sender: the task that carries out what the queues decide.
//!
//! It holds a connection to each leader, asks for the producer's identity, keeps the view of the cluster fresh, and tells
//! the queues what came of each batch. It never waits for one broker while another could be sent to: connecting, asking and
//! answers are events in one set.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use protocol::ErrorCode;
use protocol::ids::{NodeId, TopicPartition};
use protocol::messages::ProduceResponse;
use tokio::time::Instant;

use super::Shared;
use super::batch::{Batch, Identity};
use super::batches::{Outlook, Plan};
use super::delivery::{Acked, Fate};
use super::identity;
use super::options::Acks;
use super::request::{self, Fates};
use super::watch::Settled;
use crate::cluster::{ClusterView, Lane};
use crate::connection::Connection;
use crate::error::Error;

/// How old the view of the cluster may grow before new partitions are looked for (`metadata.max.age.ms`).
const VIEW_AGE_MAX: Duration = Duration::from_secs(300);

pub(super) struct Sender {
    shared: Arc<Shared>,
    peers: HashMap<NodeId, Peer>,
    who: Who,
    refreshing: bool,
    events: FuturesUnordered<BoxFuture<'static, Event>>,
}

/// A broker that leads something that we write.
#[derive(Default)]
struct Peer {
    connection: Option<Connection>,
    connecting: bool,
    in_flight: usize,
}

/// Who we are to the brokers.
enum Who {
    /// Nobody in particular: the producer is not idempotent.
    Anonymous,
    /// Not known yet, or not any more; `before` is who we were.
    Unknown {
        before: Option<Identity>,
    },
    /// A broker is being asked.
    Asking,
    Known(Identity),
}

/// What the sender waits for.
enum Event {
    Connected(NodeId, Result<Connection, Error>),
    Answered(Sent, Result<ProduceResponse, Error>),
    Identified(Result<Identity, Error>),
    Refreshed,
}

/// A request under way.
struct Sent {
    node: NodeId,
    batches: Vec<Batch>,
    /// The view that it was built with.
    view: Arc<ClusterView>,
}

impl Sender {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let who = match shared.options.idempotent {
            true => Who::Unknown { before: None },
            false => Who::Anonymous,
        };
        let (peers, events) = (HashMap::new(), FuturesUnordered::new());
        Self { shared, peers, who, refreshing: false, events }
    }

    /// Sends until the producer is closed and everything is settled.
    pub(super) async fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        let mut fresh_until = Instant::now() + VIEW_AGE_MAX;
        loop {
            let look_again = self.send_what_is_due().await;
            if self.is_done() {
                return;
            }
            if Instant::now() >= fresh_until {
                fresh_until = Instant::now() + VIEW_AGE_MAX;
                self.refresh(Duration::ZERO);
            }
            let look_again = look_again.map_or(fresh_until, |at| at.min(fresh_until));
            tokio::select! {
                Some(event) = self.events.next(), if !self.events.is_empty() => self.handle(event),
                () = shared.wake.notified() => {}
                () = tokio::time::sleep_until(look_again) => {}
            }
        }
    }

    fn is_done(&self) -> bool {
        self.shared.closed.load(Ordering::Acquire) && self.shared.state.lock().batches.is_idle()
    }

    /// Sends as many requests as are due and possible; says when to look again.
    async fn send_what_is_due(&mut self) -> Option<Instant> {
        loop {
            let view = self.shared.cluster.view();
            let plan = self.plan(&view);
            let look_again = plan.look_again;
            for (batch, error) in plan.expired {
                self.settle(batch, Err(error));
            }
            if plan.wants_identity {
                self.identify();
            }
            if !plan.leaderless.is_empty() {
                self.refresh(self.shared.cluster.options().backoff.initial);
            }
            if plan.sends.is_empty() {
                return look_again;
            }
            for (node, batches) in plan.sends {
                self.send(Sent { node, batches, view: Arc::clone(&view) }).await;
            }
        }
    }

    fn plan(&mut self, view: &ClusterView) -> Plan {
        let missing = RefCell::new(BTreeSet::new());
        let is_free = |node| match self.peers.get(&node) {
            Some(Peer { connection: Some(connection), in_flight, .. })
                if connection.ended().is_none() =>
            {
                *in_flight < self.shared.options.in_flight_max
            }
            _ => {
                missing.borrow_mut().insert(node);
                false
            }
        };
        let leader = |partition: &TopicPartition| view.partition(partition)?.leader;
        let outlook = Outlook {
            leader: &leader,
            is_free: &is_free,
            identity: match self.who {
                Who::Anonymous => Ok(None),
                Who::Known(identity) => Ok(Some(identity)),
                Who::Unknown { .. } | Who::Asking => Err(()),
            },
            request_bytes: self.shared.options.request_bytes,
        };
        let mut state = self.shared.state.lock();
        // Nobody will add to what is there once the producer is closed.
        let closed = self.shared.closed.load(Ordering::Acquire);
        state.batches.hurry += usize::from(closed);
        let plan = state.batches.plan(Instant::now(), &outlook);
        state.batches.hurry -= usize::from(closed);
        drop(state);
        for node in missing.into_inner() {
            self.connect(node);
        }
        plan
    }

    /// Puts one request on its way.
    async fn send(&mut self, mut sent: Sent) {
        self.encode(&mut sent);
        let peer = self.peers.entry(sent.node).or_default();
        let connection = peer.connection.clone().filter(|_| !sent.batches.is_empty());
        let Some(connection) = connection else { return };
        peer.in_flight += 1;
        let options = &self.shared.options;
        let request = request::build(&sent.batches, &sent.view, options.acks, options.ack_timeout);
        let version = match request::version(&connection, &sent.view, &sent.batches) {
            Ok(version) => version,
            Err(error) => return self.answered(sent, Err(error)),
        };
        // Each `await` here ends when the request stands in line, so that batches leave in order.
        if options.acks == Acks::None {
            match connection.send_unanswered(&request, version).await {
                Ok(left) => self.events.push(Box::pin(async move {
                    let left = left.await;
                    Event::Answered(sent, left.map(|()| ProduceResponse::default()))
                })),
                Err(error) => self.answered(sent, Err(error)),
            }
        } else {
            match connection.send(&request, version, options.ack_timeout).await {
                Ok(answer) => self.events.push(Box::pin(async move {
                    let answer = answer.await;
                    Event::Answered(sent, answer)
                })),
                Err(error) => self.answered(sent, Err(error)),
            }
        }
    }

    /// Makes the bytes of each batch; one that cannot be made fails alone.
    fn encode(&mut self, sent: &mut Sent) {
        let compression = self.shared.options.compression;
        let batches = std::mem::take(&mut sent.batches);
        for mut batch in batches {
            match batch.encode(compression) {
                Ok(()) => sent.batches.push(batch),
                Err(error) => {
                    self.shared.state.lock().batches.queue(&batch.partition).gave_up(&batch, true);
                    self.settle(batch, Err(error));
                }
            }
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Answered(sent, answer) => self.answered(sent, answer),
            Event::Connected(node, result) => self.connected(node, result),
            Event::Identified(result) => self.identified(result),
            Event::Refreshed => self.refreshing = false,
        }
    }

    /// Deals out what the broker said, or what went wrong with the request, to the batches.
    fn answered(&mut self, sent: Sent, answer: Result<ProduceResponse, Error>) {
        let Sent { node, batches, view } = sent;
        if let Some(peer) = self.peers.get_mut(&node) {
            peer.in_flight = peer.in_flight.saturating_sub(1);
        }
        let mut fates = answer.map(|answer| Fates::read(&answer, &view));
        for batch in batches {
            let fate = match &mut fates {
                Ok(_) if self.shared.options.acks == Acks::None => {
                    Ok(Acked { base_offset: None, append_time: None })
                }
                Ok(fates) => fates.of(&batch.partition),
                Err(error) => Err(error.clone()),
            };
            self.landed(batch, fate);
        }
    }

    /// What becomes of a batch.
    fn landed(&mut self, batch: Batch, fate: Fate) {
        let shared = Arc::clone(&self.shared);
        let mut state = shared.state.lock();
        let limits = state.batches.limits;
        let queue = state.batches.queue(&batch.partition);
        let error = match fate {
            // The broker has it from an earlier try.
            Err(error) if error.code() == Some(ErrorCode::DuplicateSequenceNumber) => {
                queue.acked(&batch);
                drop(state);
                return self.settle(batch, Ok(Acked { base_offset: None, append_time: None }));
            }
            Ok(acked) => {
                queue.acked(&batch);
                drop(state);
                return self.settle(batch, Ok(acked));
            }
            Err(error) => error,
        };
        if error.wants_metadata() {
            self.refresh(Duration::ZERO);
        }
        let now = Instant::now();
        let sequence_trouble = batch.stamp.is_some() && is_sequence_trouble(&error);
        if sequence_trouble || error.is_retriable() {
            tracing::debug!(partition = %batch.partition, %error, "a batch will be sent again");
            // Behind another batch that has to be sent again, a gap is only natural.
            let lost_track = sequence_trouble && !queue.is_behind_another(&batch);
            queue.came_back(now, batch, error, lost_track, &limits);
        } else {
            queue.gave_up(&batch, matches!(error, Error::Refused { .. }));
            drop(state);
            self.settle(batch, Err(error));
        }
    }

    /// Tells those who wait, and gives the room back.
    fn settle(&self, batch: Batch, fate: Fate) {
        if let Some(watcher) = &self.shared.watcher {
            let fate = fate.as_ref().map(|acked| acked.base_offset);
            let (partition, notes) = (&batch.partition, batch.notes());
            watcher.settled(Settled { partition, notes, fate });
        }
        let bytes = batch.settle(fate);
        self.shared.room.add_permits(bytes);
    }

    fn connect(&mut self, node: NodeId) {
        let peer = self.peers.entry(node).or_default();
        if std::mem::replace(&mut peer.connecting, true) {
            return;
        }
        let cluster = self.shared.cluster.clone();
        self.events.push(Box::pin(async move {
            let result = cluster.node(node, Lane::Ordinary).await;
            if result.as_ref().is_err_and(Error::is_retriable) {
                tokio::time::sleep(cluster.options().backoff.initial).await;
            }
            Event::Connected(node, result)
        }));
    }

    fn connected(&mut self, node: NodeId, result: Result<Connection, Error>) {
        let peer = self.peers.entry(node).or_default();
        peer.connecting = false;
        let error = match result {
            Ok(connection) => {
                peer.connection = Some(connection);
                return;
            }
            Err(error) => error,
        };
        let view = self.shared.cluster.view();
        let led = |of: &TopicPartition| view.partition(of).and_then(|p| p.leader) == Some(node);
        if error.is_retriable() {
            self.shared.state.lock().batches.held_up(led, &error);
            self.refresh(Duration::ZERO);
        } else {
            self.abandon(led, &error);
        }
    }

    /// Fails what waits in these partitions.
    fn abandon(&mut self, which: impl Fn(&TopicPartition) -> bool, error: &Error) {
        let abandoned = self.shared.state.lock().batches.abandon(which);
        for batch in abandoned {
            self.settle(batch, Err(error.clone()));
        }
    }

    /// Asks a broker who we are, unless one is being asked.
    fn identify(&mut self) {
        let before = match std::mem::replace(&mut self.who, Who::Asking) {
            Who::Unknown { before } => before,
            Who::Known(identity) => Some(identity),
            same @ (Who::Anonymous | Who::Asking) => {
                self.who = same;
                return;
            }
        };
        let cluster = self.shared.cluster.clone();
        self.events.push(Box::pin(async move {
            Event::Identified(identity::init_producer_id(&cluster, before).await)
        }));
    }

    fn identified(&mut self, result: Result<Identity, Error>) {
        match result {
            Ok(identity) => self.who = Who::Known(identity),
            Err(error) => {
                self.who = Who::Unknown { before: None };
                self.abandon(|_| true, &error);
            }
        }
    }

    /// Asks what the cluster looks like, after a pause, unless that is being asked.
    fn refresh(&mut self, pause: Duration) {
        if std::mem::replace(&mut self.refreshing, true) {
            return;
        }
        let cluster = self.shared.cluster.clone();
        self.events.push(Box::pin(async move {
            tokio::time::sleep(pause).await;
            cluster.refresh_known().await;
            Event::Refreshed
        }));
    }
}

/// Whether the broker and we disagree about our sequence.
fn is_sequence_trouble(error: &Error) -> bool {
    use ErrorCode as E;
    matches!(
        error.code(),
        Some(E::OutOfOrderSequenceNumber | E::UnknownProducerId | E::InvalidProducerEpoch)
    )
}
