//! Records for people: keys and values as text, or as what the coordinators keep in them.

use bytes::Bytes;
use client::offsets_topic;
use protocol::batch::Record;
use serde_json::{Value, json};

/// How keys and values are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decoder {
    /// As text; bytes that are no UTF-8 are replaced.
    Text,
    /// As records of `__consumer_offsets`.
    Offsets,
}

impl Decoder {
    /// Key and value as JSON; null where there is none.
    pub(super) fn json(self, record: &Record) -> (Value, Value) {
        match self {
            Self::Text => (text(record.key.as_ref()), text(record.value.as_ref())),
            Self::Offsets => offsets(record),
        }
    }
}

fn text(bytes: Option<&Bytes>) -> Value {
    bytes.map_or(Value::Null, |bytes| json!(String::from_utf8_lossy(bytes)))
}

/// What does not decode is shown as it is, beside what is wrong with it.
fn offsets(record: &Record) -> (Value, Value) {
    let key = record.key.as_deref().unwrap_or_default();
    match offsets_topic::decode(key, record.value.as_deref()) {
        Ok(decoded) => {
            let decoded = decoded.with_consumer_protocol();
            let value = decoded.value.map(|(_, fields)| Value::Object(fields));
            (Value::Object(decoded.key), value.unwrap_or_default())
        }
        Err(error) => (json!({"undecodable": error.to_string()}), text(record.value.as_ref())),
    }
}
