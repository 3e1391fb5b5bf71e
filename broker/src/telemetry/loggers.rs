//! Loggers: which parts of the program say how much, and how that is changed while it runs (KIP-412).
//!
//! A logger is a part of the program by the name that its log lines carry as `target`; `root` is all of it. Each has the
//! level that was set for it, or that of the part it belongs to. What is set at run time lasts until the process ends, as in
//! Kafka: levels are turned up to see something, and a restart is not to keep them up.
//!
//! There is one set for the process, as there is one log.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use parking_lot::Mutex;
use tracing::Level as Detail;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

/// The logger that stands for all.
pub const ROOT: &str = "root";

/// Every logger but [`ROOT`]: the modules of the broker, and what it is built on.
pub const LOGGERS: &[&str] = &[
    "broker",
    "broker::api",
    "broker::commands",
    "broker::config",
    "broker::console",
    "broker::controller",
    "broker::coordinator",
    "broker::group",
    "broker::housekeeping",
    "broker::machine",
    "broker::metadata",
    "broker::net",
    "broker::node",
    "broker::partition",
    "broker::raft",
    "broker::reconcile",
    "broker::server",
    "broker::telemetry",
    "openraft",
    "storage",
];

/// How much a logger says, in Kafka's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Nothing.
    Off,
    /// What ends the process, which is told as an error here.
    Fatal,
    /// What somebody must see to.
    Error,
    /// What somebody should know.
    Warn,
    /// What happens.
    Info,
    /// How it happens.
    Debug,
    /// Each step.
    Trace,
}

impl Level {
    /// Every level, in the order in which Kafka lists them.
    pub const ALL: &'static [Self] =
        &[Self::Debug, Self::Error, Self::Fatal, Self::Info, Self::Off, Self::Trace, Self::Warn];

    /// The level of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|level| level.name() == name)
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "OFF",
            Self::Fatal => "FATAL",
            Self::Error => "ERROR",
            Self::Warn => "WARN",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
            Self::Trace => "TRACE",
        }
    }

    const fn filter(self) -> LevelFilter {
        match self {
            Self::Off => LevelFilter::OFF,
            Self::Fatal | Self::Error => LevelFilter::ERROR,
            Self::Warn => LevelFilter::WARN,
            Self::Info => LevelFilter::INFO,
            Self::Debug => LevelFilter::DEBUG,
            Self::Trace => LevelFilter::TRACE,
        }
    }
}

/// What the log is told when levels change.
type Apply = Box<dyn Fn(Targets) + Send + Sync>;

/// The levels of the process's log.
pub struct Loggers {
    /// What it was started with.
    base: Targets,
    set: Mutex<BTreeMap<&'static str, Level>>,
    apply: Apply,
}

static PROCESS: OnceLock<Loggers> = OnceLock::new();

impl Loggers {
    /// Levels that begin as `base`; `apply` is called with all of them after each change.
    pub fn new(base: Targets, apply: impl Fn(Targets) + Send + Sync + 'static) -> Self {
        Self { base, set: Mutex::default(), apply: Box::new(apply) }
    }

    /// Makes these the levels of the process. The first ones stay.
    pub fn install(self) {
        drop(PROCESS.set(self));
    }

    /// The levels of the process; `None` where nobody set up a log.
    pub fn of_process() -> Option<&'static Self> {
        PROCESS.get()
    }

    /// The logger of this name, in any case of [`ROOT`] (Kafka wrote it in capitals once).
    pub fn find(name: &str) -> Option<&'static str> {
        let is_root = name.eq_ignore_ascii_case(ROOT).then_some(ROOT);
        is_root.or_else(|| LOGGERS.iter().copied().find(|logger| *logger == name))
    }

    /// Every logger with the level that holds for it.
    pub fn all(&self) -> Vec<(&'static str, Level)> {
        let set = self.set.lock();
        let targets = self.targets(&set);
        let level =
            |logger| set.get(logger).copied().unwrap_or_else(|| effective(&targets, logger));
        std::iter::once(ROOT)
            .chain(LOGGERS.iter().copied())
            .map(|logger| (logger, level(logger)))
            .collect()
    }

    /// Sets these levels, or takes back what was set, all at once.
    pub fn change(&self, changes: impl IntoIterator<Item = (&'static str, Option<Level>)>) {
        let mut set = self.set.lock();
        for (logger, level) in changes {
            match level {
                Some(level) => drop(set.insert(logger, level)),
                None => drop(set.remove(logger)),
            }
        }
        (self.apply)(self.targets(&set));
    }

    fn targets(&self, set: &BTreeMap<&'static str, Level>) -> Targets {
        let default = set.get(ROOT).map(|level| level.filter()).or(self.base.default_level());
        let own = set.iter().filter(|(logger, _)| **logger != ROOT);
        self.base
            .clone()
            .with_targets(own.map(|(logger, level)| (*logger, level.filter())))
            .with_default(default.unwrap_or(LevelFilter::OFF))
    }
}

/// The most detailed level at which this logger is heard.
fn effective(targets: &Targets, logger: &str) -> Level {
    let target = if logger == ROOT { "" } else { logger };
    let details = [
        (Detail::TRACE, Level::Trace),
        (Detail::DEBUG, Level::Debug),
        (Detail::INFO, Level::Info),
        (Detail::WARN, Level::Warn),
        (Detail::ERROR, Level::Error),
    ];
    let heard = details.into_iter().find(|(detail, _)| targets.would_enable(target, detail));
    heard.map_or(Level::Off, |(_, level)| level)
}

impl fmt::Debug for Loggers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loggers")
            .field("base", &self.base)
            .field("set", &self.set)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_logger_has_its_own_level_or_that_of_what_it_belongs_to() {
        let told = Arc::new(Mutex::new(Targets::new()));
        let telling = Arc::clone(&told);
        let base: Targets = "info,openraft=warn".parse().expect("directives");
        let loggers = Loggers::new(base, move |targets| *telling.lock() = targets);
        let level = |logger: &str| {
            loggers.all().into_iter().find(|(name, _)| *name == logger).map(|(_, level)| level)
        };
        assert_eq!((level("root"), level("openraft")), (Some(Level::Info), Some(Level::Warn)));
        loggers.change([("broker::net", Some(Level::Debug)), ("root", Some(Level::Fatal))]);
        assert_eq!(level("broker::net"), Some(Level::Debug));
        assert_eq!((level("root"), level("broker")), (Some(Level::Fatal), Some(Level::Error)));
        let heard = |target: &str, detail| told.lock().would_enable(target, &detail);
        assert!(heard("broker::net::listener", Detail::DEBUG));
        assert!(!heard("broker::api", Detail::INFO) && heard("broker::api", Detail::ERROR));
        loggers.change([("broker::net", None), ("root", None)]);
        assert_eq!(level("broker::net"), Some(Level::Info));
        assert!(!heard("broker::net::listener", Detail::DEBUG));
    }

    #[test]
    fn every_module_of_the_broker_is_a_logger() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let entries = std::fs::read_dir(source).expect("the source is there").flatten();
        let folders = entries.filter(|entry| entry.path().is_dir());
        let modules: BTreeSet<String> = folders
            .map(|entry| format!("broker::{}", entry.file_name().to_string_lossy()))
            .collect();
        let known: BTreeSet<String> = LOGGERS
            .iter()
            .filter(|logger| logger.contains("::"))
            .map(|name| (*name).to_owned())
            .collect();
        assert_eq!(known, modules);
    }
}
