//! A record as JSON, with kcat's field names. Bytes that are no UTF-8 are replaced.

use std::io::{self, Write};

use bytes::Bytes;
use serde_json::{Value, json};

use crate::consumer::Record;

/// One line.
pub(super) fn print(record: &Record, out: &mut (dyn Write + Send)) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &document(record, |bytes| text(bytes).into()))?;
    writeln!(out)
}

/// Several lines; keys and values that are JSON themselves are shown as what they hold.
pub(super) fn print_pretty(record: &Record, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let opened =
        |bytes: &Bytes| serde_json::from_slice(bytes).unwrap_or_else(|_| text(bytes).into());
    serde_json::to_writer_pretty(&mut *out, &document(record, opened))?;
    writeln!(out)
}

fn document(record: &Record, shown: impl Fn(&Bytes) -> Value) -> Value {
    let headers: Vec<_> = record
        .headers
        .iter()
        .map(|header| json!({"key": text(&header.key), "value": header.value.as_ref().map(text)}))
        .collect();
    json!({
        "topic": record.partition.topic.as_str(),
        "partition": record.partition.partition.get(),
        "offset": record.offset.get(),
        "timestamp": record.timestamp.get(),
        "key": record.key.as_ref().map(&shown),
        "value": record.value.as_ref().map(&shown),
        "headers": headers,
    })
}

fn text(bytes: &Bytes) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
