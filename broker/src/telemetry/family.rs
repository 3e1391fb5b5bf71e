//! A family: one metric for each of a few known things, found by index.
//!
//! The things are known when the program is built (APIs, error codes, reasons), so a family is an array and counting
//! is an addition to one of its places. Things that come and go, such as topics, have a
//! [`Registry`](super::registry::Registry).

use std::marker::PhantomData;

use protocol::ApiKey;
use protocol::error::ErrorCode;

use super::counter::{Counter, Gauge, Sharded};
use super::histogram::Histogram;
use super::page::Page;
use super::row::{MetricKind, MetricRow};

/// A thing that is counted.
pub trait Metric: Default {
    /// What kind of number it is.
    const KIND: MetricKind;
    /// The labels that it adds to those of where it is kept.
    const LABELS: &'static [&'static str] = &[];

    /// Writes its samples.
    fn write(&self, row: &'static MetricRow, labels: &[&str], page: &mut Page);

    /// Whether it was ever added to.
    fn is_used(&self) -> bool {
        true
    }

    /// Adds what another counted. What is now and not so far cannot be added, and is left.
    fn absorb(&self, other: &Self);
}

impl Metric for Counter {
    const KIND: MetricKind = MetricKind::Counter;

    fn is_used(&self) -> bool {
        self.get() > 0
    }

    fn write(&self, row: &'static MetricRow, labels: &[&str], page: &mut Page) {
        page.sample(row, labels, self.get() as f64);
    }

    fn absorb(&self, other: &Self) {
        self.add(other.get());
    }
}

impl Metric for Sharded {
    const KIND: MetricKind = MetricKind::Counter;

    fn is_used(&self) -> bool {
        self.get() > 0
    }

    fn write(&self, row: &'static MetricRow, labels: &[&str], page: &mut Page) {
        page.sample(row, labels, self.get() as f64);
    }

    fn absorb(&self, other: &Self) {
        self.add(other.get());
    }
}

impl Metric for Gauge {
    const KIND: MetricKind = MetricKind::Gauge;

    fn write(&self, row: &'static MetricRow, labels: &[&str], page: &mut Page) {
        page.sample(row, labels, self.get() as f64);
    }

    fn absorb(&self, _: &Self) {}
}

impl Metric for Histogram {
    const KIND: MetricKind = MetricKind::Histogram;

    fn is_used(&self) -> bool {
        self.cumulative().last().is_some_and(|(_, count)| *count > 0)
    }

    fn write(&self, row: &'static MetricRow, labels: &[&str], page: &mut Page) {
        page.histogram(row, labels, &self.cumulative(), self.sum_seconds());
    }

    fn absorb(&self, _: &Self) {}
}

/// The values of one label, few and known.
pub trait Choice: Copy + 'static {
    /// The label's name.
    const LABELS: &'static [&'static str];
    /// Every value.
    const ALL: &'static [Self];
    /// Its place among them, from 0.
    fn index(self) -> usize;
    /// Its text.
    fn text(self) -> &'static str;
}

/// One metric for each value of a label.
#[derive(Debug)]
pub struct ByChoice<C, T> {
    places: Box<[T]>,
    choice: PhantomData<C>,
}

impl<C: Choice, T> ByChoice<C, T> {
    /// The metric of this value.
    pub fn of(&self, choice: C) -> &T {
        &self.places[choice.index()]
    }
}

impl<C: Choice, T: Default> Default for ByChoice<C, T> {
    fn default() -> Self {
        Self { places: C::ALL.iter().map(|_| T::default()).collect(), choice: PhantomData }
    }
}

impl<C: Choice, T: Metric> Metric for ByChoice<C, T> {
    const KIND: MetricKind = T::KIND;
    const LABELS: &'static [&'static str] = C::LABELS;

    fn write(&self, row: &'static MetricRow, labels: &[&str], page: &mut Page) {
        for choice in C::ALL {
            self.of(*choice).write(row, &with(labels, choice.text()), page);
        }
    }

    fn absorb(&self, other: &Self) {
        for (mine, theirs) in self.places.iter().zip(&other.places) {
            mine.absorb(theirs);
        }
    }
}

/// How many APIs have a place: more than Kafka has keys.
const APIS: usize = 128;

/// One metric for each API. Those that were never asked are not shown.
#[derive(Debug)]
pub struct ByApi<T>(Box<[T]>);

impl<T> ByApi<T> {
    /// The metric of this API.
    pub fn of(&self, api: ApiKey) -> &T {
        let place = usize::try_from(api as i16).unwrap_or_default();
        &self.0[place.min(APIS - 1)]
    }
}

impl ByApi<Sharded> {
    /// What was counted for all APIs together.
    pub fn sum(&self) -> u64 {
        self.0.iter().map(Sharded::get).sum()
    }
}

impl<T: Metric> ByApi<T> {
    /// Those of the APIs that were asked, by name.
    pub fn used(&self) -> impl Iterator<Item = (String, &T)> {
        let used = self.0.iter().enumerate().filter(|(_, metric)| metric.is_used());
        used.map(|(place, metric)| {
            let api = i16::try_from(place).ok().and_then(|key| ApiKey::try_from(key).ok());
            (api.map_or_else(|| "unknown".to_owned(), |api| format!("{api:?}")), metric)
        })
    }
}

impl<T: Default> Default for ByApi<T> {
    fn default() -> Self {
        Self((0..APIS).map(|_| T::default()).collect())
    }
}

impl<T: Metric> Metric for ByApi<T> {
    const KIND: MetricKind = T::KIND;
    const LABELS: &'static [&'static str] = &["api"];

    fn write(&self, row: &'static MetricRow, labels: &[&str], page: &mut Page) {
        for (name, metric) in self.used() {
            metric.write(row, &with(labels, &name), page);
        }
    }

    fn absorb(&self, other: &Self) {
        for (mine, theirs) in self.0.iter().zip(&other.0) {
            mine.absorb(theirs);
        }
    }
}

/// One metric for each error code. Codes that were never answered are not shown.
#[derive(Debug)]
pub struct ByError<T>(Box<[T]>);

impl<T> ByError<T> {
    /// The metric of this code.
    pub fn of(&self, code: ErrorCode) -> &T {
        let place =
            ErrorCode::ALL.binary_search(&code).expect("the list of all codes holds each in order");
        &self.0[place]
    }
}

impl<T: Default> Default for ByError<T> {
    fn default() -> Self {
        Self(ErrorCode::ALL.iter().map(|_| T::default()).collect())
    }
}

impl<T: Metric> Metric for ByError<T> {
    const KIND: MetricKind = T::KIND;
    const LABELS: &'static [&'static str] = &["error"];

    fn write(&self, row: &'static MetricRow, labels: &[&str], page: &mut Page) {
        for (code, metric) in
            ErrorCode::ALL.iter().zip(&self.0).filter(|(_, metric)| metric.is_used())
        {
            metric.write(row, &with(labels, code.name()), page);
        }
    }

    fn absorb(&self, other: &Self) {
        for (mine, theirs) in self.0.iter().zip(&other.0) {
            mine.absorb(theirs);
        }
    }
}

fn with<'a>(labels: &[&'a str], more: &'a str) -> Vec<&'a str> {
    labels.iter().copied().chain([more]).collect()
}
