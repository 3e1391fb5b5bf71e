//! The producer: records in, places in the log out.
//!
//! ```text
//! send ──► room ──► partitioner ──► queue of the partition ──► sender task ──► broker
//!   │                                                              │
//!   └── Delivery ◄─────────────────── fate of the batch ◄──────────┘
//! ```
//!
//! [`Producer::send`] returns as soon as the record lies in a batch; the [`Delivery`] that it returns is done when the
//! broker has spoken. Records of one partition are written in the order in which `send` took them, unless the producer is
//! not idempotent and allows several requests in flight.
//!
//! Batching is a value: [`batches`] decides from a time and a list of brokers what leaves; the sender only does it.

mod batch;
mod batches;
mod delivery;
mod identity;
mod options;
mod partitioner;
mod queue;
mod record;
mod request;
mod sender;
mod watch;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use protocol::ErrorCode;
use protocol::ids::{PartitionIndex, TopicName, TopicPartition};
use rand::Rng;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::clock;
use crate::cluster::{Cluster, Topic};
use crate::error::Error;
use batches::Batches;
use partitioner::Sticky;
use queue::Limits;

pub use batch::Identity;
pub use delivery::{Delivered, Delivery};
pub use options::{Acks, ProducerOptions};
pub use partitioner::{murmur2, partition_of_key};
pub use protocol::batch::{Compression, Header};
pub use record::Record;
pub use watch::{Note, Settled, Watcher};

/// The most batches of a partition that brokers recognise (KIP-98).
const IDEMPOTENT_IN_FLIGHT_MAX: usize = 5;

/// A producer. Its methods take `&self`: share it in an `Arc` between tasks.
///
/// Dropping it lets what is under way finish in the background; [`Producer::close`] waits for that.
#[derive(Debug)]
pub struct Producer {
    shared: Arc<Shared>,
    sender: JoinHandle<()>,
}

/// What the producer and its sender have in common.
#[derive(Debug)]
struct Shared {
    cluster: Cluster,
    options: ProducerOptions,
    state: Mutex<State>,
    /// Room for records, in bytes.
    room: Semaphore,
    /// The sender has something to look at.
    wake: Notify,
    closed: AtomicBool,
    watcher: Option<Arc<dyn Watcher>>,
}

/// What the lock protects.
#[derive(Debug)]
struct State {
    batches: Batches,
    sticky: BTreeMap<TopicName, Sticky>,
}

impl Producer {
    /// A producer for the cluster. Must be called on a tokio runtime, on which its sender lives.
    pub fn new(cluster: Cluster, options: ProducerOptions) -> Result<Self, Error> {
        Self::with(cluster, options, None)
    }

    /// The same, with a watcher that is told of every batch.
    pub fn watched(
        cluster: Cluster,
        options: ProducerOptions,
        watcher: Arc<dyn Watcher>,
    ) -> Result<Self, Error> {
        Self::with(cluster, options, Some(watcher))
    }

    fn with(
        cluster: Cluster,
        mut options: ProducerOptions,
        watcher: Option<Arc<dyn Watcher>>,
    ) -> Result<Self, Error> {
        if options.idempotent && options.acks != Acks::All {
            let what = "an idempotent producer needs acks=all: only then is an answer a promise";
            return Err(Error::Invalid(what.into()));
        }
        if options.idempotent {
            options.in_flight_max = options.in_flight_max.min(IDEMPOTENT_IN_FLIGHT_MAX);
        }
        let limits = Limits {
            batch_bytes: options.batch_bytes,
            linger: options.linger,
            in_flight_max: options.in_flight_max.max(1),
            delivery_timeout: options.delivery_timeout,
            backoff: cluster.options().backoff,
        };
        let shared = Arc::new(Shared {
            room: Semaphore::new(options.buffer_bytes),
            state: Mutex::new(State { batches: Batches::new(limits), sticky: BTreeMap::new() }),
            wake: Notify::new(),
            closed: AtomicBool::new(false),
            watcher,
            cluster,
            options,
        });
        let sender = tokio::spawn(sender::Sender::new(Arc::clone(&shared)).run());
        Ok(Self { shared, sender })
    }

