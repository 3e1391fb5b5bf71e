//! Alterations: what CreateTopics, AlterConfigs and IncrementalAlterConfigs ask for, checked before it is decided.
//!
//! Pure functions from what is set to what will be set. The controller records their result; nothing here is stored.

use std::collections::BTreeMap;

use protocol::error::ErrorCode;

use super::classify::{broker_keys, topic_keys};
use super::describe::inherited_text;
use super::layers::{Layers, Overrides};
use super::problem::{Problem, Severity};
use super::removed::REMOVED_TOPIC_KEYS;
use super::resources::{CLIENT_METRICS_ROWS, GROUP_ROWS};
use super::row::{Class, Row, Update};
use super::rows::broker_rows;
use super::suggest;
use super::topic::TopicConfig;
use super::value::{Kind, members};

/// Whose configuration is altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A topic.
    Topic,
    /// One broker.
    Broker,
    /// All brokers, where they have no value of their own.
    EveryBroker,
    /// A consumer, share or streams group.
    Group,
    /// A subscription to client metrics.
    ClientMetrics,
}

/// What IncrementalAlterConfigs does with one key. The numbers are those of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i8)]
pub enum Operation {
    /// Put this value in place of what is there.
    Set = 0,
    /// Go back to what holds without a value.
    Delete = 1,
    /// Add these members to the list.
    Append = 2,
    /// Take these members out of the list.
    Subtract = 3,
}

impl Operation {
    /// The operation with this number.
    pub const fn from_wire(number: i8) -> Option<Self> {
        match number {
            0 => Some(Self::Set),
            1 => Some(Self::Delete),
            2 => Some(Self::Append),
            3 => Some(Self::Subtract),
            _ => None,
        }
    }
}

/// Why an alteration is refused. The text is what the client shows to whoever asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AlterError {
    /// Nobody knows the key.
    #[error("Unknown configuration key {key}. {offer}")]
    Unknown {
        /// The key.
        key: String,
        /// The nearest names.
        offer: String,
    },
    /// The value cannot be one of this key.
    #[error("Invalid value {value:?} for configuration {key}: {why}")]
    Invalid {
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// A sentence that says what it must be.
        why: String,
    },
    /// The key is known, and this release does not obey it.
    #[error("Configuration {key} cannot be set to {value:?}: {why}")]
    Refused {
        /// The key.
        key: String,
        /// The value.
        value: String,
        /// What is missing.
        why: &'static str,
    },
    /// A key that only a restart changes, or that cannot be set for all brokers at once.
    #[error("Configuration {key} cannot be altered {place}")]
    NotHere {
        /// The key.
        key: String,
        /// Where, in words.
        place: &'static str,
    },
    /// Members cannot be added to what is no list.
    #[error(
        "Configuration {key} is of type {kind} and not a list: it cannot be appended to or subtracted from"
    )]
    NotAList {
        /// The key.
        key: String,
        /// Its type.
        kind: &'static str,
    },
    /// Two keys of the topic contradict one another.
    #[error("{0}")]
    Contradiction(String),
}

impl AlterError {
    /// The code that Kafka answers with.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::NotHere { .. } => ErrorCode::InvalidRequest,
            _ => ErrorCode::InvalidConfig,
        }
    }
}

/// The row of a key of `target`.
pub fn row(target: Target, key: &str) -> Result<&'static Row, AlterError> {
    let row = match target {
        Target::Topic => TopicConfig::row(key).map(|topic| &topic.row),
        Target::Broker | Target::EveryBroker => broker_rows().get(key),
        Target::Group => GROUP_ROWS.iter().map(|group| &group.row).find(|row| row.key == key),
        Target::ClientMetrics => CLIENT_METRICS_ROWS.iter().find(|row| row.key == key),
    };
    row.ok_or_else(|| AlterError::Unknown { key: key.into(), offer: offer(target, key) })
}

fn offer(target: Target, key: &str) -> String {
    match target {
        Target::Topic => suggest::offer(key, topic_keys()),
        Target::Broker | Target::EveryBroker => suggest::offer(key, broker_keys()),
        Target::Group => suggest::offer(key, GROUP_ROWS.iter().map(|group| group.row.key)),
        Target::ClientMetrics => suggest::offer(key, CLIENT_METRICS_ROWS.iter().map(|row| row.key)),
    }
}

