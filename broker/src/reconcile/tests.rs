//! What is planned, as tables: the state of a broker, an image, and the actions, written out.

use proptest::prelude::*;
use protocol::ids::TopicId;
use uuid::Uuid;

use super::*;
use crate::metadata::{
    ConfigRecord, LeaderChange, PartitionChangeRecord, PartitionRecord, Record, RemoveTopicRecord,
    TopicRecord,
};

const ME: NodeId = NodeId(1);
const OTHER: NodeId = NodeId(2);

fn name(topic: &str) -> TopicName {
    TopicName::new(topic).expect("a legal name")
}

fn id(number: u128) -> TopicId {
    TopicId(Uuid::from_u128(number))
}

fn topic(number: u128, topic: &str) -> Record {
    TopicRecord { id: id(number), name: name(topic) }.into()
}

fn partition(number: u128, index: i32, replicas: &[NodeId], leader: Option<NodeId>) -> Record {
    let record = PartitionRecord {
        topic_id: id(number),
        partition: PartitionIndex(index),
        replicas: replicas.into(),
        isr: replicas.into(),
        leader,
        leader_epoch: LeaderEpoch(5),
        partition_epoch: 7,
    };
    record.into()
}

fn lead(number: u128, index: i32, leader: Option<NodeId>, epoch: i32) -> Record {
    let record = PartitionChangeRecord {
        topic_id: id(number),
        partition: PartitionIndex(index),
        replicas: None,
        isr: None,
        leader: Some(LeaderChange { leader, epoch: LeaderEpoch(epoch) }),
        partition_epoch: 8,
    };
    record.into()
}

fn config(resource: ConfigResource, key: &str, value: &str) -> Record {
    ConfigRecord { resource, key: key.into(), value: Some(value.into()) }.into()
}

fn image(records: &[Record]) -> Image {
    Image::default().apply(records)
}

/// Carries out what was planned, as an executor would.
fn carry_out(local: &mut Local, action: &Action) {
    let (held, role) = match action {
        Action::UnloadCoordinator { kind, partition } => {
            local.coordinators.remove(&(*kind, *partition));
            return;
        }
        Action::LoadCoordinator { kind, partition, epoch } => {
            local.coordinators.insert((*kind, *partition), *epoch);
            return;
        }
        Action::ConfigureBroker { all, own } => {
            local.all_brokers_config = all.clone();
            local.broker_config = own.clone();
            return;
        }
        Action::Configure { topic, values } => {
            local.topics.entry(topic.clone()).or_default().config = values.clone();
            return;
        }
        Action::Delete { partition, topic_id } | Action::SetAside { partition, topic_id } => {
            let topic = local.topics.get_mut(&partition.topic).expect("it is there");
            let removed = topic.partitions.remove(&partition.partition).expect("it is there");
            assert_eq!(removed.topic_id, *topic_id);
            if topic.partitions.is_empty() {
                local.topics.remove(&partition.topic);
            }
            return;
        }
        Action::Create { partition, topic_id } => {
            let topic = local.topics.entry(partition.topic.clone()).or_default();
            let role = Role::Idle { epoch: LeaderEpoch::NONE };
            let made = LocalPartition { topic_id: *topic_id, role, origin: Origin::Made };
            assert_eq!(topic.partitions.insert(partition.partition, made), None, "{partition}");
            return;
        }
        Action::Rest { partition, epoch } => (partition, Role::Idle { epoch: *epoch }),
        Action::Follow { partition, leader, epoch } => {
            (partition, Role::Follower { leader: *leader, epoch: *epoch })
        }
        Action::Lead(Leadership { partition, epoch, partition_epoch, .. }) => {
            (partition, Role::Leader { epoch: *epoch, partition_epoch: *partition_epoch })
        }
    };
    let topic = local.topics.get_mut(&held.topic).expect("logs are made before roles");
    let held = topic.partitions.get_mut(&held.partition).expect("logs are made before roles");
    (held.role, held.origin) = (role, Origin::Made);
}

/// Plans, carries out, and writes down what was planned.
fn settle(local: &mut Local, image: &Image) -> Vec<String> {
    let actions = plan(ME, local, image);
    actions.iter().for_each(|action| carry_out(local, action));
    assert_eq!(plan(ME, local, image), [], "a plan that was carried out leaves nothing to plan");
    actions.iter().map(line).collect()
}

