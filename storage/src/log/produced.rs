//! What a stored batch says about its producer, for [`Producers`](crate::producer::Producers).

use protocol::batch::{BatchError, BatchHeader, RecordBatch};

use crate::producer::{Kind, Marker, Outcome, ProducedBatch};

/// The facts of a batch of data, which are all in its header.
pub(super) fn of_data(header: &BatchHeader) -> ProducedBatch {
    ProducedBatch {
        producer_id: header.producer_id,
        producer_epoch: header.producer_epoch,
        base_sequence: header.base_sequence,
        base_offset: header.base_offset,
        last_offset_delta: header.last_offset_delta,
        max_timestamp: header.max_timestamp,
        kind: Kind::Data { transactional: header.is_transactional() },
    }
}

/// The facts of any batch. A control batch says in its record what it is; `None` if it ends no transaction.
///
/// # Errors
/// If the record of a control batch cannot be read.
pub(super) fn of_batch(
    header: &BatchHeader,
    batch: impl FnOnce() -> Result<RecordBatch, BatchError>,
) -> Result<Option<ProducedBatch>, BatchError> {
    let data = of_data(header);
    if !header.is_control() {
        return Ok(Some(data));
    }
    let marker = marker(&batch()?)?;
    Ok(marker.map(|marker| ProducedBatch { kind: Kind::Marker(marker), ..data }))
}

/// The marker in a control batch: its key is a version and a type (0 abort, 1 commit), its value a version and the
/// coordinator's epoch (KIP-98).
fn marker(batch: &RecordBatch) -> Result<Option<Marker>, BatchError> {
    let Some(record) = batch.records()?.next().transpose()? else { return Ok(None) };
    let key = record.key.as_deref().unwrap_or_default();
    let outcome = match key.get(2..4) {
        Some([0, 0]) => Outcome::Abort,
        Some([0, 1]) => Outcome::Commit,
        _ => return Ok(None),
    };
    let value = record.value.as_deref().unwrap_or_default();
    let epoch =
        value.get(2..).and_then(<[u8]>::first_chunk).map(|bytes| i32::from_be_bytes(*bytes));
    Ok(Some(Marker { outcome, coordinator_epoch: epoch.unwrap_or(-1) }))
}
