//! Producer state against its rules, and against models that remember everything.

use proptest::prelude::*;
use protocol::error::ErrorCode;
use protocol::ids::{Offset, ProducerEpoch, ProducerId, Sequence, TimestampMs};

use super::snapshot::{CorruptSnapshot, Snapshot, candidates, file_name, parse_file_name, strays};
use super::*;

const NOW: TimestampMs = TimestampMs(1_000_000);
const CLIENT: Origin = Origin::Client { verified: false };
const VERIFIED: Origin = Origin::Client { verified: true };

fn data(id: i64, epoch: i16, sequence: i32, records: i32, offset: i64) -> ProducedBatch {
    ProducedBatch {
        producer_id: ProducerId(id),
        producer_epoch: ProducerEpoch(epoch),
        base_sequence: Sequence(sequence),
        base_offset: Offset(offset),
        last_offset_delta: records - 1,
        max_timestamp: TimestampMs(offset),
        kind: Kind::Data { transactional: false },
    }
}

fn transactional(id: i64, epoch: i16, sequence: i32, records: i32, offset: i64) -> ProducedBatch {
    let kind = Kind::Data { transactional: true };
    ProducedBatch { kind, ..data(id, epoch, sequence, records, offset) }
}

fn marker(
    id: i64,
    epoch: i16,
    outcome: Outcome,
    coordinator_epoch: i32,
    offset: i64,
) -> ProducedBatch {
    let kind = Kind::Marker(Marker { outcome, coordinator_epoch });
    ProducedBatch { kind, ..data(id, epoch, -1, 1, offset) }
}

/// A partition after these batches.
fn after(batches: &[ProducedBatch]) -> Producers {
    let mut producers = Producers::new(Offset::ZERO);
    for batch in batches {
        producers.apply(NOW, batch);
        producers.advance_end(batch.last_offset().next());
    }
    producers
}

/// What a client gets for one batch: the offsets of a duplicate, or an error code.
fn ask(
    producers: &Producers,
    origin: Origin,
    batch: ProducedBatch,
) -> Result<Option<(i64, i64)>, ErrorCode> {
    match producers.check(&[batch], origin) {
        Ok(Verdict::Append) => Ok(None),
        Ok(Verdict::Duplicate(b)) => Ok(Some((b.base_offset().get(), b.last_offset.get()))),
        Err(rejected) => Err(rejected.code()),
    }
}

/// Seven batches of ten records each.
fn seven() -> Producers {
    after(&(0..7).map(|n| data(1, 0, n * 10, 10, i64::from(n) * 10)).collect::<Vec<_>>())
}

#[test]
fn any_of_the_last_five_batches_is_a_duplicate_with_its_first_offsets() {
    let producers = seven();
    for n in 2..7 {
        let again = ask(&producers, CLIENT, data(1, 0, n * 10, 10, 70));
        assert_eq!(again, Ok(Some((i64::from(n) * 10, i64::from(n) * 10 + 9))), "batch {n}");
    }
}

#[test]
fn a_batch_older_than_five_is_out_of_order() {
    let refused = Err(ErrorCode::OutOfOrderSequenceNumber);
    assert_eq!(ask(&seven(), CLIENT, data(1, 0, 10, 10, 70)), refused);
}

#[test]
fn overlaps_gaps_and_other_counts_are_out_of_order() {
    let refused = Err(ErrorCode::OutOfOrderSequenceNumber);
    for (sequence, records) in [(60, 9), (60, 11), (65, 10), (59, 10), (71, 1), (0, 70)] {
        assert_eq!(ask(&seven(), CLIENT, data(1, 0, sequence, records, 70)), refused);
    }
    assert_eq!(ask(&seven(), CLIENT, data(1, 0, 70, 3, 70)), Ok(None));
}

#[test]
fn an_older_epoch_is_fenced_and_a_newer_one_begins_with_zero() {
    let producers = after(&[data(1, 3, 0, 1, 0)]);
    assert_eq!(ask(&producers, CLIENT, data(1, 2, 1, 1, 1)), Err(ErrorCode::InvalidProducerEpoch));
    let refused = Err(ErrorCode::OutOfOrderSequenceNumber);
    assert_eq!(ask(&producers, CLIENT, data(1, 4, 1, 1, 1)), refused);
    assert_eq!(ask(&producers, CLIENT, data(1, 4, 0, 1, 1)), Ok(None));
    let bumped = after(&[data(1, 3, 0, 1, 0), data(1, 4, 0, 1, 1)]);
    let fenced = Err(ErrorCode::InvalidProducerEpoch);
    assert_eq!(ask(&bumped, CLIENT, data(1, 3, 0, 1, 2)), fenced, "no duplicate across epochs");
}