/// Whether `key` may be set to `value` for `target`.
pub fn check(target: Target, key: &str, value: &str) -> Result<(), AlterError> {
    let row = row(target, key)?;
    check_place(target, row)?;
    row.accepts(value).map_err(|why| AlterError::Invalid {
        key: key.into(),
        value: if row.is_sensitive() { "[hidden]".into() } else { value.into() },
        why,
    })?;
    match row.class {
        Class::Refused(why) if row.default != Some(value.trim()) => {
            Err(AlterError::Refused { key: key.into(), value: value.into(), why })
        }
        _ => Ok(()),
    }
}

fn check_place(target: Target, row: &Row) -> Result<(), AlterError> {
    let place = match (target, row.update) {
        (Target::Broker | Target::EveryBroker, Update::ReadOnly) => "while the broker runs",
        (Target::EveryBroker, Update::PerBroker) => "for all brokers at once",
        _ => return Ok(()),
    };
    Err(AlterError::NotHere { key: row.key.into(), place })
}

/// The overrides of a topic that can be stored, and the keys of the past that were left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicOverrides {
    /// What is stored.
    pub kept: BTreeMap<String, String>,
    /// Keys that Kafka had and has no more. They are worth a warning in the log.
    pub dropped: Vec<String>,
}

/// Checks all overrides of a topic together, as CreateTopics and AlterConfigs send them and as
/// IncrementalAlterConfigs leaves them.
pub fn topic_overrides<'a>(
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<TopicOverrides, AlterError> {
    let mut overrides = TopicOverrides::default();
    for (key, value) in pairs {
        if REMOVED_TOPIC_KEYS.contains(&key) {
            overrides.dropped.push(key.into());
            continue;
        }
        check(Target::Topic, key, value)?;
        overrides.kept.insert(key.into(), value.trim().into());
    }
    check_together(&overrides.kept)?;
    Ok(overrides)
}

