//! The offsets topic: what is in a record of `__consumer_offsets`, as JSON with Kafka's names.
//!
//! The coordinators' own codec is the broker's business, keeps what it needs and refuses what it does not know. This is for
//! people and scripts who look: every field of every layout of the classic kinds, in the order and under the names of
//! Kafka's schemas, so that the text is what Kafka's own tools print.
//!
//! - [`schema`]: the layouts, as tables;
//! - [`reader`]: bytes and a table into JSON.

mod consumer_protocol;
mod reader;
mod schema;

use serde_json::{Map, Value, json};

pub use reader::Malformed;
use schema::{Field, Kind};

/// A record's key and value.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The number of the key's kind.
    pub kind: i16,
    /// The key's fields.
    pub key: Map<String, Value>,
    /// The number of the value's layout, and its fields; `None` for a tombstone.
    pub value: Option<(i16, Map<String, Value>)>,
}

/// Why a record cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecodable {
    /// A kind that is not of classic groups.
    #[error("kind {0} is not known")]
    Kind(i16),
    /// A layout of a value that came later.
    #[error("layout {0} is not known")]
    Layout(i16),
    /// Bytes that are no record of this kind.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

/// Reads a record.
pub fn decode(key: &[u8], value: Option<&[u8]>) -> Result<Decoded, Undecodable> {
    let (number, mut key) = reader::version(key)?;
    let kind = schema::kind(number).ok_or(Undecodable::Kind(number))?;
    let key = reader::read(kind.key, 0, false, &mut key)?;
    let value = value.map(|bytes| decode_value(kind, bytes)).transpose()?;
    Ok(Decoded { kind: number, key, value })
}

fn decode_value(kind: &Kind, bytes: &[u8]) -> Result<(i16, Map<String, Value>), Undecodable> {
    let (layout, mut rest) = reader::version(bytes)?;
    if !(0..=kind.newest).contains(&layout) {
        return Err(Undecodable::Layout(layout));
    }
    let flexible = layout >= kind.flexible;
    Ok((layout, reader::read(kind.value, layout, flexible, &mut rest)?))
}

impl Decoded {
    /// Replaces what the members of a consumer group told each other, which is bytes to a coordinator, by what it says.
    pub fn with_consumer_protocol(mut self) -> Self {
        if let Some((_, value)) = &mut self.value {
            let is_consumer = value.get("protocolType") == Some(&json!("consumer"));
            let members = value.get_mut("members").and_then(Value::as_array_mut);
            for member in members.filter(|_| is_consumer).into_iter().flatten() {
                consumer_protocol::replace(member);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_shown_with_the_fields_of_its_layout() {
        let key = b"\0\x01\0\x01g\0\x01t\0\0\0\x02";
        let value = b"\0\x03\0\0\0\0\0\0\0\x05\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\x07";
        let decoded = decode(key, Some(value)).expect("a commit");
        assert_eq!(json!(decoded.key).to_string(), r#"{"group":"g","topic":"t","partition":2}"#);
        let (layout, value) = decoded.value.expect("no tombstone");
        let expected = r#"{"offset":5,"leaderEpoch":-1,"metadata":"","commitTimestamp":7}"#;
        assert_eq!((layout, json!(value).to_string().as_str()), (3, expected));
    }

    #[test]
    fn what_is_not_known_and_what_is_cut_off_is_told_apart() {
        assert_eq!(decode(b"\0\x03\0\0", None), Err(Undecodable::Kind(3)));
        assert_eq!(decode(b"\0\x02\0\x05g", None), Err(Malformed::Truncated.into()));
        assert_eq!(decode(b"\0\x02\0\x01g", Some(b"\0\x09")), Err(Undecodable::Layout(9)));
    }
}
