//! The group coordinators of this broker: one host for each partition of `__consumer_offsets` that it leads.
//!
//! A request takes the coordinator's lock, then its partition's; never the other way round. What may not be said yet is
//! let go by the coordinator's own task, which sleeps until its partition acknowledges more or a timer of the
//! machine runs out.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

use parking_lot::RwLock;
use protocol::ErrorCode;
use protocol::ids::{PartitionIndex, TopicName};
use tokio::sync::{Notify, oneshot};
use tracing::{error, info, warn};

use super::clock::Clock;
use super::flush_queue::FlushQueue;
use super::group_log::read_partition;
use super::hosted::Hosted;
use crate::coordinator::{self, Host};
use crate::group::{self, Coordinator, GroupConfig, GroupId, Input, Output, Reply};
use crate::machine::{Instant, Ticket};
use crate::partition::Watch;
use crate::raft::RaftHost;
use crate::telemetry::Metrics;

/// Every coordinator of this broker.
#[derive(Debug)]
pub(crate) struct Groups {
    clock: Clock,
    config: GroupConfig,
    flush_queue: Arc<FlushQueue>,
    metrics: Arc<Metrics>,
    /// Whose image says which topics exist.
    controller: Arc<RaftHost>,
    coordinators: RwLock<BTreeMap<PartitionIndex, Arc<GroupCoordinator>>>,
    next_ticket: AtomicU64,
    /// How many partitions `__consumer_offsets` has.
    partitions: AtomicI32,
}

/// The coordinator of one partition.
#[derive(Debug)]
struct GroupCoordinator {
    hosted: Arc<Hosted>,
    flush_queue: Arc<FlushQueue>,
    metrics: Arc<Metrics>,
    state: Mutex<State>,
    /// Rung when the partition acknowledges more, or the machine's next timer may have changed.
    bell: Notify,
}

#[derive(Debug)]
struct State {
    host: Stage,
    waiting: HashMap<Ticket, oneshot::Sender<Reply>>,
}

#[derive(Debug)]
enum Stage {
    /// The partition is being read.
    Loading,
    /// It serves.
    Active(Box<Host>),
    /// It has been given up: the leadership went, or the partition cannot be written.
    Gone,
}

impl Wake for GroupCoordinator {
    fn wake(self: Arc<Self>) {
        self.bell.notify_one();
    }
}

impl Groups {
    pub(crate) fn new(
        clock: Clock,
        config: GroupConfig,
        flush_queue: Arc<FlushQueue>,
        controller: Arc<RaftHost>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            clock,
            config,
            flush_queue,
            metrics,
            controller,
            coordinators: RwLock::default(),
            next_ticket: AtomicU64::new(1),
            partitions: AtomicI32::new(1),
        }
    }

    /// Hands an input to the coordinator of `group`. The reply comes when it is safe to say.
    pub(crate) fn submit(
        &self,
        group: &GroupId,
        input: impl FnOnce(Ticket) -> Input,
    ) -> Result<oneshot::Receiver<Reply>, ErrorCode> {
        let coordinator = self.coordinator_of(group)?;
        self.submit_to(&coordinator, input)
    }

    /// Hands an input to every coordinator that serves.
    pub(crate) fn submit_to_all(
        &self,
        input: impl Fn(Ticket) -> Input,
    ) -> Vec<oneshot::Receiver<Reply>> {
        let all: Vec<_> = self.coordinators.read().values().cloned().collect();
        all.iter().filter_map(|coordinator| self.submit_to(coordinator, &input).ok()).collect()
    }

    /// Whether any coordinator is still reading its partition.
    pub(crate) fn any_loading(&self) -> bool {
        self.coordinators.read().values().any(|one| matches!(one.lock().host, Stage::Loading))
    }

    /// Tells every coordinator something that asks for no reply.
    pub(crate) fn tell_all(&self, input: &Input) {
        let all: Vec<_> = self.coordinators.read().values().cloned().collect();
        for coordinator in all {
            let _ = coordinator.handle(self.clock, input.clone(), None);
        }
    }

    fn coordinator_of(&self, group: &GroupId) -> Result<Arc<GroupCoordinator>, ErrorCode> {
        let index = group::partition_of(group, self.partitions.load(Ordering::Relaxed));
        self.coordinators.read().get(&index).cloned().ok_or(ErrorCode::NotCoordinator)
    }

    fn submit_to(
        &self,
        coordinator: &Arc<GroupCoordinator>,
        input: impl FnOnce(Ticket) -> Input,
    ) -> Result<oneshot::Receiver<Reply>, ErrorCode> {
        let ticket = Ticket(self.next_ticket.fetch_add(1, Ordering::Relaxed));
        let (sender, receiver) = oneshot::channel();
        coordinator.handle(self.clock, input(ticket), Some((ticket, sender)))?;
        Ok(receiver)
    }
}

