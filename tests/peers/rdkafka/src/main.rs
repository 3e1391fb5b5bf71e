//! rdkafka: librdkafka behind Rust futures, the client of most Rust services.

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{CommitMode, Consumer, StreamConsumer};
use rdkafka::message::{BorrowedMessage, Header, Headers, Message, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord, Producer};
use rdkafka::util::Timeout;
use rdkafka::{Offset, TopicPartitionList};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

type Fault = Box<dyn std::error::Error>;

const LIMIT: Duration = Duration::from_secs(60);

struct Line {
    seq: usize,
    key: String,
    text: String,
}

/// A record by its partition and offset: what a group may see twice counts once.
type Found = BTreeMap<(i32, i64), (usize, String, String)>;

struct Peer {
    bootstrap: String,
    lines: Vec<Line>,
}

impl Peer {
    fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.bootstrap);
        config
    }

    async fn create(&self, topic: &str, partitions: i32) -> Result<(), Fault> {
        let admin: AdminClient<DefaultClientContext> = self.config().create()?;
        let wanted = [NewTopic::new(topic, partitions, TopicReplication::Fixed(1))];
        for result in admin.create_topics(&wanted, &AdminOptions::new()).await? {
            result.map_err(|(name, code)| format!("{name}: {code}"))?;
        }
        Ok(())
    }

    async fn produce(
        &self,
        topic: &str,
        lines: &[Line],
        settings: &[(&str, &str)],
    ) -> Result<(), Fault> {
        let mut config = self.config();
        for (key, value) in settings {
            config.set(*key, *value);
        }
        let producer: FutureProducer = config.create()?;
        let headers = |line: &Line| {
            let seq = line.seq.to_string();
            OwnedHeaders::new()
                .insert(Header { key: "seq", value: Some(&seq) })
                .insert(Header { key: "app", value: Some("straße") })
        };
        let mut sent = Vec::new();
        for line in lines {
            let record =
                FutureRecord::to(topic).key(&line.key).payload(&line.text).headers(headers(line));
            sent.push(producer.send_result(record).map_err(|(error, _)| error)?);
        }
        for one in sent {
            one.await?.map_err(|(error, _)| error)?;
        }
        Ok(producer.flush(Timeout::After(LIMIT))?)
    }

    fn consumer(&self, topic: &str) -> Result<StreamConsumer, Fault> {
        let mut config = self.config();
        config
            .set("group.id", topic)
            .set("auto.offset.reset", "earliest")
            .set("heartbeat.interval.ms", "300");
        let consumer: StreamConsumer = config.set("enable.auto.commit", "true").create()?;
        consumer.subscribe(&[topic])?;
        Ok(consumer)
    }

    async fn read_all(&self, topic: &str, lines: &[Line]) -> Result<(), Fault> {
        let (consumer, mut found) = (self.consumer(topic)?, Found::new());
        while found.len() < lines.len() {
            note(&tokio::time::timeout(LIMIT, consumer.recv()).await??, &mut found)?;
        }
        check(&found, lines)
    }

    async fn round_trip(&self, topic: &str, settings: &[(&str, &str)]) -> Result<(), Fault> {
        self.create(topic, 3).await?;
        self.produce(topic, &self.lines, settings).await?;
        self.read_all(topic, &self.lines).await
    }

    /// Two members share; one leaves; the other one reads what comes then.
    async fn group(&self, topic: &str) -> Result<(), Fault> {
        self.create(topic, 6).await?;
        let (first, second) = (self.consumer(topic)?, self.consumer(topic)?);
        let (half, mut found) = (self.lines.len() / 2, Found::new());
        tokio::time::timeout(LIMIT, async {
            while partitions(&first)?.len() != 3 || partitions(&second)?.len() != 3 {
                poll(&first, &mut found).await?;
                poll(&second, &mut found).await?;
            }
            self.produce(topic, &self.lines[..half], &[]).await?;
            while found.len() < half {
                poll(&first, &mut found).await?;
                poll(&second, &mut found).await?;
            }
            drop(first);
            self.produce(topic, &self.lines[half..], &[]).await?;
            while found.len() < self.lines.len() {
                poll(&second, &mut found).await?;
            }
            check(&found, &self.lines)
        })
        .await?
    }

    async fn commit_resume(&self, topic: &str) -> Result<(), Fault> {
        self.create(topic, 1).await?;
        self.produce(topic, &self.lines, &[]).await?;
        let half = self.lines.len() / 2;
        {
            let consumer = self.consumer(topic)?;
            tokio::time::timeout(LIMIT, consumer.recv()).await??;
            let mut place = TopicPartitionList::new();
            place.add_partition_offset(topic, 0, Offset::Offset(half as i64))?;
            consumer.unassign()?;
            consumer.commit(&place, CommitMode::Sync)?;
        }
        self.read_all(topic, &self.lines[half..]).await
    }

    async fn transactions(&self, topic: &str) -> Result<(), Fault> {
        self.create(topic, 3).await?;
        let producer: FutureProducer = self.config().set("transactional.id", topic).create()?;
        producer.init_transactions(Duration::from_secs(10))?;
        Ok(())
    }

    async fn run(&self, name: &str, topic: &str) -> Result<(), Fault> {
        match name {
            "codec-none" => self.round_trip(topic, &[("compression.type", "none")]).await,
            "codec-gzip" => self.round_trip(topic, &[("compression.type", "gzip")]).await,
            "codec-snappy" => self.round_trip(topic, &[("compression.type", "snappy")]).await,
            "codec-lz4" => self.round_trip(topic, &[("compression.type", "lz4")]).await,
            "codec-zstd" => self.round_trip(topic, &[("compression.type", "zstd")]).await,
            "acks-1" => self.round_trip(topic, &[("acks", "1")]).await,
            "idempotent" => self.round_trip(topic, &[("enable.idempotence", "true")]).await,
            "group" => self.group(topic).await,
            "commit-resume" => self.commit_resume(topic).await,
            "transactions" => self.transactions(topic).await,
            other => Err(format!("no scenario {other}").into()),
        }
    }
}

