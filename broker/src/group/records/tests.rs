//! What Kafka wrote we read, and what we write Kafka would have written. `golden` has its bytes.

use std::time::Duration;

use protocol::ids::{LeaderEpoch, Offset, TimestampMs, TopicId};

use super::*;
use crate::group::ids::Generation;

const BROKER: &str = include_str!("golden/broker.txt");
const LAYOUTS: &str = include_str!("golden/layouts.txt");

/// The records of a golden file, by name.
fn golden(file: &'static str) -> impl Iterator<Item = (&'static str, Encoded)> {
    let lines = file.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        let mut fields = line.split(" | ");
        let mut field = || fields.next().expect("a line has three fields");
        let (name, key, value) = (field(), field(), field());
        (name, Encoded { key: unhex(key), value: (value != "-").then(|| unhex(value)) })
    })
}

fn unhex(text: &str) -> Bytes {
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal");
    (0..text.len()).step_by(2).map(byte).collect()
}

fn decode(bytes: Encoded) -> Record {
    match Record::decode(bytes.key, bytes.value).expect("Kafka wrote it") {
        Decoded::Known(record) => record,
        Decoded::Foreign(key) => panic!("key {key} is foreign"),
    }
}

fn layout(name: &str) -> Encoded {
    golden(LAYOUTS).find(|(known, _)| *known == name).expect("a known name").1
}

fn position(layout_name: &str) -> CommittedOffset {
    match decode(layout(layout_name)) {
        Record::Offset { value: Some(value), .. } => value,
        other => panic!("{other:?}"),
    }
}

