//! Partitions: grown, changed by their leaders, elected.

use super::*;
use protocol::ids::LeaderEpoch;

fn grow(
    stage: &mut Stage,
    count: i32,
    assignments: Option<Vec<Vec<NodeId>>>,
) -> Result<(), Refusal> {
    let topics = vec![MorePartitions { name: "logs".into(), count, assignments }];
    stage.ask(CreatePartitions { topics, validate_only: false }).remove(0)
}

#[test]
fn a_topic_grows_and_never_shrinks() {
    let mut stage = Stage::with_brokers(&[1, 2]);
    stage.create("logs", 2, 2);
    assert_eq!(grow(&mut stage, 5, None), Ok(()));
    assert_eq!(stage.partition("logs", 4).replicas.len(), 2);
    assert_eq!(grow(&mut stage, 6, Some(vec![nodes(&[2, 1])])), Ok(()));
    assert_eq!(*stage.partition("logs", 5).replicas, nodes(&[2, 1]));
    for count in [6, 5, 0, -1] {
        assert_eq!(code(grow(&mut stage, count, None)), ErrorCode::InvalidPartitions);
    }
    let few = Some(vec![nodes(&[1, 2])]);
    assert_eq!(code(grow(&mut stage, 8, few)), ErrorCode::InvalidReplicaAssignment);
    let narrow = Some(vec![nodes(&[1])]);
    assert_eq!(code(grow(&mut stage, 7, narrow)), ErrorCode::InvalidReplicaAssignment);
    assert_eq!(code(grow(&mut stage, 50_000, None)), ErrorCode::PolicyViolation);
    assert_eq!(stage.controller.image().topics().partition_count(), 6);
}

/// A topic whose partition 0 is led by broker 1 with broker 2 in sync.
fn led_by_1() -> Stage {
    let mut stage = Stage::with_brokers(&[1, 2]);
    let mut topic = stage.new_topic("logs", -1, -1);
    topic.assignments = vec![(PartitionIndex(0), nodes(&[1, 2]))];
    stage.create_one(topic).expect("it can be created");
    stage
}

fn proposal(stage: &Stage, isr: &[i32]) -> IsrChange {
    let partition = stage.partition("logs", 0);
    IsrChange {
        topic_id: stage.controller.image().topic("logs").expect("it exists").id,
        partition: PartitionIndex(0),
        leader_epoch: partition.leader_epoch,
        partition_epoch: partition.partition_epoch,
        isr: nodes(isr),
    }
}

fn propose(stage: &mut Stage, broker: i32, change: IsrChange) -> Result<PartitionState, Refusal> {
    let broker = NodeId(broker);
    let broker_epoch = stage.controller.image().brokers().get(broker).expect("registered").epoch;
    let request = AlterPartition { broker, broker_epoch, partitions: vec![change] };
    stage.ask(request).expect("the broker's epoch is right").remove(0)
}

#[test]
fn in_sync_replicas_are_compared_and_swapped() {
    let mut stage = led_by_1();
    let shrink = proposal(&stage, &[1]);
    let state = propose(&mut stage, 1, shrink.clone()).expect("the leader may shrink");
    assert_eq!((&*state.isr, state.partition_epoch), (&nodes(&[1])[..], 1));
    assert_eq!(code(propose(&mut stage, 1, shrink)), ErrorCode::InvalidUpdateVersion);
    let widen = proposal(&stage, &[1, 2]);
    assert!(propose(&mut stage, 1, widen).is_ok());
    assert_eq!(stage.partition("logs", 0).partition_epoch, 2);
}

#[test]
fn a_proposal_that_must_not_count_is_refused() {
    let mut stage = led_by_1();
    let good = proposal(&stage, &[1]);
    let ahead = IsrChange { leader_epoch: LeaderEpoch(9), ..good.clone() };
    let unknown = IsrChange { topic_id: TopicId::ZERO, ..good.clone() };
    let missing = IsrChange { partition: PartitionIndex(7), ..good.clone() };
    let table = [
        (1, ahead, ErrorCode::NotController),
        (1, unknown, ErrorCode::UnknownTopicId),
        (1, missing, ErrorCode::UnknownTopicOrPartition),
        (2, good.clone(), ErrorCode::InvalidRequest),
        (1, proposal(&stage, &[2]), ErrorCode::InvalidRequest),
        (1, proposal(&stage, &[1, 1]), ErrorCode::InvalidRequest),
        (1, proposal(&stage, &[1, 3]), ErrorCode::InvalidRequest),
    ];
    for (broker, change, expected) in table {
        assert_eq!(code(propose(&mut stage, broker, change.clone())), expected, "{change:?}");
    }
    let request = AlterPartition { broker: NodeId(1), broker_epoch: 99, partitions: vec![good] };
    assert_eq!(code(stage.ask(request)), ErrorCode::StaleBrokerEpoch);
}

