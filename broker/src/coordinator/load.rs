//! Loading: a machine rebuilt from its partition.

use bytes::Bytes;
use protocol::batch::{BatchError, batches};

use crate::group::records::Decoded;
use crate::group::{Coordinator, Record};
use crate::machine::Machine;

/// Folds the records of fetched batches into `machine`. Control batches say nothing to it; a record of a kind that this
/// release does not know is passed over and counted, so that a newer release's log still opens.
pub fn fold(machine: &mut Coordinator, fetched: Bytes) -> Result<Folded, BatchError> {
    let mut folded = Folded::default();
    for batch in batches(fetched) {
        let batch = batch?;
        if batch.header().is_control() {
            continue;
        }
        for record in batch.records()? {
            let record = record?;
            match record.key.map(|key| Record::decode(key, record.value)) {
                Some(Ok(Decoded::Known(record))) => {
                    machine.apply(&record);
                    folded.records += 1;
                }
                Some(Ok(Decoded::Foreign(_))) => folded.unknown += 1,
                Some(Err(_)) | None => folded.unreadable += 1,
            }
        }
    }
    Ok(folded)
}

/// What loading found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// Records folded.
    pub records: u64,
    /// Records of kinds that this release does not know.
    pub unknown: u64,
    /// Records that are no records of this topic.
    pub unreadable: u64,
}

impl Folded {
    /// Counts what was found in the next part of the log.
    pub fn add(&mut self, more: Self) {
        self.records += more.records;
        self.unknown += more.unknown;
        self.unreadable += more.unreadable;
    }
}
