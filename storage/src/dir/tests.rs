//! Starts and stops of a log dir on a disk that forgets.

use std::path::Path;

use protocol::ids::{NodeId, Offset, PartitionIndex, TopicName, TopicPartition};
use uuid::Uuid;

use super::*;
use crate::disk::{Fault, MemDisk, OsDisk};

const DIR: &str = "/var/sapwood";

fn owner(node: i32) -> Owner {
    Owner {
        node_id: NodeId(node),
        cluster_id: None,
        fresh_cluster_id: ClusterId::from_random(1),
        fresh_directory_id: DirectoryId::from_random(2),
    }
}

fn open(disk: &MemDisk, owner: &Owner) -> Result<LogDir<MemDisk>, OpenError> {
    LogDir::open(disk, Path::new(DIR), owner)
}

fn partition(topic: &str, partition: i32) -> TopicPartition {
    TopicPartition {
        topic: TopicName::new(topic).expect("legal"),
        partition: PartitionIndex(partition),
    }
}

#[test]
fn an_empty_dir_is_formatted_and_keeps_its_identity() {
    let disk = MemDisk::new();
    let first = open(&disk, &owner(1)).expect("formats").identity().clone();
    assert_eq!(first.directory_id, Some(DirectoryId::from_random(2)));
    let later = Owner {
        cluster_id: Some(first.cluster_id.clone()),
        fresh_directory_id: DirectoryId::from_random(99),
        ..owner(1)
    };
    assert_eq!(open(&disk, &later).expect("its own").identity(), &first);
}

#[test]
fn a_first_start_that_crashes_anywhere_can_be_repeated() {
    for seed in 0..10 {
        for cut in 1..12 {
            let disk = MemDisk::new();
            disk.cut_power_after(cut);
            let _ = open(&disk, &owner(1));
            disk.crash(seed);
            open(&disk, &owner(1)).expect("whatever the first one left");
        }
    }
}

#[test]
fn a_dir_in_use_is_refused() {
    // On real files: the lock is the operating system's.
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("data");
    let held = LogDir::open(&OsDisk, &path, &owner(1)).expect("the first");
    let refused = LogDir::open(&OsDisk, &path, &owner(1)).expect_err("the second");
    assert!(matches!(refused, OpenError::Locked { .. }), "{refused}");
    assert!(refused.to_string().contains("in use by another broker"));
    drop(held);
    LogDir::open(&OsDisk, &path, &owner(1)).expect("free again");
}

#[test]
fn another_nodes_or_clusters_dir_is_refused_with_what_to_do() {
    let disk = MemDisk::new();
    drop(open(&disk, &owner(1)).expect("formats"));
    let refused = open(&disk, &owner(2)).expect_err("another node");
    assert!(refused.to_string().contains("belongs to node 1, and node.id is 2"), "{refused}");
    let foreign = Owner { cluster_id: ClusterId::new("other"), ..owner(1) };
    let refused = open(&disk, &foreign).expect_err("another cluster");
    assert!(refused.to_string().contains("this node to other"), "{refused}");
}

#[test]
fn a_dir_with_logs_but_without_identity_is_never_formatted() {
    let disk = MemDisk::new();
    disk.create_dir(&Path::new(DIR).join("apache_logs-0")).expect("room");
    let refused = open(&disk, &owner(1)).expect_err("whose logs are these?");
    assert!(
        matches!(&refused, OpenError::NotEmpty { found, .. } if found == "apache_logs-0"),
        "{refused}"
    );
    disk.remove_dir(&Path::new(DIR).join("apache_logs-0")).expect("empty");
    disk.create_dir(&Path::new(DIR).join("lost+found")).expect("room");
    open(&disk, &owner(1)).expect("a fresh file system is empty");
}

#[test]
fn a_dir_from_before_directory_ids_is_given_one() {
    let disk = MemDisk::new();
    disk.create_dir(Path::new(DIR)).expect("room");
    let old = b"version=1\ncluster.id=c\nnode.id=1\n";
    replace(&disk, Path::new(DIR), "meta.properties", old).expect("room");
    assert!(open(&disk, &owner(1)).expect("its own").identity().directory_id.is_some());
    disk.crash(1);
    let later = Owner { fresh_directory_id: DirectoryId::from_random(99), ..owner(1) };
    let kept = open(&disk, &later).expect("its own").identity().directory_id;
    assert_eq!(kept, Some(DirectoryId::from_random(2)));
}