#[test]
fn a_fenced_broker_cannot_be_taken_into_the_in_sync_replicas() {
    let mut stage = led_by_1();
    fence(&mut stage, 2);
    assert_eq!(*stage.partition("logs", 0).isr, nodes(&[1]));
    let widen = proposal(&stage, &[1, 2]);
    assert_eq!(code(propose(&mut stage, 1, widen)), ErrorCode::IneligibleReplica);
}

fn heartbeat(stage: &Stage, id: i32) -> Heartbeat {
    let id = NodeId(id);
    let epoch = stage.controller.image().brokers().get(id).expect("registered").epoch;
    Heartbeat { id, epoch, caught_up: true, want_fence: false, want_shut_down: false }
}

fn fence(stage: &mut Stage, id: i32) {
    let request = Heartbeat { want_fence: true, ..heartbeat(stage, id) };
    assert!(stage.ask(request).expect("the epoch is right").fenced);
}

#[test]
fn when_a_leader_is_fenced_another_in_sync_leads_and_the_last_one_is_never_dropped() {
    let mut stage = led_by_1();
    fence(&mut stage, 1);
    let partition = stage.partition("logs", 0);
    assert_eq!((partition.leader, partition.leader_epoch), (Some(NodeId(2)), LeaderEpoch(1)));
    assert_eq!(*partition.isr, nodes(&[2]));
    fence(&mut stage, 2);
    let partition = stage.partition("logs", 0);
    assert_eq!((partition.leader, partition.leader_epoch), (None, LeaderEpoch(2)));
    assert_eq!(*partition.isr, nodes(&[2]), "only 2 is known to have everything");
    let back = heartbeat(&stage, 1);
    assert!(!stage.ask(back).expect("the epoch is right").fenced);
    assert_eq!(stage.partition("logs", 0).leader, None, "1 may lack what 2 committed");
    let back = heartbeat(&stage, 2);
    stage.ask(back).expect("the epoch is right");
    let partition = stage.partition("logs", 0);
    assert_eq!((partition.leader, partition.leader_epoch), (Some(NodeId(2)), LeaderEpoch(3)));
}

fn elect(stage: &mut Stage, unclean: bool) -> Result<(), Refusal> {
    let partitions = Some(vec![("logs".to_owned(), PartitionIndex(0))]);
    stage.ask(ElectLeaders { unclean, partitions }).remove(0).outcome
}

#[test]
fn the_preferred_replica_is_elected_when_it_is_in_sync() {
    let mut stage = led_by_1();
    assert_eq!(code(elect(&mut stage, false)), ErrorCode::ElectionNotNeeded);
    fence(&mut stage, 1);
    assert_eq!(code(elect(&mut stage, false)), ErrorCode::PreferredLeaderNotAvailable);
    let back = heartbeat(&stage, 1);
    stage.ask(back).expect("the epoch is right");
    let widen = proposal(&stage, &[2, 1]);
    propose(&mut stage, 2, widen).expect("the leader may widen");
    assert_eq!(elect(&mut stage, false), Ok(()));
    assert_eq!(stage.partition("logs", 0).leader, Some(NodeId(1)));
    let unknown =
        ElectLeaders { unclean: false, partitions: Some(vec![("x".into(), PartitionIndex(0))]) };
    assert_eq!(code(stage.ask(unknown).remove(0).outcome), ErrorCode::UnknownTopicOrPartition);
}

#[test]
fn an_unclean_election_takes_who_is_alive_and_only_when_nobody_leads() {
    let mut stage = led_by_1();
    assert_eq!(code(elect(&mut stage, true)), ErrorCode::ElectionNotNeeded);
    fence(&mut stage, 1);
    fence(&mut stage, 2);
    assert_eq!(code(elect(&mut stage, true)), ErrorCode::EligibleLeadersNotAvailable);
    let back = heartbeat(&stage, 1);
    stage.ask(back).expect("the epoch is right");
    assert_eq!(elect(&mut stage, true), Ok(()));
    let partition = stage.partition("logs", 0);
    assert_eq!((partition.leader, &*partition.isr), (Some(NodeId(1)), &nodes(&[1])[..]));
}
