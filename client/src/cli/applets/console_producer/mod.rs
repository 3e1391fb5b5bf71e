//! `kafka-console-producer`: lines of standard input become records.

mod options;
mod reader;

use std::collections::VecDeque;
use std::io::IsTerminal;
use std::process::ExitCode;

use super::settings::{key_values, producer_options};
use super::{Applet, Link, Parsed, Properties, Screen, Stop, Thrown, command_config};
use crate::cli::lines::lines;
use crate::error::Error;
use crate::producer::{Delivery, Producer, Record};
use options::PARSER;
use reader::LineReader;

/// `kafka-console-producer.sh`.
pub(super) const APPLET: Applet = Applet {
    name: "kafka-console-producer",
    classes: &["org.apache.kafka.tools.ConsoleProducer", "kafka.tools.ConsoleProducer"],
    run,
};

/// How many records may be on their way whose fate nobody has looked at.
const DELIVERIES_MAX: usize = 50_000;

fn run(words: Vec<String>) -> ExitCode {
    super::start(async move |screen| produce(&words, screen).await)
}

async fn produce(words: &[String], screen: &mut Screen) -> u8 {
    let done = match prepare(words, screen) {
        Ok((parsed, reader, producer)) => read(&parsed, reader, &producer, screen).await,
        Err(stop) => match stop.settle(&PARSER, screen) {
            Ok(code) => return code,
            Err(thrown) => Err(thrown),
        },
    };
    match done {
        Ok(()) => 0,
        Err(thrown) => {
            match thrown.class().starts_with("joptsimple.") {
                true => screen.complain(thrown.message()),
                false => screen.complain(thrown),
            }
            1
        }
    }
}

fn prepare(words: &[String], screen: &mut Screen) -> Result<(Parsed, LineReader, Producer), Stop> {
    let parsed = options::parse(words, screen)?;
    let reader = LineReader::new(&options::reader_properties(&parsed)?)?;
    let config = producer_properties(&parsed)?;
    let link = Link::new(None, &config)?;
    let producer = Producer::new(link.admin.cluster().clone(), producer_options(&config)?)?;
    Ok((parsed, reader, producer))
}

/// The properties of the producer: the file, the properties, and the options that were given or have defaults, in rising
/// order.
fn producer_properties(parsed: &Parsed) -> Result<Properties, Stop> {
    let file = match parsed.value(options::COMMAND_CONFIG)? {
        Some(file) => Some(file),
        None => parsed.value(options::PRODUCER_CONFIG)?,
    };
    let mut config = command_config(file.as_deref())?;
    let mut given = parsed.texts(options::COMMAND_PROPERTY);
    given.extend(parsed.texts(options::PRODUCER_PROPERTY));
    for (key, value) in key_values(&given) {
        config.set(&key, value);
    }
    config.set("bootstrap.servers", parsed.value(options::BOOTSTRAP_SERVER)?.unwrap_or_default());
    config.set("compression.type", options::compression(parsed)?);
    if config.get("client.id").is_none() {
        config.set("client.id", "console-producer");
    }
    for (key, option) in options::MERGED {
        if parsed.has(*option) || config.get(key).is_none() {
            config.set(key, parsed.value(*option)?.unwrap_or_default());
        }
    }
    // How long a send may wait for the cluster is what its client's calls may take.
    if let Some(ms) = config.get("max.block.ms").map(within_an_int) {
        config.set("default.api.timeout.ms", ms);
    }
    Ok(config)
}

/// `max.block.ms` may be longer than a call's timeout; no such call comes to its end.
fn within_an_int(text: &str) -> String {
    let number = text.trim().parse::<i64>();
    number.map_or_else(|_| text.to_owned(), |ms| ms.min(i32::MAX.into()).to_string())
}

async fn read(
    parsed: &Parsed,
    mut reader: LineReader,
    producer: &Producer,
    screen: &mut Screen,
) -> Result<(), Thrown> {
    let prompts = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let sync = parsed.has(options::SYNC);
    let mut sent = Sent::default();
    let mut input = lines();
    let mut done = Ok(());
    prompt(prompts, screen);
    'input: while let Some(piece) = input.recv().await {
        let piece = piece
            .map_err(|failure| Thrown::new("java.io.UncheckedIOException", failure.to_string()))?;
        for line in piece {
            let record = match reader.record(&line) {
                Ok(record) => record,
                Err(thrown) => {
                    done = Err(thrown);
                    break 'input;
                }
            };
            if sync {
                producer.write(record).await.map_err(|error| Thrown::from(error).in_execution())?;
            } else {
                sent.send(producer, record, screen).await;
            }
            prompt(prompts, screen);
        }
        sent.settle_ready(screen).await;
    }
    producer.flush().await;
    sent.settle_all(screen).await;
    done
}

fn prompt(prompts: bool, screen: &mut Screen) {
    if prompts {
        screen.text(">");
        screen.flush();
    }
}

/// Records on their way, and what an error of theirs is told with.
#[derive(Default)]
struct Sent {
    deliveries: VecDeque<(Delivery, Told)>,
}

struct Told {
    topic: String,
    key: Option<usize>,
    value: Option<usize>,
}

impl Sent {
    async fn send(&mut self, producer: &Producer, record: Record, screen: &mut Screen) {
        let told = Told {
            topic: record.topic.to_string(),
            key: record.key.as_ref().map(bytes::Bytes::len),
            value: record.value.as_ref().map(bytes::Bytes::len),
        };
        match producer.send(record).await {
            Ok(delivery) => self.deliveries.push_back((delivery, told)),
            Err(error) => told.tell(error, screen),
        }
    }

    async fn settle_ready(&mut self, screen: &mut Screen) {
        while self.deliveries.len() > DELIVERIES_MAX {
            self.settle_first(screen).await;
        }
    }

    async fn settle_all(&mut self, screen: &mut Screen) {
        while !self.deliveries.is_empty() {
            self.settle_first(screen).await;
        }
    }

    async fn settle_first(&mut self, screen: &mut Screen) {
        let Some((delivery, told)) = self.deliveries.pop_front() else { return };
        if let Err(error) = delivery.await {
            told.tell(error, screen);
        }
    }
}

impl Told {
    /// Kafka's producer logs such an error, and goes on.
    fn tell(&self, error: Error, screen: &mut Screen) {
        let bytes = |length: Option<usize>| {
            length.map_or_else(|| "null".into(), |length| format!("{length} bytes"))
        };
        let (topic, key, value) = (&self.topic, bytes(self.key), bytes(self.value));
        screen.complain(format!(
            "ERROR Error when sending message to topic {topic} with key: {key}, value: {value} with error: {}",
            Thrown::from(error)
        ));
    }
}
