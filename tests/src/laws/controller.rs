//! The controller obeys the laws, and its log says the same through the codec and as a snapshot.

use std::sync::Arc;
use std::time::Duration;

use broker::controller::*;
use broker::machine::Ticket;
use broker::metadata::{ConfigResource, Image, codec};
use proptest::prelude::*;
use protocol::ids::{NodeId, TopicId};
use uuid::Uuid;

use super::{Step, Subject, World, hold, played};

/// The controller with short sessions, beginning with an empty cluster.
struct Controllers;

impl Subject for Controllers {
    type Machine = Controller;
    type Hard = Image;

    fn fresh(&self) -> Controller {
        let options = Options { session_timeout: Duration::from_secs(9), ..Options::default() };
        Controller::new(Image::default(), Arc::new(options), Arc::new(AnyConfig))
    }

    fn hard(&self, machine: &Controller) -> Image {
        machine.image().clone()
    }

    fn tick(&self) -> Option<Input> {
        Some(Input::Tick)
    }

    /// Nothing: this is asked after each record, and the records of one decision are legal only together.
    fn check(&self, _: &Controller) -> Result<(), String> {
        Ok(())
    }
}

fn registration(id: i32, fenced: bool) -> RegisterBroker {
    RegisterBroker {
        id: NodeId(id),
        cluster_id: None,
        incarnation: Uuid::nil(),
        endpoints: Vec::new(),
        rack: None,
        fenced,
    }
}

/// A request. Numbers are small, so that requests meet.
fn request() -> impl Strategy<Value = Request> {
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
            CreateTopics { topics: vec![topic], validate_only: id % 7 == 0 }.into()
        }),
        2 => (0u8..6).prop_map(move |number| {
            DeleteTopics { topics: vec![TopicRef::Name(topic(number))] }.into()
        }),
        2 => (0u8..6, 1i32..8).prop_map(move |(number, count)| {
            let more = MorePartitions { name: topic(number), count, assignments: None };
            CreatePartitions { topics: vec![more], validate_only: false }.into()
        }),
        3 => (1i32..4, any::<u8>(), any::<bool>()).prop_map(|(id, incarnation, fenced)| {
            let incarnation = Uuid::from_u128(u128::from(incarnation % 3));
            RegisterBroker { incarnation, ..registration(id, fenced) }.into()
        }),
        3 => (1i32..4, 1i64..8, any::<[bool; 3]>()).prop_map(|(id, epoch, [caught_up, want_fence, stop])| {
            let want_shut_down = stop && want_fence;
            Heartbeat { id: NodeId(id), epoch, caught_up, want_fence, want_shut_down }.into()
        }),
        1 => (1i32..4).prop_map(|id| UnregisterBroker { id: NodeId(id) }.into()),
        1 => (1i32..4, 1i64..8).prop_map(|(id, broker_epoch)| {
            AllocateProducerIds { broker: NodeId(id), broker_epoch }.into()
        }),
        1 => any::<bool>().prop_map(|unclean| ElectLeaders { unclean, partitions: None }.into()),
        2 => (0u8..6, 0i8..4, 0u8..3).prop_map(move |(number, operation, value)| {
            let resource = ConfigResource { kind: broker::metadata::ResourceKind::Topic, name: topic(number).into() };
            let operation = ConfigOperation::from_code(operation).expect("0 to 3 are operations");
            let change = ConfigChange { key: "list".into(), operation, value: Some(value.to_string().into()) };
            IncrementalAlterConfigs { resources: vec![(resource, vec![change])], validate_only: false }.into()
        }),
        1 => (0i16..3, any::<bool>()).prop_map(|(level, allow_downgrade)| {
            let update = FeatureUpdate { name: "f".into(), level, allow_downgrade };
            UpdateFeatures { updates: vec![update], validate_only: false }.into()
        }),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step<Input>>> {
    let step = (0u64..4_000, request()).prop_map(|(wait, request)| Step {
        wait: Duration::from_millis(wait),
        input: Input::Request(Ticket(0), request),
    });
    proptest::collection::vec(step, 0..60)
}

proptest! {
    #[test]
    fn the_controller_obeys_the_four_laws(steps in steps()) {
        prop_assert_eq!(hold(&Controllers, &steps), Ok(()));
    }

    #[test]
    fn every_decision_leaves_a_legal_image(steps in steps()) {
        let mut world = World::new(&Controllers);
        for step in &steps {
            prop_assert_eq!(world.step(step), Ok(()));
            prop_assert_eq!(world.machine.image().check(), Ok(()));
        }
    }

    #[test]
    fn the_log_says_the_same_through_the_codec_and_as_a_snapshot(steps in steps()) {
        let world = played(&Controllers, &steps).expect("the laws hold");
        let image = world.machine.image();
        let mut bytes = Vec::new();
        codec::encode(&world.log, &mut bytes);
        let decoded = codec::decode(&bytes).expect("what was written reads");
        prop_assert_eq!(&decoded, &world.log);
        let snapshot = image.to_records();
        prop_assert!(snapshot.len() <= world.log.len());
        prop_assert_eq!(&Image::default().apply(&snapshot), image);
    }
}
