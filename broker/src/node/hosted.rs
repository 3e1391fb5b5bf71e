//! A hosted partition: a [`Partition`] behind its lock, and the registry in which requests find it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Waker;

use arc_swap::ArcSwap;
use protocol::ErrorCode;
use protocol::ids::{PartitionIndex, TopicId, TopicName, TopicPartition};
use storage::disk::OsDisk;

use crate::config::TopicConfig;
use crate::partition;
use crate::telemetry::TopicMetrics;

/// A partition on the real disk, whose waiters are tasks.
pub(crate) type Partition = partition::Partition<OsDisk, Waker>;

/// One partition of this broker, as all tasks share it.
#[derive(Debug)]
pub(crate) struct Hosted {
    pub(crate) id: TopicPartition,
    pub(crate) topic_id: TopicId,
    /// Which of the broker's log dirs it lies in.
    pub(crate) log_dir: usize,
    /// What is counted of its topic.
    pub(crate) metrics: Arc<TopicMetrics>,
    partition: Mutex<Partition>,
    flush: AtomicU8,
    /// Whether it is noted for a sync that nobody waits for.
    lazy_sync: AtomicBool,
}

/// Where a partition stands with the flushers.
mod flush_state {
    /// Nobody has asked for a sync.
    pub(crate) const IDLE: u8 = 0;
    /// It is in a flusher's queue.
    pub(crate) const QUEUED: u8 = 1;
    /// It is being synced.
    pub(crate) const SYNCING: u8 = 2;
    /// It is being synced, and more was appended meanwhile.
    pub(crate) const SYNCING_AND_DIRTY: u8 = 3;
}

impl Hosted {
    pub(crate) fn new(
        partition: Partition,
        log_dir: usize,
        metrics: Arc<TopicMetrics>,
    ) -> Arc<Self> {
        let (id, topic_id) = (partition.id().clone(), partition.topic_id());
        let flush = AtomicU8::new(flush_state::IDLE);
        let lazy_sync = AtomicBool::new(false);
        Arc::new(Self {
            id,
            topic_id,
            log_dir,
            metrics,
            partition: Mutex::new(partition),
            flush,
            lazy_sync,
        })
    }

    /// Takes the partition's lock. Held for a copy in memory or a look at an index, never across a wait.
    ///
    /// A thread that panicked under the lock may have left the partition half changed; it serves nobody any more.
    pub(crate) fn lock(&self) -> Result<MutexGuard<'_, Partition>, ErrorCode> {
        self.partition.lock().map_err(|_| ErrorCode::KafkaStorageError)
    }

    /// Marks that there is something to sync. `true`: the caller must put it into the flushers' queue.
    pub(crate) fn ask_for_sync(&self) -> bool {
        let step = |state| match state {
            flush_state::IDLE => Some(flush_state::QUEUED),
            flush_state::SYNCING => Some(flush_state::SYNCING_AND_DIRTY),
            _ => None,
        };
        self.flush.fetch_update(Ordering::AcqRel, Ordering::Acquire, step) == Ok(flush_state::IDLE)
    }

    /// Notes an append that nobody waits for. `true`: it was not noted before.
    pub(crate) fn note_lazy_sync(&self) -> bool {
        !self.lazy_sync.load(Ordering::Relaxed) && !self.lazy_sync.swap(true, Ordering::AcqRel)
    }

    /// The noted append is about to be synced.
    pub(crate) fn clear_lazy_sync(&self) {
        self.lazy_sync.store(false, Ordering::Release);
    }

    /// A flusher takes it out of the queue.
    pub(crate) fn begin_sync(&self) {
        self.flush.store(flush_state::SYNCING, Ordering::Release);
    }

    /// A flusher is done. `true`: more was appended meanwhile, and it goes back into the queue.
    pub(crate) fn end_sync(&self) -> bool {
        let step = |state| match state {
            flush_state::SYNCING_AND_DIRTY => Some(flush_state::QUEUED),
            _ => Some(flush_state::IDLE),
        };
        self.flush.fetch_update(Ordering::AcqRel, Ordering::Acquire, step)
            == Ok(flush_state::SYNCING_AND_DIRTY)
    }
}

/// The partitions of one topic that this broker has.
#[derive(Clone, Debug)]
pub(crate) struct HostedTopic {
    pub(crate) name: TopicName,
    pub(crate) id: TopicId,
    /// Its configuration as it counts now.
    pub(crate) config: Arc<TopicConfig>,
    /// What is counted of it.
    pub(crate) metrics: Arc<TopicMetrics>,
    /// By partition number; `None` where another broker has it, or it is not open yet.
    pub(crate) partitions: Vec<Option<Arc<Hosted>>>,
}

