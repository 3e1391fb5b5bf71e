//! What versions mean differently, one claim a test.

mod versions;

use bytes::Bytes;
use protocol::ids::{LeaderEpoch, Offset, PartitionIndex, TopicId, TopicName};
use protocol::messages::leave_group_request::MemberIdentity;
use protocol::messages::offset_commit_request::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use protocol::messages::offset_fetch_request::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use protocol::messages::{
    self, JoinGroupRequest, LeaveGroupRequest, OffsetCommitRequest, OffsetDeleteRequest,
    OffsetFetchRequest, SyncGroupRequest,
};
use protocol::{ErrorCode, StrBytes};
use uuid::Uuid;

use super::topics::{KnownTopic, Topics};
use super::*;
use crate::group::ids::Generation;
use crate::group::output::*;
use crate::group::state::GroupState;

/// A broker with one topic, `logs`, of two partitions, and one that the client may not see, `secret`.
struct OneTopic;

const LOGS: TopicId = TopicId(Uuid::from_u128(7));

fn logs() -> TopicName {
    TopicName::new("logs").expect("a legal name")
}

impl Topics for OneTopic {
    fn by_name(&self, name: &str) -> Result<KnownTopic, ErrorCode> {
        match name {
            "logs" => Ok(KnownTopic { name: logs(), id: LOGS, partitions: 2 }),
            "secret" => Err(ErrorCode::TopicAuthorizationFailed),
            _ => Err(ErrorCode::UnknownTopicOrPartition),
        }
    }

    fn by_id(&self, id: TopicId) -> Result<KnownTopic, ErrorCode> {
        if id == LOGS { self.by_name("logs") } else { Err(ErrorCode::UnknownTopicId) }
    }
}

fn joiner() -> join_group::Joiner {
    join_group::Joiner {
        client_id: "c".into(),
        client_host: "/127.0.0.1".into(),
        unique: "u".into(),
    }
}

fn str_bytes(text: &'static str) -> StrBytes {
    StrBytes::from_static_str(text)
}

#[test]
fn a_join_of_version_0_is_waited_for_as_long_as_its_session_lasts() {
    let mut old = JoinGroupRequest::default();
    old.session_timeout_ms = 10_000;
    old.rebalance_timeout_ms = -1;
    assert_eq!(join_group::request(0, joiner(), &old).rebalance_timeout, Duration::from_secs(10));
    old.rebalance_timeout_ms = 60_000;
    assert_eq!(join_group::request(1, joiner(), &old).rebalance_timeout, Duration::from_secs(60));
}

#[test]
fn a_join_must_know_its_id_since_version_4_and_may_skip_the_assignment_since_version_9() {
    let join = |version| join_group::request(version, joiner(), &JoinGroupRequest::default());
    assert!(!join(3).requires_known_member_id && join(4).requires_known_member_id);
    assert!(!join(8).supports_skipping_assignment && join(9).supports_skipping_assignment);
}

#[test]
fn a_refused_join_has_an_empty_protocol_name_before_version_7_and_none_after() {
    let refused = || JoinGroupReply::refused(ErrorCode::UnknownMemberId, "m".into());
    let old = join_group::response(6, refused());
    assert_eq!((old.protocol_name, old.generation_id), (Some(StrBytes::default()), -1));
    assert_eq!(join_group::response(7, refused()).protocol_name, None);
}

#[test]
fn a_join_answers_only_with_fields_that_its_version_has() {
    let member = JoinedMember {
        member_id: "m".into(),
        instance_id: Some("i".into()),
        metadata: Bytes::new(),
    };
    let reply = JoinGroupReply {
        protocol_type: Some("consumer".into()),
        skip_assignment: true,
        members: vec![member],
        ..JoinGroupReply::refused(ErrorCode::None, "m".into())
    };
    let old = join_group::response(4, reply.clone());
    assert_eq!((&old.protocol_type, old.skip_assignment), (&None, false));
    assert_eq!(old.members.first().and_then(|member| member.group_instance_id.clone()), None);
    let new = join_group::response(9, reply);
    assert_eq!((new.protocol_type, new.skip_assignment), (Some(str_bytes("consumer")), true));
}

