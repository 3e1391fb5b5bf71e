//! The power goes: the log dir's file system stops at once, and what was not synced is gone.

use sapwood_tests::peers::Endurance;
use sapwood_tests::process::loop_fs::LoopFs;
use sapwood_tests::process::{Properties, Sapwood};

const CUTS: usize = 5;

#[test]
fn nothing_acknowledged_is_lost_when_the_power_is_cut() {
    let Some(mut disk) = LoopFs::mount_or_skip(1024, "the power cut") else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let mut properties = Properties::alone(dir.path());
    properties.set("log.dirs", &disk.path().join("data").display().to_string());
    let mut broker = Sapwood::start_from(properties).expect("a broker");
    let endurance =
        Endurance::new(broker.address(), "power").expect("the client").under_power_cuts();
    endurance.run("create").expect("the topic");
    let mut shipping = endurance.ship().expect("the client ships");
    for cut in 0..CUTS {
        endurance.await_more(300, &mut shipping).expect("records are acknowledged");
        // A topic whose creation was acknowledged is a promise too.
        let other =
            Endurance::new(broker.address(), &format!("made-{cut}")).expect("another client");
        other.run("create").expect("another topic");
        disk.cut_power().expect("the file system shuts down");
        broker.kill();
        disk.power_on().expect("the file system comes back");
        broker.restart().expect("the broker comes back");
        endurance.run("commits").expect("no acknowledged commit is lost");
        let topic = disk.path().join("data").join(format!("made-{cut}-0"));
        assert!(topic.exists(), "a topic is missing whose creation was acknowledged");
    }
    endurance.finish(&mut shipping).expect("nothing was left out or refused");
    endurance.verify().expect("everything acknowledged is there");
    broker.stop().expect("an orderly end");
}
