//! The check of an append against what is known of its producers: decides, and changes nothing.
//!
//! The rules, in the order in which they are asked (KIP-98, KIP-360, KIP-890, KIP-1228):
//!
//! | # | asked of | rule | else |
//! |---|---|---|---|
//! | 1 | clients | the same epoch and the same sequences are among the last five | ↦ `Duplicate` |
//! | 2 | transactional data | the transaction is open here, or the coordinator vouches for it | `InvalidTransaction` |
//! | 3 | all but replicas | the epoch is not below the highest seen | `StaleEpoch` |
//! | 4 | clients | a new epoch begins with sequence 0; the same epoch goes on behind the last record | `OutOfOrder` |
//! | 5 | data | no plain record comes while the producer's transaction is open | `InvalidTransaction` |
//! | 6 | markers | the coordinator's epoch is not below the last one's | `FencedCoordinator` |
//!
//! A producer of whom nothing is known may begin with any sequence: its state may have expired, or the records that
//! proved it may have been deleted, and refusing would stop it for good (KIP-360). A batch older than the window is
//! out of order, as no client that keeps to five in flight can send it.

use protocol::error::ErrorCode;
use protocol::ids::{ProducerEpoch, ProducerId, Sequence};

use super::{Kind, KnownBatch, Marker, ProducedBatch, ProducerState, Producers};

/// Who asks for the append, and so what has been made sure already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A Produce request: everything is checked.
    Client {
        /// Whether the transaction coordinator said that this transaction is ongoing and this partition part of it
        /// (KIP-890). Without that, transactional data is taken only while its transaction is open here.
        verified: bool,
    },
    /// A group coordinator that writes the offsets of a transaction; it numbers nothing, so sequences are not checked.
    Coordinator {
        /// As for clients.
        verified: bool,
    },
    /// WriteTxnMarkers: the transaction coordinator ends transactions.
    Markers {
        /// The feature level of `transaction.version`. From 2 on the coordinator raises the epoch with every end, so
        /// that an equal epoch is a late marker.
        transaction_version: i16,
    },
    /// A leader's log, or our own while it is read again: all of it is taken as it is.
    Replication,
}

/// What to do with an append that no rule forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Append it, then apply each batch.
    Append,
    /// Append nothing, and answer as for this batch, which is in the log already.
    Duplicate(KnownBatch),
}

/// Why an append is refused. The whole request is: nothing of it may reach the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// Another incarnation of the producer id has taken over. The client aborts, and asks for a new epoch.
    #[error("producer {producer_id} has epoch {known}, and the batch has epoch {found}")]
    StaleEpoch {
        /// The producer.
        producer_id: ProducerId,
        /// The highest epoch seen.
        known: ProducerEpoch,
        /// The batch's epoch.
        found: ProducerEpoch,
    },
    /// A batch before this one is missing, or this one is too old to be recognised.
    #[error(
        "producer {producer_id} with epoch {producer_epoch} should go on after sequence {last}, \
         and the batch begins with {found}"
    )]
    OutOfOrder {
        /// The producer.
        producer_id: ProducerId,
        /// The batch's epoch.
        producer_epoch: ProducerEpoch,
        /// The last sequence of that epoch; −1 if it has none yet.
        last: Sequence,
        /// The batch's first sequence.
        found: Sequence,
    },
    /// The batch is not part of an ongoing transaction, or would have to be.
    #[error("the batch of producer {producer_id} does not fit the state of its transaction")]
    InvalidTransaction {
        /// The producer.
        producer_id: ProducerId,
    },
    /// The marker comes from a coordinator that has been replaced.
    #[error(
        "coordinator epoch {found} is below {known}, which ended producer {producer_id}'s last transaction"
    )]
    FencedCoordinator {
        /// The producer.
        producer_id: ProducerId,
        /// The coordinator epoch of the last marker.
        known: i32,
        /// The marker's.
        found: i32,
    },
}

impl Rejected {
    /// What the client is told.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::StaleEpoch { .. } => ErrorCode::InvalidProducerEpoch,
            Self::OutOfOrder { .. } => ErrorCode::OutOfOrderSequenceNumber,
            Self::InvalidTransaction { .. } => ErrorCode::InvalidTxnState,
            Self::FencedCoordinator { .. } => ErrorCode::TransactionCoordinatorFenced,
        }
    }
}

