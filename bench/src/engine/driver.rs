//! A driver: hands each record to its producer when it is due.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use client::Error;
use client::producer::{Note, Producer, Record};
use protocol::ids::TimestampMs;
use tokio::runtime::Handle;

use super::field::{Field, Recorder, Start};
use super::watch::{Reminder, name};
use crate::pace::Pace;
use crate::verify::Seal;
use crate::workload::Source;

/// How long a driver sleeps before it asks again whether it may go on.
const NAP_MAX: Duration = Duration::from_millis(50);
/// A sleep that is shorter ends late by more than it lasts.
const NAP_MIN: Duration = Duration::from_micros(5);

/// A producer, and what it writes with.
#[derive(Debug)]
pub(super) struct Pen {
    pub(super) producer: Producer,
    pub(super) source: Source,
    /// What all its records have in common; key and value change.
    pub(super) record: Record,
    /// The run that its records are sealed with, if they are.
    pub(super) seal: Option<u64>,
    pub(super) number: u32,
    pub(super) next: u64,
}

/// What a driver works with.
#[derive(Debug)]
pub(super) struct Driver {
    pub(super) field: Arc<Field>,
    pub(super) recorder: Arc<Recorder>,
    pub(super) pens: Vec<Pen>,
    pub(super) pace: Pace,
    pub(super) count: u64,
    pub(super) end: Option<Duration>,
    pub(super) runtime: Handle,
}

impl Driver {
    /// Writes until it is told to halt, or has written all that it was to. Blocks the thread. Returns its pens, to be closed.
    pub(super) fn run(mut self) -> Vec<Pen> {
        wake_punctually();
        let start = self.field.started();
        let mut pens = std::mem::take(&mut self.pens);
        let turns = pens.len().max(1) as u64;
        for number in 0..self.count {
            let Some((due, now)) = self.wait(start, number) else { break };
            let Some(pen) = pens.get_mut((number % turns) as usize) else { break };
            let note = pen.make(start, due, now);
            self.recorder.posted.fetch_add(1, Ordering::Relaxed);
            match pen.producer.try_post(&pen.record, note, start.at(now)) {
                Ok(true) => {}
                Ok(false) => {
                    if !self.wait_for_room(pen, note) {
                        break;
                    }
                }
                Err(error) => self.failed(&error),
            }
        }
        pens
    }

    /// Waits until the record with this number is due; says when that was and what time it is now, or nothing if the record is
    /// not to be written any more.
    fn wait(&self, start: Start, number: u64) -> Option<(Duration, Duration)> {
        let Some(due) = self.pace.due(number) else {
            let now = start.elapsed();
            return self.goes_on(now).then_some((now, now));
        };
        loop {
            if !self.goes_on(due) {
                return None;
            }
            let now = start.elapsed();
            match due.saturating_sub(now) {
                early if early < NAP_MIN => return Some((due, now)),
                early => sleep(early.min(NAP_MAX)),
            }
        }
    }

    fn goes_on(&self, at: Duration) -> bool {
        self.end.is_none_or(|end| at < end) && !self.field.writers.is_given()
    }

    /// Hands a record over that has to wait for room; `false` if the run was over before there was any.
    fn wait_for_room(&self, pen: &Pen, note: Note) -> bool {
        let posted = self.runtime.block_on(async {
            tokio::select! {
                posted = pen.producer.post(&pen.record, note) => Some(posted),
                () = self.field.writers.given() => None,
            }
        });
        match posted {
            Some(Ok(())) => true,
            Some(Err(error)) => {
                self.failed(&error);
                true
            }
            None => {
                self.recorder.posted.fetch_sub(1, Ordering::Relaxed);
                false
            }
        }
    }

    fn failed(&self, error: &Error) {
        self.recorder.settled.fetch_add(1, Ordering::Relaxed);
        self.recorder.note(|sheet| sheet.failed(&name(error), 1));
    }
}

impl Pen {
    /// Makes the next record, which was due then, and what is to be remembered of it.
    fn make(&mut self, start: Start, due: Duration, now: Duration) -> Note {
        let made = self.source.make();
        let sequence = self.next;
        self.next += 1;
        let value = match self.seal {
            Some(run) => Seal { run, producer: self.number, sequence, due }.put(&made.value),
            None => made.value,
        };
        let bytes = value.len() + made.key.as_ref().map_or(0, bytes::Bytes::len);
        self.record.key = made.key;
        self.record.value = Some(value);
        self.record.timestamp = Some(TimestampMs(start.wall_ms(now)));
        let (bytes, delay) = (u32::try_from(bytes).unwrap_or(u32::MAX), now.saturating_sub(due));
        Reminder { due, delay, bytes, sequence }.note()
    }

    /// Sends what is left, and waits for it.
    pub(super) async fn close(self) {
        self.producer.close().await;
    }
}

/// Asks the kernel to end this thread's sleeps when they should, and not up to 50 µs later to save it a wake-up.
fn wake_punctually() {
    // Without it the figures are coarser, not wrong.
    let _ = rustix::thread::set_current_timer_slack(NonZeroU64::new(1));
}

#[expect(
    clippy::disallowed_methods,
    reason = "ring 3: a driver has a thread of its own to wait with"
)]
fn sleep(span: Duration) {
    std::thread::sleep(span);
}
