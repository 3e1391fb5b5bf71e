//! The transaction index of a segment: which transactions ended there in an abort (`.txnindex`).
//!
//! A read-committed consumer gets all records up to the last stable offset, and with them the list of aborted transactions
//! among them; it drops what they wrote. This index is where that list comes from.
//!
//! An entry is 34 bytes, big endian, in the order of the markers:
//!
//! ```text
//! version i16 = 0, producer id i64, first offset i64, marker's offset i64, last stable offset i64
//! ```
//!
//! The last field ends a search early: it is where the first transaction began that had no marker yet when this one ended, or the offset
//! behind the marker. Whatever is listed later began there or behind it.
//!
//! Unlike the other indexes this one is truth for whoever reads: a missing file says that nothing was aborted. It can be built again by
//! replaying the producers of its segment, and must be durable before the recovery point moves past the segment's markers.

use protocol::ids::{Offset, ProducerId};

use crate::producer::{CompletedTransaction, Outcome};

/// A transaction whose records do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbortedTransaction {
    /// Whose it was. Consumers drop what this producer wrote from `first_offset` up to its next marker.
    pub producer_id: ProducerId,
    /// The offset of its first record; may lie in an earlier segment.
    pub first_offset: Offset,
    /// The offset of its marker.
    pub marker_offset: Offset,
    /// No transaction that is listed later began before this offset.
    pub last_stable_offset: Offset,
}

/// All entries of one segment, and how many of them are in its file.
///
/// Invariant: the markers' offsets ascend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TxnIndex {
    entries: Vec<AbortedTransaction>,
    saved: usize,
}

/// Whether a search must go on in the next segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Search {
    /// Later segments may hold more of what was looked for.
    GoOn,
    /// They do not.
    Done,
}

/// What has to be written to bring a segment's file up to date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsaved {
    /// Where in the file.
    pub at: u64,
    /// The bytes. The file ends behind them.
    pub bytes: Vec<u8>,
    /// For [`TxnIndex::saved`].
    entries: usize,
}

/// Why a file is no transaction index of its segment: it is to be built again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CorruptTxnIndex {
    /// The last entry is cut off.
    #[error("{0} bytes are not a number of entries of {len} bytes", len = AbortedTransaction::LEN)]
    Length(usize),
    /// An entry has a version that is not known, or numbers that cannot be.
    #[error("entry {0} says what cannot be")]
    Entry(usize),
}

impl AbortedTransaction {
    /// Bytes of an entry.
    pub const LEN: usize = 34;

    /// The entry for a transaction that has ended; `None` if it was committed.
    pub fn of(completed: &CompletedTransaction) -> Option<Self> {
        (completed.outcome == Outcome::Abort).then_some(Self {
            producer_id: completed.producer_id,
            first_offset: completed.first_offset,
            marker_offset: completed.last_offset,
            last_stable_offset: completed.last_stable_offset,
        })
    }

    fn write(&self, to: &mut Vec<u8>) {
        to.extend([0, 0]);
        let fields = [
            self.producer_id.get(),
            self.first_offset.get(),
            self.marker_offset.get(),
            self.last_stable_offset.get(),
        ];
        to.extend(fields.iter().flat_map(|field| field.to_be_bytes()));
    }

    /// `None` for another version than 0.
    fn read(bytes: &[u8; Self::LEN]) -> Option<Self> {
        let fields = bytes.strip_prefix(&[0, 0])?;
        let (fields, rest) = fields.as_chunks();
        assert!(rest.is_empty(), "four fields fill an entry");
        let mut fields = fields.iter().map(|field| i64::from_be_bytes(*field));
        Some(Self {
            producer_id: ProducerId(fields.next()?),
            first_offset: Offset(fields.next()?),
            marker_offset: Offset(fields.next()?),
            last_stable_offset: Offset(fields.next()?),
        })
    }

    /// Whether the numbers can be true of a segment that begins at `base`.
    fn is_possible(&self, base: Offset) -> bool {
        self.producer_id.get() >= 0
            && self.first_offset >= Offset::ZERO
            && self.first_offset < self.marker_offset
            && self.marker_offset >= base
            && self.last_stable_offset >= Offset::ZERO
            && self.last_stable_offset.get() <= self.marker_offset.get().saturating_add(1)
    }
}

impl TxnIndex {
    /// Reads the content of the file of the segment that begins at `base`. Entries beyond the segment's end are the caller's to
    /// cut, with [`TxnIndex::truncate`].
    ///
    /// # Errors
    /// [`CorruptTxnIndex`]: the caller builds it again from the segment's batches.
    pub fn parse(base: Offset, bytes: &[u8]) -> Result<Self, CorruptTxnIndex> {
        let (chunks, rest) = bytes.as_chunks();
        if !rest.is_empty() {
            return Err(CorruptTxnIndex::Length(bytes.len()));
        }
        let mut entries: Vec<AbortedTransaction> = Vec::with_capacity(chunks.len());
        for (at, chunk) in chunks.iter().enumerate() {
            let follows = |entry: &AbortedTransaction| {
                entries.last().is_none_or(|last| last.marker_offset < entry.marker_offset)
            };
            let good =
                AbortedTransaction::read(chunk).filter(|e| e.is_possible(base) && follows(e));
            entries.push(good.ok_or(CorruptTxnIndex::Entry(at))?);
        }
        Ok(Self { saved: entries.len(), entries })
    }

