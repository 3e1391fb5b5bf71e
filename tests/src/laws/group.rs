//! The group coordinator obeys the laws, and a few of its own: every ticket is answered once or parked, and a compacted log
//! says what the whole one says.
//!
//! Inputs must make sense to go deep: a heartbeat of a made-up member tests little. So a *plan* of small numbers is drawn,
//! and played once by clients that remember the ids and generations they were given; what they sent is the run.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use broker::group::*;
use broker::machine::{Release, Ticket};
use bytes::Bytes;
use proptest::prelude::*;
use protocol::ids::{LeaderEpoch, Offset, PartitionIndex, TopicId, TopicName};

use super::{Broken, Step, Subject, World, hold, played, replayed};

/// The coordinator, with limits that a small run reaches.
struct Groups(GroupConfig);

impl Default for Groups {
    fn default() -> Self {
        Self(GroupConfig {
            size_max: 2,
            pending_members_max: 2,
            offset_metadata_max: 4,
            offsets_retention: Duration::from_secs(120),
            offsets_retention_check_interval: Duration::from_secs(30),
            record_bytes_max: 700,
            new_member_join_timeout: Duration::from_secs(50),
            ..GroupConfig::default()
        })
    }
}

impl Subject for Groups {
    type Machine = Coordinator;
    type Hard = Stored;

    fn fresh(&self) -> Coordinator {
        Coordinator::new(self.0.clone())
    }

    fn hard(&self, machine: &Coordinator) -> Stored {
        machine.stored().clone()
    }

    fn tick(&self) -> Option<Input> {
        Some(Input::Tick)
    }

    fn check(&self, machine: &Coordinator) -> Result<(), String> {
        machine.check()
    }
}

/// What one client does next, in small numbers.
#[derive(Clone, Copy, Debug)]
struct Move {
    wait: u8,
    kind: u8,
    client: u8,
    variant: u8,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = (0u8..10, 0u8..20, 0u8..6, any::<u8>());
    let one = one.prop_map(|(wait, kind, client, variant)| Move { wait, kind, client, variant });
    proptest::collection::vec(one, 1..70)
}

/// What a client remembers.
#[derive(Clone, Default)]
struct Client {
    id: MemberId,
    generation: Generation,
    /// Everybody it must assign to; empty for a follower.
    followers: Vec<MemberId>,
}

/// The clients of a run. The last two are static, and share a name between two groups.
struct Clients {
    tickets: u64,
    memory: BTreeMap<u8, Client>,
}

const TOPICS: [&str; 2] = ["logs", "old"];

impl Clients {
    fn group(client: u8) -> GroupId {
        GroupId::from(if client.is_multiple_of(3) { "other" } else { "g" })
    }

    fn instance(client: u8) -> Option<InstanceId> {
        (client >= 4).then(|| InstanceId::from("i"))
    }

    fn step(&mut self, of: Move) -> Step<Input> {
        self.tickets += 1;
        let wait = Duration::from_millis(u64::from(of.wait).pow(3) * 10);
        Step { wait, input: self.input(of, Ticket(self.tickets)) }
    }

    fn input(&self, of: Move, ticket: Ticket) -> Input {
        let Move { kind, client, variant, .. } = of;
        let group = Self::group(client);
        match kind {
            0..=4 => Input::JoinGroup(ticket, self.join(client, variant)),
            5..=8 => Input::SyncGroup(ticket, self.sync(client, variant)),
            9..=11 => Input::Heartbeat(ticket, self.heartbeat(client)),
            12 | 13 => Input::OffsetCommit(ticket, self.commit(client, variant)),
            14 => Input::LeaveGroup(ticket, self.leave(client, variant)),
            15 => Input::OffsetFetch(ticket, OffsetFetch { group, topics: None }),
            16 if variant < 40 => Input::DeleteGroup(ticket, group),
            16 => Input::DescribeGroup(ticket, group),
            17 => Input::OffsetDelete(ticket, OffsetDelete { group, topics: topics(variant) }),
            18 if variant < 40 => {
                Input::TopicsDeleted(topics(variant).into_iter().map(|topic| topic.name).collect())
            }
            18 => Input::ListGroups(ticket, ListGroups::default()),
            _ => Input::Tick,
        }
    }

    fn known(&self, client: u8) -> Client {
        self.memory.get(&client).cloned().unwrap_or_default()
    }

    fn join(&self, client: u8, variant: u8) -> JoinGroup {
        let forgets = variant.is_multiple_of(5);
        let names = match variant % 3 {
            0 => &["range"][..],
            1 => &["range", "sticky"],
            _ => &["sticky", "range"],
        };
        let topic = TOPICS[usize::from(variant / 64 % 2)];
        let subscription = [&[0, 1, 0, 0, 0, 1, 0, topic.len() as u8], topic.as_bytes()].concat();
        let protocol =
            |name: &&str| Protocol { name: (*name).into(), metadata: subscription.clone().into() };
        JoinGroup {
            group: Self::group(client),
            member_id: if forgets { MemberId::default() } else { self.known(client).id },
            instance_id: Self::instance(client),
            client_id: format!("c{client}").into(),
            client_host: "/127.0.0.1".into(),
            unique: self.tickets.to_string().into(),
            session_timeout: Duration::from_secs(6 + u64::from(variant % 7) * 6),
            rebalance_timeout: Duration::from_secs(u64::from(variant % 11) * 8),
            protocol_type: if variant > 245 { "connect" } else { "consumer" }.into(),
            protocols: names.iter().map(protocol).collect(),
            reason: None,
            requires_known_member_id: variant.is_multiple_of(2),
            supports_skipping_assignment: variant.is_multiple_of(4),
        }
    }