fn check_together(overrides: &BTreeMap<String, String>) -> Result<(), AlterError> {
    let number = |key: &str, default: i64| {
        overrides.get(key).and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let (low, high) =
        (number("min.compaction.lag.ms", 0), number("max.compaction.lag.ms", i64::MAX));
    if low > high {
        return Err(AlterError::Contradiction(format!(
            "min.compaction.lag.ms={low} is above max.compaction.lag.ms={high}"
        )));
    }
    Ok(())
}

/// What one operation makes of one key: the value that is set from then on, or `None` if none is.
///
/// `current` is the target's own value. Where it has none, APPEND and SUBTRACT begin with what holds without it, so
/// that adding `compact` to a topic that inherits `delete` gives both.
pub fn apply(
    layers: &Layers,
    target: Target,
    key: &str,
    operation: Operation,
    current: Option<&str>,
    value: Option<&str>,
) -> Result<Option<String>, AlterError> {
    let row = row(target, key)?;
    check_place(target, row)?;
    let value = value.unwrap_or_default();
    let list = match operation {
        Operation::Delete => return Ok(None),
        Operation::Set => {
            check(target, key, value)?;
            return Ok(Some(value.trim().into()));
        }
        Operation::Append | Operation::Subtract if row.kind != Kind::List => {
            return Err(AlterError::NotAList { key: key.into(), kind: row.kind.name() });
        }
        Operation::Append | Operation::Subtract => {
            let now = current
                .map_or_else(|| inherited_text(layers, target, row.key), |text| Some(text.into()));
            combined(&now.unwrap_or_default(), operation, value)
        }
    };
    check(target, key, &list)?;
    Ok(Some(list))
}

fn combined(list: &str, operation: Operation, value: &str) -> String {
    let mut all: Vec<&str> = members(list).collect();
    for member in members(value) {
        match operation {
            Operation::Subtract => all.retain(|other| *other != member),
            _ if all.contains(&member) => {}
            _ => all.push(member),
        }
    }
    all.join(",")
}

/// What of a dynamic layer this release can take. The rest is left out, and named.
pub(super) fn legal(
    layer: &impl Overrides,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, String> {
    let mut legal = BTreeMap::new();
    for key in layer.keys() {
        let value = layer.value(key).unwrap_or_default();
        match check(Target::Broker, key, value) {
            Ok(()) => drop(legal.insert(key.to_owned(), value.to_owned())),
            Err(error) => problems.push(
                Problem::error(
                    format!("the dynamic value of {key}"),
                    error.to_string(),
                    "Delete it, or set it anew",
                )
                .as_bad_as(Severity::Warning),
            ),
        }
    }
    legal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incremental(
        key: &str,
        op: Operation,
        current: Option<&str>,
        value: &str,
    ) -> Result<Option<String>, AlterError> {
        apply(&Layers::default(), Target::Topic, key, op, current, Some(value))
    }

    #[test]
    fn appending_begins_with_what_holds_without_an_override() {
        let appended = incremental("cleanup.policy", Operation::Append, None, "compact");
        assert_eq!(appended, Ok(Some("delete,compact".into())));
        let again = incremental("cleanup.policy", Operation::Append, Some("compact"), "compact");
        assert_eq!(again, Ok(Some("compact".into())));
        let less =
            incremental("cleanup.policy", Operation::Subtract, Some("compact,delete"), "delete");
        assert_eq!(less, Ok(Some("compact".into())));
    }

    #[test]
    fn only_lists_are_appended_to() {
        let refusal =
            incremental("retention.ms", Operation::Append, None, "1").expect_err("a number");
        assert_eq!(refusal.code(), ErrorCode::InvalidConfig);
        assert!(refusal.to_string().contains("type long"), "{refusal}");
    }

    #[test]
    fn deleting_goes_back_to_what_is_inherited() {
        assert_eq!(incremental("retention.ms", Operation::Delete, Some("5"), ""), Ok(None));
        assert!(incremental("no.such.key", Operation::Delete, None, "").is_err());
    }

    #[test]
    fn an_unknown_topic_key_is_answered_with_the_nearest() {
        let refusal = check(Target::Topic, "retention.sm", "1").expect_err("unknown");
        assert_eq!(
            refusal.to_string(),
            "Unknown configuration key retention.sm. Did you mean retention.ms?"
        );
        assert_eq!(refusal.code(), ErrorCode::InvalidConfig);
    }

    #[test]
    fn a_value_out_of_range_is_answered_with_the_range() {
        let refusal = check(Target::Topic, "retention.ms", "-2").expect_err("too low");
        assert_eq!(
            refusal.to_string(),
            "Invalid value \"-2\" for configuration retention.ms: it must be at least -1"
        );
        assert!(check(Target::Topic, "remote.storage.enable", "true").is_err());
        assert_eq!(check(Target::Topic, "remote.storage.enable", "false"), Ok(()));
    }

    #[test]
    fn keys_of_the_past_are_dropped_and_not_refused() {
        let pairs = [("message.format.version", "2.8"), ("retention.ms", " 5 ")];
        let overrides = topic_overrides(pairs).expect("taken");
        assert_eq!(overrides.dropped, ["message.format.version"]);
        assert_eq!(overrides.kept.get("retention.ms").map(String::as_str), Some("5"));
    }

    #[test]
    fn contradictions_between_keys_are_refused() {
        let lag = [("min.compaction.lag.ms", "10"), ("max.compaction.lag.ms", "5")];
        assert!(topic_overrides(lag).is_err());
    }

    #[test]
    fn the_smallest_segment_is_taken_though_a_largest_batch_would_not_fit_it() {
        // As in Kafka, whose smallest segment is 12 bytes below its default for a batch: the append refuses such a batch.
        let size = [("segment.bytes", "1048576"), ("max.message.bytes", "1048588")];
        assert!(topic_overrides(size).is_ok());
    }

    #[test]
    fn brokers_take_at_run_time_what_kafka_s_take() {
        assert_eq!(check(Target::EveryBroker, "log.retention.ms", "5"), Ok(()));
        assert_eq!(check(Target::EveryBroker, "num.io.threads", "16"), Ok(()));
        let fixed = check(Target::Broker, "log.dirs", "x").expect_err("read-only");
        assert_eq!(fixed.code(), ErrorCode::InvalidRequest);
        let own = check(Target::EveryBroker, "ssl.provider", "x").expect_err("per broker");
        assert_eq!(own.code(), ErrorCode::InvalidRequest);
    }
}
