//! Starts after an orderly end, after a crash, with a torn tail, and on a directory that is someone else's.

use client::admin::NewTopic;
use client::producer::Record;
use protocol::ids::PartitionIndex;
use protocol::messages::ListOffsetsRequest;
use protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use protocol::{ErrorCode, StrBytes};
use sapwood_tests::peers::Endurance;
use sapwood_tests::process::{Properties, Sapwood, binary, wait};
use sapwood_tests::visitor::Visitor;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);
/// The exit code that the README gives to a broker that could not start.
const COULD_NOT_START: i32 = 1;

#[test]
fn two_thousand_partitions_are_there_after_an_orderly_end_and_after_a_crash() {
    let mut broker = Sapwood::start().expect("a broker");
    let endurance = Endurance::new(broker.address(), "many").expect("the client");
    endurance.run("many").expect("2,000 partitions with a record each");
    broker.stop().expect("an orderly end");
    let started = wait::now();
    broker.restart().expect("it starts after an orderly end");
    println!("2,000 partitions serve {:?} after an orderly end", started.elapsed());
    endurance.run("many_there").expect("every record is there after an orderly end");
    broker.kill();
    let started = wait::now();
    broker.restart().expect("it starts after a crash");
    println!("2,000 partitions serve {:?} after a crash", started.elapsed());
    endurance.run("many_there").expect("every record is there after a crash");
}

#[tokio::test]
async fn two_hundred_megabytes_in_eight_partitions_are_there_after_a_crash() {
    const PARTITIONS: i32 = 8;
    const RECORD_BYTES: usize = 64 << 10;
    const RECORDS: usize = (200 << 20) / RECORD_BYTES;
    let mut broker = Sapwood::start().expect("a broker");
    let visitor = Visitor::to(broker.address());
    let topic = NewTopic::new("heavy").partitions(PARTITIONS);
    let topic = visitor.create(topic).await.expect("the topic");
    let record = |number: usize| {
        let index = i32::try_from(number).expect("a few thousand") % PARTITIONS;
        let byte = u8::try_from(number % 251).expect("below 251");
        Record::new(topic.clone(), vec![byte; RECORD_BYTES]).partition(PartitionIndex(index))
    };
    visitor.write((0..RECORDS).map(record)).await.expect("200 MB are acknowledged");
    broker.kill();
    let started = wait::now();
    broker.restart().expect("it starts after a crash");
    println!("8 partitions with 200 MB serve {:?} after a crash", started.elapsed());
    let read = visitor.read_all(&topic, PARTITIONS).await.expect("it is read");
    for (of, records) in read {
        let found = records.iter().map(|record| record.value.clone());
        let index = usize::try_from(of.partition.get()).expect("not negative");
        let wanted =
            (index..RECORDS).step_by(PARTITIONS as usize).map(|number| record(number).value);
        assert!(found.eq(wanted), "{of} holds what was acknowledged, in its order");
    }
}

#[test]
fn a_torn_tail_is_cut_and_everything_before_it_stays() {
    let mut broker = Sapwood::start().expect("a broker");
    let endurance = Endurance::new(broker.address(), "torn").expect("the client");
    endurance.run("create").expect("the topic");
    let mut shipping = endurance.ship().expect("the client ships");
    endurance.await_more(500, &mut shipping).expect("records are acknowledged");
    endurance.finish(&mut shipping).expect("the client ends");
    broker.kill();
    for partition in 0..3 {
        tear(
            &broker
                .properties()
                .log_dir()
                .join(format!("torn-{partition}/00000000000000000000.log")),
        );
    }
    broker.restart().expect("the broker starts");
    endurance.verify().expect("everything acknowledged is there, and nothing else");
}

/// Writes half of the last batch once more behind the end, as a crash in the middle of a write would leave it.
fn tear(segment: &Path) {
    let bytes = fs::read(segment).expect("read the segment");
    let (mut last, mut end) = (0, 0);
    while let Some(length) = bytes.get(end + 8..end + 12) {
        let length = i32::from_be_bytes(length.try_into().expect("four bytes"));
        if length <= 0 {
            break;
        }
        (last, end) = (end, end + 12 + usize::try_from(length).expect("a positive length"));
    }
    let half = &bytes[last..last + (end - last) / 2];
    let file = File::options().write(true).open(segment).expect("open the segment");
    file.write_all_at(half, end as u64).expect("write behind the end");
}

/// Starts a broker that must refuse, and returns what it said.
fn refused(properties: &Properties) -> String {
    let mut child = Sapwood::launch(properties, Command::new(binary().expect("the binary")))
        .expect("it launches");
    let status = child.wait(LIMIT).expect("it ends by itself");
    assert_eq!(status.code(), Some(COULD_NOT_START), "it must not serve: {}", child.output());
    child.output()
}

#[test]
fn a_second_broker_on_the_same_directory_refuses_to_start() {
    let mut broker = Sapwood::start().expect("a broker");
    let other = tempfile::tempdir().expect("a directory");
    let mut properties = Properties::alone(other.path());
    let log_dir = broker.properties().log_dir().display().to_string();
    properties.set("log.dirs", &log_dir);
    let said = refused(&properties);
    assert!(said.contains(&log_dir), "it names the directory: {said}");
    broker.stop().expect("the first one goes on to its orderly end");
}

