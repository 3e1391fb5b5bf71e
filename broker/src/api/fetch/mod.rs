//! Fetch (key 1): reads record batches from partitions.
//!
//! The ordered part opens the session and tries once. If there is enough to answer (`min_bytes`, or anything that the
//! client should know at once) and everything wanted is in the page cache, that is all. Otherwise what remains is
//! waited for beside later requests: cold segments are read on the blocking pool, and a fetch that found too
//! little parks on its partitions until the high watermark moves or `max_wait_ms` is over.
//!
//! Records leave as slices of the log's map: they are not copied in user space.

mod answer;

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use protocol::ids::{LeaderEpoch, Offset, PartitionIndex, TopicId};
use protocol::messages::{FetchRequest, FetchResponse};
use protocol::{ApiKey, ErrorCode};
use uuid::Uuid;

use self::answer::Answering;
use super::{Api, Call, Stage};
use crate::node::Broker;
use crate::node::fetch_sessions::{Key, Opening, TopicKey, Wanted};
use crate::node::hosted::{Hosted, Topics};
use crate::node::signal::Signal;
use crate::partition::{Fetch as Read, Fetched, Isolation, Offsets, WaiterId, Watch};
use storage::disk::OsDisk;
use storage::log::ReadPlan;

/// See the module.
pub(super) struct Fetch;

impl Api for Fetch {
    type Request = FetchRequest;
    type Response = FetchResponse;

    const KEY: ApiKey = ApiKey::Fetch;
    const VERSIONS: RangeInclusive<i16> = 4..=18;

    fn handle(call: Call<'_>, request: FetchRequest) -> Stage<FetchResponse> {
        let version = call.version();
        if is_replica(&request, version) {
            // Followers fetch over their own door; a client that calls itself one must not move a high watermark.
            return Stage::Ready(answer::failed(ErrorCode::ClusterAuthorizationFailed));
        }
        let limits = Limits::of(&request, call.broker.fetch_bytes_max());
        let opening = opening(request, version);
        let opened = match call.broker.fetch_sessions.open(call.broker.clock.instant(), opening) {
            Ok(opened) => opened,
            Err(code) => return Stage::Ready(answer::failed(code)),
        };
        let answering = Answering::new(version, opened);
        let fetching = Fetching { broker: Arc::clone(call.broker), limits, answering };
        fetching.first_attempt()
    }
}

/// Whether the sender claims to be a replica (CVE-2018-1288).
fn is_replica(request: &FetchRequest, version: i16) -> bool {
    let replica = if version >= 15 { request.replica_state.replica_id } else { request.replica_id };
    replica.0 >= 0
}

/// How much to read, and how long to wait for it.
#[derive(Clone, Copy, Debug)]
struct Limits {
    bytes_min: usize,
    bytes_max: usize,
    wait: Duration,
    isolation: Isolation,
}

impl Limits {
    fn of(request: &FetchRequest, server_max: usize) -> Self {
        let bytes = |count: i32| usize::try_from(count).unwrap_or(0);
        let bytes_max = bytes(request.max_bytes).min(server_max);
        Self {
            bytes_min: bytes(request.min_bytes).min(bytes_max),
            bytes_max,
            wait: Duration::from_millis(u64::try_from(request.max_wait_ms).unwrap_or(0)),
            isolation: if request.isolation_level == 0 {
                Isolation::ReadUncommitted
            } else {
                Isolation::ReadCommitted
            },
        }
    }
}

fn topic_key(version: i16, name: &str, id: Uuid) -> TopicKey {
    if version >= 13 { TopicKey::Id(TopicId(id)) } else { TopicKey::Name(name.into()) }
}

