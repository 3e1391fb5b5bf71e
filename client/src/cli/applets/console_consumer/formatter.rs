//! Formatters: how a record is printed.

use protocol::batch::TimestampType;

use super::coordinator::Kinds;
use super::deserializer::Deserializer;
use crate::cli::applets::{Properties, Screen, Thrown};
use crate::consumer::Record;

const PACKAGES: [&str; 2] = ["org.apache.kafka.tools.consumer.", "kafka.tools."];

/// A formatter by its class.
#[derive(Debug)]
pub(super) enum Formatter {
    /// What the properties say, in columns.
    Default(Columns),
    /// Nothing.
    NoOp,
    /// Records of `__consumer_offsets`, of these kinds.
    Coordinator(Kinds),
}

impl Formatter {
    /// The formatter of this class; the error is its message, for the help page.
    pub(super) fn new(
        class: &str,
        properties: &Properties,
        screen: &mut Screen,
    ) -> Result<Self, String> {
        let name = PACKAGES.iter().find_map(|package| class.strip_prefix(package));
        match name {
            // What the second logs beside that, nobody sees: tools log warnings at most.
            Some("DefaultMessageFormatter" | "LoggingMessageFormatter") => {
                Ok(Self::Default(Columns::new(properties, screen)))
            }
            Some("NoOpMessageFormatter") => Ok(Self::NoOp),
            Some("OffsetsMessageFormatter") => Ok(Self::Coordinator(Kinds::Offsets)),
            Some("GroupMetadataMessageFormatter") => Ok(Self::Coordinator(Kinds::Groups)),
            _ => Err(class.to_owned()),
        }
    }

    /// Prints a record.
    pub(super) fn print(&self, record: &Record, screen: &mut Screen) -> Result<(), Thrown> {
        match self {
            Self::Default(columns) => columns.print(record, screen),
            Self::NoOp => Ok(()),
            Self::Coordinator(kinds) => kinds.print(record, screen),
        }
    }
}

/// The default formatter.
#[derive(Debug)]
pub(super) struct Columns {
    timestamp: bool,
    key: bool,
    offset: bool,
    epoch: bool,
    partition: bool,
    headers: bool,
    value: bool,
    key_separator: Vec<u8>,
    line_separator: Vec<u8>,
    headers_separator: Vec<u8>,
    null_literal: Vec<u8>,
    key_deserializer: Option<Deserializer>,
    value_deserializer: Option<Deserializer>,
    headers_deserializer: Option<Deserializer>,
}

impl Columns {
    fn new(properties: &Properties, screen: &mut Screen) -> Self {
        let is_on = |key, default: bool| {
            let text = properties.get(key);
            text.map_or(default, |text| text.trim().eq_ignore_ascii_case("true"))
        };
        let bytes = |key, default: &str| properties.get(key).unwrap_or(default).as_bytes().to_vec();
        let mut deserializer = |key| {
            let class = properties.get(key)?;
            let known = Deserializer::of(class);
            if known.is_none() {
                let what = "ERROR Unable to instantiate a deserializer from";
                screen.complain(format!("{what} {class}"));
            }
            known
        };
        Self {
            timestamp: is_on("print.timestamp", false),
            key: is_on("print.key", false),
            offset: is_on("print.offset", false),
            epoch: is_on("print.epoch", false),
            partition: is_on("print.partition", false),
            headers: is_on("print.headers", false),
            value: is_on("print.value", true),
            key_separator: bytes("key.separator", "\t"),
            line_separator: bytes("line.separator", "\n"),
            headers_separator: bytes("headers.separator", ","),
            null_literal: bytes("null.literal", "null"),
            key_deserializer: deserializer("key.deserializer"),
            value_deserializer: deserializer("value.deserializer"),
            headers_deserializer: deserializer("headers.deserializer"),
        }
    }

    fn print(&self, record: &Record, screen: &mut Screen) -> Result<(), Thrown> {
        let mut line = Vec::new();
        let columns = self.columns(record)?;
        let last = columns.len().saturating_sub(1);
        for (number, column) in columns.into_iter().enumerate() {
            line.extend(column);
            let separator = if number == last { &self.line_separator } else { &self.key_separator };
            line.extend(separator);
        }
        screen.bytes(&line);
        Ok(())
    }

    fn columns(&self, record: &Record) -> Result<Vec<Vec<u8>>, Thrown> {
        let mut columns = Vec::new();
        if self.timestamp {
            columns.push(timestamp(record).into_bytes());
        }
        if self.partition {
            columns.push(format!("Partition:{}", record.partition.partition).into_bytes());
        }
        if self.offset {
            columns.push(format!("Offset:{}", record.offset).into_bytes());
        }
        if self.epoch {
            // Kafka's tool hands the record on without its epoch.
            columns.push(b"Epoch:NOT_PRESENT".to_vec());
        }
        if self.headers {
            columns.push(self.headers(record)?);
        }
        if self.key {
            columns.push(self.shown(self.key_deserializer, record.key.as_deref())?);
        }
        if self.value {
            columns.push(self.shown(self.value_deserializer, record.value.as_deref())?);
        }
        Ok(columns)
    }

    fn headers(&self, record: &Record) -> Result<Vec<u8>, Thrown> {
        if record.headers.is_empty() {
            return Ok(b"NO_HEADERS".to_vec());
        }
        let mut column = Vec::new();
        for (number, header) in record.headers.iter().enumerate() {
            if number > 0 {
                column.extend(&self.headers_separator);
            }
            column.extend(&header.key);
            column.push(b':');
            column.extend(self.shown(self.headers_deserializer, header.value.as_deref())?);
        }
        Ok(column)
    }

    fn shown(&self, with: Option<Deserializer>, bytes: Option<&[u8]>) -> Result<Vec<u8>, Thrown> {
        let bytes = bytes.unwrap_or(&self.null_literal);
        match with {
            None => Ok(bytes.to_vec()),
            Some(deserializer) => Ok(deserializer.show(bytes)?.into_bytes()),
        }
    }
}

fn timestamp(record: &Record) -> String {
    let kind = match record.timestamp_type {
        TimestampType::CreateTime => "CreateTime",
        TimestampType::LogAppendTime => "LogAppendTime",
    };
    format!("{kind}:{}", record.timestamp)
}
