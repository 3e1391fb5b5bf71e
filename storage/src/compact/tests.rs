//! Rounds over whole logs, compared with what a reader of the log would have had without them.

use std::collections::BTreeMap;
use std::io::IoSlice;
use std::path::Path;

use proptest::prelude::*;
use protocol::batch::{BatchBuilder, BatchOptions, Compression, Header, Record, RecordBatch};
use protocol::ids::{Offset, ProducerEpoch, ProducerId, Sequence, TimestampMs};

use super::rewrite::Step;
use super::schedule::{Dirt, Policy};
use super::source::Batches;
use super::swap::{Old, finish, live_path};
use super::*;
use crate::disk::{Disk, DiskFile, MemDisk, OpenMode};
use crate::producer::{Kind, Marker, Outcome, ProducedBatch, Producers};
use crate::segment::txn_index::{AbortedTransaction, TxnIndex};

const DIR: &str = "/data/t-0";
const RETENTION_MS: i64 = 1000;
const NOW: TimestampMs = TimestampMs(1_000_000);

fn dir() -> &'static Path {
    Path::new(DIR)
}

/// What a test appends: one batch.
#[derive(Clone, Debug)]
enum Piece {
    /// Keys, and whether each has a value.
    Data {
        producer: Option<i64>,
        transactional: bool,
        codec: Compression,
        records: Vec<(u8, bool)>,
    },
    /// The end of a producer's transaction.
    End { producer: i64, commit: bool },
    /// The next batch begins a new segment.
    Roll,
}

fn keys(records: &[(u8, bool)]) -> Piece {
    Piece::Data {
        producer: None,
        transactional: false,
        codec: Compression::None,
        records: records.into(),
    }
}

fn sent(producer: i64, transactional: bool, keys: &[u8]) -> Piece {
    let records = keys.iter().map(|key| (*key, true)).collect();
    Piece::Data { producer: Some(producer), transactional, codec: Compression::None, records }
}

/// A log as its broker would have it: the files of its sealed segments, and the state of its producers.
struct World {
    disk: MemDisk,
    segments: Vec<Segment>,
    producers: Producers,
    aborted: Vec<AbortedTransaction>,
    end: Offset,
}

impl World {
    fn new(pieces: &[Piece]) -> Self {
        let disk = MemDisk::new();
        disk.create_dir(dir()).expect("room");
        disk.sync_dir(Path::new("/data")).expect("no fault");
        disk.sync_dir(Path::new("/")).expect("no fault");
        let (segments, producers, aborted) = (Vec::new(), Producers::new(Offset::ZERO), Vec::new());
        let mut world = Self { disk, segments, producers, aborted, end: Offset::ZERO };
        let mut content = Vec::new();
        for piece in pieces {
            match world.batch(piece) {
                Some(batch) => content.extend_from_slice(batch.bytes()),
                None => world.roll(&mut content),
            }
        }
        world.roll(&mut content);
        world
    }

    /// The piece as a batch at the log's end.
    fn batch(&mut self, piece: &Piece) -> Option<RecordBatch> {
        let (batch, kind) = match piece {
            Piece::Roll => return None,
            Piece::Data { producer, transactional, codec, records } => {
                let id = ProducerId(producer.unwrap_or(-1));
                let state = self.producers.get(id);
                let next = state.map_or(Sequence(0), |state| state.last_sequence().plus(1));
                let idempotent = producer.is_some();
                let mut builder = BatchBuilder::new(BatchOptions {
                    compression: *codec,
                    producer_id: id,
                    producer_epoch: if idempotent { ProducerEpoch(0) } else { ProducerEpoch::NONE },
                    base_sequence: if idempotent { next } else { Sequence::NONE },
                    transactional: *transactional,
                    ..BatchOptions::default()
                });
                for (at, (key, has_value)) in (0..).zip(records) {
                    let offset = self.end.plus(at);
                    let value = has_value.then(|| format!("value {offset}"));
                    let header = Header::new("h", Some(offset.to_string()));
                    let timestamp = TimestampMs(offset.get() * 7 % 100);
                    builder.append(
                        timestamp,
                        Some(&[*key]),
                        value.as_deref().map(str::as_bytes),
                        &[header],
                    );
                }
                (builder.build(self.end), Kind::Data { transactional: *transactional })
            }
            Piece::End { producer, commit } => {
                let mut builder = BatchBuilder::new(BatchOptions {
                    producer_id: ProducerId(*producer),
                    producer_epoch: ProducerEpoch(0),
                    transactional: true,
                    control: true,
                    ..BatchOptions::default()
                });
                let key = [0, 0, 0, u8::from(*commit)];
                builder.append(TimestampMs(5), Some(&key), Some(&[0; 6]), &[]);
                let outcome = if *commit { Outcome::Commit } else { Outcome::Abort };
                (builder.build(self.end), Kind::Marker(Marker { outcome, coordinator_epoch: 0 }))
            }
        };
        let batch = batch.expect("a legal batch");
        let completed = self.producers.apply(NOW, &produced(&batch, kind));
        self.aborted.extend(completed.as_ref().and_then(AbortedTransaction::of));
        self.end = batch.header().next_offset();
        self.producers.advance_end(self.end);
        self.producers.advance_high_watermark(self.end);
        Some(batch)
    }

