//! Topics: created and deleted.

use super::*;

#[test]
fn a_topic_gets_partitions_on_brokers_that_are_alive_with_leaders_spread() {
    let mut stage = Stage::with_brokers(&[1, 2, 3]);
    let created = stage.create("logs", 6, 2);
    assert_eq!((created.partitions, created.replication_factor), (6, 2));
    let leaders: Vec<i32> = (0..6)
        .map(|index| stage.partition("logs", index))
        .map(|partition| {
            assert_eq!(partition.replicas.len(), 2);
            assert_ne!(partition.replicas[0], partition.replicas[1]);
            assert_eq!(partition.isr, partition.replicas);
            partition.leader.expect("a leader").get()
        })
        .collect();
    for id in 1..=3 {
        assert_eq!(leaders.iter().filter(|leader| **leader == id).count(), 2, "{leaders:?}");
    }
}

#[test]
fn what_a_request_leaves_open_is_the_brokers_default() {
    let options = Options { partitions_default: 7, ..Options::default() };
    let mut stage = Stage::new(options);
    stage.ask(registration(1, false)).expect("it may register");
    let created = stage.create("logs", -1, -1);
    assert_eq!((created.partitions, created.replication_factor), (7, 1));
}

#[test]
fn a_topic_that_cannot_be_is_refused_with_kafkas_code() {
    let mut stage = Stage::with_brokers(&[1]);
    stage.create("logs.a", 1, 1);
    let table = [
        ("logs.a", 1, 1, ErrorCode::TopicAlreadyExists),
        ("logs_a", 1, 1, ErrorCode::InvalidTopicException),
        ("a/b", 1, 1, ErrorCode::InvalidTopicException),
        ("", 1, 1, ErrorCode::InvalidTopicException),
        ("__cluster_metadata", 1, 1, ErrorCode::InvalidRequest),
        ("new", 0, 1, ErrorCode::InvalidPartitions),
        ("new", -2, 1, ErrorCode::InvalidPartitions),
        ("new", 1, 0, ErrorCode::InvalidReplicationFactor),
        ("new", 1, -2, ErrorCode::InvalidReplicationFactor),
        ("new", 1, 2, ErrorCode::InvalidReplicationFactor),
    ];
    for (name, partitions, copies, expected) in table {
        let topic = stage.new_topic(name, partitions, copies);
        let before = stage.log.len();
        assert_eq!(code(stage.create_one(topic)), expected, "{name:?} {partitions} {copies}");
        assert_eq!(stage.log.len(), before, "a refusal writes nothing");
    }
}

#[test]
fn names_that_metrics_would_confuse_are_refused_wherever_they_differ() {
    let mut stage = Stage::with_brokers(&[1]);
    for name in ["a.b_c", "_x", "plain", "a.b"] {
        stage.create(name, 1, 1);
    }
    for name in ["a_b_c", "a.b.c", "a_b.c", ".x", "a_b"] {
        let topic = stage.new_topic(name, 1, 1);
        assert_eq!(code(stage.create_one(topic)), ErrorCode::InvalidTopicException, "{name}");
    }
    for name in ["a.b_", "a_b_c_d", "a", "plain.", "x"] {
        stage.create(name, 1, 1);
    }
}

#[test]
fn too_few_brokers_are_counted_in_the_refusal() {
    let mut stage = Stage::with_brokers(&[1]);
    let topic = stage.new_topic("logs", 1, 3);
    let refusal = stage.create_one(topic).expect_err("one broker cannot keep three copies");
    assert!(refusal.message.contains("replication factor of 3"), "{}", refusal.message);
    assert!(refusal.message.contains("only 1 broker(s) are registered"), "{}", refusal.message);
}

#[test]
fn without_a_broker_that_is_alive_nothing_is_created() {
    let mut stage = Stage::new(Options::default());
    stage.ask(registration(1, true)).expect("it may register");
    let topic = stage.new_topic("logs", 1, 1);
    assert_eq!(code(stage.create_one(topic)), ErrorCode::InvalidReplicationFactor);
}

#[test]
fn topics_of_one_request_see_each_other_and_fail_alone() {
    let mut stage = Stage::with_brokers(&[1]);
    let names = ["a.b", "a_b", "twice", "twice", "fine"];
    let topics = names.map(|name| stage.new_topic(name, 1, 1)).to_vec();
    let reply = stage.ask(CreateTopics { topics, validate_only: false });
    let codes: Vec<_> = reply
        .into_iter()
        .map(|topic| topic.map_or_else(|refusal| refusal.code, |_| ErrorCode::None))
        .collect();
    let expected = [
        ErrorCode::None,
        ErrorCode::InvalidTopicException,
        ErrorCode::InvalidRequest,
        ErrorCode::InvalidRequest,
        ErrorCode::None,
    ];
    assert_eq!(codes, expected);
    let names: Vec<_> =
        stage.controller.image().topics().iter().map(|topic| topic.name.to_string()).collect();
    assert_eq!(names, ["a.b", "fine"]);
}

