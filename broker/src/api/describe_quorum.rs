//! DescribeQuorum (key 55): who leads the metadata quorum, and how far its members are (KIP-595, KIP-836).

use std::ops::RangeInclusive;

use protocol::ids::{NodeId, TimestampMs};
use protocol::messages::describe_quorum_response::{Node, PartitionData, ReplicaState, TopicData};
use protocol::messages::{BrokerId, DescribeQuorumRequest, DescribeQuorumResponse};
use protocol::{ApiKey, ErrorCode};

use super::{Api, Call, Stage};
use crate::raft::{QuorumInfo, ReplicaInfo};

/// See the module.
pub(super) struct DescribeQuorum;

/// The one topic that there is to ask about, and its one partition.
const METADATA_TOPIC: &str = "__cluster_metadata";

impl Api for DescribeQuorum {
    type Request = DescribeQuorumRequest;
    type Response = DescribeQuorumResponse;

    const KEY: ApiKey = ApiKey::DescribeQuorum;
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn handle(call: Call<'_>, request: DescribeQuorumRequest) -> Stage<DescribeQuorumResponse> {
        let (version, quorum) = (call.version(), call.broker.controller.quorum());
        let topics = request.topics.into_iter().map(|topic| {
            let is_metadata = &**topic.topic_name == METADATA_TOPIC;
            let partitions =
                topic.partitions.iter().map(|one| match is_metadata && one.partition_index == 0 {
                    true => described(&quorum, version),
                    false => PartitionData::default()
                        .with_partition_index(one.partition_index)
                        .with_error_code(ErrorCode::UnknownTopicOrPartition.code())
                        .with_error_message(None),
                });
            let partitions = partitions.collect();
            TopicData::default().with_topic_name(topic.topic_name).with_partitions(partitions)
        });
        let response = DescribeQuorumResponse::default()
            .with_topics(topics.collect())
            .with_error_message(None);
        Stage::Ready(if version >= 2 { response.with_nodes(nodes(&quorum)) } else { response })
    }
}

fn described(quorum: &QuorumInfo, version: i16) -> PartitionData {
    let states =
        |replicas: &[ReplicaInfo]| replicas.iter().map(|replica| state(replica, version)).collect();
    PartitionData::default()
        .with_error_message(None)
        .with_leader_id(BrokerId(quorum.leader.map_or(-1, NodeId::get)))
        .with_leader_epoch(quorum.epoch)
        .with_high_watermark(quorum.high_watermark.get())
        .with_current_voters(states(&quorum.voters))
        .with_observers(states(&quorum.observers))
}

fn state(replica: &ReplicaInfo, version: i16) -> ReplicaState {
    let state = ReplicaState::default()
        .with_replica_id(BrokerId(replica.id.get()))
        .with_log_end_offset(replica.log_end_offset.get());
    if version == 0 {
        return state;
    }
    let time = |time: Option<TimestampMs>| time.unwrap_or(TimestampMs::NONE).get();
    state
        .with_last_fetch_timestamp(time(replica.last_fetch))
        .with_last_caught_up_timestamp(time(replica.last_caught_up))
}

/// The voters, without addresses: controllers have no listener that a client may use yet.
fn nodes(quorum: &QuorumInfo) -> Vec<Node> {
    quorum
        .voters
        .iter()
        .map(|voter| Node::default().with_node_id(BrokerId(voter.id.get())))
        .collect()
}