impl Groups {
    /// This broker now leads a partition of `__consumer_offsets`, which has `partitions` of them: reads it, in the
    /// background, and serves its groups from then on.
    pub(crate) fn load(self: &Arc<Self>, hosted: &Arc<Hosted>, partitions: i32) {
        self.partitions.store(partitions, Ordering::Relaxed);
        let state = State { host: Stage::Loading, waiting: HashMap::new() };
        let coordinator = Arc::new(GroupCoordinator {
            hosted: Arc::clone(hosted),
            flush_queue: Arc::clone(&self.flush_queue),
            metrics: Arc::clone(&self.metrics),
            state: Mutex::new(state),
            bell: Notify::new(),
        });
        let known = self.coordinators.write().insert(hosted.id.partition, Arc::clone(&coordinator));
        if let Some(known) = known {
            known.give_up();
        }
        let groups = Arc::clone(self);
        tokio::spawn(async move { groups.run(coordinator).await });
    }

    /// This broker no longer leads the partition.
    pub(crate) fn unload(&self, partition: PartitionIndex) {
        if let Some(known) = self.coordinators.write().remove(&partition) {
            known.give_up();
        }
    }

    /// The broker stops: nobody is coordinated here any more.
    pub(crate) fn unload_all(&self) {
        for coordinator in std::mem::take(&mut *self.coordinators.write()).into_values() {
            coordinator.give_up();
        }
    }

    /// A coordinator's life: load, serve, and load again after a write has failed.
    async fn run(&self, coordinator: Arc<GroupCoordinator>) {
        loop {
            if !self.read(&coordinator).await {
                return;
            }
            if !coordinator.serve(self.clock).await {
                return;
            }
        }
    }

    /// Topics in which groups have positions, and which were deleted while nobody coordinated.
    fn gone_topics(&self, machine: &Coordinator) -> Vec<TopicName> {
        let image = self.controller.image();
        machine.topics().into_iter().filter(|name| image.topic(name).is_none()).cloned().collect()
    }

    /// Reads the partition into a new machine. `false`: it cannot be read, or has been given up meanwhile.
    async fn read(&self, coordinator: &Arc<GroupCoordinator>) -> bool {
        let (hosted, config) = (Arc::clone(&coordinator.hosted), self.config.clone());
        let began = self.clock.instant();
        let read = tokio::task::spawn_blocking(move || read_partition(&hosted, config)).await;
        let partition = &coordinator.hosted.id;
        match read {
            Ok(Ok((machine, folded))) => {
                let took = self.clock.instant().since(began);
                if folded.unreadable > 0 {
                    warn!(%partition, unreadable = folded.unreadable, "passed over records that are none of this topic");
                }
                if folded.records > 0 {
                    info!(%partition, records = folded.records, ?took, "group coordinator loaded");
                }
                let gone = self.gone_topics(&machine);
                let active = coordinator.activate(Host::new(machine));
                if active && !gone.is_empty() {
                    // A coordinator that cannot write it down starts over, and finds the same.
                    let _ = coordinator.handle(self.clock, Input::TopicsDeleted(gone), None);
                }
                active
            }
            Ok(Err(error)) => {
                error!(%partition, %error, "cannot read the partition of a group coordinator; its groups are not served");
                false
            }
            Err(error) => {
                error!(%partition, %error, "loading a group coordinator failed; its groups are not served");
                false
            }
        }
    }
}

