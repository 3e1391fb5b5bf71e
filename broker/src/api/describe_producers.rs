//! DescribeProducers (key 61): the idempotent producers that a partition remembers (KIP-664).

use std::ops::RangeInclusive;

use protocol::ids::PartitionIndex;
use protocol::messages::describe_producers_response::{
    PartitionResponse, ProducerState, TopicResponse,
};
use protocol::messages::{
    DescribeProducersRequest, DescribeProducersResponse, ProducerId as WireProducerId,
};
use protocol::{ApiKey, ErrorCode};

use super::{Api, Call, Stage};
use crate::node::Broker;
use crate::node::lookup::By;

/// See the module.
pub(super) struct DescribeProducers;

impl Api for DescribeProducers {
    type Request = DescribeProducersRequest;
    type Response = DescribeProducersResponse;

    const KEY: ApiKey = ApiKey::DescribeProducers;
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn handle(
        call: Call<'_>,
        request: DescribeProducersRequest,
    ) -> Stage<DescribeProducersResponse> {
        let topics = request.topics.into_iter().map(|topic| {
            let partitions = topic.partition_indexes.iter().map(|index| {
                let response = PartitionResponse::default()
                    .with_partition_index(*index)
                    .with_error_message(None);
                match producers(call.broker, &topic.name, PartitionIndex(*index)) {
                    Ok(active) => response.with_active_producers(active),
                    Err(code) => response.with_error_code(code.code()),
                }
            });
            let partitions = partitions.collect();
            TopicResponse::default().with_name(topic.name).with_partitions(partitions)
        });
        Stage::Ready(DescribeProducersResponse::default().with_topics(topics.collect()))
    }
}

fn producers(
    broker: &Broker,
    topic: &str,
    index: PartitionIndex,
) -> Result<Vec<ProducerState>, ErrorCode> {
    let topics = broker.registry.topics();
    let partition = broker.find(&topics, By::Name(topic), index)?.lock()?;
    partition.leader()?;
    let active = partition.log().producers().iter().map(|(id, state)| {
        ProducerState::default()
            .with_producer_id(WireProducerId(id.get()))
            .with_producer_epoch(i32::from(state.epoch.get()))
            .with_last_sequence(state.last_sequence().get())
            .with_last_timestamp(state.last_timestamp.get())
            .with_coordinator_epoch(state.coordinator_epoch)
            .with_current_txn_start_offset(state.open_since.map_or(-1, protocol::ids::Offset::get))
    });
    Ok(active.collect())
}
