//! The metadata quorum: who leads it, and how far its members are (KIP-595, KIP-836).

use protocol::ids::{NodeId, Offset, TimestampMs};
use protocol::messages::DescribeQuorumRequest;
use protocol::messages::describe_quorum_request::{PartitionData as Asked, TopicData};
use protocol::messages::describe_quorum_response::{Listener, Node, PartitionData, ReplicaState};

use super::{Admin, text};
use crate::error::Error;

/// The topic that stands for the metadata log.
const METADATA_TOPIC: &str = "__cluster_metadata";

/// The state of the metadata log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quorum {
    /// The active controller.
    pub leader: Option<NodeId>,
    /// Its epoch.
    pub epoch: i32,
    /// Up to where a majority has the log.
    pub high_watermark: Offset,
    /// Who votes.
    pub voters: Vec<QuorumReplica>,
    /// Who only follows.
    pub observers: Vec<QuorumReplica>,
}

/// One member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuorumReplica {
    /// Its node id.
    pub node: NodeId,
    /// Where its log ends, as far as the leader knows.
    pub end: Option<Offset>,
    /// When it last asked the leader for more.
    pub last_fetch: Option<TimestampMs>,
    /// When it last had all that the leader had.
    pub last_caught_up: Option<TimestampMs>,
    /// The id of its log directory (KIP-853); zero where there is none.
    pub directory: [u8; 16],
    /// Where it listens for other controllers: the listener's name, the host and the port.
    pub endpoints: Vec<(String, String, u16)>,
}

impl Admin {
    /// Asks the active controller for the state of the metadata log.
    pub async fn quorum(&self) -> Result<Quorum, Error> {
        let partition = Asked::default().with_partition_index(0);
        let topic = TopicData::default()
            .with_topic_name(text(METADATA_TOPIC).into())
            .with_partitions(vec![partition]);
        let request = &DescribeQuorumRequest::default().with_topics(vec![topic]);
        self.on_controller(|connection| async move {
            let answer = connection.call(request).await?;
            let doing = || "describe the metadata quorum".to_owned();
            Error::check(answer.error_code, answer.error_message.as_deref(), doing)?;
            let nothing =
                || Error::Invalid("the broker left the metadata log out of its answer".into());
            let mut partitions = answer.topics.iter().flat_map(|topic| &topic.partitions);
            let partition = partitions.next().ok_or_else(nothing)?;
            Error::check(partition.error_code, partition.error_message.as_deref(), doing)?;
            Ok(quorum(partition, &answer.nodes))
        })
        .await
    }
}

fn quorum(partition: &PartitionData, nodes: &[Node]) -> Quorum {
    let replicas =
        |states: &[ReplicaState]| states.iter().map(|state| replica(state, nodes)).collect();
    Quorum {
        leader: Some(NodeId(partition.leader_id.0)).filter(|id| id.get() >= 0),
        epoch: partition.leader_epoch,
        high_watermark: Offset(partition.high_watermark),
        voters: replicas(&partition.current_voters),
        observers: replicas(&partition.observers),
    }
}

fn replica(state: &ReplicaState, nodes: &[Node]) -> QuorumReplica {
    let node = nodes.iter().find(|node| node.node_id == state.replica_id);
    let endpoint =
        |listener: &Listener| (listener.name.to_string(), listener.host.to_string(), listener.port);
    let known = |number: i64| Some(number).filter(|number| *number >= 0);
    QuorumReplica {
        node: NodeId(state.replica_id.0),
        end: known(state.log_end_offset).map(Offset),
        last_fetch: known(state.last_fetch_timestamp).map(TimestampMs),
        last_caught_up: known(state.last_caught_up_timestamp).map(TimestampMs),
        directory: *state.replica_directory_id.as_bytes(),
        endpoints: node
            .map(|node| node.listeners.iter().map(endpoint).collect())
            .unwrap_or_default(),
    }
}
