//! A writing lane: some of the producers, and the two threads that work for them.
//!
//! ```text
//!  driver thread                          I/O thread (a runtime of its own)
//!  wait until due ─► make ─► try_post ─►  queues ─► sockets ─► watch ─► recorder
//! ```
//!
//! The driver is a thread rather than a task, because a runtime's timer is as coarse as a millisecond and the kernel's is not,
//! and because a record costs less than a task switch. The producers' own tasks have one thread, since tasks that wake each other
//! across cores wait longer for that than for the broker.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use client::cli::Failure;
use client::cluster::Lane;
use client::producer::{Producer, Record};
use client::{Cluster, ClusterOptions, Error};
use parking_lot::Mutex;
use protocol::ids::TopicName;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::driver::{Driver, Pen};
use super::field::{Field, Recorder};
use super::plan::{Plan, Writing};
use super::watch::Watch;
use crate::pace::Pace;
use crate::verify::{Author, Numbers};

/// What a lane of writers is to do.
#[derive(Debug)]
pub(super) struct WritingLane {
    field: Arc<Field>,
    recorder: Arc<Recorder>,
    run: u64,
    writing: Writing,
    cluster: ClusterOptions,
    /// The numbers of its producers, and where each writes.
    producers: Vec<(u32, TopicName)>,
    pace: Pace,
    /// How many records it writes at most.
    count: u64,
    end: Option<Duration>,
}

/// A lane at work.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) recorder: Arc<Recorder>,
    thread: JoinHandle<Vec<(Author, Numbers)>>,
}

impl Running {
    /// Waits for its end: what each producer knows to be written, if that was to be kept. Blocks the thread.
    pub(super) fn join(self) -> Vec<(Author, Numbers)> {
        self.thread.join().unwrap_or_default()
    }
}

/// Shares the producers of a plan out to lanes, as many as there are CPUs to work for them.
pub(super) fn lanes(plan: &Plan, writing: &Writing, field: &Arc<Field>) -> Vec<WritingLane> {
    let places = (0..writing.producers.max(1)).flat_map(|_| plan.topics.iter().cloned());
    let producers: Vec<(u32, TopicName)> = (0..).zip(places).collect();
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    let lanes = producers.len().clamp(1, cpus);
    let share = |lane: usize| {
        let all = writing.count.unwrap_or(u64::MAX);
        all / lanes as u64 + u64::from((lane as u64) < all % lanes as u64)
    };
    let lane = |lane| WritingLane {
        field: Arc::clone(field),
        recorder: Arc::default(),
        run: plan.run,
        writing: writing.clone(),
        cluster: plan.cluster.clone(),
        producers: producers.iter().skip(lane).step_by(lanes).cloned().collect(),
        pace: Pace::of_lane(writing.rate, lane, lanes),
        count: share(lane),
        end: plan.end(),
    };
    (0..lanes).map(lane).collect()
}

impl WritingLane {
    /// Starts its threads. It says whether it is `ready` to go, and drops `done` when nothing of its work is left.
    pub(super) fn start(
        self,
        ready: oneshot::Sender<Result<(), Failure>>,
        done: mpsc::Sender<()>,
    ) -> Result<Running, Failure> {
        let recorder = Arc::clone(&self.recorder);
        let thread = Builder::new().name("bench-io".into()).spawn(move || {
            let written = run_to_the_end(self, ready);
            drop(done);
            written
        });
        let thread = thread.map_err(|error| Failure::other("start a thread", &error))?;
        Ok(Running { recorder, thread })
    }
}

fn run_to_the_end(
    lane: WritingLane,
    ready: oneshot::Sender<Result<(), Failure>>,
) -> Vec<(Author, Numbers)> {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = ready.send(Err(Failure::other("start", &error)));
            return Vec::new();
        }
    };
    runtime.block_on(lane.write(ready))
}

impl WritingLane {
    async fn write(self, ready: oneshot::Sender<Result<(), Failure>>) -> Vec<(Author, Numbers)> {
        let (pens, watches) = match self.pens().await {
            Ok(made) => made,
            Err(error) => {
                let _ = ready.send(Err(error.into()));
                return Vec::new();
            }
        };
        let driver = Driver {
            field: Arc::clone(&self.field),
            recorder: self.recorder,
            pens,
            pace: self.pace,
            count: self.count,
            end: self.end,
            runtime: Handle::current(),
        };
        let (finished, at_the_end) = oneshot::channel();
        let thread = Builder::new().name("bench-driver".into()).spawn(move || {
            let _ = finished.send(driver.run());
        });
        let told = match thread {
            Ok(_) => Ok(()),
            Err(error) => Err(Failure::other("start a thread", &error)),
        };
        let _ = ready.send(told);
        for pen in at_the_end.await.unwrap_or_default() {
            pen.close().await;
        }
        let written = |(producer, watch): (u32, Arc<Watch>)| {
            let numbers = std::mem::take(&mut *watch.written.as_ref()?.lock());
            Some((Author { run: self.run, producer }, numbers))
        };
        watches.into_iter().filter_map(written).collect()
    }

    /// A pen for each producer, connected to its leaders, so that the first record does not pay for that.
    async fn pens(&self) -> Result<(Vec<Pen>, Vec<(u32, Arc<Watch>)>), Error> {
        let (mut pens, mut watches) = (Vec::new(), Vec::new());
        for (number, topic) in &self.producers {
            let cluster = Cluster::lazily(self.cluster.clone());
            connect(&cluster, topic).await?;
            let watch = Arc::new(Watch {
                field: Arc::clone(&self.field),
                recorder: Arc::clone(&self.recorder),
                is_open: self.pace != Pace::Closed,
                written: self.writing.is_sealed.then(Mutex::default),
            });
            let options = self.writing.options.clone();
            let producer = Producer::watched(cluster, options, Arc::clone(&watch) as _)?;
            let workload = &self.writing.workload;
            let headers = workload.headers();
            pens.push(Pen {
                producer,
                source: workload.source(*number),
                record: Record { headers, ..Record::tombstone(topic.clone()) },
                seal: self.writing.is_sealed.then_some(self.run),
                number: *number,
                next: 0,
            });
            watches.push((*number, watch));
        }
        Ok((pens, watches))
    }
}

async fn connect(cluster: &Cluster, topic: &TopicName) -> Result<(), Error> {
    let view = cluster.require(std::slice::from_ref(topic)).await?;
    let partitions = view.topics.get(topic).map(|topic| topic.partitions.clone());
    let leaders =
        partitions.unwrap_or_default().into_iter().filter_map(|partition| partition.leader);
    let leaders: std::collections::BTreeSet<_> = leaders.collect();
    for leader in leaders {
        cluster.node(leader, Lane::Ordinary).await?;
    }
    Ok(())
}
