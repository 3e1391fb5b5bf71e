//! The reconciler: brings this broker to where the metadata says that it should be.
//!
//! It waits for a new image, asks `reconcile` what is missing, and does it, one action after the other, on a thread
//! that may wait for the disk. What fails is logged and stays missing, so the next look tries it again. It is the only
//! one that adds to the registry or takes from it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use protocol::ErrorCode;
use protocol::ids::{NodeId, PartitionIndex, TopicId, TopicName, TopicPartition};
use storage::dir::Retire;
use tracing::{error, warn};
use uuid::Uuid;

use crate::config::TopicConfig;
use crate::group::Input;
use crate::metadata::{ConfigValues, Diff, Image};
use crate::node::Broker;
use crate::node::hosted::{Hosted, Partition, Registry};
use crate::node::logs::FoundLog;
use crate::node::topic::log_config;
use crate::reconcile::{
    self, Action, CoordinatorKind, Leadership, Local, LocalPartition, LocalTopic, Origin, Role,
};

/// How long after a failure everything is looked at again.
const RETRY: Duration = Duration::from_secs(5);

/// See the module.
#[derive(Debug)]
pub(super) struct Reconciler {
    broker: Arc<Broker>,
    local: Local,
    /// The image that `local` is in line with, but for what failed.
    image: Arc<Image>,
    failed: bool,
}

impl Reconciler {
    /// Knows nothing yet.
    pub(super) fn new(broker: Arc<Broker>) -> Self {
        Self { broker, local: Local::default(), image: Arc::default(), failed: false }
    }

    /// Opens every log that lies in the log dirs, several at a time.
    pub(super) fn open_found(&mut self) -> std::io::Result<()> {
        let found = self.broker.logs.find()?;
        let image = self.broker.image();
        let opened = open_all(&self.broker, &image, &found);
        let mut hosted = Vec::with_capacity(opened.len());
        for (log, topic_id, partition) in opened {
            let local = LocalPartition {
                topic_id,
                role: Role::Idle { epoch: protocol::ids::LeaderEpoch::NONE },
                origin: Origin::Found,
            };
            let topic = self.local.topics.entry(log.partition.topic.clone()).or_default();
            topic.partitions.insert(log.partition.partition, local);
            let config = self.broker.resolve_topic(&image, &log.partition.topic);
            let metrics = self.broker.metrics.topics.of(&log.partition.topic);
            hosted.push((Hosted::new(partition, log.log_dir, metrics), config));
        }
        self.broker.registry.add(&hosted);
        Ok(())
    }

    /// Does everything that is missing.
    pub(super) fn catch_up(&mut self) {
        let image = self.broker.image();
        let actions = reconcile::plan(self.broker.node_id, &self.local, &image);
        self.perform(&image, actions);
    }

    /// Follows the images until the broker stops.
    pub(super) async fn run(mut self) {
        let mut images = self.broker.controller.subscribe();
        loop {
            let changed = tokio::time::timeout(RETRY, images.changed()).await;
            match changed {
                Ok(Err(_)) => return,
                Err(_) if !self.failed => continue,
                Ok(Ok(())) | Err(_) => {}
            }
            let image = Arc::clone(&images.borrow_and_update());
            let step = move || {
                self.step(image);
                self
            };
            match tokio::task::spawn_blocking(step).await {
                Ok(this) => self = this,
                Err(failure) => {
                    error!(%failure, "following the metadata failed; this broker no longer takes part in changes");
                    return;
                }
            }
        }
    }

    fn step(&mut self, image: Arc<Image>) {
        let me = self.broker.node_id;
        let actions = if self.failed {
            reconcile::plan(me, &self.local, &image)
        } else {
            reconcile::plan_changed(me, &self.local, &image, &Diff::between(&self.image, &image))
        };
        self.failed = false;
        self.perform(&image, actions);
        self.image = image;
    }

    fn perform(&mut self, image: &Image, actions: Vec<Action>) {
        let mut created = Created::beside(&self.broker.registry.partitions());
        for action in actions {
            // What was made is made known before anything is done with it, all at once.
            if !matches!(action, Action::Create { .. }) {
                created.publish(&self.broker.registry);
            }
            if let Err(why) = self.perform_one(image, &action, &mut created) {
                error!(?action, %why, "cannot do what the metadata asks for; trying again soon");
                self.failed = true;
            }
        }
        created.publish(&self.broker.registry);
        self.broker.registry_changed.send_modify(|count| *count += 1);
    }

