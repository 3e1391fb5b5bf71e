//! A page of `/metrics`, in Prometheus' text format.
//!
//! Samples come in any order and are gathered by name, because the format wants all samples of a name together under
//! one `# HELP` and one `# TYPE`. One sample is written under the native name and under every alias that is wanted.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::row::{Compat, MetricKind, MetricRow};
use super::rows::DROPPED_SERIES;

/// How many series one name may have. What comes after is left out and counted.
const SERIES_MAX: usize = 100_000;

#[derive(Debug)]
struct Gathered {
    row: &'static MetricRow,
    kind: MetricKind,
    lines: String,
    series: usize,
}

/// A page that is being written.
#[derive(Debug)]
pub struct Page {
    compat: Vec<Compat>,
    is_native: bool,
    names: BTreeMap<&'static str, Gathered>,
    dropped: usize,
}

impl Page {
    /// The media type of the page.
    pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

    /// An empty page that will have the native names and those of the families in `compat`.
    pub fn new(compat: &[Compat]) -> Self {
        Self { compat: compat.to_vec(), is_native: true, names: BTreeMap::new(), dropped: 0 }
    }

    /// Adds one sample. `labels` are the values of the row's labels, in their order.
    pub fn sample(&mut self, row: &'static MetricRow, labels: &[&str], value: f64) {
        self.under_each_name(row, labels, |gathered, name, labels| {
            let _ = writeln!(gathered.lines, "{name}{} {}", braced(labels, None), number(value));
            gathered.series += 1;
        });
    }

    /// Adds one histogram: for each bound in seconds how many took up to that long, and the sum of all.
    pub fn histogram(
        &mut self,
        row: &'static MetricRow,
        labels: &[&str],
        buckets: &[(f64, u64)],
        sum: f64,
    ) {
        let count = buckets.last().map_or(0, |(_, count)| *count);
        self.under_each_name(row, labels, |gathered, name, labels| {
            for (bound, count) in buckets {
                let _ = writeln!(
                    gathered.lines,
                    "{name}_bucket{} {count}",
                    braced(labels, Some(*bound))
                );
            }
            let plain = braced(labels, None);
            let _ = writeln!(gathered.lines, "{name}_sum{plain} {}", number(sum));
            let _ = writeln!(gathered.lines, "{name}_count{plain} {count}");
            gathered.series += buckets.len() + 2;
        });
    }

    /// Adds one summary: for some quantiles the value that this part of all does not exceed, and the sum and the count of all.
    pub fn summary(
        &mut self,
        row: &'static MetricRow,
        labels: &[&str],
        quantiles: &[(&str, f64)],
        (sum, count): (f64, u64),
    ) {
        self.under_each_name(row, labels, |gathered, name, labels| {
            for (quantile, value) in quantiles {
                let all: Vec<(&str, &str)> =
                    labels.iter().copied().chain([("quantile", *quantile)]).collect();
                let _ = writeln!(gathered.lines, "{name}{} {}", braced(&all, None), number(*value));
            }
            let plain = braced(labels, None);
            let _ = writeln!(gathered.lines, "{name}_sum{plain} {}", number(sum));
            let _ = writeln!(gathered.lines, "{name}_count{plain} {count}");
            gathered.series += quantiles.len() + 2;
        });
    }

    /// Whether names of this program are wanted, so that what costs something is done for those who look at it.
    pub fn wants(&self, compat: Compat) -> bool {
        self.compat.contains(&compat)
    }

    /// Writes with the aliases alone: for sums that the native names leave to the reader.
    pub(super) fn aliases_alone(&mut self, write: impl FnOnce(&mut Self)) {
        self.is_native = false;
        write(self);
        self.is_native = true;
    }

    /// The whole page.
    pub fn finish(mut self) -> String {
        let dropped = self.dropped as f64;
        self.sample(&DROPPED_SERIES, &[], dropped);
        let mut text = String::new();
        for (name, gathered) in &self.names {
            let help = gathered.row.help.trim().replace('\\', "\\\\").replace('\n', " ");
            let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {}\n", gathered.kind.name());
            text.push_str(&gathered.lines);
        }
        text
    }