#[test]
fn an_unknown_producer_may_begin_with_any_sequence() {
    let producers = Producers::new(Offset::ZERO);
    assert_eq!(ask(&producers, CLIENT, data(1, 5, 777, 3, 0)), Ok(None));
    let producers = after(&[data(1, 5, 777, 3, 0)]);
    assert_eq!(ask(&producers, CLIENT, data(1, 5, 780, 1, 3)), Ok(None));
    assert_eq!(ask(&producers, CLIENT, data(1, 5, 777, 3, 3)), Ok(Some((0, 2))));
}

#[test]
fn sequences_wrap_inside_a_batch_and_between_batches() {
    let producers = after(&[data(1, 0, i32::MAX - 1, 4, 0)]);
    let state = producers.get(ProducerId(1)).expect("just wrote");
    assert_eq!(state.last_sequence(), Sequence(1));
    assert_eq!(ask(&producers, CLIENT, data(1, 0, i32::MAX - 1, 4, 4)), Ok(Some((0, 3))));
    assert_eq!(ask(&producers, CLIENT, data(1, 0, 2, 1, 4)), Ok(None));
    let at_the_edge = after(&[data(1, 0, i32::MAX, 1, 0)]);
    assert_eq!(ask(&at_the_edge, CLIENT, data(1, 0, 0, 1, 1)), Ok(None));
}

#[test]
fn batches_of_one_append_see_each_other() {
    let producers = Producers::new(Offset::ZERO);
    let good = [data(1, 0, 0, 2, 0), data(2, 0, 9, 1, 2), data(1, 0, 2, 1, 3)];
    assert_eq!(producers.check(&good, CLIENT), Ok(Verdict::Append));
    let gap = [data(1, 0, 0, 2, 0), data(2, 0, 9, 1, 2), data(1, 0, 3, 1, 3)];
    let refused = producers.check(&gap, CLIENT).expect_err("a gap within the append");
    assert_eq!(refused.code(), ErrorCode::OutOfOrderSequenceNumber);
}

#[test]
fn plain_producers_pass_and_leave_nothing_behind() {
    let batch = ProducedBatch { producer_id: ProducerId::NONE, ..data(0, -1, -1, 1, 0) };
    let producers = after(&[batch]);
    assert_eq!(ask(&producers, CLIENT, batch), Ok(None));
    assert!(producers.is_empty());
    assert_eq!(producers.end(), Offset(1));
}

#[test]
fn transactional_data_needs_an_open_transaction_or_the_coordinators_word() {
    let producers = Producers::new(Offset::ZERO);
    let first = transactional(1, 0, 0, 1, 0);
    assert_eq!(ask(&producers, CLIENT, first), Err(ErrorCode::InvalidTxnState));
    assert_eq!(ask(&producers, VERIFIED, first), Ok(None));
    let open = after(&[first]);
    assert_eq!(ask(&open, CLIENT, transactional(1, 0, 1, 1, 1)), Ok(None));
    let mixed = ask(&open, CLIENT, data(1, 0, 1, 1, 1));
    assert_eq!(mixed, Err(ErrorCode::InvalidTxnState), "plain data in a transaction");
    let ended = after(&[first, marker(1, 1, Outcome::Abort, 0, 1)]);
    let late = ask(&ended, CLIENT, transactional(1, 0, 1, 1, 2));
    assert_eq!(
        late,
        Err(ErrorCode::InvalidProducerEpoch),
        "fenced, which a client can recover from"
    );
}

#[test]
fn a_marker_with_an_equal_epoch_is_late_only_for_the_second_transaction_version() {
    let v1 = Origin::Markers { transaction_version: 1 };
    let v2 = Origin::Markers { transaction_version: 2 };
    let open = after(&[transactional(1, 4, 0, 1, 0)]);
    let equal = marker(1, 4, Outcome::Commit, 0, 1);
    assert_eq!(ask(&open, v1, equal), Ok(None));
    assert_eq!(ask(&open, v2, equal), Err(ErrorCode::InvalidProducerEpoch));
    assert_eq!(ask(&open, v2, marker(1, 5, Outcome::Commit, 0, 1)), Ok(None));
    let ended = after(&[transactional(1, 4, 0, 1, 0), marker(1, 5, Outcome::Commit, 0, 1)]);
    assert_eq!(ask(&ended, v2, marker(1, 5, Outcome::Commit, 0, 2)), Ok(None), "a repeated marker");
}

