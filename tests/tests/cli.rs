//! The command line through the binary: each command of it, what it prints and how it fails.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use sapwood_tests::process::{Child, Said, Sapwood, binary, free_port, wait, workspace};
use sapwood_tests::transcript::Stage;
use serde_json::{Value, json};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);

fn scripts() -> PathBuf {
    workspace().join("tests").join("scripts").join("cli")
}

/// One test a transcript, each with a broker of its own.
macro_rules! transcripts {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            let stage = Stage::set().expect("a broker");
            let path = scripts().join(concat!(stringify!($name), ".txt"));
            stage.play(&path).unwrap_or_else(|error| panic!("{error:#}"));
        })*

        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

transcripts!(
    brokers_that_are_not_there_are_named,
    clusters_are_looked_at,
    groups_are_shown_moved_and_deleted,
    notes_and_colours_are_as_one_asks,
    offsets_are_asked_for_and_topics_trimmed,
    profiles_name_clusters,
    records_are_written_and_read_back,
    settings_are_exported_and_imported,
    settings_come_from_either_client,
    topics_are_made_changed_and_deleted,
    what_is_mistyped_is_named,
    a_tap_sees_each_request,
    results_are_compared,
);

#[test]
fn a_broker_that_advertises_what_cannot_be_reached_is_explained() {
    let broker = Sapwood::start_with(|properties| {
        properties.set("advertised.listeners", "PLAINTEXT://127.0.0.1:1");
    })
    .expect("a broker");
    let at = broker.address().to_string();
    let made = Said::by_sapwood(&["topic", "create", "t", "-b", &at]).expect("sapwood runs");
    assert_eq!(made.code, Some(0), "whoever was asked first can make a topic: {}", made.err);
    for line in [
        &["topic", "consume", "t", "-n", "1"][..],
        &["topic", "offsets", "t"],
        &["topic", "describe", "t"],
        &["topic", "usage"],
        &["group", "list"],
        &["group", "describe", "g"],
        &["cluster", "info"],
        &["cluster", "config", "list"],
        &["cluster", "api-versions"],
        &["cluster", "logdirs"],
    ] {
        let said = Said::by_sapwood(&[line, &["-b", &at, "--timeout", "5s"]].concat())
            .expect("sapwood runs");
        let explained = format!("{at} answered, but it advertises 127.0.0.1:1, which does not");
        assert!(said.err.contains(&explained), "{line:?}: {}", said.err);
        assert!(
            said.err.contains("set advertised.listeners on broker 1"),
            "{line:?}: {}",
            said.err
        );
        assert_eq!(said.code, Some(5), "{line:?}");
    }
    for verdict in [&["cluster", "health"][..], &["doctor"]] {
        let said = Said::by_sapwood(&[verdict, &["-b", &at]].concat()).expect("sapwood runs");
        assert!(said.out.contains("advertises 127.0.0.1:1"), "{verdict:?}: {}", said.out);
        assert_eq!(said.code, Some(10), "{verdict:?}");
    }
}

#[test]
fn a_consumer_that_is_told_to_stop_commits_what_it_printed_and_leaves_its_group() {
    let broker = Sapwood::start().expect("a broker");
    let at = broker.address().to_string();
    let sapwood = |words: &[&str]| {
        let said = Said::by_sapwood(&[words, &["-b", &at]].concat()).expect("sapwood runs");
        assert_eq!(said.code, Some(0), "{words:?}: {}", said.err);
        said.out
    };
    sapwood(&["topic", "create", "t", "-p", "1"]);
    let dir = TempDir::new().expect("a directory");
    let lines = dir.path().join("lines");
    std::fs::write(&lines, "1\n2\n3\n4\n5\n").expect("the lines are written");
    sapwood(&["topic", "produce", "t", "-q", "--file", lines.to_str().expect("UTF-8")]);
    let mut consume = Command::new(binary().expect("the binary"));
    consume.args(["topic", "consume", "t", "-g", "g", "-b", &at]);
    let mut child =
        Child::start("consume", &mut consume, &dir.path().join("out")).expect("it starts");
    wait::until("five records", LIMIT, || (child.output().lines().count() >= 5).then_some(()))
        .expect("it reads");
    let status = child.stop(LIMIT).expect("it ends");
    assert!(status.success(), "{status}");
    let described = sapwood(&["group", "describe", "g", "-o", "json"]);
    let described: Value = serde_json::from_str(&described).expect("JSON");
    assert_eq!((&described[0]["lag"], &described[0]["member_count"]), (&json!(0), &json!(0)));
}

#[test]
fn a_server_starts_by_its_short_flags() {
    let dir = TempDir::new().expect("a directory");
    let at = format!("127.0.0.1:{}", free_port());
    let data = dir.path().join("data");
    let mut start = Command::new(binary().expect("the binary"));
    start.args(["server", "start", "--node-id", "7", "--listen", &at, "--advertise", &at]);
    // The environment is a place for settings, and the tests' own switches are none.
    start.arg("--dir").arg(&data).env_clear();
    let mut child = Child::start("server", &mut start, &dir.path().join("out")).expect("it starts");
    let listed = wait::until("the broker to answer", LIMIT, || {
        let line =
            ["cluster", "brokers", "-o", "csv", "--no-headers", "-b", &at, "--timeout", "1s"];
        let said = Said::by_sapwood(&line).expect("sapwood runs");
        (said.code == Some(0) || child.ended().is_some()).then_some(said.out)
    });
    let listed = listed.unwrap_or_else(|late| panic!("{late}\n{}", child.last_words()));
    assert!(listed.starts_with(&format!("7,{at},")), "{listed}\n{}", child.last_words());
    assert!(data.join("meta.properties").exists());
    child.stop(LIMIT).expect("it stops");
}

#[test]
fn a_demonstration_feeds_its_topic_while_the_broker_runs() {
    let dir = TempDir::new().expect("a directory");
    let at = format!("127.0.0.1:{}", free_port());
    let port = at.rsplit(':').next().expect("a port");
    let mut dev = Command::new(binary().expect("the binary"));
    dev.args(["dev", "--demo", "--ephemeral", "--port", port]).env_clear();
    let mut child = Child::start("dev", &mut dev, &dir.path().join("out")).expect("it starts");
    wait::until("the banner", LIMIT, || {
        child.output().contains(&format!("sapwood topic consume demo -b {at}")).then_some(())
    })
    .unwrap_or_else(|late| panic!("{late}\n{}", child.last_words()));
    let read = wait::until("the topic", LIMIT, || {
        let line = ["topic", "consume", "demo", "-o", "start", "-n", "12", "-b", &at];
        let said = Said::by_sapwood(&line).expect("sapwood runs");
        (said.code == Some(0)).then_some(said.out)
    })
    .unwrap_or_else(|late| panic!("{late}\n{}", child.last_words()));
    for line in read.lines() {
        let record: Value = serde_json::from_str(line).expect("JSON");
        assert!(record["path"].is_string() && record["status"].is_number(), "{record}");
    }
    assert_eq!(read.lines().count(), 12);
    assert!(child.stop(LIMIT).expect("it stops").success());
}

#[test]
fn every_transcript_is_played() {
    for entry in std::fs::read_dir(scripts()).expect("the transcripts are there") {
        let path = entry.expect("a file").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        assert!(NAMES.contains(&name), "{name} is not played");
    }
}
