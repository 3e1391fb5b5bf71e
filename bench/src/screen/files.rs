//! Files that grow while a run goes on: a log of histograms, and a table of intervals.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use client::cli::Failure;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};

use crate::clock;
use crate::engine::Audience;
use crate::latency::Latencies;
use crate::measure::{Digest, Interval, QUANTILES, Total};

/// The files of one run.
#[derive(Default)]
pub(crate) struct Files {
    log: Option<BufWriter<File>>,
    csv: Option<csv::Writer<File>>,
}

impl Files {
    /// Opens those that were asked for: a log that HdrHistogram's tools read, and a CSV file.
    pub(crate) fn create(log: Option<&Path>, csv: Option<&Path>) -> Result<Self, Failure> {
        let mut files = Self::default();
        if let Some(path) = log {
            let mut file = BufWriter::new(create(path)?);
            write_head(&mut file).map_err(|error| trouble(&error))?;
            files.log = Some(file);
        }
        if let Some(path) = csv {
            let mut csv = csv::Writer::from_writer(create(path)?);
            csv.write_record(headings()).map_err(|error| trouble(&error))?;
            files.csv = Some(csv);
        }
        Ok(files)
    }

    fn write_log(&mut self, interval: &Interval) -> Result<(), Failure> {
        let Some(log) = &mut self.log else { return Ok(()) };
        let sheet = &interval.sheet;
        for (tag, times) in [
            ("response", &sheet.response),
            ("service", &sheet.service),
            ("delay", &sheet.delay),
            ("end-to-end", &sheet.end_to_end),
        ] {
            if times.count() > 0 {
                write_entry(log, interval, tag, times.histogram())
                    .map_err(|error| trouble(error.as_ref()))?;
            }
        }
        log.flush().map_err(|error| trouble(&error))
    }

    fn write_csv(&mut self, interval: &Interval) -> Result<(), Failure> {
        let Some(csv) = &mut self.csv else { return Ok(()) };
        csv.write_record(cells(interval)).map_err(|error| trouble(&error))?;
        csv.flush().map_err(|error| trouble(&error))
    }
}

impl Audience for Files {
    fn glance(&mut self, _: &Interval, _: &Total) {}

    fn interval(&mut self, interval: &Interval) -> Result<(), Failure> {
        self.write_log(interval)?;
        self.write_csv(interval)
    }
}

fn create(path: &Path) -> Result<File, Failure> {
    File::create(path).map_err(|error| Failure::other(&format!("write {}", path.display()), &error))
}

fn trouble(error: &dyn std::error::Error) -> Failure {
    Failure::other("write the measurements", error)
}

/// Values in the log are microseconds; HdrHistogram's plotter shows milliseconds.
const PER_MS: f64 = 1000.0;

fn write_head(file: &mut impl Write) -> std::io::Result<()> {
    let mut serializer = V2DeflateSerializer::new();
    let wall = Duration::from_millis(u64::try_from(clock::wall_ms()).unwrap_or(0));
    let started = SystemTime::UNIX_EPOCH + wall;
    IntervalLogWriterBuilder::new()
        .add_comment(
            "written by sapwood bench; values are microseconds, a tag for each kind of time",
        )
        .with_start_time(started)
        .with_base_time(started)
        .with_max_value_divisor(PER_MS)
        .begin_log_with(file, &mut serializer)
        .map(drop)
}

/// A writer of the library borrows its file for good, so each entry gets one of its own, whose head is left out.
fn write_entry(
    file: &mut impl Write,
    interval: &Interval,
    tag: &str,
    histogram: &Histogram<u64>,
) -> Result<(), Box<dyn std::error::Error>> {
    let (mut text, mut serializer) = (Vec::new(), V2DeflateSerializer::new());
    let began = interval.ended - interval.took;
    IntervalLogWriterBuilder::new()
        .with_max_value_divisor(PER_MS)
        .begin_log_with(&mut text, &mut serializer)?
        .write_histogram(histogram, began, interval.took, Tag::new(tag))
        .map_err(|error| format!("{error:?}"))?;
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    lines
        .filter(|line| !line.starts_with(b"#") && !line.starts_with(b"\""))
        .try_for_each(|line| file.write_all(line))?;
    Ok(())
}

