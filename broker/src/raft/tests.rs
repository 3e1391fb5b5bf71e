//! What is promised about the host, on a disk that forgets and with a real Raft.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use protocol::ErrorCode;
use protocol::ids::{NodeId, TopicId};
use storage::disk::{Disk, Fault, MemDisk};
use uuid::Uuid;

use super::*;
use crate::controller::{
    self, AnyConfig, CreateTopics, DeleteTopics, NewTopic, RegisterBroker, TopicRef,
};

const ME: NodeId = NodeId(1);

fn deps() -> Deps {
    let options = controller::Options { local: Some(ME), ..controller::Options::default() };
    Deps { controller: Arc::new(options), rules: Arc::new(AnyConfig), clock: system_clock() }
}

fn options() -> RaftOptions {
    RaftOptions::alone("/log", ME)
}

/// A log dir, as whoever starts the broker provides it.
fn make_log_dir(disk: &MemDisk) {
    disk.create_dir(Path::new("/log")).expect("the disk is new or has the folder");
    disk.sync_dir(Path::new("/")).expect("the disk works");
}

async fn start(disk: &MemDisk) -> Arc<RaftHost> {
    make_log_dir(disk);
    let host = RaftHost::start(disk.clone(), options(), deps()).await;
    host.expect("the metadata log opens")
}

async fn register(host: &RaftHost) -> i64 {
    let request = RegisterBroker {
        id: ME,
        cluster_id: None,
        incarnation: Uuid::new_v4(),
        endpoints: Vec::new(),
        rack: None,
        fenced: false,
    };
    let reply = host.submit(request).await.expect("this node is the controller");
    reply.expect("a broker alone may register")
}

fn topic(name: &str) -> NewTopic {
    NewTopic {
        name: name.into(),
        id: TopicId(Uuid::new_v4()),
        partitions: 2,
        replication_factor: 1,
        assignments: Vec::new(),
        configs: Vec::new(),
    }
}

fn create(name: &str) -> CreateTopics {
    CreateTopics { topics: vec![topic(name)], validate_only: false }
}

#[tokio::test]
async fn a_topic_that_was_acknowledged_is_in_the_image_and_there_after_a_power_cut() {
    let disk = MemDisk::new();
    let host = start(&disk).await;
    assert_eq!(host.leader(), Some(ME));
    let cluster_id = host.image().cluster_id().map(str::to_owned);
    let epoch = register(&host).await;
    let created = host.submit(create("logs")).await.expect("a controller");
    let created = created[0].clone().expect("the topic is new");
    assert_eq!(host.image().topic("logs").map(|topic| topic.id), Some(created.id));

    disk.crash(7);
    let host = start(&disk).await;
    let image = host.image();
    assert_eq!(image.cluster_id().map(str::to_owned), cluster_id);
    assert_eq!(image.topic("logs").map(|topic| topic.id), Some(created.id));
    assert_eq!(image.brokers().last_epoch(), epoch);
    assert_eq!(register(&host).await, epoch + 1);
}

#[tokio::test]
async fn requests_that_come_together_are_all_answered_and_share_entries() {
    let disk = MemDisk::new();
    let host = start(&disk).await;
    register(&host).await;
    let before = host.quorum().high_watermark;
    let names: Vec<String> = (0..100).map(|n| format!("t{n}")).collect();
    let requests = names.iter().map(|name| host.submit(create(name)));
    for reply in futures::future::join_all(requests).await {
        reply.expect("a controller")[0].clone().expect("the topic is new");
    }
    assert_eq!(host.image().topics().len(), 100);
    let mut quorum = host.quorum.clone();
    let settled = quorum.wait_for(|quorum| quorum.high_watermark > before).await;
    let entries = settled.expect("the host runs").high_watermark.get() - before.get();
    assert!(entries < 50, "100 requests made {entries} entries");
}

