//! A refusal: the answer to a request that the coordinator cannot serve now, whatever it asked.
//!
//! Three hands refuse: a host without a coordinator for the group ([`Input::refused`]), a host whose records could not be
//! stored ([`Reply::refused`]), and a host that gives the coordinator up ([`Coordinator::abandon`]).

use protocol::ErrorCode;

use super::ids::MemberId;
use super::input::{FetchTopic, Input, OffsetCommit};
use super::machine::Coordinator;
use super::output::{
    CommittedTopic, DeleteGroupReply, DescribedGroup, FetchedPartition, FetchedTopic,
    JoinGroupReply, LeaveGroupReply, OffsetCommitReply, OffsetDeleteReply, OffsetFetchReply,
    Output, Reply, SyncGroupReply,
};
use super::state::GroupState;

/// What a client is told when the records behind its answer could not be stored because of `error`. Clients of every
/// age take the answer as a reason to look for the coordinator again.
pub fn of_failed_append(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::UnknownTopicOrPartition
        | ErrorCode::NotEnoughReplicas
        | ErrorCode::NotEnoughReplicasAfterAppend
        | ErrorCode::RequestTimedOut => ErrorCode::CoordinatorNotAvailable,
        ErrorCode::NotLeaderOrFollower | ErrorCode::KafkaStorageError => ErrorCode::NotCoordinator,
        ErrorCode::MessageTooLarge
        | ErrorCode::RecordListTooLarge
        | ErrorCode::InvalidFetchSize => ErrorCode::UnknownServerError,
        other => other,
    }
}

impl Input {
    /// The answer with `error` to a request that no coordinator has seen; `None` if nobody waits for one.
    pub fn refused(&self, error: ErrorCode) -> Option<Output> {
        let reply = match self {
            Self::JoinGroup(_, request) => {
                Reply::JoinGroup(JoinGroupReply::refused(error, request.member_id.clone()))
            }
            Self::SyncGroup(..) => Reply::SyncGroup(SyncGroupReply::refused(error)),
            // While the group is loaded its sessions do not run; a member that is told so need not do anything.
            Self::Heartbeat(..) if error == ErrorCode::CoordinatorLoadInProgress => {
                Reply::Heartbeat(ErrorCode::None)
            }
            Self::Heartbeat(..) => Reply::Heartbeat(error),
            Self::LeaveGroup(..) => {
                Reply::LeaveGroup(LeaveGroupReply { error, members: Vec::new() })
            }
            Self::OffsetCommit(_, request) => Reply::OffsetCommit(refused_commit(request, error)),
            Self::OffsetFetch(_, request) => Reply::OffsetFetch(OffsetFetchReply {
                group: request.group.clone(),
                error: told_to_fetchers(error),
                topics: request.topics.iter().flatten().map(nothing_fetched).collect(),
            }),
            Self::OffsetDelete(..) => {
                Reply::OffsetDelete(OffsetDeleteReply { error, topics: Vec::new() })
            }
            Self::DeleteGroup(_, group) => {
                Reply::DeleteGroup(DeleteGroupReply { group: group.clone(), error })
            }
            Self::DescribeGroup(_, group) => Reply::DescribeGroup(DescribedGroup {
                error,
                group: group.clone(),
                state: GroupState::Dead,
                protocol_type: "".into(),
                protocol: "".into(),
                members: Vec::new(),
            }),
            // A coordinator that cannot be asked has no groups to list; the host decides whether that is an error.
            Self::ListGroups(..) => Reply::ListGroups(Vec::new()),
            Self::TopicsDeleted(_) | Self::Tick => return None,
        };
        Some(Output { ticket: self.ticket()?, reply })
    }
}

impl Reply {
    /// The same answer with `error` in the place of its success: the records behind it were not stored.
    pub fn refused(self, error: ErrorCode) -> Self {
        match self {
            Self::JoinGroup(reply) => {
                Self::JoinGroup(JoinGroupReply::refused(error, reply.member_id))
            }
            Self::SyncGroup(_) => Self::SyncGroup(SyncGroupReply::refused(error)),
            Self::Heartbeat(_) => Self::Heartbeat(error),
            Self::LeaveGroup(_) => Self::LeaveGroup(LeaveGroupReply { error, members: Vec::new() }),
            Self::OffsetCommit(mut reply) => {
                let partitions = reply.topics.iter_mut().flat_map(|topic| &mut topic.partitions);
                partitions.for_each(|(_, outcome)| *outcome = error);
                Self::OffsetCommit(reply)
            }
            Self::OffsetFetch(mut reply) => {
                reply.error = told_to_fetchers(error);
                let partitions = reply.topics.iter_mut().flat_map(|topic| &mut topic.partitions);
                partitions.for_each(|kept| *kept = FetchedPartition::none(kept.partition));
                Self::OffsetFetch(reply)
            }
            Self::OffsetDelete(_) => {
                Self::OffsetDelete(OffsetDeleteReply { error, topics: Vec::new() })
            }
            Self::DeleteGroup(reply) => Self::DeleteGroup(DeleteGroupReply { error, ..reply }),
            Self::DescribeGroup(reply) => Self::DescribeGroup(DescribedGroup {
                error,
                state: GroupState::Dead,
                protocol_type: "".into(),
                protocol: "".into(),
                members: Vec::new(),
                group: reply.group,
            }),
            Self::ListGroups(_) => Self::ListGroups(Vec::new()),
        }
    }
}

impl Coordinator {
    /// Gives the coordinator up: every parked join and sync is told to look for the next one. Answers that the host
    /// still holds back are the host's to refuse.
    pub fn abandon(self) -> Vec<Output> {
        let members = self.live.values().flat_map(|group| group.roster.iter());
        let refused = members.flat_map(|member| {
            let error = ErrorCode::NotCoordinator;
            let join = |id: &MemberId| Reply::JoinGroup(JoinGroupReply::refused(error, id.clone()));
            let join = member.join.map(|ticket| Output { ticket, reply: join(&member.id) });
            let sync = || Reply::SyncGroup(SyncGroupReply::refused(error));
            let sync = member.sync.map(|ticket| Output { ticket, reply: sync() });
            [join, sync]
        });
        refused.flatten().collect()
    }
}

/// Consumers before 3.9 do not know what to do about COORDINATOR_NOT_AVAILABLE in the answer to an OffsetFetch.
fn told_to_fetchers(error: ErrorCode) -> ErrorCode {
    if error == ErrorCode::CoordinatorNotAvailable { ErrorCode::NotCoordinator } else { error }
}

fn refused_commit(request: &OffsetCommit, error: ErrorCode) -> OffsetCommitReply {
    let topics = request.topics.iter().map(|topic| CommittedTopic {
        name: topic.name.clone(),
        id: topic.id,
        partitions: topic.partitions.iter().map(|partition| (partition.partition, error)).collect(),
    });
    OffsetCommitReply { topics: topics.collect() }
}

fn nothing_fetched(topic: &FetchTopic) -> FetchedTopic {
    FetchedTopic {
        name: topic.name.clone(),
        id: topic.id,
        partitions: topic.partitions.iter().copied().map(FetchedPartition::none).collect(),
    }
}
