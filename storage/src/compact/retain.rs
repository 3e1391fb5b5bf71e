//! What a compaction retains of a batch: all of it, some records, its header alone, or nothing.

use std::collections::BTreeMap;

use protocol::batch::compression::{Compression, compress, decompress};
use protocol::batch::{
    BatchError, BatchHeader, HEADER_LEN, LOG_OVERHEAD, RawRecord, RecordBatch, TimestampType,
    header::at,
};
use protocol::crc32c::crc32c;
use protocol::ids::{Offset, ProducerEpoch, ProducerId, TimestampMs};
use protocol::varint;

use super::OffsetMap;
use super::transactions::{MarkerUse, Transactions};
use crate::producer::Outcome;
use crate::segment::txn_index::AbortedTransaction;

/// The last that a remembered producer wrote. The batch stays, if need be without records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastWord {
    /// The offset of its last record of data in its current epoch; `None` if only a marker speaks of the epoch.
    pub last_data_offset: Option<Offset>,
    /// Its epoch.
    pub epoch: ProducerEpoch,
}

/// What decides over the batches of one pass.
#[derive(Debug)]
pub(super) struct Retain<'a> {
    pub(super) map: &'a OffsetMap,
    pub(super) producers: &'a BTreeMap<ProducerId, LastWord>,
    pub(super) transactions: Transactions,
    pub(super) now: TimestampMs,
    pub(super) delete_retention_ms: i64,
    pub(super) unpacked_bytes_max: usize,
    /// The aborted transactions whose markers stay in the segment that is being written.
    pub(super) aborted: Vec<AbortedTransaction>,
}

/// What is left of a batch.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Nothing,
    Original,
    Rewritten(Vec<u8>),
}

/// What the batch as a whole is good for.
struct Worth {
    /// None of its records stays.
    discard: bool,
    /// It is a marker without a transaction: it goes when its time has passed.
    spent: bool,
    /// Its header stays in any case.
    header: bool,
}

impl Retain<'_> {
    /// Decides over the next batch of the log. `group_end` is the end of the group of segments that it is in.
    pub(super) fn batch(
        &mut self,
        batch: &RecordBatch,
        group_end: Offset,
    ) -> Result<Kept, BatchError> {
        let header = batch.header();
        let worth = self.worth(batch, group_end)?;
        let packed = batch.stored_records();
        let records = decompress(header.compression(), &packed, self.unpacked_bytes_max)?;
        let kept = if worth.discard { Vec::new() } else { self.records(header, &records)? };
        if kept.is_empty() {
            return match (worth.header, header.record_count) {
                (false, _) => Ok(Kept::Nothing),
                (true, 0) => Ok(Kept::Original),
                (true, _) => Ok(Kept::Rewritten(empty(header))),
            };
        }
        let has_tombstone =
            !header.is_control() && kept.iter().any(|record| record.value.is_none());
        let starts_clock = (has_tombstone || worth.spent) && delete_horizon(header).is_none();
        if !starts_clock && Ok(kept.len()) == usize::try_from(header.record_count) {
            return Ok(Kept::Original);
        }
        let horizon = starts_clock
            .then(|| TimestampMs(self.now.get().saturating_add(self.delete_retention_ms)));
        Ok(Kept::Rewritten(rewritten(header, &kept, horizon)?))
    }

    fn worth(&mut self, batch: &RecordBatch, group_end: Offset) -> Result<Worth, BatchError> {
        let header = batch.header();
        let is_last_word = self.is_last_word(header);
        let mut worth = Worth {
            discard: false,
            spent: false,
            header: is_last_word || header.next_offset() == group_end,
        };
        if header.is_control() {
            match self.marker_use(batch)? {
                Some(MarkerUse::Spent) => {
                    worth.spent = true;
                    worth.discard = self.is_past(delete_horizon(header)) && !is_last_word;
                }
                Some(MarkerUse::NeededForAbort(transaction)) => self.aborted.push(transaction),
                Some(MarkerUse::Needed) | None => {}
            }
        } else if header.is_transactional() {
            worth.discard = self.transactions.is_aborted(header.producer_id, header.last_offset());
        }
        Ok(worth)
    }

    /// `None` for a control batch that ends no transaction.
    fn marker_use(&mut self, batch: &RecordBatch) -> Result<Option<MarkerUse>, BatchError> {
        let Some(outcome) = outcome(batch)? else { return Ok(None) };
        let header = batch.header();
        Ok(Some(self.transactions.end(header.producer_id, outcome, header.base_offset)))
    }

    fn is_last_word(&self, header: &BatchHeader) -> bool {
        let Some(last) = self.producers.get(&header.producer_id) else { return false };
        match last.last_data_offset {
            Some(offset) => header.last_offset() == offset,
            None => header.is_control() && header.producer_epoch == last.epoch,
        }
    }

    /// The records of a batch that stay.
    fn records<'r>(
        &self,
        header: &BatchHeader,
        mut records: &'r [u8],
    ) -> Result<Vec<RawRecord<'r>>, BatchError> {
        let mut kept = Vec::new();
        for at in 0..header.record_count {
            let record = RawRecord::take(&mut records);
            let record = record.map_err(|problem| BatchError::Record { at, problem })?;
            if header.is_control() || self.stays(header, &record) {
                kept.push(record);
            }
        }
        Ok(kept)
    }

    fn stays(&self, header: &BatchHeader, record: &RawRecord<'_>) -> bool {
        let offset = header.base_offset.plus(i64::from(record.offset_delta));
        if offset >= self.map.end() {
            return true;
        }
        let Some(key) = record.key else { return false };
        let is_latest = self.map.get(key).is_none_or(|latest| offset >= latest);
        is_latest && (record.value.is_some() || !self.is_past(delete_horizon(header)))
    }

    fn is_past(&self, horizon: Option<TimestampMs>) -> bool {
        horizon.is_some_and(|horizon| horizon <= self.now)
    }
}