    /// Seals what was appended since the last roll.
    fn roll(&mut self, content: &mut Vec<u8>) {
        if content.is_empty() {
            return;
        }
        let base = self.segments.last().map_or(Offset::ZERO, |segment| segment.end);
        let file = self.disk.open(&live_path(dir(), base), OpenMode::CreateNew).expect("room");
        file.write_at(&[IoSlice::new(content)], 0).expect("room");
        file.sync().expect("no fault");
        self.disk.sync_dir(dir()).expect("no fault");
        self.segments.push(segment(base, self.end, content.len() as u64));
        content.clear();
    }

    fn dirt(&self, from: Offset) -> Dirt {
        let policy = Policy { dirty_ratio_min: 0.0, lag_ms_min: 0, lag_ms_max: i64::MAX };
        let stable = self.producers.last_stable_offset(self.end, Offset::ZERO);
        Dirt::of(&self.segments, from, stable, NOW, &policy)
    }

    fn last_words(&self) -> BTreeMap<ProducerId, LastWord> {
        let word = |state: &crate::producer::ProducerState| LastWord {
            last_data_offset: state.last_batch().map(|batch| batch.last_offset),
            epoch: state.epoch,
        };
        self.producers.iter().map(|(id, state)| (id, word(state))).collect()
    }

    /// One round from `from`; returns where the next would begin. Fails where the disk does.
    fn round(
        &mut self,
        from: Offset,
        now: TimestampMs,
        map_bytes: usize,
    ) -> Result<Offset, CompactError> {
        let producers = self.last_words();
        let rules = Rules {
            delete_retention_ms: RETENTION_MS,
            segment_bytes: 2000,
            map_bytes_max: map_bytes,
            unpacked_bytes_max: 1 << 20,
        };
        let segments = self.segments.clone();
        let disk = self.disk.clone();
        let round = Round {
            disk: &disk,
            dir: dir(),
            segments: &segments,
            dirt: self.dirt(from),
            aborted: &self.aborted,
            producers: &producers,
            now,
            rules,
            pace: Pace::free(),
        };
        let map = round.read()?;
        let mut rewriter = round.rewriter(&map);
        while let Some(step) = rewriter.next_group()? {
            let Step::Swap(swap) = step else { continue };
            swap.commit(&disk)?;
            swap.install(&disk, Old::Retire)?;
            self.segments.retain(|segment| !swap.replaced().contains(&segment.base));
            self.segments.push(segment(swap.base(), swap.end(), swap.stats().bytes_after));
            self.segments.sort_unstable_by_key(|segment| segment.base);
        }
        Ok(map.end())
    }

    /// The batches of each segment, from the files. Asserts that they lie end to end.
    fn batches(&self) -> Vec<RecordBatch> {
        let names = self.disk.list(dir()).expect("readable").into_iter().map(|entry| entry.name);
        let bases: Vec<i64> =
            names.filter_map(|name| name.strip_suffix(".log")?.parse().ok()).collect();
        let mut all = Vec::new();
        let mut next = Offset::ZERO;
        for base in bases.into_iter().map(Offset) {
            assert_eq!(base, next, "segments lie end to end");
            let file = self.disk.open(&live_path(dir(), base), OpenMode::Read).expect("there");
            let mut batches = Batches::new(&file, file.size().expect("readable"));
            while let Some(batch) = batches.next().expect("whole") {
                assert!(batch.header().base_offset >= next, "offsets ascend");
                next = batch.header().next_offset();
                all.push(batch);
            }
        }
        assert_eq!(next, self.end, "offsets that were given out stay given out");
        all
    }

