//! Every response can be said in every version: no field is set that the version lacks, and what it has arrives.

use std::fmt::Debug;

use protocol::ApiKey;
use protocol::ids::{LeaderEpoch, Offset};
use protocol::message::{ApiBody, decode_response, encode_response};

use super::*;
use crate::group::input::Input;
use crate::machine::Ticket;

/// Says the response in each version that we speak, and hands back what arrives.
fn in_every_version<R: ApiBody + Debug>(
    key: ApiKey,
    response: impl Fn(i16) -> R,
    check: impl Fn(i16, R),
) {
    for version in protocol::versions::supported(key).expect("an API that we speak") {
        let response = response(version);
        let said = encode_response(key, version, 7, &response);
        let said = said.unwrap_or_else(|error| panic!("{key:?} {version}: {error}; {response:?}"));
        let mut frame = said.into_bytes().slice(8..);
        let heard = decode_response(version, &mut frame);
        check(version, heard.unwrap_or_else(|error| panic!("{key:?} {version}: {error}")));
        assert!(frame.is_empty(), "{key:?} {version}: {} bytes are left", frame.len());
    }
}

fn joined() -> JoinGroupReply {
    let member = |id: &str| JoinedMember {
        member_id: id.into(),
        instance_id: Some("i".into()),
        metadata: Bytes::from_static(b"subscription"),
    };
    JoinGroupReply {
        error: ErrorCode::None,
        member_id: "a-1".into(),
        generation: Generation(3),
        protocol_type: Some("consumer".into()),
        protocol: Some("range".into()),
        leader: "a-1".into(),
        skip_assignment: true,
        members: vec![member("a-1"), member("b-2")],
    }
}

#[test]
fn a_join_is_answered_in_every_version() {
    in_every_version(
        ApiKey::JoinGroup,
        |version| join_group::response(version, joined()),
        |version, heard| {
            assert_eq!((heard.generation_id, heard.members.len()), (3, 2));
            assert_eq!(heard.protocol_name, Some(str_bytes("range")));
            assert_eq!(heard.protocol_type.is_some(), version >= 7);
            assert_eq!(heard.skip_assignment, version >= 9);
            let has_names = heard.members.iter().all(|member| member.group_instance_id.is_some());
            assert_eq!(has_names, version >= 5);
        },
    );
    let refused = || JoinGroupReply::refused(ErrorCode::MemberIdRequired, "a-1".into());
    in_every_version(
        ApiKey::JoinGroup,
        |version| join_group::response(version, refused()),
        |_, heard| {
            assert_eq!(
                (heard.error_code, &*heard.member_id),
                (ErrorCode::MemberIdRequired.code(), "a-1")
            );
        },
    );
}

#[test]
fn a_sync_is_answered_in_every_version() {
    let reply = || SyncGroupReply {
        error: ErrorCode::None,
        protocol_type: Some("consumer".into()),
        protocol: Some("range".into()),
        assignment: Bytes::from_static(b"share"),
    };
    in_every_version(
        ApiKey::SyncGroup,
        |version| sync_group::response(version, reply()),
        |version, heard| {
            assert_eq!(
                (&heard.assignment[..], heard.protocol_name.is_some()),
                (&b"share"[..], version >= 5)
            );
        },
    );
    let refused = || SyncGroupReply::refused(ErrorCode::RebalanceInProgress);
    in_every_version(
        ApiKey::SyncGroup,
        |version| sync_group::response(version, refused()),
        |_, heard| {
            assert_eq!(heard.error_code, ErrorCode::RebalanceInProgress.code());
        },
    );
}

#[test]
fn a_heartbeat_is_answered_in_every_version() {
    in_every_version(
        ApiKey::Heartbeat,
        |_| heartbeat::response(ErrorCode::IllegalGeneration),
        |_, heard| {
            assert_eq!(heard.error_code, ErrorCode::IllegalGeneration.code());
        },
    );
}

