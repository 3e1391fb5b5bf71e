//! A segment: a line a batch, and a line a record.

use std::path::Path;

use client::cli::applets::{Parsed, Screen, Thrown};
use protocol::batch::{BatchError, BatchHeader, Compression, Record, RecordBatch, TimestampType};
use protocol::control::ControlKind;

use super::batches::{Batches, Framed};
use super::decoder::Decoder;
use super::mismatches::Mismatches;
use super::{absolute, base_offset, options};

pub(super) fn dump(
    path: &Path,
    parsed: &Parsed,
    screen: &mut Screen,
    mismatches: &mut Mismatches,
) -> Result<(), Thrown> {
    let decoder = Decoder::of(parsed)?;
    let bytes_max = options::integer(parsed, options::MAX_BYTES)?;
    heading(path, screen)?;
    let mut batches = Batches::open(path)?.slice(0, bytes_max)?;
    let data = options::prints_data(parsed);
    let printed = Printed {
        deep: data || parsed.has(options::DEEP_ITERATION),
        data: data.then_some(decoder),
        metadata: !parsed.has(options::SKIP_RECORD_METADATA),
    };
    let (mut valid, mut last) = (0, -1);
    while let Some(framed) = batches.next()? {
        match framed {
            Framed::Present { batch, magic } => {
                screen.line(batch_line(&batch, magic, valid));
                if printed.deep {
                    let mut hole = |from, to| mismatches.hole(&absolute(path), from, to);
                    printed.records(&batch, &mut last, &mut hole, screen)?;
                }
                valid += batch.size_in_bytes() as u64;
            }
            Framed::Old(bytes) => {
                screen.line(old_line(&bytes, valid));
                valid += bytes.len() as u64;
            }
        }
    }
    let trailing = batches.len() - valid;
    if trailing > 0 && bytes_max == i32::MAX {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        screen.line(format!("Found {trailing} invalid bytes at the end of {name}"));
    }
    Ok(())
}

fn heading(path: &Path, screen: &mut Screen) -> Result<(), Thrown> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name == "bootstrap.checkpoint" {
        screen.line("KRaft bootstrap snapshot");
    } else if let Some(stem) = name.strip_suffix(".checkpoint") {
        let (offset, epoch) = stem.split_once('-').unwrap_or((stem, ""));
        let number = |text: &str| text.parse::<i64>().unwrap_or(0);
        let (offset, epoch) = (number(offset), number(epoch));
        screen.line(format!("Snapshot end offset: {offset}, epoch: {epoch}"));
    } else {
        screen.line(format!("Log starting offset: {}", base_offset(path)?));
    }
    Ok(())
}

fn batch_line(batch: &RecordBatch, magic: i8, position: u64) -> String {
    let header = batch.header();
    let horizon = match header.attributes.has_delete_horizon() {
        true => format!("OptionalLong[{}]", header.base_timestamp),
        false => "OptionalLong.empty".into(),
    };
    format!(
        "baseOffset: {} lastOffset: {} count: {} baseSequence: {} lastSequence: {} producerId: {} producerEpoch: {} \
         partitionLeaderEpoch: {} isTransactional: {} isControl: {} deleteHorizonMs: {horizon} position: {position} \
         {}: {} size: {} magic: {magic} compresscodec: {} crc: {} isvalid: {}",
        header.base_offset,
        header.last_offset(),
        header.record_count,
        header.base_sequence,
        header.last_sequence(),
        header.producer_id,
        header.producer_epoch,
        header.partition_leader_epoch,
        header.is_transactional(),
        header.is_control(),
        timestamp_type(header),
        header.max_timestamp,
        header.size_in_bytes(),
        header.compression().name(),
        header.crc,
        batch.verify_crc().is_ok(),
    )
}

/// A batch of formats 0 and 1: offset 8, size 4, CRC 4, magic 1, attributes 1, and in format 1 a timestamp of 8 bytes.
fn old_line(bytes: &[u8], position: u64) -> String {
    let long = |at: usize| {
        let field = bytes.get(at..).and_then(<[u8]>::first_chunk).copied();
        i64::from_be_bytes(field.unwrap_or_default())
    };
    let crc = bytes.get(12..).and_then(<[u8]>::first_chunk).copied().map(u32::from_be_bytes);
    let crc = crc.unwrap_or_default();
    let magic = bytes.get(16).copied().unwrap_or_default();
    let attributes = i16::from(bytes.get(17).copied().unwrap_or_default());
    let kind = match (magic, attributes & 8) {
        (0, _) => "NoTimestampType",
        (_, 0) => "CreateTime",
        _ => "LogAppendTime",
    };
    let timestamp = if magic == 0 { -1 } else { long(18) };
    let codec = Compression::from_bits(attributes & 7).map_or("unknown", Compression::name);
    let valid = bytes.get(16..).is_some_and(|covered| crc32fast::hash(covered) == crc);
    let (offset, size) = (long(0), bytes.len());
    format!(
        "offset: {offset} position: {position} {kind}: {timestamp} size: {size} magic: {magic} compresscodec: {codec} \
         crc: {crc} isvalid: {valid}"
    )
}