impl HostedTopic {
    pub(crate) fn partition(&self, index: PartitionIndex) -> Option<&Arc<Hosted>> {
        self.partitions.get(usize::try_from(index.get()).ok()?)?.as_ref()
    }
}

/// Everything that this broker hosts, to be read without a lock.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    topics: ArcSwap<Topics>,
}

/// One state of the registry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Topics {
    by_name: HashMap<TopicName, Arc<HostedTopic>>,
    by_id: HashMap<TopicId, Arc<HostedTopic>>,
}

impl Topics {
    pub(crate) fn by_name(&self, name: &str) -> Option<&Arc<HostedTopic>> {
        self.by_name.get(name)
    }

    pub(crate) fn by_id(&self, id: TopicId) -> Option<&Arc<HostedTopic>> {
        self.by_id.get(&id)
    }

    /// All of them, in no particular order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<HostedTopic>> {
        self.by_name.values()
    }
}

impl Registry {
    /// The registry as it is now. A request looks once and keeps what it saw.
    pub(crate) fn topics(&self) -> arc_swap::Guard<Arc<Topics>> {
        self.topics.load()
    }

    /// Every partition, in no particular order.
    pub(crate) fn partitions(&self) -> Vec<Arc<Hosted>> {
        self.topics().all().flat_map(|topic| topic.partitions.iter().flatten().cloned()).collect()
    }

    /// Publishes partitions that are now open, all at once, each with its topic's configuration.
    pub(crate) fn add(&self, opened: &[(Arc<Hosted>, Arc<TopicConfig>)]) {
        self.change(|topics| {
            for (hosted, config) in opened {
                topics.add(hosted, config);
            }
        });
    }

    /// A topic's configuration has changed.
    pub(crate) fn configure(&self, id: TopicId, config: &Arc<TopicConfig>) {
        self.change(|topics| {
            if let Some(known) = topics.by_id.get(&id) {
                let config = Arc::clone(config);
                topics.put(Arc::new(HostedTopic { config, ..HostedTopic::clone(known) }));
            }
        });
    }

    /// Takes a partition out; who still holds it sees it offline.
    pub(crate) fn remove(&self, id: &TopicPartition, topic_id: TopicId) {
        self.change(|topics| topics.remove(id, topic_id));
    }

    fn change(&self, mut change: impl FnMut(&mut Topics)) {
        self.topics.rcu(|topics| {
            let mut next = Topics::clone(topics);
            change(&mut next);
            next
        });
    }
}

impl Topics {
    fn add(&mut self, hosted: &Arc<Hosted>, config: &Arc<TopicConfig>) {
        let known = self.by_id.get(&hosted.topic_id);
        let mut partitions = known.map_or_else(Vec::new, |topic| topic.partitions.clone());
        let index =
            usize::try_from(hosted.id.partition.get()).expect("partitions are numbered from 0");
        if partitions.len() <= index {
            partitions.resize(index + 1, None);
        }
        partitions[index] = Some(Arc::clone(hosted));
        self.put(Arc::new(HostedTopic {
            name: hosted.id.topic.clone(),
            id: hosted.topic_id,
            config: Arc::clone(config),
            metrics: Arc::clone(&hosted.metrics),
            partitions,
        }));
    }

    fn remove(&mut self, id: &TopicPartition, topic_id: TopicId) {
        let Some(known) = self.by_id.remove(&topic_id) else { return };
        // A topic made again under the name has another id, and stays.
        if self.by_name.get(&id.topic).is_some_and(|topic| topic.id == topic_id) {
            self.by_name.remove(&id.topic);
        }
        let keep = |hosted: &Option<Arc<Hosted>>| {
            hosted.clone().filter(|hosted| hosted.id.partition != id.partition)
        };
        let partitions: Vec<_> = known.partitions.iter().map(keep).collect();
        if partitions.iter().any(Option::is_some) {
            self.put(Arc::new(HostedTopic { partitions, ..HostedTopic::clone(&known) }));
        }
    }

    fn put(&mut self, topic: Arc<HostedTopic>) {
        self.by_name.insert(topic.name.clone(), Arc::clone(&topic));
        self.by_id.insert(topic.id, topic);
    }
}
