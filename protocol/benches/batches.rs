//! What validation, a checksum, building and reading cost for batches of small and of large records.
#![expect(missing_docs, reason = "criterion's macros make the functions")]

use std::hint::black_box;

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sapwood_protocol::batch::validate::{Rules, produced};
use sapwood_protocol::batch::{BatchBuilder, BatchOptions, Compression, RecordBatch};
use sapwood_protocol::crc32c::crc32c;
use sapwood_protocol::ids::{Offset, TimestampMs};

const NOW: TimestampMs = TimestampMs(1_700_000_000_000);

/// Lines like those of a web server's log, of `len` bytes each.
fn line(at: usize, len: usize) -> Vec<u8> {
    let line = format!(
        "10.0.{}.{} - - [21/Nov/2026:14:{:02}:{:02} +0000] \"GET /assets/{}.js HTTP/1.1\" 200 {} ",
        at % 256,
        at * 7 % 256,
        at / 60 % 60,
        at % 60,
        at * 2_654_435_761 % 100_000,
        at * 40_503 % 65_536,
    );
    line.into_bytes().into_iter().cycle().take(len).collect()
}

/// A batch of about a megabyte, unpacked.
fn batch(record_len: usize, compression: Compression) -> RecordBatch {
    let mut builder = BatchBuilder::new(BatchOptions { compression, ..BatchOptions::default() });
    let mut at = 0;
    while builder.size_in_bytes() < 1_000_000 {
        builder.append(NOW, None, Some(&line(at, record_len)), &[]);
        at += 1;
    }
    builder.build(Offset::ZERO).expect("a megabyte")
}

fn validate(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("validate 1 MB");
    group.throughput(Throughput::Bytes(1_000_000));
    for record_len in [100, 1000] {
        for codec in Compression::ALL {
            let bytes = batch(record_len, codec).into_bytes();
            let name = format!("{record_len} B records, {}", codec.name());
            group.bench_function(name, |bench| {
                bench.iter(|| produced(black_box(bytes.clone()), &Rules::at(NOW)).expect("good"));
            });
        }
        let plain = batch(record_len, Compression::None);
        group.bench_function(format!("{record_len} B records, the walk alone"), |bench| {
            bench.iter(|| black_box(&plain).walk(usize::MAX, |step| _ = black_box(step)));
        });
    }
    let plain = batch(100, Compression::None);
    group.bench_function("the checksum alone", |bench| {
        bench.iter(|| black_box(&plain).verify_crc());
    });
}

fn one_record(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one record of 100 B");
    let mut builder = BatchBuilder::new(BatchOptions::default());
    builder.append(NOW, None, Some(&line(1, 100)), &[]);
    let bytes = builder.build(Offset::ZERO).expect("small").into_bytes();
    group.bench_function("validate", |bench| {
        bench.iter(|| produced(black_box(bytes.clone()), &Rules::at(NOW)));
    });
    group.bench_function("build", |bench| {
        let value = line(1, 100);
        bench.iter(|| {
            let mut builder = BatchBuilder::new(BatchOptions::default());
            builder.append(NOW, None, Some(black_box(&value)), &[]);
            builder.build(Offset::ZERO)
        });
    });
}

fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read 1 MB");
    group.throughput(Throughput::Bytes(1_000_000));
    for codec in [Compression::None, Compression::Lz4] {
        let batch = batch(100, codec);
        group.bench_function(format!("100 B records, {}", codec.name()), |bench| {
            bench.iter(|| batch.records().expect("unpacks").filter(Result::is_ok).count());
        });
    }
}

fn checksum(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("crc32c");
    for len in [61, 1024, 16 << 10, 1 << 20] {
        let bytes = Bytes::from(vec![7; len]);
        group.throughput(Throughput::Bytes(len as u64));
        group.bench_function(format!("{len} B"), |bench| bench.iter(|| crc32c(black_box(&bytes))));
    }
}

criterion_group!(benches, validate, one_record, read, checksum);
criterion_main!(benches);