impl GroupCoordinator {
    fn lock(&self) -> MutexGuard<'_, State> {
        // What a panic under this lock may have left half done is the machine's state; it is never used again, since
        // the machine would have to be replayed. Tickets and stages are whole at every step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The machine is ready. `false`: the coordinator was given up meanwhile.
    fn activate(&self, host: Host) -> bool {
        let mut state = self.lock();
        if matches!(state.host, Stage::Gone) {
            return false;
        }
        state.host = Stage::Active(Box::new(host));
        true
    }

    /// Serves nobody any more; whoever waits hears it by its closed channel.
    fn give_up(&self) {
        let mut state = self.lock();
        state.host = Stage::Gone;
        state.waiting.clear();
        self.bell.notify_one();
    }

    fn handle(
        self: &Arc<Self>,
        clock: Clock,
        input: Input,
        caller: Option<(Ticket, oneshot::Sender<Reply>)>,
    ) -> Result<(), ErrorCode> {
        let mut state = self.lock();
        let State { host, waiting } = &mut *state;
        let host = match host {
            Stage::Active(host) => host,
            Stage::Loading => return Err(ErrorCode::CoordinatorLoadInProgress),
            Stage::Gone => return Err(ErrorCode::NotCoordinator),
        };
        let mut partition = self.hosted.lock()?;
        let generations = host.generations();
        match host.handle(clock.now(), input, &mut partition) {
            Ok(handled) => {
                self.metrics.totals.group_rebalances.add(host.generations() - generations);
                if let Some(end) = handled.waits_for {
                    partition.park(Watch::Acknowledged, end, Waker::from(Arc::clone(self)));
                    self.flush_queue.ask(&self.hosted);
                }
                drop(partition);
                waiting.extend(caller);
                send(waiting, handled.released);
                self.bell.notify_one();
                Ok(())
            }
            Err(failure) => {
                drop(partition);
                warn!(partition = %self.hosted.id, error = %failure, "a group coordinator cannot write; it starts over from its log");
                state.host = Stage::Loading;
                state.waiting.clear();
                self.bell.notify_one();
                Err(coordinator::host::unavailable(&failure))
            }
        }
    }

    /// Lets replies go and runs timers until there is nothing to serve. `true`: it must be loaded again.
    async fn serve(self: &Arc<Self>, clock: Clock) -> bool {
        loop {
            let wake_at = match self.let_go() {
                Served::Active(wake_at) => wake_at,
                Served::Reload => return true,
                Served::Gone => return false,
            };
            match wake_at {
                None => self.bell.notified().await,
                Some(at) => {
                    let timer = tokio::time::sleep_until(clock.deadline(at));
                    tokio::select! {
                        () = self.bell.notified() => {}
                        () = timer => {
                            // A tick that cannot be written starts the coordinator over, which the next look sees.
                            let _ = self.handle(clock, Input::Tick, None);
                        }
                    }
                }
            }
        }
    }

    fn let_go(&self) -> Served {
        let mut state = self.lock();
        let State { host, waiting } = &mut *state;
        match host {
            Stage::Active(host) => {
                let Ok(acknowledged) = self.hosted.lock().map(|partition| partition.acknowledged())
                else {
                    return Served::Gone;
                };
                send(waiting, host.release(acknowledged));
                Served::Active(host.wake_at())
            }
            Stage::Loading => Served::Reload,
            Stage::Gone => Served::Gone,
        }
    }
}

/// What a coordinator's task found.
enum Served {
    Active(Option<Instant>),
    Reload,
    Gone,
}

/// Hands replies to whoever waits for them; somebody who has gone away needs none.
fn send(waiting: &mut HashMap<Ticket, oneshot::Sender<Reply>>, outputs: Vec<Output>) {
    for Output { ticket, reply } in outputs {
        if let Some(sender) = waiting.remove(&ticket) {
            let _ = sender.send(reply);
        }
    }
}
