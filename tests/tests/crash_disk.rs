//! A disk that is full, and one that fails.

use sapwood_tests::peers::Endurance;
use sapwood_tests::process::loop_fs::{LoopFs, ballast};
use sapwood_tests::process::{Properties, Sapwood, wait_until_serving};
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn on_a_full_disk_only_writing_stops_and_goes_on_when_there_is_room() {
    let Some(disk) = LoopFs::mount_or_skip(192, "the full disk") else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let mut properties = Properties::alone(dir.path());
    properties.set("log.dirs", &disk.path().join("data").display().to_string());
    let mut broker = Sapwood::start_from(properties).expect("a broker");
    let endurance = Endurance::new(broker.address(), "full").expect("the client");
    let full = endurance.dir().join("full");
    std::os::unix::fs::symlink(disk.path(), full).expect("the client finds the disk");
    ballast(&disk.path().join("ballast"), 96).expect("half of the disk is taken");
    endurance
        .run("full_disk")
        .unwrap_or_else(|error| panic!("{error:#}\n{}", broker.child().last_words()));
    broker.stop().expect("the same process ends in order");
}

#[test]
fn after_a_failed_sync_nothing_more_is_acknowledged_and_what_was_is_there() {
    if Command::new("strace").arg("-V").output().is_err() {
        eprintln!("SKIPPED the failing sync: it needs strace");
        return;
    }
    let dir = tempfile::tempdir().expect("a directory");
    let properties = Properties::alone(dir.path());
    let endurance = Endurance::new(properties.address(), "failing").expect("the client");
    let mut strace = Command::new("strace");
    // The first syncs are those of a new log dir, its metadata and its topics.
    let syncs = "fsync,fdatasync,msync,syncfs,sync_file_range";
    // -D: the broker is the process that is started here, and strace follows it aside.
    strace.args(["-D", "-f", "-qq", "-o"]).arg(dir.path().join("strace.log"));
    strace.args([
        "-e",
        &format!("trace={syncs}"),
        "-e",
        &format!("inject={syncs}:error=EIO:when=200+"),
    ]);
    strace.arg(sapwood_tests::process::binary().expect("the binary"));
    let mut failing = Sapwood::launch(&properties, strace).expect("the broker under strace");
    wait_until_serving(properties.address(), LIMIT).expect("the broker serves");
    endurance.run("refused").unwrap_or_else(|error| panic!("{error:#}\n{}", failing.last_words()));
    failing.stop(LIMIT).ok();
    drop(failing);
    let mut broker = Sapwood::start_from(properties).expect("the broker starts on a healed disk");
    endurance.verify().expect("everything acknowledged is there");
    broker.stop().expect("an orderly end");
}
