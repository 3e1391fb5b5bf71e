//! Index entries against the batches that they speak of.

use std::io;
use std::path::Path;

use protocol::ids::{Offset, TimestampMs};
use storage::segment::index::OffsetEntry;
use storage::segment::sparse::Entry;
use storage::segment::time_index::TimeEntry;

use super::report::Problem;
use super::scan::{Scan, Seen};
use crate::commands::log::entries::Entries;

/// The indexes of a segment. They are read before its batches, so that a running broker cannot have written an entry for a
/// batch that was not seen.
#[derive(Debug)]
pub(super) struct Indexes {
    offsets: Option<Entries<OffsetEntry>>,
    times: Option<Entries<TimeEntry>>,
}

impl Indexes {
    pub(super) fn read(offsets: &Path, times: &Path, base: Offset) -> io::Result<Self> {
        Ok(Self {
            offsets: if_there(Entries::read(offsets, base))?,
            times: if_there(Entries::read(times, base))?,
        })
    }

    /// What is wrong with them.
    pub(super) fn verify(&self, offsets: &Path, times: &Path, scan: &Scan) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(index) = &self.offsets {
            problems.extend(form(index, offsets));
            problems.extend(entries(index, offsets, |entry| offset_entry(entry, scan)));
        }
        if let Some(index) = &self.times {
            problems.extend(form(index, times));
            let youngest = running_maximum(&scan.batches);
            problems.extend(entries(index, times, |entry| time_entry(entry, scan, &youngest)));
        }
        problems
    }
}

/// Indexes are made when there is something to put in.
fn if_there<T>(read: io::Result<T>) -> io::Result<Option<T>> {
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

/// What is wrong with the file, whatever its segment holds.
fn form<E: Entry>(index: &Entries<E>, path: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some(number) = index.nonsense {
        let what = format!("entry {number} makes no sense");
        problems.push(Problem::of(path, what).at((number * E::LEN) as u64));
    }
    if index.rest > 0 {
        let what = format!("its last entry is cut off after {} bytes", index.rest);
        problems.push(Problem::of(path, what));
    }
    let falls = index.entries.windows(2).position(|two| match two {
        [earlier, later] => !later.follows(*earlier),
        _ => false,
    });
    if let Some(number) = falls {
        let what = format!("entry {} does not ascend", number + 1);
        problems.push(Problem::of(path, what).at(((number + 1) * E::LEN) as u64));
    }
    problems
}

/// The first entry that does not fit: those behind it are mostly wrong in the same way.
fn entries<E: Entry>(
    index: &Entries<E>,
    path: &Path,
    wrong: impl Fn(&E) -> Option<String>,
) -> Option<Problem> {
    let mut found = index.entries.iter().enumerate();
    let (number, what) = found.find_map(|(number, entry)| Some((number, wrong(entry)?)))?;
    let others = index.entries.iter().skip(number + 1).filter(|entry| wrong(entry).is_some());
    let more = match others.count() {
        0 => String::new(),
        count => format!(", and so with {count} more"),
    };
    let what = format!("entry {number}: {what}{more}");
    Some(Problem::of(path, what).at((number * E::LEN) as u64))
}

fn offset_entry(entry: &OffsetEntry, scan: &Scan) -> Option<String> {
    let (position, offset) = (entry.position, entry.last_offset);
    if position >= scan.readable && !scan.problems.is_empty() {
        // The batches there could not be read, which has been said.
        return None;
    }
    let at = scan.batches.binary_search_by_key(&position, |seen| seen.position);
    match at.ok().and_then(|at| scan.batches.get(at)) {
        None => Some(format!("no batch begins at byte {position} of the segment")),
        Some(batch) if batch.last_offset == offset => None,
        Some(batch) => {
            let last = batch.last_offset;
            Some(format!("the batch at byte {position} ends with offset {last}, not {offset}"))
        }
    }
}

/// The largest timestamp of each batch and all before it.
fn running_maximum(batches: &[Seen]) -> Vec<TimestampMs> {
    let maximum = |so_far: &mut TimestampMs, seen: &Seen| {
        *so_far = seen.max_timestamp.max(*so_far);
        Some(*so_far)
    };
    batches.iter().scan(TimestampMs::NONE, maximum).collect()
}

fn time_entry(entry: &TimeEntry, scan: &Scan, youngest: &[TimestampMs]) -> Option<String> {
    let (offset, said) = (entry.offset, entry.timestamp);
    let last = scan.batches.last().map(|seen| seen.last_offset);
    if last.is_none_or(|last| offset > last) {
        let readable = scan.problems.is_empty();
        return readable.then(|| format!("offset {offset} lies behind the segment's last record"));
    }
    let until = scan.batches.partition_point(|seen| seen.base_offset <= offset);
    let found = until.checked_sub(1).and_then(|at| youngest.get(at)).copied();
    match found {
        Some(found) if found == said => None,
        Some(found) => {
            Some(format!("the youngest record up to offset {offset} is of {found}, not of {said}"))
        }
        None => Some(format!("offset {offset} lies before the segment's first record")),
    }
}
