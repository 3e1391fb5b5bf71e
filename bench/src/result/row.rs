//! A row: an interval in a few dozen numbers.

use std::time::Duration;

use crate::machine::Usage;
use crate::measure::{Digest, Interval};

const MEGABYTE: f64 = 1024.0 * 1024.0;

/// What an interval came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Row {
    /// When it ended, in seconds since the end of the warm-up.
    pub ended: f64,
    /// Records written a second.
    pub write_rate: f64,
    /// Megabytes written a second.
    pub write_megabytes: f64,
    /// Records that failed a second.
    pub error_rate: f64,
    /// Records read a second.
    pub read_rate: f64,
    /// Megabytes read a second.
    pub read_megabytes: f64,
    /// Records written and not yet read, at its end.
    pub backlog: u64,
    /// What this process used, in percent of a CPU.
    pub client_cpu: f64,
    /// What the broker used, if it is known.
    pub broker_cpu: f64,
    /// What was resident of the broker at its end, if it is known.
    pub broker_megabytes: f64,
    /// From due to acknowledged.
    pub response: Digest,
    /// From handed over to acknowledged.
    pub service: Digest,
    /// From due to handed over.
    pub delay: Digest,
    /// From due to read.
    pub end_to_end: Digest,
}

impl Row {
    /// What an interval came to, in a run that warmed up for so long.
    pub fn of(interval: &Interval, warmup: Duration) -> Self {
        let sheet = &interval.sheet;
        let megabytes = |bytes| interval.per_second(bytes) / MEGABYTE;
        let percent = |usage: Usage| usage.cpu.as_secs_f64() / interval.took.as_secs_f64() * 100.0;
        let response = Digest::of(&sheet.response);
        let service = Digest::of(&sheet.service);
        Self {
            ended: interval.ended.saturating_sub(warmup).as_secs_f64(),
            write_rate: interval.per_second(sheet.written.records),
            write_megabytes: megabytes(sheet.written.bytes),
            error_rate: interval.per_second(sheet.error_count()),
            read_rate: interval.per_second(sheet.read.records),
            read_megabytes: megabytes(sheet.read.bytes),
            backlog: interval.backlog.unwrap_or(0),
            client_cpu: percent(interval.client),
            broker_cpu: interval.broker.map_or(0.0, percent),
            broker_megabytes: interval.broker.map_or(0.0, |b| b.memory_bytes as f64 / MEGABYTE),
            // In a closed loop they are the same, and only one is kept.
            service: if service.count == 0 { response } else { service },
            response,
            delay: Digest::of(&sheet.delay),
            end_to_end: Digest::of(&sheet.end_to_end),
        }
    }
}
