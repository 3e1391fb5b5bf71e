//! The time index of a segment: from which offset on records may be as young as a timestamp (`.timeindex`).
//!
//! An entry is twelve bytes, big endian: the largest timestamp so far, and the last offset of the batch that brought it, less
//! the segment's base. It says: no record up to that offset is younger than that timestamp. A segment that is closed ends with
//! an entry for its largest timestamp, which is how retention knows its age without reading it.

use protocol::ids::{Offset, TimestampMs};

use super::index::relative;
use super::sparse::Entry;

/// The largest timestamp up to a point of the segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeEntry {
    /// The largest timestamp of all records up to `offset`.
    pub timestamp: TimestampMs,
    /// The last offset of the batch that has it.
    pub offset: Offset,
}

impl Entry for TimeEntry {
    const LEN: usize = 12;

    fn write(self, base: Offset, to: &mut Vec<u8>) {
        let relative = relative(base, self.offset).expect("segments are rolled before that");
        to.extend_from_slice(&self.timestamp.get().to_be_bytes());
        to.extend_from_slice(&relative.to_be_bytes());
    }

    fn read(base: Offset, from: &[u8]) -> Option<Self> {
        let (timestamp, relative) = from.split_first_chunk::<8>()?;
        let relative = u32::try_from(i32::from_be_bytes(relative.try_into().ok()?)).ok()?;
        let offset = Offset(base.get().checked_add(i64::from(relative))?);
        Some(Self { timestamp: TimestampMs(i64::from_be_bytes(*timestamp)), offset })
    }

    fn follows(self, earlier: Self) -> bool {
        self.timestamp > earlier.timestamp && self.offset >= earlier.offset
    }
}
