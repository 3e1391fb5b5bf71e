//! Releases: Kafka's metadata versions, and the features that each brought.
//!
//! Our own metadata has versions of its own; this is what Kafka's tool answers to whoever asks it.

use client::cli::applets::Thrown;

/// The release whose format is named where nobody names another.
pub(super) const LATEST: &str = "4.3-IV0";

/// Features beside the metadata's version, in the order in which they are listed.
pub(super) const FEATURES: [&str; 6] = [
    "kraft.version",
    "transaction.version",
    "group.version",
    "eligible.leader.replicas.version",
    "share.version",
    "streams.version",
];

/// A release: its name, its level, and the levels of [`FEATURES`].
pub(super) type Release = (&'static str, i16, [i16; 6]);

const NONE: [i16; 6] = [0; 6];

const RELEASES: &[Release] = &[
    ("3.3-IV3", 7, NONE),
    ("3.4-IV0", 8, NONE),
    ("3.5-IV0", 9, NONE),
    ("3.5-IV1", 10, NONE),
    ("3.5-IV2", 11, NONE),
    ("3.6-IV0", 12, NONE),
    ("3.6-IV1", 13, NONE),
    ("3.6-IV2", 14, NONE),
    ("3.7-IV0", 15, NONE),
    ("3.7-IV1", 16, NONE),
    ("3.7-IV2", 17, NONE),
    ("3.7-IV3", 18, NONE),
    ("3.7-IV4", 19, NONE),
    ("3.8-IV0", 20, NONE),
    ("3.9-IV0", 21, [1, 0, 0, 0, 0, 0]),
    ("4.0-IV0", 22, [1, 0, 1, 0, 0, 0]),
    ("4.0-IV1", 23, [1, 0, 1, 0, 0, 0]),
    ("4.0-IV2", 24, [1, 2, 1, 0, 0, 0]),
    ("4.0-IV3", 25, [1, 2, 1, 0, 0, 0]),
    ("4.1-IV0", 26, [1, 2, 1, 1, 0, 0]),
    ("4.1-IV1", 27, [1, 2, 1, 1, 0, 0]),
    ("4.2-IV0", 28, [1, 2, 1, 1, 1, 0]),
    ("4.2-IV1", 29, [1, 2, 1, 1, 1, 1]),
    ("4.3-IV0", 30, [1, 2, 1, 1, 1, 1]),
    ("4.4-IV0", 31, [1, 2, 1, 1, 1, 1]),
];

/// The highest level of each of [`FEATURES`].
const HIGHEST: [i16; 6] = [1, 2, 1, 1, 1, 1];

/// The release of this name. Of those that a log dir may be formatted with, the last is the latest.
pub(super) fn release(name: &str, for_format: bool) -> Result<Release, Thrown> {
    let known = || {
        let latest = RELEASES.iter().position(|(name, ..)| *name == LATEST);
        let count = latest.filter(|_| for_format).map_or(RELEASES.len(), |latest| latest + 1);
        RELEASES.iter().take(count)
    };
    known().find(|(known, ..)| *known == name).copied().ok_or_else(|| {
        let names: Vec<&str> = known().map(|(name, ..)| *name).collect();
        let names = names.join(", ");
        terse(format!("Unknown metadata.version '{name}'. Supported metadata.version are: {names}"))
    })
}

/// An error that the tool tells without its class.
pub(super) fn terse(message: String) -> Thrown {
    Thrown::new("org.apache.kafka.server.util.TerseException", message)
}

/// The lines of `version-mapping`.
pub(super) fn mapping(name: &str) -> Result<Vec<String>, Thrown> {
    let (name, level, features) = release(name, false)?;
    let first = format!("metadata.version={level} ({name})");
    let others = FEATURES.iter().zip(features).map(|(name, level)| format!("{name}={level}"));
    Ok(std::iter::once(first).chain(others).collect())
}

/// The lines of `feature-dependencies` for one `feature=level`.
pub(super) fn dependencies(text: &str) -> Result<Vec<String>, Thrown> {
    let wrong = || {
        terse(format!(
            "Invalid feature format: {text}. Expected format: 'feature=version' (e.g. 'group.version=1')"
        ))
    };
    let (name, level) = text.split_once('=').ok_or_else(wrong)?;
    let level: i16 = level.parse().map_err(|_| wrong())?;
    if name == "metadata.version" {
        let known = RELEASES.iter().find(|(_, known, _)| *known == level);
        let (release, ..) =
            known.ok_or_else(|| terse(format!("Unknown metadata.version {level}")))?;
        return Ok(vec![format!("metadata.version={level} ({release}) has no dependencies.")]);
    }
    let number = FEATURES.iter().position(|known| *known == name);
    let highest = number.and_then(|number| HIGHEST.get(number));
    let highest = highest.ok_or_else(|| terse(format!("Unknown feature: {name}")))?;
    if !(0..=*highest).contains(&level) {
        return Err(terse(format!("Feature level {level} is not supported for feature {name}")));
    }
    if name == "eligible.leader.replicas.version" && level == 1 {
        let needs = "    metadata.version=23 (4.0-IV1)".to_owned();
        return Ok(vec![format!("{name}={level} requires:"), needs]);
    }
    Ok(vec![format!("{name}={level} has no dependencies.")])
}
