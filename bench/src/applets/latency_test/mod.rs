//! `kafka-e2e-latency`: one record at a time, from the producer through the broker to the consumer.

mod options;

use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use client::admin::NewTopic;
use client::cli::applets::{
    Applet, Link, Parsed, Properties, Screen, Stop, Thrown, command_config, consumer_options,
    producer_options, start,
};
use client::consumer::{Consumer, Record as Read};
use client::offsets::OffsetAt;
use client::producer::{Producer, Record};
use protocol::batch::Header;
use protocol::ids::TopicName;

use super::cluster;
use crate::clock::{self, ms};
use crate::payload::Payloads;
use options::PARSER;

/// `kafka-e2e-latency.sh`.
pub(super) const APPLET: Applet =
    Applet { name: "kafka-e2e-latency", classes: &["org.apache.kafka.tools.EndToEndLatency"], run };

/// How long a record may take.
const POLL: Duration = Duration::from_secs(60);
/// How often a latency is printed.
const REPORT_EVERY: u64 = 1000;

fn run(words: Vec<String>) -> ExitCode {
    start(async move |screen| perform(&words, screen).await)
}

async fn perform(words: &[String], screen: &mut Screen) -> u8 {
    let done = match options::parse(words, screen) {
        Ok(parsed) => measure(&parsed, screen).await,
        Err(stop) => Err(stop),
    };
    let Err(stop) = done else { return 0 };
    stop.settle(&PARSER, screen).unwrap_or_else(|thrown| {
        screen.complain(thrown.message());
        screen.complain(format!("{thrown}\n"));
        1
    })
}

/// What is sent and read again.
struct Trip {
    topic: TopicName,
    value: Payloads,
    key: Option<Payloads>,
    headers: Vec<(Payloads, Option<Payloads>)>,
}

async fn measure(parsed: &Parsed, screen: &mut Screen) -> Result<(), Stop> {
    let file = parsed.value(options::COMMAND_CONFIG)?;
    let mut config = command_config(file.as_deref())?;
    config.set("bootstrap.servers", parsed.value(options::BOOTSTRAP_SERVER)?.unwrap_or_default());
    let mut trip = Trip::new(parsed)?;
    let link = Link::new(None, &config)?;
    let mut consumer = consumer(&config)?;
    let producer = producer(parsed, &config)?;
    trip.ready(&link, &mut consumer, screen).await?;
    let count = u64::try_from(options::number(parsed, options::NUM_RECORDS)?).unwrap_or(0);
    let (mut total, mut all) = (Duration::ZERO, Vec::new());
    for number in 0..count {
        let record = trip.record(number);
        let begun = clock::now();
        producer.write(record.clone()).await?;
        let read = consumer.poll(POLL).await?;
        let took = begun.elapsed();
        check(&record, &read)?;
        if number.is_multiple_of(REPORT_EVERY) {
            screen.line(format!("{number}\t{}", ms(took)));
            screen.flush();
        }
        total += took;
        all.push(took.as_millis());
    }
    screen.line(format!("Avg latency: {:.4} ms", ms(total) / count as f64));
    all.sort_unstable();
    let quantile = |share: f64| all.get((all.len() as f64 * share) as usize).copied().unwrap_or(0);
    let (half, most, nearly_all) = (quantile(0.5), quantile(0.99), quantile(0.999));
    screen.line(format!("Percentiles: 50th = {half}, 99th = {most}, 99.9th = {nearly_all}"));
    Ok(consumer.close().await?)
}

fn consumer(config: &Properties) -> Result<Consumer, Thrown> {
    let mut config = config.clone();
    config.set("auto.offset.reset", "latest");
    config.set("fetch.max.wait.ms", "500");
    let mut settings = consumer_options(&config)?;
    settings.group = None;
    Ok(Consumer::new(cluster(&config)?, settings))
}

fn producer(parsed: &Parsed, config: &Properties) -> Result<Producer, Stop> {
    let mut config = config.clone();
    config.set("linger.ms", "0");
    config.set("acks", parsed.value(options::PRODUCER_ACKS)?.unwrap_or_default());
    Ok(Producer::new(cluster(&config)?, producer_options(&config)?)?)
}

