//! `sapwood topic produce`: writes each line of standard input, or of a file, as a record.

mod shape;

use std::collections::VecDeque;
use std::io::Write;
use std::path::PathBuf;

use bytes::Bytes;
use clap::Args;
use futures::FutureExt;
use protocol::ids::PartitionIndex;

use super::{name, with_nearest};
use crate::cli::brokers::BrokerArgs;
use crate::cli::complete;
use crate::cli::escape;
use crate::cli::failure::Failure;
use crate::cli::lines;
use crate::cli::output::counted;
use crate::cli::progress::Progress;
use crate::cli::terminal::note;
use crate::cli::terms::{AcksArg, Codec};
use crate::producer::{Acks, Delivered, Delivery, Header, Producer, ProducerOptions, Record};
use shape::Shape;

/// How many deliveries are kept before the oldest is awaited.
const DELIVERIES_MAX: usize = 100_000;

/// The arguments.
#[derive(Debug, Args)]
pub struct Produce {
    /// The topic
    #[arg(add = complete::topics())]
    topic: String,
    /// Each line is a key and a value with this between them
    #[arg(short, long, value_name = "DELIMITER")]
    key_delimiter: Option<String>,
    /// How records stand in the input, with %k %v %p %d and what is between them, such as '%k\\t%v\\n' [default: %v\\n]
    #[arg(short, long, value_name = "FORMAT", conflicts_with = "key_delimiter")]
    format: Option<String>,
    /// Records end with a zero byte and not with a line break, as find -print0 writes them
    #[arg(short = '0', long, conflicts_with = "format")]
    null: bool,
    /// Read this file and not standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// One key for all records
    #[arg(long, value_name = "KEY", conflicts_with = "key_delimiter")]
    key: Option<String>,
    /// A header on every record, as NAME=VALUE or NAME:VALUE; may be given more than once
    #[arg(short = 'H', long = "header", value_name = "NAME=VALUE", value_parser = header)]
    headers: Vec<Header>,
    /// Compress batches [default: none]
    #[arg(short = 'z', long, value_enum)]
    compression: Option<Codec>,
    /// How many replicas must have a record [default: all]
    #[arg(long, value_enum, allow_hyphen_values = true)]
    acks: Option<AcksArg>,
    /// Only this partition
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(i32).range(0..))]
    partition: Option<i32>,
    /// An empty value is a tombstone
    #[arg(short = 'Z', long)]
    tombstone: bool,
    /// Say where each record went
    #[arg(short, long)]
    verbose: bool,
    #[command(flatten)]
    brokers: BrokerArgs,
}

impl Produce {
    pub(super) async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let template = self.template()?;
        let delimiter = self.key_delimiter.as_deref().map(escape::unescape).transpose()?;
        let shape = self.shape()?;
        let cluster = self.brokers.cluster()?;
        if let Err(error) = cluster.require_or_create(&template.topic).await {
            return Err(with_nearest(&cluster, &self.topic, error).await);
        }
        let producer = Producer::new(cluster, self.options()?)?;
        let mut written = Written::new(self.verbose);
        let input = Input { shape: &shape, delimiter: delimiter.as_deref(), template: &template };
        let sent = self.send_all(&producer, &input, &mut written, out).await;
        // What was good before the first that was not is written all the same, and told.
        producer.flush().await;
        let settled = written.settle_all(out).await;
        producer.close().await;
        let is_news = written.count > 0 || (sent.is_ok() && settled.is_ok());
        if is_news && !self.verbose {
            let count = counted(written.count, "record");
            note(format!("wrote {count} to \"{}\"", self.topic));
        }
        sent.and(settled)
    }

    async fn send_all(
        &self,
        producer: &Producer,
        input: &Input<'_>,
        written: &mut Written,
        out: &mut (dyn Write + Send),
    ) -> Result<(), Failure> {
        let end = input.shape.end();
        let mut pieces = lines::pieces(self.file.as_deref(), end)?;
        let mut progress = Progress::over(self.file.as_deref());
        while let Some(piece) = pieces.recv().await {
            for text in piece? {
                progress.advance(text.len() + end.len());
                let record = self.entombed(input.record(text)?);
                written.took(producer.send(record).await?, out).await?;
            }
            written.settle_ready(out)?;
        }
        Ok(())
    }

    /// Our own defaults, then the settings of profile, file and `-X`, then the flags.
    fn options(&self) -> Result<ProducerOptions, Failure> {
        let timeout = self.brokers.timeout();
        let mut options = ProducerOptions {
            batch_bytes: 256 << 10,
            delivery_timeout: timeout.saturating_mul(2),
            ack_timeout: timeout,
            ..ProducerOptions::default()
        };
        self.brokers.settings()?.apply_to_producer(&mut options);
        if let Some(acks) = self.acks {
            options.acks = acks.into();
        }
        if let Some(codec) = self.compression {
            options.compression = codec.into();
        }
        if options.acks != Acks::All {
            options.idempotent = false;
        }
        if options.acks == Acks::Leader {
            // Without sequences the order is kept by one request at a time.
            options.in_flight_max = 1;
        }
        Ok(options)
    }

    /// What all records have in common.
    fn template(&self) -> Result<Record, Failure> {
        Ok(Record {
            partition: self.partition.map(PartitionIndex),
            key: self.key.as_ref().map(|key| Bytes::copy_from_slice(key.as_bytes())),
            headers: self.headers.clone(),
            ..Record::tombstone(name(&self.topic)?)
        })
    }

    fn shape(&self) -> Result<Shape, Failure> {
        match (&self.format, self.null) {
            (Some(format), _) => Shape::parse(format),
            (None, true) => Shape::parse("%v\\0"),
            (None, false) => Ok(Shape::lines()),
        }
    }

    /// The record; with `-Z`, an empty value is none.
    fn entombed(&self, record: Record) -> Record {
        let is_empty = record.value.as_ref().is_some_and(Bytes::is_empty);
        match self.tombstone && is_empty {
            true => Record { value: None, ..record },
            false => record,
        }
    }
}