    fn under_each_name(
        &mut self,
        row: &'static MetricRow,
        values: &[&str],
        write: impl Fn(&mut Gathered, &str, &[(&str, &str)]),
    ) {
        let own: Vec<&str> = row.labels().collect();
        let is_wanted =
            self.is_native && row.family.is_none_or(|family| self.compat.contains(&family));
        let native = is_wanted.then_some((row.name, own.as_slice(), row.kind));
        let wanted = row.aliases.iter().filter(|alias| self.compat.contains(&alias.compat));
        let aliases = wanted.map(|alias| {
            let labels = if alias.labels.is_empty() { own.as_slice() } else { alias.labels };
            (alias.name, labels, alias.kind.unwrap_or(row.kind))
        });
        for (name, labels, kind) in native.into_iter().chain(aliases) {
            let gathered = self.names.entry(name).or_insert_with(|| Gathered {
                row,
                kind,
                lines: String::new(),
                series: 0,
            });
            if gathered.series >= SERIES_MAX {
                self.dropped += 1;
                continue;
            }
            let pairs: Vec<(&str, &str)> =
                labels.iter().copied().zip(values.iter().copied()).collect();
            write(gathered, name, &pairs);
        }
    }
}

/// `{topic="a",le="0.1"}`, or nothing where there is no label.
fn braced(labels: &[(&str, &str)], bound: Option<f64>) -> String {
    let mut text = String::new();
    for (name, value) in labels {
        let separator = if text.is_empty() { '{' } else { ',' };
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let _ = write!(text, "{separator}{name}=\"{value}\"");
    }
    if let Some(bound) = bound {
        let separator = if text.is_empty() { '{' } else { ',' };
        let _ = write!(text, "{separator}le=\"{}\"", number(bound));
    }
    if !text.is_empty() {
        text.push('}');
    }
    text
}

fn number(value: f64) -> String {
    if value == f64::INFINITY { "+Inf".into() } else { value.to_string() }
}

#[cfg(test)]
mod tests {
    use super::super::rows::{BUILD_INFO, PARTITION_SIZE};
    use super::*;

    #[test]
    fn samples_of_one_name_stand_together_under_one_heading() {
        let mut page = Page::new(&[]);
        page.sample(&PARTITION_SIZE, &["b", "1"], 2.0);
        page.sample(&BUILD_INFO, &["0.1"], 1.0);
        page.sample(&PARTITION_SIZE, &["a", "0"], 1.5);
        let text = page.finish();
        let story: Vec<&str> = text.lines().filter(|line| !line.starts_with("# HELP")).collect();
        assert_eq!(
            story,
            [
                "# TYPE sapwood_build_info gauge",
                "sapwood_build_info{version=\"0.1\"} 1",
                "# TYPE sapwood_dropped_series gauge",
                "sapwood_dropped_series 0",
                "# TYPE sapwood_partition_size_bytes gauge",
                "sapwood_partition_size_bytes{topic=\"b\",partition=\"1\"} 2",
                "sapwood_partition_size_bytes{topic=\"a\",partition=\"0\"} 1.5",
            ]
        );
    }

    #[test]
    fn an_alias_is_written_where_it_is_wanted() {
        let mut page = Page::new(&[Compat::Jmx]);
        page.sample(&PARTITION_SIZE, &["a", "0"], 7.0);
        let text = page.finish();
        assert!(text.contains("\nkafka_log_log_size{topic=\"a\",partition=\"0\"} 7\n"), "{text}");
        assert!(!text.contains("kafka_topic_partition"), "{text}");
    }

    #[test]
    fn label_values_are_escaped() {
        assert_eq!(
            braced(&[("a", "x\"y\\z\n")], Some(f64::INFINITY)),
            "{a=\"x\\\"y\\\\z\\n\",le=\"+Inf\"}"
        );
    }
}