fn opening(request: FetchRequest, version: i16) -> Opening {
    let mut wanted = Vec::new();
    for topic in request.topics {
        let name = topic_key(version, &topic.topic, topic.topic_id);
        wanted.extend(topic.partitions.into_iter().map(|partition| {
            let wants = Wanted {
                offset: Offset(partition.fetch_offset),
                bytes_max: partition.partition_max_bytes,
                leader_epoch: LeaderEpoch(partition.current_leader_epoch),
                last_fetched_epoch: LeaderEpoch(partition.last_fetched_epoch),
            };
            ((name.clone(), PartitionIndex(partition.partition)), wants)
        }));
    }
    let mut forgotten = Vec::new();
    for topic in request.forgotten_topics_data {
        let name = topic_key(version, &topic.topic, topic.topic_id);
        forgotten.extend(
            topic.partitions.into_iter().map(|partition| (name.clone(), PartitionIndex(partition))),
        );
    }
    // Sessions came with version 7; before it the fields hold their defaults, which mean a fetch without one.
    Opening { id: request.session_id, epoch: request.session_epoch, wanted, forgotten }
}

/// What one partition gave.
struct Taken {
    key: Key,
    outcome: Result<Records, ErrorCode>,
}

/// The records of one partition, in memory or still to be read.
struct Records {
    offsets: Offsets,
    diverging: Option<(LeaderEpoch, Offset)>,
    bytes: Bytes,
    cold: Option<ReadPlan<OsDisk>>,
}

/// A fetch under way.
struct Fetching {
    broker: Arc<Broker>,
    limits: Limits,
    answering: Answering,
}

/// All that one attempt found.
struct Attempt {
    taken: Vec<Taken>,
    bytes: usize,
    /// Whether the client should hear of it without waiting for more.
    urgent: bool,
}

impl Fetching {
    fn first_attempt(mut self) -> Stage<FetchResponse> {
        let attempt = self.attempt();
        let enough = self.is_enough(&attempt);
        if enough && attempt.taken.iter().all(Taken::is_warm) {
            return Stage::Ready(self.answer(attempt));
        }
        let metrics = Arc::clone(&self.broker.metrics);
        Stage::waiting(async move {
            let _waiting = metrics.totals.waiting_fetches.hold();
            let deadline = tokio::time::Instant::now() + self.limits.wait;
            let mut attempt = attempt;
            while !self.is_enough(&attempt) && self.wait_for_more(&attempt, deadline).await {
                attempt = self.attempt();
            }
            attempt.warm_up().await;
            self.answer(attempt)
        })
    }

    fn is_enough(&self, attempt: &Attempt) -> bool {
        attempt.urgent || attempt.bytes >= self.limits.bytes_min || self.limits.wait.is_zero()
    }

    /// Plans a read of every partition wanted, in the session's order, within the limits.
    fn attempt(&self) -> Attempt {
        let topics = self.broker.registry.topics();
        let mut attempt = Attempt { taken: Vec::new(), bytes: 0, urgent: false };
        for (key, wanted) in self.answering.wanted() {
            let outcome = self.take(&topics, &key, &wanted, attempt.bytes);
            self.count(&topics, &key, outcome.is_err());
            match &outcome {
                Ok(records) => {
                    attempt.bytes += records.len();
                    attempt.urgent |= records.diverging.is_some();
                }
                Err(_) => attempt.urgent = true,
            }
            attempt.taken.push(Taken { key, outcome });
        }
        attempt.urgent |= attempt.taken.is_empty();
        attempt
    }

    fn count(&self, topics: &Topics, key: &Key, failed: bool) {
        if let Some(topic) = topics.topic(key.0.as_ref()) {
            topic.metrics.fetch_requests.increment();
            topic.metrics.failed_fetch_requests.add(u64::from(failed));
        }
    }

