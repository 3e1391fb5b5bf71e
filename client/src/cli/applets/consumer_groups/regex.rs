//! `--validate-regex`: whether an expression is one that a group may subscribe to.

use regex::Regex;

/// What Kafka's expressions (RE2) call a fault, by what ours call it.
const FAULTS: &[(&str, &str)] = &[
    ("unclosed group", "missing closing )"),
    ("unopened group", "unexpected )"),
    ("unclosed character class", "missing closing ]"),
    ("repetition operator missing expression", "missing argument to repetition operator"),
    ("incomplete escape sequence", "trailing backslash at end of expression"),
    ("unrecognized escape sequence", "invalid escape sequence"),
    ("invalid character class range", "invalid character class range"),
];

/// The line that the tool prints.
pub(super) fn verdict(text: &str) -> String {
    let Err(error) = Regex::new(text) else {
        return format!("The regular expression `{text}` is valid.");
    };
    let error = error.to_string();
    let known = FAULTS.iter().find(|(ours, _)| error.contains(ours));
    let fault = known.map_or("invalid regular expression", |(_, theirs)| *theirs);
    format!("The regular expression `{text}` is invalid: {fault}.")
}
