//! The fetcher: which requests are under way, and which pieces lie ready.
//!
//! Every leader has at most one fetch under way, on a connection of its own, for all of its partitions of which nothing lies
//! ready. So a program that reads slowly is asked for no more than it has room for, and one that reads fast finds the next
//! answer ready: the next fetch leaves before the records of the last one are handed out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use protocol::ids::{
    LeaderEpoch, NodeId, Offset, PartitionIndex, ProducerId, TopicId, TopicName, TopicPartition,
};
use protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use protocol::messages::fetch_response::PartitionData;
use protocol::messages::{ApiKey, BrokerId, FetchRequest, FetchResponse};
use protocol::{ErrorCode, StrBytes};
use tokio::time::Instant;

use super::options::ConsumerOptions;
use super::piece::{Aborted, Piece};
use super::positions::{Position, Positions};
use super::record::Record;
use crate::cluster::{Cluster, ClusterView, Lane};
use crate::error::Error;

/// The last version that names topics; those after it speak of their ids.
const BY_NAME_MAX: i16 = 12;

pub(super) struct Fetcher {
    cluster: Cluster,
    options: ConsumerOptions,
    under_way: FuturesUnordered<BoxFuture<'static, Answer>>,
    /// The leaders that have a fetch.
    busy: BTreeSet<NodeId>,
    pieces: VecDeque<Piece>,
    /// What went wrong after records that were handed out first.
    late_error: Option<Error>,
}

/// What came of one fetch.
pub(super) struct Answer {
    leader: NodeId,
    asked: BTreeMap<TopicPartition, Offset>,
    view: Arc<ClusterView>,
    result: Result<FetchResponse, Error>,
}

/// What an answer asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Taken {
    /// The view of the cluster is out of date.
    pub(super) wants_metadata: bool,
}

impl Fetcher {
    pub(super) fn new(cluster: Cluster, options: ConsumerOptions) -> Self {
        Self {
            cluster,
            options,
            under_way: FuturesUnordered::new(),
            busy: BTreeSet::new(),
            pieces: VecDeque::new(),
            late_error: None,
        }
    }

