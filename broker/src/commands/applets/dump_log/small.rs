//! Producer snapshots and transaction indexes.

use std::path::Path;

use client::cli::applets::{Screen, Thrown};
use protocol::ids::Offset;
use storage::producer::snapshot::{CorruptSnapshot, Row};
use storage::segment::txn_index::{AbortedTransaction, TxnIndex};

use super::{base_offset, cannot_read};

pub(super) fn snapshot(path: &Path, screen: &mut Screen) -> Result<(), Thrown> {
    let bytes = std::fs::read(path).map_err(|error| cannot_read(path, &error))?;
    match Row::read_all(&bytes) {
        Ok(rows) => rows.iter().for_each(|row| screen.line(row_line(row))),
        Err(error) => screen.complain(wrong(&error)),
    }
    Ok(())
}

/// Kafka's words, as far as it comes to the same.
fn wrong(error: &CorruptSnapshot) -> String {
    match error {
        CorruptSnapshot::Version(version) => format!(
            "Snapshot failed schema validation: Snapshot contained an unknown file version {version}"
        ),
        CorruptSnapshot::Crc { stored, computed } => format!(
            "Snapshot is corrupt (CRC is no longer valid). Stored crc: {stored}. Computed crc: {computed}"
        ),
        other => format!("Snapshot failed schema validation: {other}"),
    }
}

fn row_line(row: &Row) -> String {
    let open = match row.open_since.get() {
        -1 => "OptionalLong.empty".into(),
        offset => format!("OptionalLong[{offset}]"),
    };
    let mut line = format!(
        "producerId: {} producerEpoch: {} coordinatorEpoch: {} currentTxnFirstOffset: {open} lastTimestamp: {}",
        row.producer_id, row.epoch, row.coordinator_epoch, row.timestamp
    );
    if row.last_offset >= Offset::ZERO {
        let first = row.last_sequence.plus(-row.offset_delta);
        line.push_str(&format!(
            " firstSequence: {first} lastSequence: {} lastOffset: {} offsetDelta: {} timestamp: {}",
            row.last_sequence, row.last_offset, row.offset_delta, row.timestamp
        ));
    }
    line
}

pub(super) fn transactions(path: &Path, screen: &mut Screen) -> Result<(), Thrown> {
    let base = Offset(base_offset(path)?);
    let bytes = std::fs::read(path).map_err(|error| cannot_read(path, &error))?;
    let whole = bytes.len() - bytes.len() % AbortedTransaction::LEN;
    let index = TxnIndex::parse(base, bytes.get(..whole).unwrap_or_default())
        .map_err(|error| Thrown::new("java.lang.IllegalArgumentException", error.to_string()))?;
    for aborted in index.entries() {
        screen.line(format!(
            "version: 0 producerId: {} firstOffset: {} lastOffset: {} lastStableOffset: {}",
            aborted.producer_id,
            aborted.first_offset,
            aborted.marker_offset,
            aborted.last_stable_offset
        ));
    }
    Ok(())
}
