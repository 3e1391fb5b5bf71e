//! Keys that are called supported and that nobody reads.
//!
//! A row in the configuration promises that the broker obeys the key. Whether it does can be seen from outside: its
//! typed field is read somewhere. What is not read yet stands in a list beside this file, so that the promise and what
//! is missing of it are both in sight; a key that is read must leave the list.

use std::collections::BTreeSet;

use broker::config::rows::SECTIONS;
use broker::config::{Row, TOPIC_ROWS};

use super::rings::has_word;
use super::source::Source;

/// Every supported key whose field nobody reads, topic keys with `topic ` before them.
pub fn unread(sources: &[Source]) -> BTreeSet<String> {
    let inside = |source: &&Source| source.path.starts_with("broker/src/");
    let outside =
        |source: &&Source| inside(source) && !source.path.starts_with("broker/src/config/");
    let broker: Vec<&Source> = sources.iter().filter(inside).collect();
    let users: Vec<&Source> = sources.iter().filter(outside).collect();
    let rows = SECTIONS.iter().flat_map(|section| section.rows);
    let mut unread: BTreeSet<String> =
        rows.filter(|row| !is_read(row, &broker)).map(|row| row.key.to_owned()).collect();
    let topics = TOPIC_ROWS.iter().filter(|topic| !is_read(&topic.row, &users));
    unread.extend(topics.map(|topic| format!("topic {}", topic.row.key)));
    unread
}

/// Whether somebody reads the field of this row; rows without one promise nothing.
fn is_read(row: &Row, sources: &[&Source]) -> bool {
    row.field.is_none_or(|field| {
        let read = format!(".{field}");
        sources.iter().any(|source| has_word(&source.code, &read))
    })
}

/// The list as it is committed: one key a line.
pub fn listed(text: &str) -> BTreeSet<String> {
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The list that would be committed for these.
pub fn listing(unread: &BTreeSet<String>) -> String {
    let mut text = String::from(
        "# Keys whose rows say that the broker obeys them, and whose fields nobody reads yet.\n\
         # The list is to be empty. SAPWOOD_REGENERATE=1 cargo test -p sapwood-tests --test tidy writes it anew.\n",
    );
    for key in unread {
        text.push_str(key);
        text.push('\n');
    }
    text
}