impl Trip {
    fn new(parsed: &Parsed) -> Result<Self, Stop> {
        let name = parsed.value(options::TOPIC)?.unwrap_or_default();
        let topic = TopicName::new(&name).map_err(|_| {
            Thrown::kafka("InvalidTopicException", format!("Invalid topics: [{name}]"))
        })?;
        let size = |option| -> Result<Option<Payloads>, Stop> {
            let size = usize::try_from(options::number(parsed, option)?).ok();
            Ok(size.map(Payloads::letters))
        };
        let key = size(options::RECORD_KEY_SIZE)?.filter(|_| {
            options::number(parsed, options::RECORD_KEY_SIZE).is_ok_and(|size| size > 0)
        });
        let name = size(options::RECORD_HEADER_KEY_SIZE)?.unwrap_or_else(|| Payloads::letters(0));
        let header = (name, size(options::RECORD_HEADER_SIZE)?);
        let headers = usize::try_from(options::number(parsed, options::NUM_HEADERS)?).unwrap_or(0);
        let value = size(options::RECORD_SIZE)?.unwrap_or_else(|| Payloads::letters(0));
        Ok(Self { topic, value, key, headers: vec![header; headers] })
    }

    /// Makes the topic if it is not there, and puts the consumer at its end.
    async fn ready(
        &self,
        link: &Link,
        consumer: &mut Consumer,
        screen: &mut Screen,
    ) -> Result<(), Stop> {
        let topics = [self.topic.clone()];
        if link.admin.cluster().require(&topics).await.is_err() {
            let topic = &self.topic;
            screen.line(format!(
                "Topic \"{topic}\" does not exist. Will create topic with 1 partition(s) and replication factor = 1"
            ));
            let new = NewTopic::new(topic.as_str()).partitions(1);
            for (_, created) in link.admin.create_topics(&[new], false).await? {
                if created.is_err() {
                    screen.line(format!("Creation of topic {topic} failed"));
                }
                created?;
            }
        }
        let view = link.admin.cluster().require(&topics).await?;
        let topic = view.topics.get(&self.topic);
        let all: Vec<_> = topic.into_iter().flat_map(|topic| topic.topic_partitions()).collect();
        consumer.assign(all.iter().cloned());
        for (of, extent) in link.admin.extents(&all).await? {
            match extent.end {
                Some(end) => consumer.seek(&of, end),
                None => consumer.seek_to(&of, OffsetAt::End),
            }
        }
        Ok(())
    }

    fn record(&mut self, number: u64) -> Record {
        let mut record = Record::new(self.topic.clone(), self.value.next(number));
        record.key = self.key.as_mut().map(|key| key.next(number));
        let header = |(name, value): &mut (Payloads, Option<Payloads>)| {
            Header::new(name.next(number), value.as_mut().map(|value| value.next(number)))
        };
        record.headers = self.headers.iter_mut().map(header).collect();
        record
    }
}

/// Whether exactly what was sent was read.
fn check(sent: &Record, read: &[Read]) -> Result<(), Thrown> {
    let thrown = |message: String| Err(Thrown::new("java.lang.RuntimeException", message));
    let Some(first) = read.first() else {
        return thrown("poll() timed out before finding a result (timeout:[60000ms])".into());
    };
    let text = |bytes: &Option<Bytes>| {
        String::from_utf8_lossy(bytes.as_deref().unwrap_or_default()).into_owned()
    };
    if first.value != sent.value {
        let (read, sent) = (text(&first.value), text(&sent.value));
        return thrown(format!(
            "The message value read [{read}] did not match the message value sent [{sent}]"
        ));
    }
    if first.key != sent.key {
        let (read, sent) = (text(&first.key), text(&sent.key));
        return thrown(format!(
            "The message key read [{read}] did not match the message key sent [{sent}]"
        ));
    }
    if first.headers != sent.headers {
        return thrown("Header count mismatch between sent and received messages".into());
    }
    match read.len() {
        1 => Ok(()),
        count => {
            thrown(format!("Only one result was expected during this test. We found [{count}]"))
        }
    }
}
