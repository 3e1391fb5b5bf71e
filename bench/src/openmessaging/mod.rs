//! The files of OpenMessaging's benchmark: workloads, and as much of a driver as says how to use a Kafka cluster.
//!
//! They are accepted as they are. What a file says and this tool does not do is told, never passed over in silence.

mod driver;
mod workload;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub use driver::Driver;
pub use workload::{KeyDistributor, OmbWorkload};

/// Something in a file that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidFile(pub String);

/// Reads a document, with values that were set instead of its own, and the keys that nobody asked for.
///
/// # Errors
/// It is no YAML, or a value is of the wrong kind.
pub fn parse<T: DeserializeOwned>(
    text: &str,
    known: &[&str],
    set: &[(String, String)],
) -> Result<(T, Vec<String>), InvalidFile> {
    let wrong = |error: String| InvalidFile(error);
    let value: Value = serde_saphyr::from_str(text).map_err(|error| wrong(error.to_string()))?;
    let Value::Object(mut all) = value else {
        return Err(wrong("it is no list of names and values".into()));
    };
    for (name, value) in set {
        if !known.contains(&name.as_str()) {
            return Err(wrong(format!(
                "--set {name}: there is no such key; there are {}",
                known.join(", ")
            )));
        }
        all.insert(
            name.clone(),
            serde_saphyr::from_str(value).unwrap_or_else(|_| value.clone().into()),
        );
    }
    let (all, strange): (Map<String, Value>, Map<String, Value>) =
        all.into_iter().partition(|(name, _)| known.contains(&name.as_str()));
    let strange = strange.into_iter().map(|(name, _)| name).collect();
    let read =
        serde_json::from_value(Value::Object(all)).map_err(|error| wrong(error.to_string()))?;
    Ok((read, strange))
}
