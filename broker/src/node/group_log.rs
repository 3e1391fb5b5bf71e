//! The log of a group coordinator: reads a partition of `__consumer_offsets` into a new machine.

use std::io::ErrorKind;

use bytes::Bytes;
use protocol::ErrorCode;
use protocol::ids::Offset;
use storage::log::ReadLimits;

use super::hosted::Hosted;
use crate::coordinator::load;
use crate::group::{Coordinator, GroupConfig};
use crate::partition::Isolation;

/// How much is read at a time.
const LOAD_BYTES: usize = 1 << 20;

/// Why a coordinator's partition could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum LoadError {
    #[error("the partition answers {0}")]
    Partition(ErrorCode),
    #[error(transparent)]
    Disk(#[from] std::io::Error),
    #[error(transparent)]
    Batch(#[from] protocol::batch::BatchError),
}

/// Reads all of it. Blocking.
pub(super) fn read_partition(
    hosted: &Hosted,
    config: GroupConfig,
) -> Result<(Coordinator, load::Folded), LoadError> {
    let mut machine = Coordinator::new(config);
    let mut folded = load::Folded::default();
    let mut from = hosted.lock().map_err(LoadError::Partition)?.offsets().start;
    loop {
        let read = match read_from(hosted, from) {
            // The cleaner was faster, and has put another segment in the place of this one.
            Err(LoadError::Disk(error)) if error.kind() == ErrorKind::NotFound => continue,
            read => read?,
        };
        let Some((bytes, next)) = read else { break };
        folded.add(load::fold(&mut machine, bytes)?);
        from = next;
    }
    Ok((machine, folded))
}

/// Some whole batches from `from` on, and where they end; `None` at the end of the log.
fn read_from(hosted: &Hosted, from: Offset) -> Result<Option<(Bytes, Offset)>, LoadError> {
    let plan = {
        let partition = hosted.lock().map_err(LoadError::Partition)?;
        let up_to = partition.visible(Isolation::ReadUncommitted);
        if from >= up_to {
            return Ok(None);
        }
        let limits = ReadLimits { max_bytes: LOAD_BYTES, up_to, at_least_one: true };
        partition
            .log()
            .read(from, limits)
            .map_err(|_| LoadError::Partition(ErrorCode::OffsetOutOfRange))?
    };
    let bytes = Bytes::from(plan.load()?.concat());
    let mut end = from;
    for batch in protocol::batch::batches(bytes.clone()) {
        end = batch?.header().last_offset().next();
    }
    Ok((end > from).then_some((bytes, end)))
}