fn line(action: &Action) -> String {
    match action {
        Action::UnloadCoordinator { kind, partition } => format!("unload {kind:?} {partition}"),
        Action::LoadCoordinator { kind, partition, epoch } => {
            format!("load {kind:?} {partition} epoch {epoch}")
        }
        Action::Delete { partition, .. } => format!("delete {partition}"),
        Action::SetAside { partition, .. } => format!("set aside {partition}"),
        Action::ConfigureBroker { all, own } => format!("configure broker {all:?} {own:?}"),
        Action::Configure { topic, values } => format!("configure {topic} {values:?}"),
        Action::Create { partition, .. } => format!("create {partition}"),
        Action::Rest { partition, epoch } => format!("rest {partition} epoch {epoch}"),
        Action::Follow { partition, leader, epoch } => {
            format!("follow {partition} leader {leader} epoch {epoch}")
        }
        Action::Lead(lead) => {
            format!("lead {} epoch {} isr {:?}", lead.partition, lead.epoch, lead.isr)
        }
    }
}

fn found(local: &mut Local, topic: &str, index: i32, number: u128) {
    let role = Role::Idle { epoch: LeaderEpoch::NONE };
    let held = LocalPartition { topic_id: id(number), role, origin: Origin::Found };
    let topic = local.topics.entry(name(topic)).or_default();
    topic.partitions.insert(PartitionIndex(index), held);
}

#[test]
fn a_new_topic_is_made_configured_and_led_or_followed() {
    let resource = ConfigResource::topic(&name("logs"));
    let image = image(&[
        topic(1, "logs"),
        config(resource, "retention.ms", "1000"),
        partition(1, 0, &[ME], Some(ME)),
        partition(1, 1, &[OTHER, ME], Some(OTHER)),
        partition(1, 2, &[OTHER], Some(OTHER)),
        partition(1, 3, &[ME, OTHER], None),
    ]);
    let expected = [
        r#"configure logs {"retention.ms": "1000"}"#,
        "create logs-0",
        "create logs-1",
        "create logs-3",
        "rest logs-3 epoch 5",
        "follow logs-1 leader 2 epoch 5",
        "lead logs-0 epoch 5 isr [NodeId(1)]",
    ];
    assert_eq!(settle(&mut Local::default(), &image), expected);
}

#[test]
fn a_leadership_that_moves_is_followed_and_comes_back() {
    let mut local = Local::default();
    let both = [ME, OTHER];
    let first = image(&[topic(1, "logs"), partition(1, 0, &both, Some(ME))]);
    settle(&mut local, &first);
    let away = first.apply(&[lead(1, 0, Some(OTHER), 6)]);
    assert_eq!(settle(&mut local, &away), ["follow logs-0 leader 2 epoch 6"]);
    let nobody = away.apply(&[lead(1, 0, None, 7)]);
    assert_eq!(settle(&mut local, &nobody), ["rest logs-0 epoch 7"]);
    let back = nobody.apply(&[lead(1, 0, Some(ME), 8)]);
    assert_eq!(settle(&mut local, &back), ["lead logs-0 epoch 8 isr [NodeId(1), NodeId(2)]"]);
}

#[test]
fn a_topic_that_is_deleted_and_made_again_loses_its_old_folders_first() {
    let mut local = Local::default();
    let resource = ConfigResource::topic(&name("logs"));
    let first = image(&[
        topic(1, "logs"),
        config(resource, "retention.ms", "1"),
        partition(1, 0, &[ME], Some(ME)),
    ]);
    settle(&mut local, &first);
    let again = first.apply(&[
        RemoveTopicRecord { id: id(1) }.into(),
        topic(2, "logs"),
        config(ConfigResource::topic(&name("logs")), "retention.ms", "1"),
        partition(2, 0, &[ME], Some(ME)),
    ]);
    let expected = [
        "delete logs-0",
        r#"configure logs {"retention.ms": "1"}"#,
        "create logs-0",
        "lead logs-0 epoch 5 isr [NodeId(1)]",
    ];
    assert_eq!(settle(&mut local, &again), expected);
    let gone = again.apply(&[RemoveTopicRecord { id: id(2) }.into()]);
    assert_eq!(settle(&mut local, &gone), ["delete logs-0"]);
}

#[test]
fn what_was_found_at_the_start_is_used_or_set_aside_and_never_deleted() {
    let mut local = Local::default();
    found(&mut local, "logs", 0, 1);
    found(&mut local, "logs", 1, 99);
    found(&mut local, "unknown", 0, 7);
    let image = image(&[
        topic(1, "logs"),
        partition(1, 0, &[ME], Some(ME)),
        partition(1, 1, &[ME], Some(ME)),
    ]);
    let expected = [
        "set aside logs-1",
        "set aside unknown-0",
        "create logs-1",
        "lead logs-0 epoch 5 isr [NodeId(1)]",
        "lead logs-1 epoch 5 isr [NodeId(1)]",
    ];
    assert_eq!(settle(&mut local, &image), expected);
}

