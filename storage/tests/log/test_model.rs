//! Random operations, with reopening, against the plain vector.

use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;
use protocol::ids::{Offset, TimestampMs};
use storage::disk::{Disk, MemDisk, OsDisk};
use storage::log::{AppendError, Log, LogConfig};

use crate::model::Model;
use crate::support::{DIR, batch, by, flush, open_with, opening};

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Append { batches: Vec<(usize, usize)>, epochs_on: i32, time: i64 },
    Follow { records: usize, len: usize },
    Read { from: Index, up_to: Index, max_bytes: usize, at_least_one: bool },
    FindTimestamp(i64),
    Flush,
    Truncate(Index),
    StartOver(i64),
    AdvanceStart(Index),
    RetainBytes(Index),
    CloseAndOpen,
    DropAndOpen,
    Cool,
    GiveBackSpace,
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let sizes = prop_oneof![8 => 1..200usize, 1 => 3000..5000usize, 1 => 66_000..70_000usize];
    let batches = prop::collection::vec((1..5usize, sizes), 1..4);
    prop_oneof![
        12 => (batches, 0..2i32, -20..50i64)
            .prop_map(|(batches, epochs_on, time)| Step::Append { batches, epochs_on, time }),
        2 => (1..4usize, 1..300usize).prop_map(|(records, len)| Step::Follow { records, len }),
        6 => (any::<Index>(), any::<Index>(), 0..6000usize, any::<bool>()).prop_map(
            |(from, up_to, max_bytes, at_least_one)| Step::Read { from, up_to, max_bytes, at_least_one }
        ),
        2 => (-20..400i64).prop_map(Step::FindTimestamp),
        4 => Just(Step::Flush),
        2 => any::<Index>().prop_map(Step::Truncate),
        1 => (0..1000i64).prop_map(Step::StartOver),
        1 => any::<Index>().prop_map(Step::AdvanceStart),
        1 => any::<Index>().prop_map(Step::RetainBytes),
        2 => Just(Step::CloseAndOpen),
        2 => Just(Step::DropAndOpen),
        1 => Just(Step::Cool),
        1 => Just(Step::GiveBackSpace),
    ]
}

pub(crate) fn config(small: bool) -> LogConfig {
    LogConfig {
        segment_bytes: if small { 6000 } else { 300_000 },
        index_interval_bytes: 256,
        max_message_bytes: 1 << 20,
        retention_ms: -1,
        ..LogConfig::default()
    }
}

/// A log and what it should hold.
pub(crate) struct Pair<D: Disk> {
    pub(crate) disk: D,
    pub(crate) dir: std::path::PathBuf,
    pub(crate) config: LogConfig,
    pub(crate) log: Option<Log<D>>,
    pub(crate) model: Model,
}

impl<D: Disk> Pair<D> {
    pub(crate) fn new(disk: D, dir: &Path, config: LogConfig) -> Self {
        let log = open_with(&disk, dir, config, opening(false, Offset::ZERO)).0;
        Self { disk, dir: dir.to_owned(), config, log: Some(log), model: Model::default() }
    }

    pub(crate) fn log(&mut self) -> &mut Log<D> {
        self.log.as_mut().expect("open")
    }

    fn reopen(&mut self, clean: bool) {
        let mut opening = opening(clean, Offset(self.model.flushed));
        opening.log_start_offset = Offset(self.model.start);
        self.log = Some(open_with(&self.disk, &self.dir, self.config, opening).0);
        self.model.flushed = self.model.end();
    }