#[test]
fn a_broker_without_one_of_its_directories_refuses_to_start_and_takes_it_back_elsewhere() {
    let dir = tempfile::tempdir().expect("a directory");
    let at = |name: &str| dir.path().join(name).display().to_string();
    let mut properties = Properties::alone(dir.path());
    properties.set("log.dirs", &format!("{},{}", at("a"), at("b")));
    let mut broker = Sapwood::start_from(properties.clone()).expect("a broker of two directories");
    broker.stop().expect("an orderly end");
    properties.set("log.dirs", &at("a"));
    let said = refused(&properties);
    assert!(said.contains(&at("b")) && said.contains("sapwood-log-dirs"), "{said}");
    fs::rename(at("b"), at("c")).expect("the directory is mounted elsewhere");
    properties.set("log.dirs", &format!("{},{}", at("a"), at("c")));
    let mut broker = Sapwood::start_from(properties.clone()).expect("it is the same directory");
    broker.stop().expect("an orderly end");
    fs::remove_file(dir.path().join("a").join("sapwood-log-dirs")).expect("c is given up");
    properties.set("log.dirs", &at("a"));
    let mut broker = Sapwood::start_from(properties).expect("a broker of one directory");
    broker.stop().expect("an orderly end");
}

#[tokio::test]
async fn the_partitions_of_a_new_topic_are_spread_over_the_log_dirs() {
    let dir = tempfile::tempdir().expect("a directory");
    let dirs = ["a", "b", "c"].map(|name| dir.path().join(name).display().to_string());
    let mut properties = Properties::alone(dir.path());
    properties.set("log.dirs", &dirs.join(","));
    let broker = Sapwood::start_from(properties).expect("a broker of three directories");
    let visitor = Visitor::to(broker.address());
    visitor.create(NewTopic::new("spread").partitions(6)).await.expect("the topic");
    let partitions = |log_dir: &String| {
        let folders = fs::read_dir(log_dir).expect("the directory").flatten();
        let names = folders.map(|folder| folder.file_name());
        names.filter(|name| name.to_string_lossy().starts_with("spread-")).count()
    };
    assert_eq!(dirs.each_ref().map(partitions), [2, 2, 2]);
}

#[tokio::test]
async fn a_partition_that_is_not_open_is_not_called_unknown() {
    let mut broker = Sapwood::start().expect("a broker");
    let visitor = Visitor::to(broker.address());
    visitor.create(NewTopic::new("shut").partitions(1)).await.expect("the topic");
    broker.stop().expect("an orderly end");
    let log = broker.properties().log_dir().join("shut-0/00000000000000000000.log");
    fs::remove_file(&log).expect("the segment's file");
    fs::create_dir(&log).expect("something that cannot be opened as one");
    broker.restart().expect("one log that cannot be opened is no reason not to serve the others");
    let visitor = Visitor::to(broker.address());
    let answer = |topic, index| earliest(&visitor, topic, index);
    assert_eq!(answer("shut", 0).await, ErrorCode::NotLeaderOrFollower.code());
    assert_eq!(answer("shut", 1).await, ErrorCode::UnknownTopicOrPartition.code());
    assert_eq!(answer("never", 0).await, ErrorCode::UnknownTopicOrPartition.code());
}

/// The error code with which a partition's first offset is told.
async fn earliest(visitor: &Visitor, topic: &'static str, index: i32) -> i16 {
    const EARLIEST: i64 = -2;
    let partition = ListOffsetsPartition::default()
        .with_partition_index(index)
        .with_current_leader_epoch(-1)
        .with_timestamp(EARLIEST);
    let topic = ListOffsetsTopic::default()
        .with_name(StrBytes::from_static_str(topic).into())
        .with_partitions(vec![partition]);
    let request =
        ListOffsetsRequest::default().with_replica_id((-1).into()).with_topics(vec![topic]);
    let connection = visitor.cluster().any().await.expect("a connection");
    let answer = connection.call(&request).await.expect("an answer");
    answer.topics[0].partitions[0].error_code
}

/// Every file below a directory, with what is in it.
fn contents(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(dir).expect("the directory").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => files.extend(contents(&path)),
            false => {
                files.insert(path.clone(), fs::read(&path).expect("read the file"));
            }
        }
    }
    files
}

/// A broker that has ended in order, and its settings.
fn stopped() -> (Sapwood, Properties) {
    let mut broker = Sapwood::start().expect("a broker");
    let properties = broker.properties().clone();
    broker.stop().expect("an orderly end");
    (broker, properties)
}

#[test]
fn a_directory_of_another_cluster_is_refused_and_left_as_it_is() {
    let (mut broker, mut properties) = stopped();
    let log_dir = properties.log_dir();
    let before = contents(&log_dir);
    let meta = String::from_utf8_lossy(&before[&log_dir.join("meta.properties")]).into_owned();
    let ours = meta.lines().find_map(|line| line.strip_prefix("cluster.id="));
    let ours = ours.expect("meta.properties names the cluster");
    properties.set("cluster.id", "another-cluster");
    let said = refused(&properties);
    for named in [ours, "another-cluster", &log_dir.display().to_string()] {
        assert!(said.contains(named), "it names {named}: {said}");
    }
    assert_eq!(contents(&log_dir), before, "nothing of the other cluster's was touched");
    broker.restart().expect("the owner of the directory starts");
}

#[test]
fn a_directory_of_another_node_is_refused_by_name_and_left_as_it_is() {
    let (_dir, mut properties) = stopped();
    let before = contents(&properties.log_dir());
    properties.set("node.id", "77");
    let said = refused(&properties);
    assert!(said.contains("77"), "it names the other node: {said}");
    assert_eq!(contents(&properties.log_dir()), before, "nothing of the other node's was touched");
}
