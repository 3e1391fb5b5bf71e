//! A result: what a run came to, as a JSON document.
//!
//! The names are those of OpenMessaging's benchmark, so that whatever draws its results draws ours: arrays with a number for each
//! interval (`publishRate`, `publishLatency99pct`), and `aggregated…` for the whole run. Ours beside them are `responseLatency*`
//! (from when a record was due, where `publishLatency*` counts from when it was handed to the client), `90pct`, and what a run
//! must say of itself to be believed: `loop`, `errors`, `verified`, `client`, `broker` and `env`. Times are in milliseconds, but
//! for `publishDelayLatency*`, which has microseconds there as here.

mod row;
mod stored;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::engine::Outcome;
use crate::latency::Latencies;
use crate::machine::{Environment, Usage};
use crate::measure::{Digest, QUANTILES};

pub use row::Row;
pub use stored::{InvalidResult, Stored};

/// What kinds of times there are: the name, what a number of it is in milliseconds, and where it comes from.
struct Kind {
    name: &'static str,
    per_ms: f64,
    of_row: fn(&Row) -> &Digest,
    of_run: fn(&Outcome) -> &Latencies,
}

const KINDS: [Kind; 4] = [
    Kind { name: "publishLatency", per_ms: 1.0, of_row: |row| &row.service, of_run: service },
    Kind {
        name: "responseLatency",
        per_ms: 1.0,
        of_row: |row| &row.response,
        of_run: |run| &run.total.sheet.response,
    },
    Kind {
        name: "publishDelayLatency",
        per_ms: 1000.0,
        of_row: |row| &row.delay,
        of_run: |run| &run.total.sheet.delay,
    },
    Kind {
        name: "endToEndLatency",
        per_ms: 1.0,
        of_row: |row| &row.end_to_end,
        of_run: |run| &run.total.sheet.end_to_end,
    },
];

/// In a closed loop both are the same, and only the response is kept.
fn service(run: &Outcome) -> &Latencies {
    match run.is_open {
        true => &run.total.sheet.service,
        false => &run.total.sheet.response,
    }
}

/// What a run was about, for the head of its result.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// What it is called.
    pub workload: String,
    /// What was measured, as OpenMessaging's driver files name it.
    pub driver: String,
    /// The mean size of a value.
    pub message_size: u64,
    /// How many topics.
    pub topics: usize,
    /// Of how many partitions each.
    pub partitions: usize,
    /// How many producers each had.
    pub producers_per_topic: usize,
    /// How many consumers each subscription had.
    pub consumers_per_topic: usize,
    /// How many records a second were asked for; none in a closed loop.
    pub target_rate: Option<f64>,
}

/// The whole document.
pub fn document(subject: &Subject, outcome: &Outcome, environment: &Environment) -> Value {
    let mut all = match serde_json::to_value(subject) {
        Ok(Value::Object(all)) => all,
        _ => Map::new(),
    };
    all.extend(summary(outcome));
    all.extend(series(&outcome.rows));
    for kind in &KINDS {
        all.extend(times(kind, outcome));
    }
    all.insert("env".into(), serde_json::to_value(environment).unwrap_or_default());
    Value::Object(all)
}

fn summary(outcome: &Outcome) -> Map<String, Value> {
    let total = &outcome.total;
    let sheet = &total.sheet;
    let mut all = Map::new();
    let mut put = |name: &str, value: Value| drop(all.insert(name.into(), value));
    put("loop", if outcome.is_open { "open" } else { "closed" }.into());
    put("interrupted", (outcome.end != crate::engine::End::Done).into());
    put("seconds", number(total.took.as_secs_f64()));
    put("records", sheet.written.records.into());
    put("bytes", sheet.written.bytes.into());
    put("recordsPerSecond", number(total.write_rate()));
    put("megabytesPerSecond", number(total.megabytes_per_second(sheet.written)));
    put("recordsRead", sheet.read.records.into());
    put("bytesRead", sheet.read.bytes.into());
    put("recordsReadPerSecond", number(total.read_rate()));
    put("megabytesReadPerSecond", number(total.megabytes_per_second(sheet.read)));
    put("errors", serde_json::to_value(&sheet.errors).unwrap_or_default());
    let verified = outcome.verdict.map(|verdict| {
        json!({
            "verified": verdict.verified, "lost": verdict.lost, "duplicated": verdict.duplicated,
            "reordered": verdict.reordered, "corrupt": verdict.corrupt, "foreign": verdict.foreign,
        })
    });
    put("verified", verified.unwrap_or_default());
    put("client", usage(total.client));
    put("broker", total.broker.map(usage).unwrap_or_default());
    all
}

