//! Loading: from a file, an environment and a command line to layers and a report.
//!
//! Nothing here stops at the first mistake. The report says of every key what it is worth and where that comes from,
//! and of everything that is odd what, why, and what to do; `check-config` prints it, and a start logs it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::broker::BrokerConfig;
use super::classify::{Known, broker_keys, classify};
use super::environment;
use super::layers::{Layers, Origin, Setting};
use super::problem::{ConfigError, Problem, Severity};
use super::removed::Removed;
use super::row::{Class, Row};
use super::rows::SECTIONS;
use super::settings::Settings;
use super::suggest;
use client::properties;

/// Everything that a broker's static configuration is made of.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file: its path, and its bytes.
    pub file: Option<(PathBuf, Vec<u8>)>,
    /// The environment, of which only `KAFKA_*` and `SAPWOOD_*` count.
    pub environment: Vec<(String, String)>,
    /// `key=value` from the command line; of one key the last counts.
    pub overrides: Vec<String>,
    /// Whether unknown keys are warnings.
    pub lenient: bool,
    /// Where logs go if no key says where.
    pub data_directory: PathBuf,
}

impl Sources {
    /// The sources of this process: its environment, and the file if one is named.
    pub fn of_process(
        file: Option<&Path>,
        overrides: Vec<String>,
        lenient: bool,
    ) -> Result<Self, ConfigError> {
        let environment: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let data_directory = data_directory(&environment);
        let file = file.map(read_file).transpose()?;
        Ok(Self { file, environment, overrides, lenient, data_directory })
    }
}

fn read_file(path: &Path) -> Result<(PathBuf, Vec<u8>), ConfigError> {
    let bytes = std::fs::read(path).map_err(|error| ConfigError {
        problems: vec![Problem::error(
            format!("the configuration {} cannot be read", path.display()),
            error.to_string(),
            "Name a file that is there and that this user may read",
        )],
    })?;
    Ok((path.to_path_buf(), bytes))
}

/// Where logs go if no key says where: the user's data directory, or the service's if there is none.
pub fn data_directory(environment: &[(String, String)]) -> PathBuf {
    let variable = |name: &str| {
        let found = environment.iter().find(|(key, value)| key == name && !value.is_empty());
        found.map(|(_, value)| PathBuf::from(value))
    };
    let home = variable("HOME").filter(|home| home != Path::new("/"));
    let user = variable("XDG_DATA_HOME")
        .filter(|path| path.is_absolute())
        .or_else(|| home.map(|home| home.join(".local/share")));
    user.map_or_else(|| PathBuf::from("/var/lib/sapwood"), |path| path.join("sapwood"))
}

/// What one key is worth, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The row.
    pub key: &'static str,
    /// The value that holds; `None` for null, `[hidden]` for a secret.
    pub value: Option<String>,
    /// Where it was set; `None` if nobody set it.
    pub origin: Option<Origin>,
    /// What the broker does about it.
    pub class: Class,
}

/// All that there is to say about a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Every broker key, in the order of the document.
    pub entries: Vec<Entry>,
    /// What is odd about it.
    pub problems: Vec<Problem>,
}

impl Report {
    /// Whether a broker starts with it.
    pub fn is_startable(&self) -> bool {
        !self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }
}

/// A configuration that was read, whether a broker can start with it or not.
#[derive(Clone, Debug)]
pub struct Loaded {
    layers: Layers,
    config: BrokerConfig,
    /// What there is to say about it.
    pub report: Report,
}

impl Loaded {
    /// The settings to start with and what is odd about them, or everything that keeps the broker from starting.
    pub fn into_settings(self) -> Result<(Settings, Report), ConfigError> {
        if self.report.is_startable() {
            return Ok((Settings::new(self.layers, Arc::new(self.config)), self.report));
        }
        let is_error = |problem: &Problem| problem.severity == Severity::Error;
        Err(ConfigError { problems: self.report.problems.into_iter().filter(is_error).collect() })
    }
}

/// Reads a broker's static configuration.
pub fn load(sources: &Sources) -> Loaded {
    let mut problems = Vec::new();
    let mut settings = BTreeMap::new();
    for (key, setting) in written(sources, &mut problems) {
        if is_obeyed(&key, &setting, sources.lenient, &mut problems) {
            settings.insert(key, setting);
        }
    }
    let layers = Layers::new(settings, sources.data_directory.clone());
    let (config, more) = BrokerConfig::read(&layers);
    problems.extend(more);
    problems.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
    let report = Report { entries: entries(&layers), problems };
    Loaded { layers, config, report }
}

/// Everything that was written, the strongest source last: file, `KAFKA_*`, `SAPWOOD_*`, `--override`. Of one key
/// only the strongest remains.
fn written(sources: &Sources, problems: &mut Vec<Problem>) -> BTreeMap<String, Setting> {
    let mut settings = BTreeMap::new();
    from_file(sources, &mut settings, problems);
    for prefix in [environment::KAFKA_PREFIX, environment::SAPWOOD_PREFIX] {
        for (name, value) in sources.environment.iter().filter(|(name, _)| name.starts_with(prefix))
        {
            if let Some(key) = environment::key(name) {
                let origin = Origin::Environment(name.clone());
                settings.insert(key, Setting { text: value.clone(), origin });
            }
        }
    }
    for text in &sources.overrides {
        match text.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => {
                let setting = Setting { text: value.to_owned(), origin: Origin::Override };
                settings.insert(key.trim().to_owned(), setting);
            }
            _ => problems.push(Problem::error(
                format!("--override {text}"),
                "it is not key=value",
                "Write for example --override num.partitions=8",
            )),
        }
    }
    settings
}

