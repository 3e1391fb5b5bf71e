//! The engine: carries a plan out.
//!
//! Producers and consumers are shared out to lanes, each with threads of its own ([`writer`](self), [`reader`](self)). They get
//! ready, and all go at one moment, from which everything counts. What they see they note on sheets; the [`Course`] of the run
//! takes these away four times a second, on the thread that called, and tells its [`Audience`]. It also decides when a run is over:
//!
//! | a run that | is over when |
//! |---|---|
//! | writes | all is written, or its time is over, and all is acknowledged |
//! | reads | so many were read, or its time is over, or nothing came for a while |
//! | does both | its writing is over, and all of that was read, or nothing came for a while |
//!
//! An interrupt ends any of them in the same order, with what was measured so far.

mod course;
mod driver;
mod field;
mod plan;
mod reader;
mod tide;
mod watch;
mod writer;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use client::Cluster;
use client::cli::Failure;
use client::cli::applets::Signals;
use protocol::ids::{TopicName, TopicPartition};
use tokio::sync::{mpsc, oneshot};

use crate::machine::Neighbour;
use crate::measure::{Interval, Total};
use crate::result::Row;
use crate::verify::Verdict;
use course::Course;
use field::Field;

pub use plan::{Backlog, Plan, Reading, Subscription, Writing};

/// How long consumers may take to find their places before anything is written.
const PLACES_WAIT_MAX: Duration = Duration::from_secs(60);

/// Someone who looks on while a run goes on.
pub trait Audience {
    /// A quarter of a second went by; `interval` is the one that is not over yet.
    fn glance(&mut self, interval: &Interval, total: &Total);

    /// An interval is over.
    ///
    /// # Errors
    /// Trouble with what it writes.
    fn interval(&mut self, interval: &Interval) -> Result<(), Failure>;
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// As it was to.
    Done,
    /// By a signal, in order.
    Interrupted,
    /// By a second signal, which gives this exit code.
    Aborted(u8),
}

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// Whether latencies are counted from due times that were fixed before.
    pub is_open: bool,
    /// Each interval behind the warm-up.
    pub rows: Vec<Row>,
    /// All of them together.
    pub total: Total,
    /// What was lost and so on, if that was looked at.
    pub verdict: Option<Verdict>,
    /// The first numbers that are missing.
    pub gaps: Vec<String>,
}

/// Carries a plan out.
///
/// # Errors
/// That it could not begin. What goes wrong later is counted.
pub async fn run(
    plan: &Plan,
    neighbour: Option<&Neighbour>,
    signals: &mut Signals,
    audience: &mut dyn Audience,
) -> Result<Outcome, Failure> {
    let field = Arc::new(Field::default());
    let (readers_work, readers_done) = mpsc::channel(1);
    let (writers_work, writers_done) = mpsc::channel(1);
    let (readers, ledgers) = match &plan.reading {
        Some(reading) => read(plan, reading, &field, readers_work, signals).await?,
        None => {
            // Nobody works, so the work is done.
            drop(readers_work);
            (Vec::new(), Vec::new())
        }
    };
    let writers = match &plan.writing {
        Some(writing) => write(plan, writing, &field, writers_work).await,
        None => {
            drop(writers_work);
            Ok(Vec::new())
        }
    };
    let writers = match writers {
        Ok(writers) => writers,
        Err(failure) => {
            field.readers.give();
            field.writers.give();
            field.go();
            return Err(failure);
        }
    };
    let mut course = Course::new(plan, &field, neighbour, writers, readers, ledgers);
    field.go();
    let end = course.follow(writers_done, readers_done, signals, audience).await?;
    Ok(course.outcome(end))
}

async fn write(
    plan: &Plan,
    writing: &Writing,
    field: &Arc<Field>,
    work: mpsc::Sender<()>,
) -> Result<Vec<writer::Running>, Failure> {
    let (mut running, mut all_ready) = (Vec::new(), Vec::new());
    for lane in writer::lanes(plan, writing, field) {
        let (ready, is_ready) = oneshot::channel();
        running.push(lane.start(ready, work.clone())?);
        all_ready.push(is_ready);
    }
    for is_ready in all_ready {
        is_ready
            .await
            .unwrap_or_else(|_| Err(Failure::failed("a thread of the load broke off")))?;
    }
    Ok(running)
}

async fn read(
    plan: &Plan,
    reading: &Reading,
    field: &Arc<Field>,
    work: mpsc::Sender<()>,
    signals: &mut Signals,
) -> Result<(Vec<reader::Running>, reader::Ledgers), Failure> {
    let partitions = partitions(plan).await?;
    let expected = reading.subscriptions.len() * partitions.values().map(Vec::len).sum::<usize>();
    let placed = Arc::new(AtomicUsize::new(0));
    let (lanes, ledgers) = reader::lanes(plan, reading, &partitions, field, &placed);
    let running: Result<Vec<_>, _> =
        lanes.into_iter().map(|lane| lane.start(work.clone())).collect();
    drop(work);
    if plan.writing.is_some() {
        // What is written before a reader at the end has found its place would be lost on it.
        let places = async {
            while placed.load(Ordering::Relaxed) < expected {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let found = tokio::select! {
            found = tokio::time::timeout(PLACES_WAIT_MAX, places) => found.is_ok(),
            _ = signals.next() => false,
        };
        if !found {
            field.readers.give();
            let found = placed.load(Ordering::Relaxed);
            return Err(Failure::failed("the consumers did not get ready")
                .because(format!("{found} of {expected} partitions have a reader")));
        }
    }
    Ok((running?, ledgers))
}

/// The partitions of each topic.
async fn partitions(plan: &Plan) -> Result<BTreeMap<TopicName, Vec<TopicPartition>>, Failure> {
    let cluster = Cluster::lazily(plan.cluster.clone());
    let view = cluster.require(&plan.topics).await?;
    let of = |name: &TopicName| {
        let topic = view.topics.get(name)?;
        let partition = |index| TopicPartition { topic: name.clone(), partition: index };
        Some((name.clone(), topic.partitions.iter().map(|p| partition(p.index)).collect()))
    };
    Ok(plan.topics.iter().filter_map(of).collect())
}