fn timestamp_type(header: &BatchHeader) -> &'static str {
    match header.timestamp_type() {
        TimestampType::CreateTime => "CreateTime",
        TimestampType::LogAppendTime => "LogAppendTime",
    }
}

/// What is printed of the records.
struct Printed {
    deep: bool,
    data: Option<Decoder>,
    metadata: bool,
}

impl Printed {
    fn records(
        &self,
        batch: &RecordBatch,
        last: &mut i64,
        hole: &mut impl FnMut(i64, i64),
        screen: &mut Screen,
    ) -> Result<(), Thrown> {
        for record in batch.records().map_err(|error| invalid(&error))? {
            let record = record.map_err(|error| invalid(&error))?;
            let offset = record.offset.get();
            if offset != *last + 1 {
                hole(*last, offset);
            }
            *last = offset;
            let mut line = String::new();
            if self.metadata {
                line.push_str(&metadata(batch.header(), &record));
            }
            if let Some(decoder) = self.data.filter(|_| !batch.header().is_control()) {
                let prefix = if self.metadata { " " } else { "| " };
                line.push_str(&contents(decoder, &record, prefix)?);
            }
            screen.line(line);
        }
        Ok(())
    }
}

fn invalid(error: &BatchError) -> Thrown {
    Thrown::new("org.apache.kafka.common.InvalidRecordException", error.to_string())
}

fn metadata(header: &BatchHeader, record: &Record) -> String {
    let size = |bytes: Option<&bytes::Bytes>| bytes.map_or(-1, |bytes| bytes.len() as i64);
    let keys: Vec<_> =
        record.headers.iter().map(|header| String::from_utf8_lossy(&header.key)).collect();
    let delta = i32::try_from(record.offset.get() - header.base_offset.get()).unwrap_or(0);
    let sequence = match header.base_sequence.get() {
        base if base < 0 => header.base_sequence,
        _ => header.base_sequence.plus(delta),
    };
    let mut line = format!(
        "| offset: {} {}: {} keySize: {} valueSize: {} sequence: {sequence} headerKeys: [{}]",
        record.offset,
        timestamp_type(header),
        record.timestamp,
        size(record.key.as_ref()),
        size(record.value.as_ref()),
        keys.join(","),
    );
    if header.is_control() {
        line.push_str(&control(record));
    }
    line
}

fn control(record: &Record) -> String {
    let key = record.key.as_deref().unwrap_or_default();
    let code = key.get(2..).and_then(<[u8]>::first_chunk).copied().map(i16::from_be_bytes);
    let code = code.unwrap_or(-1);
    let value = record.value.as_deref().unwrap_or_default();
    let epoch = value.get(2..).and_then(<[u8]>::first_chunk).copied().map(i32::from_be_bytes);
    let marker = |kind| format!(" endTxnMarker: {kind} coordinatorEpoch: {}", epoch.unwrap_or(-1));
    match ControlKind::from_code(code) {
        ControlKind::Abort => marker("ABORT"),
        ControlKind::Commit => marker("COMMIT"),
        ControlKind::LeaderChange => format!(" controlType: LEADER_CHANGE({code})"),
        ControlKind::SnapshotHeader => format!(" controlType: SNAPSHOT_HEADER({code})"),
        ControlKind::SnapshotFooter => format!(" controlType: SNAPSHOT_FOOTER({code})"),
        ControlKind::KraftVersion => format!(" controlType: KRAFT_VERSION({code})"),
        ControlKind::KraftVoters => format!(" controlType: KRAFT_VOTERS({code})"),
        ControlKind::Unknown(code) => format!(" controlType: UNKNOWN({code})"),
    }
}

fn contents(decoder: Decoder, record: &Record, prefix: &str) -> Result<String, Thrown> {
    let (key, value) = decoder.decode(record)?;
    let mut line = String::new();
    let mut prefix = prefix;
    if let Some(key) = key {
        line.push_str(&format!("{prefix}key: {key}"));
        prefix = " ";
    }
    if let Some(value) = value {
        line.push_str(&format!("{prefix}payload: {value}"));
    }
    Ok(line)
}
