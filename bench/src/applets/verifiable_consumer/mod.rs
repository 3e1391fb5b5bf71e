//! `kafka-verifiable-consumer`: a member of a group that tells in JSON what it was given, read and committed.

mod options;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use client::cli::applets::argparse::Parsed;
use client::cli::applets::{Applet, Properties, Screen, Signals, Thrown, consumer_options, start};
use client::consumer::{Consumer, RebalanceListener, Record};
use client::offsets::{Committed, CommittedOffset};
use parking_lot::Mutex;
use protocol::ids::{TopicName, TopicPartition};
use serde_json::{Value, json};

use super::{cluster, events, verifiable};
use options::PARSER;

/// `kafka-verifiable-consumer.sh`.
pub(super) const APPLET: Applet = Applet {
    name: "kafka-verifiable-consumer",
    classes: &["org.apache.kafka.tools.VerifiableConsumer"],
    run,
};

/// How long one poll waits.
const POLL: Duration = Duration::from_millis(200);

fn run(words: Vec<String>) -> ExitCode {
    start(async move |screen| consume(&words, screen).await)
}

async fn consume(words: &[String], screen: &mut Screen) -> u8 {
    match verifiable::begin(words, &PARSER, screen, properties, Job::new) {
        Ok(job) => job.run(screen).await,
        Err(code) => code,
    }
}

fn properties(parsed: &Parsed, screen: &mut Screen) -> Result<Properties, Thrown> {
    let mut config = verifiable::file(parsed, &options::CONSUMER_CONFIG, screen)?;
    let protocol = parsed.text(&options::GROUP_PROTOCOL).unwrap_or_default();
    if protocol.eq_ignore_ascii_case("consumer") {
        let message = "the group protocol CONSUMER is not supported yet";
        return Err(Thrown::illegal_argument(message));
    }
    for (key, arg) in [
        ("partition.assignment.strategy", &options::ASSIGNMENT_STRATEGY),
        ("session.timeout.ms", &options::SESSION_TIMEOUT),
        ("group.id", &options::GROUP_ID),
        ("group.instance.id", &options::GROUP_INSTANCE_ID),
        ("bootstrap.servers", &options::BOOTSTRAP_SERVER),
        ("auto.offset.reset", &options::RESET_POLICY),
    ] {
        if let Some(value) = parsed.text(arg) {
            config.set(key, value);
        }
    }
    config.set("enable.auto.commit", parsed.has(&options::ENABLE_AUTOCOMMIT).to_string());
    Ok(config)
}

struct Job {
    consumer: Consumer,
    topic: TopicName,
    most: Option<u64>,
    commits: bool,
    is_verbose: bool,
    changes: Changes,
}

/// What the listener has heard and nobody has printed yet.
#[derive(Clone, Default)]
struct Changes(Arc<Mutex<Vec<Change>>>);

