//! `kafka-consumer-perf-test`: how fast a consumer reads.

mod options;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::cli::applets::{
    Applet, Parsed, Properties, Screen, Stop, Thrown, command_config, consumer_options, key_values,
    start,
};
use client::consumer::{Consumer, RebalanceListener, Record};
use parking_lot::Mutex;
use protocol::ids::{TopicName, TopicPartition};
use regex::Regex;

use super::{cluster, dates};
use crate::clock;
use options::PARSER;

/// `kafka-consumer-perf-test.sh`.
pub(super) const APPLET: Applet = Applet {
    name: "kafka-consumer-perf-test",
    classes: &["org.apache.kafka.tools.ConsumerPerformance"],
    run,
};

const POLL: Duration = Duration::from_millis(100);
const MB: f64 = 1024.0 * 1024.0;
const EXTENDED: &str = ", rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec";

fn run(words: Vec<String>) -> ExitCode {
    start(async move |screen| perform(&words, screen).await)
}

async fn perform(words: &[String], screen: &mut Screen) -> u8 {
    let done = match options::parse(words, screen) {
        Ok(parsed) => consume(&parsed, screen).await,
        Err(stop) => Err(stop),
    };
    let Err(stop) = done else { return 0 };
    stop.settle(&PARSER, screen).unwrap_or_else(|thrown| {
        screen.complain(thrown.message());
        screen.complain(format!("{thrown}\n"));
        1
    })
}

fn properties(parsed: &Parsed) -> Result<Properties, Thrown> {
    let file = match parsed.value(options::COMMAND_CONFIG)? {
        Some(file) => Some(file),
        None => parsed.value(options::CONSUMER_CONFIG)?,
    };
    let mut config = command_config(file.as_deref())?;
    for (key, value) in key_values(&parsed.texts(options::COMMAND_PROPERTY)) {
        config.set(&key, value);
    }
    let group = match parsed.has(options::GROUP) {
        true => parsed.value(options::GROUP)?.unwrap_or_default(),
        false => format!("perf-consumer-{}", rand::random_range(0..100_000)),
    };
    config.set("group.id", group);
    config.set("bootstrap.servers", parsed.value(options::BOOTSTRAP_SERVER)?.unwrap_or_default());
    let fetch = parsed.value(options::FETCH_SIZE)?.unwrap_or_default();
    config.set("max.partition.fetch.bytes", fetch);
    let reset = if parsed.has(options::FROM_LATEST) { "latest" } else { "earliest" };
    config.set("auto.offset.reset", reset);
    config.set("check.crcs", "false");
    if config.get("client.id").is_none() {
        config.set("client.id", "perf-consumer-client");
    }
    Ok(config)
}

/// How long the group took to give us partitions.
#[derive(Clone)]
struct Joins(Arc<Mutex<Join>>);

struct Join {
    since: Instant,
    assigned: usize,
    total: Duration,
    round: Duration,
}

impl Joins {
    fn new() -> Self {
        let join =
            Join { since: clock::now(), assigned: 0, total: Duration::ZERO, round: Duration::ZERO };
        Self(Arc::new(Mutex::new(join)))
    }
}

impl RebalanceListener for Joins {
    fn assigned(&mut self, partitions: &[TopicPartition]) {
        let mut join = self.0.lock();
        if join.assigned == 0 {
            let took = join.since.elapsed();
            join.total += took;
            join.round += took;
        }
        join.assigned += partitions.len();
    }

    fn revoked(&mut self, partitions: &[TopicPartition]) {
        let mut join = self.0.lock();
        join.assigned = join.assigned.saturating_sub(partitions.len());
        if join.assigned == 0 {
            join.since = clock::now();
        }
    }
}

/// How much was read by when.
#[derive(Clone, Copy)]
struct Mark {
    at: Instant,
    count: u64,
    bytes: u64,
}

impl Mark {
    fn new() -> Self {
        Self { at: clock::now(), count: 0, bytes: 0 }
    }

    fn add(&mut self, record: &Record) {
        let length = |bytes: &Option<bytes::Bytes>| bytes.as_ref().map_or(0, bytes::Bytes::len);
        self.count += 1;
        self.bytes += (length(&record.key) + length(&record.value)) as u64;
    }
}

/// What is wanted of the run.
struct Run {
    wanted: u64,
    timeout_ms: u64,
    interval: Duration,
    pattern: String,
    is_detailed: bool,
}

impl Run {
    fn new(parsed: &Parsed) -> Result<Self, Thrown> {
        let number = |option| -> Result<u64, Thrown> {
            Ok(parsed.value(option)?.and_then(|text| text.parse().ok()).unwrap_or(0))
        };
        let has_new_name = parsed.has(options::NUM_RECORDS);
        let wanted = if has_new_name { options::NUM_RECORDS } else { options::MESSAGES };
        let interval = Duration::from_millis(number(options::REPORTING_INTERVAL)?);
        if interval.is_zero() {
            return Err(Thrown::illegal_argument("Reporting interval must be greater than 0."));
        }
        Ok(Self {
            wanted: number(wanted)?,
            timeout_ms: number(options::TIMEOUT)?,
            interval,
            pattern: parsed.value(options::DATE_FORMAT)?.unwrap_or_default(),
            is_detailed: parsed.has(options::SHOW_DETAILED_STATS),
        })
    }