/// How the transaction ended of which this is the marker; `None` if it is none.
pub(super) fn outcome(batch: &RecordBatch) -> Result<Option<Outcome>, BatchError> {
    let Some(record) = batch.records()?.next().transpose()? else { return Ok(None) };
    Ok(match record.key.as_deref().and_then(|key| key.get(2..4)) {
        Some([0, 0]) => Some(Outcome::Abort),
        Some([0, 1]) => Some(Outcome::Commit),
        _ => None,
    })
}

/// When the tombstones in the batch, or the marker that it is, may go (KIP-534).
fn delete_horizon(header: &BatchHeader) -> Option<TimestampMs> {
    header.attributes.has_delete_horizon().then_some(header.base_timestamp)
}

/// The header alone: the offsets and sequences that the batch stood for.
fn empty(header: &BatchHeader) -> Vec<u8> {
    let attributes = header.attributes.with_compression(Compression::None);
    sealed(BatchHeader { attributes, record_count: 0, ..*header }, &[])
}

/// The batch with these records alone, its clock started if there is a `horizon`.
fn rewritten(
    header: &BatchHeader,
    kept: &[RawRecord<'_>],
    horizon: Option<TimestampMs>,
) -> Result<Vec<u8>, BatchError> {
    let base_timestamp = horizon.unwrap_or(header.base_timestamp);
    let moved = header.base_timestamp.get().wrapping_sub(base_timestamp.get());
    let mut records = Vec::new();
    for record in kept {
        write(&mut records, record, record.timestamp_delta.wrapping_add(moved));
    }
    let timestamp = |r: &RawRecord<'_>| header.base_timestamp.get().wrapping_add(r.timestamp_delta);
    let largest = match header.timestamp_type() {
        TimestampType::CreateTime => kept.iter().map(timestamp).max().map(TimestampMs),
        TimestampType::LogAppendTime => None,
    };
    let codec = header.compression();
    let packed = match codec {
        Compression::None => records,
        codec => compress(codec, None, &records)?,
    };
    let header = BatchHeader {
        attributes: header
            .attributes
            .with_delete_horizon(horizon.is_some() || delete_horizon(header).is_some()),
        base_timestamp,
        max_timestamp: largest.unwrap_or(header.max_timestamp),
        record_count: i32::try_from(kept.len()).expect("fewer than there were"),
        ..*header
    };
    Ok(sealed(header, &packed))
}

/// Header and records with the length and the CRC that they have.
fn sealed(mut header: BatchHeader, records: &[u8]) -> Vec<u8> {
    let length = records.len() + HEADER_LEN - LOG_OVERHEAD;
    header.batch_length = i32::try_from(length).expect("a batch that fitted still fits");
    let mut bytes = header.to_bytes().to_vec();
    bytes.extend_from_slice(records);
    let crc = crc32c(bytes.get(at::ATTRIBUTES..).unwrap_or_default());
    bytes.splice(at::CRC..at::ATTRIBUTES, crc.to_be_bytes());
    bytes
}

/// Writes a record as it was, but for its timestamp.
fn write(to: &mut Vec<u8>, record: &RawRecord<'_>, timestamp_delta: i64) {
    let mut body = vec![record.attributes];
    varint::write_i64(&mut body, timestamp_delta);
    varint::write_i32(&mut body, record.offset_delta);
    for field in [record.key, record.value] {
        let len = field.map_or(-1, |field| i32::try_from(field.len()).expect("it fitted before"));
        varint::write_i32(&mut body, len);
        body.extend_from_slice(field.unwrap_or_default());
    }
    varint::write_i32(&mut body, record.header_count);
    body.extend_from_slice(record.headers);
    varint::write_i32(to, i32::try_from(body.len()).expect("it fitted before"));
    to.extend_from_slice(&body);
}
