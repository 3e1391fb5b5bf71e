//! An output: the answer to one ticket.
//!
//! Answers carry what Kafka's responses carry, at their newest version; `wire` cuts them down for older clients.

use std::sync::Arc;

use bytes::Bytes;
use protocol::ErrorCode;
use protocol::ids::{LeaderEpoch, Offset, PartitionIndex, TopicId, TopicName};

use super::ids::{Generation, GroupId, InstanceId, MemberId};
use super::state::GroupState;
use crate::machine::Ticket;

/// An answer and whom it is for. Every ticket is answered once, unless the machine is dropped first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The ticket of the input that this answers.
    pub ticket: Ticket,
    /// The answer.
    pub reply: Reply,
}

/// An answer, by the request it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// To JoinGroup.
    JoinGroup(JoinGroupReply),
    /// To SyncGroup.
    SyncGroup(SyncGroupReply),
    /// To Heartbeat. REBALANCE_IN_PROGRESS asks the member to join again.
    Heartbeat(ErrorCode),
    /// To LeaveGroup.
    LeaveGroup(LeaveGroupReply),
    /// To OffsetCommit.
    OffsetCommit(OffsetCommitReply),
    /// To OffsetFetch.
    OffsetFetch(OffsetFetchReply),
    /// To OffsetDelete.
    OffsetDelete(OffsetDeleteReply),
    /// To DeleteGroup.
    DeleteGroup(DeleteGroupReply),
    /// To DescribeGroup.
    DescribeGroup(DescribedGroup),
    /// To ListGroups.
    ListGroups(Vec<ListedGroup>),
}

/// What a join came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinGroupReply {
    /// NONE: go on with SyncGroup. MEMBER_ID_REQUIRED: join again under [`Self::member_id`]. Else: refused.
    pub error: ErrorCode,
    /// The id to use from here on; empty if the client is to start over without one.
    pub member_id: MemberId,
    /// The generation that has begun, or [`Generation::NONE`].
    pub generation: Generation,
    /// The group's protocol type.
    pub protocol_type: Option<Arc<str>>,
    /// The protocol that most members prefer among those that all can follow.
    pub protocol: Option<Arc<str>>,
    /// Who decides on the assignment; empty when refused.
    pub leader: MemberId,
    /// To a leader: see who is there, but keep the assignment (KIP-814).
    pub skip_assignment: bool,
    /// To the leader alone: everybody, with what they subscribe to.
    pub members: Vec<JoinedMember>,
}

/// A member as its leader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinedMember {
    /// The member.
    pub member_id: MemberId,
    /// Its static name.
    pub instance_id: Option<InstanceId>,
    /// Its subscription under the chosen protocol.
    pub metadata: Bytes,
}

impl JoinGroupReply {
    /// A join that did not come about.
    pub fn refused(error: ErrorCode, member_id: MemberId) -> Self {
        Self {
            error,
            member_id,
            generation: Generation::NONE,
            protocol_type: None,
            protocol: None,
            leader: MemberId::default(),
            skip_assignment: false,
            members: Vec::new(),
        }
    }
}

/// A member's share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncGroupReply {
    /// NONE: start to consume. REBALANCE_IN_PROGRESS: join again.
    pub error: ErrorCode,
    /// The group's protocol type, on success.
    pub protocol_type: Option<Arc<str>>,
    /// The protocol in force, on success.
    pub protocol: Option<Arc<str>>,
    /// What the leader assigned to this member; its format is the protocol's.
    pub assignment: Bytes,
}

impl SyncGroupReply {
    /// A sync that did not come about.
    pub fn refused(error: ErrorCode) -> Self {
        Self { error, protocol_type: None, protocol: None, assignment: Bytes::new() }
    }
}

/// Who has left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaveGroupReply {
    /// What went wrong with the request as a whole.
    pub error: ErrorCode,
    /// In the order of the request.
    pub members: Vec<LeftMember>,
}

/// What became of one that was to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftMember {
    /// As the request had it.
    pub member_id: MemberId,
    /// As the request had it.
    pub instance_id: Option<InstanceId>,
    /// NONE: it is out.
    pub error: ErrorCode,
}

/// Which positions were kept. In the order of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffsetCommitReply {
    /// By topic.
    pub topics: Vec<CommittedTopic>,
}

/// What became of the positions in one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommittedTopic {
    /// The topic.
    pub name: TopicName,
    /// As the request had it.
    pub id: TopicId,
    /// NONE: this position is durable.
    pub partitions: Vec<(PartitionIndex, ErrorCode)>,
}

/// A group's positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffsetFetchReply {
    /// The group.
    pub group: GroupId,
    /// What went wrong with the group as a whole.
    pub error: ErrorCode,
    /// By topic.
    pub topics: Vec<FetchedTopic>,
}

/// A group's positions in one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedTopic {
    /// The topic.
    pub name: TopicName,
    /// Its id as the commit had it, or [`TopicId::ZERO`].
    pub id: TopicId,
    /// By partition.
    pub partitions: Vec<FetchedPartition>,
}

/// A group's position in one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedPartition {
    /// The partition.
    pub partition: PartitionIndex,
    /// The position, or −1 if there is none.
    pub offset: Offset,
    /// The epoch of the last record read, if the consumer gave one.
    pub leader_epoch: LeaderEpoch,
    /// The consumer's text.
    pub metadata: Arc<str>,
    /// What went wrong with this partition.
    pub error: ErrorCode,
}

impl FetchedPartition {
    /// Nothing is kept for this partition.
    pub fn none(partition: PartitionIndex) -> Self {
        Self::failed(partition, ErrorCode::None)
    }

    /// Nothing can be said of this partition.
    pub fn failed(partition: PartitionIndex, error: ErrorCode) -> Self {
        Self {
            partition,
            offset: Offset(-1),
            leader_epoch: LeaderEpoch::NONE,
            metadata: "".into(),
            error,
        }
    }
}

/// Which positions were forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffsetDeleteReply {
    /// What went wrong with the request as a whole; then there are no topics.
    pub error: ErrorCode,
    /// In the order of the request. NONE: there is no position any more.
    pub topics: Vec<(TopicName, Vec<(PartitionIndex, ErrorCode)>)>,
}

/// What became of a group that was to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleteGroupReply {
    /// The group.
    pub group: GroupId,
    /// NONE: it is gone, and so are its offsets.
    pub error: ErrorCode,
}

/// A group in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedGroup {
    /// GROUP_ID_NOT_FOUND for a group that we know nothing of; its state is then Dead.
    pub error: ErrorCode,
    /// The group.
    pub group: GroupId,
    /// Where it stands.
    pub state: GroupState,
    /// Empty if it never had members.
    pub protocol_type: Arc<str>,
    /// The protocol in force; empty unless the group is stable.
    pub protocol: Arc<str>,
    /// By member id.
    pub members: Vec<DescribedMember>,
}

/// A member in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedMember {
    /// The member.
    pub member_id: MemberId,
    /// Its static name.
    pub instance_id: Option<InstanceId>,
    /// Its client's name for itself.
    pub client_id: Arc<str>,
    /// Where it sits.
    pub client_host: Arc<str>,
    /// Its subscription; empty unless the group is stable.
    pub metadata: Bytes,
    /// Its share.
    pub assignment: Bytes,
}

/// A group in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedGroup {
    /// The group.
    pub group: GroupId,
    /// Empty if it never had members.
    pub protocol_type: Arc<str>,
    /// Where it stands.
    pub state: GroupState,
}

impl ListedGroup {
    /// What ListGroups calls a group of this kind.
    pub const TYPE: &'static str = "classic";
}
