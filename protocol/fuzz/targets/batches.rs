//! Any bytes as a produced record set: never a panic, and what is taken is read to its last record.
//!
//! The checksum is made right first, or the fuzzer would never get behind it.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use protocol::batch::batches;
use protocol::batch::header::{HEADER_LEN, at};
use protocol::batch::validate::{Rules, produced};
use protocol::crc32c::crc32c;
use protocol::ids::TimestampMs;

fuzz_target!(|data: &[u8]| {
    let mut bytes = data.to_vec();
    if bytes.len() >= HEADER_LEN {
        let length = (bytes.len() - 12) as i32;
        bytes[at::LENGTH..at::LENGTH + 4].copy_from_slice(&length.to_be_bytes());
        let crc = crc32c(&bytes[at::ATTRIBUTES..]);
        bytes[at::CRC..at::CRC + 4].copy_from_slice(&crc.to_be_bytes());
    }
    let bytes = Bytes::from(bytes);
    let limit = 1 << 20;
    for batch in batches(bytes.clone()).flatten() {
        if let Ok(records) = batch.records_within(limit) {
            records.for_each(drop);
        }
    }
    let rules = Rules { unpacked_len_max: limit, ..Rules::at(TimestampMs(0)) };
    for batch in produced(bytes, &rules).into_iter().flatten() {
        let records = batch.records_within(limit).expect("what was taken unpacks");
        let read = records.map(|record| record.expect("what was taken reads")).count();
        assert_eq!(read, batch.header().record_count as usize);
        assert_eq!(batch.verify_crc(), Ok(()));
    }
});
