//! A page: what a report says, whatever it is written in.

use serde_json::Value;

use super::chart::Chart;
use crate::compare::FIGURES;
use crate::result::Stored;

/// Everything that a report shows.
#[derive(Clone, Debug)]
pub struct Page {
    /// What was measured.
    pub title: String,
    /// The figures of the whole run: name, number, unit.
    pub figures: Vec<(String, String, &'static str)>,
    /// What a reader must know to believe them.
    pub notes: Vec<String>,
    /// The charts.
    pub charts: Vec<Chart>,
    /// The circumstances: name and value.
    pub circumstances: Vec<(String, String)>,
}

impl Page {
    /// The page of a result.
    pub fn of(result: &Stored) -> Self {
        let figures = FIGURES.iter().filter_map(|figure| {
            Some((figure.name.to_owned(), shown(figure.of(result)?), figure.unit))
        });
        Self {
            title: title(result),
            figures: figures.collect(),
            notes: notes(result),
            charts: Chart::all(result),
            circumstances: circumstances(result),
        }
    }
}

fn shown(number: f64) -> String {
    match number.abs() {
        size if size >= 1000.0 || size == 0.0 => format!("{number:.0}"),
        _ => format!("{number:.3}"),
    }
}

fn title(result: &Stored) -> String {
    let workload = result.text("workload");
    let size = result.number("messageSize").filter(|size| *size > 0.0);
    let of = size.map_or_else(String::new, |size| format!(" of {size:.0} bytes"));
    let partitions = result.number("partitions").unwrap_or(0.0);
    format!("{workload}: records{of}, {partitions:.0} partitions")
}

fn notes(result: &Stored) -> Vec<String> {
    let mut notes = Vec::new();
    match result.text("loop") {
        "open" => notes.push(
            "Open loop: records were due at times fixed before the run, and times count from then, so that a stall counts for every record that had to wait.".into(),
        ),
        "closed" => notes.push(
            "Closed loop: records were sent as fast as they were taken, so times are mostly the wait in the client's own queue.".into(),
        ),
        _ => {}
    }
    if result.at("/interrupted") == Some(&Value::Bool(true)) {
        notes.push("The run was interrupted; the figures are those until then.".into());
    }
    if result.at("/env/build").and_then(Value::as_str) == Some("debug") {
        notes.push(
            "A debug build measured this: the figures are the build's, not the broker's.".into(),
        );
    }
    if let Some(verified) = result.at("/verified").and_then(Value::as_object) {
        let told: Vec<String> =
            verified.iter().map(|(name, count)| format!("{count} {name}")).collect();
        notes.push(format!("Verification: {}.", told.join(", ")));
    }
    for (why, count) in result.at("/errors").and_then(Value::as_object).into_iter().flatten() {
        notes.push(format!("{count} records failed: {why}."));
    }
    notes
}

fn circumstances(result: &Stored) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (name, value) in result.at("/env").and_then(Value::as_object).into_iter().flatten() {
        match value {
            Value::Null => {}
            Value::Object(entries) => {
                all.extend(
                    entries.iter().map(|(key, value)| (format!("{name}: {key}"), plain(value))),
                );
            }
            Value::Array(words) => {
                let words: Vec<String> = words.iter().map(plain).collect();
                all.push((name.clone(), words.join(" ")));
            }
            other => all.push((name.clone(), plain(other))),
        }
    }
    all
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
