//! A reader: takes typed values out of the layers and collects what is wrong with them.

use super::layers::{Layers, Source};
use super::problem::Problem;
use super::row::Row;
use super::rows::broker_rows;
use super::value::Value;

/// Reads one broker's configuration. A value that cannot be read is a problem, and its default stands in for it, so
/// that the reader finds all problems in one pass.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    layers: &'a Layers,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    /// Reads from these layers.
    pub(super) fn new(layers: &'a Layers) -> Self {
        Self { layers, problems: Vec::new() }
    }

    /// The value of `key`, which is in the catalogue.
    pub(super) fn read<T: Value>(&mut self, key: &'static str) -> T {
        let row = broker_rows().get(key).expect("a typed field has a row");
        match self.layers.get(key) {
            None => default_of(row),
            Some((text, _)) => read(row, text).unwrap_or_else(|why| {
                self.refuse(row, text, &why);
                default_of(row)
            }),
        }
    }

    /// Whether anybody set this key.
    pub(super) fn is_set(&self, key: &str) -> bool {
        self.layers.get(key).is_some()
    }

    /// The layers behind it.
    pub(super) fn layers(&self) -> &'a Layers {
        self.layers
    }

    /// Notes a problem.
    pub(super) fn note(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Everything that was wrong.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    fn refuse(&mut self, row: &Row, text: &str, why: &str) {
        let place = place(self.layers, row.key);
        self.problems.push(invalid_value(row, text, &place, why));
    }
}

/// The problem of a value that its row refuses.
pub(super) fn invalid_value(row: &Row, text: &str, place: &str, why: &str) -> Problem {
    let shown = if row.is_sensitive() { "[hidden]" } else { text };
    let remedy = match row.default {
        Some(default) => format!("Correct it, or leave it out for the default, {default:?}"),
        None => "Correct it, or leave it out".into(),
    };
    Problem::error(format!("{}={shown} ({place})", row.key), why, remedy)
}

/// Where the effective value of `key` was set, in words.
pub(super) fn place(layers: &Layers, key: &str) -> String {
    match layers.get(key) {
        Some((_, Source::StaticBroker)) => {
            layers.statics().get(key).map(|setting| setting.origin.to_string()).unwrap_or_default()
        }
        Some((_, Source::DynamicDefaultBroker)) => "the dynamic default of all brokers".into(),
        Some(_) => "the dynamic value of this broker".into(),
        None => "the default".into(),
    }
}

/// Reads a value of this row.
pub(super) fn read<T: Value>(row: &Row, text: &str) -> Result<T, String> {
    row.accepts(text)?;
    T::parse(text)
}

fn default_of<T: Value>(row: &Row) -> T {
    match row.default {
        Some(text) => read(row, text).expect("a default is legal; a test holds every row to it"),
        None => T::null().expect("only an optional key may be without a default"),
    }
}