#[test]
fn a_zombie_coordinator_is_fenced() {
    let markers = Origin::Markers { transaction_version: 1 };
    let ended = after(&[transactional(1, 0, 0, 1, 0), marker(1, 0, Outcome::Commit, 7, 1)]);
    let zombie = marker(1, 0, Outcome::Abort, 6, 2);
    assert_eq!(ask(&ended, markers, zombie), Err(ErrorCode::TransactionCoordinatorFenced));
    assert_eq!(ask(&ended, Origin::Replication, zombie), Ok(None), "replicas take what they get");
}

#[test]
fn a_coordinators_batches_are_not_asked_for_sequences() {
    let coordinator = Origin::Coordinator { verified: true };
    let offsets = ProducedBatch { base_sequence: Sequence::NONE, ..transactional(1, 0, 0, 1, 0) };
    let producers = after(&[offsets]);
    assert_eq!(ask(&producers, coordinator, offsets), Ok(None));
    assert_eq!(
        ask(&after(&[data(1, 2, 0, 1, 0)]), coordinator, offsets),
        Err(ErrorCode::InvalidProducerEpoch)
    );
}

#[test]
fn the_last_stable_offset_waits_for_the_first_transaction_and_for_its_marker_to_be_replicated() {
    let mut producers =
        after(&[data(9, 0, 0, 5, 0), transactional(1, 0, 0, 1, 5), transactional(2, 0, 0, 1, 6)]);
    let stable = |p: &Producers, high_watermark| {
        p.last_stable_offset(Offset(high_watermark), Offset::ZERO).get()
    };
    assert_eq!(stable(&producers, 3), 3);
    assert_eq!(stable(&producers, 7), 5);
    let ended = producers.apply(NOW, &marker(1, 0, Outcome::Abort, 0, 7));
    let ended = ended.expect("a transaction ended");
    assert_eq!((ended.first_offset, ended.last_offset), (Offset(5), Offset(7)));
    assert_eq!(ended.last_stable_offset, Offset(6), "the other one is still open");
    producers.advance_high_watermark(Offset(7));
    assert_eq!(stable(&producers, 7), 5, "the marker at 7 is not below the high watermark");
    producers.advance_high_watermark(Offset(8));
    assert_eq!(stable(&producers, 8), 6);
    let ended = producers.apply(NOW, &marker(2, 0, Outcome::Commit, 0, 8));
    assert_eq!(ended.expect("ended").last_stable_offset, Offset(9));
    producers.advance_high_watermark(Offset(9));
    assert_eq!(stable(&producers, 9), 9);
    assert_eq!(
        producers.apply(NOW, &marker(3, 0, Outcome::Abort, 0, 9)),
        None,
        "it wrote nothing here"
    );
}

#[test]
fn deleted_records_cannot_hold_the_last_stable_offset_below_the_start() {
    let producers = after(&[transactional(1, 0, 0, 10, 0)]);
    assert_eq!(producers.last_stable_offset(Offset(10), Offset(4)), Offset(4));
}

#[test]
fn retention_does_not_forget_who_wrote() {
    let mut producers = seven();
    producers.advance_start(Offset(70));
    assert_eq!(ask(&producers, CLIENT, data(1, 0, 60, 10, 70)), Ok(Some((60, 69))));
}

#[test]
fn the_silent_are_forgotten_by_the_brokers_clock_and_open_transactions_never() {
    let mut producers = after(&[data(1, 0, 0, 1, 0), transactional(2, 0, 0, 1, 1)]);
    let limits = Limits { expiration_ms: 1000, producers_max: 10 };
    assert_eq!(producers.forget(TimestampMs(NOW.get() + 999), &limits), 0);
    assert_eq!(
        producers.forget(TimestampMs(NOW.get() - 5000), &limits),
        0,
        "a clock that jumped back"
    );
    assert_eq!(producers.forget(TimestampMs(NOW.get() + 1000), &limits), 1);
    assert_eq!(ask(&producers, CLIENT, data(1, 0, 42, 1, 2)), Ok(None), "as a new one");
    assert!(producers.get(ProducerId(2)).is_some());
}