    fn sync(&self, client: u8, variant: u8) -> SyncGroup {
        let Client { id, generation, followers } = self.known(client);
        let size = if variant > 230 { 700 } else { usize::from(variant % 4) };
        SyncGroup {
            group: Self::group(client),
            generation,
            member_id: id,
            instance_id: Self::instance(client),
            protocol_type: None,
            protocol: None,
            assignments: followers
                .into_iter()
                .map(|member| (member, Bytes::from(vec![b'x'; size])))
                .collect(),
        }
    }

    fn heartbeat(&self, client: u8) -> Heartbeat {
        let Client { id, generation, .. } = self.known(client);
        Heartbeat {
            group: Self::group(client),
            generation,
            member_id: id,
            instance_id: Self::instance(client),
        }
    }

    fn commit(&self, client: u8, variant: u8) -> OffsetCommit {
        let Client { id, generation, .. } = self.known(client);
        let is_anonymous = variant < 30;
        let partition = CommitPartition {
            partition: PartitionIndex(i32::from(variant % 3)),
            offset: Offset(i64::from(variant)),
            leader_epoch: LeaderEpoch(1),
            metadata: "m".repeat(usize::from(variant % 6)).into(),
        };
        let topic = |topic: FetchTopic| CommitTopic {
            name: topic.name,
            id: TopicId::ZERO,
            partitions: vec![partition.clone()],
        };
        OffsetCommit {
            group: Self::group(client),
            generation: if is_anonymous { Generation::NONE } else { generation },
            member_id: if is_anonymous { MemberId::default() } else { id },
            instance_id: Self::instance(client).filter(|_| !is_anonymous),
            retention: variant.is_multiple_of(9).then_some(Duration::from_secs(40)),
            knows_group_id_not_found: variant.is_multiple_of(2),
            topics: topics(variant).into_iter().map(topic).collect(),
        }
    }

    fn leave(&self, client: u8, variant: u8) -> LeaveGroup {
        let by_name = variant.is_multiple_of(2);
        let member = LeavingMember {
            member_id: if by_name { MemberId::default() } else { self.known(client).id },
            instance_id: Self::instance(client),
            reason: None,
        };
        LeaveGroup { group: Self::group(client), members: vec![member] }
    }

    fn hear(&mut self, client: u8, reply: &Reply) {
        let Reply::JoinGroup(reply) = reply else { return };
        if !reply.member_id.is_empty() {
            let followers = reply.members.iter().map(|member| member.member_id.clone()).collect();
            let (id, generation) = (reply.member_id.clone(), reply.generation);
            self.memory.insert(client, Client { id, generation, followers });
        }
    }
}

fn topics(variant: u8) -> Vec<FetchTopic> {
    let one = |name: &&str| FetchTopic {
        name: TopicName::new(name).expect("a legal name"),
        id: TopicId::ZERO,
        partitions: (0..3).map(PartitionIndex).collect(),
    };
    TOPICS.iter().take(1 + usize::from(variant % 2)).map(one).collect()
}

