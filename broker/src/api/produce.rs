//! Produce (key 0): appends record batches to partitions.
//!
//! The ordered part does everything but wait: for each partition it validates what came, outside any lock, and
//! appends it under the partition's. With `acks=all` the answer then waits until every partition has acknowledged:
//! all in-sync replicas have the records, and (unless the topic sets `write.caching`) they are synced.
//!
//! No copy of a record is made on the way in but the one into the log's map.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use protocol::batch::validate::{self, RecordError};
use protocol::ids::{Offset, PartitionIndex, TopicId, TopicName};
use protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use protocol::messages::produce_response::{
    BatchIndexAndErrorMessage, PartitionProduceResponse, TopicProduceResponse,
};
use protocol::messages::{ProduceRequest, ProduceResponse};
use protocol::{ApiKey, ErrorCode, StrBytes};

use super::{Api, Call, Stage};
use crate::node::Broker;
use crate::node::hosted::{Hosted, HostedTopic};
use crate::node::lookup::By;
use crate::node::signal::Signal;
use crate::node::topic::produce_rules;
use crate::partition::Watch;
use storage::producer::Origin;

/// See the module.
pub(super) struct Produce;

/// How many replicas must have the records before the client hears of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Acks {
    /// None: the client does not listen.
    None,
    /// The leader, in its page cache.
    Leader,
    /// All that are in sync, on disk.
    All,
}

impl Acks {
    fn from_wire(acks: i16) -> Result<Self, ErrorCode> {
        match acks {
            0 => Ok(Self::None),
            1 => Ok(Self::Leader),
            -1 => Ok(Self::All),
            _ => Err(ErrorCode::InvalidRequiredAcks),
        }
    }
}

/// A partition that must still acknowledge what was appended to it.
struct Owed {
    hosted: Arc<Hosted>,
    end: Offset,
    /// Where its answer stands in the response: topic, partition.
    place: (usize, usize),
}

impl Api for Produce {
    type Request = ProduceRequest;
    type Response = ProduceResponse;

    const KEY: ApiKey = ApiKey::Produce;
    const VERSIONS: RangeInclusive<i16> = 3..=13;

    fn handle(call: Call<'_>, request: ProduceRequest) -> Stage<ProduceResponse> {
        let acks = Acks::from_wire(request.acks);
        let timeout = Duration::from_millis(u64::try_from(request.timeout_ms).unwrap_or(0));
        let mut append = Append {
            call: &call,
            acks,
            transactional: request.transactional_id.is_some(),
            owed: Vec::new(),
        };
        let responses = request
            .topic_data
            .into_iter()
            .enumerate()
            .map(|(place, topic)| append.topic(place, topic))
            .collect();
        let owed = std::mem::take(&mut append.owed);
        let response = ProduceResponse::default().with_responses(responses);
        match acks {
            Ok(Acks::None) => unheard(&response),
            Ok(Acks::All) if !owed.is_empty() => {
                await_acknowledgement(call.broker, response, owed, timeout)
            }
            _ => Stage::Ready(response),
        }
    }
}

/// A client that asked for no answer learns of an error by a closed connection; then it looks for the leader again.
fn unheard(response: &ProduceResponse) -> Stage<ProduceResponse> {
    let codes = response
        .responses
        .iter()
        .flat_map(|topic| &topic.partition_responses)
        .map(|one| one.error_code);
    match codes.filter_map(ErrorCode::from_code).find(|code| !code.is_none()) {
        Some(code) => Stage::Close(format!("a produce with acks=0 failed with {code}")),
        None => Stage::Nothing,
    }
}

/// The appends of one request.
struct Append<'a, 'b> {
    call: &'a Call<'b>,
    acks: Result<Acks, ErrorCode>,
    transactional: bool,
    owed: Vec<Owed>,
}

/// Why a partition's records were not appended.
struct Refused {
    code: ErrorCode,
    message: Option<String>,
    records: Vec<RecordError>,
}

impl From<ErrorCode> for Refused {
    fn from(code: ErrorCode) -> Self {
        Self { code, message: None, records: Vec::new() }
    }
}

impl Append<'_, '_> {
    fn topic(&mut self, topic_place: usize, topic: TopicProduceData) -> TopicProduceResponse {
        let topics = self.call.broker.registry.topics();
        let reference = match self.call.version() {
            13.. => By::Id(TopicId(topic.topic_id)),
            _ => By::Name(&topic.name),
        };
        let hosted = topics.topic(reference);
        let partitions = topic.partition_data.into_iter().enumerate().map(|(place, data)| {
            let index = data.index;
            match self.partition(reference, hosted, data, (topic_place, place)) {
                Ok(response) => response,
                Err(refused) => {
                    if let Some(topic) = hosted {
                        topic.metrics.failed_produce_requests.increment();
                    }
                    self.refusal(index, refused)
                }
            }
        });
        let partition_responses = partitions.collect();
        TopicProduceResponse::default()
            .with_name(topic.name)
            .with_topic_id(topic.topic_id)
            .with_partition_responses(partition_responses)
    }

