//! What OpenMessaging's tools expect of a result, and what is read back from one.

use std::time::Duration;

use super::*;
use crate::engine::End;
use crate::measure::{Interval, Total};

/// A run of two intervals, each of 1,000 records that took a millisecond, and one that took ten.
pub(crate) fn outcome() -> Outcome {
    let mut total = Total::default();
    let mut rows = Vec::new();
    for number in 1..=2 {
        let mut interval = Interval::after(Duration::from_secs(number), false);
        interval.took = Duration::from_secs(1);
        for _ in 0..1000 {
            interval.sheet.wrote(100, Duration::from_millis(1), Duration::from_micros(10));
        }
        interval.sheet.wrote(100, Duration::from_millis(10), Duration::from_micros(10));
        rows.push(Row::of(&interval, Duration::ZERO));
        total.add(&interval);
    }
    Outcome { end: End::Done, is_open: true, rows, total, verdict: None, gaps: Vec::new() }
}

fn stored() -> Stored {
    let subject = Subject { workload: "w".into(), topics: 1, ..Subject::default() };
    Stored::new(document(&subject, &outcome(), &Environment::default()))
}

#[test]
fn every_name_of_openmessaging_is_there_with_a_number_for_each_interval() {
    let stored = stored();
    let mut names = vec!["publishRate", "publishErrorRate", "consumeRate", "backlog"];
    let made: Vec<String> = ["publishLatency", "publishDelayLatency", "endToEndLatency"]
        .iter()
        .flat_map(|kind| {
            ["Avg", "50pct", "75pct", "95pct", "99pct", "999pct", "9999pct", "Max"]
                .map(|end| format!("{kind}{end}"))
        })
        .collect();
    names.extend(made.iter().map(String::as_str));
    for name in names {
        assert_eq!(stored.series(name).len(), 2, "{name}");
    }
    for name in ["aggregatedPublishLatencyAvg", "aggregatedPublishDelayLatency9999pct"] {
        assert!(stored.number(name).is_some(), "{name}");
    }
    assert!(stored.curve("aggregatedPublishLatencyQuantiles").len() > 5);
    for name in ["workload", "driver", "messageSize", "topics", "partitions"] {
        assert!(stored.at(&format!("/{name}")).is_some(), "{name}");
    }
}

#[test]
fn times_are_in_milliseconds_and_delays_in_microseconds() {
    let stored = stored();
    let near = |name: &str, wanted: f64| {
        let found = stored.number(name).unwrap_or_default();
        assert!((found / wanted - 1.0).abs() < 0.01, "{name}: {found}");
    };
    near("aggregatedResponseLatency50pct", 1.0);
    near("aggregatedResponseLatencyMax", 10.0);
    near("aggregatedPublishLatency50pct", 0.99);
    near("aggregatedPublishDelayLatency50pct", 10.0);
    near("recordsPerSecond", 1001.0);
}

#[test]
fn a_curve_ends_at_the_longest() {
    let curve = stored().curve("aggregatedResponseLatencyQuantiles");
    let (percent, last) = *curve.last().expect("a curve");
    assert!(percent == 100.0 && (9.9..10.1).contains(&last), "{percent} {last}");
    assert!(curve.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 <= pair[1].1));
}

#[test]
fn a_result_of_openmessaging_has_response_times_as_good_as_ours() {
    let stored = Stored::new(json!({"publishRate": [1.0], "aggregatedPublishLatency99pct": 7.0}));
    assert_eq!(stored.number("aggregatedResponseLatency99pct"), Some(7.0));
}
