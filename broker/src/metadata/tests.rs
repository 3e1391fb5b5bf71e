//! What is promised about records and images.

use proptest::prelude::*;
use protocol::ids::{LeaderEpoch, NodeId, PartitionIndex, ProducerId, TopicId, TopicName};
use uuid::Uuid;

use super::codec::CodecError;
use super::*;

fn id(number: u128) -> TopicId {
    TopicId(Uuid::from_u128(number))
}

fn name(topic: &str) -> TopicName {
    TopicName::new(topic).expect("a legal name")
}

fn encoded(records: &[Record]) -> Vec<u8> {
    let mut out = Vec::new();
    codec::encode(records, &mut out);
    out
}

/// One record of each kind, with a value in every field.
fn one_of_each() -> Vec<Record> {
    let resource = ConfigResource::topic(&name("t"));
    let endpoint =
        Endpoint { listener: "PLAIN".into(), host: "h".into(), port: 9092, security_protocol: 0 };
    vec![
        ClusterRecord { cluster_id: "c".into() }.into(),
        FeatureRecord { name: "f".into(), level: 3 }.into(),
        TopicRecord { id: id(1), name: name("t") }.into(),
        PartitionRecord {
            topic_id: id(1),
            partition: PartitionIndex(0),
            replicas: [NodeId(1), NodeId(2)].into(),
            isr: [NodeId(1)].into(),
            leader: Some(NodeId(1)),
            leader_epoch: LeaderEpoch(4),
            partition_epoch: 5,
        }
        .into(),
        PartitionChangeRecord {
            topic_id: id(1),
            partition: PartitionIndex(0),
            replicas: None,
            isr: Some([NodeId(2)].into()),
            leader: Some(LeaderChange { leader: None, epoch: LeaderEpoch(5) }),
            partition_epoch: 6,
        }
        .into(),
        ConfigRecord { resource, key: "k".into(), value: Some("v".into()) }.into(),
        BrokerRecord {
            id: NodeId(1),
            epoch: 7,
            incarnation: Uuid::from_u128(8),
            endpoints: vec![endpoint],
            rack: Some("r".into()),
            fenced: true,
        }
        .into(),
        BrokerChangeRecord { id: NodeId(1), epoch: 7, fenced: false, shutting_down: true }.into(),
        RemoveBrokerRecord { id: NodeId(1) }.into(),
        BrokerEpochsRecord { last: 9 }.into(),
        ProducerIdsRecord { next: ProducerId(1000) }.into(),
        RemoveTopicRecord { id: id(1) }.into(),
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What has been written once must be read for ever. A line here may be added, never changed.
#[test]
fn the_bytes_of_every_record_are_these_for_ever() {
    let id1 = "00000000000000000000000000000001";
    let golden = [
        "0401000163".to_owned(),
        "06020001660003".to_owned(),
        format!("140300{id1}0174"),
        format!("310500{id1}000000000200000001000000020100000001010000000100000004 00000005"),
        format!("270600{id1}00000000000101000000020100000000050000000 6"),
        "0a070002017401 6b010176".to_owned(),
        "2f080000000001000000000000000700000000000000000000000000000008 0105504c41494e01682384000001017201"
            .to_owned(),
        "100900000000010000000000000007 0001".to_owned(),
        "060a0000000001".to_owned(),
        "0a0b000000000000000009".to_owned(),
        "0a0c0000000000000003e8".to_owned(),
        format!("120400{id1}"),
    ];
    let golden = golden.map(|line| line.replace(' ', ""));
    let written = one_of_each().into_iter().map(|record| hex(&encoded(&[record])));
    assert_eq!(written.collect::<Vec<_>>(), golden);
    assert_eq!(codec::decode(&encoded(&one_of_each())), Ok(one_of_each()));
}

#[test]
fn what_a_newer_release_wrote_is_refused_and_named() {
    let unknown_kind = [3, 200, 0, 1];
    assert_eq!(
        codec::decode(&unknown_kind),
        Err(CodecError::UnknownKind { kind: 200, version: 0 })
    );
    let mut newer = encoded(&one_of_each()[2..3]);
    newer[2] = 9;
    let refused = codec::decode(&newer).expect_err("version 9 is unknown");
    assert_eq!(refused, CodecError::UnknownVersion { name: "Topic", version: 9, known: 0 });
    assert!(refused.to_string().contains("written by a newer release"));
}

#[test]
fn a_record_that_is_longer_than_its_fields_is_refused() {
    let mut bytes = encoded(&[ProducerIdsRecord { next: ProducerId(1) }.into()]);
    bytes[0] += 1;
    bytes.push(0);
    assert_eq!(codec::decode(&bytes), Err(CodecError::Trailing { kind: 12, left: 1 }));
}

#[test]
fn a_count_that_lies_reserves_no_memory() {
    let mut bytes = encoded(&one_of_each()[3..4]);
    // The count of replicas, behind length, kind, version, id and partition.
    bytes[23] = 0x7f;
    assert!(matches!(codec::decode(&bytes), Err(CodecError::Truncated { .. })));
    let length_of_an_exabyte = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    assert!(matches!(codec::decode(&length_of_an_exabyte), Err(CodecError::Truncated { .. })));
}

proptest! {
    #[test]
    fn bytes_that_are_no_records_are_refused_and_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        at in any::<prop::sample::Index>(),
        with in any::<u8>(),
    ) {
        let _ = codec::decode(&bytes);
        let mut mutated = encoded(&one_of_each());
        let at = at.index(mutated.len());
        mutated[at] = with;
        let _ = codec::decode(&mutated);
        let _ = codec::decode(&mutated[..at]);
    }
}

fn with_topics(count: u128) -> Image {
    let mut records = Vec::new();
    for number in 0..count {
        records.push(TopicRecord { id: id(number + 1), name: name(&format!("t{number}")) }.into());
        for partition in 0..2 {
            let record = PartitionRecord {
                topic_id: id(number + 1),
                partition: PartitionIndex(partition),
                replicas: [NodeId(1)].into(),
                isr: [NodeId(1)].into(),
                leader: Some(NodeId(1)),
                leader_epoch: LeaderEpoch(0),
                partition_epoch: 0,
            };
            records.push(record.into());
        }
    }
    Image::default().apply(&records)
}

#[test]
fn an_image_that_others_hold_does_not_change() {
    let before = with_topics(3);
    let kept = before.clone();
    let after = before.apply(&[RemoveTopicRecord { id: id(2) }.into()]);
    assert_eq!(before, kept);
    assert_eq!((before.topics().len(), after.topics().len()), (3, 2));
    assert_eq!((before.topics().partition_count(), after.topics().partition_count()), (6, 4));
    assert!(after.topics().by_id(id(2)).is_none() && after.topic("t1").is_none());
}

#[test]
fn a_topic_takes_its_configuration_with_it() {
    let resource = ConfigResource::topic(&name("t1"));
    let set = ConfigRecord { resource: resource.clone(), key: "k".into(), value: Some("v".into()) };
    let image = with_topics(3).apply(&[set.into()]);
    assert_eq!(image.configs().value(&resource, "k").map(|value| &**value), Some("v"));
    let image = image.apply(&[RemoveTopicRecord { id: id(2) }.into()]);
    assert_eq!(image.configs().of(&resource), None);
}

#[test]
fn a_change_of_an_earlier_process_of_a_broker_changes_nothing() {
    let image = Image::default().apply(&one_of_each()[6..7]);
    let stale = BrokerChangeRecord { id: NodeId(1), epoch: 6, fenced: false, shutting_down: false };
    assert_eq!(image.apply(&[stale.into()]), image);
}

#[test]
fn a_broker_epoch_is_not_given_again_after_its_broker_is_gone_and_a_snapshot_taken() {
    let image = Image::default().apply(&one_of_each()[6..7]);
    let image = image.apply(&[RemoveBrokerRecord { id: NodeId(1) }.into()]);
    let rebuilt = Image::default().apply(&image.to_records());
    assert_eq!(rebuilt.brokers().last_epoch(), 7);
    assert_eq!(rebuilt, image);
}

#[test]
fn a_snapshot_says_everything_once() {
    let image = with_topics(3);
    // Three topics with two partitions each, and nothing else.
    assert_eq!(image.to_records().len(), 3 + 6);
    let more = [lead(1, Some(NodeId(1)), 1), lead(1, None, 2), lead(1, Some(NodeId(1)), 3)];
    assert_eq!(image.apply(&more).to_records().len(), 3 + 6);
}

fn lead(number: u128, leader: Option<NodeId>, epoch: i32) -> Record {
    let record = PartitionChangeRecord {
        topic_id: id(number),
        partition: PartitionIndex(1),
        replicas: None,
        isr: None,
        leader: Some(LeaderChange { leader, epoch: LeaderEpoch(epoch) }),
        partition_epoch: epoch,
    };
    record.into()
}

#[test]
fn a_diff_names_what_came_went_and_changed_and_nothing_else() {
    let old = with_topics(1_000);
    assert!(Diff::between(&old, &old.clone()).is_empty());
    let new = old.apply(&[
        RemoveTopicRecord { id: id(5) }.into(),
        TopicRecord { id: id(5_000), name: name("t4") }.into(),
        RemoveTopicRecord { id: id(6) }.into(),
        TopicRecord { id: id(6_000), name: name("fresh") }.into(),
        lead(7, None, 1),
        ConfigRecord {
            resource: ConfigResource::all_brokers(),
            key: "k".into(),
            value: Some("v".into()),
        }
        .into(),
        FeatureRecord { name: "f".into(), level: 1 }.into(),
    ]);
    let diff = Diff::between(&old, &new);
    let expected = [
        TopicDiff::Added { name: name("fresh"), id: id(6_000) },
        TopicDiff::Removed { name: name("t4"), id: id(5) },
        TopicDiff::Added { name: name("t4"), id: id(5_000) },
        TopicDiff::Removed { name: name("t5"), id: id(6) },
        TopicDiff::Changed { name: name("t6"), id: id(7), partitions: vec![PartitionIndex(1)] },
    ];
    assert_eq!(diff.topics, expected);
    assert_eq!(diff.configs, [ConfigResource::all_brokers()]);
    assert!(diff.features && diff.brokers.is_empty());
    assert_eq!(Diff::between(&new, &new.apply(&[])), Diff::default());
}
