//! The small files: snapshots, transaction indexes, checkpoints, and who a log dir and a partition are.

use std::io;
use std::path::Path;

use protocol::ids::Offset;
use serde_json::json;
use storage::checkpoint::{Checkpoint, offsets, partition_metadata};
use storage::dir::Identity;
use storage::log::epoch::EpochCache;
use storage::producer::snapshot::Row;
use storage::segment::txn_index::TxnIndex;

use super::Printer;
use crate::commands::log::time::utc;

pub(super) fn snapshot(path: &Path, printer: &mut Printer<'_>) -> io::Result<()> {
    let rows = match Row::read_all(&std::fs::read(path)?) {
        Ok(rows) => rows,
        Err(error) => return printer.damage(None, &error.to_string()),
    };
    for row in &rows {
        let words = || {
            format!(
                "producer {} epoch {}  seq {}  offset {}  {}",
                row.producer_id,
                row.epoch,
                row.last_sequence,
                row.last_offset,
                utc(row.timestamp)
            )
        };
        let fields = || {
            json!({
                "producer_id": row.producer_id.get(),
                "producer_epoch": row.epoch.get(),
                "last_sequence": row.last_sequence.get(),
                "last_offset": row.last_offset.get(),
                "offset_delta": row.offset_delta,
                "timestamp": row.timestamp.get(),
                "coordinator_epoch": row.coordinator_epoch,
                "current_txn_first_offset": row.open_since.get(),
            })
        };
        printer.item("producer", words, fields)?;
    }
    Ok(())
}

pub(super) fn transactions(path: &Path, base: Offset, printer: &mut Printer<'_>) -> io::Result<()> {
    let index = match TxnIndex::parse(base, &std::fs::read(path)?) {
        Ok(index) => index,
        Err(error) => return printer.damage(None, &error.to_string()),
    };
    for aborted in index.entries() {
        let words = || {
            let (first, marker) = (aborted.first_offset, aborted.marker_offset);
            format!("producer {} aborted {first}..{marker}", aborted.producer_id)
        };
        let fields = || {
            json!({
                "producer_id": aborted.producer_id.get(),
                "first_offset": aborted.first_offset.get(),
                "last_offset": aborted.marker_offset.get(),
                "last_stable_offset": aborted.last_stable_offset.get(),
            })
        };
        printer.item("aborted", words, fields)?;
    }
    Ok(())
}

pub(super) fn epochs(path: &Path, printer: &mut Printer<'_>) -> io::Result<()> {
    let epochs = match EpochCache::parse(&std::fs::read(path)?) {
        Ok(epochs) => epochs,
        Err(error) => return printer.damage(None, &error.to_string()),
    };
    for start in epochs.starts() {
        let (epoch, offset) = (start.epoch, start.start_offset);
        let words = || format!("epoch {epoch} from offset {offset}");
        let fields = || json!({"epoch": epoch.get(), "start_offset": offset.get()});
        printer.item("epoch", words, fields)?;
    }
    Ok(())
}

pub(super) fn partition_metadata(path: &Path, printer: &mut Printer<'_>) -> io::Result<()> {
    match partition_metadata::parse(&std::fs::read(path)?) {
        Ok(id) => {
            let fields = || json!({"topic_id": id.to_string()});
            printer.item("partition", || format!("topic id {id}"), fields)
        }
        Err(error) => printer.damage(None, &error.to_string()),
    }
}

pub(super) fn identity(path: &Path, printer: &mut Printer<'_>) -> io::Result<()> {
    let identity = match Identity::parse(&std::fs::read(path)?) {
        Ok(identity) => identity,
        Err(error) => return printer.damage(None, &error.to_string()),
    };
    let directory = identity.directory_id.map(|id| id.to_string());
    let words = || {
        let (cluster, node) = (&identity.cluster_id, identity.node_id);
        let directory = directory.as_deref().unwrap_or("none");
        format!("cluster {cluster}  node {node}  directory {directory}")
    };
    let fields = || {
        json!({
            "cluster_id": identity.cluster_id.as_str(),
            "node_id": identity.node_id.get(),
            "directory_id": directory,
        })
    };
    printer.item("identity", words, fields)
}

pub(super) fn checkpoint(
    path: &Path,
    kind: Checkpoint,
    printer: &mut Printer<'_>,
) -> io::Result<()> {
    let read = match offsets::parse(&std::fs::read(path)?) {
        Ok(read) => read,
        Err(error) => return printer.damage(None, &error.to_string()),
    };
    for (of, offset) in &read {
        let fields = || {
            json!({
                "checkpoint": kind.file_name(),
                "topic": of.topic.as_str(),
                "partition": of.partition.get(),
                "offset": offset.get(),
            })
        };
        printer.item("offset", || format!("{of} {offset}"), fields)?;
    }
    Ok(())
}
