//! The newest records of a topic, read as a consumer would and shown as people can read them.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use client::offsets_topic;
use protocol::batch::{self, Record};
use protocol::ids::{LeaderEpoch, Offset, PartitionIndex, TimestampMs, TopicName};
use serde::Serialize;

use crate::node::Broker;
use crate::node::hosted::{Hosted, HostedTopic};
use crate::partition::{Fetch, Isolation};

/// How much of a partition is read for one look.
const READ_BYTES: usize = 1 << 20;
/// To how much a batch may unpack before it is left out.
const UNPACKED_BYTES: usize = 16 << 20;
/// How many characters of a key or a value are shown.
const SHOWN_CHARS: usize = 2000;
/// How many bytes are shown of what is no text.
const SHOWN_BYTES: usize = 64;

/// A record as it is shown.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Shown {
    pub(super) partition: i32,
    pub(super) offset: i64,
    pub(super) timestamp: i64,
    pub(super) time: String,
    pub(super) key: Option<String>,
    pub(super) value: Option<String>,
    pub(super) headers: Vec<(String, Option<String>)>,
    /// Of key and value, as they are.
    pub(super) bytes: usize,
}

/// Up to where each partition has been shown.
pub(super) type Positions = BTreeMap<PartitionIndex, Offset>;

/// The newest records of all partitions that are here, the newest first. Reads the disk.
pub(super) fn newest(topic: &HostedTopic, count: usize) -> Vec<Shown> {
    let mut all = Vec::new();
    for hosted in topic.partitions.iter().flatten() {
        match newest_of(hosted, count) {
            Ok(records) => all.extend(records),
            Err(error) => {
                tracing::debug!(partition = %hosted.id, %error, "cannot show the newest records")
            }
        }
    }
    all.sort_by_key(|shown| std::cmp::Reverse((shown.timestamp, shown.offset, shown.partition)));
    all.truncate(count);
    all
}

/// Where every partition ends now, for a tail that begins here.
pub(super) fn ends(topic: &HostedTopic) -> Positions {
    let hosted = topic.partitions.iter().flatten();
    hosted.filter_map(|hosted| Some((hosted.id.partition, bounds(hosted)?.1))).collect()
}

/// What has come since `positions`, which move on; at most `count` records, and the newest of each partition if there are
/// more. The second value says how many were passed over. Reads the disk.
pub(super) fn since(
    broker: &Broker,
    topic: &TopicName,
    positions: &mut Positions,
    count: usize,
) -> (Vec<Shown>, i64) {
    let topics = broker.registry.topics();
    let Some(topic) = topics.by_name(topic) else { return (Vec::new(), 0) };
    let (mut all, mut passed_over) = (Vec::new(), 0);
    let share = (count / topic.partitions.len().max(1)).max(1);
    for hosted in topic.partitions.iter().flatten() {
        let Some((start, end)) = bounds(hosted) else { continue };
        let position = positions.entry(hosted.id.partition).or_insert(start);
        if *position >= end {
            // It may have been cut back by a recovery.
            *position = end;
            continue;
        }
        let from = Offset(end.get() - share as i64).max(*position).max(start);
        let records = read(hosted, from, end).unwrap_or_default();
        passed_over += end.get() - position.get() - records.len() as i64;
        all.extend(records);
        *position = end;
    }
    all.sort_by_key(|shown| (shown.timestamp, shown.offset, shown.partition));
    (all, passed_over.max(0))
}

/// The first offset, and the end of what a consumer may see.
fn bounds(hosted: &Hosted) -> Option<(Offset, Offset)> {
    let offsets = hosted.lock().ok()?.offsets();
    Some((offsets.start, offsets.last_stable))
}

fn newest_of(hosted: &Arc<Hosted>, count: usize) -> io::Result<Vec<Shown>> {
    let Some((start, end)) = bounds(hosted) else { return Ok(Vec::new()) };
    let mut back = count as i64;
    loop {
        let from = Offset(end.get() - back).max(start);
        let records = read(hosted, from, end)?;
        let reached = records.last().is_none_or(|last| last.offset + 1 >= end.get());
        // Records may be too large for so many to be read at once: then fewer.
        if reached || back <= 1 {
            return Ok(records);
        }
        back /= 4;
    }
}

