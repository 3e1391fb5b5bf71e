//! A document of settings: what `export` writes and `import` reads.
//!
//! A list, as every command prints one: each entry has a `key`, a `value`, and the `broker` that it is set on, `all` or a
//! number. YAML is read, and so is JSON, which is YAML too. In a file that somebody writes, `broker` may be left out for
//! `all`, and a `value` of null takes the setting back.

use std::collections::BTreeMap;
use std::path::Path;

use protocol::ids::NodeId;
use serde::Deserialize;
use serde_json::Value;

use crate::admin::{Admin, ConfigEntry, ConfigSource, Resource};
use crate::cli::configs;
use crate::cli::failure::Failure;
use crate::cli::output::Cell;
use crate::cluster::Wanted;

/// Whose setting it is; `None` for what holds for all brokers. All stand before each.
pub(super) type Scope = Option<NodeId>;

/// The settings of each scope by their keys; `None` is a value to take back.
pub(super) type Document = BTreeMap<Scope, BTreeMap<String, Option<String>>>;

/// One entry as it stands in a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    key: String,
    value: Value,
    broker: Option<Value>,
}

/// What programs read as the scope: `all`, or a number.
pub(super) fn cell(scope: Scope) -> Cell {
    scope.map_or("all".into(), Cell::from)
}

/// Reads a file.
pub(super) fn read(path: &Path) -> Result<Document, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::other(&format!("read {}", path.display()), &error))?;
    parse(&text).map_err(|why| {
        Failure::usage(format!("{} holds no settings", path.display()))
            .because(why)
            .advise("`sapwood cluster config export` writes such a file")
    })
}

fn parse(text: &str) -> Result<Document, String> {
    let entries: Vec<Entry> = serde_saphyr::from_str(text).map_err(|error| {
        // The parser draws the place below its first line.
        let told = error.to_string();
        let first = told.lines().next().unwrap_or_default();
        first.trim_start_matches("error: ").to_owned()
    })?;
    let mut document = Document::new();
    for entry in entries {
        let scope = scope(entry.broker.as_ref())?;
        let value = value(&entry.key, &entry.value)?;
        let of = document.entry(scope).or_default();
        if of.insert(entry.key.clone(), value).is_some() {
            return Err(format!("\"{}\" stands twice for the same broker", entry.key));
        }
    }
    Ok(document)
}

fn scope(broker: Option<&Value>) -> Result<Scope, String> {
    let number = |value: &Value| i32::try_from(value.as_i64()?).ok().filter(|id| *id >= 0);
    match broker {
        None => Ok(None),
        Some(Value::String(all)) if all == "all" => Ok(None),
        Some(other) => number(other)
            .map(|id| Some(NodeId(id)))
            .ok_or_else(|| format!("broker {other} is neither all nor a number")),
    }
}

fn value(key: &str, value: &Value) -> Result<Option<String>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Bool(_) | Value::Number(_) => Ok(Some(value.to_string())),
        Value::Array(_) | Value::Object(_) => {
            Err(format!("the value of \"{key}\" is neither a text nor a number"))
        }
    }
}

/// What a scope has now of its own, secrets without their values.
pub(super) async fn own(admin: &Admin, scope: Scope) -> Result<Vec<ConfigEntry>, Failure> {
    let source = match scope {
        Some(_) => ConfigSource::Broker,
        None => ConfigSource::AllBrokers,
    };
    let mut all = configs::of(admin, Resource::Broker(scope)).await?;
    all.retain(|config| config.source == source);
    Ok(all)
}

/// All brokers, and each that lives.
pub(super) async fn scopes(admin: &Admin) -> Result<Vec<Scope>, Failure> {
    let view = admin.cluster().refresh(Wanted::Brokers).await?;
    Ok(std::iter::once(None).chain(view.brokers.keys().copied().map(Some)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_and_json_are_read_and_what_makes_no_sense_is_not() {
        let yaml = "- key: a\n  value: 1\n  broker: all\n- {key: b, value: null}\n- {key: a, value: x, broker: 2}\n";
        let json = r#"[{"key": "a", "value": "1"}, {"key": "b", "value": null},
            {"key": "a", "value": "x", "broker": 2}]"#;
        let all = BTreeMap::from([("a".into(), Some("1".into())), ("b".into(), None)]);
        let one = BTreeMap::from([("a".into(), Some("x".into()))]);
        let expected = Document::from([(None, all), (Some(NodeId(2)), one)]);
        assert_eq!(parse(yaml).as_ref(), Ok(&expected));
        assert_eq!(parse(json).as_ref(), Ok(&expected));
        for wrong in [
            "a: 1",
            "- a",
            "- {key: a}",
            "- {key: a, value: [1]}",
            "- {key: a, value: 1, broker: some}",
            "- {key: a, value: 1, broker: -1}",
            "- {key: a, value: 1, broekr: 1}",
            "[{key: a, value: 1}, {key: a, value: 2, broker: all}]",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