#[test]
fn a_leave_is_answered_in_every_version() {
    let left = LeftMember {
        member_id: "a-1".into(),
        instance_id: Some("i".into()),
        error: ErrorCode::FencedInstanceId,
    };
    let reply = LeaveGroupReply { error: ErrorCode::None, members: vec![left] };
    let fenced = ErrorCode::FencedInstanceId.code();
    in_every_version(
        ApiKey::LeaveGroup,
        |version| leave_group::response(version, &reply),
        |version, heard| {
            let told: Vec<_> = heard.members.iter().map(|member| member.error_code).collect();
            assert_eq!(
                (heard.error_code, told),
                if version >= 3 { (0, vec![fenced]) } else { (fenced, vec![]) }
            );
        },
    );
}

#[test]
fn a_commit_is_answered_in_every_version() {
    let refused = [RefusedTopic::new(
        "gone",
        TopicId(Uuid::from_u128(9)),
        [1].into_iter(),
        ErrorCode::UnknownTopicId,
    )];
    let reply = || OffsetCommitReply {
        topics: vec![CommittedTopic {
            name: logs(),
            id: LOGS,
            partitions: vec![(PartitionIndex(0), ErrorCode::None)],
        }],
    };
    let response = |version| offset_commit::response(version, reply(), &refused);
    in_every_version(ApiKey::OffsetCommit, response, |version, heard| {
        let ids: Vec<_> = heard.topics.iter().map(|topic| topic.topic_id.as_u128()).collect();
        let names: Vec<_> = heard.topics.iter().map(|topic| topic.name.as_str()).collect();
        if version >= 10 { assert_eq!(ids, [9, 7]) } else { assert_eq!(names, ["gone", "logs"]) }
    });
}

#[test]
fn a_fetch_is_answered_in_every_version() {
    let response = |version| {
        offset_fetch::response(version, vec![(fetched(ErrorCode::None), vec![])], &OneTopic)
    };
    in_every_version(ApiKey::OffsetFetch, response, |version, heard| {
        let old = heard.topics.iter().flat_map(|topic| &topic.partitions);
        let old = old.map(|kept| (kept.committed_offset, kept.committed_leader_epoch));
        let new =
            heard.groups.iter().flat_map(|group| &group.topics).flat_map(|topic| &topic.partitions);
        let new = new.map(|kept| (kept.committed_offset, kept.committed_leader_epoch));
        let epoch = if version >= 5 { 3 } else { -1 };
        assert_eq!(old.chain(new).collect::<Vec<_>>(), [(5, epoch)], "version {version}");
    });
    let failed = |version| {
        offset_fetch::response(
            version,
            vec![(fetched(ErrorCode::CoordinatorLoadInProgress), vec![])],
            &OneTopic,
        )
    };
    in_every_version(ApiKey::OffsetFetch, failed, |version, heard| {
        let loading = ErrorCode::CoordinatorLoadInProgress.code();
        let told = match version {
            1 => heard
                .topics
                .first()
                .and_then(|topic| topic.partitions.first())
                .map(|kept| kept.error_code),
            2..8 => Some(heard.error_code),
            _ => heard.groups.first().map(|group| group.error_code),
        };
        assert_eq!(told, Some(loading), "version {version}");
    });
}

