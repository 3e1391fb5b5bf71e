//! Open transactions: where each began, for the last stable offset.

use std::collections::BTreeMap;

use protocol::ids::{Offset, ProducerId};

use super::Outcome;

/// The transactions of a partition that a read-committed consumer must not look past.
///
/// A transaction moves `undecided → unreplicated → gone`: its first record opens it, its marker decides it,
/// and the high watermark passing the marker makes the decision final. Both maps are ordered by the
/// offset of the transaction's first record, so that the first unstable offset is the smaller of two first keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Transactions {
    /// No marker yet; by first offset.
    undecided: BTreeMap<Offset, ProducerId>,
    /// Marker written, but not yet below the high watermark; from first offset to the marker's.
    unreplicated: BTreeMap<Offset, Offset>,
}

/// A transaction that a marker has just ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompletedTransaction {
    /// Whose it was.
    pub producer_id: ProducerId,
    /// The offset of its first record.
    pub first_offset: Offset,
    /// The offset of its marker.
    pub last_offset: Offset,
    /// How it ended; only aborted ones go into the index.
    pub outcome: Outcome,
    /// The last stable offset once the marker is replicated: where the next transaction without a marker begins,
    /// or the offset behind the marker. Part of the index entry.
    pub last_stable_offset: Offset,
}

impl Transactions {
    /// Returns whether that is news: `false` if another transaction began at the same offset.
    pub(super) fn begin(&mut self, producer_id: ProducerId, first_offset: Offset) -> bool {
        self.undecided.insert(first_offset, producer_id).is_none()
    }

    /// # Panics
    /// If no transaction began at `first_offset`.
    pub(super) fn complete(
        &mut self,
        first_offset: Offset,
        last_offset: Offset,
        outcome: Outcome,
    ) -> CompletedTransaction {
        let began = self.undecided.remove(&first_offset);
        let producer_id = began.expect("only a transaction that began can end");
        self.unreplicated.insert(first_offset, last_offset);
        let last_stable_offset = self.first_undecided().unwrap_or(last_offset.next());
        CompletedTransaction { producer_id, first_offset, last_offset, outcome, last_stable_offset }
    }

    /// Markers below `offset` are final.
    pub(super) fn replicated(&mut self, offset: Offset) {
        if !self.unreplicated.is_empty() {
            self.unreplicated.retain(|_, marker| *marker >= offset);
        }
    }

    pub(super) fn first_undecided(&self) -> Option<Offset> {
        self.undecided.keys().next().copied()
    }

    pub(super) fn first_unstable(&self) -> Option<Offset> {
        let unreplicated = self.unreplicated.keys().next().copied();
        [self.first_undecided(), unreplicated].into_iter().flatten().min()
    }
}
