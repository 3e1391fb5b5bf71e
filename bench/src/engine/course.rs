//! The course of a run: takes what the lanes saw, tells of it, and decides when the run is over.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use client::cli::Failure;
use client::cli::applets::Signals;
use tokio::sync::mpsc;

use super::field::Field;
use super::plan::Plan;
use super::reader::{self, Ledgers};
use super::tide::{Behind, Order, Tide};
use super::writer;
use super::{Audience, End, Outcome};
use crate::machine::{Neighbour, Usage};
use crate::measure::{Interval, Sheet, Tally, Total};
use crate::result::Row;
use crate::verify::Ledger;

/// How often the lanes are looked at.
const BEAT: Duration = Duration::from_millis(250);
/// How many gaps are named.
const GAPS_TOLD_MAX: usize = 10;

/// A run under way.
pub(super) struct Course<'a> {
    plan: &'a Plan,
    field: Arc<Field>,
    neighbour: Option<&'a Neighbour>,
    writers: Vec<writer::Running>,
    readers: Vec<reader::Running>,
    ledgers: Ledgers,
    tide: Option<Tide>,
    /// The interval that is not over yet.
    current: Interval,
    /// What this process and the broker had used before it.
    used: (Usage, Option<Usage>),
    rows: Vec<Row>,
    total: Total,
    /// Since the start, the warm-up included.
    written: Tally,
    read: Tally,
    /// When something was last read.
    last_read: Duration,
    is_interrupted: bool,
}

