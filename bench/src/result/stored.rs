//! A stored result: one that was read from a file, of this tool or of OpenMessaging's.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// What a name in a result is looked for as, in this order. OpenMessaging's own results have no response times.
const FALLBACKS: [(&str, &str); 1] = [("ResponseLatency", "PublishLatency")];

/// A result from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    all: Value,
}

/// A file that is no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidResult {
    /// The file, and what is wrong with it.
    pub what: String,
}

impl Stored {
    /// Takes a document for a result.
    pub fn new(all: Value) -> Self {
        Self { all }
    }

    /// Reads one.
    ///
    /// # Errors
    /// The file cannot be read, is not JSON, or holds something else.
    pub fn read(path: &Path) -> Result<Self, InvalidResult> {
        let wrong = |cause: String| InvalidResult { what: format!("{}: {cause}", path.display()) };
        let text = fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let all: Value = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
        match all.get("publishRate").is_some_and(Value::is_array) {
            true => Ok(Self { all }),
            false => Err(wrong("it has no publishRate, so it is no result of a benchmark".into())),
        }
    }

    /// A text at the top; nothing where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.all.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whatever stands there, such as `/env/cpu`.
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        self.all.pointer(pointer).filter(|value| !value.is_null())
    }

    /// A number for the whole run.
    pub fn number(&self, name: &str) -> Option<f64> {
        let found = |name: &str| self.all.get(name).and_then(Value::as_f64);
        let other = |(ours, theirs)| found(&name.replace(ours, theirs));
        found(name).or_else(|| FALLBACKS.into_iter().find_map(other))
    }

    /// The numbers of all intervals; none where there is no such array.
    pub fn series(&self, name: &str) -> Vec<f64> {
        let array = self.all.get(name).and_then(Value::as_array);
        array.into_iter().flatten().filter_map(Value::as_f64).collect()
    }

    /// The mean over all intervals.
    pub fn mean(&self, name: &str) -> Option<f64> {
        let all = self.series(name);
        (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
    }

    /// The curve of a kind of time: percentages, ascending, and milliseconds.
    pub fn curve(&self, name: &str) -> Vec<(f64, f64)> {
        let points = self.all.get(name).and_then(Value::as_object);
        let point =
            |(percent, value): (&String, &Value)| Some((percent.parse().ok()?, value.as_f64()?));
        let mut points: Vec<(f64, f64)> = points.into_iter().flatten().filter_map(point).collect();
        points.sort_by(|one, two| one.0.total_cmp(&two.0));
        points
    }
}
