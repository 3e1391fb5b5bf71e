//! `docs/configuration.md`, written from the rows.
//!
//! The committed document is compared with this text by a test, so that it cannot fall behind.
//! To write it anew: `SAPWOOD_REGENERATE=1 cargo test -p sapwood --lib config::document`.

use std::fmt::Write;

use super::problem::Severity;
use super::removed::REMOVED;
use super::row::{Class, Row, Section, Update};
use super::rows::SECTIONS;
use super::topic::{TOPIC_ROWS, TopicRow};

const INTRODUCTION: &str = "\
# Configuration

*Generated from the tables in `broker/src/config/rows/` and `broker/src/config/topic.rs`. A test fails if it differs
from them; `SAPWOOD_REGENERATE=1 cargo test -p sapwood --lib config::document` writes it anew.*

Sapwood reads Kafka's own keys. Nothing needs to be set: without a line of configuration it is a cluster of one node,
listens on port 9092 and keeps its data in the user's data directory.

## Where a value comes from

From the weakest to the strongest:

1. the default;
2. the file, `sapwood server start --config server.properties`: Java's `.properties`, with its comments, escapes and
   continued lines, in UTF-8;
3. the environment: `KAFKA_LOG_DIRS` is `log.dirs`, as in Kafka's container images (`__` stands for `_`, `___` for `-`);
   `SAPWOOD_LOG_DIRS` is the same key and wins;
4. the command line: `--override log.dirs=a,b`;
5. the dynamic default of all brokers, set with `kafka-configs.sh --entity-type brokers --entity-default`;
6. the dynamic value of one broker, set with `--entity-name`.

Some decisions can be written in several units (`log.retention.ms`, `.minutes`, `.hours`). The finest unit that is set
counts, wherever it is set.

## What becomes of a key

- **Supported**: the broker obeys it. These are the keys with a paragraph of their own.
- **Accepted, no effect**: a file written for Kafka may have it, and there is nothing here that it could steer. A value
  other than the default is worth one line in the log. It is shown to clients that ask for the configuration.
- **Refused**: to start all the same would be less safe than was asked for, or would leave out what was asked for. The
  default itself is always accepted.
- **Unknown**: an error that names the nearest keys. `--lenient` makes it a warning, as it always is in Kafka. Unknown
  `KAFKA_*` variables are warnings, because programs of all kinds use that prefix.
- Keys that Kafka had and has no more are accepted with a warning, or refused with the way to go where the broker would
  otherwise do something else than the file says.

Every mistake is reported at once, each with what is wrong, why, and what to do.

In the lines under a key, *at run time* means that `kafka-configs.sh` alters it while the broker runs, for one broker or
for all; every other key takes a restart.
";

const TOPICS: &str = "
## Topic keys

Set with `kafka-topics.sh --config` or `kafka-configs.sh --entity-type topics`. A topic that does not set one has the
broker's value.
";

const PAST: &str = "
## Keys of the past

| key | what becomes of it | why | what to write now |
|---|---|---|---|
";

/// The whole document.
pub fn document() -> String {
    let mut text = INTRODUCTION.to_owned();
    text.push_str(TOPICS);
    let (obeyed, others): (Vec<_>, Vec<_>) =
        TOPIC_ROWS.iter().partition(|topic| topic.row.class == Class::Supported);
    for topic in obeyed {
        topic_paragraph(&mut text, topic);
    }
    rest(&mut text, &others.iter().map(|topic| topic.row).collect::<Vec<_>>());
    for section in SECTIONS {
        chapter(&mut text, section);
    }
    text.push_str(PAST);
    for removed in REMOVED {
        let fate = if removed.severity == Severity::Error { "refused" } else { "a warning" };
        let _ =
            writeln!(text, "| `{}` | {fate} | {} | {} |", removed.key, removed.why, removed.remedy);
    }
    text
}

fn chapter(text: &mut String, section: &Section) {
    let _ = write!(text, "\n## {}\n\n{}\n", section.title, prose(section.about));
    let (obeyed, others): (Vec<Row>, Vec<Row>) =
        section.rows.iter().partition(|row| row.class == Class::Supported);
    for row in &obeyed {
        let _ = write!(text, "\n### `{}`\n\n{}\n\n{}\n", row.key, facts(row), prose(row.doc));
    }
    rest(text, &others);
}

fn topic_paragraph(text: &mut String, topic: &TopicRow) {
    let row = &topic.row;
    let from = topic
        .broker_key
        .map(|key| format!("; without it the broker's `{key}`"))
        .unwrap_or_default();
    let _ = write!(
        text,
        "\n### `{}` (topic)\n\n{}{from}{}\n\n{}\n",
        row.key,
        row.kind.name(),
        range(row),
        prose(row.doc)
    );
}

/// The keys of a chapter that the broker does not obey, as tables.
fn rest(text: &mut String, rows: &[Row]) {
    let idle = rows.iter().filter_map(|row| match row.class {
        Class::NoEffect(why) => Some((row, why)),
        _ => None,
    });
    table(text, "Accepted, no effect", idle.collect());
    let refused = rows.iter().filter_map(|row| match row.class {
        Class::Refused(why) => Some((row, why)),
        _ => None,
    });
    table(text, "Refused", refused.collect());
}

fn table(text: &mut String, title: &str, rows: Vec<(&Row, &str)>) {
    if rows.is_empty() {
        return;
    }
    let _ = write!(text, "\n**{title}**\n\n| key | meaning in Kafka | why |\n|---|---|---|\n");
    for (row, why) in rows {
        let doc = prose(row.doc).replace('\n', " ").replace('|', "\\|");
        let _ = writeln!(text, "| `{}` | {doc} | {why} |", row.key);
    }
}

/// Type, default, range and update mode, in one line.
fn facts(row: &Row) -> String {
    let default = match row.default {
        None => "not set by default".to_owned(),
        Some("") => "empty by default".to_owned(),
        Some(text) => format!("default `{text}`"),
    };
    let update = match row.update {
        Update::ReadOnly => "",
        Update::PerBroker => "; at run time, for one broker",
        Update::ClusterWide => "; at run time",
    };
    let topic = TOPIC_ROWS.iter().find(|topic| topic.broker_key == Some(row.key));
    let topic = topic.map(|topic| format!("; a topic's `{}`", topic.row.key)).unwrap_or_default();
    format!("{}; {default}{}{update}{topic}", row.kind.name(), range(row))
}

fn range(row: &Row) -> String {
    match row.check.describe() {
        words if words.is_empty() => words,
        words => format!("; {words}"),
    }
}

/// A doc comment as prose: without the blank before each line.
fn prose(doc: &str) -> String {
    doc.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_committed_document_is_what_the_rows_say() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
        if std::env::var_os("SAPWOOD_REGENERATE").is_some() {
            std::fs::write(&path, document()).expect("the document can be written");
        }
        let committed = std::fs::read_to_string(&path).expect("the document is committed");
        assert!(
            committed == document(),
            "docs/configuration.md is not what the rows say: see its first lines"
        );
    }
}