fn metadata(layout_name: &str) -> GroupMetadata {
    match decode(layout(layout_name)) {
        Record::Group { value: Some(value), .. } => value,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_kafka_broker_stored_is_read_and_written_back_to_the_byte() {
    for (name, bytes) in golden(BROKER) {
        assert_eq!(decode(bytes.clone()).encode(), bytes, "{name}");
    }
}

#[test]
fn what_a_kafka_broker_stored_means_what_it_meant_there() {
    let records: Vec<_> = golden(BROKER).map(|(_, bytes)| decode(bytes)).collect();
    let Record::Group { group, value: Some(settled) } = &records[1] else {
        panic!("{:?}", records[1])
    };
    assert_eq!((group.as_str(), settled.generation), ("logstash", Generation(1)));
    let member = settled.members.first().expect("one member");
    assert_eq!(member.instance_id.as_deref(), Some("shipper-1"));
    assert_eq!(Some(&member.member_id), settled.leader.as_ref());
    assert_eq!((&*member.client_id, &*member.client_host), ("logstash-0", "/127.0.0.1"));
    assert_eq!(member.session_timeout, Duration::from_secs(45));
    let Record::Offset { topic, value: Some(kept), .. } = &records[2] else {
        panic!("{:?}", records[2])
    };
    assert_eq!(
        (topic.as_str(), kept.offset, kept.leader_epoch),
        ("apache_logs", Offset(20), LeaderEpoch(0))
    );
    assert_eq!(kept.topic_id.to_string(), "ncY70lLSSj25S38zmlVKtw");
    let tombstones = records.iter().filter(|record| {
        matches!(record, Record::Offset { value: None, .. } | Record::Group { value: None, .. })
    });
    assert_eq!(tombstones.count(), 3);
}

#[test]
fn every_layout_of_an_offset_commit_is_read() {
    for number in 0..=4 {
        let kept = position(&format!("offset commit, layout {number}"));
        assert_eq!((kept.offset, &*kept.metadata), (Offset(42), "grüße"), "layout {number}");
        assert_eq!(kept.committed, TimestampMs(1_700_000_000_000), "layout {number}");
        let epoch = if number >= 3 { LeaderEpoch(7) } else { LeaderEpoch::NONE };
        assert_eq!(kept.leader_epoch, epoch, "layout {number}");
        let expires = if number == 1 { TimestampMs(1_700_000_005_000) } else { TimestampMs::NONE };
        assert_eq!(kept.expires, expires, "layout {number}");
        assert_eq!(kept.topic_id == TopicId::ZERO, number < 4, "layout {number}");
    }
}

#[test]
fn every_layout_of_group_metadata_is_read() {
    for number in 0..=4 {
        let group = metadata(&format!("group metadata, layout {number}"));
        assert_eq!((group.generation, group.leader.as_deref()), (Generation(3), Some("a-1")));
        let since = if number >= 2 { TimestampMs(1_700_000_000_000) } else { TimestampMs::NONE };
        assert_eq!(group.since, since, "layout {number}");
        let ids: Vec<_> = group.members.iter().map(|member| member.member_id.as_str()).collect();
        assert_eq!(ids, ["a-1", "b-2"]);
        let second = group.members.last().expect("two members");
        assert_eq!(second.instance_id.is_some(), number >= 3, "layout {number}");
        let wait = if number >= 1 { 300 } else { 45 };
        assert_eq!(second.rebalance_timeout, Duration::from_secs(wait), "layout {number}");
        assert_eq!((&second.subscription[..], &second.assignment[..]), (&[0, 1][..], &[2][..]));
    }
}

#[test]
fn what_we_write_kafka_would_have_written() {
    for name in [
        "offset commit, layout 1",
        "offset commit, layout 3",
        "offset commit, layout 4",
        "group metadata, layout 3",
    ] {
        assert_eq!(decode(layout(name)).encode(), layout(name), "{name}");
    }
}

#[test]
fn a_record_takes_no_more_bytes_than_it_says() {
    for (name, bytes) in
        golden(LAYOUTS).chain(golden(BROKER)).filter(|(name, _)| !name.starts_with("consumer"))
    {
        let size = bytes.key.len() + bytes.value.as_ref().map_or(0, Bytes::len);
        assert!(decode(bytes).size_max() >= size + 20, "{name}");
    }
}

#[test]
fn the_oldest_key_of_an_offset_commit_is_read() {
    let mut bytes = layout("offset commit, layout 0");
    bytes.key = [&[0, 0], &bytes.key[2..]].concat().into();
    assert_eq!(decode(bytes), decode(layout("offset commit, layout 0")));
}

#[test]
fn records_of_kinds_that_we_do_not_keep_are_passed_over() {
    let bytes = layout("consumer group metadata");
    assert_eq!(Record::decode(bytes.key, bytes.value), Ok(Decoded::Foreign(3)));
}

#[test]
fn a_layout_of_the_future_is_an_error_that_names_it() {
    let mut bytes = layout("offset commit, layout 3");
    bytes.value = Some(Bytes::from_static(&[0, 9, 1, 2, 3]));
    let error = Record::decode(bytes.key, bytes.value).expect_err("layout 9 is not known");
    assert_eq!(error.to_string(), "the record's offset commit has layout 9; known are 0 to 4");
}

#[test]
fn a_record_that_is_cut_short_or_lies_about_lengths_is_an_error_and_never_a_panic() {
    for (name, bytes) in golden(LAYOUTS).chain(golden(BROKER)) {
        let Some(value) = bytes.value else { continue };
        let foreign = name.starts_with("consumer");
        for cut in 0..value.len() {
            let result = Record::decode(bytes.key.clone(), Some(value.slice(..cut)));
            assert!(foreign || result.is_err(), "{name} cut to {cut}");
        }
        for at in 0..value.len() {
            let mut lying = value.to_vec();
            lying[at] ^= 0x7f;
            let _ = Record::decode(bytes.key.clone(), Some(lying.into()));
        }
        for cut in 0..bytes.key.len() {
            assert!(
                Record::decode(bytes.key.slice(..cut), None).is_err() || foreign,
                "{name}'s key cut to {cut}"
            );
        }
    }
}