fn headings() -> Vec<String> {
    let mut all: Vec<String> = [
        "time_s",
        "warmup",
        "records",
        "bytes",
        "records_per_s",
        "mb_per_s",
        "errors",
        "records_read",
        "bytes_read",
        "records_read_per_s",
        "in_flight",
        "backlog",
        "client_cpu_ms",
        "broker_cpu_ms",
    ]
    .map(String::from)
    .to_vec();
    for kind in ["response", "service", "delay", "end_to_end"] {
        all.push(format!("{kind}_mean_ms"));
        all.extend(QUANTILES.iter().map(|(name, _)| format!("{kind}_{name}_ms")));
        all.push(format!("{kind}_max_ms"));
    }
    all
}

fn cells(interval: &Interval) -> Vec<String> {
    let sheet = &interval.sheet;
    let rate = |count| format!("{:.1}", interval.per_second(count));
    let mut all = vec![
        format!("{:.3}", interval.ended.as_secs_f64()),
        interval.is_warmup.to_string(),
        sheet.written.records.to_string(),
        sheet.written.bytes.to_string(),
        rate(sheet.written.records),
        format!("{:.3}", interval.per_second(sheet.written.bytes) / 1024.0 / 1024.0),
        sheet.error_count().to_string(),
        sheet.read.records.to_string(),
        sheet.read.bytes.to_string(),
        rate(sheet.read.records),
        interval.in_flight.to_string(),
        interval.backlog.map_or_else(String::new, |backlog| backlog.to_string()),
        interval.client.cpu.as_millis().to_string(),
        interval.broker.map_or_else(String::new, |usage| usage.cpu.as_millis().to_string()),
    ];
    for times in [&sheet.response, &sheet.service, &sheet.delay, &sheet.end_to_end] {
        all.extend(times_cells(times));
    }
    all
}

fn times_cells(times: &Latencies) -> Vec<String> {
    let Digest { count, mean, quantiles, max } = Digest::of(times);
    let cell = |ms: f64| if count == 0 { String::new() } else { format!("{ms:.3}") };
    std::iter::once(mean).chain(quantiles).chain([max]).map(cell).collect()
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use hdrhistogram::serialization::Deserializer;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    use super::*;

    fn interval(number: u64) -> Interval {
        let mut interval = Interval::after(Duration::from_secs(number), false);
        interval.took = Duration::from_secs(1);
        interval.sheet.wrote(100, Duration::from_millis(3), Duration::from_millis(1));
        interval
    }

    #[test]
    fn the_log_is_one_that_hdrhistogram_reads_and_has_each_kind_of_time() {
        let dir = tempfile::tempdir().expect("a directory");
        let (log, csv) = (dir.path().join("x.hlog"), dir.path().join("x.csv"));
        let mut files = Files::create(Some(&log), Some(&csv)).expect("files");
        (1..=2).for_each(|number| files.interval(&interval(number)).expect("it is written"));
        let text = std::fs::read(&log).expect("the log");
        let entries: Vec<_> = IntervalLogIterator::new(&text).map(|e| e.expect("a line")).collect();
        let mut tags = Vec::new();
        for entry in entries {
            let LogEntry::Interval(entry) = entry else { continue };
            let tag = entry.tag().expect("a tag").as_str().to_owned();
            if tag == "response" {
                let packed = STANDARD.decode(entry.encoded_histogram()).expect("base64");
                let histogram: Histogram<u64> =
                    Deserializer::new().deserialize(&mut packed.as_slice()).expect("a histogram");
                assert!(histogram.equivalent(histogram.max(), 3_000));
            }
            tags.push(tag);
        }
        assert_eq!(tags, ["response", "service", "delay", "response", "service", "delay"]);
        let rows = std::fs::read_to_string(&csv).expect("the table");
        let widths: Vec<usize> = rows.lines().map(|row| row.split(',').count()).collect();
        assert_eq!((widths.len(), widths.iter().min()), (3, widths.iter().max()));
    }
}
