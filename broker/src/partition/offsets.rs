//! The offsets of a partition: five numbers that must stay in order.

use protocol::ids::Offset;

/// Where a partition stands.
///
/// - `start ≤ last_stable ≤ high_watermark ≤ end`
/// - `flushed ≤ end`
///
/// `flushed` is not tied to the high watermark: a record is *visible* once every in-sync replica has it, and
/// *acknowledged* to a producer with `acks=all` once it is on disk besides (see [`Offsets::acknowledged`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Offsets {
    /// The first offset that may be read: retention and DeleteRecords move it.
    pub start: Offset,
    /// Where the oldest open transaction begins; `high_watermark` without one. Exclusive bound of `read_committed`.
    pub last_stable: Offset,
    /// Exclusive bound of what consumers see: every in-sync replica has all before it.
    pub high_watermark: Offset,
    /// The offset that the next record gets.
    pub end: Offset,
    /// Exclusive bound of what a completed sync covers.
    pub flushed: Offset,
}

impl Offsets {
    /// Panics if the numbers are out of order: going on would serve what is not committed, or hide what is.
    pub fn check(&self) {
        assert!(
            self.start <= self.last_stable
                && self.last_stable <= self.high_watermark
                && self.high_watermark <= self.end
                && self.flushed <= self.end,
            "offsets out of order: {self:?}"
        );
    }

    /// Exclusive bound of what an acknowledgement with `acks=all` may rest on. With `write_caching` the page caches
    /// of the in-sync replicas are enough; without it the records are synced first.
    pub fn acknowledged(&self, write_caching: bool) -> Offset {
        if write_caching { self.high_watermark } else { self.high_watermark.min(self.flushed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acknowledgement_waits_for_the_sync_unless_the_topic_says_otherwise() {
        let offsets = Offsets {
            high_watermark: Offset(9),
            end: Offset(9),
            flushed: Offset(4),
            ..Offsets::default()
        };
        offsets.check();
        assert_eq!(offsets.acknowledged(false), Offset(4));
        assert_eq!(offsets.acknowledged(true), Offset(9));
    }

    #[test]
    #[should_panic(expected = "offsets out of order")]
    fn a_high_watermark_beyond_the_end_stops_the_process() {
        Offsets { high_watermark: Offset(2), end: Offset(1), ..Offsets::default() }.check();
    }
}