    fn perform_one(
        &mut self,
        image: &Image,
        action: &Action,
        created: &mut Created,
    ) -> Result<(), String> {
        match action {
            Action::UnloadCoordinator { kind, partition } => {
                self.unload_coordinator(*kind, *partition)
            }
            Action::Delete { partition, topic_id } => {
                self.retire(partition, *topic_id, Retire::Delete)?
            }
            Action::SetAside { partition, topic_id } => {
                self.retire(partition, *topic_id, Retire::Stray)?
            }
            Action::ConfigureBroker { all, own } => self.configure_broker(all, own),
            Action::Configure { topic, values } => self.configure_topic(topic, values),
            Action::Create { partition, topic_id } => {
                self.create(image, partition, *topic_id, created)?
            }
            Action::Rest { partition, epoch } => {
                self.take_offline(partition, ErrorCode::LeaderNotAvailable)?;
                self.note_role(partition, Role::Idle { epoch: *epoch });
            }
            Action::Follow { partition, leader, epoch } => {
                self.take_offline(partition, ErrorCode::NotLeaderOrFollower)?;
                self.note_role(partition, Role::Follower { leader: *leader, epoch: *epoch });
            }
            Action::Lead(leadership) => self.lead(leadership)?,
            Action::LoadCoordinator { kind, partition, epoch } => {
                self.load_coordinator(image, *kind, *partition, *epoch)?;
            }
        }
        Ok(())
    }

    fn create(
        &mut self,
        image: &Image,
        id: &TopicPartition,
        topic_id: TopicId,
        created: &mut Created,
    ) -> Result<(), String> {
        let config = self.broker.resolve_topic(image, &id.topic);
        let now = self.broker.clock.wall();
        let logs = &self.broker.logs;
        let made = logs.create(id, topic_id, log_config(&config, id), now, &created.used);
        let (log_dir, log) = made.map_err(|error| error.to_string())?;
        let topic = self.local.topics.entry(id.topic.clone()).or_insert_with(|| LocalTopic {
            config: image.configs().of_topic(&id.topic).cloned().unwrap_or_default(),
            ..LocalTopic::default()
        });
        let role = Role::Idle { epoch: protocol::ids::LeaderEpoch::NONE };
        topic
            .partitions
            .insert(id.partition, LocalPartition { topic_id, role, origin: Origin::Made });
        let metrics = self.broker.metrics.topics.of(&id.topic);
        let partition = Partition::new(id.clone(), topic_id, log);
        created.push(Hosted::new(partition, log_dir, metrics), config);
        Ok(())
    }

    fn lead(&mut self, leadership: &Leadership) -> Result<(), String> {
        let Leadership { partition, epoch, partition_epoch, isr, .. } = leadership;
        let hosted = self.hosted(partition)?;
        let me = self.broker.node_id;
        let in_sync: Vec<NodeId> = isr.to_vec();
        // A log that saw no error of its own may lie in a dir that did: nothing is written there any more.
        if self.broker.logs.dir(hosted.log_dir).health().failure().is_some() {
            return Ok(());
        }
        let mut held = hosted.lock().map_err(|code| code.to_string())?;
        held.become_leader(me, *epoch, in_sync);
        drop(held);
        self.note_role(
            partition,
            Role::Leader { epoch: *epoch, partition_epoch: *partition_epoch },
        );
        Ok(())
    }

    fn take_offline(&self, partition: &TopicPartition, code: ErrorCode) -> Result<(), String> {
        let hosted = self.hosted(partition)?;
        hosted.lock().map_err(|code| code.to_string())?.go_offline(code);
        Ok(())
    }

    /// Takes a partition out of service and its folder out of the way.
    fn retire(
        &mut self,
        id: &TopicPartition,
        topic_id: TopicId,
        how: Retire,
    ) -> Result<(), String> {
        if let Ok(hosted) = self.hosted(id).map(|hosted| Arc::clone(&hosted)) {
            self.broker.registry.remove(id, topic_id);
            if let Ok(mut partition) = hosted.lock() {
                partition.go_offline(ErrorCode::UnknownTopicOrPartition);
            }
            let dir = self.broker.logs.dir(hosted.log_dir);
            let folder = dir.retire(id, how, Uuid::new_v4()).map_err(|error| error.to_string())?;
            match how {
                Retire::Delete => dir.remove(&folder).map_err(|error| error.to_string())?,
                Retire::Stray => {
                    warn!(partition = %id, folder = folder.name(), "a partition on disk belongs to no topic; it was set aside");
                }
            }
        }
        if let Some(topic) = self.local.topics.get_mut(&id.topic) {
            topic.partitions.remove(&id.partition);
            if topic.partitions.is_empty() {
                self.local.topics.remove(&id.topic);
                self.broker.metrics.forget_topic(&id.topic);
                self.broker.groups.tell_all(&Input::TopicsDeleted(vec![id.topic.clone()]));
            }
        }
        Ok(())
    }

    fn configure_broker(&mut self, all: &Arc<ConfigValues>, own: &Arc<ConfigValues>) {
        for problem in self.broker.set_dynamic_config(all, own) {
            warn!("{problem}");
        }
        self.local.all_brokers_config = Arc::clone(all);
        self.local.broker_config = Arc::clone(own);
        let image = self.broker.image();
        let topics: Vec<_> = self.local.topics.keys().cloned().collect();
        for topic in topics {
            let values = image.configs().of_topic(&topic).cloned().unwrap_or_default();
            self.configure_topic(&topic, &values);
        }
    }

