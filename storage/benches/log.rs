//! What the log costs: appends by size, a flush, a read plan, opening, and recovery.
//!
//! `cargo bench -p sapwood-storage`. Where a claim in the documentation names a figure, it comes from here. The folder is made where
//! `TMPDIR` says; put it on the disk that is to be measured.

#![expect(missing_docs, reason = "criterion's macro makes a public function")]

use std::hint::black_box;
use std::path::Path;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use protocol::batch::{BatchBuilder, BatchOptions, RecordBatch};
use protocol::ids::{LeaderEpoch, Offset, TimestampMs};
use storage::disk::OsDisk;
use storage::files::{Budget, OpenFiles};
use storage::log::{LeaderAppend, Log, LogConfig, Opening, ReadLimits};
use storage::producer::Origin;

const BY: LeaderAppend = LeaderAppend {
    epoch: LeaderEpoch(0),
    now: TimestampMs(0),
    origin: Origin::Client { verified: false },
};

fn config() -> LogConfig {
    LogConfig {
        retention_bytes: 0,
        max_message_bytes: 2 << 20,
        file_delete_delay_ms: 0,
        ..LogConfig::default()
    }
}

fn open(dir: &Path, clean_shutdown: bool) -> Log<OsDisk> {
    let opening = Opening {
        topic_id: None,
        clean_shutdown,
        recovery_point: Offset::ZERO,
        log_start_offset: Offset::ZERO,
        now: TimestampMs(0),
    };
    let files = OpenFiles::new(OsDisk, Budget::default());
    Log::open(&files, &dir.join("bench-0"), config(), opening).expect("the log opens").0
}

/// A batch of about `len` bytes: one record.
fn batch(len: usize) -> RecordBatch {
    let mut builder = BatchBuilder::new(BatchOptions::default());
    builder.append(TimestampMs(1), None, Some(&vec![7; len]), &[]);
    builder.build(Offset::ZERO).expect("a batch")
}

fn flush(log: &mut Log<OsDisk>) {
    if let Some(task) = log.unflushed() {
        let flushed = task.run().expect("synced");
        log.flushed(flushed);
    }
}

/// Keeps the disk from filling: old segments go as soon as they are sealed.
fn expire(log: &mut Log<OsDisk>) {
    let end = log.end_offset();
    if log.size_bytes() > 3 << 30
        && let Some(removal) = log.retention(TimestampMs(0), end).expect("deleted").removal
    {
        removal.run().expect("removed");
    }
}

fn appends(c: &mut Criterion) {
    let mut group = c.benchmark_group("append");
    for len in [100, 1_000, 16_000, 1_000_000] {
        let root = tempfile::tempdir().expect("a folder");
        let mut log = open(root.path(), false);
        let batch = batch(len);
        group.throughput(Throughput::Bytes(batch.size_in_bytes() as u64));
        group.bench_function(BenchmarkId::from_parameter(len), |b| {
            b.iter(|| {
                black_box(log.append_leader(vec![batch.clone()], BY).expect("appended"));
                expire(&mut log);
            });
        });
    }
    group.finish();
}

fn flushes(c: &mut Criterion) {
    let root = tempfile::tempdir().expect("a folder");
    let mut log = open(root.path(), false);
    let batch = batch(1_000);
    c.bench_function("append 1 KB and flush", |b| {
        b.iter(|| {
            log.append_leader(vec![batch.clone()], BY).expect("appended");
            flush(&mut log);
        });
    });
}

fn reads(c: &mut Criterion) {
    let root = tempfile::tempdir().expect("a folder");
    let mut log = open(root.path(), false);
    let batch = batch(1_000);
    for _ in 0..100_000 {
        log.append_leader(vec![batch.clone()], BY).expect("appended");
    }
    let end = log.end_offset();
    let read = |log: &Log<OsDisk>, from: Offset, max_bytes: usize| {
        let limits = ReadLimits { max_bytes, up_to: end, at_least_one: true };
        let plan = log.read(from, limits).expect("within the log");
        black_box(plan.try_resident().expect("it was just written"))
    };
    let mut group = c.benchmark_group("read");
    group.bench_function("the newest batch", |b| {
        b.iter(|| read(&log, Offset(end.get() - 1), 1 << 20))
    });
    group.bench_function("1 MB from the middle", |b| {
        b.iter(|| read(&log, Offset(end.get() / 2), 1 << 20))
    });
    group.finish();
}

fn openings(c: &mut Criterion) {
    const BYTES: u64 = 256 << 20;
    let root = tempfile::tempdir().expect("a folder");
    let mut log = open(root.path(), false);
    let batch = batch(16_000);
    while log.size_bytes() < BYTES {
        log.append_leader(vec![batch.clone()], BY).expect("appended");
    }
    log.close().expect("closed");
    let mut group = c.benchmark_group("open");
    group.sample_size(10);
    group.bench_function("after a clean shutdown", |b| {
        b.iter_batched(|| (), |()| open(root.path(), true), BatchSize::PerIteration);
    });
    group.throughput(Throughput::Bytes(BYTES));
    group.bench_function("recovery", |b| {
        b.iter_batched(|| (), |()| open(root.path(), false), BatchSize::PerIteration);
    });
    group.finish();
}

criterion_group!(benches, appends, flushes, reads, openings);
criterion_main!(benches);
