//! Each rule alone, by its code.

use proptest::prelude::*;

use super::super::header::at;
use super::super::records::Records;
use super::*;
use crate::crc32c::crc32c;

const NOW: TimestampMs = TimestampMs(1_700_000_000_000);

fn rules() -> Rules {
    Rules::at(NOW)
}

fn options(compression: Compression) -> BatchOptions {
    BatchOptions { compression, ..BatchOptions::default() }
}

fn batch_with(options: BatchOptions, keys: &[Option<&[u8]>], timestamps: &[i64]) -> Bytes {
    let mut builder = BatchBuilder::new(options);
    for (key, timestamp) in keys.iter().zip(timestamps) {
        builder.append(TimestampMs(*timestamp), *key, Some(b"some value"), &[]);
    }
    builder.build(Offset::ZERO).expect("a few small records").into_bytes()
}

fn good() -> Bytes {
    batch_with(BatchOptions::default(), &[Some(b"a"), None, Some(b"c")], &[NOW.0, NOW.0 + 1, NOW.0])
}

/// The batch with some header bytes changed and the CRC made right again.
fn changed(batch: &Bytes, changes: &[(usize, &[u8])]) -> Bytes {
    let mut bytes = batch.to_vec();
    for (at, new) in changes {
        bytes[*at..at + new.len()].copy_from_slice(new);
    }
    let crc = crc32c(&bytes[at::ATTRIBUTES..]);
    bytes[at::CRC..at::CRC + 4].copy_from_slice(&crc.to_be_bytes());
    bytes.into()
}

fn code(records: Bytes, rules: &Rules) -> ErrorCode {
    produced(records, rules).expect_err("it breaks a rule").code
}

#[test]
fn a_good_batch_is_taken_as_the_very_bytes_that_came() {
    for codec in Compression::ALL {
        let bytes = batch_with(options(codec), &[Some(b"k"), None], &[NOW.0 + 5, NOW.0]);
        let taken = produced(bytes.clone(), &rules()).expect("nothing is wrong with it");
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0].bytes().as_ptr(), bytes.as_ptr());
    }
}

#[test]
fn a_partition_needs_exactly_one_batch_of_format_2() {
    let one = good();
    let two = Bytes::from([one.as_ref(), one.as_ref()].concat());
    assert_eq!(code(Bytes::new(), &rules()), ErrorCode::InvalidRecord);
    assert_eq!(code(two, &rules()), ErrorCode::InvalidRecord);
    assert_eq!(code(one.slice(..one.len() - 1), &rules()), ErrorCode::InvalidRecord);
    assert_eq!(code(changed(&one, &[(at::MAGIC, &[1])]), &rules()), ErrorCode::InvalidRecord);
    assert_eq!(code(changed(&one, &[(at::MAGIC, &[3])]), &rules()), ErrorCode::CorruptMessage);
    assert_eq!(
        code(changed(&one, &[(at::LENGTH, &[0xff; 4])]), &rules()),
        ErrorCode::CorruptMessage
    );
}

#[test]
fn zstd_needs_produce_7_and_an_unknown_codec_is_named() {
    let zstd = batch_with(options(Compression::Zstd), &[None], &[NOW.0]);
    let old = Rules { produce_version: 6, ..rules() };
    assert_eq!(code(zstd.clone(), &old), ErrorCode::UnsupportedCompressionType);
    assert!(produced(zstd, &Rules { produce_version: 7, ..rules() }).is_ok());
    let unknown = changed(&good(), &[(at::ATTRIBUTES, &[0, 5])]);
    assert_eq!(code(unknown, &rules()), ErrorCode::UnsupportedCompressionType);
}

#[test]
fn size_is_checked_before_the_checksum() {
    let mut damaged = good().to_vec();
    *damaged.last_mut().expect("not empty") ^= 1;
    let damaged = Bytes::from(damaged);
    assert_eq!(code(damaged.clone(), &rules()), ErrorCode::CorruptMessage);
    let small = Rules { max_batch_size: damaged.len() - 1, ..rules() };
    assert_eq!(code(damaged, &small), ErrorCode::MessageTooLarge);
    assert!(produced(good(), &Rules { max_batch_size: good().len(), ..rules() }).is_ok());
}

