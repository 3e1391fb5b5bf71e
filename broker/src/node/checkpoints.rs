//! Checkpoints: where every partition stands is written down, so that a restart reads only what came after.

use std::collections::BTreeMap;

use tracing::warn;

use super::Broker;
use super::logs::Points;

impl Broker {
    /// Closes every log. Whether all of them are closed in order.
    pub(crate) fn close_logs(&self) -> bool {
        let mut all_closed = true;
        for hosted in self.registry.partitions() {
            match hosted.lock().map(|mut partition| partition.close()) {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => {
                    warn!(partition = %hosted.id, %error, "cannot close a log in order");
                    all_closed = false;
                }
                Err(_) => all_closed = false,
            }
        }
        all_closed &= self.write_checkpoints();
        all_closed
    }

    /// Writes down where every partition stands, so that a restart reads only what came after. Whether all is written.
    pub(crate) fn write_checkpoints(&self) -> bool {
        // One at a time: what was looked at earlier must not be written later.
        let _turn = self.logs.turn();
        let mut points: BTreeMap<usize, Points> = BTreeMap::new();
        for hosted in self.registry.partitions() {
            if let Ok(partition) = hosted.lock() {
                points.entry(hosted.log_dir).or_default().note(&hosted.id, &partition.offsets());
            }
        }
        let mut all_written = true;
        for (number, points) in points {
            if self.logs.dir(number).health().failure().is_some() {
                continue;
            }
            if let Err(error) = self.logs.write_checkpoints(number, &points) {
                warn!(%error, "cannot write the checkpoints of a log dir");
                all_written = false;
            }
        }
        all_written
    }
}
