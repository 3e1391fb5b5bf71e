//! The four laws, on random lives of a cluster.

use proptest::prelude::*;

use super::*;
use crate::metadata::{ConfigResource, codec};

/// Something that happens to a cluster. Numbers are small so that they meet.
#[derive(Clone, Debug)]
enum Event {
    Ask(Request),
    Wait(u64),
}

fn event() -> impl Strategy<Value = Event> {
    let topic = |number: u8| format!("t{number}");
    prop_oneof![
        4 => (0u8..6, 1i32..4, 1i16..3, any::<u64>()).prop_map(move |(number, partitions, copies, id)| {
            let topic = NewTopic {
                name: topic(number),
                id: TopicId(Uuid::from_u128(u128::from(id))),
                partitions,
                replication_factor: copies,
                assignments: vec![],
                configs: vec![("k".into(), Some("v".into()))],
            };
            Event::Ask(CreateTopics { topics: vec![topic], validate_only: id % 7 == 0 }.into())
        }),
        2 => (0u8..6).prop_map(move |number| {
            Event::Ask(DeleteTopics { topics: vec![TopicRef::Name(topic(number))] }.into())
        }),
        2 => (0u8..6, 1i32..8).prop_map(move |(number, count)| {
            let more = MorePartitions { name: topic(number), count, assignments: None };
            Event::Ask(CreatePartitions { topics: vec![more], validate_only: false }.into())
        }),
        3 => (1i32..4, any::<u8>(), any::<bool>()).prop_map(|(id, incarnation, fenced)| {
            let incarnation = Uuid::from_u128(u128::from(incarnation % 3));
            Event::Ask(RegisterBroker { incarnation, ..registration(id, fenced) }.into())
        }),
        3 => (1i32..4, 1i64..8, any::<[bool; 3]>()).prop_map(|(id, epoch, [caught_up, want_fence, stop])| {
            let want_shut_down = stop && want_fence;
            Event::Ask(Heartbeat { id: NodeId(id), epoch, caught_up, want_fence, want_shut_down }.into())
        }),
        1 => (1i32..4).prop_map(|id| Event::Ask(UnregisterBroker { id: NodeId(id) }.into())),
        1 => (1i32..4, 1i64..8).prop_map(|(id, broker_epoch)| {
            Event::Ask(AllocateProducerIds { broker: NodeId(id), broker_epoch }.into())
        }),
        1 => any::<bool>().prop_map(|unclean| Event::Ask(ElectLeaders { unclean, partitions: None }.into())),
        2 => (0u8..6, 0i8..4, 0u8..3).prop_map(move |(number, operation, value)| {
            let resource = ConfigResource { kind: crate::metadata::ResourceKind::Topic, name: topic(number).into() };
            let operation = ConfigOperation::from_code(operation).expect("0 to 3 are operations");
            let change = ConfigChange { key: "list".into(), operation, value: Some(value.to_string().into()) };
            Event::Ask(IncrementalAlterConfigs { resources: vec![(resource, vec![change])], validate_only: false }.into())
        }),
        1 => (0i16..3, any::<bool>()).prop_map(|(level, allow_downgrade)| {
            let update = FeatureUpdate { name: "f".into(), level, allow_downgrade };
            Event::Ask(UpdateFeatures { updates: vec![update], validate_only: false }.into())
        }),
        2 => (0u64..12_000).prop_map(Event::Wait),
    ]
}

/// Plays events, and returns all that was said.
fn play(stage: &mut Stage, events: &[Event]) -> Vec<Answer> {
    let mut answers = Vec::new();
    for event in events {
        match event {
            Event::Ask(request) => {
                answers.extend(stage.handle(Input::Request(Ticket(0), request.clone())));
            }
            Event::Wait(wait) => {
                stage.later(Duration::from_millis(*wait));
                stage.tick();
            }
        }
        check(stage.controller.image());
    }
    answers
}

/// What is true of every image, whatever has happened.
fn check(image: &Image) {
    for topic in image.topics().iter() {
        assert!(!topic.partitions.is_empty(), "a topic has partitions");
        for partition in &topic.partitions {
            assert!(!partition.isr.is_empty(), "somebody has everything that was committed");
            assert!(partition.isr.iter().all(|id| partition.replicas.contains(id)));
            if let Some(leader) = partition.leader {
                assert!(partition.isr.contains(&leader), "a leader is in sync");
                let alive = image.brokers().get(leader).is_some_and(|broker| broker.may_lead());
                assert!(alive, "a leader is alive");
            }
        }
    }
}

proptest! {
    #[test]
    fn the_controller_obeys_the_laws_of_machines(
        events in prop::collection::vec(event(), 0..60),
        more in prop::collection::vec(event(), 0..20),
        forget_at in any::<prop::sample::Index>(),
    ) {
        let mut stage = Stage::new(Options::default());
        let answers = play(&mut stage, &events);
        let image = stage.controller.image().clone();

        // Replay: the log alone makes the state, also through the codec and through a snapshot.
        prop_assert_eq!(&Image::default().apply(&stage.log), &image);
        let mut bytes = Vec::new();
        codec::encode(&stage.log, &mut bytes);
        let decoded = codec::decode(&bytes).expect("what was written reads");
        prop_assert_eq!(&decoded, &stage.log);
        let snapshot = image.to_records();
        prop_assert!(snapshot.len() <= stage.log.len());
        prop_assert_eq!(&Image::default().apply(&snapshot), &image);

        // Determinism: the same events make the same log and the same answers.
        let mut again = Stage::new(Options::default());
        prop_assert_eq!(play(&mut again, &events), answers);
        prop_assert_eq!(&again.log, &stage.log);

        // Forgetting: a controller that begins anywhere in the log is a legal one.
        let kept = forget_at.index(stage.log.len() + 1);
        let part = Image::default().apply(&stage.log[..kept]);
        let whole = part.apply(&stage.log[kept..]);
        prop_assert_eq!(&whole, &image);
        let mut reborn = Stage::new(Options::default());
        reborn.controller = Controller::new(image, Arc::default(), Arc::new(AnyConfig));
        play(&mut reborn, &more);
    }
}
