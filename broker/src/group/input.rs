//! An input: what a client asks of the coordinator, or what the broker tells it.
//!
//! The structs mirror Kafka's requests without their versions: where versions differ in meaning, a field says what is
//! meant. `wire` makes them from requests.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use protocol::ids::{LeaderEpoch, Offset, PartitionIndex, TopicId, TopicName};

use super::ids::{Generation, GroupId, InstanceId, MemberId};
use crate::machine::Ticket;

/// What the coordinator is handed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A client wants to be, or to stay, a member. May be parked until the group has settled.
    JoinGroup(Ticket, JoinGroup),
    /// A member asks for its share; the leader brings everybody's. May be parked until the leader has spoken.
    SyncGroup(Ticket, SyncGroup),
    /// A member is alive.
    Heartbeat(Ticket, Heartbeat),
    /// Members go, or are sent away by an administrator.
    LeaveGroup(Ticket, LeaveGroup),
    /// Positions to keep.
    OffsetCommit(Ticket, OffsetCommit),
    /// Which positions are kept?
    OffsetFetch(Ticket, OffsetFetch),
    /// Positions to forget.
    OffsetDelete(Ticket, OffsetDelete),
    /// A group to forget, with its positions. One group: the host splits a request over many.
    DeleteGroup(Ticket, GroupId),
    /// Who is in this group? One group: the host splits a request over many.
    DescribeGroup(Ticket, GroupId),
    /// Which groups are there? The host asks every coordinator and joins the answers.
    ListGroups(Ticket, ListGroups),
    /// From the metadata image: these topics are gone, and so are their positions.
    TopicsDeleted(Vec<TopicName>),
    /// Time has passed; see [`Machine::wake_at`](crate::machine::Machine::wake_at).
    Tick,
}

/// JoinGroup, versions 0 to 9.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinGroup {
    /// The group to be in.
    pub group: GroupId,
    /// The id from an earlier answer; empty on the first try.
    pub member_id: MemberId,
    /// Set by a static member (KIP-345, since version 5).
    pub instance_id: Option<InstanceId>,
    /// From the request's header; names the member for people.
    pub client_id: Arc<str>,
    /// Where the client sits, as Kafka prints it: `/127.0.0.1`.
    pub client_host: Arc<str>,
    /// What makes a new member's id unique: a fresh UUID from the host, since a machine draws no random numbers.
    pub unique: Arc<str>,
    /// How long the member may be silent.
    pub session_timeout: Duration,
    /// How long the others wait for it in a rebalance. Version 0 has none: the session timeout serves.
    pub rebalance_timeout: Duration,
    /// `consumer`, `connect`…: members of one group agree on it.
    pub protocol_type: Arc<str>,
    /// The assignors the member can follow, best first, each with the member's subscription for it.
    pub protocols: Vec<Protocol>,
    /// Why, in the client's words (KIP-800, since version 8).
    pub reason: Option<Arc<str>>,
    /// Since version 4 (KIP-394): a dynamic member without an id is given one and must come again with it.
    pub requires_known_member_id: bool,
    /// Since version 9 (KIP-814): a static leader that comes back can be told to leave the assignment as it is.
    pub supports_skipping_assignment: bool,
}

impl JoinGroup {
    /// The length of the longest text that would be recorded of it, a member id that is yet to be given included.
    pub(super) fn text_bytes_max(&self) -> usize {
        let instance = self.instance_id.as_ref().map_or(0, |name| name.len());
        let new_id = instance.max(self.client_id.len()) + 1 + self.unique.len();
        let protocols = self.protocols.iter().map(|protocol| protocol.name.len());
        let others = [
            self.group.len(),
            self.member_id.len(),
            self.client_host.len(),
            self.protocol_type.len(),
            new_id,
        ];
        protocols.chain(others).max().unwrap_or(0)
    }
}

/// A way to share partitions that a member offers to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// `range`, `cooperative-sticky`…
    pub name: Arc<str>,
    /// What the member tells the leader under this protocol: its subscription. Not ours to read, but see KIP-211.
    pub metadata: Bytes,
}

/// SyncGroup, versions 0 to 5.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncGroup {
    /// The group.
    pub group: GroupId,
    /// The generation that the join answered.
    pub generation: Generation,
    /// The member.
    pub member_id: MemberId,
    /// Its static name, if it has one.
    pub instance_id: Option<InstanceId>,
    /// Since version 5: must be the group's, if given.
    pub protocol_type: Option<Arc<str>>,
    /// Since version 5: must be the one that the join answered, if given.
    pub protocol: Option<Arc<str>>,
    /// From the leader: who gets what.
    pub assignments: Vec<(MemberId, Bytes)>,
}

