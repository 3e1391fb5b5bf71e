//! The watch of one producer: notes what became of its records.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use client::Error;
use client::producer::{Note, Settled, Watcher};
use parking_lot::Mutex;

use super::field::{Field, Recorder};
use crate::verify::Numbers;

/// What is noted of a record when it is handed over, to be remembered when it is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reminder {
    /// When it was due.
    pub(super) due: Duration,
    /// How much later it was handed over, to the microsecond.
    pub(super) delay: Duration,
    /// Bytes of its key and value.
    pub(super) bytes: u32,
    /// Its number among its producer's.
    pub(super) sequence: u64,
}

impl Reminder {
    pub(super) fn note(self) -> Note {
        let due = u64::try_from(self.due.as_nanos()).unwrap_or(u64::MAX);
        let delay = u32::try_from(self.delay.as_micros()).unwrap_or(u32::MAX);
        [due, (u64::from(delay) << 32) | u64::from(self.bytes), self.sequence]
    }

    fn read([due, delay_and_bytes, sequence]: Note) -> Self {
        Self {
            due: Duration::from_nanos(due),
            delay: Duration::from_micros(delay_and_bytes >> 32),
            bytes: delay_and_bytes as u32,
            sequence,
        }
    }
}

/// Watches one producer for its lane.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) field: Arc<Field>,
    pub(super) recorder: Arc<Recorder>,
    pub(super) is_open: bool,
    /// What was acknowledged, if somebody wants to know.
    pub(super) written: Option<Mutex<Numbers>>,
}

impl Watcher for Watch {
    fn settled(&self, settled: Settled<'_>) {
        let now = self.field.elapsed();
        self.recorder.settled.fetch_add(settled.notes.len() as u64, Ordering::Relaxed);
        let reminders = settled.notes.iter().copied().map(Reminder::read);
        match settled.fate {
            Err(error) => {
                self.recorder.note(|sheet| sheet.failed(&name(error), settled.notes.len() as u64));
                return;
            }
            Ok(_) if self.is_open => self.recorder.note(|sheet| {
                for Reminder { due, delay, bytes, .. } in reminders.clone() {
                    sheet.wrote(bytes.into(), now.saturating_sub(due), delay);
                }
            }),
            Ok(_) => self.recorder.note(|sheet| {
                for Reminder { due, bytes, .. } in reminders.clone() {
                    sheet.wrote_at_once(bytes.into(), now.saturating_sub(due));
                }
            }),
        }
        if let Some(written) = &self.written {
            let mut written = written.lock();
            for reminder in reminders {
                written.insert(reminder.sequence);
            }
        }
    }
}

/// What an error is counted as.
pub(super) fn name(error: &Error) -> String {
    match error.code() {
        Some(code) => code.to_string(),
        None => error.what(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn reminders_come_back_as_they_were(due: u64, delay: u32, bytes: u32, sequence: u64) {
            let (due, delay) = (Duration::from_nanos(due), Duration::from_micros(delay.into()));
            let reminder = Reminder { due, delay, bytes, sequence };
            prop_assert_eq!(Reminder::read(reminder.note()), reminder);
        }
    }
}
