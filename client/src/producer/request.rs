//! A produce request, and what its answer says of each batch.

use std::collections::HashMap;
use std::time::Duration;

use protocol::StrBytes;
use protocol::ids::{Offset, PartitionIndex, TimestampMs, TopicId, TopicName, TopicPartition};
use protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use protocol::messages::produce_response::PartitionProduceResponse;
use protocol::messages::{ApiKey, ProduceRequest, ProduceResponse};

use super::batch::Batch;
use super::delivery::{Acked, Fate};
use super::options::Acks;
use crate::cluster::ClusterView;
use crate::connection::Connection;
use crate::error::Error;

/// The last version that names topics; those after it speak of their ids.
const BY_NAME_MAX: i16 = 12;

/// The version for these batches on this connection: one with topic ids only if all ids are known.
pub(super) fn version(
    connection: &Connection,
    view: &ClusterView,
    batches: &[Batch],
) -> Result<i16, Error> {
    let known = |batch: &Batch| id_of(view, &batch.partition.topic) != TopicId::ZERO;
    let limit = if batches.iter().all(known) { i16::MAX } else { BY_NAME_MAX };
    connection.versions().pick_up_to(ApiKey::Produce, limit, connection.address())
}

/// The request. Every batch must be encoded.
pub(super) fn build(
    batches: &[Batch],
    view: &ClusterView,
    acks: Acks,
    timeout: Duration,
) -> ProduceRequest {
    let mut topics: HashMap<&TopicName, Vec<PartitionProduceData>> = HashMap::new();
    for batch in batches {
        let data = PartitionProduceData::default()
            .with_index(batch.partition.partition.get())
            .with_records(batch.encoded());
        topics.entry(&batch.partition.topic).or_default().push(data);
    }
    let topics = topics.into_iter().map(|(name, partitions)| {
        TopicProduceData::default()
            .with_name(StrBytes::from_string(name.to_string()).into())
            .with_topic_id(id_of(view, name).0)
            .with_partition_data(partitions)
    });
    ProduceRequest::default()
        .with_acks(acks.to_wire())
        .with_timeout_ms(i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX))
        .with_topic_data(topics.collect())
}

fn id_of(view: &ClusterView, topic: &TopicName) -> TopicId {
    view.topics.get(topic).map_or(TopicId::ZERO, |topic| topic.id)
}

/// What the answer says of each partition.
pub(super) struct Fates {
    by_partition: HashMap<TopicPartition, Fate>,
}

impl Fates {
    /// Reads the answer; `view` is the one that the request was built with.
    pub(super) fn read(answer: &ProduceResponse, view: &ClusterView) -> Self {
        let mut by_partition = HashMap::new();
        for topic in &answer.responses {
            let by_id = || {
                let same = |known: &&std::sync::Arc<crate::cluster::Topic>| {
                    known.id == TopicId(topic.topic_id) && known.id != TopicId::ZERO
                };
                view.topics.values().find(same).map(|known| known.name.clone())
            };
            let Some(name) = TopicName::new(&topic.name).ok().or_else(by_id) else { continue };
            for answer in &topic.partition_responses {
                let index = PartitionIndex(answer.index);
                let partition = TopicPartition { topic: name.clone(), partition: index };
                let fate = fate(&partition, answer);
                by_partition.insert(partition, fate);
            }
        }
        Self { by_partition }
    }

    /// The fate of a batch; a broker that says nothing of it has not done its work.
    pub(super) fn of(&mut self, partition: &TopicPartition) -> Fate {
        self.by_partition.remove(partition).unwrap_or_else(|| {
            let doing = format!("write to {partition}");
            let code = protocol::ErrorCode::UnknownServerError;
            Err(Error::refused(doing, code, Some("the broker's answer leaves the partition out")))
        })
    }
}

fn fate(partition: &TopicPartition, answer: &PartitionProduceResponse) -> Fate {
    let of_record = answer.record_errors.first();
    let of_record = of_record.and_then(|error| error.batch_index_error_message.as_deref());
    let message = of_record.or(answer.error_message.as_deref());
    Error::check(answer.error_code, message, || format!("write to {partition}"))?;
    let known = |number: i64| Some(number).filter(|number| *number >= 0);
    Ok(Acked {
        base_offset: known(answer.base_offset).map(Offset),
        append_time: known(answer.log_append_time_ms).map(TimestampMs),
    })
}
