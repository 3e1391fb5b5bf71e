//! A chart: one question, its lines, and the numbers behind them.

use crate::measure::QUANTILES;
use crate::result::Stored;

/// A line of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is.
    pub name: String,
    /// A number for each place of the chart.
    pub points: Vec<f64>,
}

/// A chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What is asked.
    pub title: String,
    /// What the lines are counted in.
    pub unit: &'static str,
    /// What goes from left to right.
    pub across: &'static str,
    /// Where each place lies.
    pub places: Vec<f64>,
    /// How each place is called, where that is not its number.
    pub names: Option<Vec<String>>,
    /// The lines.
    pub lines: Vec<Line>,
}

impl Chart {
    /// Every chart for which a result has numbers.
    pub fn all(result: &Stored) -> Vec<Self> {
        let named = |names: &[(&str, &str)]| -> Vec<(String, String)> {
            names.iter().map(|(name, field)| ((*name).to_owned(), (*field).to_owned())).collect()
        };
        let times = |field: &str| {
            let of = |(name, share): &(&str, f64)| {
                (crate::screen::percent(*share), format!("{field}{name}"))
            };
            let mut all: Vec<_> =
                QUANTILES.iter().filter(|(_, share)| TOLD.contains(share)).map(of).collect();
            all.push(("max".into(), format!("{field}Max")));
            all
        };
        let rates = named(&[("written", "publishRate"), ("read", "consumeRate")]);
        let megabytes =
            named(&[("written", "publishThroughputMB"), ("read", "consumeThroughputMB")]);
        let cpu = named(&[("this client", "clientCpuPercent"), ("broker", "brokerCpuPercent")]);
        let response = match result.series("responseLatencyMax").is_empty() {
            true => "publishLatency",
            false => "responseLatency",
        };
        let over_time = [
            ("Records a second", "records/s", rates),
            ("Megabytes a second", "MB/s", megabytes),
            ("From due to acknowledged", "ms", times(response)),
            ("From due to read", "ms", times("endToEndLatency")),
            ("Records behind", "records", named(&[("behind", "backlog")])),
            (
                "Records that failed, a second",
                "records/s",
                named(&[("failed", "publishErrorRate")]),
            ),
            ("CPU", "% of a CPU", cpu),
            ("Memory of the broker", "MB", named(&[("resident", "brokerMemoryMB")])),
        ];
        let mut all: Vec<Self> = over_time
            .into_iter()
            .filter_map(|(title, unit, lines)| Self::over_time(result, title, unit, &lines))
            .collect();
        all.extend(Self::of_curves(result));
        all
    }

    fn over_time(
        result: &Stored,
        title: &str,
        unit: &'static str,
        lines: &[(String, String)],
    ) -> Option<Self> {
        let lines: Vec<Line> = lines
            .iter()
            .map(|(name, field)| Line { name: name.clone(), points: result.series(field) })
            .filter(|line| line.points.iter().any(|number| *number > 0.0))
            .collect();
        let count = lines.iter().map(|line| line.points.len()).max()?;
        let mut places = result.series("time");
        if places.len() != count {
            // Results of other tools do not say when; every interval is as long as the next.
            places = (1..=count).map(|number| number as f64).collect();
        }
        let title = title.to_owned();
        Some(Self { title, unit, across: "seconds", places, names: None, lines })
    }

    /// The curve of quantiles, with a place for each that leaves ten times fewer above it.
    fn of_curves(result: &Stored) -> Option<Self> {
        let curves = [
            ("from due to acknowledged", "aggregatedResponseLatencyQuantiles"),
            ("from sent to acknowledged", "aggregatedPublishLatencyQuantiles"),
            ("from due to read", "aggregatedEndToEndLatencyQuantiles"),
        ];
        let lines: Vec<Line> = curves
            .into_iter()
            .map(|(name, field)| (name, result.curve(field)))
            .filter(|(_, curve)| curve.iter().any(|(_, ms)| *ms > 0.0))
            .map(|(name, curve)| Line {
                name: name.into(),
                points: PERCENTS.map(|p| at(&curve, p)).into(),
            })
            .collect();
        let places = PERCENTS.map(|percent| -(1.0 - percent / 100.0).log10()).into();
        let names = PERCENTS.map(|percent| format!("{percent}%")).into();
        (!lines.is_empty()).then(|| Self {
            title: "How many were how fast".into(),
            unit: "ms",
            across: "share of the records, each mark a tenth of the rest",
            places,
            names: Some(names),
            lines,
        })
    }

    /// How a place is called.
    pub fn name_of(&self, place: usize) -> String {
        match &self.names {
            Some(names) => names.get(place).cloned().unwrap_or_default(),
            None => self.places.get(place).map_or_else(String::new, |at| format!("{at:.1}")),
        }
    }
}

/// The quantiles that have a line over time.
const TOLD: [f64; 4] = [0.50, 0.95, 0.99, 0.999];
/// The places of the curve of quantiles.
const PERCENTS: [f64; 8] = [0.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99];

fn at(curve: &[(f64, f64)], percent: f64) -> f64 {
    let found = curve.iter().find(|(at, _)| *at >= percent - 1e-9).or(curve.last());
    found.map_or(0.0, |(_, ms)| *ms)
}