    /// Reads until there is enough, or nothing more comes.
    async fn read(
        &self,
        consumer: &mut Consumer,
        joins: &Joins,
        screen: &mut Screen,
    ) -> Result<Mark, Thrown> {
        let mut done = Mark::new();
        let (mut reported, mut heard) = (done, done.at);
        let timeout = Duration::from_millis(self.timeout_ms);
        while done.count < self.wanted && heard.elapsed() <= timeout {
            let records = consumer.poll(POLL).await?;
            done.at = clock::now();
            if records.is_empty() {
                continue;
            }
            heard = done.at;
            records.iter().for_each(|record| done.add(record));
            if done.at - reported.at >= self.interval {
                if self.is_detailed {
                    screen.line(progress(&self.pattern, reported, done, joins));
                    screen.flush();
                }
                joins.0.lock().round = Duration::ZERO;
                reported = done;
            }
        }
        Ok(done)
    }
}

async fn consume(parsed: &Parsed, screen: &mut Screen) -> Result<(), Stop> {
    if !parsed.has(options::HIDE_HEADER) {
        let detailed = parsed.has(options::SHOW_DETAILED_STATS);
        let first = if detailed { "time, threadId" } else { "start.time, end.time" };
        screen.line(format!(
            "{first}, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec{EXTENDED}"
        ));
        screen.flush();
    }
    let run = Run::new(parsed)?;
    let config = properties(parsed)?;
    let joins = Joins::new();
    let mut consumer = subscribed(parsed, &config, &joins)?;
    let (started, started_ms) = (clock::now(), clock::wall_ms());
    let done = run.read(&mut consumer, &joins, screen).await?;
    if done.count < run.wanted {
        screen.line(format!(
            "WARNING: Exiting before consuming the expected number of records: timeout ({} ms) exceeded. You can use the --timeout option to increase the timeout.",
            run.timeout_ms
        ));
    }
    let (took, ended_ms) = (started.elapsed(), clock::wall_ms());
    let joined = joins.0.lock().total;
    consumer.close().await?;
    if !run.is_detailed {
        let dates = [started_ms, ended_ms].map(|at| dates::format(&run.pattern, at));
        screen.line(total(&dates, done, took, joined));
    }
    if parsed.has(options::PRINT_METRICS) {
        screen.complain("--print-metrics: this client keeps no metrics of its own");
    }
    Ok(())
}

fn subscribed(parsed: &Parsed, config: &Properties, joins: &Joins) -> Result<Consumer, Stop> {
    let mut consumer = Consumer::new(cluster(config)?, consumer_options(config)?);
    consumer.listen(joins.clone());
    if let Some(topics) = parsed.value(options::TOPIC)? {
        let topic = TopicName::new(&topics).map_err(|_| {
            Thrown::kafka("InvalidTopicException", format!("Invalid topics: [{topics}]"))
        })?;
        consumer.subscribe([topic])?;
    } else {
        let include = parsed.value(options::INCLUDE)?.unwrap_or_default();
        let pattern = Regex::new(&format!("^(?:{include})$")).map_err(|error| {
            Thrown::new("java.util.regex.PatternSyntaxException", error.to_string())
        })?;
        consumer.subscribe_pattern(pattern)?;
    }
    Ok(consumer)
}

fn progress(pattern: &str, from: Mark, to: Mark, joins: &Joins) -> String {
    let (span, joined) = (to.at - from.at, joins.0.lock().round);
    let fetching = span.saturating_sub(joined);
    let megabytes = (to.bytes - from.bytes) as f64 / MB;
    let count = (to.count - from.count) as f64;
    let per = |what: f64, span: Duration| match span.as_secs_f64() {
        0.0 => 0.0,
        seconds => what / seconds,
    };
    format!(
        "{}, 0, {:.4}, {:.4}, {}, {:.4}, {}, {}, {:.4}, {:.4}",
        dates::format(pattern, clock::wall_ms()),
        to.bytes as f64 / MB,
        per(megabytes, span),
        to.count,
        per(count, span),
        joined.as_millis(),
        fetching.as_millis(),
        per(megabytes, fetching),
        per(count, fetching),
    )
}

fn total(dates: &[String; 2], done: Mark, span: Duration, joined: Duration) -> String {
    let [from, to] = dates;
    let fetching = span.saturating_sub(joined);
    let (megabytes, count) = (done.bytes as f64 / MB, done.count as f64);
    format!(
        "{from}, {to}, {megabytes:.4}, {:.4}, {}, {:.4}, {}, {}, {:.4}, {:.4}",
        megabytes / span.as_secs_f64(),
        done.count,
        count / span.as_secs_f64(),
        joined.as_millis(),
        fetching.as_millis(),
        megabytes / fetching.as_secs_f64(),
        count / fetching.as_secs_f64(),
    )
}
