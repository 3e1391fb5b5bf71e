//! Frames that real clients and a real broker exchanged: each decodes, and encodes again to the same bytes.
//!
//! The files in `tests/golden` say who sent them. A new one is a line: direction, API, version, the frame in hex.

use bytes::{Buf, Bytes};

use super::*;
use crate::batch::validate::{Rules, produced};
use crate::batch::{Compression, batches};
use crate::header::{decode_correlation_id, decode_request_head};
use crate::ids::TimestampMs;
use crate::messages::*;
use crate::versions::with_apis;

const FILES: [&str; 2] = [
    include_str!("../../tests/golden/librdkafka_2.0.2.txt"),
    include_str!("../../tests/golden/kafka_4.3.1.txt"),
];

struct Golden {
    is_request: bool,
    api: &'static str,
    version: i16,
    frame: Bytes,
}

impl Golden {
    fn read(line: &'static str) -> Self {
        let mut words = line.split(' ');
        let mut next = || words.next().expect("four words a line");
        let is_request = next() == "request";
        let (api, version, hex) = (next(), next().parse().expect("a number"), next());
        let digit = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex");
        let frame = (0..hex.len()).step_by(2).map(digit).collect();
        Self { is_request, api, version, frame }
    }

    fn all() -> impl Iterator<Item = Self> {
        let lines = FILES.iter().flat_map(|file| file.lines());
        lines.filter(|line| !line.starts_with('#')).map(Self::read)
    }

    fn request<R: RequestBody>(&self) -> R {
        let mut frame = self.frame.clone();
        let head = decode_request_head(&mut frame).expect("a client sent it");
        assert_eq!((head.key(), head.version), (Some(R::KEY), self.version));
        let request: R = decode_request(self.version, &mut frame).expect("a client sent it");
        assert!(frame.is_empty(), "{} {}: {} bytes left", self.api, self.version, frame.len());
        let client_id = head.client_id.as_deref();
        let again = encode_request(self.version, head.correlation_id, client_id, &request);
        self.is_again(again);
        request
    }

    fn response<R: ApiBody>(&self) -> R {
        let mut frame = self.frame.clone();
        let correlation_id = decode_correlation_id(&mut frame).expect("a broker sent it");
        let response: R = decode_response(self.version, &mut frame).expect("a broker sent it");
        assert!(frame.is_empty(), "{} {}: {} bytes left", self.api, self.version, frame.len());
        self.is_again(encode_response(R::KEY, self.version, correlation_id, &response));
        response
    }

    fn is_again(&self, encoded: Result<Chunks, EncodeError>) {
        let mut again = encoded.expect("what was decoded encodes").into_bytes();
        again.advance(4);
        assert_eq!(again, self.frame, "{} {}", self.api, self.version);
    }
}

macro_rules! there_and_back {
    ($($key:ident: $request:ident => $response:ident, $versions:expr, flexible from $flexible:expr, $kind:ident;)*) => {
        fn there_and_back(golden: &Golden) {
            match golden.api {
                $(
                    stringify!($key) if golden.is_request => drop(golden.request::<$request>()),
                    stringify!($key) => drop(golden.response::<$response>()),
                )*
                other => panic!("no API is called {other}"),
            }
        }
    };
}
with_apis!(there_and_back);

#[test]
fn every_captured_frame_decodes_and_encodes_to_the_same_bytes() {
    assert!(Golden::all().count() > 90);
    Golden::all().for_each(|golden| there_and_back(&golden));
}

#[test]
fn what_real_producers_packed_is_taken_and_read_in_every_codec() {
    let mut codecs = std::collections::BTreeSet::new();
    let mut idempotent = 0;
    for golden in Golden::all().filter(|golden| golden.api == "Produce" && golden.is_request) {
        let request: ProduceRequest = golden.request();
        let partition = &request.topic_data[0].partition_data[0];
        let rules = Rules {
            produce_version: golden.version,
            timestamp_after_max_ms: i64::MAX,
            compacted: golden.version == 13,
            ..Rules::at(TimestampMs(0))
        };
        let records = partition.records.clone().expect("it has records");
        let batch = &produced(records.clone(), &rules).expect("a client sent it")[0];
        assert_eq!(batch.bytes(), &records, "nothing had to be corrected");
        codecs.insert((golden.version, batch.header().compression().name()));
        let record = batch.records().expect("unpacks").next().expect("one at least");
        let record = record.expect("whole");
        idempotent += usize::from(batch.header().has_producer_id());
        if golden.version == 7 && batch.header().has_producer_id() {
            assert_eq!((record.key, record.value.as_deref()), (None, Some(&b"idem"[..])));
            continue;
        }
        assert_eq!(record.key.as_deref(), Some(&b"k1"[..]));
        assert_eq!(record.value.as_deref(), Some(&b"a value that repeats, repeats, repeats"[..]));
        if golden.version == 7 {
            assert_eq!((&record.headers[0].key[..], record.headers.len()), (&b"h1"[..], 2));
        }
    }
    // librdkafka sent the one that gzip could not shrink as it was.
    assert_eq!(codecs.len(), 2 * Compression::ALL.len() - 1, "{codecs:?}");
    assert_eq!(idempotent, 6, "Java's five, and one of librdkafka");
}

#[test]
fn what_a_real_broker_sent_is_read_batch_by_batch() {
    let mut read = 0;
    for golden in Golden::all().filter(|golden| golden.api == "Fetch" && !golden.is_request) {
        let response: FetchResponse = golden.response();
        for partition in response.responses.iter().flat_map(|topic| &topic.partitions) {
            for batch in batches(partition.records.clone().unwrap_or_default()) {
                let batch = batch.expect("a broker sent it");
                assert_eq!(batch.verify_crc(), Ok(()));
                read += batch.records().expect("unpacks").filter(Result::is_ok).count();
            }
        }
    }
    assert!(read >= 10, "{read} records");
}
