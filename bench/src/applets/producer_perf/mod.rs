//! `kafka-producer-perf-test`: records as fast as they go, or at a rate, and how long each took.

mod options;
mod stats;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use client::cli::applets::argparse::Parsed;
use client::cli::applets::{
    Applet, Properties, Screen, Thrown, command_config, key_values, producer_options, start,
};
use client::producer::{Delivery, Producer, Record};
use protocol::ids::TopicName;
use tokio::sync::mpsc;

use super::{cluster, uncaught};
use crate::clock;
use crate::payload::Payloads;
use crate::throttle::Throttle;
use options::PARSER;
use stats::Stats;

/// `kafka-producer-perf-test.sh`.
pub(super) const APPLET: Applet = Applet {
    name: "kafka-producer-perf-test",
    classes: &["org.apache.kafka.tools.ProducerPerformance"],
    run,
};

/// How many records may be on their way without having been looked at.
const UNSETTLED_MAX: usize = 200_000;

fn run(words: Vec<String>) -> ExitCode {
    start(async move |screen| perform(&words, screen).await)
}

async fn perform(words: &[String], screen: &mut Screen) -> u8 {
    if words.is_empty() {
        screen.text(PARSER.help_page());
        return 0;
    }
    let Ok(parsed) = PARSER.parse(words, screen) else { return 1 };
    if let Some(message) = options::wrong(&parsed) {
        PARSER.complain(message, screen);
        return 1;
    }
    match prepare(&parsed, screen) {
        Ok(load) => match load.run(screen).await {
            Ok(()) => 0,
            Err(thrown) => failed(&thrown, screen),
        },
        Err(thrown) => failed(&thrown, screen),
    }
}

fn failed(thrown: &Thrown, screen: &mut Screen) -> u8 {
    screen.complain(uncaught(thrown));
    1
}

/// What is to be sent, and how.
struct Load {
    producer: Producer,
    topic: TopicName,
    count: u64,
    warmup: u64,
    payloads: Payloads,
    throttle: f64,
    interval_ms: u64,
    metrics: bool,
}

/// A record on its way.
struct Sent {
    at: Instant,
    bytes: usize,
    delivery: Result<Delivery, client::Error>,
}

fn prepare(parsed: &Parsed, screen: &mut Screen) -> Result<Load, Thrown> {
    let payloads = payloads(parsed, screen)?;
    let config = properties(parsed, screen)?;
    if config.get("transactional.id").is_some() || options::is_transactional(parsed) {
        let message = "transactions are not supported yet";
        return Err(Thrown::kafka("UnsupportedVersionException", message));
    }
    let name = parsed.text(&options::TOPIC).unwrap_or_default();
    let topic = TopicName::new(&name)
        .map_err(|_| Thrown::kafka("InvalidTopicException", format!("Invalid topics: [{name}]")))?;
    let producer = Producer::new(cluster(&config)?, producer_options(&config)?)?;
    let number = |arg, default| parsed.number(arg).unwrap_or(default);
    Ok(Load {
        producer,
        topic,
        count: number(&options::NUM_RECORDS, 0),
        warmup: number(&options::WARMUP_RECORDS, 0),
        payloads,
        throttle: parsed.number(&options::THROUGHPUT).unwrap_or(-1.0),
        interval_ms: number(&options::REPORTING_INTERVAL, 5000),
        metrics: parsed.has(&options::PRINT_METRICS),
    })
}

fn payloads(parsed: &Parsed, screen: &mut Screen) -> Result<Payloads, Thrown> {
    if let Some(size) = parsed.number(&options::RECORD_SIZE) {
        return Ok(Payloads::letters(size));
    }
    let Some(file) = parsed.text(&options::PAYLOAD_FILE) else { return Ok(Payloads::numbers()) };
    let path = std::path::absolute(&file).unwrap_or_else(|_| Path::new(&file).to_owned());
    screen.line(format!("Reading payloads from: {}", path.display()));
    let delimiter = parsed.text(&options::PAYLOAD_DELIMITER).unwrap_or_default();
    let delimiter = if delimiter == "\\n" { "\n" } else { &delimiter };
    let payloads = Payloads::from_file(&path, delimiter)
        .map_err(|_| Thrown::illegal_argument("File does not exist or empty file provided."))?;
    screen.line(format!("Number of records read: {}", payloads.given().unwrap_or(0)));
    Ok(payloads)
}

