//! The command line through the binary: each command of it, what it prints and how it fails.

use std::path::PathBuf;

use sapwood_tests::process::workspace;
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
fn every_transcript_is_played() {
    for entry in std::fs::read_dir(scripts()).expect("the transcripts are there") {
        let path = entry.expect("a file").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        assert!(NAMES.contains(&name), "{name} is not played");
    }
}
