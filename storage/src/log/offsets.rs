//! The offsets that bound a log, and the order that they keep.

use protocol::ids::Offset;

/// `start ≤ end` and `flushed ≤ end`. The high watermark and the last stable offset are the partition's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogOffsets {
    /// The first record that may be read. Rises with retention and DeleteRecords.
    pub start: Offset,
    /// The offset that the next record will get.
    pub end: Offset,
    /// Every record below is on disk. Below `start` where everything was deleted before it was synced.
    pub flushed: Offset,
}

impl LogOffsets {
    /// # Panics
    /// If the order does not hold.
    pub(super) fn check(&self) {
        assert!(self.start <= self.end, "the log starts before it ends: {self:?}");
        assert!(self.flushed <= self.end, "only what there is can be on disk: {self:?}");
    }
}