fn properties(parsed: &Parsed, screen: &mut Screen) -> Result<Properties, Thrown> {
    for (old, new, name) in [
        (&options::PRODUCER_PROPS, "--command-property", "--producer-props"),
        (&options::PRODUCER_CONFIG, "--command-config", "--producer.config"),
    ] {
        if parsed.has(old) {
            screen.line(format!(
                "Option {name} has been deprecated and will be removed in a future version. Use {new} instead."
            ));
        }
    }
    let file =
        parsed.text(&options::COMMAND_CONFIG).or_else(|| parsed.text(&options::PRODUCER_CONFIG));
    let mut config = command_config(file.as_deref())?;
    let mut given = parsed.texts(&options::COMMAND_PROPERTY);
    given.extend(parsed.texts(&options::PRODUCER_PROPS));
    if let Some(wrong) = given.iter().find(|text| text.split('=').count() != 2) {
        return Err(Thrown::illegal_argument(format!("Invalid property: {wrong}")));
    }
    for (key, value) in key_values(&given) {
        config.set(&key, value);
    }
    if config.get("client.id").is_none() {
        config.set("client.id", "perf-producer-client");
    }
    if let Some(servers) = parsed.text(&options::BOOTSTRAP_SERVER) {
        config.set("bootstrap.servers", servers);
    }
    Ok(config)
}

impl Load {
    async fn run(mut self, screen: &mut Screen) -> Result<(), Thrown> {
        if self.warmup > 0 {
            let warmup = self.warmup;
            screen.line(format!(
                "Warmup first {warmup} records. Steady state results will print after the complete test summary."
            ));
            screen.flush();
        }
        let (warmup, interval) = (self.warmup, self.interval_ms);
        let metrics = self.metrics;
        let (sent, settled) = mpsc::channel(UNSETTLED_MAX);
        let ((), stats) = tokio::join!(self.send(sent), settle(settled, warmup, interval, screen));
        let (all, steady) = stats;
        all.print_total(screen);
        if let Some(steady) = steady {
            steady.print_total(screen);
        }
        if metrics {
            screen.complain("--print-metrics: this client keeps no metrics of its own");
        }
        Ok(())
    }

    async fn send(&mut self, sent: mpsc::Sender<Sent>) {
        let throttle = Throttle::new(self.throttle);
        for number in 0..self.count {
            let payload = self.payloads.next(number);
            let bytes = payload.len();
            let at = clock::now();
            let delivery = self.producer.send(Record::new(self.topic.clone(), payload)).await;
            if sent.send(Sent { at, bytes, delivery }).await.is_err() {
                return;
            }
            throttle.wait(number + 1).await;
        }
        self.producer.flush().await;
    }
}

/// Waits for each record in turn. One that was settled before an earlier one of another partition is seen a little late.
async fn settle(
    mut sent: mpsc::Receiver<Sent>,
    warmup: u64,
    interval_ms: u64,
    screen: &mut Screen,
) -> (Stats, Option<Stats>) {
    let mut all = Stats::new(interval_ms, "");
    let (mut steady, mut number) = (None, 0);
    while let Some(Sent { at, bytes, delivery }) = sent.recv().await {
        if warmup > 0 && number == warmup {
            steady = Some(Stats::new(interval_ms, " steady state"));
            all.be_quiet();
        }
        number += 1;
        let delivered = match delivery {
            Ok(delivery) => delivery.await,
            Err(error) => Err(error),
        };
        match delivered {
            Ok(_) => {
                let took = at.elapsed();
                all.record(took, bytes, screen);
                if let Some(steady) = &mut steady {
                    steady.record(took, bytes, screen);
                }
            }
            Err(error) => screen.complain(Thrown::from(error)),
        }
    }
    (all, steady)
}
