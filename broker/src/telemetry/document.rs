//! `docs/metrics.md`, written from the rows.
//!
//! To write it anew: `SAPWOOD_REGENERATE=1 cargo test -p sapwood --lib telemetry::document`.

use std::fmt::Write;

use super::foreign::FOREIGN;
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

const LEFT_OUT: &str = "
## Left out

What boards made for Kafka may ask for as well, and is not here, because a number would be made up:

| name | why |
|---|---|
| `kafka_network_requestmetrics_{requestqueuetimems,localtimems,remotetimems,responsequeuetimems,responsesendtimems}` | The times of Kafka's stages. A request here goes through no queue: the thread that reads it handles it, and the time of the whole is `sapwood_request_seconds`. |
| `kafka_network_requestmetrics_requests_total{version}` | Requests are counted by API, and not by its version. |
| `kafka_server_raftmetrics_{commit_latency_avg,fetch_records_rate}` | Not measured; and on a broker alone nobody fetches the metadata log. |
| `…bytesinpersec` without `_total` | The names of Confluent's stack for the JMX exporter. Its rules leave `_total` out. |
| `jvm_*` | There is no JVM. `process_*` tells of the process. |

Names of other programs are as those programs write them. `promtool check metrics` has nothing to say of ours; of theirs it would have a few
otherwise (`_count` at the end of what is no histogram, `logDirectory` in camel case), and dashboards ask for just these.
";

/// The whole document.
pub fn document() -> String {
    let mut text = INTRODUCTION.to_owned();
    table(&mut text, "The broker", Totals::ROWS);
    table(&mut text, "Listeners", ListenerMetrics::ROWS);
    table(&mut text, "Topics", TopicMetrics::ROWS);
    table(&mut text, "State, read when the page is asked for", OBSERVED);
    table(&mut text, "Names of the JMX exporter alone", FOREIGN);
    text.push_str(LEFT_OUT);
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