impl Producers {
    /// Whether `batches`, with the offsets that they would get, may be appended. Pure; ask it under the same lock
    /// as the append.
    ///
    /// Batches of one append see each other: the second goes on where the first ends. A duplicate among them is
    /// looked for in the log only, and makes the whole append a duplicate.
    ///
    /// # Errors
    /// [`Rejected`], with the code to answer.
    pub fn check(&self, batches: &[ProducedBatch], origin: Origin) -> Result<Verdict, Rejected> {
        // States as they will be after the batches before; empty, and without memory, for an append of one batch.
        let mut ahead: Vec<(ProducerId, ProducerState)> = Vec::new();
        for (at, batch) in batches.iter().enumerate() {
            if batch.producer_id == ProducerId::NONE {
                continue;
            }
            let logged = self.get(batch.producer_id);
            if let Some(known) = logged.filter(|_| origin.is_client()).and_then(|s| s.find(batch)) {
                return Ok(Verdict::Duplicate(*known));
            }
            let seen = ahead.iter().rposition(|(id, _)| *id == batch.producer_id);
            let state = seen.and_then(|at| ahead.get(at)).map(|(_, state)| state).or(logged);
            check_batch(state, batch, origin)?;
            if at + 1 < batches.len() {
                ahead.push((batch.producer_id, after(state, batch)));
            }
        }
        Ok(Verdict::Append)
    }
}

impl Origin {
    fn is_client(self) -> bool {
        matches!(self, Self::Client { .. })
    }

    fn vouches_for_transaction(self) -> bool {
        match self {
            Self::Client { verified } | Self::Coordinator { verified } => verified,
            Self::Markers { .. } | Self::Replication => true,
        }
    }
}

fn check_batch(
    state: Option<&ProducerState>,
    batch: &ProducedBatch,
    origin: Origin,
) -> Result<(), Rejected> {
    if origin == Origin::Replication {
        return Ok(());
    }
    match batch.kind {
        Kind::Data { .. } => check_data(state, batch, origin),
        Kind::Marker(marker) => check_marker(state, batch, marker, origin),
    }
}

fn check_data(
    state: Option<&ProducerState>,
    batch: &ProducedBatch,
    origin: Origin,
) -> Result<(), Rejected> {
    let invalid = Rejected::InvalidTransaction { producer_id: batch.producer_id };
    let Some(state) = state else {
        // Rule 2 for a producer of whom nothing is known; all others let it pass.
        let vouched = !batch.is_transactional_data() || origin.vouches_for_transaction();
        return if vouched { Ok(()) } else { Err(invalid) };
    };
    // Before the transaction's state: a fenced client must learn that it is fenced, which it can recover from.
    check_epoch(state, batch, batch.producer_epoch < state.epoch)?;
    let open = state.open_since.is_some();
    let goes_on = open && state.epoch == batch.producer_epoch;
    if batch.is_transactional_data() && !goes_on && !origin.vouches_for_transaction() {
        return Err(invalid);
    }
    if origin.is_client() {
        check_sequence(state, batch)?;
    }
    if open && !batch.is_transactional_data() {
        return Err(invalid);
    }
    Ok(())
}

fn check_epoch(state: &ProducerState, batch: &ProducedBatch, stale: bool) -> Result<(), Rejected> {
    if !stale {
        return Ok(());
    }
    Err(Rejected::StaleEpoch {
        producer_id: batch.producer_id,
        known: state.epoch,
        found: batch.producer_epoch,
    })
}

fn check_sequence(state: &ProducerState, batch: &ProducedBatch) -> Result<(), Rejected> {
    let same_epoch = state.epoch == batch.producer_epoch;
    let last = if same_epoch { state.last_sequence() } else { Sequence::NONE };
    // NONE is −1, so that an epoch without records goes on with 0; `plus` wraps as clients do.
    if batch.base_sequence == last.plus(1) {
        return Ok(());
    }
    Err(Rejected::OutOfOrder {
        producer_id: batch.producer_id,
        producer_epoch: batch.producer_epoch,
        last,
        found: batch.base_sequence,
    })
}

fn check_marker(
    state: Option<&ProducerState>,
    batch: &ProducedBatch,
    marker: Marker,
    origin: Origin,
) -> Result<(), Rejected> {
    let Some(state) = state else { return Ok(()) };
    // From version 2 on an equal epoch is late, unless no transaction is open: then the marker is here already,
    // and its answer was lost (KAFKA-19999).
    let raises = matches!(origin, Origin::Markers { transaction_version: 2.. });
    let late = raises && batch.producer_epoch == state.epoch && state.open_since.is_some();
    check_epoch(state, batch, batch.producer_epoch < state.epoch || late)?;
    if marker.coordinator_epoch < state.coordinator_epoch {
        return Err(Rejected::FencedCoordinator {
            producer_id: batch.producer_id,
            known: state.coordinator_epoch,
            found: marker.coordinator_epoch,
        });
    }
    Ok(())
}

/// The state once `batch` is applied.
fn after(state: Option<&ProducerState>, batch: &ProducedBatch) -> ProducerState {
    let mut state = state.cloned().unwrap_or_default();
    state.fold(batch);
    state
}