    /// Adds what a marker has ended.
    ///
    /// # Panics
    /// If its marker does not lie behind those before it.
    pub fn push(&mut self, entry: AbortedTransaction) {
        let ascends =
            self.entries.last().is_none_or(|last| last.marker_offset < entry.marker_offset);
        assert!(ascends, "the marker at {} is listed already", entry.marker_offset);
        self.entries.push(entry);
    }

    /// Forgets the markers at `end` and behind it. Returns the length that the file must be cut to, if it holds any of them.
    pub fn truncate(&mut self, end: Offset) -> Option<u64> {
        let kept = self.entries.partition_point(|entry| entry.marker_offset < end);
        self.entries.truncate(kept);
        let too_long = self.saved > kept;
        self.saved = self.saved.min(kept);
        too_long.then(|| position(kept))
    }

    /// Adds to `into` the aborted transactions with records in `from..up_to`. Ask the segment that holds `from` first, and then the
    /// later ones until one says that it is done.
    pub fn collect(
        &self,
        from: Offset,
        up_to: Offset,
        into: &mut Vec<AbortedTransaction>,
    ) -> Search {
        let first = self.entries.partition_point(|entry| entry.marker_offset < from);
        for entry in self.entries.iter().skip(first) {
            if entry.first_offset < up_to {
                into.push(*entry);
            }
            if entry.last_stable_offset >= up_to {
                return Search::Done;
            }
        }
        Search::GoOn
    }

    /// What the file lacks; `None` if nothing.
    pub fn unsaved(&self) -> Option<Unsaved> {
        let unsaved = self.entries.get(self.saved..).filter(|unsaved| !unsaved.is_empty())?;
        let mut bytes = Vec::with_capacity(unsaved.len() * AbortedTransaction::LEN);
        unsaved.iter().for_each(|entry| entry.write(&mut bytes));
        Some(Unsaved { at: position(self.saved), bytes, entries: self.entries.len() })
    }

    /// That is in the file now. If entries were cut meanwhile, it counts as far as they are still here.
    pub fn saved(&mut self, unsaved: &Unsaved) {
        self.saved = unsaved.entries.min(self.entries.len());
    }

    /// All entries, in the order of their markers.
    pub fn entries(&self) -> &[AbortedTransaction] {
        &self.entries
    }