#[test]
fn a_sync_must_name_its_protocol_since_version_5() {
    let mut bare = SyncGroupRequest::default();
    assert!(sync_group::is_complete(4, &bare) && !sync_group::is_complete(5, &bare));
    bare.protocol_type = Some(str_bytes("consumer"));
    bare.protocol_name = Some(str_bytes("range"));
    assert!(sync_group::is_complete(5, &bare));
}

/// Kafka lost the one member of an old request on its way through the batch form (KAFKA-15755).
#[test]
fn a_leave_before_version_3_names_one_member_and_is_answered_for_that_one() {
    let mut old = LeaveGroupRequest::default();
    old.member_id = str_bytes("m");
    let leave = leave_group::request(2, &old);
    assert_eq!(
        leave.members.iter().map(|member| member.member_id.as_str()).collect::<Vec<_>>(),
        ["m"]
    );
    let left =
        LeftMember { member_id: "m".into(), instance_id: None, error: ErrorCode::UnknownMemberId };
    let reply = LeaveGroupReply { error: ErrorCode::None, members: vec![left] };
    let answer = leave_group::response(2, &reply);
    assert_eq!((answer.error_code, answer.members.len()), (ErrorCode::UnknownMemberId.code(), 0));
    let answer = leave_group::response(3, &reply);
    assert_eq!((answer.error_code, answer.members.len()), (0, 1));
    let failed = LeaveGroupReply { error: ErrorCode::NotCoordinator, members: Vec::new() };
    assert_eq!(leave_group::response(1, &failed).error_code, ErrorCode::NotCoordinator.code());
}

#[test]
fn a_leave_since_version_3_names_many() {
    let mut new = LeaveGroupRequest::default();
    let mut member = MemberIdentity::default();
    member.group_instance_id = Some(str_bytes("i"));
    new.members = vec![member.clone(), member];
    assert_eq!(leave_group::request(3, &new).members.len(), 2);
}

fn commit_request(topic: OffsetCommitRequestTopic) -> OffsetCommitRequest {
    let mut request = OffsetCommitRequest::default();
    request.group_id = messages::GroupId(str_bytes("g"));
    request.retention_time_ms = 5_000;
    request.topics = vec![topic];
    request
}

fn commit_topic(name: &'static str, id: TopicId, partitions: &[i32]) -> OffsetCommitRequestTopic {
    let mut topic = OffsetCommitRequestTopic::default();
    topic.name = messages::TopicName(str_bytes(name));
    topic.topic_id = id.0;
    let partition = |&index: &i32| {
        let mut partition = OffsetCommitRequestPartition::default();
        partition.partition_index = index;
        partition
    };
    topic.partitions = partitions.iter().map(partition).collect();
    topic
}

#[test]
fn a_commit_may_ask_for_a_retention_before_version_5_only() {
    let request = commit_request(commit_topic("logs", TopicId::ZERO, &[0]));
    let retention = |version| offset_commit::request(version, &request, &OneTopic).0.retention;
    assert_eq!(retention(4), Some(Duration::from_secs(5)));
    assert_eq!(retention(5), None);
}

#[test]
fn a_commit_to_what_does_not_exist_is_refused_and_the_rest_is_kept() {
    let request = commit_request(commit_topic("logs", TopicId::ZERO, &[1, 2]));
    let (commit, refused) = offset_commit::request(9, &request, &OneTopic);
    assert!(commit.knows_group_id_not_found);
    let reply = OffsetCommitReply {
        topics: vec![CommittedTopic {
            name: logs(),
            id: LOGS,
            partitions: vec![(PartitionIndex(1), ErrorCode::None)],
        }],
    };
    let answer = offset_commit::response(9, reply, &refused);
    let told: Vec<_> = answer
        .topics
        .iter()
        .flat_map(|topic| {
            topic.partitions.iter().map(move |partition| (topic.name.as_str(), partition))
        })
        .map(|(name, partition)| (name, partition.partition_index, partition.error_code))
        .collect();
    assert_eq!(told, [("logs", 2, ErrorCode::UnknownTopicOrPartition.code()), ("logs", 1, 0)]);
}