impl<'a> Course<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        field: &Arc<Field>,
        neighbour: Option<&'a Neighbour>,
        writers: Vec<writer::Running>,
        readers: Vec<reader::Running>,
        ledgers: Ledgers,
    ) -> Self {
        let used = (Usage::of("self").unwrap_or_default(), neighbour.and_then(Neighbour::usage));
        let holds = plan.duration.unwrap_or_default();
        Self {
            plan,
            field: Arc::clone(field),
            neighbour,
            writers,
            readers,
            ledgers,
            tide: plan.backlog.map(|backlog| Tide::new(backlog, plan.warmup, holds)),
            current: Interval::after(Duration::ZERO, !plan.warmup.is_zero()),
            used,
            rows: Vec::new(),
            total: Total::default(),
            written: Tally::default(),
            read: Tally::default(),
            last_read: Duration::ZERO,
            is_interrupted: false,
        }
    }

    /// Follows the run to its end. Each channel closes when the last of its lanes is done.
    pub(super) async fn follow(
        &mut self,
        mut writers: mpsc::Receiver<()>,
        mut readers: mpsc::Receiver<()>,
        signals: &mut Signals,
        audience: &mut dyn Audience,
    ) -> Result<End, Failure> {
        let (mut written, mut read) = (false, false);
        while !(written && read) {
            tokio::select! {
                () = tokio::time::sleep(self.until_next()) => {}
                None = writers.recv(), if !written => written = true,
                None = readers.recv(), if !read => read = true,
                code = signals.next() => {
                    if self.is_interrupted {
                        return Ok(End::Aborted(code));
                    }
                    self.is_interrupted = true;
                    self.field.writers.give();
                }
            }
            self.take_in(written && read);
            self.decide(written);
            audience.glance(&self.current, &self.total);
            if self.is_interval_over() || (written && read) {
                self.close_interval(audience, written && read)?;
            }
        }
        Ok(if self.is_interrupted { End::Interrupted } else { End::Done })
    }

    /// Until the next look: a beat, or less if an interval or the warm-up ends before that.
    fn until_next(&self) -> Duration {
        let now = self.field.elapsed();
        let left = self.interval_end().saturating_sub(now);
        BEAT.min(left.max(Duration::from_millis(1)))
    }

    fn interval_end(&self) -> Duration {
        let began = self.current.ended - self.current.took;
        let end = began + self.plan.interval;
        match self.current.is_warmup {
            true => end.min(self.plan.warmup),
            false => end,
        }
    }

    fn is_interval_over(&self) -> bool {
        self.current.ended >= self.interval_end()
    }

    /// Takes what the lanes saw since the last look.
    fn take_in(&mut self, is_last: bool) {
        let now = self.field.elapsed();
        let recorders = (self.writers.iter().map(|lane| &lane.recorder))
            .chain(self.readers.iter().map(|lane| &lane.recorder));
        let mut sheet = Sheet::default();
        let mut in_flight = 0;
        for recorder in recorders {
            sheet.merge(&recorder.take());
            in_flight += recorder.in_flight();
        }
        if sheet.read.records > 0 {
            self.last_read = now;
        }
        self.written.merge(sheet.written);
        self.read.merge(sheet.read);
        let began = self.current.ended - self.current.took;
        // Readers notice the end of a stream by its silence, which is no part of the measurement.
        let is_silence = is_last && self.plan.writing.is_none() && sheet.read.records == 0;
        self.current.ended = if is_silence { self.last_read.max(began) } else { now };
        self.current.took = self.current.ended - began;
        self.current.sheet.merge(&sheet);
        self.current.in_flight = in_flight;
        self.current.backlog =
            self.plan.writing.is_some().then(|| self.behind()).flatten().map(|b| b.records);
        let client = Usage::of("self").unwrap_or(self.used.0);
        self.current.client = client.since(self.used.0);
        let broker = self.neighbour.and_then(Neighbour::usage);
        self.current.broker = broker.zip(self.used.1).map(|(broker, before)| broker.since(before));
    }

    /// How far all subscriptions together are behind what was written.
    fn behind(&self) -> Option<Behind> {
        let readers = self.plan.reading.as_ref()?.subscriptions.len() as u64;
        Some(Behind {
            bytes: (self.written.bytes * readers).saturating_sub(self.read.bytes),
            records: (self.written.records * readers).saturating_sub(self.read.records),
        })
    }

    fn decide(&mut self, is_written: bool) {
        let now = self.current.ended;
        let behind = self.behind().unwrap_or_default();
        match self.tide.as_mut().and_then(|tide| tide.turn(now, behind)) {
            Some(Order::Pause) => self.field.are_readers_paused.store(true, Ordering::Relaxed),
            Some(Order::Resume) => self.field.are_readers_paused.store(false, Ordering::Relaxed),
            Some(Order::Halt) => self.field.writers.give(),
            None => {}
        }
        if self.is_interrupted {
            // What was written is read, also where readers were to fall behind.
            self.field.are_readers_paused.store(false, Ordering::Relaxed);
        }
        if self.is_reading_over(is_written, behind) {
            self.field.readers.give();
        }
    }

    fn is_reading_over(&self, is_written: bool, behind: Behind) -> bool {
        let Some(reading) = &self.plan.reading else { return true };
        let now = self.field.elapsed();
        let is_silent = now.saturating_sub(self.last_read) >= reading.patience;
        if self.plan.writing.is_some() {
            return is_written && (behind.records == 0 || is_silent);
        }
        let is_enough = reading.count.is_some_and(|count| self.read.records >= count);
        let is_late = self.plan.end().is_some_and(|end| now >= end);
        self.is_interrupted || is_enough || is_late || is_silent
    }

    fn close_interval(
        &mut self,
        audience: &mut dyn Audience,
        is_last: bool,
    ) -> Result<(), Failure> {
        let is_warmup = self.current.ended < self.plan.warmup;
        let next = Interval::after(self.current.ended, is_warmup);
        let interval = std::mem::replace(&mut self.current, next);
        self.used.0 = self.used.0.followed_by(interval.client);
        self.used.1 =
            self.used.1.zip(interval.broker).map(|(before, more)| before.followed_by(more));
        let is_empty = interval.sheet.is_empty() && !self.rows.is_empty();
        // Nothing comes while the last connections close.
        if interval.took.is_zero() || (is_last && is_empty && interval.took < self.plan.interval) {
            return Ok(());
        }
        audience.interval(&interval)?;
        self.total.add(&interval);
        if !interval.is_warmup {
            self.rows.push(Row::of(&interval, self.plan.warmup));
        }
        Ok(())
    }

    /// What it came to.
    pub(super) fn outcome(self, end: End) -> Outcome {
        let is_verified = self.plan.reading.as_ref().is_some_and(|reading| reading.is_verified);
        let (mut verdict, mut gaps) = (None, Vec::new());
        // A run that was aborted is not waited for.
        if !matches!(end, End::Aborted(_)) {
            let written: Vec<_> =
                self.writers.into_iter().flat_map(writer::Running::join).collect();
            self.readers.into_iter().for_each(reader::Running::join);
            for ledger in self.ledgers.iter().filter(|_| is_verified) {
                let mut ledger = ledger.lock();
                written.iter().for_each(|(author, numbers)| ledger.wrote(*author, numbers));
                verdict = Some(ledger.verdict().and(verdict.unwrap_or_default()));
                gaps.extend(Ledger::gaps(&ledger, GAPS_TOLD_MAX - gaps.len().min(GAPS_TOLD_MAX)));
            }
        }
        let is_open = self.plan.is_open();
        Outcome { end, is_open, rows: self.rows, total: self.total, verdict, gaps }
    }
}
