//! Removals: files of deleted and rewritten segments that readers may still hold. Their names are out of the log already.

use parking_lot::Mutex;
use protocol::ids::TimestampMs;
use storage::disk::OsDisk;
use storage::log::Removal;

/// What is to be removed, each once its time has come (`file.delete.delay.ms`).
#[derive(Debug, Default)]
pub(crate) struct Removals(Mutex<Vec<Removal<OsDisk>>>);

impl Removals {
    /// Notes what is to go later.
    pub(crate) fn note(&self, removals: impl IntoIterator<Item = Removal<OsDisk>>) {
        self.0.lock().extend(removals);
    }

    /// Takes out what is due.
    pub(crate) fn due(&self, now: TimestampMs) -> Vec<Removal<OsDisk>> {
        self.0.lock().extract_if(.., |removal| removal.due <= now).collect()
    }
}
