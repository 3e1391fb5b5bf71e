//! A segment's batches and their records.

use std::io;
use std::path::Path;

use protocol::batch::{BatchHeader, Record, RecordBatch, TimestampType};
use serde_json::{Value, json};

use super::Printer;
use crate::commands::log::decode::Decoder;
use crate::commands::log::segment_file::{Piece, SegmentFile};
use crate::commands::log::time::utc;

/// How much of a segment is printed.
pub(super) struct Wanted {
    pub(super) records: bool,
    /// Keys and values, read so.
    pub(super) data: Option<Decoder>,
    /// Everything about a record but its key and value.
    pub(super) metadata: bool,
    pub(super) bytes_max: u64,
}

pub(super) fn dump(path: &Path, wanted: &Wanted, printer: &mut Printer<'_>) -> io::Result<()> {
    let mut file = SegmentFile::open(path, wanted.bytes_max)?;
    while let Some(piece) = file.next()? {
        match piece {
            Piece::Batch { position, batch } => print(position, &batch, wanted, printer)?,
            Piece::Zeros { length } => printer.item(
                "free",
                || format!("{length} bytes allocated ahead"),
                || json!({"position": file.end() - length, "length": length}),
            )?,
            // The limit, not the writer, has cut the last batch off.
            Piece::Damage { .. } if wanted.bytes_max == file.end() => {}
            Piece::Damage { position, left, problem } => {
                let what = format!("{problem}; {left} bytes are not readable");
                printer.damage(Some(position), &what)?;
            }
        }
    }
    Ok(())
}

fn print(
    position: u64,
    batch: &RecordBatch,
    wanted: &Wanted,
    printer: &mut Printer<'_>,
) -> io::Result<()> {
    let (header, crc) = (batch.header(), batch.verify_crc());
    let intact = crc.is_ok();
    printer.item("batch", || words(position, header), || fields(position, header, intact))?;
    if let Err(error) = crc {
        printer.damage(Some(position), &error.to_string())?;
    }
    if !wanted.records {
        return Ok(());
    }
    let records = match batch.records() {
        Ok(records) => records,
        Err(error) => return printer.damage(Some(position), &error.to_string()),
    };
    for record in records {
        match record {
            Ok(record) => print_record(header, &record, wanted, printer)?,
            Err(error) => return printer.damage(Some(position), &error.to_string()),
        }
    }
    Ok(())
}

fn words(position: u64, header: &BatchHeader) -> String {
    let mut words = format!(
        "batch {}..{}  {} records  epoch {}  {}  {} bytes at {position}",
        header.base_offset,
        header.last_offset(),
        header.record_count,
        header.partition_leader_epoch,
        utc(header.max_timestamp),
        header.size_in_bytes(),
    );
    let compression = header.compression();
    if compression.bits() != 0 {
        words.push_str(&format!("  {}", compression.name()));
    }
    if header.has_producer_id() {
        let (id, epoch) = (header.producer_id, header.producer_epoch);
        words.push_str(&format!("  producer {id} epoch {epoch} seq {}", header.base_sequence));
    }
    for (word, holds) in [
        ("transactional", header.is_transactional()),
        ("control", header.is_control()),
        ("append time", header.timestamp_type() == TimestampType::LogAppendTime),
    ] {
        if holds {
            words.push_str("  ");
            words.push_str(word);
        }
    }
    words
}

fn fields(position: u64, header: &BatchHeader, intact: bool) -> Value {
    json!({
        "position": position,
        "size": header.size_in_bytes(),
        "base_offset": header.base_offset.get(),
        "last_offset": header.last_offset().get(),
        "count": header.record_count,
        "leader_epoch": header.partition_leader_epoch.get(),
        "timestamp_type": timestamp_type(header),
        "base_timestamp": header.base_timestamp.get(),
        "max_timestamp": header.max_timestamp.get(),
        "compression": header.compression().name(),
        "producer_id": header.producer_id.get(),
        "producer_epoch": header.producer_epoch.get(),
        "base_sequence": header.base_sequence.get(),
        "is_transactional": header.is_transactional(),
        "is_control": header.is_control(),
        "crc": header.crc,
        "is_valid": intact,
    })
}

/// Kafka's word for whose clock it was.
fn timestamp_type(header: &BatchHeader) -> &'static str {
    match header.timestamp_type() {
        TimestampType::CreateTime => "CreateTime",
        TimestampType::LogAppendTime => "LogAppendTime",
    }
}

fn print_record(
    header: &BatchHeader,
    record: &Record,
    wanted: &Wanted,
    printer: &mut Printer<'_>,
) -> io::Result<()> {
    // What a marker holds is for brokers; its batch says what it is.
    let data = wanted.data.filter(|_| !header.is_control()).map(|decoder| decoder.json(record));
    if data.is_none() && !wanted.metadata {
        return Ok(());
    }
    let words = || record_words(record, wanted, data.as_ref());
    printer.item("record", words, || record_fields(record, wanted, data.as_ref()))
}

fn record_words(record: &Record, wanted: &Wanted, data: Option<&(Value, Value)>) -> String {
    let mut parts = Vec::new();
    if wanted.metadata {
        parts.push(format!("  {}", record.offset));
        parts.push(utc(record.timestamp));
    }
    match data {
        Some((key, value)) => parts.push(format!("key {key}  value {value}")),
        None => {
            let length = |bytes: Option<&bytes::Bytes>| {
                bytes.map_or_else(|| "none".into(), |bytes| format!("{} bytes", bytes.len()))
            };
            parts.push(format!("key {}", length(record.key.as_ref())));
            parts.push(format!("value {}", length(record.value.as_ref())));
        }
    }
    if wanted.metadata && !record.headers.is_empty() {
        let keys: Vec<_> =
            record.headers.iter().map(|header| String::from_utf8_lossy(&header.key)).collect();
        parts.push(format!("headers {}", keys.join(",")));
    }
    parts.join("  ")
}

fn record_fields(record: &Record, wanted: &Wanted, data: Option<&(Value, Value)>) -> Value {
    let mut fields = json!({"offset": record.offset.get()});
    if wanted.metadata {
        let keys: Vec<_> =
            record.headers.iter().map(|header| String::from_utf8_lossy(&header.key)).collect();
        fields["timestamp"] = json!(record.timestamp.get());
        fields["key_size"] = json!(record.key.as_ref().map(bytes::Bytes::len));
        fields["value_size"] = json!(record.value.as_ref().map(bytes::Bytes::len));
        fields["header_keys"] = json!(keys);
    }
    if let Some((key, value)) = data {
        fields["key"] = key.clone();
        fields["value"] = value.clone();
    }
    fields
}
