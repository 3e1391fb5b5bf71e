//! The documentation: its examples run, its links lead somewhere, and the errors in its index are those that are told.

use sapwood_tests::examples::{Example, Fate, Runner, page, pages};
use sapwood_tests::peers::Broker;
use sapwood_tests::process::workspace;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn examples() -> Vec<Example> {
    let pages = pages().expect("the pages");
    pages.iter().flat_map(|path| page(path).unwrap_or_else(|error| panic!("{error:#}"))).collect()
}

/// Runs what `chosen` picks, and tells of all that failed.
fn run_all(chosen: impl Fn(&Fate) -> Option<&str>) {
    let broker = Broker::start().expect("a broker");
    let runner = Runner::against(broker.address()).expect("a runner");
    let examples = examples();
    let picked = examples.iter().filter_map(|each| chosen(&each.fate).map(|how| (each, how)));
    let run = picked.map(|(example, how)| runner.run(example, how));
    let failed: Vec<String> =
        run.filter_map(Result::err).map(|error| format!("{error:#}")).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

#[test]
fn the_examples_of_readme_and_docs_run() {
    run_all(|fate| match fate {
        Fate::Runs(how) => Some(how),
        _ => None,
    });
}

#[test]
#[ignore = "slow tier"]
fn the_examples_of_more_clients_run() {
    run_all(|fate| match fate {
        Fate::RunsSlowly(how) => Some(how),
        _ => None,
    });
}

#[test]
fn what_is_not_run_says_why() {
    for example in examples() {
        if let Fate::NotRun(why) = &example.fate {
            assert!(why.len() > 10, "{}: {why:?} is no reason", example.place);
        }
    }
}

/// The targets of the links of a page, without those that leave the checkout.
fn links(text: &str) -> Vec<String> {
    let targets = text.match_indices("](").filter_map(|(at, mark)| {
        let rest = &text[at + mark.len()..];
        rest.find(')').map(|end| rest[..end].to_owned())
    });
    targets.filter(|target| !target.contains("://")).collect()
}

#[test]
fn no_link_leads_nowhere() {
    for path in pages().expect("the pages") {
        let text = fs::read_to_string(workspace().join(&path)).expect("a page");
        let folder = path.parent().expect("a page lies in a folder");
        for target in links(&text) {
            let file = target.split('#').next().unwrap_or_default();
            let there = file.is_empty() || workspace().join(folder).join(file).exists();
            assert!(there, "{}: the link to {target} leads nowhere", path.display());
        }
    }
}

#[test]
fn the_index_names_every_page() {
    let index = fs::read_to_string(workspace().join("docs/README.md")).expect("docs/README.md");
    let named: BTreeSet<PathBuf> =
        links(&index).iter().map(|link| Path::new("docs").join(link)).collect();
    for path in pages().expect("the pages").iter().filter(|path| path.starts_with("docs")) {
        let is_index = path.ends_with("README.md");
        let is_decision = path.starts_with("docs/decisions");
        assert!(
            is_index || is_decision || named.contains(path),
            "{} is in no index",
            path.display()
        );
    }
}

/// All our sources, with the white space that formatting puts into long texts taken out.
fn sources() -> String {
    fn gather(folder: &Path, text: &mut String) {
        for entry in fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                gather(&path, text);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                text.push_str(&fs::read_to_string(&path).expect("a source"));
            }
        }
    }
    let mut text = String::new();
    for name in ["broker/src", "storage/src", "client/src"] {
        gather(&workspace().join(name), &mut text);
    }
    squeezed(&text.replace("\\\n", ""))
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first column of the tables of messages in docs/errors.md: what stands there in backticks, up to its first `…`.
#[test]
fn every_message_of_the_error_index_is_one_that_is_told() {
    let page = fs::read_to_string(workspace().join("docs/errors.md")).expect("docs/errors.md");
    let (messages, _) = page.split_once("<!-- codes -->").expect("the messages come first");
    let sources = sources();
    let mut count = 0;
    for row in messages.lines().filter_map(|line| line.strip_prefix("| `")) {
        let message = row.split('`').next().unwrap_or_default();
        for part in message.split('…').map(squeezed).filter(|part| part.len() > 3) {
            let told = sources.contains(&part) || sources.contains(&part.replace('"', "\\\""));
            assert!(told, "docs/errors.md: nobody says {part:?}");
        }
        count += 1;
    }
    assert!(count > 20, "{count} messages");
}
