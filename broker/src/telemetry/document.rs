//! `docs/metrics.md`, written from the rows.
//!
//! To write it anew: `SAPWOOD_REGENERATE=1 cargo test -p sapwood --lib telemetry::document`.

use std::fmt::Write;

use super::row::MetricRow;
use super::rows::{ListenerMetrics, OBSERVED, TopicMetrics, Totals};

const INTRODUCTION: &str = "\
# Metrics

*Generated from the tables in `broker/src/telemetry/rows.rs`. A test fails if it differs from them;
`SAPWOOD_REGENERATE=1 cargo test -p sapwood --lib telemetry::document` writes it anew.*

What `/metrics` of `http.listener` (by default `http://127.0.0.1:9644/metrics`) serves, in Prometheus' text format. Every
metric has a native name. Some also have the name by which dashboards made for Kafka ask for them, so that those show something on
the first day: those of the JMX exporter with Strimzi's rules (`jmx`), and those of kafka_exporter (`exporter`).
`metrics.compat` says which of them are served.

Counts of topics have their sum under the JMX exporter's name without a label, as there; under the native name the sum
is left to the reader.
";

/// The whole document.
pub fn document() -> String {
    let mut text = INTRODUCTION.to_owned();
    table(&mut text, "The broker", Totals::ROWS);
    table(&mut text, "Listeners", ListenerMetrics::ROWS);
    table(&mut text, "Topics", TopicMetrics::ROWS);
    table(&mut text, "State, read when the page is asked for", OBSERVED);
    text
}

fn table(text: &mut String, title: &str, rows: &[MetricRow]) {
    let _ =
        write!(text, "\n## {title}\n\n| metric | kind | meaning | also as |\n|---|---|---|---|\n");
    for row in rows {
        let labels: Vec<&str> = row.labels().collect();
        let labels =
            if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let aliases: Vec<String> = row
            .aliases
            .iter()
            .map(|alias| format!("`{}` ({})", alias.name, alias.compat.name()))
            .collect();
        let help = row.help.trim().replace('\n', " ");
        let (name, kind) = (row.name, row.kind.name());
        let _ = writeln!(text, "| `{name}{labels}` | {kind} | {help} | {} |", aliases.join(", "));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_committed_document_is_what_the_rows_say() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/metrics.md");
        if std::env::var_os("SAPWOOD_REGENERATE").is_some() {
            std::fs::write(&path, document()).expect("the document can be written");
        }
        let committed = std::fs::read_to_string(&path).expect("the document is committed");
        assert!(
            committed == document(),
            "docs/metrics.md is not what the rows say: see its first lines"
        );
    }
}
