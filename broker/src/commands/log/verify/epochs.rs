//! The leader epochs of the batches against `leader-epoch-checkpoint`.

use std::io;
use std::path::Path;

use protocol::ids::{LeaderEpoch, Offset};
use storage::log::epoch::{EpochCache, FILE_NAME};

use super::report::Problem;

/// Where an epoch first shows in the log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    pub(super) epoch: LeaderEpoch,
    pub(super) offset: Offset,
}

/// What is wrong with the checkpoint. It is read after the log: a new epoch is in the file before anybody hears of its records,
/// but not before they are in the log.
pub(super) fn verify(folder: &Path, shown: &[Shown]) -> io::Result<Option<Problem>> {
    let path = folder.join(FILE_NAME);
    let bytes = match std::fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        read => Some(read?),
    };
    let Some(bytes) = bytes else {
        let needed = shown.iter().any(|shown| shown.epoch >= LeaderEpoch(0));
        let what = "it is missing, so nobody knows where each leader's records begin";
        return Ok(needed.then(|| Problem::of(&path, what)));
    };
    Ok(match EpochCache::parse(&bytes) {
        Err(error) => Some(Problem::of(&path, error.to_string())),
        Ok(known) => shown.iter().find_map(|shown| wrong(&known, *shown, &path)),
    })
}

fn wrong(known: &EpochCache, shown: Shown, path: &Path) -> Option<Problem> {
    let Shown { epoch, offset } = shown;
    let said = known.epoch_at(offset);
    // Records from before there were epochs have none.
    if epoch < LeaderEpoch(0) || said == Some(epoch) {
        return None;
    }
    let said = said.map_or_else(|| "none".into(), |said| said.to_string());
    let what =
        format!("it says leader epoch {said} for offset {offset}, where a batch has {epoch}");
    Some(Problem::of(path, what).offset(offset))
}
