//! The rings: what pure and deterministic code must not mention.
//!
//! Ring 1 is pure, ring 2 touches the world through an injected disk and is told the time. Whoever holds both to that
//! can replay, simulate and shrink them; one look at a clock, and the simulator's seed means nothing. Iterating a
//! `HashMap` is such a look: its order differs from run to run.

use super::Finding;
use super::source::Source;

/// Where rings 1 and 2 are: folders, or single files without their `.rs`.
const RINGS: &[&str] = &[
    "protocol/src",
    "storage/src",
    "broker/src/machine",
    "broker/src/metadata",
    "broker/src/controller",
    "broker/src/group",
    "broker/src/txn",
    "broker/src/auth",
    "broker/src/quota",
    "broker/src/partition",
    "broker/src/coordinator",
];

/// What they must not mention, and why.
const FORBIDDEN: &[(&str, &str)] = &[
    ("tokio", "the runtime belongs to ring 3"),
    ("futures", "the runtime belongs to ring 3"),
    ("async", "the runtime belongs to ring 3"),
    ("await", "the runtime belongs to ring 3"),
    ("::now(", "time is an argument"),
    ("SystemTime", "time is an argument"),
    ("std::time::Instant", "time is an argument"),
    ("std::net", "sockets belong to ring 3"),
    ("std::thread", "threads belong to ring 3"),
    ("thread::", "threads belong to ring 3"),
    ("rand", "chance is an argument"),
    ("new_v4", "chance is an argument"),
    ("std::env", "the environment belongs to ring 3"),
    ("std::fs", "the disk is injected"),
    ("std::process", "processes belong to ring 3"),
];

/// The files that are the injected disk, and what they may mention for that.
const EXCEPTIONS: &[(&str, &str)] =
    &[("storage/src/disk/os", "std::fs"), ("storage/src/map", "std::fs")];

/// Every mention of the world in rings 1 and 2.
pub fn findings(sources: &[Source]) -> Vec<Finding> {
    let ringed = sources.iter().filter(|source| RINGS.iter().any(|ring| is_in(&source.path, ring)));
    ringed.flat_map(|source| mentions(source).into_iter().chain(iterated_maps(source))).collect()
}

fn is_in(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
}

fn mentions(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, text) in source.lines() {
        for (word, why) in FORBIDDEN {
            let excepted =
                EXCEPTIONS.iter().any(|(place, may)| is_in(&source.path, place) && may == word);
            if !excepted && has_word(text, word) {
                findings.push(Finding {
                    path: source.path.clone(),
                    line,
                    what: format!("rings 1 and 2 do not mention `{word}`: {why}"),
                });
            }
        }
    }
    findings
}

/// Whether `word` stands in `text` on its own: where it begins or ends like a name, it is not within a longer one.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let goes_on_before = word.starts_with(is_name) && before.is_some_and(is_name);
        let goes_on_after = word.ends_with(is_name) && after.is_some_and(is_name);
        !goes_on_before && !goes_on_after
    })
}

const ITERATION: &[&str] = &[
    ".iter()",
    ".iter_mut()",
    ".into_iter()",
    ".keys()",
    ".into_keys()",
    ".values()",
    ".values_mut()",
    ".into_values()",
    ".drain()",
    ".retain(",
];

/// Every walk over something that this file declares as a `HashMap` or a `HashSet`.
fn iterated_maps(source: &Source) -> Vec<Finding> {
    let names = hashed_names(&source.code);
    let mut findings = Vec::new();
    for (line, text) in source.lines() {
        let walked = names.iter().find(|name| is_walked(text, name));
        findings.extend(walked.map(|name| Finding {
            path: source.path.clone(),
            line,
            what: format!(
                "`{name}` is hashed and is walked in an order that differs from run to run"
            ),
        }));
    }
    findings
}

/// The names of fields, arguments and variables whose type or value is hashed.
fn hashed_names(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for kind in ["HashMap", "HashSet"] {
        for (at, _) in code.match_indices(kind) {
            let before = code[..at].trim_end().trim_end_matches(['&', '=', ':', ' ']).trim_end();
            let before =
                before.strip_suffix("mut").unwrap_or(before).trim_end_matches(['&', ':', '=', ' ']);
            let name: String =
                before.chars().rev().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let name: String = name.chars().rev().collect();
            if !name.is_empty() && !["use", "collections", "mut", "let"].contains(&name.as_str()) {
                names.push(name);
            }
        }
    }
    names
}

fn is_walked(line: &str, name: &str) -> bool {
    let called = ITERATION.iter().any(|call| has_word(line, &format!("{name}{call}")));
    let looped = line.split_once(" in ").is_some_and(|(before, rest)| {
        let over = rest.trim_end().trim_end_matches('{').trim().trim_start_matches(['&', ' ']);
        let over = over.strip_prefix("mut ").unwrap_or(over);
        before.trim_start().starts_with("for ") && (over == name || over == format!("self.{name}"))
    });
    called || looped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whats(path: &str, text: &str) -> usize {
        findings(&[Source::new(path, text)]).len()
    }

    #[test]
    fn a_clock_in_a_machine_is_found_and_one_in_the_shell_is_not() {
        assert_eq!(whats("broker/src/group/x.rs", "let a = Instant::now();"), 1);
        assert_eq!(whats("broker/src/net/x.rs", "let a = Instant::now();"), 0);
        assert_eq!(whats("broker/src/group/x.rs", "// Instant::now()\nlet random = 1;"), 0);
    }

    #[test]
    fn the_disk_may_touch_files_and_nothing_else_may() {
        assert_eq!(whats("storage/src/disk/os.rs", "use std::fs;"), 0);
        assert_eq!(whats("storage/src/log/append.rs", "use std::fs;"), 1);
    }

    #[test]
    fn walking_a_hashed_map_is_found_and_asking_it_is_not() {
        let declared = "struct A { members: HashMap<u8, u8>, sorted: BTreeMap<u8, u8> }\n";
        let walk = |line: &str| whats("broker/src/group/x.rs", &format!("{declared}{line}"));
        assert_eq!(walk("for (a, b) in &self.members {"), 1);
        assert_eq!(walk("self.members.values().count()"), 1);
        assert_eq!(walk("self.members.get(&1)"), 0);
        assert_eq!(walk("for (a, b) in &self.sorted {"), 0);
        assert_eq!(walk("let mut b = HashSet::new();\nfor x in b {"), 1);
    }
}