#[tokio::test]
async fn a_second_life_has_a_later_term_and_a_clean_stop_loses_nothing() {
    let disk = MemDisk::new();
    let host = start(&disk).await;
    register(&host).await;
    host.submit(create("logs")).await.expect("a controller")[0].clone().expect("new");
    let first = host.quorum().epoch;
    host.shutdown().await;
    assert_eq!(host.submit(create("late")).await, Err(SubmitError::Stopped));
    let host = start(&disk).await;
    assert!(host.quorum().epoch > first);
    assert!(host.image().topic("logs").is_some() && host.image().topic("late").is_none());
}

#[tokio::test]
async fn snapshots_replace_the_log_and_a_start_from_one_has_everything() {
    let disk = MemDisk::new();
    make_log_dir(&disk);
    let small = RaftOptions { snapshot_bytes: 2_000, segment_bytes: 4_000, ..options() };
    let host = RaftHost::start(disk.clone(), small.clone(), deps()).await.expect("opens");
    register(&host).await;
    for n in 0..100 {
        host.submit(create(&format!("t{n}"))).await.expect("a controller")[0].clone().expect("new");
    }
    host.shutdown().await;
    let names = disk.list(&Path::new("/log").join(FOLDER)).expect("the folder is there");
    assert!(names.iter().any(|entry| entry.name.ends_with(".checkpoint")), "{names:?}");
    let image = host.image();
    disk.crash(3);
    let host = RaftHost::start(disk.clone(), small, deps()).await.expect("opens");
    assert_eq!(*host.image(), *image);
}

#[tokio::test]
async fn a_sync_that_fails_stops_the_host_and_nothing_is_acknowledged() {
    let disk = MemDisk::new();
    let host = start(&disk).await;
    register(&host).await;
    disk.inject(Fault::Sync, 1);
    assert_eq!(host.submit(create("logs")).await, Err(SubmitError::Stopped));
    assert!(host.stopped().await.is_err());
}

#[tokio::test]
async fn on_a_full_disk_topics_cannot_be_created_but_deleted() {
    let disk = MemDisk::new();
    let host = start(&disk).await;
    register(&host).await;
    host.submit(create("logs")).await.expect("a controller")[0].clone().expect("new");
    disk.set_capacity(Some(0));
    let mut refused = None;
    for n in 0..20_000 {
        let mut big = topic(&format!("t{n}"));
        big.partitions = 1_000;
        let request = CreateTopics { topics: vec![big], validate_only: false };
        match host.submit(request).await {
            Ok(_) => {}
            Err(error) => {
                refused = Some(error);
                break;
            }
        }
    }
    assert_eq!(refused, Some(SubmitError::NoSpace));
    assert!(SubmitError::NoSpace.code().is_retriable());
    let request = DeleteTopics { topics: vec![TopicRef::Name("logs".into())] };
    let deleted = host.submit(request).await.expect("deletions have room");
    assert!(deleted[0].is_ok());
    disk.set_capacity(None);
    host.submit(create("more")).await.expect("there is space")[0].clone().expect("new");
}