#[test]
fn validate_only_answers_as_if_and_writes_nothing() {
    let mut stage = Stage::with_brokers(&[1]);
    let topics = vec![stage.new_topic("logs", 3, 1), stage.new_topic("bad", 3, 9)];
    let before = stage.log.len();
    let reply = stage.ask(CreateTopics { topics, validate_only: true });
    assert_eq!(reply[0].as_ref().map(|created| created.partitions), Ok(3));
    assert_eq!(code(reply[1].clone()), ErrorCode::InvalidReplicationFactor);
    assert_eq!(stage.log.len(), before);
    assert!(stage.controller.image().topic("logs").is_none());
}

#[test]
fn one_request_cannot_ask_for_more_partitions_than_is_allowed() {
    let mut stage = Stage::with_brokers(&[1]);
    let topics = vec![stage.new_topic("a", 6_000, 1), stage.new_topic("b", 6_000, 1)];
    let reply = stage.ask(CreateTopics { topics, validate_only: false });
    reply.into_iter().for_each(|topic| assert_eq!(code(topic), ErrorCode::PolicyViolation));
    let huge = stage.new_topic("c", i32::MAX, 1);
    assert_eq!(code(stage.create_one(huge)), ErrorCode::PolicyViolation);
}

#[test]
fn a_manual_assignment_is_kept_as_it_is() {
    let mut stage = Stage::with_brokers(&[1, 2]);
    let mut topic = stage.new_topic("logs", -1, -1);
    topic.assignments =
        vec![(PartitionIndex(1), nodes(&[1, 2])), (PartitionIndex(0), nodes(&[2, 1]))];
    let created = stage.create_one(topic).expect("it can be created");
    assert_eq!((created.partitions, created.replication_factor), (2, 2));
    assert_eq!(*stage.partition("logs", 0).replicas, nodes(&[2, 1]));
    assert_eq!(stage.partition("logs", 1).leader, Some(NodeId(1)));
}

#[test]
fn a_manual_assignment_that_cannot_be_is_refused() {
    let mut stage = Stage::with_brokers(&[1, 2]);
    stage.ask(registration(3, true)).expect("it may register");
    let assignment = ErrorCode::InvalidReplicaAssignment;
    type Assignment = &'static [(i32, &'static [i32])];
    let table: [(Assignment, ErrorCode); 7] = [
        (&[(0, &[])], assignment),
        (&[(0, &[1, 1])], assignment),
        (&[(0, &[9])], assignment),
        (&[(0, &[3])], assignment),
        (&[(1, &[1])], assignment),
        (&[(0, &[1]), (0, &[2])], assignment),
        (&[(0, &[1]), (1, &[1, 2])], assignment),
    ];
    for (assignments, expected) in table {
        let mut topic = stage.new_topic("logs", -1, -1);
        let row = |(partition, ids): &(i32, &[i32])| (PartitionIndex(*partition), nodes(ids));
        topic.assignments = assignments.iter().map(row).collect();
        assert_eq!(code(stage.create_one(topic)), expected, "{assignments:?}");
    }
    for (partitions, copies) in [(1, -1), (-1, 1)] {
        let mut topic = stage.new_topic("logs", partitions, copies);
        topic.assignments = vec![(PartitionIndex(0), nodes(&[1]))];
        assert_eq!(code(stage.create_one(topic)), ErrorCode::InvalidRequest);
    }
}

#[test]
fn a_deleted_topic_is_gone_and_its_name_is_free_for_another() {
    let mut stage = Stage::with_brokers(&[1]);
    let first = stage.create("logs", 1, 1);
    let by_name = |name: &str| DeleteTopics { topics: vec![TopicRef::Name(name.into())] };
    let deleted = stage.ask(by_name("logs"));
    assert_eq!(deleted[0].as_ref().map(|topic| topic.id), Ok(first.id));
    assert_eq!(code(stage.ask(by_name("logs"))[0].clone()), ErrorCode::UnknownTopicOrPartition);
    let second = stage.create("logs", 1, 1);
    assert_ne!(first.id, second.id);
    let by_id = |id| DeleteTopics { topics: vec![TopicRef::Id(id)] };
    assert_eq!(code(stage.ask(by_id(first.id))[0].clone()), ErrorCode::UnknownTopicId);
    assert!(stage.ask(by_id(second.id))[0].is_ok());
    assert!(stage.controller.image().topics().is_empty());
}

#[test]
fn topics_are_not_deleted_where_that_is_switched_off() {
    let mut stage = Stage::new(Options { delete_topics: false, ..Options::default() });
    stage.ask(registration(1, false)).expect("it may register");
    stage.create("logs", 1, 1);
    let reply = stage.ask(DeleteTopics { topics: vec![TopicRef::Name("logs".into())] });
    assert_eq!(code(reply[0].clone()), ErrorCode::TopicDeletionDisabled);
}

#[test]
fn copies_lie_on_as_many_racks_as_there_are() {
    let mut stage = Stage::new(Options::default());
    for (id, rack) in [(1, "a"), (2, "a"), (3, "b"), (4, "b")] {
        let request = RegisterBroker { rack: Some(rack.into()), ..registration(id, false) };
        stage.ask(request).expect("it may register");
    }
    stage.create("logs", 8, 2);
    let rack = |id: NodeId| {
        stage.controller.image().brokers().get(id).and_then(|broker| broker.rack.clone())
    };
    let apart = (0..8)
        .map(|index| stage.partition("logs", index))
        .filter(|partition| rack(partition.replicas[0]) != rack(partition.replicas[1]));
    assert_eq!(apart.count(), 8);
}
