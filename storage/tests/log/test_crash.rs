//! Power cuts at every change that the disk sees, also while recovering from one.
//!
//! A script of appends, flushes, truncations and deletions is run again and again, each time with the power cut one change later. What
//! was not synced survives in parts, by a seed. Then the log is opened and must hold:
//!
//! - everything below the last flush that was reported (nothing acknowledged is lost);
//! - exactly what was appended, in order and without a hole, up to its end (nothing torn, stale or foreign is served);
//! - epochs and producers that agree with it.
//!
//! It goes on from there, with other records at the same offsets, and loses power again.

use std::path::Path;

use protocol::batch::{BatchOptions, RecordBatch};
use protocol::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, TimestampMs};
use storage::disk::{Fault, MemDisk};
use storage::files::{Budget, OpenFiles};
use storage::log::{Log, LogConfig, Recovery};

use crate::support::{DIR, batch_of, by, mem_disk, open_with, opening, read_all};

/// Chance out of a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// What was appended, and what of it must survive.
#[derive(Default)]
struct Truth {
    /// Where the oldest segment begins.
    first: i64,
    batches: Vec<Stored>,
    flushed: i64,
    epoch: i32,
    /// A truncation to here was under way.
    cutting: Option<i64>,
    /// All was being deleted, to go on from here.
    starting_over: Option<i64>,
    /// Every recovery point that a checkpoint may have had.
    points: Vec<i64>,
}

#[derive(Clone)]
struct Stored {
    base: i64,
    next: i64,
    epoch: i32,
    body: Vec<u8>,
}

struct Run {
    disk: MemDisk,
    config: LogConfig,
    chance: Chance,
    truth: Truth,
    /// Makes the records of each life others.
    life: u64,
}

type Failed = ();

impl Run {
    fn new(seed: u64) -> Self {
        let config = LogConfig {
            segment_bytes: 40_000,
            index_interval_bytes: 300,
            retention_ms: -1,
            ..LogConfig::default()
        };
        Self { disk: mem_disk(), config, chance: Chance(seed), truth: Truth::default(), life: 0 }
    }

    fn open(&self, point: i64) -> Option<(Log<MemDisk>, Recovery)> {
        let files = OpenFiles::new(self.disk.clone(), Budget { files_max: 2, maps_max: 2 });
        let mut opening = opening(false, Offset(point));
        opening.log_start_offset = Offset(self.truth.first);
        Log::open(&files, Path::new(DIR), self.config, opening).ok()
    }

    /// Runs operations until one fails because the power is off.
    fn script(&mut self, log: &mut Log<MemDisk>, steps: usize) {
        for _ in 0..steps {
            let done = match self.chance.below(20) {
                0..=9 => self.append(log),
                10..=14 => self.flush(log),
                15 => self.truncate(log),
                16 => self.retain(log),
                17 => log.give_back_space().map_err(drop),
                18 => {
                    log.cool();
                    Ok(())
                }
                _ => self.start_over(log),
            };
            if done.is_err() {
                return;
            }
        }
    }

    fn append(&mut self, log: &mut Log<MemDisk>) -> Result<(), Failed> {
        let batch = self.batch(log);
        let base = log.end_offset().get();
        let next = base + i64::from(batch.header().last_offset_delta) + 1;
        let body = batch.bytes()[17..].to_vec();
        let epoch = self.truth.epoch + i32::from(self.chance.below(8) == 0);
        self.truth.epoch = epoch;
        // It may be found even if the append fails.
        self.truth.batches.push(Stored { base, next, epoch, body });
        log.append_leader(vec![batch], by(epoch)).map(drop).map_err(drop)
    }

    fn batch(&mut self, log: &Log<MemDisk>) -> RecordBatch {
        let records = 1 + self.chance.below(4);
        let len = match self.chance.below(10) {
            0 => 5000 + self.chance.below(5000),
            _ => 1 + self.chance.below(400),
        };
        let id = ProducerId(self.chance.below(3) as i64);
        let last = log.producers().get(id).map_or(Sequence::NONE, |state| state.last_sequence());
        let options = BatchOptions {
            producer_id: id,
            producer_epoch: ProducerEpoch(0),
            base_sequence: if last == Sequence::NONE { Sequence(0) } else { last.plus(1) },
            ..BatchOptions::default()
        };
        let timestamps: Vec<_> = (0..records).map(|at| (self.life * 1000 + at) as i64).collect();
        batch_of(&timestamps, len as usize, options)
    }