#[test]
fn only_a_close_of_a_working_dir_is_clean() {
    let disk = MemDisk::new();
    let first = open(&disk, &owner(1)).expect("formats");
    assert_eq!(first.last_shutdown(), LastShutdown::Unclean);
    first.close(14).expect("room");
    drop(first);
    let second = open(&disk, &owner(1)).expect("its own");
    assert_eq!(second.last_shutdown(), LastShutdown::Clean { broker_epoch: 14 });
    drop(second);
    let third = open(&disk, &owner(1)).expect("its own");
    assert!(!third.last_shutdown().is_clean(), "the second one never closed");
    assert!(third.health().fail("sync a log", &io::Error::other("EIO")));
    assert!(!third.health().fail("sync another", &io::Error::other("EIO")), "reported once");
    let said = third.health().check().expect_err("failed").to_string();
    assert_eq!(said, "could not sync a log: EIO");
    third.close(15).expect("it does nothing");
    drop(third);
    assert!(!open(&disk, &owner(1)).expect("its own").last_shutdown().is_clean());
}

#[test]
fn a_marker_that_cannot_be_removed_for_good_opens_nothing() {
    let disk = MemDisk::new();
    open(&disk, &owner(1)).expect("formats").close(1).expect("room");
    disk.inject(Fault::SyncDir, 1);
    let refused = open(&disk, &owner(1)).expect_err("the marker might come back after a crash");
    assert!(refused.to_string().contains("clean shutdown marker"), "{refused}");
}

#[test]
fn partitions_are_found_retired_and_removed() {
    let disk = MemDisk::new();
    let dir = open(&disk, &owner(1)).expect("formats");
    let (kept, gone) = (partition("kept", 0), partition("gone", 3));
    for partition in [&kept, &gone] {
        let path = dir.create_partition(partition).expect("room");
        replace(&disk, &path, "content", b"x").expect("room");
    }
    let retired = dir.retire(&gone, Retire::Delete, Uuid::from_u128(1)).expect("no fault");
    disk.crash(1);
    let dir = open(&disk, &owner(1)).expect("its own");
    assert_eq!(
        dir.folders().expect("no fault"),
        [retired.clone(), Folder::Partition(kept.clone())]
    );
    dir.remove(&retired).expect("no fault");
    assert_eq!(dir.folders().expect("no fault"), [Folder::Partition(kept.clone())]);
    let stray = dir.retire(&kept, Retire::Stray, Uuid::from_u128(2)).expect("no fault");
    assert_eq!(dir.folders().expect("no fault"), [stray]);
}

#[test]
fn its_checkpoints_read_back() {
    let disk = MemDisk::new();
    let dir = open(&disk, &owner(1)).expect("formats");
    let offsets = Offsets::from([(partition("a", 0), Offset(7))]);
    dir.write(Checkpoint::RecoveryPoint, &offsets).expect("room");
    assert_eq!(dir.read(Checkpoint::RecoveryPoint).expect("just written"), offsets);
    assert_eq!(dir.read(Checkpoint::LogStart).expect("missing is empty"), Offsets::new());
}

fn open_at(disk: &MemDisk, path: &str, id: u128) -> LogDir<MemDisk> {
    let owner = Owner { fresh_directory_id: DirectoryId::from_random(id), ..owner(1) };
    LogDir::open(disk, Path::new(path), &owner).expect("a dir")
}

#[test]
fn a_start_without_one_of_the_dirs_is_refused_until_someone_gives_it_up() {
    let disk = MemDisk::new();
    let (a, b) = (open_at(&disk, "/a", 1), open_at(&disk, "/b", 2));
    check_siblings(&[&a, &b]).expect("a first start");
    check_siblings(&[&b, &a]).expect("in another order");
    let c = open_at(&disk, "/c", 3);
    check_siblings(&[&a, &b, &c]).expect("one more");
    let missing = check_siblings(&[&a, &c]).expect_err("one is missing").to_string();
    assert!(missing.contains("/b") && missing.contains(SIBLINGS_FILE_NAME), "{missing}");
    // An empty disk in its place is not the one that is missing.
    let fresh = open_at(&disk, "/new", 4);
    assert!(check_siblings(&[&a, &fresh, &c]).is_err());
    for dir in ["/a", "/c"] {
        disk.remove_file(&Path::new(dir).join(SIBLINGS_FILE_NAME)).expect("it is there");
    }
    check_siblings(&[&a, &c]).expect("it was given up");
    check_siblings(&[&a, &b, &c]).expect("it came back");
}
