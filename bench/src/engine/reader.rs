//! A reading lane: some of the consumers, on one thread.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use client::cli::Failure;
use client::consumer::{Consumer, ConsumerOptions, Record};
use client::offsets::OffsetAt;
use client::{Cluster, ClusterOptions, Error};
use futures::future::join_all;
use parking_lot::Mutex;
use protocol::ids::{TopicName, TopicPartition};
use tokio::sync::mpsc;

use super::field::{Field, Recorder};
use super::plan::{Plan, Reading, Subscription};
use super::watch::name;
use crate::verify::Ledger;

/// How long one poll waits.
const POLL: Duration = Duration::from_millis(100);
/// How long to wait after an error that will not pass by itself in no time.
const REST: Duration = Duration::from_millis(250);

/// What each subscription has seen.
pub(super) type Ledgers = Vec<Arc<Mutex<Ledger>>>;

/// One consumer to be.
#[derive(Debug)]
struct Seat {
    options: ConsumerOptions,
    topic: TopicName,
    /// What it reads, unless a group says so.
    assigned: Vec<TopicPartition>,
    /// What its subscription has seen, if it is to be verified.
    ledger: Option<Arc<Mutex<Ledger>>>,
}

/// What a lane of readers is to do.
#[derive(Debug)]
pub(super) struct ReadingLane {
    field: Arc<Field>,
    recorder: Arc<Recorder>,
    cluster: ClusterOptions,
    /// The run whose records tell how long they took.
    run: u64,
    seats: Vec<Seat>,
    /// How many partitions all lanes together have found their place in.
    placed: Arc<AtomicUsize>,
}

/// A lane at work.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) recorder: Arc<Recorder>,
    thread: JoinHandle<()>,
}

impl Running {
    /// Waits for its end. Blocks the thread.
    pub(super) fn join(self) {
        let _ = self.thread.join();
    }
}

/// Shares the consumers of a plan out to lanes. `partitions` are those of each topic.
pub(super) fn lanes(
    plan: &Plan,
    reading: &Reading,
    partitions: &BTreeMap<TopicName, Vec<TopicPartition>>,
    field: &Arc<Field>,
    placed: &Arc<AtomicUsize>,
) -> (Vec<ReadingLane>, Ledgers) {
    let ledgers: Ledgers = reading.subscriptions.iter().map(|_| Arc::default()).collect();
    let mut seats = Vec::new();
    for (subscription, ledger) in reading.subscriptions.iter().zip(&ledgers) {
        for (topic, partitions) in partitions {
            for number in 0..reading.consumers {
                let dealt = partitions.iter().skip(number).step_by(reading.consumers).cloned();
                let (group, assigned) = match subscription {
                    Subscription::Group(group) => (Some(group.clone()), Vec::new()),
                    Subscription::Assigned => (None, dealt.collect()),
                };
                let options = ConsumerOptions { group, ..reading.options.clone() };
                let ledger = reading.is_verified.then(|| Arc::clone(ledger));
                seats.push(Seat { options, topic: topic.clone(), assigned, ledger });
            }
        }
    }
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    let mut lanes: Vec<ReadingLane> = (0..seats.len().clamp(1, cpus))
        .map(|_| ReadingLane {
            field: Arc::clone(field),
            recorder: Arc::default(),
            cluster: plan.cluster.clone(),
            run: plan.run,
            seats: Vec::new(),
            placed: Arc::clone(placed),
        })
        .collect();
    let count = lanes.len();
    for (at, seat) in seats.into_iter().enumerate() {
        lanes[at % count].seats.push(seat);
    }
    (lanes, ledgers)
}

impl ReadingLane {
    /// Starts its thread, which drops `done` when nothing of its work is left.
    pub(super) fn start(self, done: mpsc::Sender<()>) -> Result<Running, Failure> {
        let recorder = Arc::clone(&self.recorder);
        let thread = Builder::new().name("bench-reader".into()).spawn(move || {
            match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime.block_on(self.read()),
                Err(error) => self.recorder.note(|sheet| sheet.failed(&error.to_string(), 1)),
            }
            drop(done);
        });
        let thread = thread.map_err(|error| Failure::other("start a thread", &error))?;
        Ok(Running { recorder, thread })
    }

    async fn read(mut self) {
        let seats = std::mem::take(&mut self.seats);
        let this = &self;
        join_all(seats.into_iter().map(|seat| async move {
            if let Err(error) = this.occupy(seat).await {
                this.recorder.note(|sheet| sheet.failed(&name(&error), 1));
            }
        }))
        .await;
    }

    async fn occupy(&self, seat: Seat) -> Result<(), Error> {
        let cluster = Cluster::lazily(self.cluster.clone());
        let mut consumer = Consumer::new(cluster, seat.options.clone());
        if seat.options.group.is_some() {
            consumer.subscribe([seat.topic.clone()])?;
        } else {
            consumer.assign(seat.assigned.iter().cloned());
            let place = seat.options.reset.unwrap_or(OffsetAt::Start);
            seat.assigned.iter().for_each(|partition| consumer.seek_to(partition, place));
        }
        let (mut placed, mut is_paused) = (0, false);
        while !self.field.readers.is_given() {
            self.pause(&mut consumer, &mut is_paused);
            tokio::select! {
                polled = consumer.poll(POLL) => match polled {
                    Ok(records) => self.take_in(&records, seat.ledger.as_deref()),
                    Err(error) => {
                        self.recorder.note(|sheet| sheet.failed(&name(&error), 1));
                        tokio::time::sleep(REST).await;
                    }
                },
                () = self.field.readers.given() => {}
            }
            placed = self.tell_place(&consumer, placed);
        }
        consumer.close().await
    }

    fn take_in(&self, records: &[Record], ledger: Option<&Mutex<Ledger>>) {
        if records.is_empty() {
            return;
        }
        let now = self.field.elapsed();
        self.recorder.note(|sheet| {
            let mut ledger = ledger.map(Mutex::lock);
            for record in records {
                sheet.read.add(size(record));
                let seal = ledger.as_mut().and_then(|ledger| ledger.read(record));
                if let Some(seal) = seal.filter(|seal| seal.run == self.run) {
                    sheet.end_to_end.record(now.saturating_sub(seal.due));
                }
            }
        });
    }

    /// Stops fetching, or goes on, as the field says.
    fn pause(&self, consumer: &mut Consumer, is_paused: &mut bool) {
        let wanted = self.field.are_readers_paused.load(Ordering::Relaxed);
        if wanted == *is_paused {
            return;
        }
        *is_paused = wanted;
        for partition in consumer.assignment() {
            match wanted {
                true => consumer.pause(&partition),
                false => consumer.resume(&partition),
            }
        }
    }

    /// Says how many partitions have a place to read from; `told` is what was said before.
    fn tell_place(&self, consumer: &Consumer, told: usize) -> usize {
        let assignment = consumer.assignment();
        let now = assignment.iter().filter(|p| consumer.position(p).is_some()).count();
        self.placed.fetch_add(now, Ordering::Relaxed);
        self.placed.fetch_sub(told, Ordering::Relaxed);
        now
    }
}

fn size(record: &Record) -> u64 {
    let length = |bytes: &Option<bytes::Bytes>| bytes.as_ref().map_or(0, bytes::Bytes::len) as u64;
    length(&record.key) + length(&record.value)
}
