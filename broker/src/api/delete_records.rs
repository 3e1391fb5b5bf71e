//! DeleteRecords (key 21): moves a partition's start up, so that what lies before it is gone (KIP-107).
//!
//! The answer waits until the new start is written down: what a client was told is gone does not come back after a crash.

use std::ops::RangeInclusive;
use std::sync::Arc;

use protocol::ids::{Offset, PartitionIndex, TopicName};
use protocol::messages::delete_records_response::{
    DeleteRecordsPartitionResult, DeleteRecordsTopicResult,
};
use protocol::messages::{DeleteRecordsRequest, DeleteRecordsResponse};
use protocol::{ApiKey, ErrorCode};

use super::{Api, Call, Stage};
use crate::node::Broker;
use crate::node::lookup::By;

/// See the module.
pub(super) struct DeleteRecords;

impl Api for DeleteRecords {
    type Request = DeleteRecordsRequest;
    type Response = DeleteRecordsResponse;

    const KEY: ApiKey = ApiKey::DeleteRecords;
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn handle(call: Call<'_>, request: DeleteRecordsRequest) -> Stage<DeleteRecordsResponse> {
        let topics = request.topics.into_iter().map(|topic| {
            let partitions = topic.partitions.iter().map(|wanted| {
                let index = PartitionIndex(wanted.partition_index);
                let (code, low_watermark) =
                    match delete(call.broker, &topic.name, index, Offset(wanted.offset)) {
                        Ok(start) => (ErrorCode::None, start.get()),
                        Err(code) => (code, -1),
                    };
                DeleteRecordsPartitionResult::default()
                    .with_partition_index(wanted.partition_index)
                    .with_error_code(code.code())
                    .with_low_watermark(low_watermark)
            });
            let partitions = partitions.collect();
            DeleteRecordsTopicResult::default().with_name(topic.name).with_partitions(partitions)
        });
        let response = DeleteRecordsResponse::default().with_topics(topics.collect());
        let mut partitions = response.topics.iter().flat_map(|topic| &topic.partitions);
        if partitions.all(|partition| partition.error_code != 0) {
            return Stage::Ready(response);
        }
        let broker = Arc::clone(call.broker);
        Stage::waiting(async move {
            let written = tokio::task::spawn_blocking(move || broker.write_checkpoints()).await;
            if written.unwrap_or(false) { response } else { not_written(response) }
        })
    }
}

/// The records are gone for now, and nobody can promise that they stay so.
fn not_written(mut response: DeleteRecordsResponse) -> DeleteRecordsResponse {
    let partitions = response.topics.iter_mut().flat_map(|topic| &mut topic.partitions);
    for partition in partitions.filter(|partition| partition.error_code == 0) {
        partition.error_code = ErrorCode::KafkaStorageError.code();
        partition.low_watermark = -1;
    }
    response
}

fn delete(
    broker: &Broker,
    topic: &str,
    index: PartitionIndex,
    before: Offset,
) -> Result<Offset, ErrorCode> {
    if TopicName::new(topic).is_ok_and(|name| name.is_internal()) {
        return Err(ErrorCode::InvalidTopicException);
    }
    let topics = broker.registry.topics();
    let topic = By::Name(topic);
    if topics.topic(topic).is_some_and(|topic| !topic.config.cleanup_policy.delete) {
        // Deleting from a topic that is only compacted would take values that compaction promises to keep.
        return Err(ErrorCode::PolicyViolation);
    }
    broker.find(&topics, topic, index)?.lock()?.delete_records(before)
}