    /// What a read-committed consumer gets, by offset.
    fn committed(&self) -> BTreeMap<Offset, Record> {
        let batches = self.batches();
        let data = batches.iter().filter(|batch| !batch.header().is_control());
        data.filter(|batch| !self.is_aborted(batch))
            .flat_map(|batch| batch.records().expect("whole"))
            .map(|record| record.expect("whole"))
            .map(|record| (record.offset, record))
            .collect()
    }

    fn is_aborted(&self, batch: &RecordBatch) -> bool {
        let header = batch.header();
        header.is_transactional()
            && self.aborted.iter().any(|transaction| {
                transaction.producer_id == header.producer_id
                    && (transaction.first_offset..transaction.marker_offset)
                        .contains(&header.base_offset)
            })
    }
}

fn segment(base: Offset, end: Offset, bytes: u64) -> Segment {
    Segment { base, end, bytes, first_timestamp: TimestampMs(0), largest_timestamp: TimestampMs(0) }
}

fn produced(batch: &RecordBatch, kind: Kind) -> ProducedBatch {
    let header = batch.header();
    ProducedBatch {
        producer_id: header.producer_id,
        producer_epoch: header.producer_epoch,
        base_sequence: header.base_sequence,
        base_offset: header.base_offset,
        last_offset_delta: header.last_offset_delta,
        max_timestamp: header.max_timestamp,
        kind,
    }
}

/// The last record of each key.
fn latest(records: &BTreeMap<Offset, Record>) -> BTreeMap<Vec<u8>, Record> {
    let keyed =
        |record: &Record| (record.key.as_deref().unwrap_or_default().to_vec(), record.clone());
    records.values().map(keyed).collect()
}

fn offsets(records: &BTreeMap<Offset, Record>) -> Vec<i64> {
    records.keys().map(|offset| offset.get()).collect()
}

const AMPLE: usize = 1 << 16;

#[test]
fn the_last_record_of_each_key_stays_where_it_was() {
    let mut world = World::new(&[
        keys(&[(1, true), (2, true), (1, true)]),
        Piece::Roll,
        keys(&[(2, true)]),
        keys(&[(3, true), (3, true)]),
    ]);
    let before = world.committed();
    assert_eq!(world.round(Offset(0), NOW, AMPLE).expect("no fault"), Offset(6));
    let after = world.committed();
    assert_eq!(offsets(&after), [2, 3, 5]);
    assert!(
        after.iter().all(|(offset, record)| before.get(offset) == Some(record)),
        "nothing is changed"
    );
    assert_eq!(world.segments.len(), 1, "two small segments become one");
}

#[test]
fn a_tombstone_stays_for_its_time_and_then_goes_with_what_it_deleted() {
    let mut world = World::new(&[keys(&[(1, true)]), keys(&[(1, false)]), keys(&[(2, true)])]);
    world.round(Offset(0), NOW, AMPLE).expect("no fault");
    assert_eq!(offsets(&world.committed()), [1, 2], "the clock starts");
    world.round(Offset(0), TimestampMs(NOW.get() + RETENTION_MS - 1), AMPLE).expect("no fault");
    assert_eq!(offsets(&world.committed()), [1, 2]);
    let kept = world.committed().get(&Offset(1)).map(|record| record.timestamp);
    assert_eq!(kept, Some(TimestampMs(7)), "the clock is not the record's time");
    world.round(Offset(0), TimestampMs(NOW.get() + RETENTION_MS), AMPLE).expect("no fault");
    assert_eq!(offsets(&world.committed()), [2]);
}

#[test]
fn the_header_of_a_producers_last_batch_outlives_its_records() {
    let mut world =
        World::new(&[sent(7, false, &[1]), sent(7, false, &[1, 2]), keys(&[(1, true), (2, true)])]);
    world.round(Offset(0), NOW, AMPLE).expect("no fault");
    let batches = world.batches();
    let last =
        batches.iter().find(|b| b.header().producer_id == ProducerId(7)).expect("its last word");
    assert_eq!((last.header().record_count, last.header().last_sequence()), (0, Sequence(2)));
    let mut replayed = Producers::new(Offset::ZERO);
    replayed.apply(NOW, &produced(last, Kind::Data { transactional: false }));
    let [replayed, before] =
        [&replayed, &world.producers].map(|p| p.get(ProducerId(7)).expect("known"));
    assert_eq!(replayed.last_batch(), before.last_batch(), "a repeat is still recognised");
}