/// Heartbeat, versions 0 to 4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// The group.
    pub group: GroupId,
    /// The generation the member believes in.
    pub generation: Generation,
    /// The member.
    pub member_id: MemberId,
    /// Its static name, if it has one.
    pub instance_id: Option<InstanceId>,
}

/// LeaveGroup, versions 0 to 5. Before version 3 it names one member, and the answer is that member's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaveGroup {
    /// The group.
    pub group: GroupId,
    /// Who leaves.
    pub members: Vec<LeavingMember>,
}

/// One that leaves a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeavingMember {
    /// The member; empty when an administrator removes a static member by its name alone.
    pub member_id: MemberId,
    /// Its static name, if it has one.
    pub instance_id: Option<InstanceId>,
    /// Why, in the client's words (KIP-800, since version 5).
    pub reason: Option<Arc<str>>,
}

/// OffsetCommit, versions 2 to 10.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffsetCommit {
    /// The group.
    pub group: GroupId,
    /// The committer's generation; none when it commits without being a member.
    pub generation: Generation,
    /// The committer; empty when it commits without being a member.
    pub member_id: MemberId,
    /// Its static name, if it has one.
    pub instance_id: Option<InstanceId>,
    /// Versions 2 to 4: keep these offsets so long, whatever the broker's retention says.
    pub retention: Option<Duration>,
    /// Since version 9 a client knows GROUP_ID_NOT_FOUND; older ones hear ILLEGAL_GENERATION.
    pub knows_group_id_not_found: bool,
    /// The positions.
    pub topics: Vec<CommitTopic>,
}

/// The positions to keep in one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitTopic {
    /// The topic's name, under which offsets are kept.
    pub name: TopicName,
    /// The topic's id where it is known, else [`TopicId::ZERO`].
    pub id: TopicId,
    /// The positions.
    pub partitions: Vec<CommitPartition>,
}

/// The position to keep in one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitPartition {
    /// The partition.
    pub partition: PartitionIndex,
    /// The next offset to read.
    pub offset: Offset,
    /// The epoch of the last record read (KIP-320), or [`LeaderEpoch::NONE`].
    pub leader_epoch: LeaderEpoch,
    /// Whatever the consumer wants to find again.
    pub metadata: Arc<str>,
}

/// OffsetFetch for one group, versions 1 to 10.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffsetFetch {
    /// The group.
    pub group: GroupId,
    /// The partitions asked for; `None` for all that the group has committed.
    pub topics: Option<Vec<FetchTopic>>,
}

/// The partitions of one topic whose positions are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchTopic {
    /// The topic.
    pub name: TopicName,
    /// Its id where it is known, else [`TopicId::ZERO`]. A position kept for another topic of this name is not told.
    pub id: TopicId,
    /// Its partitions.
    pub partitions: Vec<PartitionIndex>,
}

/// OffsetDelete, version 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffsetDelete {
    /// The group.
    pub group: GroupId,
    /// The positions to forget.
    pub topics: Vec<FetchTopic>,
}

/// ListGroups, versions 0 to 5.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ListGroups {
    /// Only groups in these states, in any case (KIP-518, since version 4); empty for all.
    pub states: Vec<String>,
    /// Only groups of these types, in any case (KIP-848, since version 5); empty for all.
    pub types: Vec<String>,
}

impl Input {
    /// The group that this is about, by which the host finds the coordinator; `None` if it is for every coordinator.
    pub fn group(&self) -> Option<&GroupId> {
        match self {
            Self::JoinGroup(_, request) => Some(&request.group),
            Self::SyncGroup(_, request) => Some(&request.group),
            Self::Heartbeat(_, request) => Some(&request.group),
            Self::LeaveGroup(_, request) => Some(&request.group),
            Self::OffsetCommit(_, request) => Some(&request.group),
            Self::OffsetFetch(_, request) => Some(&request.group),
            Self::OffsetDelete(_, request) => Some(&request.group),
            Self::DeleteGroup(_, group) | Self::DescribeGroup(_, group) => Some(group),
            Self::ListGroups(..) | Self::TopicsDeleted(_) | Self::Tick => None,
        }
    }

    /// The ticket that waits for an answer, if anybody does.
    pub fn ticket(&self) -> Option<Ticket> {
        match self {
            Self::JoinGroup(ticket, _)
            | Self::SyncGroup(ticket, _)
            | Self::Heartbeat(ticket, _)
            | Self::LeaveGroup(ticket, _)
            | Self::OffsetCommit(ticket, _)
            | Self::OffsetFetch(ticket, _)
            | Self::OffsetDelete(ticket, _)
            | Self::DeleteGroup(ticket, _)
            | Self::DescribeGroup(ticket, _)
            | Self::ListGroups(ticket, _) => Some(*ticket),
            Self::TopicsDeleted(_) | Self::Tick => None,
        }
    }
}
