//! A row: all that is known about one metric, said once.

/// What kind of number it is, in Prometheus' words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Durations by length.
    Histogram,
    /// How long some part of all took at most, of late. Nothing of ours: it cannot be summed over brokers.
    Summary,
    /// What another program does not tell.
    Untyped,
}

impl MetricKind {
    /// The word in a `# TYPE` line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
            Self::Untyped => "untyped",
        }
    }
}

/// A family of names that dashboards of the field ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compat {
    /// What the JMX exporter makes of Kafka's own metrics, with the rules that Strimzi ships.
    Jmx,
    /// kafka_exporter's.
    Exporter,
}

impl Compat {
    /// Both families.
    pub const ALL: &'static [Self] = &[Self::Jmx, Self::Exporter];

    /// The families that `metrics.compat` names.
    pub fn named(names: &[String]) -> Vec<Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(|compat| names.iter().any(|name| name == compat.name()))
            .collect()
    }

    /// The name in `metrics.compat`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jmx => "jmx",
            Self::Exporter => "exporter",
        }
    }
}

/// Another name of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alias {
    /// Whose name it is.
    pub compat: Compat,
    /// The name.
    pub name: &'static str,
    /// What its labels are called there; as in the row if there are none here.
    pub labels: &'static [&'static str],
    /// What kind of number it is called there; as in the row if nothing is said.
    pub kind: Option<MetricKind>,
}

/// The JMX exporter's name, with our labels.
pub(super) const fn jmx(name: &'static str) -> Alias {
    Alias { compat: Compat::Jmx, name, labels: &[], kind: None }
}

/// The JMX exporter's name, with other labels.
pub(super) const fn jmx_as(name: &'static str, labels: &'static [&'static str]) -> Alias {
    Alias { compat: Compat::Jmx, name, labels, kind: None }
}

/// The JMX exporter's name, which calls the number neither a counter nor a gauge.
pub(super) const fn jmx_untyped(name: &'static str) -> Alias {
    Alias { compat: Compat::Jmx, name, labels: &[], kind: Some(MetricKind::Untyped) }
}

/// kafka_exporter's name, with our labels.
pub(super) const fn exporter(name: &'static str) -> Alias {
    Alias { compat: Compat::Exporter, name, labels: &[], kind: None }
}

/// kafka_exporter's name, with other labels.
pub(super) const fn exporter_as(name: &'static str, labels: &'static [&'static str]) -> Alias {
    Alias { compat: Compat::Exporter, name, labels, kind: None }
}

/// One metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetricRow {
    /// Its native name; that of another program if it has no other.
    pub name: &'static str,
    /// Whose name that is; nobody's but ours if nothing is said.
    pub family: Option<Compat>,
    /// What kind of number it is.
    pub kind: MetricKind,
    /// The labels that come from where the metric is kept: the topic, the listener.
    pub outer: &'static [&'static str],
    /// The labels that the metric adds: the API, the reason.
    pub inner: &'static [&'static str],
    /// Its other names.
    pub aliases: &'static [Alias],
    /// What it counts, in sentences.
    pub help: &'static str,
}

impl MetricRow {
    /// All its labels.
    pub fn labels(&self) -> impl Iterator<Item = &'static str> {
        self.outer.iter().chain(self.inner).copied()
    }
}

/// A struct of counted metrics: one field a row.
macro_rules! counted {
    (
        $(#[doc = $about:expr])+
        $name:ident, $outer:expr;
        $(
            $(#[doc = $help:expr])+
            $field:ident: $type:ty = $metric:literal $(, $alias:expr)*;
        )+
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Default)]
        pub struct $name { $( $(#[doc = $help])+ pub $field: $type, )+ }

        impl $name {
            /// The rows of these metrics, in the order of the fields.
            pub const ROWS: &'static [MetricRow] = &[
                $(MetricRow {
                    name: $metric,
                    family: None,
                    kind: <$type as Metric>::KIND,
                    outer: $outer,
                    inner: <$type as Metric>::LABELS,
                    aliases: &[$($alias),*],
                    help: concat!($($help),+),
                },)+
            ];

            /// Writes all of them, with these values of the outer labels.
            pub(in crate::telemetry) fn write(&self, outer: &[&str], page: &mut Page) {
                let mut rows = Self::ROWS.iter();
                $(self.$field.write(rows.next().expect("a row a field"), outer, page);)+
            }

            /// Adds what another counted, where that can be added.
            pub fn absorb(&self, other: &Self) {
                $(self.$field.absorb(&other.$field);)+
            }
        }
    };
}

/// Observed metrics: one constant a row, and the list of all.
macro_rules! observed {
    (
        $(
            $(#[doc = $help:expr])+
            $name:ident: $kind:ident [$($label:literal),*] = $metric:literal $(, $alias:expr)*;
        )+
    ) => {
        $(
            $(#[doc = $help])+
            pub const $name: MetricRow = MetricRow {
                name: $metric,
                family: None,
                kind: MetricKind::$kind,
                outer: &[$($label),*],
                inner: &[],
                aliases: &[$($alias),*],
                help: concat!($($help),+),
            };
        )+

        /// Every observed metric, in the order of the document.
        pub const OBSERVED: &[MetricRow] = &[$($name,)+];
    };
}

/// Observed metrics that another program has and we have no name for.
macro_rules! foreign {
    (
        $(
            $(#[doc = $help:expr])+
            $name:ident: $kind:ident [$($label:literal),*] = $compat:ident $metric:literal;
        )+
    ) => {
        $(
            $(#[doc = $help])+
            pub const $name: MetricRow = MetricRow {
                name: $metric,
                family: Some(Compat::$compat),
                kind: MetricKind::$kind,
                outer: &[$($label),*],
                inner: &[],
                aliases: &[],
                help: concat!($($help),+),
            };
        )+

        /// All of them, in the order of the document.
        pub const FOREIGN: &[MetricRow] = &[$($name,)+];
    };
}

pub(super) use {counted, foreign, observed};
