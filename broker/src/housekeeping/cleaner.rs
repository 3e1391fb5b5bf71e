//! The cleaner: compacts the logs whose topics ask for it (`cleanup.policy=compact`), and `__consumer_offsets` among them.
//!
//! ```text
//! look for the log that needs it most ─► a round, on a thread of its own ─► look again at once
//!        nothing needs it ─► rest for log.cleaner.backoff.ms
//! ```
//!
//! What a round does is storage's (`storage::compact`); here is which log, how many at a time, how fast, and what becomes of
//! errors. A log with a damaged batch is left alone until a restart: rewriting it would make the damage final.

use std::cell::Cell;
use std::collections::HashSet;
use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use protocol::ids::{Offset, PartitionIndex, TopicId};
use storage::compact::schedule::{self, Dirt, Policy};
use storage::compact::{CompactError, Pace, Rules, Swap};
use storage::disk::OsDisk;
use storage::log::Compaction;
use tokio::task::JoinSet;
use tracing::{error, info, warn};

use crate::config::TopicConfig;
use crate::machine::Instant;
use crate::node::Broker;
use crate::node::hosted::Hosted;

/// How far the records of one batch may unpack.
const UNPACKED_BYTES_MAX: usize = 256 << 20;

/// The longest that a round sleeps before it looks again whether it is to stop.
const NAP: Duration = Duration::from_millis(50);

/// See the module.
#[derive(Debug)]
pub(crate) struct Cleaner {
    broker: Arc<Broker>,
    stopping: AtomicBool,
    /// Logs that have a round now, or are to have none.
    taken: Mutex<HashSet<LogId>>,
}

/// A log; a topic made again under its name is another.
type LogId = (TopicId, PartitionIndex);

/// A log that is worth a round.
struct Job {
    hosted: Arc<Hosted>,
    config: Arc<TopicConfig>,
    compaction: Compaction<OsDisk>,
    dirt: Dirt,
}

/// How a round ended.
enum Ended {
    /// The log is cleaner than it was.
    Cleaner,
    /// Something was in the way that passes.
    NotNow,
    /// It is not to be tried again.
    Never,
}

impl Cleaner {
    pub(crate) fn new(broker: Arc<Broker>) -> Self {
        Self { broker, stopping: AtomicBool::new(false), taken: Mutex::default() }
    }

    /// Ends all rounds, soon. What they have put in its place stays.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

/// Runs until it is aborted.
pub(crate) async fn run(cleaner: Arc<Cleaner>) {
    let config = || cleaner.broker.config();
    if !config().log.cleaner_enable {
        return;
    }
    let mut rounds = JoinSet::new();
    loop {
        let threads = usize::try_from(config().log.cleaner_threads).unwrap_or(0);
        while rounds.len() < threads
            && let Some(job) = look(&cleaner).await
        {
            let cleaner = Arc::clone(&cleaner);
            rounds.spawn_blocking(move || cleaner.round(&job));
        }
        let backoff = u64::try_from(config().log.cleaner_backoff_ms).unwrap_or(0);
        let rest = Duration::from_millis(backoff.max(1));
        tokio::select! {
            Some(ended) = rounds.join_next() => match ended {
                Ok(Ended::Cleaner) => {}
                Ok(Ended::NotNow | Ended::Never) => tokio::time::sleep(rest).await,
                Err(failure) => {
                    error!(%failure, "a compaction failed; its log is not compacted until the broker is restarted");
                }
            },
            () = tokio::time::sleep(rest) => {}
        }
    }
}

async fn look(cleaner: &Arc<Cleaner>) -> Option<Job> {
    let cleaner = Arc::clone(cleaner);
    tokio::task::spawn_blocking(move || cleaner.dirtiest()).await.ok().flatten()
}

impl Cleaner {
    /// The log that needs a round most; it is taken when this returns.
    fn dirtiest(&self) -> Option<Job> {
        let topics = self.broker.registry.topics();
        let compacted = topics.all().filter(|topic| topic.config.cleanup_policy.compact);
        let mut jobs: Vec<Job> = compacted
            .flat_map(|topic| topic.partitions.iter().flatten().map(move |hosted| (topic, hosted)))
            .filter_map(|(topic, hosted)| self.job(hosted, &topic.config))
            .collect();
        let dirt: Vec<Dirt> = jobs.iter().map(|job| job.dirt).collect();
        let job = jobs.swap_remove(schedule::choose(&dirt)?);
        self.taken.lock().insert(id(&job.hosted));
        Some(job)
    }

    fn job(&self, hosted: &Arc<Hosted>, config: &Arc<TopicConfig>) -> Option<Job> {
        if self.taken.lock().contains(&id(hosted)) {
            return None;
        }
        let compaction = {
            let partition = hosted.lock().ok()?;
            partition.leader().ok()?;
            partition.log().compaction(partition.offsets().last_stable)
        };
        let policy = policy(config);
        let point = self.broker.logs.cleaner_point(hosted.log_dir, &hosted.id);
        match compaction.dirt(point, self.broker.clock.wall(), &policy) {
            Ok(dirt) if dirt.is_worth_a_round(&policy) => Some(Job {
                hosted: Arc::clone(hosted),
                config: Arc::clone(config),
                compaction,
                dirt,
            }),
            Ok(_) => None,
            // Retention was faster.
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => {
                warn!(partition = %hosted.id, %error, "cannot see how dirty a log is");
                None
            }
        }
    }

