//! The formatters of `__consumer_offsets`: a line of JSON for each record of a kind.

use serde_json::{Value, json};

use crate::cli::applets::{Screen, Thrown};
use crate::consumer::Record;
use crate::offsets_topic::{self, Undecodable};

/// Which records are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kinds {
    /// What groups have committed.
    Offsets,
    /// Who is in a group.
    Groups,
}

impl Kinds {
    fn has(self, kind: i16) -> bool {
        match self {
            Self::Offsets => matches!(kind, 0 | 1),
            Self::Groups => kind == 2,
        }
    }

    pub(super) fn print(self, record: &Record, screen: &mut Screen) -> Result<(), Thrown> {
        let Some(key) = &record.key else { return Ok(()) };
        let decoded = match offsets_topic::decode(key, record.value.as_deref()) {
            Ok(decoded) => decoded,
            Err(Undecodable::Kind(_)) => return Ok(()),
            Err(error) => {
                let message =
                    format!("Could not read record at offset {} due to: {error}", record.offset);
                return Err(Thrown::new("java.lang.RuntimeException", message));
            }
        };
        if self.has(decoded.kind) {
            let value = decoded
                .value
                .map_or(Value::Null, |(layout, fields)| json!({"version": layout, "data": fields}));
            let key = json!({"type": decoded.kind, "data": decoded.key});
            // One object follows the other on the same line, as Kafka writes them.
            screen.text(json!({"key": key, "value": value}));
        }
        Ok(())
    }
}
