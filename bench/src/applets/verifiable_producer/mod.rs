//! `kafka-verifiable-producer`: whole numbers, and a line of JSON for each that was acknowledged or was not.

mod options;

use std::process::ExitCode;

use client::cli::applets::argparse::Parsed;
use client::cli::applets::{Applet, Properties, Screen, Signals, Thrown, producer_options, start};
use client::producer::{Delivered, Delivery, Producer, Record};
use protocol::ids::{TimestampMs, TopicName};
use serde_json::json;
use tokio::sync::mpsc;

use super::{cluster, events, verifiable};
use crate::clock;
use crate::throttle::Throttle;
use options::PARSER;

/// `kafka-verifiable-producer.sh`.
pub(super) const APPLET: Applet = Applet {
    name: "kafka-verifiable-producer",
    classes: &["org.apache.kafka.tools.VerifiableProducer"],
    run,
};

/// How many records may be on their way.
const UNSETTLED_MAX: usize = 100_000;

fn run(words: Vec<String>) -> ExitCode {
    start(async move |screen| produce(&words, screen).await)
}

async fn produce(words: &[String], screen: &mut Screen) -> u8 {
    match verifiable::begin(words, &PARSER, screen, properties, Job::new) {
        Ok(job) => job.run(screen).await,
        Err(code) => code,
    }
}

fn properties(parsed: &Parsed, screen: &mut Screen) -> Result<Properties, Thrown> {
    let file = verifiable::file(parsed, &options::PRODUCER_CONFIG, screen)?;
    let mut config = Properties::default();
    let text = |arg| parsed.text(arg).unwrap_or_default();
    config.set("bootstrap.servers", text(&options::BOOTSTRAP_SERVER));
    config.set("acks", text(&options::ACKS));
    // What is in the file counts more.
    file.iter().for_each(|(key, value)| config.set(key, value));
    Ok(config)
}

struct Job {
    producer: Producer,
    topic: TopicName,
    count: u64,
    throughput: i64,
    prefix: Option<i64>,
    keys: Option<u64>,
    create_time: Option<i64>,
}

/// A record on its way.
struct Sent {
    key: Option<String>,
    value: String,
    delivery: Result<Delivery, client::Error>,
}

impl Job {
    fn new(parsed: &Parsed, config: &Properties) -> Result<Self, Thrown> {
        let name = parsed.text(&options::TOPIC).unwrap_or_default();
        let topic = TopicName::new(&name).map_err(|_| {
            Thrown::kafka("InvalidTopicException", format!("Topic name is invalid: '{name}'"))
        })?;
        let producer = Producer::new(cluster(config)?, producer_options(config)?)?;
        let number = |arg| parsed.number::<i64>(arg).unwrap_or(-1);
        Ok(Self {
            producer,
            topic,
            count: u64::try_from(number(&options::MAX_MESSAGES)).unwrap_or(u64::MAX),
            throughput: number(&options::THROUGHPUT),
            prefix: parsed.number(&options::VALUE_PREFIX),
            keys: parsed.number(&options::REPEATING_KEYS),
            create_time: Some(number(&options::MESSAGE_CREATE_TIME)).filter(|time| *time >= 0),
        })
    }

    async fn run(self, screen: &mut Screen) -> u8 {
        events::print(screen, "startup_complete", json!({}));
        let started = clock::now();
        let mut signals = Signals::new();
        let (sender, settled) = mpsc::channel(UNSETTLED_MAX);
        let send = async {
            let code = tokio::select! {
                () = self.send(&sender) => 0,
                code = signals.next() => code,
            };
            self.producer.flush().await;
            drop(sender);
            code
        };
        let settle = settle(settled, &self.topic, screen);
        let (code, (sent, acked)) = tokio::join!(send, settle);
        events::print(screen, "shutdown_complete", json!({}));
        let rate = acked as f64 / started.elapsed().as_secs_f64();
        let (target, average) = (self.throughput, rate);
        let data = json!({"sent": sent, "acked": acked, "target_throughput": target, "avg_throughput": average});
        events::print(screen, "tool_data", data);
        code
    }

    async fn send(&self, sent: &mpsc::Sender<Sent>) {
        let throttle = Throttle::new(self.throughput as f64);
        let started = clock::now();
        for number in 0..self.count {
            let key = self.keys.map(|keys| (number % keys.max(1)).to_string());
            let value = match self.prefix {
                Some(prefix) => format!("{prefix}.{number}"),
                None => number.to_string(),
            };
            let mut record = Record::new(self.topic.clone(), value.clone());
            record.key = key.clone().map(Into::into);
            let passed = i64::try_from(started.elapsed().as_millis()).unwrap_or(0);
            record.timestamp = self.create_time.map(|time| TimestampMs(time + passed));
            let delivery = self.producer.send(record).await;
            if sent.send(Sent { key, value, delivery }).await.is_err() {
                return;
            }
            throttle.wait(number + 1).await;
        }
    }
}

/// Tells the fate of each record; returns how many were sent, and how many acknowledged.
async fn settle(
    mut sent: mpsc::Receiver<Sent>,
    topic: &TopicName,
    screen: &mut Screen,
) -> (u64, u64) {
    let (mut all, mut acked) = (0, 0);
    while let Some(Sent { key, value, delivery }) = sent.recv().await {
        all += 1;
        let delivered = match delivery {
            Ok(delivery) => delivery.await,
            Err(error) => Err(error),
        };
        match delivered {
            Ok(Delivered { partition, offset, .. }) => {
                acked += 1;
                let offset = offset.map_or(-1, |offset| offset.get());
                let partition = partition.partition.get();
                let fields = json!({"key": key, "value": value, "offset": offset, "topic": topic.as_str(), "partition": partition});
                events::print(screen, "producer_send_success", fields);
            }
            Err(error) => {
                let thrown = Thrown::from(error);
                let (class, message) = (events::class(&thrown), thrown.message());
                let fields = json!({"exception": class, "key": key, "value": value, "topic": topic.as_str(), "message": message});
                events::print(screen, "producer_send_error", fields);
            }
        }
    }
    (all, acked)
}
