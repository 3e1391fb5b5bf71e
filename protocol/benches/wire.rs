//! What a produce request costs to take apart, and a fetch response to put together.
#![expect(missing_docs, reason = "criterion's macros make the functions")]

use std::hint::black_box;

use bytes::{Buf, Bytes};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sapwood_protocol::frame::{FrameDecoder, FrameLimits};
use sapwood_protocol::message::{decode_request, encode_request, encode_response};
use sapwood_protocol::messages::fetch_response::{FetchableTopicResponse, PartitionData};
use sapwood_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use sapwood_protocol::messages::{FetchResponse, ProduceRequest, TopicName};
use sapwood_protocol::{ApiKey, guard, header};

const PRODUCE: i16 = 9;
const FETCH: i16 = 12;

/// A produce request of `partitions` partitions with `len` bytes in all, as a frame without its length.
fn produce_frame(partitions: usize, len: usize) -> Bytes {
    let records = Bytes::from(vec![7; len / partitions]);
    let partition = |index| {
        PartitionProduceData::default().with_index(index).with_records(Some(records.clone()))
    };
    let topic = TopicProduceData::default()
        .with_name(TopicName("apache_logs".into()))
        .with_partition_data((0..partitions as i32).map(partition).collect());
    let request = ProduceRequest::default().with_acks(-1).with_topic_data(vec![topic]);
    let frame = encode_request(PRODUCE, 1, Some("bench"), &request).expect("encodes");
    let mut frame = frame.into_bytes();
    frame.advance(4);
    frame
}

fn decode_produce(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("produce");
    for (name, partitions, len) in
        [("one partition, 100 B", 1, 100), ("10 partitions, 1 MB", 10, 1 << 20)]
    {
        let frame = produce_frame(partitions, len);
        let mut body = frame.clone();
        header::decode_request_head(&mut body).expect("has a header");
        group.bench_function(format!("head, guard and decode: {name}"), |bench| {
            bench.iter(|| {
                let mut frame = frame.clone();
                let head = header::decode_request_head(&mut frame).expect("has a header");
                let request: ProduceRequest =
                    decode_request(head.version, &mut frame).expect("decodes");
                black_box(request)
            });
        });
        group.bench_function(format!("guard alone: {name}"), |bench| {
            bench.iter(|| guard::check(ApiKey::Produce, PRODUCE, black_box(&body)));
        });
    }
}

fn encode_fetch(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fetch");
    for (name, len) in [("100 B", 100), ("1 MB", 1 << 20)] {
        let partition = PartitionData::default().with_records(Some(Bytes::from(vec![7; len])));
        let topic = FetchableTopicResponse::default()
            .with_topic(TopicName("apache_logs".into()))
            .with_partitions(vec![partition]);
        let response = FetchResponse::default().with_responses(vec![topic]);
        group.bench_function(format!("encode: {name}"), |bench| {
            bench.iter(|| {
                let chunks = encode_response(ApiKey::Fetch, FETCH, 1, black_box(&response));
                chunks.expect("encodes").into_vec()
            });
        });
    }
}

fn cut_frames(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("frames");
    let frame = produce_frame(1, 1 << 20);
    let mut stream = (frame.len() as i32).to_be_bytes().to_vec();
    stream.extend_from_slice(&frame);
    group.throughput(Throughput::Bytes(stream.len() as u64));
    group.bench_function("1 MB in reads of 64 KB", |bench| {
        bench.iter_batched(
            || FrameDecoder::new(FrameLimits::default()),
            |mut decoder| {
                for read in stream.chunks(64 << 10) {
                    decoder.space().extend_from_slice(read);
                }
                decoder.take()
            },
            BatchSize::SmallInput,
        );
    });
}

criterion_group!(benches, decode_produce, encode_fetch, cut_frames);
criterion_main!(benches);
