//! What is built is read back, stamped, cut and damaged.

use proptest::prelude::*;

use super::*;
use crate::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence, TimestampMs};

/// What a test appends and expects back.
#[derive(Clone, Debug)]
struct Sample {
    timestamp: TimestampMs,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<Header>,
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..40)
}

fn sample() -> impl Strategy<Value = Sample> {
    let headers = proptest::collection::vec((bytes(), proptest::option::of(bytes())), 0..4);
    (0i64..1 << 42, proptest::option::of(bytes()), proptest::option::of(bytes()), headers).prop_map(
        |(timestamp, key, value, headers)| Sample {
            timestamp: TimestampMs(timestamp),
            key,
            value,
            headers: headers.into_iter().map(|(key, value)| Header::new(key, value)).collect(),
        },
    )
}

fn build(samples: &[Sample], options: BatchOptions, base: Offset) -> RecordBatch {
    let mut builder = BatchBuilder::new(options);
    for sample in samples {
        let (key, value) = (sample.key.as_deref(), sample.value.as_deref());
        builder.append(sample.timestamp, key, value, &sample.headers);
    }
    builder.build(base).expect("the samples are small")
}

fn one(value: &[u8]) -> RecordBatch {
    let mut builder = BatchBuilder::new(BatchOptions::default());
    builder.append(TimestampMs(1_000), Some(b"key"), Some(value), &[]);
    builder.build(Offset(0)).expect("one small record")
}

proptest! {
    #[test]
    fn what_is_built_is_read_back(
        samples in proptest::collection::vec(sample(), 1..12),
        codec in proptest::sample::select(&Compression::ALL[..]),
        base in 0i64..1 << 50,
    ) {
        let options = BatchOptions {
            compression: codec,
            producer_id: ProducerId(77),
            producer_epoch: ProducerEpoch(2),
            base_sequence: Sequence(5),
            transactional: true,
            ..BatchOptions::default()
        };
        let batch = build(&samples, options, Offset(base));
        prop_assert_eq!(batch.verify_crc(), Ok(()));
        prop_assert_eq!(&RecordBatch::parse(batch.bytes().clone()), &Ok(batch.clone()));
        let header = batch.header();
        prop_assert_eq!(header.record_count as usize, samples.len());
        prop_assert_eq!(header.next_offset(), Offset(base).plus(samples.len() as i64));
        prop_assert!(header.is_transactional() && !header.is_control());
        let latest = samples.iter().map(|sample| sample.timestamp).max();
        prop_assert_eq!(Some(header.max_timestamp), latest);

        let records: Vec<_> = batch.records().and_then(Iterator::collect).expect("just built");
        prop_assert_eq!(records.len(), samples.len());
        for (at, (record, sample)) in records.iter().zip(&samples).enumerate() {
            prop_assert_eq!(record.offset, Offset(base).plus(at as i64));
            prop_assert_eq!(record.timestamp, sample.timestamp);
            prop_assert_eq!(record.key.as_deref(), sample.key.as_deref());
            prop_assert_eq!(record.value.as_deref(), sample.value.as_deref());
            prop_assert_eq!(&record.headers, &sample.headers);
        }
    }

    #[test]
    fn a_flipped_bit_under_the_crc_is_noticed(
        samples in proptest::collection::vec(sample(), 1..5), at in any::<usize>(), bit in 0u8..8,
    ) {
        let batch = build(&samples, BatchOptions::default(), Offset(0));
        let mut damaged = batch.bytes().to_vec();
        let at = header::at::CRC + at % (damaged.len() - header::at::CRC);
        damaged[at] ^= 1 << bit;
        // An unknown codec is told before the CRC.
        if let Ok(damaged) = RecordBatch::parse(damaged.into()) {
            let noticed = matches!(damaged.verify_crc(), Err(BatchError::Crc { .. }));
            prop_assert!(noticed);
        }
    }

    #[test]
    fn records_of_any_bytes_end_or_fail_and_never_panic(
        data in proptest::collection::vec(any::<u8>(), 0..200), count in -2i32..50,
    ) {
        let mut header = *one(b"x").header();
        header.record_count = count;
        let records = Records::new(&header, data.into());
        prop_assert!(records.count() <= 50);
    }
}