#[test]
fn a_crowd_loses_a_tenth_and_those_who_wrote_longest_ago() {
    let limits = Limits { expiration_ms: i64::MAX, producers_max: 100 };
    let mut crowd: Vec<_> = (1..=100).map(|n| data(n, 0, 0, 1, n)).collect();
    crowd.insert(0, transactional(0, 0, 0, 1, 0));
    let mut producers = after(&crowd);
    assert!(producers.crowded(&limits));
    assert_eq!(producers.forget(NOW, &limits), 11);
    assert_eq!(producers.len(), 90);
    assert!(producers.get(ProducerId(0)).is_some(), "its transaction is open");
    assert!(producers.get(ProducerId(11)).is_none());
    assert!(producers.get(ProducerId(12)).is_some());
}

#[test]
fn snapshot_names_are_twenty_digits() {
    assert_eq!(file_name(Offset(42)), "00000000000000000042.snapshot");
    assert_eq!(parse_file_name("00000000000000000042.snapshot"), Some(Offset(42)));
    let others = [
        "42.snapshot",
        "00000000000000000042.log",
        "+0000000000000000042.snapshot",
        "99999999999999999999.snapshot",
    ];
    for other in others {
        assert_eq!(parse_file_name(other), None, "{other}");
    }
}

#[test]
fn a_start_takes_the_newest_snapshot_within_the_log() {
    let found = [Offset(0), Offset(10), Offset(20), Offset(30)];
    assert_eq!(candidates(&found, Offset(10), Offset(29)), [Offset(20)]);
    assert_eq!(candidates(&found, Offset(0), Offset(30)), [Offset(30), Offset(20), Offset(10)]);
}

#[test]
fn snapshots_without_a_segment_are_strays_but_for_the_one_of_a_clean_shutdown() {
    let offsets = |of: &[i64]| of.iter().copied().map(Offset).collect::<Vec<_>>();
    let none: Vec<Offset> = Vec::new();
    assert_eq!(strays(&offsets(&[10, 20, 25]), &offsets(&[0, 10, 20])), none);
    assert_eq!(
        strays(&offsets(&[5, 10, 15, 22, 25]), &offsets(&[0, 10, 20])),
        offsets(&[5, 15, 22])
    );
    assert_eq!(strays(&offsets(&[5, 10]), &offsets(&[10])), offsets(&[5]));
    assert_eq!(strays(&offsets(&[5, 7]), &[]), offsets(&[5]));
}

