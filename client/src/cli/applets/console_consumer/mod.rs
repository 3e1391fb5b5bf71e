//! `kafka-console-consumer`: records are printed as they come.

mod coordinator;
mod deserializer;
mod formatter;
mod options;

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::Duration;

use protocol::ids::{Offset, PartitionIndex, TopicName, TopicPartition};
use regex::Regex;
use tokio::time::Instant;

use super::settings::consumer_options;
use super::{Applet, Link, Parsed, Properties, Screen, Signals, Stop, Thrown};
use crate::consumer::{Consumer, Record};
use crate::offsets::OffsetAt;
use formatter::Formatter;
use options::{PARSER, Where};

/// `kafka-console-consumer.sh`.
pub(super) const APPLET: Applet = Applet {
    name: "kafka-console-consumer",
    classes: &["org.apache.kafka.tools.consumer.ConsoleConsumer", "kafka.tools.ConsoleConsumer"],
    run,
};

/// How long one poll waits; what was printed is flushed at least as often.
const POLL: Duration = Duration::from_millis(500);

fn run(words: Vec<String>) -> ExitCode {
    super::start(async move |screen| consume(&words, screen).await)
}

/// What is to be done, and with what.
struct Job {
    parsed: Parsed,
    formatter: Formatter,
    place: Option<Where>,
    config: Properties,
}

async fn consume(words: &[String], screen: &mut Screen) -> u8 {
    let done = match prepare(words, screen) {
        Ok(job) => job.run(screen).await,
        Err(stop) => match stop.settle(&PARSER, screen) {
            Ok(code) => return code,
            Err(thrown) => {
                screen.complain(format!("Exception in thread \"main\" {thrown}"));
                return 1;
            }
        },
    };
    done.unwrap_or_else(|thrown| {
        screen.complain(format!("ERROR Unknown error when running consumer: {thrown}"));
        1
    })
}

fn prepare(words: &[String], screen: &mut Screen) -> Result<Job, Stop> {
    let parsed = options::parse(words, screen)?;
    let config = options::properties(&parsed, screen)?;
    let place = options::place(&parsed)?;
    let formatter = options::formatter(&parsed, screen)?;
    Ok(Job { parsed, formatter, place, config })
}

/// How reading came to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Enough,
    TimedOut,
    Signal(u8),
}

impl Job {
    async fn run(self, screen: &mut Screen) -> Result<u8, Thrown> {
        let mut settings = consumer_options(&self.config)?;
        let most = self.parsed.value(options::MAX_MESSAGES)?.and_then(|text| text.parse().ok());
        let most: Option<u64> = most.filter(|most: &i64| *most >= 0).map(i64::cast_unsigned);
        if let Some(most) = most {
            let most = usize::try_from(most).unwrap_or(usize::MAX).max(1);
            settings.poll_records_max = settings.poll_records_max.min(most);
        }
        if self.place.is_some() {
            settings.group = None;
        }
        let link = Link::new(None, &self.config)?;
        let mut consumer = Consumer::new(link.admin.cluster().clone(), settings);
        self.choose(&mut consumer)?;
        if self.place.is_none() {
            options::recommend_protocol(&self.config, screen);
        }
        let mut count = 0;
        let end = self.read(&mut consumer, most, &mut count, screen).await;
        let closed = consumer.close().await;
        screen.complain(format!("Processed a total of {count} messages"));
        match end? {
            End::Signal(code) => Ok(code),
            End::Enough | End::TimedOut => closed.map(|()| 0).map_err(Thrown::from),
        }
    }

    /// Says what to read.
    fn choose(&self, consumer: &mut Consumer) -> Result<(), Thrown> {
        let Some(topic) = self.parsed.value(options::TOPIC)? else {
            let include = self.parsed.value(options::INCLUDE)?.unwrap_or_default();
            let pattern = Regex::new(&format!("^(?:{include})$")).map_err(|error| {
                Thrown::new("java.util.regex.PatternSyntaxException", error.to_string())
            })?;
            return Ok(consumer.subscribe_pattern(pattern)?);
        };
        let topic = TopicName::new(&topic).map_err(|_| {
            let message = format!("Invalid topics: [{topic}]");
            Thrown::kafka("InvalidTopicException", message)
        })?;
        let Some(place) = self.place else { return Ok(consumer.subscribe([topic])?) };
        let number = self.parsed.value(options::PARTITION)?.and_then(|text| text.parse().ok());
        let of = TopicPartition { topic, partition: PartitionIndex(number.unwrap_or(0)) };
        consumer.assign([of.clone()]);
        match place {
            Where::Start => consumer.seek_to(&of, OffsetAt::Start),
            Where::End => consumer.seek_to(&of, OffsetAt::End),
            Where::At(offset) => consumer.seek(&of, Offset(offset)),
        }
        Ok(())
    }

    async fn read(
        &self,
        consumer: &mut Consumer,
        most: Option<u64>,
        count: &mut u64,
        screen: &mut Screen,
    ) -> Result<End, Thrown> {
        let timeout = self.parsed.value(options::TIMEOUT_MS)?.and_then(|text| text.parse().ok());
        let timeout = timeout.map(Duration::from_millis);
        let mut signals = Signals::new();
        let mut heard = Instant::now();
        let mut told = false;
        while most.is_none_or(|most| *count < most) {
            let wait = timeout.map_or(POLL, |timeout| timeout.min(POLL));
            let records = tokio::select! {
                records = consumer.poll(wait) => records,
                code = signals.next() => return Ok(End::Signal(code)),
            };
            let records = match records {
                Ok(records) => records,
                // Kafka's consumer warns, and goes on trying.
                Err(error) if error.is_retriable() => {
                    if !std::mem::replace(&mut told, true) {
                        screen.complain(format!("WARN {error}"));
                    }
                    Vec::new()
                }
                Err(error) => return self.give_up(&Thrown::from(error), screen),
            };
            if !records.is_empty() {
                heard = Instant::now();
            } else if timeout.is_some_and(|timeout| heard.elapsed() > timeout) {
                let class = "org.apache.kafka.common.errors.TimeoutException";
                self.give_up(&Thrown::bare(class), screen)?;
                return Ok(End::TimedOut);
            }
            self.print(records, consumer, most, count, screen)?;
        }
        Ok(End::Enough)
    }

    /// An error of the consumer is logged, and ends the reading as if it were the end.
    fn give_up(&self, thrown: &Thrown, screen: &mut Screen) -> Result<End, Thrown> {
        screen.complain(format!(
            "ERROR Error processing message, terminating consumer process: {thrown}"
        ));
        Ok(End::Enough)
    }

    fn print(
        &self,
        records: Vec<Record>,
        consumer: &mut Consumer,
        most: Option<u64>,
        count: &mut u64,
        screen: &mut Screen,
    ) -> Result<(), Thrown> {
        let mut passed_over = BTreeSet::new();
        for record in records {
            if most.is_some_and(|most| *count >= most) {
                // The group shall find it where it is.
                if passed_over.insert(record.partition.clone()) {
                    consumer.seek(&record.partition, record.offset);
                }
                continue;
            }
            *count += 1;
            if let Err(thrown) = self.formatter.print(&record, screen) {
                if !self.parsed.has(options::SKIP_MESSAGE_ON_ERROR) {
                    return Err(thrown);
                }
                screen.complain(format!(
                    "ERROR Error processing message, skipping this message: {thrown}"
                ));
            }
        }
        screen.flush();
        Ok(())
    }
}