fn from_file(
    sources: &Sources,
    settings: &mut BTreeMap<String, Setting>,
    problems: &mut Vec<Problem>,
) {
    let Some((path, bytes)) = &sources.file else { return };
    let properties = match properties::parse(&properties::decode(bytes)) {
        Ok(properties) => properties,
        Err(malformed) => {
            problems.push(Problem::error(
                path.display().to_string(),
                malformed.to_string(),
                "Write \\\\u if a backslash is meant",
            ));
            return;
        }
    };
    for property in properties {
        let origin = Origin::File(path.clone(), property.line);
        let setting = Setting { text: property.value, origin };
        if let Some(earlier) = settings.insert(property.key.clone(), setting) {
            problems.push(
                Problem::error(
                    format!("{} ({}:{})", property.key, path.display(), property.line),
                    format!("it was already set ({}); the later one counts", earlier.origin),
                    "Take one of the lines out",
                )
                .as_bad_as(Severity::Warning),
            );
        }
    }
}

/// Whether the key has a row that will be read. Says what is odd about it.
fn is_obeyed(key: &str, setting: &Setting, lenient: bool, problems: &mut Vec<Problem>) -> bool {
    let place = format!("{key} ({})", setting.origin);
    match classify(key) {
        Known::Broker(row) => return is_taken(row, setting, problems),
        Known::Listener(row) => problems.push(for_one_listener(row, place)),
        Known::Plugin => problems.push(
            Problem::error(place, "there is no remote storage plug-in to read it", "Take it out")
                .as_bad_as(Severity::Info),
        ),
        Known::Removed(removed) => problems.push(of_the_past(removed, place)),
        Known::Topic(broker_key) => problems.push(of_a_topic(broker_key, place)),
        Known::Elsewhere(whose) => problems.push(Problem::error(
            place,
            format!("it is a key of {whose} and not of a broker"),
            "Set it there, and take it out here",
        )),
        Known::Unknown => problems.push(unknown(key, setting, place, lenient)),
    }
    false
}

fn is_taken(row: &'static Row, setting: &Setting, problems: &mut Vec<Problem>) -> bool {
    let hidden = if row.is_sensitive() { "[hidden]" } else { setting.text.trim() };
    let place = format!("{}={hidden} ({})", row.key, setting.origin);
    let is_default = row.default.is_some_and(|default| default == setting.text.trim());
    match row.class {
        Class::Supported => true,
        Class::NoEffect(why) => {
            if let Err(illegal) = row.accepts(&setting.text) {
                problems.push(Problem::error(place, illegal, "Correct it, or take it out"));
                return false;
            }
            if !is_default {
                let problem =
                    Problem::error(place, format!("no effect: {why}"), "Nothing needs to be done");
                problems.push(problem.as_bad_as(Severity::Info));
            }
            true
        }
        Class::Refused(_)
            if is_default || (row.default.is_none() && setting.text.trim().is_empty()) =>
        {
            false
        }
        Class::Refused(why) => {
            problems.push(Problem::error(place, why, "Take it out, if you can do without"));
            false
        }
    }
}

fn for_one_listener(row: &Row, place: String) -> Problem {
    match row.class {
        Class::Refused(why) => Problem::error(place, why, "Take it out, if you can do without"),
        Class::NoEffect(why) => {
            Problem::error(place, format!("no effect: {why}"), "Nothing needs to be done")
                .as_bad_as(Severity::Info)
        }
        Class::Supported => Problem::error(
            place,
            "listeners have no values of their own yet",
            format!("Set {} for all of them", row.key),
        ),
    }
}

fn of_the_past(removed: &Removed, place: String) -> Problem {
    Problem::error(place, removed.why, removed.remedy).as_bad_as(removed.severity)
}

fn of_a_topic(broker_key: Option<&str>, place: String) -> Problem {
    let remedy = match broker_key {
        Some(key) => format!("Write {key}, which holds for every topic without its own value"),
        None => "Set it on the topic".into(),
    };
    Problem::error(place, "it is a topic's key and not a broker's", remedy)
}

/// An unknown key is an error, since whoever wrote it believes in it; except in `KAFKA_*` variables, which programs
/// of all kinds use for purposes of their own.
fn unknown(key: &str, setting: &Setting, place: String, lenient: bool) -> Problem {
    let is_anybodys = matches!(&setting.origin, Origin::Environment(name) if name.starts_with(environment::KAFKA_PREFIX));
    let severity = if lenient || is_anybodys { Severity::Warning } else { Severity::Error };
    let remedy = suggest::offer(key, broker_keys());
    Problem::error(place, "there is no such key", remedy).as_bad_as(severity)
}

fn entries(layers: &Layers) -> Vec<Entry> {
    let entry = |row: &Row| {
        let value = layers.get(row.key).map(|(text, _)| text.trim()).or(row.default);
        let shown =
            value.map(|text| if row.is_sensitive() { "[hidden]".into() } else { text.to_owned() });
        let origin = layers.statics().get(row.key).map(|setting| setting.origin.clone());
        Entry { key: row.key, value: shown, origin, class: row.class }
    };
    SECTIONS.iter().flat_map(|section| section.rows).map(entry).collect()
}