#[test]
fn a_snapshot_is_kafkas_bytes() {
    let snapshot = after(&[data(7, 2, 4, 3, 100)]).snapshot().expect("something was applied");
    assert_eq!(snapshot.end, Offset(103));
    let mut row = Vec::new();
    row.extend(1i32.to_be_bytes()); // rows
    row.extend(7i64.to_be_bytes()); // producer id
    row.extend(2i16.to_be_bytes()); // epoch
    row.extend(6i32.to_be_bytes()); // last sequence
    row.extend(102i64.to_be_bytes()); // last offset
    row.extend(2i32.to_be_bytes()); // offset delta
    row.extend(100i64.to_be_bytes()); // timestamp
    row.extend((-1i32).to_be_bytes()); // coordinator epoch
    row.extend((-1i64).to_be_bytes()); // no transaction
    assert_eq!(snapshot.bytes.get(..2), Some([0, 1].as_slice()));
    assert_eq!(snapshot.bytes.get(6..), Some(row.as_slice()));
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_snapshot_is_noticed() {
    let good = after(&[data(7, 2, 4, 3, 100), transactional(8, 0, 0, 1, 103)]);
    let good = good.snapshot().expect("something was applied");
    for bit in 0..good.bytes.len() * 8 {
        let mut bad = good.bytes.clone();
        *bad.get_mut(bit / 8).expect("within") ^= 1 << (bit % 8);
        assert!(Snapshot::load(good.end, &bad, NOW).is_err(), "bit {bit}");
    }
    for cut in 0..good.bytes.len() {
        let cut = good.bytes.get(..cut).expect("within");
        assert!(Snapshot::load(good.end, cut, NOW).is_err());
    }
    let ahead = Snapshot::load(Offset(103), &good.bytes, NOW);
    assert!(
        matches!(ahead, Err(CorruptSnapshot::Row { row: 1, .. })),
        "it knows what is not yet written"
    );
}

#[test]
fn a_partition_without_producers_closes_without_a_file() {
    let mut quiet = Producers::new(Offset::ZERO);
    quiet.advance_end(Offset(10));
    assert_eq!(quiet.closing_snapshot(), None);
    let rolled = quiet.snapshot().expect("a roll keeps recovery short");
    quiet.saved(&rolled);
    assert_eq!(quiet.snapshot(), None, "nothing new");
    quiet.advance_end(Offset(20));
    assert_eq!(quiet.closing_snapshot(), None, "the newest one says the same");
    let mut remembered = seven();
    remembered.saved(&remembered.snapshot().expect("something was applied"));
    remembered.forget(TimestampMs(i64::MAX), &Limits { expiration_ms: 1, producers_max: 10 });
    remembered.advance_end(Offset(71));
    assert!(remembered.closing_snapshot().is_some(), "the newest one still names somebody");
}

/// One step of the world: a batch of a client that retries, a transaction that begins or ends, a restart.
#[derive(Clone, Debug)]
enum Step {
    Send { id: i64, records: i32 },
    Retry { id: i64, back: usize },
    Bump { id: i64 },
    Begin { id: i64, records: i32 },
    End { id: i64, abort: bool },
    Replicate { back: i64 },
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let id = || 0..4i64;
    prop_oneof![
        4 => (id(), 1..4i32).prop_map(|(id, records)| Step::Send { id, records }),
        4 => (id(), 1..8usize).prop_map(|(id, back)| Step::Retry { id, back }),
        1 => id().prop_map(|id| Step::Bump { id }),
        2 => (id(), 1..4i32).prop_map(|(id, records)| Step::Begin { id, records }),
        3 => (id(), any::<bool>()).prop_map(|(id, abort)| Step::End { id, abort }),
        2 => (0..5i64).prop_map(|back| Step::Replicate { back }),
        1 => Just(Step::Restart),
    ]
}

/// The log as a list of everything that was ever appended.
#[derive(Debug, Default)]
struct Model {
    log: Vec<ProducedBatch>,
    epochs: [i16; 4],
    high_watermark: i64,
}

impl Model {
    fn end(&self) -> i64 {
        self.log.last().map_or(0, |batch| batch.last_offset().get() + 1)
    }

    /// The data batches of the producer's current epoch, oldest first.
    fn sent(&self, id: i64) -> Vec<ProducedBatch> {
        let epoch = self.epoch(id);
        let mine = self.log.iter().filter(|b| b.producer_id.get() == id);
        mine.filter(|b| b.producer_epoch.get() == epoch && matches!(b.kind, Kind::Data { .. }))
            .copied()
            .collect()
    }

    fn epoch(&self, id: i64) -> i16 {
        *self.epochs.get(usize::try_from(id).expect("small")).expect("four of them")
    }

    fn next_sequence(&self, id: i64) -> i32 {
        self.sent(id).last().map_or(0, |last| last.last_sequence().plus(1).get())
    }

    /// First offset and marker's offset of each transaction, in order.
    fn transactions(&self) -> Vec<(i64, i64, Option<i64>)> {
        let mut found: Vec<(i64, i64, Option<i64>)> = Vec::new();
        for batch in &self.log {
            let id = batch.producer_id.get();
            let open = found.iter_mut().find(|(of, _, marker)| *of == id && marker.is_none());
            match (batch.kind, open) {
                (Kind::Data { transactional: true }, None) => {
                    found.push((id, batch.base_offset.get(), None))
                }
                (Kind::Marker(_), Some(open)) => open.2 = Some(batch.base_offset.get()),
                _ => {}
            }
        }
        found
    }

    fn is_open(&self, id: i64) -> bool {
        self.transactions().iter().any(|(of, _, marker)| *of == id && marker.is_none())
    }

    fn last_stable_offset(&self) -> i64 {
        let unstable = |(_, _, marker): &&(i64, i64, Option<i64>)| {
            marker.is_none_or(|at| at >= self.high_watermark)
        };
        let transactions = self.transactions();
        let first = transactions.iter().filter(unstable).map(|(_, first, _)| *first).min();
        first.unwrap_or(self.high_watermark).min(self.high_watermark)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_each_batch_is_in_the_log_once_and_the_state_survives_restarts(
        steps in prop::collection::vec(step(), 1..60)
    ) {
        let (mut producers, mut model) = (Producers::new(Offset::ZERO), Model::default());
        for step in steps {
            let end = model.end();
            let appended = match step {
                Step::Send { id, .. } | Step::Begin { id, .. } if model.is_open(id) => {
                    let next = transactional(id, model.epoch(id), model.next_sequence(id), 1, end);
                    prop_assert_eq!(ask(&producers, CLIENT, next), Ok(None));
                    Some(next)
                }
                Step::Send { id, records } => {
                    let next = data(id, model.epoch(id), model.next_sequence(id), records, end);
                    prop_assert_eq!(ask(&producers, CLIENT, next), Ok(None));
                    Some(next)
                }
                Step::Begin { id, records } => {
                    let next = transactional(id, model.epoch(id), model.next_sequence(id), records, end);
                    let refused = ask(&producers, CLIENT, next);
                    prop_assert_eq!(refused, Err(ErrorCode::InvalidTxnState));
                    prop_assert_eq!(ask(&producers, VERIFIED, next), Ok(None));
                    Some(next)
                }
                Step::Retry { id, back } => {
                    let sent = model.sent(id);
                    if let Some(old) = sent.len().checked_sub(back).and_then(|at| sent.get(at)) {
                        let again = ProducedBatch { base_offset: Offset(end), ..*old };
                        let expected = if back <= WINDOW {
                            Ok(Some((old.base_offset.get(), old.last_offset().get())))
                        } else {
                            Err(ErrorCode::OutOfOrderSequenceNumber)
                        };
                        // A transaction that has ended is asked for only behind the duplicates.
                        let got = ask(&producers, VERIFIED, again);
                        prop_assert_eq!(got, expected);
                    }
                    None
                }
                Step::Bump { id } if !model.is_open(id) => {
                    let epoch = model.epochs.get_mut(usize::try_from(id).expect("small")).expect("four");
                    *epoch += 1;
                    None
                }
                Step::End { id, abort } if model.is_open(id) => {
                    let outcome = if abort { Outcome::Abort } else { Outcome::Commit };
                    Some(marker(id, model.epoch(id), outcome, 0, end))
                }
                Step::Replicate { back } => {
                    model.high_watermark = model.high_watermark.max(end - back);
                    producers.advance_high_watermark(Offset(model.high_watermark));
                    None
                }
                Step::Restart => {
                    let closed = producers.clone();
                    if let Some(snapshot) = producers.snapshot() {
                        producers = Snapshot::load(snapshot.end, &snapshot.bytes, NOW).expect("just written");
                        prop_assert_eq!(Snapshot::of(&producers), snapshot);
                        // Where markers are not known to be replicated, the log begins with its own end as high watermark.
                        model.high_watermark = model.end();
                    }
                    for (id, state) in closed.iter() {
                        let reopened = producers.get(id).expect("nobody is forgotten");
                        prop_assert_eq!(reopened.epoch, state.epoch);
                        prop_assert_eq!(reopened.open_since, state.open_since);
                        prop_assert_eq!(reopened.batches().len(), state.batches().len());
                    }
                    None
                }
                Step::Bump { .. } | Step::End { .. } => None,
            };
            if let Some(batch) = appended {
                let ended = producers.apply(NOW, &batch);
                model.log.push(batch);
                producers.advance_end(Offset(model.end()));
                if let Some(ended) = ended {
                    let open = model.transactions().into_iter().find(|(_, _, marker)| marker.is_none());
                    let expected = open.map_or(model.end(), |(_, first, _)| first);
                    prop_assert_eq!(ended.last_stable_offset, Offset(expected));
                }
            }
            let stable = producers.last_stable_offset(Offset(model.high_watermark), Offset::ZERO);
            prop_assert_eq!(stable, Offset(model.last_stable_offset()));
        }
    }

    #[test]
    fn no_bytes_make_the_reader_fail_otherwise_than_with_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Snapshot::load(Offset(1 << 40), &bytes, NOW);
        // Again with a head that is right, so that the rows themselves are looked at.
        let rows = bytes.len() / 46;
        let mut guarded = i32::try_from(rows).expect("small").to_be_bytes().to_vec();
        guarded.extend(bytes.into_iter().take(rows * 46));
        let crc = protocol::crc32c::crc32c(&guarded);
        let sealed = [&[0, 1], crc.to_be_bytes().as_slice(), &guarded].concat();
        let loaded = Snapshot::load(Offset(1 << 40), &sealed, NOW);
        let looked_at = matches!(loaded, Ok(_) | Err(CorruptSnapshot::Row { .. } | CorruptSnapshot::SharedOffset(_)));
        prop_assert!(looked_at, "{:?}", loaded);
    }
}
