//! Decoders: what keys and values are taken for.

use bytes::Bytes;
use client::cli::applets::{Parsed, Thrown};
use client::offsets_topic::{self, Undecodable};
use protocol::batch::Record;
use serde_json::json;

use super::options;

const PACKAGE: &str = "org.apache.kafka.tools.api.";

/// How a record is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decoder {
    Offsets,
    Data { key: Data, value: Data },
}

/// The decoders that come with Kafka.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Data {
    Text,
    Integer,
    Long,
    /// Bytes, which Java shows as an address.
    Bytes,
}

impl Decoder {
    pub(super) fn of(parsed: &Parsed) -> Result<Self, Thrown> {
        if let Some(foreign) = options::FOREIGN.iter().find(|option| parsed.has(**option)) {
            let message = format!("--{}: this broker writes no such records", foreign.name);
            return Err(Thrown::new("java.lang.UnsupportedOperationException", message));
        }
        if parsed.has(options::OFFSETS) {
            return Ok(Self::Offsets);
        }
        // In this order Kafka makes them.
        let value = Data::of(&parsed.value(options::VALUE_DECODER)?.unwrap_or_default())?;
        let key = Data::of(&parsed.value(options::KEY_DECODER)?.unwrap_or_default())?;
        Ok(Self::Data { key, value })
    }

    /// Key and value as they are printed.
    pub(super) fn decode(
        self,
        record: &Record,
    ) -> Result<(Option<String>, Option<String>), Thrown> {
        match self {
            Self::Offsets => offsets(record),
            Self::Data { key, value } => Ok((
                record.key.as_ref().map(|bytes| key.show(bytes)),
                record.value.as_ref().map(|bytes| value.show(bytes)),
            )),
        }
    }
}

impl Data {
    fn of(class: &str) -> Result<Self, Thrown> {
        match class.strip_prefix(PACKAGE) {
            Some("StringDecoder") => Ok(Self::Text),
            Some("IntegerDecoder") => Ok(Self::Integer),
            Some("LongDecoder") => Ok(Self::Long),
            Some("DefaultDecoder") => Ok(Self::Bytes),
            _ => Err(Thrown::new("java.lang.RuntimeException", "Failed to load decoder class")),
        }
    }

    fn show(self, bytes: &Bytes) -> String {
        match self {
            Self::Text => String::from_utf8_lossy(bytes).into_owned(),
            Self::Integer => match bytes.first_chunk() {
                Some(bytes) => i32::from_be_bytes(*bytes).to_string(),
                None => "null".into(),
            },
            Self::Long => match bytes.first_chunk() {
                Some(bytes) => i64::from_be_bytes(*bytes).to_string(),
                None => "null".into(),
            },
            Self::Bytes => "[B@0".into(),
        }
    }
}

fn offsets(record: &Record) -> Result<(Option<String>, Option<String>), Thrown> {
    let Some(key) = &record.key else {
        let message = format!(
            "Failed to decode message at offset {} using the specified decoder (message had a missing key)",
            record.offset
        );
        return Err(Thrown::new("java.lang.RuntimeException", message));
    };
    let decoded = match offsets_topic::decode(key, record.value.as_deref()) {
        Ok(decoded) => decoded.with_consumer_protocol(),
        Err(Undecodable::Kind(kind)) => {
            let offset = record.offset;
            let words = format!("Unknown record type {kind} at offset {offset}, skipping.");
            return Ok((Some(words), None));
        }
        Err(error) => {
            return Ok((
                Some(format!("Error at offset {}, skipping. {error}", record.offset)),
                None,
            ));
        }
    };
    let key = json!({"type": decoded.kind.to_string(), "data": decoded.key});
    let value = match decoded.value {
        None => "<DELETE>".to_owned(),
        Some((layout, fields)) => {
            json!({"version": layout.to_string(), "data": fields}).to_string()
        }
    };
    Ok((Some(key.to_string()), Some(value)))
}
