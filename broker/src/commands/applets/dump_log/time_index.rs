//! A time index, and whether its entries fit the batches.

use std::path::Path;

use client::cli::applets::{Parsed, Screen, Thrown};

use super::batches::{Batches, Framed};
use super::index::{OffsetEntries, corrupt, segment_of};
use super::mismatches::Mismatches;
use super::{absolute, base_offset, cannot_read, options};

const ENTRY: usize = 12;

/// A timestamp and an offset.
type TimeEntry = (i64, i64);

fn read(path: &Path, base: i64) -> Result<(Vec<TimeEntry>, usize), Thrown> {
    let bytes = std::fs::read(path).map_err(|error| cannot_read(path, &error))?;
    let entry = |bytes: &[u8; ENTRY]| {
        let (timestamp, offset) = bytes.split_first_chunk()?;
        let offset = i32::from_be_bytes(*offset.first_chunk()?);
        Some((i64::from_be_bytes(*timestamp), base + i64::from(offset)))
    };
    let (entries, _) = bytes.as_chunks();
    Ok((entries.iter().filter_map(entry).collect(), bytes.len()))
}

pub(super) fn dump(
    path: &Path,
    parsed: &Parsed,
    screen: &mut Screen,
    mismatches: &mut Mismatches,
) -> Result<(), Thrown> {
    let base = base_offset(path)?;
    let segment = segment_of(path);
    let batches = Batches::open(&segment)?;
    let offsets = segment.with_extension("index");
    // Indexes are made when there is something to put in.
    let index = match offsets.exists() {
        true => Some(OffsetEntries::read(&offsets)?),
        false => None,
    };
    let (entries, length) = read(path, base)?;
    if parsed.has(options::INDEX_SANITY_CHECK) {
        check(path, base, &entries, length)?;
        screen.line(format!("{} passed sanity check.", path.display()));
        return Ok(());
    }
    let mut before = -1;
    for (number, (timestamp, offset)) in entries.iter().copied().enumerate() {
        if offset == base && number > 0 {
            return Ok(());
        }
        let position = index.as_ref().map_or(0, |index| index.lookup(offset));
        let slice = batches.slice(position, i32::MAX)?;
        compare(path, (timestamp, offset), before, slice, mismatches)?;
        if !parsed.has(options::VERIFY_INDEX_ONLY) {
            screen.line(format!("timestamp: {timestamp} offset: {offset}"));
        }
        before = timestamp;
    }
    Ok(())
}

/// Looks for the batch that an entry is about.
fn compare(
    path: &Path,
    (timestamp, offset): TimeEntry,
    before: i64,
    mut batches: Batches,
    mismatches: &mut Mismatches,
) -> Result<(), Thrown> {
    let file = absolute(path);
    let batch = loop {
        match batches.next()? {
            Some(framed) if framed.last_offset() < offset => {}
            found => break found,
        }
    };
    let last = batch.as_ref().map_or(-1, Framed::last_offset);
    if last != offset {
        mismatches.missing(&file, offset, last);
        return Ok(());
    }
    let youngest = match &batch {
        Some(Framed::Present { batch, .. }) => batch.header().max_timestamp.get(),
        _ => timestamp,
    };
    if youngest != timestamp {
        mismatches.timestamp(&file, timestamp, youngest);
    }
    if before >= timestamp {
        mismatches.disorder(&file, timestamp, before);
    }
    Ok(())
}

fn check(path: &Path, base: i64, entries: &[TimeEntry], length: usize) -> Result<(), Thrown> {
    let path = absolute(path);
    let first = entries.first().map_or(-1, |(first, _)| *first);
    if let Some((last, _)) = entries.last().filter(|(last, _)| *last < first) {
        let message = format!(
            "Corrupt time index found, time index file ({path}) has non-zero size but the last timestamp is {last} which is less than the first timestamp {first}"
        );
        return Err(corrupt(message));
    }
    if let Some((_, last)) = entries.last().filter(|(_, last)| *last < base) {
        let message = format!(
            "Corrupt time index found, time index file ({path}) has non-zero size but the last offset is {last} which is less than the first offset {base}"
        );
        return Err(corrupt(message));
    }
    if !length.is_multiple_of(ENTRY) {
        let message = format!(
            "Time index file {path} is corrupt, found {length} bytes which is neither positive nor a multiple of 12"
        );
        return Err(corrupt(message));
    }
    Ok(())
}