#[test]
fn aborted_records_go_at_once_and_markers_when_nothing_needs_them() {
    let mut world = World::new(&[
        sent(1, true, &[1]),
        Piece::End { producer: 1, commit: true },
        sent(1, true, &[1, 2]),
        Piece::End { producer: 1, commit: false },
        sent(1, true, &[3]),
        Piece::End { producer: 1, commit: true },
        keys(&[(3, true)]),
    ]);
    let controls = |world: &World| {
        let batches = world.batches();
        let controls = batches.iter().filter(|batch| batch.header().is_control());
        controls.map(|batch| batch.header().base_offset.get()).collect::<Vec<_>>()
    };
    world.round(Offset(0), NOW, AMPLE).expect("no fault");
    assert_eq!(
        offsets(&world.committed()),
        [0, 7],
        "an aborted record does not hide a committed one"
    );
    assert_eq!(controls(&world), [1, 4, 6], "their records were there when the round began");
    let index = world.disk.open(&dir().join("00000000000000000000.txnindex"), OpenMode::Read);
    assert_eq!(index.and_then(|file| file.size()).expect("there"), AbortedTransaction::LEN as u64);
    world.round(Offset(0), NOW, AMPLE).expect("no fault");
    world.round(Offset(0), TimestampMs(NOW.get() + RETENTION_MS), AMPLE).expect("no fault");
    assert_eq!(
        controls(&world),
        [1, 6],
        "the abort's time has passed; the last word's marker has a header to speak for"
    );
}

#[test]
fn what_is_open_or_behind_the_map_stays_as_it_is() {
    let mut world = World::new(&[
        keys(&[(1, true), (1, true)]),
        Piece::Roll,
        sent(1, true, &[1]),
        Piece::Roll,
        keys(&[(1, true), (1, true)]),
    ]);
    assert_eq!(world.round(Offset(0), NOW, AMPLE).expect("no fault"), Offset(2));
    assert_eq!(offsets(&world.committed()), [1, 2, 3, 4]);
}

#[test]
fn a_map_that_is_too_small_takes_more_rounds_to_the_same_end() {
    let pieces: Vec<_> = (0..40u8).map(|n| keys(&[(n % 20, true), (n % 7, true)])).collect();
    let (mut small, mut ample) = (World::new(&pieces), World::new(&pieces));
    ample.round(Offset(0), NOW, AMPLE).expect("no fault");
    let (mut from, mut rounds) = (Offset(0), 0);
    while from < small.end {
        from = small.round(from, NOW, 6 * OffsetMap::SLOT_LEN).expect("no fault");
        rounds += 1;
    }
    assert!(rounds > 3, "{rounds} rounds");
    assert_eq!(small.committed(), ample.committed());
}

#[test]
fn a_damaged_batch_ends_the_round_and_changes_nothing() {
    let mut world = World::new(&[keys(&[(1, true)]), keys(&[(1, true)])]);
    let before = world.committed();
    world.disk.corrupt(&live_path(dir(), Offset(0)), 70).expect("within");
    let refused = world.round(Offset(0), NOW, AMPLE).expect_err("damaged");
    assert!(matches!(refused, CompactError::Batch(_)), "{refused}");
    world.disk.corrupt(&live_path(dir(), Offset(0)), 70).expect("within");
    assert_eq!(world.committed(), before);
}

#[test]
fn a_power_cut_at_any_step_costs_nothing_and_the_next_round_goes_on() {
    let pieces = [
        keys(&[(1, true), (2, true)]),
        sent(1, true, &[1]),
        Piece::End { producer: 1, commit: false },
        Piece::Roll,
        keys(&[(1, true), (3, false)]),
        Piece::Roll,
        keys(&[(2, true), (1, true)]),
    ];
    let steps = {
        let mut world = World::new(&pieces);
        let before = world.disk.changes();
        world.round(Offset(0), NOW, AMPLE).expect("no fault");
        world.disk.changes() - before
    };
    assert!(steps > 10);
    for cut in 0..=steps {
        for seed in 0..8 {
            let mut world = World::new(&pieces);
            let before = latest(&world.committed());
            world.disk.cut_power_after(cut);
            let _ = world.round(Offset(0), NOW, AMPLE);
            world.disk.crash(seed);
            // The next start may be cut short too.
            world.disk.cut_power_after(seed);
            let _ = finish(&world.disk, dir());
            world.disk.crash(seed + 100);
            finish(&world.disk, dir()).expect("no fault");
            assert_eq!(latest(&world.committed()), before, "cut {cut}, seed {seed}");
            let names = world.disk.list(dir()).expect("readable");
            let odd = |name: &str| name.ends_with(".swap") || name.ends_with(".cleaned");
            assert!(
                !names.iter().any(|entry| odd(&entry.name)),
                "cut {cut}, seed {seed}: {names:?}"
            );
            assert_index_covers_what_is_aborted(&world);
        }
    }
}