/// Plays the plan, and returns what the clients sent.
fn run(subject: &Groups, plan: &[Move]) -> Result<Vec<Step<Input>>, Broken> {
    let mut world = World::new(subject);
    let mut clients = Clients { tickets: 0, memory: BTreeMap::new() };
    let mut senders = BTreeMap::new();
    let (mut steps, mut heard) = (Vec::new(), 0);
    for of in plan {
        let step = clients.step(*of);
        senders.extend(step.input.ticket().map(|ticket| (ticket, of.client)));
        world.step(&step)?;
        steps.push(step);
        for (_, output) in &world.said[heard..] {
            if let Some(&client) = senders.get(&output.ticket) {
                clients.hear(client, &output.reply);
            }
        }
        heard = world.said.len();
    }
    Ok(steps)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_coordinator_obeys_the_four_laws(plan in moves()) {
        let subject = Groups::default();
        let steps = run(&subject, &plan).map_err(TestCaseError::fail)?;
        hold(&subject, &steps).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn every_ticket_is_answered_once_or_parked(plan in moves()) {
        let subject = Groups::default();
        let steps = run(&subject, &plan).map_err(TestCaseError::fail)?;
        let world = played(&subject, &steps).map_err(TestCaseError::fail)?;
        let mut open: BTreeSet<_> = steps.iter().filter_map(|step| step.input.ticket()).collect();
        for (_, output) in &world.said {
            prop_assert!(open.remove(&output.ticket), "{:?} was answered twice", output.ticket);
        }
        let parked: BTreeSet<_> = world.machine.parked().collect();
        prop_assert_eq!(&open, &parked);
        let abandoned: BTreeSet<_> = world.machine.abandon().iter().map(|output| output.ticket).collect();
        prop_assert_eq!(open, abandoned);
    }

    /// A parked request ends by itself: nothing waits for ever (KAFKA-7610, 9752, 12890).
    #[test]
    fn with_time_every_ticket_is_answered(plan in moves()) {
        let subject = Groups::default();
        let steps = run(&subject, &plan).map_err(TestCaseError::fail)?;
        let mut world = played(&subject, &steps).map_err(TestCaseError::fail)?;
        world.wait(Duration::from_secs(600)).map_err(TestCaseError::fail)?;
        prop_assert_eq!(world.machine.parked().count(), 0);
        let has_members = world.machine.stored().groups().any(|(_, group)| group.has_members());
        prop_assert!(!has_members, "a member outlives its silence");
    }

    /// Compaction keeps the last record of each key.
    #[test]
    fn a_compacted_log_says_what_the_whole_one_says(plan in moves()) {
        let subject = Groups::default();
        let steps = run(&subject, &plan).map_err(TestCaseError::fail)?;
        let world = played(&subject, &steps).map_err(TestCaseError::fail)?;
        let last: BTreeMap<_, _> = world.log.iter().enumerate().map(|(at, record)| (record.encode().key, at)).collect();
        let kept: BTreeSet<_> = last.into_values().collect();
        let compacted: Vec<_> = kept.into_iter().map(|at| world.log[at].clone()).collect();
        let rebuilt = replayed(&subject, &compacted);
        prop_assert_eq!(rebuilt.stored(), world.machine.stored());
    }

    #[test]
    fn every_record_survives_the_round_trip_through_its_bytes(plan in moves()) {
        use broker::group::records::Decoded;
        let subject = Groups::default();
        let steps = run(&subject, &plan).map_err(TestCaseError::fail)?;
        for record in played(&subject, &steps).map_err(TestCaseError::fail)?.log {
            let bytes = record.encode();
            prop_assert_eq!(Record::decode(bytes.key, bytes.value), Ok(Decoded::Known(record)));
        }
    }

    /// What rests on the log waits for it. A host may lose all that was not committed; so an answer that leaves at once must
    /// not have told anybody that something was kept.
    #[test]
    fn only_errors_and_heartbeats_leave_at_once(plan in moves()) {
        let subject = Groups::default();
        let steps = run(&subject, &plan).map_err(TestCaseError::fail)?;
        for (release, output) in played(&subject, &steps).map_err(TestCaseError::fail)?.said {
            let is_harmless = match &output.reply {
                Reply::JoinGroup(reply) => !reply.error.is_none(),
                Reply::SyncGroup(reply) => !reply.error.is_none(),
                Reply::Heartbeat(_) => true,
                Reply::OffsetCommit(reply) => {
                    let mut outcomes = reply.topics.iter().flat_map(|topic| &topic.partitions);
                    outcomes.all(|(_, error)| !error.is_none())
                }
                _ => false,
            };
            prop_assert!(release == Release::Committed || is_harmless, "{output:?} left at once");
        }
    }
}

/// The plans reach what they are for: without this a change to the generator could make the laws hold of nothing.
#[test]
fn the_plans_reach_every_state_and_every_record() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let subject = Groups::default();
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..200 {
        let plan = moves().new_tree(&mut runner).expect("a plan").current();
        let steps = run(&subject, &plan).expect("it holds");
        let world = played(&subject, &steps).expect("it holds");
        for (_, output) in &world.said {
            match &output.reply {
                Reply::DescribeGroup(group) => drop(seen.insert(group.state.name())),
                Reply::SyncGroup(reply) => drop(seen.insert(reply.error.name())),
                Reply::JoinGroup(reply) => drop(seen.insert(reply.error.name())),
                _ => {}
            }
        }
        for record in &world.log {
            seen.insert(match record {
                Record::Offset { value: None, .. } => "forgotten",
                Record::Offset { value: Some(_), .. } => "kept",
                Record::Group { value: None, .. } => "gone",
                Record::Group { value: Some(value), .. } if value.members.is_empty() => "emptied",
                Record::Group { value: Some(_), .. } => "settled",
            });
        }
    }
    let wanted = [
        "Empty",
        "PreparingRebalance",
        "CompletingRebalance",
        "Stable",
        "Dead",
        "forgotten",
        "kept",
        "gone",
        "emptied",
        "settled",
        "FENCED_INSTANCE_ID",
        "UNKNOWN_MEMBER_ID",
        "ILLEGAL_GENERATION",
        "REBALANCE_IN_PROGRESS",
        "GROUP_MAX_SIZE_REACHED",
        "MEMBER_ID_REQUIRED",
        "INCONSISTENT_GROUP_PROTOCOL",
        "UNKNOWN_SERVER_ERROR",
    ];
    let missing: Vec<_> = wanted.iter().filter(|name| !seen.contains(*name)).collect();
    assert!(missing.is_empty(), "never seen: {missing:?}");
}
