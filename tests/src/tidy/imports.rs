//! Who may import whom.
//!
//! The table of docs/architecture.md, section 7: an arrow from a module to those that it may name. What is not in the
//! table may import nothing of ours, so a new module is put in first and the reviewer sees where.

use super::Finding;
use super::rings::has_word;
use super::source::Source;

/// Each crate, and those of ours that it may name.
const CRATES: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("storage", &["protocol"]),
    ("client", &["protocol"]),
    ("bench", &["protocol", "client"]),
    ("broker", &["protocol", "storage", "client", "bench"]),
    ("tests", &["protocol", "storage", "client", "bench", "broker"]),
];

/// Each module of the broker, and those of the broker that it may name. `config` and `telemetry` are beside the rings.
const MODULES: &[(&str, &[&str])] = &[
    ("machine", &[]),
    ("config", &[]),
    ("telemetry", &["config"]),
    ("metadata", &["machine", "config"]),
    ("controller", &["machine", "metadata", "config"]),
    ("group", &["machine", "config"]),
    ("txn", &["machine", "config"]),
    ("auth", &["machine", "metadata", "config"]),
    ("quota", &["machine", "metadata", "config"]),
    ("partition", &["machine", "config"]),
    ("coordinator", &["machine", "partition", "group", "txn", "config"]),
    ("raft", &["machine", "metadata", "controller", "config", "telemetry"]),
    (
        "reconcile",
        &["machine", "metadata", "partition", "coordinator", "raft", "config", "telemetry"],
    ),
    (
        "node",
        &[
            "machine",
            "metadata",
            "controller",
            "group",
            "txn",
            "auth",
            "quota",
            "partition",
            "coordinator",
            "raft",
            "config",
            "telemetry",
        ],
    ),
    ("housekeeping", &["machine", "partition", "node", "config", "telemetry"]),
    ("replication", &["machine", "metadata", "partition", "raft", "config", "telemetry"]),
    (
        "api",
        &[
            "machine",
            "metadata",
            "controller",
            "group",
            "txn",
            "auth",
            "quota",
            "partition",
            "coordinator",
            "raft",
            "reconcile",
            "node",
            "config",
            "telemetry",
        ],
    ),
    ("net", &["api", "config", "telemetry"]),
    (
        "console",
        &["machine", "metadata", "group", "partition", "raft", "node", "config", "telemetry"],
    ),
    (
        "server",
        &[
            "machine",
            "metadata",
            "controller",
            "group",
            "txn",
            "auth",
            "quota",
            "partition",
            "coordinator",
            "raft",
            "reconcile",
            "node",
            "housekeeping",
            "replication",
            "api",
            "net",
            "console",
            "config",
            "telemetry",
        ],
    ),
    ("commands", &["server", "config"]),
];

/// Libraries that only one place may name, and that place.
const KEPT: &[(&str, &[&str])] = &[
    ("openraft", &["broker/src/raft"]),
    ("memmap2", &["storage/src/disk/os", "storage/src/map", "storage/src/disk/map"]),
    ("kafka_protocol", &["protocol/src", "client/src/wire"]),
];

/// Every import that the tables do not allow.
pub fn findings(sources: &[Source]) -> Vec<Finding> {
    sources
        .iter()
        .flat_map(|source| {
            let mut all = foreign_crates(source);
            all.extend(foreign_modules(source));
            all.extend(kept_libraries(source));
            all
        })
        .collect()
}

fn refusal(me: &str, other: &str) -> String {
    format!("`{me}` may not import `{other}`")
}

fn finding(source: &Source, line: usize, what: String) -> Finding {
    Finding { path: source.path.clone(), line, what }
}

fn foreign_crates(source: &Source) -> Vec<Finding> {
    let Some((me, allowed)) =
        CRATES.iter().find(|(name, _)| source.path.starts_with(&format!("{name}/src/")))
    else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (line, text) in source.lines() {
        for (other, _) in CRATES {
            let named = has_path_start(text, other);
            if named && other != me && !allowed.contains(other) {
                findings.push(finding(source, line, refusal(me, other)));
            }
        }
    }
    findings
}