    fn flush(&mut self, log: &mut Log<MemDisk>) -> Result<(), Failed> {
        let Some(task) = log.unflushed() else { return Ok(()) };
        let flushed = task.run().map_err(drop)?;
        log.flushed(flushed);
        self.truth.flushed = log.flushed_offset().get();
        if self.chance.below(3) == 0 {
            self.truth.points.push(self.truth.flushed);
        }
        Ok(())
    }

    fn truncate(&mut self, log: &mut Log<MemDisk>) -> Result<(), Failed> {
        let (start, end) = (log.start_offset().get(), log.end_offset().get());
        // A leader never loses what was acknowledged, but a follower may have more than it.
        let to = start + self.chance.below((end - start + 1) as u64) as i64;
        self.truth.cutting = Some(to);
        let end = log.truncate_to(Offset(to)).map_err(drop)?.get();
        self.truth.cutting = None;
        self.truth.batches.retain(|batch| batch.next <= end);
        self.truth.flushed = self.truth.flushed.min(end);
        self.truth.points.retain(|point| *point <= end);
        self.truth.epoch += 1;
        Ok(())
    }

    fn retain(&mut self, log: &mut Log<MemDisk>) -> Result<(), Failed> {
        log.set_config(LogConfig { retention_bytes: 60_000, ..self.config });
        let retained = log.retention(TimestampMs(0), Offset(self.truth.flushed)).map_err(drop)?;
        if let Some(removal) = retained.removal {
            removal.run().map_err(drop)?;
        }
        Ok(())
    }

    fn start_over(&mut self, log: &mut Log<MemDisk>) -> Result<(), Failed> {
        if self.chance.below(4) > 0 {
            return Ok(());
        }
        let at = log.end_offset().get() + self.chance.below(10) as i64;
        self.truth.starting_over = Some(at);
        log.truncate_fully_and_start_at(Offset(at)).map_err(drop)?;
        let epoch = self.truth.epoch + 1;
        self.truth = Truth { first: at, flushed: at, epoch, ..Truth::default() };
        Ok(())
    }

    /// Opens the log after a power cut, perhaps with further cuts while it recovers, and holds it against the truth.
    fn recover(&mut self, seed: u64, cuts: u64) -> Log<MemDisk> {
        let point = match self.truth.points.len() as u64 {
            0 => self.truth.first,
            count => self.truth.points[self.chance.below(count) as usize],
        };
        self.disk.crash(seed);
        for cut in 0..cuts {
            self.disk.cut_power_after(self.chance.below(12));
            let log = self.open(point);
            drop(log);
            self.disk.crash(seed ^ cut);
        }
        let (log, _) = self.open(point).expect("with the power on the log opens");
        self.check(&log);
        log
    }

    fn check(&mut self, log: &Log<MemDisk>) {
        let truth = &mut self.truth;
        if let Some(at) = truth.starting_over.take() {
            if log.start_offset() == Offset(at) && log.end_offset() == Offset(at) {
                let epoch = truth.epoch + 1;
                *truth = Truth { first: at, flushed: at, epoch, ..Truth::default() };
                return;
            }
            truth.flushed = log.end_offset().get().min(truth.flushed);
        }
        let least = truth.flushed.min(truth.cutting.take().map_or(i64::MAX, |to| {
            let cut = truth.batches.iter().find(|batch| batch.next > to);
            cut.map_or(to, |batch| batch.base.min(to))
        }));
        assert!(log.end_offset().get() >= least, "{least} was durable, and the log is {log:?}");
        let found = read_all(log, log.start_offset());
        let known = truth.batches.iter().skip_while(|batch| batch.next <= log.start_offset().get());
        for (found, known) in found.iter().zip(known) {
            assert_eq!(found.header().base_offset, Offset(known.base));
            assert_eq!(found.header().partition_leader_epoch, LeaderEpoch(known.epoch));
            assert!(found.bytes()[17..] == known.body[..], "other records at {}", known.base);
            assert_eq!(log.epochs().epoch_at(Offset(known.base)), Some(LeaderEpoch(known.epoch)));
        }
        let end = log.end_offset().get();
        truth.batches.retain(|batch| batch.next <= end);
        let known_end = truth.batches.last().map_or(truth.first, |last| last.next);
        assert_eq!(end.max(truth.first), known_end, "the log ends with a batch that was appended");
        check_producers(log, &found);
        truth.flushed = end;
        truth.points = vec![end];
        truth.epoch += 1;
    }
}