#[test]
fn groups_are_described_and_listed_in_every_version() {
    let member = || DescribedMember {
        member_id: "a-1".into(),
        instance_id: Some("i".into()),
        client_id: "a".into(),
        client_host: "/127.0.0.1".into(),
        metadata: Bytes::from_static(b"subscription"),
        assignment: Bytes::from_static(b"share"),
    };
    let group = || DescribedGroup {
        error: ErrorCode::None,
        group: "g".into(),
        state: GroupState::Stable,
        protocol_type: "consumer".into(),
        protocol: "range".into(),
        members: vec![member()],
    };
    let all = |_: &_| describe_groups::AuthorizedOperations::ALL;
    let response = |version| describe_groups::response(version, vec![group()], all);
    in_every_version(ApiKey::DescribeGroups, response, |version, heard| {
        let group = heard.groups.first().expect("one group");
        let member = group.members.first().expect("one member");
        assert_eq!(
            (group.group_state.as_str(), &member.member_assignment[..]),
            ("Stable", &b"share"[..])
        );
        assert_eq!(member.group_instance_id.is_some(), version >= 4);
    });
    let listed = [ListedGroup {
        group: "g".into(),
        protocol_type: "consumer".into(),
        state: GroupState::Empty,
    }];
    let response = |version| list_groups::response(version, ErrorCode::None, &listed);
    in_every_version(ApiKey::ListGroups, response, |_, heard| assert_eq!(heard.groups.len(), 1));
}

#[test]
fn groups_and_offsets_are_deleted_in_every_version() {
    let gone = [DeleteGroupReply { group: "g".into(), error: ErrorCode::NonEmptyGroup }];
    in_every_version(
        ApiKey::DeleteGroups,
        |_| delete_groups::response(&gone),
        |_, heard| {
            assert_eq!(
                heard.results.first().map(|result| result.error_code),
                Some(ErrorCode::NonEmptyGroup.code())
            );
        },
    );
    let reply = || OffsetDeleteReply {
        error: ErrorCode::None,
        topics: vec![(logs(), vec![(PartitionIndex(1), ErrorCode::GroupSubscribedToTopic)])],
    };
    in_every_version(
        ApiKey::OffsetDelete,
        |_| offset_delete::response(reply(), &[]),
        |_, heard| {
            assert_eq!(heard.topics.first().map(|topic| topic.partitions.len()), Some(1));
        },
    );
}

/// A host that has no coordinator for a group answers all the same, and in words that clients take as a reason to try
/// again.
#[test]
fn a_refused_commit_and_fetch_name_every_partition() {
    let commit = offset_commit::request(
        9,
        &commit_request(commit_topic("logs", TopicId::ZERO, &[0, 1])),
        &OneTopic,
    )
    .0;
    let input = Input::OffsetCommit(Ticket(1), commit);
    let refused = input.refused(ErrorCode::CoordinatorLoadInProgress).expect("somebody waits");
    let Reply::OffsetCommit(reply) = refused.reply else { panic!("a commit is answered as one") };
    let errors: Vec<_> =
        reply.topics.iter().flat_map(|topic| &topic.partitions).map(|(_, error)| *error).collect();
    assert_eq!(errors, [ErrorCode::CoordinatorLoadInProgress; 2]);
    let kept = fetched(ErrorCode::None);
    let Reply::OffsetFetch(reply) =
        Reply::OffsetFetch(kept).refused(ErrorCode::CoordinatorNotAvailable)
    else {
        panic!("a fetch is answered as one")
    };
    assert_eq!(reply.error, ErrorCode::NotCoordinator);
    let kept =
        reply.topics.first().and_then(|topic| topic.partitions.first()).expect("one partition");
    assert_eq!((kept.offset, kept.leader_epoch), (Offset(-1), LeaderEpoch::NONE));
}

/// While the coordinator loads, sessions do not run: members need not worry, and Kafka does not worry them.
#[test]
fn heartbeats_are_fine_while_the_coordinator_loads() {
    let request = messages::HeartbeatRequest::default();
    let input = Input::Heartbeat(Ticket(1), heartbeat::request(&request));
    let told = |error| input.refused(error).map(|output| output.reply);
    assert_eq!(told(ErrorCode::CoordinatorLoadInProgress), Some(Reply::Heartbeat(ErrorCode::None)));
    assert_eq!(told(ErrorCode::NotCoordinator), Some(Reply::Heartbeat(ErrorCode::NotCoordinator)));
}
