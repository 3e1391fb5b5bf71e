//! The offset index of a segment: where in the file to begin looking for an offset (`.index`).
//!
//! An entry is eight bytes, big endian: the last offset of a batch less the segment's base, and the batch's position. One is
//! written for the first batch that begins more than `index.interval.bytes` behind the last entry, never for the first
//! batch of a segment. Relative offsets and positions fit in 31 bits; a segment is rolled before they would not.

use protocol::ids::Offset;

use super::sparse::Entry;

/// A batch whose position is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OffsetEntry {
    /// The offset of the batch's last record.
    pub last_offset: Offset,
    /// Where the batch begins.
    pub position: u64,
}

impl Entry for OffsetEntry {
    const LEN: usize = 8;

    fn write(self, base: Offset, to: &mut Vec<u8>) {
        let relative = relative(base, self.last_offset).expect("segments are rolled before that");
        let position = i32::try_from(self.position).expect("segments are rolled before that");
        to.extend_from_slice(&relative.to_be_bytes());
        to.extend_from_slice(&position.to_be_bytes());
    }

    fn read(base: Offset, from: &[u8]) -> Option<Self> {
        let (relative, position) = from.split_first_chunk::<4>()?;
        let relative = u32::try_from(i32::from_be_bytes(*relative)).ok()?;
        let position = u32::try_from(i32::from_be_bytes(position.try_into().ok()?)).ok()?;
        let last_offset = Offset(base.get().checked_add(i64::from(relative))?);
        Some(Self { last_offset, position: u64::from(position) })
    }

    fn follows(self, earlier: Self) -> bool {
        self.last_offset > earlier.last_offset && self.position > earlier.position
    }
}

/// How far an offset lies behind a segment's base, if an index can say so.
pub(crate) fn relative(base: Offset, offset: Offset) -> Option<i32> {
    let distance = offset.get().checked_sub(base.get())?;
    i32::try_from(distance).ok().filter(|distance| *distance >= 0)
}