/// The records from `from` on, as far as one read goes.
fn read(hosted: &Hosted, from: Offset, end: Offset) -> io::Result<Vec<Shown>> {
    let fetch = Fetch {
        from,
        bytes_max: READ_BYTES,
        at_least_one: true,
        leader_epoch: LeaderEpoch::NONE,
        last_fetched_epoch: LeaderEpoch::NONE,
        isolation: Isolation::ReadCommitted,
    };
    let refused = |code: protocol::ErrorCode| io::Error::other(code.to_string());
    let fetched = hosted.lock().map_err(refused)?.fetch(&fetch).map_err(refused)?;
    let Some(plan) = fetched.plan else { return Ok(Vec::new()) };
    let show = shower(&hosted.id.topic);
    let index = hosted.id.partition.get();
    let mut shown = Vec::new();
    for batch in batch::batches(Bytes::from(plan.load()?.concat())) {
        let batch = batch.map_err(io::Error::other)?;
        if batch.header().is_control() {
            continue;
        }
        let records = batch.records_within(UNPACKED_BYTES).map_err(io::Error::other)?;
        for record in records.flatten().filter(|record| (from..end).contains(&record.offset)) {
            shown.push(show(index, &record));
        }
    }
    Ok(shown)
}

/// How the records of a topic are shown: those of `__consumer_offsets` by what they mean.
fn shower(topic: &TopicName) -> fn(i32, &Record) -> Shown {
    if &**topic == TopicName::CONSUMER_OFFSETS { positions_kept } else { as_text }
}

fn as_text(partition: i32, record: &Record) -> Shown {
    Shown {
        partition,
        offset: record.offset.get(),
        timestamp: record.timestamp.get(),
        time: time(record.timestamp),
        key: record.key.as_deref().map(readable),
        value: record.value.as_deref().map(readable),
        headers: record
            .headers
            .iter()
            .map(|header| (readable(&header.key), header.value.as_deref().map(readable)))
            .collect(),
        bytes: record.key.as_ref().map_or(0, Bytes::len)
            + record.value.as_ref().map_or(0, Bytes::len),
    }
}

fn positions_kept(partition: i32, record: &Record) -> Shown {
    let shown = as_text(partition, record);
    let key = record.key.as_deref().unwrap_or_default();
    let Ok(decoded) = offsets_topic::decode(key, record.value.as_deref()) else { return shown };
    let decoded = decoded.with_consumer_protocol();
    let json = |fields| serde_json::Value::Object(fields).to_string();
    Shown {
        key: Some(json(decoded.key)),
        value: decoded.value.map(|(_, fields)| json(fields)),
        ..shown
    }
}

/// Text as it is, cut where it is long; what is no text in hexadecimal digits.
fn readable(bytes: &[u8]) -> String {
    let is_text = |text: &str| {
        !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{1b}'))
    };
    match std::str::from_utf8(bytes) {
        Ok(text) if is_text(text) => {
            let cut: String = text.chars().take(SHOWN_CHARS).collect();
            if cut.len() < text.len() { format!("{cut}…") } else { cut }
        }
        _ => {
            let digits: String =
                bytes.iter().take(SHOWN_BYTES).map(|byte| format!("{byte:02x}")).collect();
            let rest = if bytes.len() > SHOWN_BYTES { "…" } else { "" };
            format!("0x{digits}{rest}")
        }
    }
}

/// In UTC, to the millisecond.
pub(super) fn time(at: TimestampMs) -> String {
    match jiff::Timestamp::from_millisecond(at.get()) {
        Ok(time) if at.get() >= 0 => time.strftime("%Y-%m-%d %H:%M:%S%.3f").to_string(),
        _ => "no time".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_shown_as_it_is_and_other_bytes_as_digits() {
        assert_eq!(readable("größer\n".as_bytes()), "größer\n");
        assert_eq!(readable(&[0, 255]), "0x00ff");
        assert_eq!(readable(&[0x80; 65]), format!("0x{}…", "80".repeat(64)));
        assert_eq!(readable("ä".repeat(2001).as_bytes()), format!("{}…", "ä".repeat(2000)));
    }

    #[test]
    fn a_time_is_in_utc() {
        assert_eq!(time(TimestampMs(1_700_000_000_123)), "2023-11-14 22:13:20.123");
        assert_eq!(time(TimestampMs(-1)), "no time");
    }
}