#[test]
fn a_commit_since_version_10_goes_by_topic_ids() {
    let request = commit_request(commit_topic("", LOGS, &[0]));
    let (commit, refused) = offset_commit::request(10, &request, &OneTopic);
    assert_eq!(commit.topics.first().map(|topic| topic.name.clone()), Some(logs()));
    assert_eq!(refused, []);
    let request = commit_request(commit_topic("", TopicId(Uuid::from_u128(8)), &[0]));
    let (commit, refused) = offset_commit::request(10, &request, &OneTopic);
    assert_eq!(commit.topics, []);
    let answer = offset_commit::response(10, OffsetCommitReply { topics: Vec::new() }, &refused);
    let told = answer.topics.first().map(|topic| (topic.topic_id, topic.partitions.len()));
    assert_eq!(told, Some((Uuid::from_u128(8), 1)));
}

fn fetched(error: ErrorCode) -> OffsetFetchReply {
    let kept = FetchedPartition {
        partition: PartitionIndex(0),
        offset: Offset(5),
        leader_epoch: LeaderEpoch(3),
        metadata: "m".into(),
        error: ErrorCode::None,
    };
    let topic = FetchedTopic { name: logs(), id: TopicId::ZERO, partitions: vec![kept] };
    OffsetFetchReply { group: "g".into(), error, topics: vec![topic] }
}

#[test]
fn a_fetch_before_version_8_is_of_one_group_and_answered_so() {
    let mut request = OffsetFetchRequest::default();
    request.group_id = messages::GroupId(str_bytes("g"));
    let mut topic = OffsetFetchRequestTopic::default();
    topic.name = messages::TopicName(str_bytes("logs"));
    topic.partition_indexes = vec![0];
    request.topics = Some(vec![topic]);
    let asked = offset_fetch::request(7, &request, &OneTopic);
    assert_eq!(asked.len(), 1);
    let answer = offset_fetch::response(7, vec![(fetched(ErrorCode::None), vec![])], &OneTopic);
    let partition =
        answer.topics.first().and_then(|topic| topic.partitions.first()).expect("one partition");
    assert_eq!((partition.committed_offset, partition.committed_leader_epoch), (5, 3));
    let answer = offset_fetch::response(4, vec![(fetched(ErrorCode::None), vec![])], &OneTopic);
    let partition =
        answer.topics.first().and_then(|topic| topic.partitions.first()).expect("one partition");
    assert_eq!(partition.committed_leader_epoch, -1, "version 4 has no epoch");
}

#[test]
fn a_fetch_of_version_1_says_the_groups_error_of_every_partition() {
    let failed = || vec![(fetched(ErrorCode::NotCoordinator).clone(), vec![])];
    let answer = offset_fetch::response(1, failed(), &OneTopic);
    let errors: Vec<_> =
        answer.topics.iter().flat_map(|topic| &topic.partitions).map(|p| p.error_code).collect();
    assert_eq!((answer.error_code, errors), (0, vec![ErrorCode::NotCoordinator.code()]));
    let answer = offset_fetch::response(2, failed(), &OneTopic);
    assert_eq!((answer.error_code, answer.topics.len()), (ErrorCode::NotCoordinator.code(), 0));
}