/// The name of an event, and the partitions that it is about.
type Change = (&'static str, Vec<TopicPartition>);

impl RebalanceListener for Changes {
    fn assigned(&mut self, partitions: &[TopicPartition]) {
        self.0.lock().push(("partitions_assigned", partitions.to_vec()));
    }

    fn revoked(&mut self, partitions: &[TopicPartition]) {
        self.0.lock().push(("partitions_revoked", partitions.to_vec()));
    }
}

impl Changes {
    fn print(&self, screen: &mut Screen) {
        for (name, partitions) in self.0.lock().drain(..) {
            let partitions: Vec<Value> = partitions.iter().map(place).collect();
            events::print(screen, name, json!({"partitions": partitions}));
        }
    }
}

fn place(of: &TopicPartition) -> Value {
    json!({"topic": of.topic.as_str(), "partition": of.partition.get()})
}

impl Job {
    fn new(parsed: &Parsed, config: &Properties) -> Result<Self, Thrown> {
        let name = parsed.text(&options::TOPIC).unwrap_or_default();
        let topic = TopicName::new(&name).map_err(|_| {
            Thrown::kafka("InvalidTopicException", format!("Invalid topics: [{name}]"))
        })?;
        let mut consumer = Consumer::new(cluster(config)?, consumer_options(config)?);
        let changes = Changes::default();
        consumer.listen(changes.clone());
        let most = parsed.number::<i64>(&options::MAX_MESSAGES);
        Ok(Self {
            consumer,
            topic,
            most: most.and_then(|most| u64::try_from(most).ok()),
            commits: !parsed.has(&options::ENABLE_AUTOCOMMIT),
            is_verbose: parsed.has(&options::VERBOSE),
            changes,
        })
    }

    async fn run(mut self, screen: &mut Screen) -> u8 {
        events::print(screen, "startup_complete", json!({}));
        let mut signals = Signals::new();
        let code = tokio::select! {
            done = self.read(screen) => {
                if let Err(thrown) = done {
                    let what = "ERROR Error during processing, terminating consumer process:";
                    screen.complain(format!("{what} {thrown}"));
                }
                0
            }
            code = signals.next() => code,
        };
        let requested =
            |screen: &mut Screen| events::print(screen, "shutdown_requested", json!({}));
        if code != 0 {
            requested(screen);
        }
        let held = self.consumer.assignment();
        if !held.is_empty() {
            self.changes.clone().revoked(&held);
        }
        self.changes.print(screen);
        if let Err(error) = self.consumer.close().await {
            screen.complain(format!("WARN {error}"));
        }
        events::print(screen, "shutdown_complete", json!({}));
        if code == 0 {
            requested(screen);
        }
        code
    }

    async fn read(&mut self, screen: &mut Screen) -> Result<(), Thrown> {
        self.consumer.subscribe([self.topic.clone()])?;
        let mut count = 0;
        while self.most.is_none_or(|most| count < most) {
            let polled = self.consumer.poll(POLL).await;
            self.changes.print(screen);
            let records = match polled {
                Ok(records) => records,
                Err(error) if error.is_retriable() => continue,
                Err(error) => return Err(error.into()),
            };
            if !records.is_empty() {
                self.take(&records, &mut count, screen).await;
            }
        }
        Ok(())
    }

    async fn take(&mut self, records: &[Record], count: &mut u64, screen: &mut Screen) {
        let mut taken: Vec<&[Record]> = Vec::new();
        for of_one in records.chunk_by(|a, b| a.partition == b.partition) {
            let left = self.most.map_or(u64::MAX, |most| most - *count);
            let left = usize::try_from(left).unwrap_or(usize::MAX).min(of_one.len());
            let of_one = of_one.get(..left).unwrap_or_default();
            *count += of_one.len() as u64;
            if self.is_verbose {
                of_one.iter().for_each(|record| print_record(record, screen));
            }
            taken.extend((!of_one.is_empty()).then_some(of_one));
        }
        let summaries: Vec<Value> = taken.iter().filter_map(|of_one| summary(of_one)).collect();
        let fields = json!({"count": records.len(), "partitions": summaries});
        events::print(screen, "records_consumed", fields);
        if self.commits {
            self.commit(&taken, screen).await;
        }
    }

    async fn commit(&mut self, taken: &[&[Record]], screen: &mut Screen) {
        let ends = taken.iter().filter_map(|of_one| of_one.last());
        let ends: Vec<_> = ends.map(|last| (last.partition.clone(), last.offset.next())).collect();
        let noted = ends.iter().map(|(of, offset)| (of.clone(), CommittedOffset::at(*offset)));
        let done = self.consumer.commit_offsets(&noted.collect::<Committed>()).await;
        let offset = |(of, offset): &(TopicPartition, protocol::ids::Offset)| {
            let mut place = place(of);
            place["offset"] = json!(offset.get());
            place
        };
        let mut fields = json!({"offsets": ends.iter().map(offset).collect::<Vec<_>>()});
        if let Err(error) = &done {
            fields["error"] = json!(error.to_string());
        }
        fields["success"] = json!(done.is_ok());
        events::print(screen, "offsets_committed", fields);
    }
}

fn print_record(record: &Record, screen: &mut Screen) {
    let text = |bytes: Option<&bytes::Bytes>| {
        bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    };
    let fields = json!({
        "key": text(record.key.as_ref()),
        "value": text(record.value.as_ref()),
        "topic": record.partition.topic.as_str(),
        "partition": record.partition.partition.get(),
        "offset": record.offset.get(),
    });
    events::print(screen, "record_data", fields);
}

fn summary(of_one: &[Record]) -> Option<Value> {
    let (first, last) = (of_one.first()?, of_one.last()?);
    let mut summary = place(&first.partition);
    summary["count"] = json!(of_one.len());
    summary["minOffset"] = json!(first.offset.get());
    summary["maxOffset"] = json!(last.offset.get());
    Some(summary)
}