    /// Whether an answer is to be waited for.
    pub(super) fn is_waiting(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// The next answer; must not be called if there is none to wait for.
    pub(super) async fn answer(&mut self) -> Option<Answer> {
        self.under_way.next().await
    }

    /// An answer that has come, if there is one; also sets off what was added last.
    pub(super) fn answer_now(&mut self) -> Option<Answer> {
        futures::FutureExt::now_or_never(self.under_way.next()).flatten()
    }

    /// Sends a fetch to every leader that has none and leads something of which nothing lies ready. Says whether a
    /// partition has no leader that we know.
    pub(super) fn send(&mut self, positions: &Positions, now: Instant) -> bool {
        let view = self.cluster.view();
        let ready: BTreeSet<&TopicPartition> =
            self.pieces.iter().map(|piece| &piece.partition).collect();
        let mut wanted: BTreeMap<NodeId, BTreeMap<TopicPartition, (Offset, LeaderEpoch)>> =
            BTreeMap::new();
        let mut leaderless = false;
        for (partition, slot) in positions.iter() {
            let Position::At { offset, .. } = slot.position else { continue };
            let resting = slot.not_before.is_some_and(|rest| now < rest);
            if slot.paused || resting || ready.contains(partition) {
                continue;
            }
            let known = view.partition(partition);
            let Some(leader) = known.and_then(|known| known.leader) else {
                leaderless = true;
                continue;
            };
            let epoch = known.map_or(LeaderEpoch::NONE, |known| known.leader_epoch);
            wanted.entry(leader).or_default().insert(partition.clone(), (offset, epoch));
        }
        for (leader, partitions) in wanted {
            if self.busy.insert(leader) {
                self.fetch(leader, &partitions, &view);
            }
        }
        leaderless
    }

    fn fetch(
        &mut self,
        leader: NodeId,
        partitions: &BTreeMap<TopicPartition, (Offset, LeaderEpoch)>,
        view: &Arc<ClusterView>,
    ) {
        let request = self.request(partitions, view);
        let by_id = partitions.keys().all(|of| id_of(view, &of.topic) != TopicId::ZERO);
        let limit = if by_id { i16::MAX } else { BY_NAME_MAX };
        let asked = partitions.iter().map(|(of, (offset, _))| (of.clone(), *offset)).collect();
        let (cluster, view) = (self.cluster.clone(), Arc::clone(view));
        let wait = self.options.fetch_wait;
        self.under_way.push(Box::pin(async move {
            let result = fetch(&cluster, leader, &request, limit, wait).await;
            Answer { leader, asked, view, result }
        }));
    }

    fn request(
        &self,
        partitions: &BTreeMap<TopicPartition, (Offset, LeaderEpoch)>,
        view: &ClusterView,
    ) -> FetchRequest {
        let bytes = |bytes: usize| i32::try_from(bytes).unwrap_or(i32::MAX);
        let mut topics: BTreeMap<&TopicName, Vec<FetchPartition>> = BTreeMap::new();
        for (of, (offset, epoch)) in partitions {
            let partition = FetchPartition::default()
                .with_partition(of.partition.get())
                .with_current_leader_epoch(epoch.get())
                .with_fetch_offset(offset.get())
                .with_last_fetched_epoch(-1)
                .with_log_start_offset(-1)
                .with_partition_max_bytes(bytes(self.options.partition_bytes_max));
            topics.entry(&of.topic).or_default().push(partition);
        }
        let topics = topics.into_iter().map(|(name, partitions)| {
            FetchTopic::default()
                .with_topic(StrBytes::from_string(name.to_string()).into())
                .with_topic_id(id_of(view, name).0)
                .with_partitions(partitions)
        });
        FetchRequest::default()
            .with_replica_id(BrokerId(-1))
            .with_max_wait_ms(
                i32::try_from(self.options.fetch_wait.as_millis()).unwrap_or(i32::MAX),
            )
            .with_min_bytes(bytes(self.options.fetch_bytes_min))
            .with_max_bytes(bytes(self.options.fetch_bytes_max))
            .with_isolation_level(self.options.isolation.to_wire())
            // No fetch session (KIP-227): each request names all that it wants.
            .with_session_id(0)
            .with_session_epoch(-1)
            .with_topics(topics.collect())
    }

    /// Takes an answer in: records lie ready afterwards, positions that are out of range are reset.
    ///
    /// Errors: what the program must know of, such as a missing permission, or an offset out of range without a rule.
    pub(super) fn take_in(
        &mut self,
        answer: Answer,
        positions: &mut Positions,
        now: Instant,
    ) -> Result<Taken, Error> {
        let Answer { leader, asked, view, result } = answer;
        self.busy.remove(&leader);
        let rest = now + self.cluster.options().backoff.initial;
        let response = result.and_then(|response| {
            let doing = || format!("fetch from broker {leader}");
            Error::check(response.error_code, None, doing).map(|()| response)
        });
        let response = match response {
            Ok(response) => response,
            Err(error) if error.is_retriable() => {
                tracing::debug!(%error, "a fetch will be sent again");
                for partition in asked.keys() {
                    if let Some(slot) = positions.get_mut(partition) {
                        slot.not_before = Some(rest);
                    }
                }
                return Ok(Taken { wants_metadata: true });
            }
            Err(error) => return Err(error),
        };
        let mut taken = Taken::default();
        let mut failed = None;
        for (partition, data) in by_partition(response, &view) {
            // A seek, or a rebalance, has made the answer useless.
            let Some(offset) = asked.get(&partition) else { continue };
            if positions.offset(&partition) != Some(*offset) {
                continue;
            }
            match self.take_partition(&partition, *offset, data, positions) {
                Ok(()) => {}
                Err(error) if error.is_retriable() => {
                    taken.wants_metadata |= error.wants_metadata();
                    if let Some(slot) = positions.get_mut(&partition) {
                        slot.not_before = Some(rest);
                    }
                }
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(taken), Err)
    }

    fn take_partition(
        &mut self,
        partition: &TopicPartition,
        offset: Offset,
        data: PartitionData,
        positions: &mut Positions,
    ) -> Result<(), Error> {
        let checked = Error::check(data.error_code, None, || format!("fetch from {partition}"));
        if let Err(error) = checked {
            if error.code() != Some(ErrorCode::OffsetOutOfRange) {
                return Err(error);
            }
            let Some(reset) = self.options.reset else { return Err(error) };
            tracing::info!(%partition, %offset, "the offset is out of range and is reset");
            positions.place(partition, Position::Resetting(reset));
            return Ok(());
        }
        if let Some(slot) = positions.get_mut(partition) {
            slot.not_before = None;
            let stable = data.last_stable_offset;
            let committed_only = self.options.isolation.to_wire() == 1 && stable >= 0;
            slot.end = Some(Offset(if committed_only { stable } else { data.high_watermark }));
        }
        let bytes = data.records.unwrap_or_default();
        if bytes.is_empty() {
            return Ok(());
        }
        let aborted = data.aborted_transactions.unwrap_or_default();
        let aborted = aborted.iter().map(|aborted| Aborted {
            producer: ProducerId(aborted.producer_id.0),
            first: Offset(aborted.first_offset),
        });
        let check = self.options.check_crcs;
        self.pieces.push_back(Piece::new(
            partition.clone(),
            offset,
            bytes,
            aborted.collect(),
            check,
        ));
        Ok(())
    }

    /// Hands out what lies ready, and moves the positions behind it.
    pub(super) fn drain(&mut self, positions: &mut Positions) -> Result<Vec<Record>, Error> {
        if let Some(error) = self.late_error.take() {
            return Err(error);
        }
        let mut records = Vec::new();
        let mut paused = Vec::new();
        while records.len() < self.options.poll_records_max {
            let Some(mut piece) = self.pieces.pop_front() else { break };
            let slot = positions.get(&piece.partition);
            if slot.is_some_and(|slot| slot.paused) {
                paused.push(piece);
                continue;
            }
            if positions.offset(&piece.partition) != Some(piece.next) {
                continue;
            }
            let drained = self.drain_piece(&mut piece, &mut records);
            let position = Position::At { offset: piece.next, epoch: piece.epoch };
            positions.place(&piece.partition, position);
            match drained {
                Ok(true) => {}
                Ok(false) => self.pieces.push_front(piece),
                Err(error) if records.is_empty() => return Err(error),
                Err(error) => {
                    self.late_error = Some(error);
                    break;
                }
            }
        }
        self.pieces.extend(paused);
        Ok(records)
    }

    /// Whether the piece came to its end.
    fn drain_piece(&self, piece: &mut Piece, records: &mut Vec<Record>) -> Result<bool, Error> {
        while records.len() < self.options.poll_records_max {
            match piece.take()? {
                Some(record) => records.push(record),
                None => return Ok(true),
            }
        }
        Ok(false)
    }
}

async fn fetch(
    cluster: &Cluster,
    leader: NodeId,
    request: &FetchRequest,
    version_max: i16,
    wait: Duration,
) -> Result<FetchResponse, Error> {
    let connection = cluster.node(leader, Lane::Fetch).await?;
    let address = connection.address();
    let version = connection.versions().pick_up_to(ApiKey::Fetch, version_max, address)?;
    connection.send(request, version, wait).await?.await
}

fn id_of(view: &ClusterView, topic: &TopicName) -> TopicId {
    view.topics.get(topic).map_or(TopicId::ZERO, |topic| topic.id)
}

/// The answer's partitions, by name.
fn by_partition(
    response: FetchResponse,
    view: &ClusterView,
) -> impl Iterator<Item = (TopicPartition, PartitionData)> {
    let topics = response.responses.into_iter().filter_map(|topic| {
        let id = TopicId(topic.topic_id);
        let by_id = || {
            let known = view.topics.values().find(|known| known.id == id && id != TopicId::ZERO);
            known.map(|known| known.name.clone())
        };
        let name = TopicName::new(&topic.topic).ok().or_else(by_id)?;
        Some((name, topic.partitions))
    });
    topics.flat_map(|(topic, partitions)| {
        partitions.into_iter().map(move |data| {
            let partition = PartitionIndex(data.partition_index);
            (TopicPartition { topic: topic.clone(), partition }, data)
        })
    })
}