    fn configure_topic(&mut self, name: &TopicName, values: &Arc<ConfigValues>) {
        let config = Arc::new(self.broker.settings().topic(&**values));
        let topic = self.broker.registry.topics().by_name(name).cloned();
        if let Some(topic) = topic {
            self.broker.registry.configure(topic.id, &config);
            for hosted in topic.partitions.iter().flatten() {
                if let Ok(mut partition) = hosted.lock() {
                    partition.log_mut().set_config(log_config(&config, &hosted.id));
                }
            }
        }
        if let Some(local) = self.local.topics.get_mut(name) {
            local.config = Arc::clone(values);
        }
    }

    fn load_coordinator(
        &mut self,
        image: &Image,
        kind: CoordinatorKind,
        partition: PartitionIndex,
        epoch: protocol::ids::LeaderEpoch,
    ) -> Result<(), String> {
        if kind == CoordinatorKind::Group {
            let topic = TopicName::new(TopicName::CONSUMER_OFFSETS).expect("a legal name");
            let partitions = image.topic(&topic).map_or(0, |topic| topic.partitions.len());
            let hosted = self.hosted(&TopicPartition { topic, partition })?;
            let partitions = i32::try_from(partitions).expect("partitions are numbered in 32 bits");
            self.broker.groups.load(&hosted, partitions);
        }
        self.local.coordinators.insert((kind, partition), epoch);
        Ok(())
    }

    fn unload_coordinator(&mut self, kind: CoordinatorKind, partition: PartitionIndex) {
        if kind == CoordinatorKind::Group {
            self.broker.groups.unload(partition);
        }
        self.local.coordinators.remove(&(kind, partition));
    }

    fn note_role(&mut self, id: &TopicPartition, role: Role) {
        let topic = self.local.topics.get_mut(&id.topic);
        if let Some(partition) = topic.and_then(|topic| topic.partitions.get_mut(&id.partition)) {
            partition.role = role;
            partition.origin = Origin::Made;
        }
    }

    fn hosted(&self, id: &TopicPartition) -> Result<Arc<Hosted>, String> {
        let topics = self.broker.registry.topics();
        let hosted =
            topics.by_name(&id.topic).and_then(|topic| topic.partition(id.partition)).cloned();
        hosted.ok_or_else(|| format!("the log of {id} is not open"))
    }
}

type Opened = (FoundLog, TopicId, Partition);

/// How many logs are opened side by side at least. An opening waits for the disk more than it computes, and what several
/// threads sync at a time the file system's journal commits together.
const OPENERS: usize = 16;

/// Opens logs side by side: a start waits for the disk once, not once for each log.
fn open_all(broker: &Arc<Broker>, image: &Image, found: &[FoundLog]) -> Vec<Opened> {
    let wanted = broker.config().log.num_recovery_threads_per_data_dir;
    let threads = usize::try_from(wanted).unwrap_or(0).max(OPENERS).min(found.len());
    // Each takes the next, so that one large log keeps one thread and not a share of the others.
    let next = AtomicUsize::new(0);
    let open = || {
        let take = || found.get(next.fetch_add(1, Ordering::Relaxed));
        let logs = std::iter::from_fn(take);
        logs.filter_map(|log| open_one(broker, image, log)).collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(open)).collect();
        let opened = workers.into_iter().map(|worker| worker.join().expect("it does not panic"));
        opened.flatten().collect()
    })
}

fn open_one(broker: &Broker, image: &Image, found: &FoundLog) -> Option<Opened> {
    let config = broker.resolve_topic(image, &found.partition.topic);
    let opened =
        broker.logs.open_found(found, log_config(&config, &found.partition), broker.clock.wall());
    match opened {
        Ok(log) => {
            // A folder without an id is believed by its name.
            let by_name =
                || image.topic(&found.partition.topic).map_or(TopicId::ZERO, |topic| topic.id);
            let topic_id = broker.logs.topic_id(found).unwrap_or_else(by_name);
            Some((found.clone(), topic_id, Partition::new(found.partition.clone(), topic_id, log)))
        }
        Err(error) => {
            error!(partition = %found.partition, %error, "cannot open a log; its partition is not served");
            None
        }
    }
}

/// Partitions that were just made, until they are made known.
struct Created {
    hosted: Vec<(Arc<Hosted>, Arc<TopicConfig>)>,
    /// How many partitions lie in each log dir, these included: the next goes to the dir with the fewest.
    used: BTreeMap<usize, usize>,
}

impl Created {
    fn beside(known: &[Arc<Hosted>]) -> Self {
        let mut used = BTreeMap::new();
        for hosted in known {
            *used.entry(hosted.log_dir).or_insert(0) += 1;
        }
        Self { hosted: Vec::new(), used }
    }

    fn push(&mut self, hosted: Arc<Hosted>, config: Arc<TopicConfig>) {
        *self.used.entry(hosted.log_dir).or_insert(0) += 1;
        self.hosted.push((hosted, config));
    }

    fn publish(&mut self, registry: &Registry) {
        if !self.hosted.is_empty() {
            registry.add(&std::mem::take(&mut self.hosted));
        }
    }
}