fn partitions(consumer: &StreamConsumer) -> Result<BTreeSet<i32>, Fault> {
    Ok(consumer.assignment()?.elements().iter().map(|element| element.partition()).collect())
}

async fn poll(consumer: &StreamConsumer, found: &mut Found) -> Result<(), Fault> {
    match tokio::time::timeout(Duration::from_millis(50), consumer.recv()).await {
        Ok(message) => note(&message?, found),
        Err(_) => Ok(()),
    }
}

fn note(message: &BorrowedMessage<'_>, found: &mut Found) -> Result<(), Fault> {
    let headers = message.headers().ok_or("a record without headers")?;
    let seq = headers.get_as::<str>(0)?.value.ok_or("a header without a value")?.parse()?;
    let text =
        |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
    let place = (message.partition(), message.offset());
    found.insert(place, (seq, text(message.key()), text(message.payload())));
    Ok(())
}

fn check(found: &Found, lines: &[Line]) -> Result<(), Fault> {
    let mut sent: BTreeMap<usize, &Line> = lines.iter().map(|line| (line.seq, line)).collect();
    let mut last: BTreeMap<i32, usize> = BTreeMap::new();
    for (&(partition, offset), (seq, key, text)) in found {
        let line = sent.remove(seq).ok_or(format!("record {seq} came twice or was never sent"))?;
        if (&line.key, &line.text) != (key, text) {
            return Err(
                format!("offset {offset} of partition {partition} holds {key} {text}").into()
            );
        }
        if last.insert(partition, *seq).is_some_and(|before| before >= *seq) {
            return Err(format!("record {seq} is out of order").into());
        }
    }
    if sent.is_empty() { Ok(()) } else { Err(format!("{} records are missing", sent.len()).into()) }
}

fn lines(path: &str) -> Result<Vec<Line>, Fault> {
    let text = std::fs::read_to_string(path)?;
    text.lines()
        .map(|row| {
            let mut fields = row.splitn(3, '\t').map(str::to_owned);
            let mut field = || fields.next().ok_or("a line has three fields");
            Ok(Line { seq: field()?.parse()?, key: field()?, text: field()? })
        })
        .collect()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fault> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [bootstrap, path, prefix, names @ ..] = arguments.as_slice() else {
        return Err("BOOTSTRAP LINES PREFIX SCENARIO...".into());
    };
    let peer = Peer { bootstrap: bootstrap.clone(), lines: lines(path)? };
    for name in names {
        match peer.run(name, &format!("{prefix}{name}")).await {
            Ok(()) => println!("ok {name}"),
            Err(fault) => println!("fail {name} {}", fault.to_string().replace('\n', " ")),
        }
    }
    Ok(())
}
