//! A comparison of two results: what differs, by how much, and whether that is too much.

mod condition;

use crate::result::Stored;

pub use condition::{Condition, InvalidCondition};

/// A figure that results have: its name in conditions and tables, and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// What people call it.
    pub name: &'static str,
    /// What it is counted in.
    pub unit: &'static str,
    /// Whether more of it is better.
    pub more_is_better: bool,
    find: fn(&Stored) -> Option<f64>,
}

/// A figure of the times from when records were due.
macro_rules! time {
    ($name:literal, $field:literal) => {
        Figure {
            name: $name,
            unit: "ms",
            more_is_better: false,
            find: |result| result.number($field).filter(|ms| *ms > 0.0),
        }
    };
}

/// Every figure that can be compared.
pub const FIGURES: [Figure; 19] = [
    Figure {
        name: "rate",
        unit: "records/s",
        more_is_better: true,
        find: |result| {
            result
                .number("recordsPerSecond")
                .or_else(|| result.mean("publishRate"))
                .filter(is_there)
        },
    },
    Figure {
        name: "read-rate",
        unit: "records/s",
        more_is_better: true,
        find: |result| {
            result
                .number("recordsReadPerSecond")
                .or_else(|| result.mean("consumeRate"))
                .filter(is_there)
        },
    },
    time!("mean", "aggregatedResponseLatencyAvg"),
    time!("p50", "aggregatedResponseLatency50pct"),
    time!("p75", "aggregatedResponseLatency75pct"),
    time!("p90", "aggregatedResponseLatency90pct"),
    time!("p95", "aggregatedResponseLatency95pct"),
    time!("p99", "aggregatedResponseLatency99pct"),
    time!("p99.9", "aggregatedResponseLatency999pct"),
    time!("p99.99", "aggregatedResponseLatency9999pct"),
    time!("max", "aggregatedResponseLatencyMax"),
    time!("e2e-p50", "aggregatedEndToEndLatency50pct"),
    time!("e2e-p99", "aggregatedEndToEndLatency99pct"),
    time!("e2e-p99.9", "aggregatedEndToEndLatency999pct"),
    time!("e2e-max", "aggregatedEndToEndLatencyMax"),
    Figure { name: "errors", unit: "", more_is_better: false, find: errors },
    Figure {
        name: "lost",
        unit: "",
        more_is_better: false,
        find: |result| result.at("/verified/lost")?.as_f64(),
    },
    Figure {
        name: "client-cpu",
        unit: "µs/record",
        more_is_better: false,
        find: |result| cpu(result, "/client/cpuSeconds"),
    },
    Figure {
        name: "broker-cpu",
        unit: "µs/record",
        more_is_better: false,
        find: |result| cpu(result, "/broker/cpuSeconds"),
    },
];

fn is_there(number: &f64) -> bool {
    *number > 0.0
}

fn errors(result: &Stored) -> Option<f64> {
    let all = result.at("/errors")?.as_object()?;
    Some(all.values().filter_map(serde_json::Value::as_f64).fold(0.0, |sum, count| sum + count))
}

fn cpu(result: &Stored, pointer: &str) -> Option<f64> {
    let seconds = result.at(pointer)?.as_f64()?;
    let moved = result.number("records")? + result.number("recordsRead")?;
    (moved > 0.0).then(|| seconds * 1e6 / moved)
}

impl Figure {
    /// The figure of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        FIGURES.iter().find(|figure| figure.name == name)
    }

    /// What a result says of it.
    pub fn of(&self, result: &Stored) -> Option<f64> {
        (self.find)(result)
    }
}

/// A figure in both results.
#[derive(Clone, Copy, Debug)]
pub struct Difference {
    /// Which.
    pub figure: &'static Figure,
    /// What it was.
    pub before: f64,
    /// What it is.
    pub after: f64,
}

impl Difference {
    /// By how many percent it grew; endless where there was nothing before.
    pub fn percent(&self) -> f64 {
        match (self.before == self.after, self.before == 0.0) {
            (true, _) => 0.0,
            (false, true) => f64::INFINITY.copysign(self.after),
            (false, false) => (self.after - self.before) / self.before * 100.0,
        }
    }
}

/// Every figure that both results have.
pub fn differences(before: &Stored, after: &Stored) -> Vec<Difference> {
    let both = |figure: &'static Figure| {
        Some(Difference { figure, before: figure.of(before)?, after: figure.of(after)? })
    };
    FIGURES.iter().filter_map(both).collect()
}

/// What of the circumstances is not the same in both, as name, before and after.
pub fn circumstances(before: &Stored, after: &Stored) -> Vec<(String, String, String)> {
    const TOLD: [&str; 15] = [
        "/loop",
        "/targetRate",
        "/messageSize",
        "/topics",
        "/partitions",
        "/producersPerTopic",
        "/consumersPerTopic",
        "/env/tool",
        "/env/build",
        "/env/cpu",
        "/env/cpus",
        "/env/kernel",
        "/env/brokerFileSystem",
        "/env/topicConfig",
        "/env/clientConfig",
    ];
    let text = |result: &Stored, pointer: &str| match result.at(pointer) {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "-".into(),
    };
    let row = |pointer: &str| {
        let (one, two) = (text(before, pointer), text(after, pointer));
        let name = pointer.rsplit('/').next().unwrap_or_default();
        (one != two).then(|| (name.to_owned(), one, two))
    };
    TOLD.into_iter().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_both_have_is_compared() {
        let before = Stored::new(
            json!({"publishRate": [100.0, 200.0], "aggregatedPublishLatency99pct": 4.0}),
        );
        let after = Stored::new(
            json!({"recordsPerSecond": 300.0, "aggregatedResponseLatency99pct": 3.0, "errors": {"x": 2}}),
        );
        let all: Vec<_> = differences(&before, &after)
            .iter()
            .map(|row| (row.figure.name, row.before, row.after, row.percent()))
            .collect();
        assert_eq!(all, [("rate", 150.0, 300.0, 100.0), ("p99", 4.0, 3.0, -25.0)]);
    }

    #[test]
    fn growth_from_nothing_is_endless_and_nothing_is_no_growth() {
        let figure = Figure::named("errors").expect("a figure");
        let percent = |before, after| Difference { figure, before, after }.percent();
        assert_eq!(percent(0.0, 0.0), 0.0);
        assert_eq!(percent(0.0, 3.0), f64::INFINITY);
    }

    #[test]
    fn circumstances_that_differ_are_told() {
        let before = Stored::new(json!({"loop": "open", "env": {"cpu": "a", "cpus": 2}}));
        let after = Stored::new(json!({"loop": "open", "env": {"cpu": "b", "cpus": 2}}));
        let told = circumstances(&before, &after);
        assert_eq!(told, [("cpu".to_owned(), "a".to_owned(), "b".to_owned())]);
    }
}