/// How records stand in the input.
struct Input<'a> {
    shape: &'a Shape,
    /// What is between key and value, with `-k`.
    delimiter: Option<&'a [u8]>,
    /// What all records have in common.
    template: &'a Record,
}

impl Input<'_> {
    fn record(&self, text: Bytes) -> Result<Record, Failure> {
        match self.delimiter {
            Some(delimiter) => Ok(split(self.template, delimiter, text)),
            None => self.shape.record(self.template, &text),
        }
    }
}

/// A line as a record. One without the delimiter has no key of its own.
fn split(template: &Record, delimiter: &[u8], line: Bytes) -> Record {
    let (key, value) = match find(&line, delimiter) {
        Some(at) => (Some(line.slice(..at)), line.slice(at + delimiter.len()..)),
        None => (template.key.clone(), line),
    };
    Record { key, value: Some(value), ..template.clone() }
}

/// The records that were taken and not heard of yet.
struct Written {
    deliveries: VecDeque<Delivery>,
    count: usize,
    verbose: bool,
}

impl Written {
    fn new(verbose: bool) -> Self {
        Self { deliveries: VecDeque::new(), count: 0, verbose }
    }

    async fn took(
        &mut self,
        delivery: Delivery,
        out: &mut (dyn Write + Send),
    ) -> Result<(), Failure> {
        self.deliveries.push_back(delivery);
        while self.deliveries.len() > DELIVERIES_MAX {
            self.settle_first(out).await?;
        }
        Ok(())
    }

    /// Tells of all that the brokers have spoken of, without waiting for the others.
    fn settle_ready(&mut self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        while let Some(first) = self.deliveries.front_mut() {
            let Some(settled) = first.now_or_never() else { break };
            self.deliveries.pop_front();
            self.tell(&settled?, out)?;
        }
        Ok(out.flush()?)
    }

    /// Waits for the word on every record; the first that failed is the failure.
    async fn settle_all(&mut self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let mut outcome = Ok(());
        while !self.deliveries.is_empty() {
            outcome = outcome.and(self.settle_first(out).await);
        }
        outcome
    }

    async fn settle_first(&mut self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let Some(delivery) = self.deliveries.pop_front() else { return Ok(()) };
        self.tell(&delivery.await?, out)
    }

    fn tell(&mut self, delivered: &Delivered, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        self.count += 1;
        if self.verbose {
            let offset = delivered.offset.map_or_else(|| "?".into(), |offset| offset.to_string());
            writeln!(out, "{} {offset}", delivered.partition)?;
        }
        Ok(())
    }
}

fn find(line: &[u8], delimiter: &[u8]) -> Option<usize> {
    if delimiter.is_empty() {
        return None;
    }
    line.windows(delimiter.len()).position(|window| window == delimiter)
}

fn header(text: &str) -> Result<Header, String> {
    match text.find(['=', ':']) {
        Some(at) if at > 0 => {
            let (name, value) = (&text[..at], &text[at + 1..]);
            let value = Some(Bytes::copy_from_slice(value.as_bytes()));
            Ok(Header { key: Bytes::copy_from_slice(name.as_bytes()), value })
        }
        _ => Err("write NAME=VALUE".into()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        produce: Produce,
    }

    fn parse(arguments: &[&str]) -> Produce {
        Line::parse_from(["produce"].iter().chain(arguments)).produce
    }

    #[test]
    fn a_line_is_split_at_the_first_delimiter_only() {
        let produce = parse(&["t", "-k", ":", "-Z"]);
        let template = produce.template().expect("a legal name");
        let record = |line: &'static str| {
            let record =
                produce.entombed(split(&template, b":", Bytes::from_static(line.as_bytes())));
            (record.key, record.value)
        };
        assert_eq!(record("k:v:w"), (Some("k".into()), Some("v:w".into())));
        assert_eq!(record("v"), (None, Some("v".into())));
        assert_eq!(record("k:"), (Some("k".into()), None), "an empty value is a tombstone");
    }

    #[test]
    fn headers_are_written_both_ways() {
        let produce = parse(&["t", "-H", "a=1", "-H", "b:2=3"]);
        let names: Vec<_> = produce.headers.iter().map(|header| header.key.clone()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(produce.headers[1].value.as_deref(), Some(&b"2=3"[..]));
    }
}
