//! The layers: whose word counts for a key.
//!
//! From the weakest to the strongest: the row's default, the file, the environment, `--override`, the cluster-wide
//! dynamic value, and the dynamic value of this broker. The first four are fixed when the process starts; the last two
//! come from the metadata log and change while it runs.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a static value was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// In a file, at this line.
    File(PathBuf, usize),
    /// In the environment, in the variable of this name.
    Environment(String),
    /// On the command line, with `--override`.
    Override,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "the environment variable {name}"),
            Self::Override => f.write_str("--override"),
        }
    }
}

/// A value that somebody set, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The text as it was written.
    pub text: String,
    /// Where it was written.
    pub origin: Origin,
}

/// Keys and values that were altered at run time: for a topic, a broker, or the whole cluster.
pub trait Overrides {
    /// The value of this key, if it was set.
    fn value(&self, key: &str) -> Option<&str>;
    /// Every key that is set.
    fn keys(&self) -> impl Iterator<Item = &str>;
}

impl<K: Borrow<str> + Ord, V: AsRef<str>> Overrides for BTreeMap<K, V> {
    fn value(&self, key: &str) -> Option<&str> {
        self.get(key).map(AsRef::as_ref)
    }

    fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys().map(Borrow::borrow)
    }
}

/// Where an effective value comes from. The numbers are those of DescribeConfigs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i8)]
pub enum Source {
    /// The topic's own override.
    Topic = 1,
    /// The dynamic value of one broker.
    DynamicBroker = 2,
    /// The dynamic default of all brokers.
    DynamicDefaultBroker = 3,
    /// File, environment or command line.
    StaticBroker = 4,
    /// Nobody set it.
    Default = 5,
    /// The level of a logger.
    BrokerLogger = 6,
    /// A subscription to client metrics.
    ClientMetrics = 7,
    /// The group's own override.
    Group = 8,
}

/// All that was set for one broker, layer upon layer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layers {
    statics: BTreeMap<String, Setting>,
    dynamic_default: BTreeMap<String, String>,
    dynamic_broker: BTreeMap<String, String>,
    data_directory: PathBuf,
}

impl Layers {
    /// The layers that are fixed at start. The strongest origin of each key has already won.
    /// Logs go to `data_directory` if no key says where.
    pub fn new(statics: BTreeMap<String, Setting>, data_directory: PathBuf) -> Self {
        Self { statics, data_directory, ..Self::default() }
    }

    /// The same static layers under other dynamic ones.
    pub fn with_dynamic(&self, default: &impl Overrides, broker: &impl Overrides) -> Self {
        Self {
            statics: self.statics.clone(),
            dynamic_default: owned(default),
            dynamic_broker: owned(broker),
            data_directory: self.data_directory.clone(),
        }
    }

    /// What was set at start, by key.
    pub fn statics(&self) -> &BTreeMap<String, Setting> {
        &self.statics
    }

    /// The strongest value of exactly this key, if anybody set it.
    pub fn get(&self, key: &str) -> Option<(&str, Source)> {
        self.all(key).next()
    }

    /// Every value of exactly this key, the strongest first; defaults are not among them.
    pub fn all(&self, key: &str) -> impl Iterator<Item = (&str, Source)> {
        let broker =
            self.dynamic_broker.get(key).map(|text| (text.as_str(), Source::DynamicBroker));
        let default =
            self.dynamic_default.get(key).map(|text| (text.as_str(), Source::DynamicDefaultBroker));
        let fixed =
            self.statics.get(key).map(|setting| (setting.text.as_str(), Source::StaticBroker));
        broker.into_iter().chain(default).chain(fixed)
    }

    /// Where logs go when nobody says where.
    pub fn data_directory(&self) -> &Path {
        &self.data_directory
    }
}

fn owned(overrides: &impl Overrides) -> BTreeMap<String, String> {
    let value = |key| overrides.value(key).unwrap_or_default().to_owned();
    overrides.keys().map(|key| (key.to_owned(), value(key))).collect()
}