fn usage(usage: Usage) -> Value {
    json!({
        "cpuSeconds": number(usage.cpu.as_secs_f64()),
        "memoryBytes": usage.memory_bytes,
        "memoryPeakBytes": usage.memory_peak_bytes,
    })
}

fn series(rows: &[Row]) -> Map<String, Value> {
    type Pick = fn(&Row) -> f64;
    let picks: [(&str, Pick); 10] = [
        ("time", |row| row.ended),
        ("publishRate", |row| row.write_rate),
        ("publishThroughputMB", |row| row.write_megabytes),
        ("publishErrorRate", |row| row.error_rate),
        ("consumeRate", |row| row.read_rate),
        ("consumeThroughputMB", |row| row.read_megabytes),
        ("backlog", |row| row.backlog as f64),
        ("clientCpuPercent", |row| row.client_cpu),
        ("brokerCpuPercent", |row| row.broker_cpu),
        ("brokerMemoryMB", |row| row.broker_megabytes),
    ];
    let array = |(name, pick): (&str, Pick)| (name.to_owned(), numbers(rows.iter().map(pick)));
    picks.into_iter().map(array).collect()
}

fn times(kind: &Kind, outcome: &Outcome) -> Map<String, Value> {
    let mut all = Map::new();
    let name = kind.name;
    let scaled = |ms: f64| ms * kind.per_ms;
    let mut column = |end: &str, pick: &dyn Fn(&Digest) -> f64| {
        let rows = outcome.rows.iter().map(|row| scaled(pick((kind.of_row)(row))));
        all.insert(format!("{name}{end}"), numbers(rows));
    };
    column("Avg", &|digest| digest.mean);
    for (end, share) in QUANTILES {
        column(end, &|digest| digest.at(share));
    }
    column("Max", &|digest| digest.max);
    let latencies = (kind.of_run)(outcome);
    let digest = Digest::of(latencies);
    let title = aggregated(name);
    all.insert(format!("{title}Avg"), number(scaled(digest.mean)));
    for (end, share) in QUANTILES {
        all.insert(format!("{title}{end}"), number(scaled(digest.at(share))));
    }
    all.insert(format!("{title}Max"), number(scaled(digest.max)));
    all.insert(format!("{title}Quantiles"), quantiles(latencies, kind.per_ms));
    all
}

/// `publishLatency` becomes `aggregatedPublishLatency`.
fn aggregated(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    format!("aggregated{}{rest}", first.to_uppercase())
}

/// The curve of all quantiles: the percentage, and what was not exceeded by it.
fn quantiles(latencies: &Latencies, per_ms: f64) -> Value {
    let histogram = latencies.histogram();
    let points = histogram.iter_quantiles(5).map(|point| {
        let percent = point.quantile_iterated_to() * 100.0;
        (format!("{percent:.6}"), number(point.value_iterated_to() as f64 / 1000.0 * per_ms))
    });
    Value::Object(points.collect())
}

fn numbers(all: impl Iterator<Item = f64>) -> Value {
    Value::Array(all.map(number).collect())
}

/// Rounded to what can be believed: six digits behind the point.
fn number(value: f64) -> Value {
    Value::from((value * 1e6).round() / 1e6)
}

#[cfg(test)]
mod tests;
