//! Transactions as a compaction meets them: which batches were aborted, and which markers still have something to say.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use protocol::ids::{Offset, ProducerId};

use crate::producer::Outcome;
use crate::segment::txn_index::AbortedTransaction;

/// Where in the log's transactions a pass stands. One for each pass over the log, from its start.
#[derive(Clone, Debug, Default)]
pub(super) struct Transactions {
    /// The aborted ones that have not begun yet, by first offset.
    ahead: VecDeque<AbortedTransaction>,
    /// The aborted ones whose marker is still to come, and whether a batch of theirs is in the log.
    aborted: BTreeMap<ProducerId, (AbortedTransaction, bool)>,
    /// The committed ones of which a batch is in the log.
    committed: BTreeSet<ProducerId>,
}

/// What a marker is still good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MarkerUse {
    /// Records of its transaction are in the log.
    Needed,
    /// As [`MarkerUse::Needed`], and the transaction was aborted: it stays in the index.
    NeededForAbort(AbortedTransaction),
    /// Its transaction is gone; it goes after the time that tombstones have.
    Spent,
}

impl Transactions {
    /// `aborted` are all aborted transactions that overlap what the pass will read.
    pub(super) fn new(aborted: &[AbortedTransaction]) -> Self {
        let mut ahead = aborted.to_vec();
        ahead.sort_unstable_by_key(|transaction| transaction.first_offset);
        Self { ahead: ahead.into(), ..Self::default() }
    }

    /// A batch of data in a transaction. Returns whether it was aborted, and so does not count.
    pub(super) fn is_aborted(&mut self, producer: ProducerId, last_offset: Offset) -> bool {
        self.advance(last_offset);
        match self.aborted.get_mut(&producer) {
            Some((_, in_log)) => {
                *in_log = true;
                true
            }
            None => {
                self.committed.insert(producer);
                false
            }
        }
    }

    /// A marker.
    pub(super) fn end(
        &mut self,
        producer: ProducerId,
        outcome: Outcome,
        offset: Offset,
    ) -> MarkerUse {
        self.advance(offset);
        match outcome {
            Outcome::Commit if self.committed.remove(&producer) => MarkerUse::Needed,
            Outcome::Commit => MarkerUse::Spent,
            Outcome::Abort => match self.aborted.remove(&producer) {
                Some((transaction, true)) => MarkerUse::NeededForAbort(transaction),
                _ => MarkerUse::Spent,
            },
        }
    }

    /// Begins the aborted transactions up to `offset`.
    fn advance(&mut self, offset: Offset) {
        while let Some(next) = self.ahead.pop_front_if(|next| next.first_offset <= offset) {
            self.aborted.entry(next.producer_id).or_insert((next, false));
        }
    }
}