    /// Whether nothing was aborted: then there is no file.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

fn position(entries: usize) -> u64 {
    u64::try_from(entries * AbortedTransaction::LEN).expect("an index fits in memory")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use protocol::ids::{ProducerEpoch, Sequence, TimestampMs};

    use super::*;
    use crate::producer::{Kind, Marker, ProducedBatch, Producers};

    fn entry(first: i64, marker: i64, last_stable: i64) -> AbortedTransaction {
        AbortedTransaction {
            producer_id: ProducerId(1),
            first_offset: Offset(first),
            marker_offset: Offset(marker),
            last_stable_offset: Offset(last_stable),
        }
    }

    fn index(entries: &[AbortedTransaction]) -> TxnIndex {
        let mut index = TxnIndex::default();
        entries.iter().for_each(|entry| index.push(*entry));
        index
    }

    fn found(index: &TxnIndex, from: i64, up_to: i64) -> (Vec<AbortedTransaction>, Search) {
        let mut found = Vec::new();
        let search = index.collect(Offset(from), Offset(up_to), &mut found);
        (found, search)
    }

    #[test]
    fn a_fetch_takes_what_overlaps_it_and_stops_where_nothing_can_follow() {
        let (a, b, c) = (entry(0, 5, 6), entry(8, 10, 7), entry(7, 11, 12));
        let index = index(&[a, b, c]);
        assert_eq!(found(&index, 0, 5), (vec![a], Search::Done));
        assert_eq!(
            found(&index, 6, 7),
            (vec![], Search::Done),
            "the last stable offset is exclusive"
        );
        assert_eq!(found(&index, 6, 8), (vec![c], Search::Done));
        assert_eq!(found(&index, 5, 20), (vec![a, b, c], Search::GoOn));
        assert_eq!(found(&index, 12, 20), (vec![], Search::GoOn));
    }

    #[test]
    fn only_what_is_new_is_written_and_a_cut_shortens_the_file() {
        let (a, b, c) = (entry(0, 5, 6), entry(8, 10, 7), entry(7, 11, 12));
        let mut index = index(&[a, b]);
        let first = index.unsaved().expect("two entries");
        assert_eq!((first.at, first.bytes.len()), (0, 68));
        index.push(c);
        index.saved(&first);
        let second = index.unsaved().expect("one entry");
        assert_eq!((second.at, second.bytes.len()), (68, 34));
        assert_eq!(index.truncate(Offset(11)), None, "it was not yet in the file");
        index.saved(&second);
        assert_eq!(index.unsaved(), None);
        assert_eq!(index.truncate(Offset(10)), Some(34));
        let file = [first.bytes.as_slice(), &second.bytes].concat();
        let whole = TxnIndex::parse(Offset(0), &file).expect("as written");
        assert_eq!(whole.entries(), [a, b, c]);
        assert_eq!(whole.unsaved(), None);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let bytes = |e: AbortedTransaction| index(&[e]).unsaved().expect("one").bytes;
        let good = bytes(entry(3, 6, 7));
        assert!(TxnIndex::parse(Offset(6), &good).is_ok());
        assert_eq!(
            TxnIndex::parse(Offset(7), &good),
            Err(CorruptTxnIndex::Entry(0)),
            "before the segment"
        );
        assert_eq!(
            TxnIndex::parse(Offset(0), good.get(..33).expect("34 bytes")),
            Err(CorruptTxnIndex::Length(33))
        );
        for bad in [entry(-1, 6, 7), entry(6, 6, 7), entry(3, 6, 8), entry(3, 6, -1)] {
            assert_eq!(
                TxnIndex::parse(Offset(0), &bytes(bad)),
                Err(CorruptTxnIndex::Entry(0)),
                "{bad:?}"
            );
        }
        let twice = [good.as_slice(), &good].concat();
        assert_eq!(TxnIndex::parse(Offset(0), &twice), Err(CorruptTxnIndex::Entry(1)));
        let mut later = good;
        later.splice(..2, [0, 1]);
        assert_eq!(
            TxnIndex::parse(Offset(0), &later),
            Err(CorruptTxnIndex::Entry(0)),
            "a later version"
        );
    }

    /// A marker ends a transaction; nothing is a record of data.
    fn batch(id: i64, offset: i64, end: Option<bool>) -> ProducedBatch {
        let outcome = |abort| if abort { Outcome::Abort } else { Outcome::Commit };
        let marker = |abort| Marker { outcome: outcome(abort), coordinator_epoch: 0 };
        ProducedBatch {
            producer_id: ProducerId(id),
            producer_epoch: ProducerEpoch(0),
            base_sequence: Sequence::NONE,
            base_offset: Offset(offset),
            last_offset_delta: 0,
            max_timestamp: TimestampMs(0),
            kind: end
                .map_or(Kind::Data { transactional: true }, |abort| Kind::Marker(marker(abort))),
        }
    }

    proptest! {
        #[test]
        fn over_any_segments_a_search_finds_exactly_the_aborted_records(
            log in prop::collection::vec((0..4i64, prop::option::weighted(0.3, any::<bool>())), 1..60),
            segment in 1..20i64,
            (from, length) in (0..60i64, 0..60i64),
        ) {
            let mut producers = Producers::new(Offset::ZERO);
            let mut segments = vec![TxnIndex::default(); 60 / usize::try_from(segment).expect("small") + 1];
            // For each record its transaction's marker and outcome, once that is known.
            let mut open: Vec<Vec<i64>> = vec![Vec::new(); 4];
            let mut aborted = Vec::new();
            for (offset, (id, end)) in (0..).zip(&log) {
                let completed = producers.apply(TimestampMs(0), &batch(*id, offset, *end));
                producers.advance_end(Offset(offset + 1));
                if let Some(entry) = completed.as_ref().and_then(AbortedTransaction::of) {
                    let at = usize::try_from(offset / segment).expect("small");
                    segments.get_mut(at).expect("enough").push(entry);
                }
                let mine = open.get_mut(usize::try_from(*id).expect("small")).expect("four");
                match end {
                    None => mine.push(offset),
                    Some(true) => aborted.append(mine),
                    Some(false) => mine.clear(),
                }
            }
            // A fetch never goes beyond the last stable offset: every transaction in it is decided.
            let end = i64::try_from(log.len()).expect("small");
            producers.advance_high_watermark(Offset(end));
            let stable = producers.last_stable_offset(Offset(end), Offset::ZERO).get();
            let up_to = (from + length).min(stable);
            let mut found = Vec::new();
            for index in segments.iter().skip(usize::try_from(from / segment).expect("small")) {
                if index.collect(Offset(from), Offset(up_to), &mut found) == Search::Done {
                    break;
                }
            }
            let is_dropped = |offset: i64| {
                let (id, _) = log.get(usize::try_from(offset).expect("small")).expect("within");
                found.iter().any(|t| t.producer_id.get() == *id
                    && (t.first_offset.get()..t.marker_offset.get()).contains(&offset))
            };
            for offset in from..up_to {
                let is_data = log.get(usize::try_from(offset).expect("small")).is_some_and(|(_, end)| end.is_none());
                if is_data {
                    prop_assert_eq!(is_dropped(offset), aborted.contains(&offset), "offset {}", offset);
                }
            }
        }
    }
}