#[tokio::test]
async fn a_log_of_another_cluster_or_another_node_is_refused() {
    let disk = MemDisk::new();
    start(&disk).await.shutdown().await;
    let other = RaftOptions { cluster_id: Some("another".into()), ..options() };
    let refused = RaftHost::start(disk.clone(), other, deps()).await;
    assert!(matches!(refused, Err(StartError::OtherCluster { .. })), "{refused:?}");
    let other = RaftOptions::alone("/log", NodeId(2));
    let refused = RaftHost::start(disk.clone(), other, deps()).await;
    assert!(matches!(refused, Err(StartError::OtherVoters { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_log_that_has_lost_what_was_confirmed_is_not_served() {
    let disk = MemDisk::new();
    let host = start(&disk).await;
    register(&host).await;
    host.submit(create("logs")).await.expect("a controller")[0].clone().expect("new");
    host.shutdown().await;
    let path = Path::new("/log").join(FOLDER).join("00000000000000000000.journal");
    disk.corrupt(&path, 200).expect("the file is there");
    let refused = RaftHost::start(disk.clone(), options(), deps()).await;
    assert!(matches!(refused, Err(StartError::Unreadable(_))), "{refused:?}");
}

#[tokio::test]
async fn a_refusal_of_the_controller_is_a_reply_and_not_an_error_of_the_host() {
    let disk = MemDisk::new();
    let host = start(&disk).await;
    register(&host).await;
    let mut three = topic("logs");
    three.replication_factor = 3;
    let request = CreateTopics { topics: vec![three], validate_only: false };
    let reply = host.submit(request).await.expect("a controller");
    let refusal = reply[0].clone().expect_err("one broker cannot keep three copies");
    assert_eq!(refusal.code, ErrorCode::InvalidReplicationFactor);
}

#[tokio::test]
async fn more_than_one_voter_is_refused_by_name_for_now() {
    let voters = BTreeMap::from([(ME, "a:1".into()), (NodeId(2), "b:2".into())]);
    let refused =
        RaftHost::start(MemDisk::new(), RaftOptions { voters, ..options() }, deps()).await;
    assert!(matches!(refused, Err(StartError::MoreThanOneVoter)));
}

/// Lives until the power goes: creates topics one after the other, and returns those that were acknowledged.
async fn create_until_dark(host: &RaftHost, from: usize) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for n in from..from + 60 {
        let name = format!("t{n}");
        match host.submit(create(&name)).await {
            Ok(reply) if reply[0].is_ok() => acknowledged.push(name),
            Ok(refused) => panic!("refused: {refused:?}"),
            Err(SubmitError::Stopped) => break,
            Err(error) => panic!("{error}"),
        }
    }
    acknowledged
}

/// At some twenty of the points at which the power can go: entries, segments, snapshots, purges, and starts.
#[tokio::test]
async fn wherever_the_power_goes_no_acknowledged_topic_is_missing_and_none_comes_twice() {
    let small = RaftOptions { snapshot_bytes: 1_500, segment_bytes: 2_500, ..options() };
    for (cut, seed) in (1..400).step_by(19).zip(1..) {
        let disk = MemDisk::new();
        make_log_dir(&disk);
        let host = RaftHost::start(disk.clone(), small.clone(), deps()).await.expect("opens");
        register(&host).await;
        disk.cut_power_after(cut);
        let mut acknowledged = create_until_dark(&host, 0).await;
        host.shutdown().await;
        disk.crash(seed);

        // The power goes again during the start, at another point in each life.
        disk.cut_power_after(seed % 12);
        if let Ok(host) = RaftHost::start(disk.clone(), small.clone(), deps()).await {
            host.shutdown().await;
        }
        disk.crash(seed + 1_000);

        let host = RaftHost::start(disk.clone(), small.clone(), deps()).await;
        let host = host.unwrap_or_else(|error| panic!("after a cut at {cut}: {error}"));
        register(&host).await;
        for name in &acknowledged {
            assert!(host.image().topic(name).is_some(), "{name} is missing after a cut at {cut}");
        }
        let there = host.image().topics().len();
        assert!(
            there <= acknowledged.len() + 1,
            "only the one in flight may be there unacknowledged"
        );

        acknowledged.extend(create_until_dark(&host, 100).await);
        host.shutdown().await;
        disk.crash(seed + 2_000);
        let host = RaftHost::start(disk, small.clone(), deps()).await.expect("opens");
        assert!(acknowledged.iter().all(|name| host.image().topic(name).is_some()));
    }
}

#[tokio::test]
async fn an_entry_that_was_written_but_not_synced_was_not_acknowledged() {
    let disk = MemDisk::new();
    let host = start(&disk).await;
    register(&host).await;
    // The write of the entry succeeds, then the power goes before the sync.
    disk.cut_power_after(1);
    assert_eq!(host.submit(create("logs")).await, Err(SubmitError::Stopped));
    assert!(host.image().topic("logs").is_none());
}