/// Aborted records that are still there are in the index of their marker's segment, if it was written by a round.
fn assert_index_covers_what_is_aborted(world: &World) {
    let batches = world.batches();
    let rewritten = world.disk.open(&dir().join("00000000000000000000.txnindex"), OpenMode::Read);
    let Ok(file) = rewritten else {
        assert!(
            batches.iter().any(|batch| world.is_aborted(batch)),
            "the old segment is untouched"
        );
        return;
    };
    let bytes = crate::disk::read_file(&world.disk, &dir().join("00000000000000000000.txnindex"));
    drop(file);
    let index = TxnIndex::parse(Offset(0), &bytes.expect("readable")).expect("whole");
    assert_eq!(index.entries(), world.aborted, "the marker is still there");
}

fn piece() -> impl Strategy<Value = Piece> {
    let records = prop::collection::vec((0..6u8, prop::bool::weighted(0.8)), 1..5);
    let codec =
        prop_oneof![Just(Compression::None), Just(Compression::Lz4), Just(Compression::Zstd)];
    prop_oneof![
        6 => (prop::option::of(0..3i64), codec, records).prop_map(|(producer, codec, records)| {
            Piece::Data { producer, transactional: false, codec, records }
        }),
        3 => (0..3i64, prop::collection::vec((0..6u8, prop::bool::weighted(0.8)), 1..3)).prop_map(|(producer, records)| {
            Piece::Data { producer: Some(producer), transactional: true, codec: Compression::None, records }
        }),
        2 => (0..3i64, any::<bool>()).prop_map(|(producer, commit)| Piece::End { producer, commit }),
        2 => Just(Piece::Roll),
    ]
}

/// Only what a broker would let pass: no plain record in a transaction, no end without one.
fn legal(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut open = [false; 3];
    let is_legal = |piece: &Piece| {
        let (Piece::Data { producer: Some(producer), .. } | Piece::End { producer, .. }) = piece
        else {
            return true;
        };
        let open = open.get_mut(usize::try_from(*producer).expect("small")).expect("one of three");
        match piece {
            Piece::Data { transactional: true, .. } => {
                *open = true;
                true
            }
            Piece::End { .. } => std::mem::replace(open, false),
            Piece::Data { .. } | Piece::Roll => !*open,
        }
    };
    pieces.into_iter().filter(is_legal).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn a_reader_of_the_compacted_log_ends_with_what_a_reader_of_the_whole_log_has(
        pieces in prop::collection::vec(piece(), 1..40),
        map_slots in 5..40usize,
        waits in prop::collection::vec(0..2 * RETENTION_MS, 1..4),
    ) {
        let mut world = World::new(&legal(pieces));
        prop_assume!(!world.segments.is_empty());
        let original = world.committed();
        let is_put = |(_, record): &(&Vec<u8>, &Record)| record.value.is_some();
        let expected = latest(&original);
        let (mut from, mut now) = (Offset(0), NOW);
        for wait in waits {
            from = world.round(from, now, map_slots * OffsetMap::SLOT_LEN).expect("no fault");
            now = TimestampMs(now.get() + wait);
            let after = world.committed();
            for (offset, record) in &after {
                prop_assert_eq!(original.get(offset), Some(record), "what stays is unchanged");
            }
            let got = latest(&after);
            let puts: Vec<_> = expected.iter().filter(is_put).collect();
            let got_puts: Vec<_> = got.iter().filter(is_put).collect();
            prop_assert_eq!(got_puts, puts, "no key is lost and none comes back");
            for (key, record) in expected.iter().filter(|entry| !is_put(entry)) {
                let kept = got.get(key);
                prop_assert!(kept.is_none_or(|kept| kept == record), "a deleted key stays deleted");
                let in_time = now.get() < NOW.get() + RETENTION_MS;
                prop_assert!(kept.is_some() || !in_time, "a tombstone has its time");
            }
            // Up to the cleaner point each key is there once.
            let mut clean: Vec<_> = after.range(..from).map(|(_, record)| record.key.clone()).collect();
            let count = clean.len();
            clean.sort();
            clean.dedup();
            prop_assert_eq!(clean.len(), count, "clean up to {}", from);
        }
    }
}
