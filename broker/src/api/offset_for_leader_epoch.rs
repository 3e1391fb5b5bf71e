//! OffsetForLeaderEpoch (key 23): where an epoch ended, so that a reader learns where its log parted from ours
//! (KIP-101, KIP-320).

use std::ops::RangeInclusive;

use protocol::ids::{LeaderEpoch, Offset, PartitionIndex};
use protocol::messages::offset_for_leader_epoch_request::OffsetForLeaderPartition;
use protocol::messages::offset_for_leader_epoch_response::{
    EpochEndOffset, OffsetForLeaderTopicResult,
};
use protocol::messages::{OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse};
use protocol::{ApiKey, ErrorCode};

use super::{Api, Call, Stage};
use crate::node::Broker;
use crate::node::lookup::By;

/// See the module.
pub(super) struct OffsetForLeaderEpoch;

impl Api for OffsetForLeaderEpoch {
    type Request = OffsetForLeaderEpochRequest;
    type Response = OffsetForLeaderEpochResponse;

    const KEY: ApiKey = ApiKey::OffsetForLeaderEpoch;
    const VERSIONS: RangeInclusive<i16> = 2..=4;

    fn handle(
        call: Call<'_>,
        request: OffsetForLeaderEpochRequest,
    ) -> Stage<OffsetForLeaderEpochResponse> {
        let topics = request.topics.into_iter().map(|topic| {
            let partitions = topic.partitions.iter().map(|wanted| {
                match end_of(call.broker, &topic.topic, wanted) {
                    Ok(end) => answer(wanted.partition, ErrorCode::None, end),
                    Err(code) => answer(wanted.partition, code, None),
                }
            });
            let partitions = partitions.collect();
            OffsetForLeaderTopicResult::default()
                .with_topic(topic.topic)
                .with_partitions(partitions)
        });
        Stage::Ready(OffsetForLeaderEpochResponse::default().with_topics(topics.collect()))
    }
}

type EpochEnd = Option<(LeaderEpoch, Offset)>;

fn end_of(
    broker: &Broker,
    topic: &str,
    wanted: &OffsetForLeaderPartition,
) -> Result<EpochEnd, ErrorCode> {
    let topics = broker.registry.topics();
    let index = PartitionIndex(wanted.partition);
    let partition = broker.find(&topics, By::Name(topic), index)?.lock()?;
    partition.leader()?.check_epoch(LeaderEpoch(wanted.current_leader_epoch))?;
    Ok(partition.end_of_epoch(LeaderEpoch(wanted.leader_epoch)))
}

fn answer(partition: i32, code: ErrorCode, end: EpochEnd) -> EpochEndOffset {
    let (epoch, end) = end.unwrap_or((LeaderEpoch::NONE, Offset(-1)));
    EpochEndOffset::default()
        .with_partition(partition)
        .with_error_code(code.code())
        .with_leader_epoch(epoch.get())
        .with_end_offset(end.get())
}