#[test]
fn a_fetch_since_version_8_is_of_many_groups_and_since_version_10_by_topic_ids() {
    let mut topic = OffsetFetchRequestTopics::default();
    topic.topic_id = LOGS.0;
    topic.partition_indexes = vec![0, 1];
    let mut unknown = topic.clone();
    unknown.topic_id = Uuid::from_u128(8);
    let mut group = OffsetFetchRequestGroup::default();
    group.group_id = messages::GroupId(str_bytes("g"));
    group.topics = Some(vec![topic, unknown]);
    let mut all = group.clone();
    all.topics = None;
    let mut request = OffsetFetchRequest::default();
    request.groups = vec![group, all];
    let asked = offset_fetch::request(10, &request, &OneTopic);
    assert_eq!(
        asked.iter().map(|(fetch, _)| fetch.topics.is_some()).collect::<Vec<_>>(),
        [true, false]
    );
    let refused = asked.into_iter().flat_map(|(_, refused)| refused).collect();
    let answer = offset_fetch::response(10, vec![(fetched(ErrorCode::None), refused)], &OneTopic);
    let topics = &answer.groups.first().expect("one group").topics;
    let told: Vec<_> = topics
        .iter()
        .map(|topic| {
            (topic.topic_id, topic.partitions.iter().map(|p| p.error_code).collect::<Vec<_>>())
        })
        .collect();
    let unknown = ErrorCode::UnknownTopicId.code();
    assert_eq!(told, [(Uuid::from_u128(8), vec![unknown; 2]), (LOGS.0, vec![0])]);
}

#[test]
fn a_fetch_of_a_name_that_no_topic_can_have_finds_nothing_and_no_error() {
    let mut topic = OffsetFetchRequestTopic::default();
    topic.name = messages::TopicName(str_bytes("a/b"));
    topic.partition_indexes = vec![0];
    let mut request = OffsetFetchRequest::default();
    request.topics = Some(vec![topic]);
    let (_, refused) = offset_fetch::request(7, &request, &OneTopic).remove(0);
    let nothing = OffsetFetchReply { group: "g".into(), error: ErrorCode::None, topics: vec![] };
    let answer = offset_fetch::response(7, vec![(nothing, refused)], &OneTopic);
    let partition =
        answer.topics.first().and_then(|topic| topic.partitions.first()).expect("one partition");
    assert_eq!((partition.committed_offset, partition.error_code), (-1, 0));
}

#[test]
fn offsets_of_a_topic_that_is_gone_can_be_deleted() {
    let mut topic = messages::offset_delete_request::OffsetDeleteRequestTopic::default();
    topic.name = messages::TopicName(str_bytes("gone"));
    let mut request = OffsetDeleteRequest::default();
    request.topics = vec![topic];
    let (delete, refused) = offset_delete::request(&request, &OneTopic);
    assert_eq!((delete.topics.len(), refused.len()), (1, 0));
}

#[test]
fn a_group_that_does_not_exist_is_an_error_since_version_6_only() {
    let dead = || DescribedGroup {
        error: ErrorCode::GroupIdNotFound,
        group: "g".into(),
        state: GroupState::Dead,
        protocol_type: "".into(),
        protocol: "".into(),
        members: Vec::new(),
    };
    let told = |version| {
        let all = |_: &_| describe_groups::AuthorizedOperations::ALL;
        let mut answer = describe_groups::response(version, vec![dead()], all);
        let group = answer.groups.remove(0);
        (group.error_code, group.group_state.to_string(), group.authorized_operations)
    };
    assert_eq!(told(2), (0, "Dead".into(), i32::MIN));
    assert_eq!(told(5), (0, "Dead".into(), 3400));
    assert_eq!(told(6), (ErrorCode::GroupIdNotFound.code(), "Dead".into(), 3400));
}

#[test]
fn a_list_tells_states_since_version_4_and_types_since_version_5() {
    let group = ListedGroup {
        group: "g".into(),
        protocol_type: "consumer".into(),
        state: GroupState::Stable,
    };
    let told = |version| {
        let answer = list_groups::response(version, ErrorCode::None, std::slice::from_ref(&group));
        let group = answer.groups.first().expect("one group");
        (group.group_state.to_string(), group.group_type.to_string())
    };
    assert_eq!(told(3), (String::new(), String::new()));
    assert_eq!(told(4), ("Stable".into(), String::new()));
    assert_eq!(told(5), ("Stable".into(), "classic".into()));
}

#[test]
fn generations_pass_through() {
    let mut request = SyncGroupRequest::default();
    request.generation_id = 4;
    assert_eq!(sync_group::request(&request).generation, Generation(4));
}
