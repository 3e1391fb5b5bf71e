//! Removals: files of deleted and rewritten segments that readers may still hold. Their names are out of the log already.

use parking_lot::Mutex;
use storage::disk::OsDisk;
use storage::log::Removal;

use crate::machine::Instant;

/// What is to be removed, each once its time has come (`file.delete.delay.ms`): by the monotonic clock, for the wall
/// clock may be put back, and the files would stay that much longer.
#[derive(Debug, Default)]
pub(crate) struct Removals(Mutex<Vec<(Instant, Removal<OsDisk>)>>);

impl Removals {
    /// Notes what is to go later.
    pub(crate) fn note(&self, now: Instant, removals: impl IntoIterator<Item = Removal<OsDisk>>) {
        let timed = removals.into_iter().map(|removal| (now.after(removal.delay), removal));
        self.0.lock().extend(timed);
    }

    /// Takes out what is due.
    pub(crate) fn due(&self, now: Instant) -> Vec<Removal<OsDisk>> {
        let mut noted = self.0.lock();
        noted.extract_if(.., |(due, _)| *due <= now).map(|(_, removal)| removal).collect()
    }
}
