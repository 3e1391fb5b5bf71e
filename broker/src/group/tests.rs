//! Claims about the whole coordinator that a script tells badly: numbers and sizes. The stories are in the tests crate.

use std::time::Duration;

use bytes::Bytes;
use protocol::ErrorCode;
use protocol::ids::{LeaderEpoch, Offset, PartitionIndex, TimestampMs, TopicId, TopicName};

use super::*;
use crate::machine::{Instant, Machine, Now, Out, Ticket};

/// A coordinator with a host that commits everything at once.
struct Host {
    coordinator: Coordinator,
    now: Now,
    log: Vec<Record>,
    tickets: u64,
}

impl Host {
    fn new() -> Self {
        let now = Now { instant: Instant::default(), wall: TimestampMs(1_700_000_000_000) };
        Self {
            coordinator: Coordinator::new(GroupConfig::default()),
            now,
            log: Vec::new(),
            tickets: 0,
        }
    }

    fn hand_in(&mut self, input: Input) -> Vec<Reply> {
        let mut out = Out::new();
        self.coordinator.handle(self.now, input, &mut out);
        let (records, outputs) = out.into_parts();
        for record in records {
            let bytes = record.encode();
            let read = Record::decode(bytes.key, bytes.value);
            assert_eq!(read, Ok(records::Decoded::Known(record.clone())));
            self.coordinator.apply(&record);
            self.log.push(record);
        }
        self.coordinator.check().expect("a legal machine");
        outputs.into_iter().map(|(_, output)| output.reply).collect()
    }

    fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }

    fn join(&mut self, request: JoinGroup) -> Vec<Reply> {
        let ticket = self.ticket();
        self.hand_in(Input::JoinGroup(ticket, request))
    }

    fn wait(&mut self, wait: Duration) -> Vec<Reply> {
        let until = self.now.instant.after(wait);
        let mut said = Vec::new();
        while let Some(due) = self.coordinator.wake_at().filter(|due| *due <= until) {
            self.now.instant = due.max(self.now.instant);
            said.extend(self.hand_in(Input::Tick));
        }
        self.now.instant = until;
        said
    }
}

fn join(client: &str, member: &str) -> JoinGroup {
    JoinGroup {
        group: "g".into(),
        member_id: member.into(),
        instance_id: None,
        client_id: client.into(),
        client_host: "/127.0.0.1".into(),
        unique: "1".into(),
        session_timeout: Duration::from_secs(45),
        rebalance_timeout: Duration::from_secs(300),
        protocol_type: "consumer".into(),
        protocols: vec![Protocol {
            name: "range".into(),
            metadata: Bytes::from_static(b"\0\x01\0\0\0\0"),
        }],
        reason: None,
        requires_known_member_id: true,
        supports_skipping_assignment: true,
    }
}

fn joined(replies: &[Reply]) -> Vec<&JoinGroupReply> {
    let joined = replies.iter().filter_map(|reply| match reply {
        Reply::JoinGroup(reply) => Some(reply),
        _ => None,
    });
    joined.collect()
}

fn sync(leader: &JoinGroupReply, share: &Bytes) -> SyncGroup {
    SyncGroup {
        group: "g".into(),
        generation: leader.generation,
        member_id: leader.member_id.clone(),
        instance_id: None,
        protocol_type: Some("consumer".into()),
        protocol: Some("range".into()),
        assignments: leader
            .members
            .iter()
            .map(|member| (member.member_id.clone(), share.clone()))
            .collect(),
    }
}

/// A fleet that starts at once must not rebalance once a member.
#[test]
fn two_hundred_members_that_start_together_settle_in_one_generation() {
    let mut host = Host::new();
    let clients: Vec<_> = (0..200).map(|number| format!("c{number:03}")).collect();
    for client in &clients {
        let asked = host.join(join(client, ""));
        let id = joined(&asked).first().expect("an id is given").member_id.clone();
        host.join(join(client, &id));
        host.wait(Duration::from_millis(10));
    }
    let answers = host.wait(Duration::from_secs(10));
    let answers = joined(&answers);
    assert_eq!(answers.len(), 200);
    assert!(answers.iter().all(|reply| reply.error.is_none() && reply.generation == Generation(1)));
    let leaders: Vec<_> = answers.iter().filter(|reply| !reply.members.is_empty()).collect();
    assert_eq!(leaders.len(), 1);

    let ticket = host.ticket();
    host.hand_in(Input::SyncGroup(ticket, sync(leaders[0], &Bytes::from_static(b"share"))));
    assert_eq!(host.log.len(), 1, "one record for two hundred members");
}

