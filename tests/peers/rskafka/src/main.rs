//! rskafka: a minimal client in pure Rust. It has no groups: it reads partitions by offset.

use rskafka::client::partition::{Compression, OffsetAt, UnknownTopicHandling};
use rskafka::client::{Client, ClientBuilder};
use rskafka::record::{Record, RecordAndOffset};
use std::collections::BTreeMap;

type Fault = Box<dyn std::error::Error>;

const PARTITIONS: i32 = 3;

struct Line {
    seq: usize,
    key: String,
    text: String,
}

fn record(line: &Line) -> Record {
    let headers = [("seq", line.seq.to_string()), ("app", "web".to_owned())];
    Record {
        key: Some(line.key.clone().into_bytes()),
        value: Some(line.text.clone().into_bytes()),
        headers: headers
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into_bytes()))
            .collect::<BTreeMap<_, _>>(),
        timestamp: chrono::Utc::now(),
    }
}

async fn round_trip(
    client: &Client,
    lines: &[Line],
    topic: &str,
    compression: Compression,
) -> Result<(), Fault> {
    client.controller_client()?.create_topic(topic, PARTITIONS, 1, 10_000).await?;
    for partition in 0..PARTITIONS {
        let own: Vec<&Line> =
            lines.iter().filter(|line| line.seq % 3 == partition as usize).collect();
        let partition =
            client.partition_client(topic, partition, UnknownTopicHandling::Retry).await?;
        for batch in own.chunks(50) {
            partition.produce(batch.iter().map(|line| record(line)).collect(), compression).await?;
        }
        let end = partition.get_offset(OffsetAt::Latest).await?;
        let mut found: Vec<RecordAndOffset> = Vec::new();
        while let Some(next) =
            Some(found.last().map_or(0, |last| last.offset + 1)).filter(|&next| next < end)
        {
            found.extend(partition.fetch_records(next, 1..1_000_000, 1_000).await?.0);
        }
        check(&own, &found)?;
    }
    Ok(())
}

fn check(sent: &[&Line], found: &[RecordAndOffset]) -> Result<(), Fault> {
    if sent.len() != found.len() {
        return Err(format!("{} of {} records came back", found.len(), sent.len()).into());
    }
    for ((line, found), offset) in sent.iter().zip(found).zip(0..) {
        let mut expected = record(line);
        expected.timestamp = found.record.timestamp;
        if found.offset != offset || found.record != expected {
            return Err(format!("offset {} holds {:?}", found.offset, found.record).into());
        }
    }
    Ok(())
}

async fn administration(client: &Client, lines: &[Line], topic: &str) -> Result<(), Fault> {
    let controller = client.controller_client()?;
    controller.create_topic(topic, 1, 1, 10_000).await?;
    let partition = client.partition_client(topic, 0, UnknownTopicHandling::Retry).await?;
    partition.produce(lines.iter().map(record).collect(), Compression::NoCompression).await?;
    partition.delete_records(100, 10_000).await?;
    let earliest = partition.get_offset(OffsetAt::Earliest).await?;
    if earliest != 100 {
        return Err(format!("after DeleteRecords the log starts at {earliest}").into());
    }
    controller.delete_topic(topic, 10_000).await?;
    let listed = client.list_topics().await?;
    if listed.iter().any(|found| found.name == topic) {
        return Err("the topic is still listed".into());
    }
    Ok(())
}

async fn run(client: &Client, lines: &[Line], name: &str, topic: &str) -> Result<(), Fault> {
    match name {
        "codec-none" => round_trip(client, lines, topic, Compression::NoCompression).await,
        "codec-gzip" => round_trip(client, lines, topic, Compression::Gzip).await,
        "codec-snappy" => round_trip(client, lines, topic, Compression::Snappy).await,
        "codec-lz4" => round_trip(client, lines, topic, Compression::Lz4).await,
        "codec-zstd" => round_trip(client, lines, topic, Compression::Zstd).await,
        "admin" => administration(client, lines, topic).await,
        other => Err(format!("no scenario {other}").into()),
    }
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
    let (client, lines) =
        (ClientBuilder::new(vec![bootstrap.clone()]).build().await?, lines(path)?);
    for name in names {
        match run(&client, &lines, name, &format!("{prefix}{name}")).await {
            Ok(()) => println!("ok {name}"),
            Err(fault) => println!("fail {name} {}", fault.to_string().replace('\n', " ")),
        }
    }
    Ok(())
}