    /// Takes a record on its way. Waits for the topic to be known and for room in the buffer; the answer is then a future
    /// of its own.
    ///
    /// Errors: [`Error::Invalid`] for a record over the limits, UNKNOWN_TOPIC_OR_PARTITION for a topic or partition that
    /// is not there, [`Error::Closed`] after [`Producer::close`].
    pub async fn send(&self, record: Record) -> Result<Delivery, Error> {
        let delivery = self.take(&record, None).await?;
        Ok(delivery.expect("there is a delivery for a record without a note"))
    }

    /// Takes a record on its way, and tells the watcher of it when it is settled. Otherwise like [`Producer::send`].
    pub async fn post(&self, record: &Record, note: Note) -> Result<(), Error> {
        self.take(record, Some(note)).await.map(drop)
    }

    /// Like [`Producer::post`] where that would not wait; `false` where it would, and the record has not been taken. May be
    /// called from any thread. `now` is the time, which whoever sends millions of records has just read.
    pub fn try_post(&self, record: &Record, note: Note, now: Instant) -> Result<bool, Error> {
        let view = self.shared.cluster.view();
        let Some(topic) = view.topics.get(&record.topic) else { return Ok(false) };
        let bytes = record.size_in_bytes();
        let permits = self.permits(bytes)?;
        let Ok(room) = self.shared.room.try_acquire_many(permits) else { return Ok(false) };
        room.forget();
        self.append_or_give_back(topic, record, bytes, Some(note), now).map(|_| true)
    }

    async fn take(&self, record: &Record, note: Option<Note>) -> Result<Option<Delivery>, Error> {
        let topic = self.topic(&record.topic).await?;
        let bytes = record.size_in_bytes();
        self.room_for(bytes).await?;
        self.append_or_give_back(&topic, record, bytes, note, Instant::now())
    }

    fn append_or_give_back(
        &self,
        topic: &Topic,
        record: &Record,
        bytes: usize,
        note: Option<Note>,
        now: Instant,
    ) -> Result<Option<Delivery>, Error> {
        let result = self.append(topic, record, bytes, note, now);
        if result.is_err() {
            self.shared.room.add_permits(bytes);
        }
        result
    }

    /// Sends a record and waits until the broker has spoken. One after the other this is slow: see [`Producer::send`].
    pub async fn write(&self, record: Record) -> Result<Delivered, Error> {
        self.send(record).await?.await
    }

    /// Sends now what was taken before this call, and waits until all of it is settled. What failed is told by its
    /// [`Delivery`].
    pub async fn flush(&self) {
        let hurry = Hurry::new(&self.shared);
        let shares = self.shared.state.lock().batches.shares();
        futures::future::join_all(shares).await;
        drop(hurry);
    }

    /// Sends what is left, waits for it, and stops.
    pub async fn close(mut self) {
        self.shared.close();
        // An error here is a panic of the sender, of which the deliveries have told.
        let _ = (&mut self.sender).await;
    }

    /// The topic, as the cluster last described it.
    async fn topic(&self, name: &TopicName) -> Result<Arc<Topic>, Error> {
        let cluster = &self.shared.cluster;
        if let Some(topic) = cluster.view().topics.get(name) {
            return Ok(Arc::clone(topic));
        }
        let view = match self.shared.options.create_topics {
            true => cluster.require_or_create(name).await?,
            false => cluster.require(std::slice::from_ref(name)).await?,
        };
        let missing = || {
            let doing = format!("find topic \"{name}\"");
            Error::refused(doing, ErrorCode::UnknownTopicOrPartition, None)
        };
        view.topics.get(name).cloned().ok_or_else(missing)
    }

