//! Both disks keep the contract, and the simulated one forgets what nobody synced.

use std::io::IoSlice;
use std::path::{Path, PathBuf};

use storage::disk::{Disk, DiskFile, DiskMap, Fault, MemDisk, OpenMode, OsDisk, read_file};

/// What every disk must do, told once.
fn keeps_the_contract<D: Disk>(disk: &D, root: &Path) {
    let (path, other) = (root.join("a"), root.join("b"));
    let file = disk.open(&path, OpenMode::CreateNew).expect("a new file");
    assert!(disk.open(&path, OpenMode::CreateNew).is_err(), "the name is taken");

    file.write_at(&[IoSlice::new(b"hello "), IoSlice::new(b""), IoSlice::new(b"log")], 2)
        .expect("written");
    assert_eq!(read_file(disk, &path).expect("read"), b"\0\0hello log");
    file.allocate(8192).expect("allocated");
    assert_eq!(file.size().expect("size"), 8192);
    file.zero(2..7).expect("zeroed");
    let mut start = [1; 11];
    assert_eq!(file.read_at(&mut start, 0).expect("read"), 11);
    assert_eq!(&start, b"\0\0\0\0\0\0\0 log");

    let map = file.map(1 << 20, 11).expect("mapped").expect("these disks have maps");
    map.append(11, &[IoSlice::new(b"!"), IoSlice::new(b"?")]);
    file.write_at(&[IoSlice::new(b"through the file")], 13).expect("written");
    map.publish(29);
    file.allocate(1 << 16).expect("allocated");
    map.allocated(1 << 16);
    map.append(10_000, &[IoSlice::new(b"far")]);
    assert_eq!(&map.clone().slice(7..29)[..], b" log!?through the file");
    let far = map.clone().slice(9_999..10_003);
    file.sync().expect("synced");
    drop((map, file));

    disk.rename(&path, &other).expect("renamed");
    disk.sync_dir(root).expect("synced");
    let names: Vec<_> =
        disk.list(root).expect("listed").into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["b"]);
    assert_eq!(disk.info(&other).expect("info").len, 1 << 16);
    disk.remove_file(&other).expect("removed");
    assert_eq!(&far[..], b"\0far", "a slice outlives the file's name");
    assert!(disk.free_bytes(root).expect("space") > 0);
}

#[test]
fn the_operating_systems_disk_keeps_the_contract() {
    let root = tempfile::tempdir().expect("a folder");
    keeps_the_contract(&OsDisk, root.path());
}

#[test]
fn the_simulated_disk_keeps_the_contract() {
    let disk = MemDisk::new();
    disk.create_dir(Path::new("data/t-0")).expect("a folder");
    keeps_the_contract(&disk, Path::new("data/t-0"));
}

#[test]
fn a_lock_is_held_until_its_file_is_closed() {
    let disk = MemDisk::new();
    let path = PathBuf::from("lock");
    let first = disk.open(&path, OpenMode::Create).expect("opened");
    let second = disk.open(&path, OpenMode::Create).expect("opened");
    assert!(first.try_lock().expect("locked"));
    assert!(!second.try_lock().expect("asked"));
    drop(first);
    assert!(second.try_lock().expect("locked"));
}

#[test]
fn a_power_cut_keeps_what_was_synced_and_some_of_the_rest() {
    let (mut whole, mut torn) = (0, 0);
    for seed in 0..64 {
        let disk = MemDisk::new();
        let path = PathBuf::from("a");
        let file = disk.open(&path, OpenMode::Create).expect("made");
        file.write_at(&[IoSlice::new(&[1; 8192])], 0).expect("written");
        file.sync().expect("synced");
        disk.sync_dir(Path::new("")).expect("synced");
        file.write_at(&[IoSlice::new(&[2; 8192])], 8192).expect("written");
        disk.crash(seed);
        assert!(file.size().is_err(), "handles do not live on");

        let content = read_file(&disk, &path).expect("the name was synced");
        assert_eq!(content[..8192], [1; 8192], "what was synced is there");
        whole +=
            usize::from(content.len() == 16384 && content[8192..].iter().all(|byte| *byte == 2));
        torn += usize::from(content[8192..].contains(&0) && content[8192..].contains(&2));
    }
    assert!(whole > 0 && torn > 0, "both happen: {whole} whole, {torn} torn");
}

#[test]
fn a_power_cut_may_lose_names_that_were_not_synced_but_never_half_a_rename() {
    let (mut kept, mut lost) = (0, 0);
    for seed in 0..32 {
        let disk = MemDisk::new();
        disk.open(Path::new("old"), OpenMode::Create).expect("made");
        disk.sync_dir(Path::new("")).expect("synced");
        disk.rename(Path::new("old"), Path::new("new")).expect("renamed");
        disk.crash(seed);
        let found = disk.list(Path::new("")).expect("listed");
        assert_eq!(found.len(), 1);
        kept += usize::from(found[0].name == "new");
        lost += usize::from(found[0].name == "old");
    }
    assert!(kept > 0 && lost > 0);
}

#[test]
fn a_page_whose_sync_failed_is_lost_although_the_next_sync_succeeds() {
    let disk = MemDisk::new();
    let file = disk.open(Path::new("a"), OpenMode::Create).expect("made");
    disk.sync_dir(Path::new("")).expect("synced");
    file.allocate(4096).expect("allocated");
    file.sync().expect("synced");
    file.write_at(&[IoSlice::new(b"lost")], 0).expect("written");
    disk.inject(Fault::Sync, 1);
    assert!(file.sync().is_err());
    file.sync().expect("the second one lies");
    disk.crash(1);
    assert_eq!(read_file(&disk, Path::new("a")).expect("read")[..4], [0; 4]);
}

#[test]
fn a_full_disk_refuses_to_allocate_and_changes_nothing() {
    let disk = MemDisk::new();
    disk.set_capacity(Some(10_000));
    let file = disk.open(Path::new("a"), OpenMode::Create).expect("made");
    file.allocate(8192).expect("fits");
    let error = file.allocate(16384).expect_err("does not fit");
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    assert_eq!(file.size().expect("size"), 8192);
    file.write_at(&[IoSlice::new(b"still works")], 0).expect("allocated space can be written");
}