    pub(crate) fn run(&mut self, step: &Step) {
        let (start, end) = (self.model.start, self.model.end());
        let pick = |index: &Index| start + index.index((end - start + 1) as usize) as i64;
        match step {
            Step::Append { batches, epochs_on, time } => self.append(batches, *epochs_on, *time),
            Step::Follow { records, len } => self.follow(*records, *len),
            Step::Read { from, up_to, max_bytes, at_least_one } => {
                let log = self.log.as_ref().expect("open");
                self.model.check_read(log, pick(from), pick(up_to), *max_bytes, *at_least_one);
            }
            Step::FindTimestamp(wanted) => {
                self.model.check_timestamp(self.log.as_ref().expect("open"), *wanted);
            }
            Step::Flush => {
                flush(self.log());
                self.model.flushed = end;
            }
            Step::Truncate(at) => {
                let at = Offset(at.index((end + 1) as usize) as i64);
                let found = self.log().truncate_to(at).expect("cut");
                if at < Offset(end) {
                    self.model.truncate(at.get());
                }
                assert_eq!(found, Offset(self.model.end()), "where a truncation leads");
            }
            Step::StartOver(at) => {
                self.log().truncate_fully_and_start_at(Offset(*at)).expect("cut");
                self.model.start_over(*at);
            }
            Step::AdvanceStart(at) => {
                let at = pick(at);
                self.log().advance_start(Offset(at)).expect("within the log");
                self.model.start = at;
            }
            Step::RetainBytes(bytes) => {
                let bytes = bytes.index(20_000) as i64;
                let config = self.config;
                self.log().set_config(LogConfig { retention_bytes: bytes, ..config });
                let retained = self.log().retention(TimestampMs(0), Offset(end)).expect("deleted");
                self.log().set_config(config);
                assert!(retained.start_offset <= Offset(end));
                let first = self.log().segments().next().expect("a segment").base_offset;
                self.model.forget_before(first.get(), retained.start_offset.get());
                if let Some(removal) = retained.removal {
                    removal.run().expect("removed");
                }
            }
            Step::CloseAndOpen => {
                let end = self.log.take().expect("open").close().expect("closed");
                assert_eq!(end, Offset(self.model.end()));
                self.reopen(true);
            }
            Step::DropAndOpen => {
                drop(self.log.take());
                self.reopen(false);
            }
            Step::Cool => self.log().cool(),
            Step::GiveBackSpace => self.log().give_back_space().expect("cut"),
        }
        let log = self.log.as_ref().expect("open");
        match step {
            Step::Append { .. } | Step::Read { .. } => {
                assert_eq!(log.end_offset(), Offset(self.model.end()), "after {step:?}");
            }
            _ => self.model.check(log),
        }
    }

    fn append(&mut self, sizes: &[(usize, usize)], epochs_on: i32, time: i64) {
        let epoch = self.model.epoch + epochs_on;
        let made: Vec<_> = sizes
            .iter()
            .map(|(records, len)| {
                let timestamps: Vec<_> =
                    (0..*records as i64).map(|at| self.model.clock.max(0) + time * at).collect();
                let timestamps: Vec<_> =
                    timestamps.into_iter().map(|timestamp| timestamp.max(0)).collect();
                (batch(&timestamps, *len), timestamps)
            })
            .collect();
        let batches = made.iter().map(|(batch, _)| batch.clone()).collect();
        match self.log().append_leader(batches, by(epoch)) {
            Ok(appended) => {
                self.model.epoch = epoch;
                assert_eq!(appended.base_offset, Offset(self.model.end()));
                for (batch, timestamps) in made {
                    self.model.append(&batch, timestamps);
                }
                self.model.clock += time;
            }
            Err(AppendError::RecordListTooLarge { size, max }) => assert!(size > max),
            Err(error) => panic!("{error}"),
        }
    }

    fn follow(&mut self, records: usize, len: usize) {
        let timestamps = vec![self.model.clock.max(0); records];
        let stamp = protocol::batch::Stamp {
            base_offset: Offset(self.model.end()),
            leader_epoch: protocol::ids::LeaderEpoch(self.model.epoch),
            log_append_time: None,
        };
        let stamped = batch(&timestamps, len).stamped(stamp).to_batch();
        self.log().append_follower(stamped.bytes().clone(), TimestampMs(0)).expect("appended");
        self.model.append(&stamped, timestamps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, max_shrink_iters: 2000, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn the_log_holds_what_a_vector_would(steps in prop::collection::vec(step(), 1..60), small: bool) {
        let mut pair = Pair::new(MemDisk::new(), Path::new(DIR), config(small));
        for step in &steps {
            pair.run(step);
        }
        pair.model.check(pair.log.as_ref().expect("open"));
        pair.model.check_timestamp(pair.log.as_ref().expect("open"), 40);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 500, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn the_same_holds_on_the_operating_systems_disk(steps in prop::collection::vec(step(), 1..60), small: bool) {
        let root = tempfile::tempdir().expect("a folder");
        let mut pair = Pair::new(OsDisk, &root.path().join("t-0"), config(small));
        for step in &steps {
            pair.run(step);
        }
        pair.model.check(pair.log.as_ref().expect("open"));
    }
}