    /// How much room a record of so many bytes takes; an error if there never is as much.
    fn permits(&self, bytes: usize) -> Result<u32, Error> {
        let options = &self.shared.options;
        if bytes > options.request_bytes.max(options.batch_bytes) || bytes > options.buffer_bytes {
            return Err(Error::Invalid(format!(
                "a record of {bytes} bytes is larger than the {} bytes of a request",
                options.request_bytes
            )));
        }
        Ok(u32::try_from(bytes).expect("records are smaller than requests"))
    }

    /// Takes room for a record, which its batch gives back.
    async fn room_for(&self, bytes: usize) -> Result<(), Error> {
        let permits = self.permits(bytes)?;
        match self.shared.room.try_acquire_many(permits) {
            Ok(room) => room.forget(),
            Err(_) => {
                // Whoever waits for room must not wait for a linger too.
                let _hurry = Hurry::new(&self.shared);
                let room = self.shared.room.acquire_many(permits).await;
                room.map_err(|_| Error::Closed)?.forget();
            }
        }
        Ok(())
    }

    fn append(
        &self,
        topic: &Topic,
        record: &Record,
        bytes: usize,
        note: Option<Note>,
        now: Instant,
    ) -> Result<Option<Delivery>, Error> {
        let timestamp = record.timestamp.unwrap_or_else(clock::now);
        let mut state = self.shared.state.lock();
        if self.shared.closed.load(Ordering::Acquire) {
            return Err(Error::Closed);
        }
        let index = state.partition_for(topic, record, bytes)?;
        let partition = TopicPartition { topic: topic.name.clone(), partition: index };
        let appended = state.batches.append(now, timestamp, &partition, record, note);
        drop(state);
        if appended.wake {
            self.shared.wake.notify_one();
        }
        Ok(appended.delivery)
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl Shared {
    /// No more records; the sender ends when it has settled those that it has.
    fn close(&self) {
        let state = self.state.lock();
        self.closed.store(true, Ordering::Release);
        drop(state);
        self.wake.notify_one();
    }
}

impl State {
    /// The record's own partition, its key's, or the one of the moment.
    fn partition_for(
        &mut self,
        topic: &Topic,
        record: &Record,
        bytes: usize,
    ) -> Result<PartitionIndex, Error> {
        let count = topic.partitions.len();
        let missing = |index: i32| {
            let doing = format!("write to partition {index} of topic \"{}\"", topic.name);
            let message = format!("the topic has {count} partitions, from 0");
            Error::refused(doing, ErrorCode::UnknownTopicOrPartition, Some(&message))
        };
        if let Some(index) = record.partition {
            return topic.partition(index).map(|p| p.index).ok_or_else(|| missing(index.get()));
        }
        if count == 0 {
            return Err(missing(0));
        }
        if let Some(key) = &record.key {
            return Ok(partition_of_key(key, count));
        }
        let chance = |below| rand::rng().random_range(0..below);
        let batch_bytes = self.batches.limits.batch_bytes;
        let chosen = match self.sticky.get_mut(&topic.name) {
            Some(sticky) => sticky.choose(topic, bytes, batch_bytes, chance),
            None => {
                let sticky = self.sticky.entry(topic.name.clone()).or_default();
                sticky.choose(topic, bytes, batch_bytes, chance)
            }
        };
        chosen.ok_or_else(|| missing(0))
    }
}

/// While it lives, batches leave without waiting to be filled.
struct Hurry<'a> {
    shared: &'a Shared,
}

impl<'a> Hurry<'a> {
    fn new(shared: &'a Shared) -> Self {
        shared.state.lock().batches.hurry += 1;
        shared.wake.notify_one();
        Self { shared }
    }
}

impl Drop for Hurry<'_> {
    fn drop(&mut self) {
        self.shared.state.lock().batches.hurry -= 1;
    }
}
