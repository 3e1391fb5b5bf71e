//! Words that no committed file may hold: paths of somebody's machine, and promises to do it later.

use super::Finding;
use super::rings::has_word;
use super::source::Source;

/// Beginnings of paths that exist on one machine alone. Written in halves, so that this file is not its own finding.
const MACHINE_PATHS: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/tm", "p/"),
];

/// Macros that stand where work was left out.
const UNFINISHED: &[&str] = &["todo!", "unimplemented!", "dbg!"];

/// Every machine path in any text file.
pub fn machine_paths(files: &[(String, String)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in files {
        for (at, line) in text.lines().enumerate() {
            for place in MACHINE_PATHS.iter().filter(|place| begins_a_path(line, place)) {
                let what = format!("`{place}` is a path of one machine");
                findings.push(Finding { path: path.clone(), line: at + 1, what });
            }
        }
    }
    findings
}

/// Whether `place` stands in the line as the beginning of a path, and not in the middle of one.
fn begins_a_path(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '~' | '}' | '$'))
    })
}

/// Every place in the sources where work was left out.
pub fn unfinished(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        for (line, text) in source.lines() {
            for word in UNFINISHED.iter().filter(|word| has_word(text, word)) {
                let what = format!("`{word}` leaves something out");
                findings.push(Finding { path: source.path.clone(), line, what });
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_one_machine_is_found_and_a_part_of_another_is_not() {
        let found = |line: &str| machine_paths(&[("a.md".into(), line.into())]).len();
        assert_eq!(found(&format!("see {}x", MACHINE_PATHS[0])), 1);
        assert_eq!(found(&format!("target{}x", MACHINE_PATHS[0])), 0);
        assert_eq!(found("net/work/flow"), 0);
    }

    #[test]
    fn what_was_left_out_is_found_outside_comments() {
        let source = Source::new("a.rs", "fn a() { todo!() } // todo!()");
        assert_eq!(unfinished(&[source]).len(), 1);
    }
}