#[test]
fn a_group_record_of_a_megabyte_is_written_and_loaded() {
    let mut host = Host::new();
    let asked = host.join(join("a", ""));
    let id = joined(&asked).first().expect("an id is given").member_id.clone();
    host.join(join("a", &id));
    let answers = host.wait(Duration::from_secs(3));
    let leader = joined(&answers)[0].clone();
    let share = Bytes::from(vec![7; 1_000_000]);
    let ticket = host.ticket();
    host.hand_in(Input::SyncGroup(ticket, sync(&leader, &share)));

    let mut next = Host::new();
    host.log.iter().for_each(|record| next.coordinator.apply(record));
    let ticket = next.ticket();
    let replies = next.hand_in(Input::DescribeGroup(ticket, "g".into()));
    let Some(Reply::DescribeGroup(group)) = replies.first() else { panic!("{replies:?}") };
    assert_eq!(group.members.first().map(|member| member.assignment.len()), Some(share.len()));
}

/// Compact strings of newer versions can be longer than a record's texts.
#[test]
fn texts_that_no_record_could_hold_are_turned_away() {
    let long = "x".repeat(32_767);
    let mut host = Host::new();
    let refused = |replies: &[Reply]| joined(replies).first().map(|reply| reply.error);
    for request in [
        JoinGroup { group: format!("{long}x").into(), ..join("a", "") },
        join(&long, ""),
        JoinGroup { instance_id: Some(long.as_str().into()), ..join("a", "") },
        JoinGroup { protocol_type: format!("{long}x").into(), ..join("a", "") },
        JoinGroup {
            protocols: vec![Protocol { name: format!("{long}x").into(), metadata: Bytes::new() }],
            ..join("a", "")
        },
    ] {
        assert_eq!(refused(&host.join(request)), Some(ErrorCode::InvalidRequest));
    }
    let commit = |group: &str, metadata: &str| OffsetCommit {
        group: group.into(),
        generation: Generation::NONE,
        member_id: MemberId::default(),
        instance_id: None,
        retention: None,
        knows_group_id_not_found: true,
        topics: vec![CommitTopic {
            name: TopicName::new("logs").expect("a legal name"),
            id: TopicId::ZERO,
            partitions: vec![CommitPartition {
                partition: PartitionIndex(0),
                offset: Offset(1),
                leader_epoch: LeaderEpoch::NONE,
                metadata: metadata.into(),
            }],
        }],
    };
    let long = format!("{long}x");
    host.coordinator
        .set_config(GroupConfig { offset_metadata_max: usize::MAX, ..GroupConfig::default() });
    for (request, error) in [
        (commit(&long, ""), ErrorCode::InvalidGroupId),
        (commit("g", &long), ErrorCode::OffsetMetadataTooLarge),
    ] {
        let ticket = host.ticket();
        let replies = host.hand_in(Input::OffsetCommit(ticket, request));
        let Some(Reply::OffsetCommit(reply)) = replies.first() else { panic!("{replies:?}") };
        assert_eq!(reply.topics[0].partitions[0].1, error);
    }
    assert_eq!(host.log, [], "nothing was kept");
}

/// Its new subscription would be recorded at once, without the leader's word.
#[test]
fn a_static_member_that_comes_back_with_more_than_a_record_can_hold_is_put_out() {
    let mut host = Host::new();
    let member = || JoinGroup { instance_id: Some("i".into()), ..join("a", "") };
    host.join(member());
    let answers = host.wait(Duration::from_secs(3));
    let leader = joined(&answers)[0].clone();
    let ticket = host.ticket();
    let sync = SyncGroup { instance_id: Some("i".into()), ..sync(&leader, &Bytes::new()) };
    host.hand_in(Input::SyncGroup(ticket, sync));

    let metadata = Bytes::from(vec![0; 2_000_000]);
    let protocols = vec![Protocol { name: "range".into(), metadata }];
    let replies = host.join(JoinGroup { protocols, unique: "2".into(), ..member() });
    assert_eq!(
        joined(&replies).first().map(|reply| reply.error),
        Some(ErrorCode::UnknownServerError)
    );
}