/// Each producer's last sequence is that of its last batch.
fn check_producers(log: &Log<MemDisk>, found: &[RecordBatch]) {
    for id in (0..3).map(ProducerId) {
        let last = found.iter().rfind(|batch| batch.header().producer_id == id);
        if let Some(last) = last {
            let known = log.producers().get(id).expect("it wrote").last_sequence();
            assert_eq!(known, last.header().last_sequence(), "of {id:?}");
        }
    }
}

/// Runs a script, cut after so many changes; then another, cut somewhere; and looks each time. Returns how many changes there were.
fn lives(seed: u64, cut: Option<u64>) -> u64 {
    let mut run = Run::new(seed);
    let (mut log, _) = run.open(0).expect("a new log");
    let before = run.disk.changes();
    if let Some(cut) = cut {
        run.disk.cut_power_after(cut);
    }
    run.script(&mut log, 60);
    let changes = run.disk.changes() - before;
    drop(log);
    for life in 1..4 {
        let seed = seed.wrapping_mul(31).wrapping_add(cut.unwrap_or(0) * 7 + life);
        let cuts = run.chance.below(3);
        let mut log = run.recover(seed, cuts);
        run.life = life;
        let cut = run.chance.below(60);
        run.disk.cut_power_after(cut);
        run.script(&mut log, 30);
    }
    run.recover(seed, 0);
    changes
}

#[test]
fn whenever_the_power_goes_what_was_flushed_is_there_and_nothing_behind_a_hole() {
    let mut visited = 0;
    for seed in 0..4 {
        let changes = lives(seed, None);
        for cut in 0..changes {
            lives(seed, Some(cut));
        }
        visited += changes;
    }
    assert!(visited > 300, "only {visited} changes were visited");
}

#[test]
fn a_page_that_a_failed_sync_lost_is_not_believed_after_a_restart_of_the_process() {
    let disk = mem_disk();
    let (mut log, _) =
        open_with(&disk, Path::new(DIR), LogConfig::default(), opening(false, Offset::ZERO));
    let options = BatchOptions::default();
    crate::support::append(&mut log, batch_of(&[1], 5000, options)).expect("appended");
    crate::support::flush(&mut log);
    crate::support::append(&mut log, batch_of(&[2], 5000, options)).expect("appended");
    disk.inject(Fault::Sync, 1);
    log.unflushed().expect("unsynced").run().expect_err("the sync fails");
    drop(log);
    let (log, _) =
        open_with(&disk, Path::new(DIR), LogConfig::default(), opening(false, Offset(1)));
    let end = log.end_offset();
    drop(log);
    disk.crash(1);
    let (log, _) =
        open_with(&disk, Path::new(DIR), LogConfig::default(), opening(false, Offset(1)));
    assert_eq!(log.end_offset(), end, "what the restart served is still there after the power cut");
}

#[test]
fn batches_that_a_truncation_abandoned_do_not_come_back_behind_a_shorter_append() {
    for seed in 0..64 {
        let disk = mem_disk();
        let (mut log, _) =
            open_with(&disk, Path::new(DIR), LogConfig::default(), opening(false, Offset::ZERO));
        let options = BatchOptions::default();
        for time in 0..10 {
            crate::support::append(&mut log, batch_of(&[time], 3000, options)).expect("appended");
        }
        crate::support::flush(&mut log);
        log.truncate_to(Offset(2)).expect("cut");
        drop(log);
        disk.crash(seed);
        let (mut log, _) =
            open_with(&disk, Path::new(DIR), LogConfig::default(), opening(false, Offset(2)));
        assert_eq!(log.end_offset(), Offset(2), "a truncation is durable");
        // As long as what was there, so that the next stale batch would follow without a gap.
        crate::support::append(&mut log, batch_of(&[77], 3000, options)).expect("appended");
        disk.crash(seed + 1000);
        let (log, _) =
            open_with(&disk, Path::new(DIR), LogConfig::default(), opening(false, Offset(2)));
        assert!(log.end_offset() <= Offset(3), "{log:?}");
    }
}