    fn take(
        &self,
        topics: &Topics,
        key: &Key,
        wanted: &Wanted,
        already: usize,
    ) -> Result<Records, ErrorCode> {
        let hosted = self.broker.find(topics, key.0.as_ref(), key.1)?;
        let left = self.limits.bytes_max.saturating_sub(already);
        let read = Read {
            from: wanted.offset,
            bytes_max: usize::try_from(wanted.bytes_max).unwrap_or(0).min(left),
            at_least_one: already == 0,
            leader_epoch: wanted.leader_epoch,
            last_fetched_epoch: wanted.last_fetched_epoch,
            isolation: self.limits.isolation,
        };
        let Fetched { plan, offsets, diverging } = hosted.lock()?.fetch(&read)?;
        if let Some(plan) = &plan {
            hosted.metrics.bytes_out.add(plan.bytes_len() as u64);
        }
        let (bytes, cold) = match plan {
            None => (Bytes::new(), None),
            Some(plan) => match plan.try_resident() {
                Some(pieces) => {
                    self.broker.metrics.totals.resident_reads.increment();
                    (joined(pieces), None)
                }
                None => {
                    self.broker.metrics.totals.cold_reads.increment();
                    (Bytes::new(), Some(plan))
                }
            },
        };
        Ok(Records { offsets, diverging, bytes, cold })
    }

    /// Waits until a partition has moved on or the time is up; `false`: it is.
    async fn wait_for_more(&self, attempt: &Attempt, deadline: tokio::time::Instant) -> bool {
        let signal = Signal::after(1);
        let mut parked = Parked::default();
        let topics = Arc::clone(&self.broker.registry.topics());
        for taken in &attempt.taken {
            let Ok(records) = &taken.outcome else { continue };
            let (topic, index) = &taken.key;
            let Ok(hosted) = self.broker.find(&topics, topic.as_ref(), *index) else { continue };
            let Ok(mut partition) = hosted.lock() else { continue };
            let reaches = records.offsets.high_watermark.next();
            if partition.leader().is_err() || partition.offsets().high_watermark >= reaches {
                // It moved while we looked at the others.
                signal.count_down();
                break;
            }
            let id = partition.park(Watch::Visible, reaches, signal.waker());
            parked.0.push((Arc::clone(hosted), id));
        }
        tokio::time::timeout_at(deadline, signal.given()).await.is_ok()
    }

    fn answer(&mut self, attempt: Attempt) -> FetchResponse {
        self.answering.answer(attempt.taken)
    }
}

/// Where a fetch is parked. It leaves when it is done waiting, and also when its client has gone and nobody polls it
/// any more.
#[derive(Default)]
struct Parked(Vec<(Arc<Hosted>, WaiterId)>);

impl Drop for Parked {
    fn drop(&mut self) {
        for (hosted, id) in self.0.drain(..) {
            if let Ok(mut partition) = hosted.lock() {
                partition.leave(id);
            }
        }
    }
}

/// One piece is the rule: a read that crosses from one segment into the next is copied together.
fn joined(mut pieces: Vec<Bytes>) -> Bytes {
    match pieces.len() {
        0 => Bytes::new(),
        1 => pieces.remove(0),
        _ => pieces.concat().into(),
    }
}

impl Records {
    fn len(&self) -> usize {
        self.cold.as_ref().map_or(self.bytes.len(), ReadPlan::bytes_len)
    }
}

impl Taken {
    fn is_warm(&self) -> bool {
        self.outcome.as_ref().map_or(true, |records| records.cold.is_none())
    }
}

impl Attempt {
    /// Reads what is not in the page cache, on the blocking pool. A read that fails is that partition's error alone.
    async fn warm_up(&mut self) {
        for taken in &mut self.taken {
            let Ok(records) = &mut taken.outcome else { continue };
            let Some(plan) = records.cold.take() else { continue };
            match tokio::task::spawn_blocking(move || plan.load()).await {
                Ok(Ok(pieces)) => records.bytes = joined(pieces),
                // Retention was faster: the next fetch learns where the log begins now.
                Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {}
                Ok(Err(error)) => {
                    tracing::error!(partition = ?taken.key, %error, "cannot read a segment");
                    taken.outcome = Err(ErrorCode::KafkaStorageError);
                }
                Err(_) => taken.outcome = Err(ErrorCode::KafkaStorageError),
            }
        }
    }
}
