//! The command line through the binary: each command of it, what it prints and how it fails.

use std::path::PathBuf;

use sapwood_tests::process::{Said, Sapwood, workspace};
use sapwood_tests::transcript::Stage;

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
    offsets_are_asked_for_and_topics_trimmed,
    profiles_name_clusters,
    records_are_written_and_read_back,
    settings_come_from_either_client,
    topics_are_made_changed_and_deleted,
    what_is_mistyped_is_named,
    a_tap_sees_each_request,
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
fn every_transcript_is_played() {
    for entry in std::fs::read_dir(scripts()).expect("the transcripts are there") {
        let path = entry.expect("a file").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        assert!(NAMES.contains(&name), "{name} is not played");
    }
}
