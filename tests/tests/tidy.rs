//! The lines that a compiler cannot see, held over the whole workspace.

use sapwood_tests::tidy::source::{files, sources, workspace};
use sapwood_tests::tidy::{assert_none, imports, rings, sizes, unread, words};

#[test]
fn rings_1_and_2_know_no_clock_no_chance_no_socket_and_no_thread() {
    assert_none(&rings::findings(&sources()));
}

#[test]
fn modules_import_what_the_table_allows() {
    assert_none(&imports::findings(&sources()));
}

#[test]
fn files_and_functions_fit_or_are_listed() {
    let path = workspace().join("tests/src/tidy/oversized.txt");
    let oversized = sizes::oversized(&sources());
    if std::env::var_os("SAPWOOD_REGENERATE").is_some() {
        std::fs::write(&path, sizes::listing(&oversized)).expect("the list can be written");
    }
    let text = std::fs::read_to_string(&path).expect("the list is committed");
    let complaints = sizes::complaints(&oversized, &sizes::listed(&text));
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn a_key_that_is_called_supported_is_read_or_listed() {
    let path = workspace().join("tests/src/tidy/unread.txt");
    let unread = unread::unread(&sources());
    if std::env::var_os("SAPWOOD_REGENERATE").is_some() {
        std::fs::write(&path, unread::listing(&unread)).expect("the list can be written");
    }
    let listed = unread::listed(&std::fs::read_to_string(&path).expect("the list is committed"));
    let fresh: Vec<&String> = unread.difference(&listed).collect();
    assert!(
        fresh.is_empty(),
        "nobody reads {fresh:?}: read them, or make them keys without effect"
    );
    let stale: Vec<&String> = listed.difference(&unread).collect();
    assert!(stale.is_empty(), "{stale:?} are read: take them off the list");
}

#[test]
fn no_file_names_a_path_of_one_machine() {
    let endings = [
        "rs",
        "md",
        "toml",
        "sh",
        "yml",
        "yaml",
        "txt",
        "tsv",
        "properties",
        "service",
        "py",
        "json",
    ];
    assert_none(&words::machine_paths(&files(&endings)));
}

#[test]
fn nothing_is_left_to_do_later() {
    assert_none(&words::unfinished(&sources()));
}

#[test]
fn the_sources_are_read() {
    let sources = sources();
    let has = |path: &str| {
        sources.iter().any(|source| source.path == path && !source.code.trim().is_empty())
    };
    assert!(
        has("protocol/src/ids.rs")
            && has("broker/src/machine/mod.rs")
            && has("broker/src/config/load.rs")
    );
    assert!(!has("tests/tests/tidy.rs") && !has("broker/src/config/load_tests.rs"));
}