    fn partition(
        &mut self,
        reference: By<'_>,
        topic: Option<&Arc<HostedTopic>>,
        data: PartitionProduceData,
        place: (usize, usize),
    ) -> Result<PartitionProduceResponse, Refused> {
        let acks = self.acks?;
        let index = PartitionIndex(data.index);
        if let Some(topic) = topic {
            topic.metrics.produce_requests.increment();
        }
        let missing = || self.why_missing(reference, index);
        let topic = topic.ok_or_else(missing)?;
        if topic.name.is_internal() {
            return Err(ErrorCode::InvalidTopicException.into());
        }
        let hosted = topic.partition(index).ok_or_else(missing)?;
        let appended = self.append(topic, hosted, data.records.unwrap_or_default())?;
        if acks != Acks::All {
            self.call.broker.flush_queue.note(hosted);
        } else {
            self.owed.push(Owed {
                hosted: Arc::clone(hosted),
                end: appended.last_offset.next(),
                place,
            });
        }
        Ok(PartitionProduceResponse::default()
            .with_index(data.index)
            .with_base_offset(appended.base_offset.get())
            .with_log_append_time_ms(appended.log_append_time.map_or(-1, |time| time.get()))
            .with_log_start_offset(appended.log_start_offset.get()))
    }

    fn why_missing(&self, topic: By<'_>, index: PartitionIndex) -> ErrorCode {
        match topic {
            By::Name(name) if TopicName::new(name).is_err() => ErrorCode::InvalidTopicException,
            _ => self.call.broker.why_not_hosted(topic, index),
        }
    }

    fn append(
        &self,
        topic: &HostedTopic,
        hosted: &Arc<Hosted>,
        records: Bytes,
    ) -> Result<storage::log::Appended, Refused> {
        let broker = self.call.broker;
        let now = broker.clock.wall();
        let config = &topic.config;
        if self.transactional {
            return Err(Refused {
                code: ErrorCode::InvalidTxnState,
                message: Some("transactions are not served by this release".to_owned()),
                records: Vec::new(),
            });
        }
        let rules = produce_rules(config, self.call.version(), now);
        let batches = validate::produced(records, &rules).map_err(|rejected| Refused {
            code: rejected.code,
            message: Some(rejected.message),
            records: rejected.record_errors,
        })?;
        broker.check_room(hosted.log_dir)?;
        let mut partition = hosted.lock()?;
        if self.acks == Ok(Acks::All)
            && partition.leader()?.in_sync_count()
                < usize::try_from(config.min_insync_replicas).unwrap_or(usize::MAX)
        {
            return Err(ErrorCode::NotEnoughReplicas.into());
        }
        let bytes = batches.iter().map(|batch| batch.size_in_bytes() as u64).sum();
        let records =
            batches.iter().map(|batch| u64::from(batch.header().record_count.unsigned_abs())).sum();
        let appended = partition.append(batches, now, Origin::Client { verified: false }).map_err(
            |error| {
                let code = broker.append_failed(hosted, &error);
                if code == ErrorCode::MessageTooLarge {
                    hosted.metrics.bytes_rejected.add(bytes);
                }
                code
            },
        )?;
        drop(partition);
        hosted.metrics.bytes_in.add(bytes);
        hosted.metrics.records_in.add(records);
        Ok(appended)
    }

    fn refusal(&self, index: i32, refused: Refused) -> PartitionProduceResponse {
        let version = self.call.version();
        // The single records came with version 8 (KIP-467).
        let records = refused.records.into_iter().filter(|_| version >= 8).map(|record| {
            BatchIndexAndErrorMessage::default()
                .with_batch_index(record.batch_index)
                .with_batch_index_error_message(
                    (version >= 9).then(|| StrBytes::from_string(record.message)),
                )
        });
        PartitionProduceResponse::default()
            .with_index(index)
            .with_error_code(refused.code.code())
            .with_base_offset(-1)
            .with_log_append_time_ms(-1)
            .with_log_start_offset(-1)
            .with_record_errors(records.collect())
            .with_error_message(refused.message.map(StrBytes::from_string))
    }
}

/// Parks on every partition that has not acknowledged yet, asks for the syncs, and waits.
fn await_acknowledgement(
    broker: &Arc<Broker>,
    mut response: ProduceResponse,
    owed: Vec<Owed>,
    timeout: Duration,
) -> Stage<ProduceResponse> {
    let signal = Signal::after(owed.len());
    for owed in &owed {
        match owed.hosted.lock() {
            Ok(mut partition) if partition.acknowledged() < owed.end => {
                partition.park(Watch::Acknowledged, owed.end, signal.waker());
                drop(partition);
                broker.flush_queue.ask(&owed.hosted);
            }
            // Acknowledged already, or lost: the verdict below says which.
            _ => signal.count_down(),
        }
    }
    let metrics = Arc::clone(&broker.metrics);
    Stage::waiting(async move {
        let _waiting = metrics.totals.waiting_produces.hold();
        // Running out of time is told below: a partition that has not acknowledged by now answers for itself.
        let _ = tokio::time::timeout(timeout, signal.given()).await;
        for owed in owed {
            let code = verdict(&owed);
            if !code.is_none() {
                let (topic, partition) = owed.place;
                let answer = &mut response.responses[topic].partition_responses[partition];
                answer.error_code = code.code();
                answer.base_offset = -1;
            }
        }
        response
    })
}

/// What became of records that were appended: acknowledged, lost with the leadership, or still not safe.
fn verdict(owed: &Owed) -> ErrorCode {
    match owed.hosted.lock() {
        Ok(partition) => match partition.leader() {
            Ok(_) if partition.acknowledged() >= owed.end => ErrorCode::None,
            Ok(_) => ErrorCode::RequestTimedOut,
            Err(code) => code,
        },
        Err(code) => code,
    }
}