    /// Compacts one log.
    fn round(&self, job: &Job) -> Ended {
        let began = self.broker.clock.instant();
        let (read, left) = (Cell::new(0), Cell::new(0));
        let throttle = Throttle::new(self);
        let pace = |bytes| throttle.pass(bytes);
        let swap_in = |swap: &Swap| {
            read.set(read.get() + swap.stats().bytes_before);
            left.set(left.get() + swap.stats().bytes_after);
            self.put_in_place(&job.hosted, swap)
        };
        let (now, rules) = (self.broker.clock.wall(), self.rules(&job.config));
        let result = job.compaction.run(job.dirt, now, rules, Pace::new(&pace), swap_in);
        let ended = self.settle(job, result);
        if matches!(ended, Ended::Cleaner) {
            let took = self.broker.clock.instant().since(began);
            info!(
                partition = %job.hosted.id, bytes_before = read.get(), bytes_after = left.get(), ?took,
                "a log was compacted"
            );
        }
        if !matches!(ended, Ended::Never) {
            self.taken.lock().remove(&id(&job.hosted));
        }
        ended
    }

    /// Lets a rewritten segment take the place of those that it was made of.
    fn put_in_place(&self, hosted: &Hosted, swap: &Swap) -> ControlFlow<()> {
        let Ok(mut partition) = hosted.lock() else { return ControlFlow::Break(()) };
        if partition.leader().is_err() || self.is_stopping() {
            return ControlFlow::Break(());
        }
        match partition.log_mut().swap_in(swap) {
            Ok(Some(removal)) => {
                self.broker.removals.note(self.broker.clock.instant(), [removal]);
                ControlFlow::Continue(())
            }
            Ok(None) => ControlFlow::Break(()),
            Err(failure) => {
                drop(partition);
                self.broker.fail_log_dir(
                    hosted.log_dir,
                    "compaction",
                    &io::Error::other(failure.to_string()),
                );
                ControlFlow::Break(())
            }
        }
    }

    /// Notes how far the log is clean now, or deals with what went wrong.
    fn settle(&self, job: &Job, result: Result<Option<Offset>, CompactError>) -> Ended {
        let hosted = &job.hosted;
        match result {
            Ok(Some(point)) if point > job.dirt.from => self.note(hosted, point),
            Ok(_) | Err(CompactError::Stopped) => Ended::NotNow,
            // Retention or a deletion was faster.
            Err(CompactError::Io(error)) if error.kind() == ErrorKind::NotFound => Ended::NotNow,
            Err(CompactError::Io(error)) if error.kind() == ErrorKind::StorageFull => {
                warn!(partition = %hosted.id, "no space for a compaction; trying again later");
                Ended::NotNow
            }
            Err(CompactError::Io(error)) => {
                self.broker.fail_log_dir(hosted.log_dir, "compaction", &error);
                Ended::NotNow
            }
            Err(CompactError::Batch(error)) => {
                error!(
                    partition = %hosted.id, %error,
                    "a batch is damaged; the log is served as it is, and not compacted until the broker is restarted"
                );
                Ended::Never
            }
        }
    }

    fn note(&self, hosted: &Hosted, point: Offset) -> Ended {
        match hosted.lock() {
            Ok(partition) if partition.leader().is_ok() => {
                self.broker.logs.note_cleaner_point(hosted.log_dir, &hosted.id, point);
            }
            _ => return Ended::NotNow,
        }
        if let Err(error) = self.broker.logs.write_cleaner_points(hosted.log_dir) {
            // A restart reads more than it had to, no more.
            warn!(partition = %hosted.id, %error, "cannot write down how far logs are clean");
        }
        Ended::Cleaner
    }

    fn rules(&self, config: &TopicConfig) -> Rules {
        let log = &self.broker.config().log;
        let threads = i64::from(log.cleaner_threads.max(1));
        Rules {
            delete_retention_ms: config.delete_retention_ms,
            segment_bytes: u64::try_from(config.segment_bytes).unwrap_or(0),
            map_bytes_max: usize::try_from(log.cleaner_dedupe_buffer_size / threads)
                .unwrap_or(0)
                .max(4096),
            unpacked_bytes_max: UNPACKED_BYTES_MAX,
        }
    }
}

fn id(hosted: &Hosted) -> LogId {
    (hosted.topic_id, hosted.id.partition)
}

fn policy(config: &TopicConfig) -> Policy {
    Policy {
        dirty_ratio_min: config.min_cleanable_dirty_ratio,
        lag_ms_min: config.min_compaction_lag_ms,
        lag_ms_max: config.max_compaction_lag_ms,
    }
}

/// Holds a round to its share of `log.cleaner.io.max.bytes.per.second`, and ends it when the broker stops.
struct Throttle<'a> {
    cleaner: &'a Cleaner,
    bytes_per_second: f64,
    began: Instant,
    passed: Cell<u64>,
}

impl<'a> Throttle<'a> {
    fn new(cleaner: &'a Cleaner) -> Self {
        let log = &cleaner.broker.config().log;
        let bytes_per_second =
            log.cleaner_io_max_bytes_per_second / f64::from(log.cleaner_threads.max(1));
        Self {
            cleaner,
            bytes_per_second,
            began: cleaner.broker.clock.instant(),
            passed: Cell::new(0),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a round has a thread of its own, which may wait"
    )]
    fn pass(&self, bytes: u64) -> ControlFlow<()> {
        self.passed.set(self.passed.get() + bytes);
        let due = self.passed.get() as f64 / self.bytes_per_second;
        loop {
            if self.cleaner.is_stopping() {
                return ControlFlow::Break(());
            }
            let ahead = due - self.cleaner.broker.clock.instant().since(self.began).as_secs_f64();
            if ahead <= 0.0 {
                return ControlFlow::Continue(());
            }
            std::thread::sleep(
                Duration::try_from_secs_f64(ahead).map_or(NAP, |ahead| ahead.min(NAP)),
            );
        }
    }
}