#[test]
fn keys_and_values_share_the_batch_memory() {
    let batch = one(b"not copied");
    let record = batch.records().expect("plain").next().expect("one").expect("whole");
    let value = record.value.expect("has one");
    let range = batch.bytes().as_ptr_range();
    assert!(range.contains(&value.as_ptr()));
}

#[test]
fn a_stamp_touches_offset_and_epoch_and_leaves_the_crc() {
    let batch = one(b"value");
    let stamp =
        Stamp { base_offset: Offset(40), leader_epoch: LeaderEpoch(3), log_append_time: None };
    let stamped = batch.stamped(stamp).to_batch();
    assert_eq!(stamped.header().crc, batch.header().crc);
    assert_eq!(stamped.verify_crc(), Ok(()));
    let mut in_place = batch.bytes().to_vec();
    patch::base_offset(&mut in_place, Offset(40));
    patch::leader_epoch(&mut in_place, LeaderEpoch(3));
    assert_eq!(stamped.bytes(), &in_place);
    assert_eq!(RecordBatch::parse(in_place.into()), Ok(stamped));
}

#[test]
fn an_append_time_is_every_record_s_time_and_the_crc_fits_again() {
    let batch = one(b"value");
    let stamp = Stamp {
        base_offset: Offset(40),
        leader_epoch: LeaderEpoch(3),
        log_append_time: Some(TimestampMs(5_000)),
    };
    let stamped = batch.stamped(stamp).to_batch();
    assert_eq!(stamped.verify_crc(), Ok(()));
    assert_eq!(stamped.header().timestamp_type(), TimestampType::LogAppendTime);
    let record = stamped.records().expect("plain").next().expect("one").expect("whole");
    assert_eq!((record.offset, record.timestamp), (Offset(40), TimestampMs(5_000)));
    let mut in_place = batch.bytes().to_vec();
    patch::base_offset(&mut in_place, Offset(40));
    patch::leader_epoch(&mut in_place, LeaderEpoch(3));
    patch::log_append_time(&mut in_place, TimestampMs(5_000));
    assert_eq!(stamped.bytes(), &in_place);
}

#[test]
fn a_record_set_ends_at_its_cut_off_batch() {
    let mut set = one(b"first").into_bytes().to_vec();
    set.extend_from_slice(one(b"second").bytes());
    let whole = set.len();
    set.extend_from_slice(&one(b"third").bytes()[..30]);
    let mut read = batches(Bytes::from(set.clone()));
    assert_eq!(read.by_ref().filter(Result::is_ok).count(), 2);
    assert_eq!(read.rest().len(), 30);
    // Damage is not a cut.
    set[whole + header::at::MAGIC] = 9;
    let last = batches(Bytes::from(set)).last();
    assert_eq!(last, Some(Err(BatchError::Magic(9))));
}

#[test]
fn a_count_that_lies_is_an_error_at_the_record_that_is_missing_or_too_much() {
    let batch = one(b"value");
    let mut more = *batch.header();
    more.record_count = 2;
    let read: Vec<_> = Records::new(&more, batch.stored_records()).collect();
    assert!(read[0].is_ok());
    assert_eq!(read[1], Err(BatchError::Record { at: 1, problem: RecordProblem::Truncated }));
    let mut twice = batch.stored_records().to_vec();
    twice.extend_from_slice(&batch.stored_records());
    let read: Vec<_> = Records::new(batch.header(), twice.into()).collect();
    assert_eq!(read, [Err(BatchError::Record { at: 0, problem: RecordProblem::TrailingBytes })]);
}

#[test]
fn compaction_s_gaps_survive() {
    let mut builder = BatchBuilder::new(BatchOptions::default());
    builder.append_at(2, TimestampMs(1), None, Some(b"a"), &[]);
    builder.append_at(7, TimestampMs(1), None, Some(b"b"), &[]);
    let batch = builder.build(Offset(10)).expect("two small records");
    assert_eq!((batch.header().last_offset(), batch.header().record_count), (Offset(17), 2));
    let offsets: Vec<_> =
        batch.records().expect("plain").map(|record| record.expect("whole").offset).collect();
    assert_eq!(offsets, [Offset(12), Offset(17)]);
}