#[test]
fn coordinators_follow_the_leadership_of_their_partitions() {
    let mut local = Local::default();
    let offsets = TopicName::CONSUMER_OFFSETS;
    let both = [ME, OTHER];
    let first = image(&[
        topic(1, offsets),
        partition(1, 0, &both, Some(ME)),
        partition(1, 1, &both, Some(OTHER)),
    ]);
    let planned = settle(&mut local, &first);
    assert_eq!(planned.last().map(String::as_str), Some("load Group 0 epoch 5"));
    let swapped = first.apply(&[lead(1, 0, Some(OTHER), 6), lead(1, 1, Some(ME), 6)]);
    let expected = [
        "unload Group 0",
        "follow __consumer_offsets-0 leader 2 epoch 6",
        "lead __consumer_offsets-1 epoch 6 isr [NodeId(1), NodeId(2)]",
        "load Group 1 epoch 6",
    ];
    assert_eq!(settle(&mut local, &swapped), expected);
    let anew = swapped.apply(&[lead(1, 1, Some(ME), 7)]);
    let expected = [
        "unload Group 1",
        "lead __consumer_offsets-1 epoch 7 isr [NodeId(1), NodeId(2)]",
        "load Group 1 epoch 7",
    ];
    assert_eq!(settle(&mut local, &anew), expected);
}

#[test]
fn configurations_are_set_where_they_matter() {
    let mut local = Local::default();
    let first = image(&[
        topic(1, "logs"),
        partition(1, 0, &[ME], Some(ME)),
        topic(2, "theirs"),
        partition(2, 0, &[OTHER], Some(OTHER)),
    ]);
    settle(&mut local, &first);
    let next = first.apply(&[
        config(ConfigResource::topic(&name("logs")), "retention.ms", "1"),
        config(ConfigResource::topic(&name("theirs")), "retention.ms", "1"),
        config(ConfigResource::all_brokers(), "log.retention.ms", "2"),
        config(ConfigResource::broker(ME), "log.retention.ms", "3"),
        config(ConfigResource::broker(OTHER), "log.retention.ms", "4"),
    ]);
    let expected = [
        r#"configure broker {"log.retention.ms": "2"} {"log.retention.ms": "3"}"#,
        r#"configure logs {"retention.ms": "1"}"#,
    ];
    assert_eq!(settle(&mut local, &next), expected);
}

/// A step of a cluster's life, by the number of a topic.
fn step() -> impl Strategy<Value = (u8, u8, bool)> {
    (0u8..5, 0u8..4, any::<bool>())
}

/// The records of a step, if they can follow on `image`.
fn records(image: &Image, nth: usize, (kind, number, flag): (u8, u8, bool)) -> Vec<Record> {
    let topic_name = format!("t{number}");
    let held = image.topic(&topic_name).map(|topic| topic.id);
    let leader = Some(if flag { ME } else { OTHER });
    match (kind, held) {
        (0, None) => {
            let fresh = nth as u128 + 1_000;
            vec![topic(fresh, &topic_name), partition(fresh, 0, &[ME, OTHER], leader)]
        }
        (1, Some(held)) => vec![RemoveTopicRecord { id: held }.into()],
        (2, Some(held)) => vec![lead(held.0.as_u128(), 0, leader, 6 + nth as i32)],
        (3, Some(_)) => {
            vec![config(ConfigResource::topic(&name(&topic_name)), "k", &nth.to_string())]
        }
        (4, _) => vec![config(ConfigResource::broker(ME), "k", &nth.to_string())],
        _ => vec![],
    }
}

proptest! {
    #[test]
    fn a_plan_of_what_changed_is_the_whole_plan_and_always_leads_to_the_image(
        steps in prop::collection::vec(step(), 1..40),
        every in 1usize..5,
    ) {
        let mut local = Local::default();
        let (mut before, mut image) = (Image::default(), Image::default());
        for (nth, step) in steps.into_iter().enumerate() {
            image = image.apply(&records(&image, nth, step));
            if nth % every == 0 {
                let changed = plan_changed(ME, &local, &image, &Diff::between(&before, &image));
                prop_assert_eq!(&changed, &plan(ME, &local, &image));
                changed.iter().for_each(|action| carry_out(&mut local, action));
                prop_assert_eq!(plan(ME, &local, &image), vec![]);
                before = image.clone();
            }
        }
    }
}