/// Whether a path begins with `name::`, and not merely goes through it.
fn has_path_start(line: &str, name: &str) -> bool {
    let start = format!("{name}::");
    line.match_indices(&start).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '.'))
    }) && !line.trim_start().starts_with("mod ")
}

fn foreign_modules(source: &Source) -> Vec<Finding> {
    let Some(rest) = source.path.strip_prefix("broker/src/") else { return Vec::new() };
    let me = rest.split(['/', '.']).next().unwrap_or_default();
    if matches!(me, "lib" | "main" | "bin" | "cli") {
        return Vec::new();
    }
    let allowed = MODULES.iter().find(|(name, _)| *name == me).map(|(_, allowed)| *allowed);
    let Some(allowed) = allowed else {
        return vec![finding(
            source,
            1,
            format!("the module `{me}` is not in the table of imports (tests/src/tidy/imports.rs)"),
        )];
    };
    crate_paths(&source.code)
        .into_iter()
        .filter(|(_, module)| module != me && !allowed.contains(&module.as_str()))
        .filter(|(_, module)| MODULES.iter().any(|(name, _)| name == module))
        .map(|(at, module)| finding(source, source.line_of(at), refusal(me, &module)))
        .collect()
}

/// Every first name behind `crate::`, with where it stands; all of those in `crate::{a, b::c}`.
fn crate_paths(code: &str) -> Vec<(usize, String)> {
    let mut paths = Vec::new();
    for (at, start) in code.match_indices("crate::") {
        let rest = &code[at + start.len()..];
        if let Some(group) = rest.strip_prefix('{') {
            paths.extend(group_members(group).into_iter().map(|name| (at, name)));
        } else {
            paths.push((at, name(rest)));
        }
    }
    paths
}

/// The first names of the members of `{a, b::{c, d}, e}`.
fn group_members(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut members = vec![String::new()];
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => members.push(String::new()),
            _ if depth == 0 => members.last_mut().expect("never empty").push(c),
            _ => {}
        }
    }
    members.iter().map(|member| name(member.trim())).filter(|name| !name.is_empty()).collect()
}

fn name(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn kept_libraries(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (library, places) in KEPT {
        let at_home = places.iter().any(|place| source.path.starts_with(place));
        let lines = source.lines().filter(|(_, text)| has_word(text, library));
        if !at_home {
            findings.extend(lines.map(|(line, _)| {
                finding(source, line, format!("only {} may name `{library}`", places.join(" and ")))
            }));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        findings(&[Source::new(path, text)]).len()
    }

    #[test]
    fn a_crate_that_looks_up_is_found() {
        assert_eq!(count("protocol/src/a.rs", "use storage::Log;"), 1);
        assert_eq!(count("storage/src/a.rs", "use protocol::ids::Offset;"), 0);
        assert_eq!(count("storage/src/a.rs", "use crate::client::X; fn f(a: my::broker::B) {}"), 0);
    }

    #[test]
    fn groups_and_transactions_do_not_know_each_other() {
        assert_eq!(count("broker/src/group/a.rs", "use crate::txn::Txn;"), 1);
        assert_eq!(count("broker/src/group/a.rs", "use crate::{machine::Now, txn::{A, B}};"), 1);
        assert_eq!(count("broker/src/group/a.rs", "use crate::machine::Now;"), 0);
        assert_eq!(count("broker/src/newcomer.rs", ""), 1);
    }

    #[test]
    fn openraft_is_known_in_one_place() {
        assert_eq!(count("broker/src/raft/host.rs", "use openraft::Raft;"), 0);
        assert_eq!(count("broker/src/api/mod.rs", "use openraft::Raft;"), 1);
    }
}
