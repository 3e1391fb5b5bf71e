//! The two sparse indexes, as they stand. Whether they fit their batches is what `verify` looks at.

use std::io;
use std::path::Path;

use protocol::ids::Offset;
use serde_json::{Value, json};
use storage::segment::index::OffsetEntry;
use storage::segment::sparse::Entry;
use storage::segment::time_index::TimeEntry;

use super::Printer;
use crate::commands::log::entries::Entries;
use crate::commands::log::time::utc;

pub(super) fn offsets(path: &Path, base: Offset, printer: &mut Printer<'_>) -> io::Result<()> {
    dump(path, base, printer, |entry: &OffsetEntry| {
        let words = format!("offset {}  position {}", entry.last_offset, entry.position);
        (words, json!({"offset": entry.last_offset.get(), "position": entry.position}))
    })
}

pub(super) fn times(path: &Path, base: Offset, printer: &mut Printer<'_>) -> io::Result<()> {
    dump(path, base, printer, |entry: &TimeEntry| {
        let words = format!("{}  offset {}", utc(entry.timestamp), entry.offset);
        (words, json!({"timestamp": entry.timestamp.get(), "offset": entry.offset.get()}))
    })
}

fn dump<E: Entry>(
    path: &Path,
    base: Offset,
    printer: &mut Printer<'_>,
    show: impl Fn(&E) -> (String, Value),
) -> io::Result<()> {
    let read = Entries::<E>::read(path, base)?;
    for entry in &read.entries {
        let (words, fields) = show(entry);
        printer.item("entry", || words, || fields)?;
    }
    if let Some(number) = read.nonsense {
        let position = number * E::LEN;
        printer.damage(Some(position as u64), &format!("entry {number} makes no sense"))?;
    }
    match read.rest {
        0 => Ok(()),
        rest => printer.damage(None, &format!("its last entry is cut off after {rest} bytes")),
    }
}
