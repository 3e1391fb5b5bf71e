//! ListOffsets (key 2): the first offset, the last, or the one of a time.
//!
//! A search by time may have to read a segment that is not in memory, so it runs on the blocking pool; the ends of
//! the log are answered at once.

use std::io::ErrorKind;
use std::ops::RangeInclusive;
use std::sync::Arc;

use protocol::ids::{LeaderEpoch, Offset, PartitionIndex, TimestampMs};
use protocol::messages::list_offsets_request::ListOffsetsPartition;
use protocol::messages::list_offsets_response::{
    ListOffsetsPartitionResponse, ListOffsetsTopicResponse,
};
use protocol::messages::{ListOffsetsRequest, ListOffsetsResponse};
use protocol::{ApiKey, ErrorCode};

use super::{Api, Call, Stage};
use crate::node::Broker;
use crate::node::lookup::By;
use crate::partition::{Isolation, Listed, Listing, Sought};

/// See the module.
pub(super) struct ListOffsets;

impl Api for ListOffsets {
    type Request = ListOffsetsRequest;
    type Response = ListOffsetsResponse;

    const KEY: ApiKey = ApiKey::ListOffsets;
    const VERSIONS: RangeInclusive<i16> = 0..=11;

    fn handle(call: Call<'_>, request: ListOffsetsRequest) -> Stage<ListOffsetsResponse> {
        let (broker, version) = (Arc::clone(call.broker), call.version());
        let searches = request
            .topics
            .iter()
            .flat_map(|topic| &topic.partitions)
            .any(|one| one.timestamp >= 0 || one.timestamp == MAX_TIMESTAMP);
        if !searches {
            return Stage::Ready(list(&broker, version, request));
        }
        Stage::waiting(async move {
            tokio::task::spawn_blocking(move || list(&broker, version, request))
                .await
                .expect("the search does not panic")
        })
    }
}

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;
const EARLIEST_LOCAL: i64 = -4;
const LATEST_TIERED: i64 = -5;
const EARLIEST_PENDING_UPLOAD: i64 = -6;

/// What a timestamp of the request stands for; `None` where the answer is "no such offset".
fn sought(timestamp: i64, isolation: Isolation) -> Result<Option<Sought>, ErrorCode> {
    match timestamp {
        LATEST => Ok(Some(Sought::Latest(isolation))),
        // Without tiered storage all that there is, is local (KIP-405).
        EARLIEST | EARLIEST_LOCAL => Ok(Some(Sought::Earliest)),
        MAX_TIMESTAMP => Ok(Some(Sought::MaxTimestamp(isolation))),
        LATEST_TIERED | EARLIEST_PENDING_UPLOAD => Ok(None),
        0.. => Ok(Some(Sought::AtTime(TimestampMs(timestamp), isolation))),
        _ => Err(ErrorCode::UnsupportedVersion),
    }
}

fn list(broker: &Broker, version: i16, request: ListOffsetsRequest) -> ListOffsetsResponse {
    let isolation = if request.isolation_level == 0 {
        Isolation::ReadUncommitted
    } else {
        Isolation::ReadCommitted
    };
    let topics = request.topics.into_iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|wanted| {
            match listed(broker, &topic.name, wanted, isolation) {
                Ok(listed) => response(version, wanted.partition_index, ErrorCode::None, listed),
                Err(code) => response(version, wanted.partition_index, code, NOTHING),
            }
        });
        let partitions = partitions.collect();
        ListOffsetsTopicResponse::default().with_name(topic.name).with_partitions(partitions)
    });
    ListOffsetsResponse::default().with_topics(topics.collect())
}

const NOTHING: Listed =
    Listed { timestamp: TimestampMs::NONE, offset: Offset(-1), leader_epoch: LeaderEpoch::NONE };

fn listed(
    broker: &Broker,
    topic: &str,
    wanted: &ListOffsetsPartition,
    isolation: Isolation,
) -> Result<Listed, ErrorCode> {
    let topics = broker.registry.topics();
    let index = PartitionIndex(wanted.partition_index);
    let partition = broker.find(&topics, By::Name(topic), index)?.lock()?;
    partition.leader()?.check_epoch(LeaderEpoch(wanted.current_leader_epoch))?;
    let Some(sought) = sought(wanted.timestamp, isolation)? else { return Ok(NOTHING) };
    let listing = partition.list_offset(sought)?;
    drop(partition);
    match listing {
        Listing::Known(listed) => Ok(listed),
        Listing::Search { search, below } => match search.run() {
            Ok(Some(found)) if found.offset < below => Ok(Listed {
                timestamp: found.timestamp,
                offset: found.offset,
                leader_epoch: found.leader_epoch,
            }),
            Ok(_) => Ok(NOTHING),
            // Retention or compaction was faster, and the segment is another one now.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                listed(broker, topic, wanted, isolation)
            }
            Err(error) => {
                tracing::error!(topic, partition = wanted.partition_index, %error, "cannot search a log by time");
                Err(ErrorCode::KafkaStorageError)
            }
        },
    }
}

fn response(
    version: i16,
    index: i32,
    code: ErrorCode,
    listed: Listed,
) -> ListOffsetsPartitionResponse {
    ListOffsetsPartitionResponse::default()
        .with_partition_index(index)
        .with_error_code(code.code())
        .with_timestamp(listed.timestamp.get())
        .with_offset(listed.offset.get())
        // The field came with version 4 (KIP-320).
        .with_leader_epoch(if version >= 4 { listed.leader_epoch.get() } else { -1 })
}
