//! Brokers: registered, watched, fenced.

use super::*;
use protocol::ids::LeaderEpoch;

#[test]
fn each_process_has_a_greater_epoch_and_a_repeated_registration_the_same() {
    let mut stage = Stage::with_brokers(&[1]);
    assert_eq!(stage.ask(registration(1, false)), Ok(1));
    assert_eq!(stage.ask(registration(2, false)), Ok(2));
    assert_eq!(stage.log.len(), 2);
}

#[test]
fn a_second_process_with_the_id_of_one_that_lives_is_refused_until_that_one_is_silent() {
    let mut stage = Stage::with_brokers(&[1]);
    let second = || RegisterBroker { incarnation: Uuid::from_u128(99), ..registration(1, false) };
    assert_eq!(code(stage.ask(second())), ErrorCode::DuplicateBrokerRegistration);
    stage.later(Duration::from_secs(9));
    assert_eq!(stage.ask(second()), Ok(2));
}

#[test]
fn a_broker_alone_that_restarts_leads_again_at_once_and_in_a_new_epoch() {
    let mut stage = Stage::new(Options { local: Some(NodeId(1)), ..Options::default() });
    stage.ask(registration(1, false)).expect("it may register");
    stage.create("logs", 3, 1);
    let restarted = RegisterBroker { incarnation: Uuid::from_u128(99), ..registration(1, false) };
    let before = stage.log.len();
    assert_eq!(stage.ask(restarted), Ok(2));
    assert_eq!(stage.log.len(), before + 1 + 3, "one record for the broker, one a partition");
    for index in 0..3 {
        let partition = stage.partition("logs", index);
        assert_eq!((partition.leader, partition.leader_epoch), (Some(NodeId(1)), LeaderEpoch(1)));
        assert_eq!(*partition.isr, nodes(&[1]));
    }
}

#[test]
fn a_broker_of_another_cluster_is_refused() {
    let mut stage = Stage::new(Options::default());
    let bootstrap = |id: &str| Bootstrap { cluster_id: id.into(), features: vec![("f".into(), 1)] };
    assert_eq!(stage.ask(bootstrap("ours")), Ok(()));
    assert_eq!(stage.ask(bootstrap("ours")), Ok(()), "a second time changes nothing");
    assert_eq!(code(stage.ask(bootstrap("theirs"))), ErrorCode::InconsistentClusterId);
    let stranger = RegisterBroker { cluster_id: Some("theirs".into()), ..registration(1, false) };
    assert_eq!(code(stage.ask(stranger)), ErrorCode::InconsistentClusterId);
    assert_eq!(stage.log.len(), 2);
}

#[test]
fn a_silent_broker_is_fenced_and_the_controllers_own_is_not() {
    let mut stage = Stage::new(Options { local: Some(NodeId(1)), ..Options::default() });
    stage.ask(registration(1, false)).expect("it may register");
    stage.ask(registration(2, false)).expect("it may register");
    let wake = stage.controller.wake_at().expect("broker 2 is watched");
    assert_eq!(wake, stage.now.instant.after(Duration::from_secs(9)));
    stage.later(Duration::from_millis(8_999));
    stage.tick();
    assert!(stage.controller.image().brokers().is_active(NodeId(2)));
    stage.later(Duration::from_millis(1));
    stage.tick();
    assert!(!stage.controller.image().brokers().is_active(NodeId(2)));
    assert!(stage.controller.image().brokers().is_active(NodeId(1)));
    assert_eq!(stage.controller.wake_at(), None);
}

#[test]
fn a_new_controller_gives_every_broker_a_full_session() {
    let mut stage = Stage::with_brokers(&[1]);
    stage.later(Duration::from_secs(60));
    let image = stage.controller.image().clone();
    stage.controller = Controller::new(image, Arc::default(), Arc::new(AnyConfig));
    stage.tick();
    assert!(stage.controller.image().brokers().is_active(NodeId(1)));
    assert_eq!(stage.controller.wake_at(), Some(stage.now.instant.after(Duration::from_secs(9))));
}

#[test]
fn a_fenced_broker_is_let_in_once_it_has_caught_up() {
    let mut stage = Stage::new(Options::default());
    let epoch = stage.ask(registration(1, true)).expect("it may register");
    let beat = |caught_up| Heartbeat {
        id: NodeId(1),
        epoch,
        caught_up,
        want_fence: false,
        want_shut_down: false,
    };
    assert!(stage.ask(beat(false)).expect("the epoch is right").fenced);
    assert!(!stage.ask(beat(true)).expect("the epoch is right").fenced);
    let stale = Heartbeat { epoch: 0, ..beat(true) };
    assert_eq!(code(stage.ask(stale)), ErrorCode::StaleBrokerEpoch);
}

#[test]
fn a_broker_that_wants_to_stop_hands_over_and_may_then() {
    let mut stage = Stage::with_brokers(&[1, 2]);
    let mut topic = stage.new_topic("logs", -1, -1);
    topic.assignments = vec![(PartitionIndex(0), nodes(&[1, 2]))];
    stage.create_one(topic).expect("it can be created");
    let stop = Heartbeat {
        id: NodeId(1),
        epoch: 1,
        caught_up: true,
        want_fence: false,
        want_shut_down: true,
    };
    let reply = stage.ask(stop).expect("the epoch is right");
    assert!(reply.should_shut_down);
    assert_eq!(stage.partition("logs", 0).leader, Some(NodeId(2)));
    assert!(stage.ask(stop).expect("the epoch is right").fenced);
}

#[test]
fn producer_ids_are_given_in_blocks_and_never_twice() {
    let mut stage = Stage::with_brokers(&[1]);
    let ask = AllocateProducerIds { broker: NodeId(1), broker_epoch: 1 };
    let blocks: Vec<i64> =
        (0..3).map(|_| stage.ask(ask).expect("the epoch is right").first.get()).collect();
    assert_eq!(blocks, [0, 1_000, 2_000]);
    let stale = AllocateProducerIds { broker_epoch: 7, ..ask };
    assert_eq!(code(stage.ask(stale)), ErrorCode::StaleBrokerEpoch);
}

#[test]
fn a_broker_that_is_taken_out_leads_nothing_any_more() {
    let mut stage = Stage::with_brokers(&[1, 2]);
    stage.create("logs", 4, 2);
    assert_eq!(stage.ask(UnregisterBroker { id: NodeId(1) }), Ok(()));
    for index in 0..4 {
        assert_eq!(stage.partition("logs", index).leader, Some(NodeId(2)));
    }
    let unknown = stage.ask(UnregisterBroker { id: NodeId(1) });
    assert_eq!(code(unknown), ErrorCode::BrokerIdNotRegistered);
}

#[test]
fn features_are_raised_freely_and_lowered_only_with_consent() {
    let mut stage = Stage::new(Options::default());
    let update = |level, allow_downgrade| {
        let update = FeatureUpdate { name: "group.version".into(), level, allow_downgrade };
        UpdateFeatures { updates: vec![update], validate_only: false }
    };
    assert_eq!(stage.ask(update(2, false)), [Ok(())]);
    assert_eq!(code(stage.ask(update(1, false)).remove(0)), ErrorCode::InvalidUpdateVersion);
    assert_eq!(stage.ask(update(0, true)), [Ok(())]);
    assert_eq!(stage.controller.image().features().level("group.version"), 0);
    assert_eq!(stage.controller.image().features().iter().count(), 0);
}