#[test]
fn headers_that_contradict_themselves_are_invalid_records() {
    type Changes<'a> = &'a [(usize, &'a [u8])];
    let invalid: [(&str, Changes<'_>); 11] = [
        ("base offset 1", &[(at::BASE_OFFSET, &[0, 0, 0, 0, 0, 0, 0, 1])]),
        ("last offset before the first", &[(at::LAST_OFFSET_DELTA, &[0xff; 4])]),
        ("a negative count", &[(at::RECORD_COUNT, &[0xff; 4])]),
        ("no records", &[(at::RECORD_COUNT, &[0; 4])]),
        ("fewer records than offsets", &[(at::RECORD_COUNT, &[0, 0, 0, 2])]),
        ("a control batch", &[(at::ATTRIBUTES, &[0, 0x20])]),
        ("a transaction without a producer", &[(at::ATTRIBUTES, &[0, 0x10])]),
        ("a delete horizon", &[(at::ATTRIBUTES, &[0, 0x40])]),
        ("reserved bits", &[(at::ATTRIBUTES, &[0x80, 0])]),
        (
            "a producer without a sequence",
            &[(at::PRODUCER_ID, &[0; 8]), (at::PRODUCER_EPOCH, &[0; 2])],
        ),
        (
            "a producer without an epoch",
            &[(at::PRODUCER_ID, &[0; 8]), (at::BASE_SEQUENCE, &[0; 4])],
        ),
    ];
    for (what, changes) in invalid {
        assert_eq!(code(changed(&good(), changes), &rules()), ErrorCode::InvalidRecord, "{what}");
    }
    let counts_agree =
        &[(at::RECORD_COUNT, &[0u8, 0, 0, 4][..]), (at::LAST_OFFSET_DELTA, &[0, 0, 0, 3])];
    assert_eq!(
        code(changed(&good(), counts_agree), &rules()),
        ErrorCode::InvalidRecord,
        "a record too few"
    );
}

#[test]
fn a_producer_may_not_claim_the_broker_s_clock() {
    let rejected = produced(changed(&good(), &[(at::ATTRIBUTES, &[0, 8])]), &rules());
    let rejected = rejected.expect_err("it claims the broker's clock");
    assert_eq!(rejected.code, ErrorCode::InvalidTimestamp);
    assert_eq!(rejected.record_errors[0].batch_index, 0);
}

#[test]
fn a_compacted_topic_names_each_record_without_a_key() {
    for codec in Compression::ALL {
        let keys: &[Option<&[u8]>] = &[Some(b"a"), None, Some(b""), None];
        let bytes = batch_with(options(codec), keys, &[NOW.0; 4]);
        let rejected = produced(bytes, &Rules { compacted: true, ..rules() });
        let rejected = rejected.expect_err("two records have no key");
        assert_eq!(rejected.code, ErrorCode::InvalidRecord);
        let at: Vec<_> = rejected.record_errors.iter().map(|error| error.batch_index).collect();
        assert_eq!(at, [1, 3]);
    }
}

#[test]
fn timestamps_out_of_range_are_named_and_tell_before_missing_keys() {
    let day = 86_400_000;
    let times = [NOW.0, NOW.0 - day, NOW.0 + 3_600_000, NOW.0 + 3_600_001, NOW.0 - day - 1, -1];
    let bytes = batch_with(BatchOptions::default(), &[None; 6], &times);
    let bounded = Rules { timestamp_before_max_ms: day, ..rules() };
    let rejected = produced(bytes.clone(), &bounded).expect_err("two are out of range");
    assert_eq!(rejected.code, ErrorCode::InvalidTimestamp);
    let at: Vec<_> = rejected.record_errors.iter().map(|error| error.batch_index).collect();
    assert_eq!(at, [3, 4]);
    let broker_time = Rules { timestamp_type: TimestampType::LogAppendTime, ..bounded };
    assert!(produced(bytes, &broker_time).is_ok());
}

#[test]
fn the_default_range_has_no_lower_end() {
    let bytes = batch_with(BatchOptions::default(), &[None; 2], &[0, i64::MIN / 2]);
    assert!(produced(bytes, &rules()).is_ok());
}

#[test]
fn a_thousand_faults_are_counted_and_a_hundred_named() {
    let bytes = batch_with(BatchOptions::default(), &[None; 1000], &[NOW.0; 1000]);
    let rejected = produced(bytes, &Rules { compacted: true, ..rules() }).expect_err("no keys");
    assert_eq!(rejected.record_errors.len(), RECORD_ERRORS_MAX);
    assert!(rejected.message.contains("1000"));
}

#[test]
fn a_record_that_does_not_parse_is_refused_however_it_is_packed() {
    for codec in Compression::ALL {
        let inner = b"\x0e\x00\x00\x00\x01\x0aab\x00"; // The value claims five bytes of two.
        let packed = super::super::compression::compress(codec, None, inner).expect("small");
        let header = RecordBatch::parse(good()).expect("whole").header;
        let header = BatchHeader {
            batch_length: (49 + packed.len()) as i32,
            attributes: header.attributes.with_compression(codec),
            record_count: 1,
            last_offset_delta: 0,
            ..header
        };
        let bytes = Bytes::from([&header.to_bytes()[..], &packed].concat());
        assert_eq!(code(changed(&bytes, &[]), &rules()), ErrorCode::InvalidRecord, "{codec:?}");
    }
}

#[test]
fn packed_data_that_is_damaged_under_a_right_checksum_is_refused() {
    for codec in &Compression::ALL[1..] {
        let bytes = batch_with(options(*codec), &[Some(&b"key"[..]); 50], &[NOW.0; 50]);
        let cut = bytes.len() - 3;
        let length = ((cut - 12) as i32).to_be_bytes();
        let damaged = changed(&bytes.slice(..cut), &[(at::LENGTH, &length)]);
        assert_eq!(code(damaged, &rules()), ErrorCode::InvalidRecord, "{codec:?}");
    }
}

#[test]
fn a_bomb_is_refused_at_the_bound() {
    for codec in &Compression::ALL[1..] {
        let mut builder = BatchBuilder::new(options(*codec));
        builder.append(NOW, None, Some(&vec![0; 4 << 20]), &[]);
        let bytes = builder.build(Offset::ZERO).expect("shrinks").into_bytes();
        let bounded = Rules { unpacked_len_max: 1 << 20, ..rules() };
        assert_eq!(code(bytes.clone(), &bounded), ErrorCode::MessageTooLarge, "{codec:?}");
        assert!(produced(bytes, &rules()).is_ok());
    }
}

#[test]
fn a_wrong_max_timestamp_is_corrected() {
    let wrong = changed(&good(), &[(at::MAX_TIMESTAMP, &[0; 8])]);
    let taken = produced(wrong.clone(), &rules()).expect("Kafka corrects it too");
    assert_eq!(taken[0].header().max_timestamp, TimestampMs(NOW.0 + 1));
    assert_eq!(taken[0].verify_crc(), Ok(()));
    assert_eq!(
        taken[0].stored_records(),
        RecordBatch::parse(wrong).expect("whole").stored_records()
    );
}

#[test]
fn offsets_out_of_line_within_a_batch_are_put_in_line() {
    for codec in Compression::ALL {
        let mut builder = BatchBuilder::new(options(codec));
        builder.append_at(0, NOW, None, Some(b"a"), &[]).append_at(5, NOW, None, Some(b"b"), &[]);
        let bytes = builder.build(Offset::ZERO).expect("small").into_bytes();
        let bytes = changed(&bytes, &[(at::LAST_OFFSET_DELTA, &[0, 0, 0, 1])]);
        let taken = produced(bytes, &rules()).expect("Kafka corrects it too");
        assert_eq!((taken[0].verify_crc(), taken[0].header().compression()), (Ok(()), codec));
        let records = taken[0].records().expect("unpacks");
        let offsets: Vec<_> = records.map(|record| record.expect("whole").offset.0).collect();
        assert_eq!(offsets, [0, 1]);
    }
}

#[test]
fn a_topic_with_a_codec_of_its_own_repacks_what_comes_in_another() {
    let plain = good();
    let own = Rules { compression: Some((Compression::Zstd, Some(1))), ..rules() };
    let taken = produced(plain.clone(), &own).expect("nothing is wrong with it");
    assert_eq!(taken[0].header().compression(), Compression::Zstd);
    let before: Vec<_> =
        RecordBatch::parse(plain).and_then(|b| b.records()).expect("whole").collect();
    let after: Vec<_> = taken[0].records().expect("unpacks").collect();
    assert_eq!(before, after);
}

proptest! {
    #[test]
    fn a_walk_accepts_exactly_what_a_reader_reads(
        mut data in proptest::collection::vec(any::<u8>(), 0..120),
        count in 0i32..6,
        honest in any::<bool>(),
        flip in any::<(usize, u8)>(),
    ) {
        if honest {
            // Begin from real records, so that most damage is deep inside.
            data = good()[super::super::HEADER_LEN..].to_vec();
            let at = flip.0 % data.len();
            data[at] = flip.1;
        }
        let mut header = RecordBatch::parse(good()).expect("whole").header;
        header.record_count = count;
        let bytes = Bytes::from([&header.to_bytes()[..], &data].concat());
        let batch = RecordBatch { header, bytes };
        let mut steps = Vec::new();
        let walked = batch.walk(usize::MAX, |step| steps.push(step));
        let read: Result<Vec<_>, _> = Records::new(&header, data.clone().into()).collect();
        // A reader that counts no records does not look for more.
        if count > 0 {
            prop_assert_eq!(walked.is_ok(), read.is_ok(), "{:?} {:?}", walked, read);
        }
        if let (Ok(()), Ok(read)) = (walked, read) {
            prop_assert_eq!(steps.len(), read.len());
            for (step, record) in steps.iter().zip(&read) {
                prop_assert_eq!(i64::from(step.offset_delta), record.offset.0);
                prop_assert_eq!(step.has_key, record.key.is_some());
            }
        }
    }
}
