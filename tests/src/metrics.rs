//! A page of `/metrics` as a test reads it, and a broker that has something to tell on it.

use crate::member::Member;
use crate::process::{Sapwood, free_port, http, wait};
use crate::visitor::Visitor;
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use client::admin::NewTopic;
use client::producer::Record;
use protocol::StrBytes;
use protocol::ids::TopicName;
use protocol::messages::ListOffsetsRequest;
use std::collections::BTreeMap;
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);
/// The smallest segment that a topic may have, and records enough for eight of them, which nobody reads.
const SEGMENT_BYTES: usize = 1 << 20;
/// How long a record is.
pub const RECORD_BYTES: usize = 10_000;
const UNREAD: usize = 8 * SEGMENT_BYTES / RECORD_BYTES;
/// How many records the group reads.
pub const READ: usize = 20;
/// More connections than the story needs, and few enough to be used up.
const CONNECTIONS_MAX: usize = 24;

/// A page, by the name of the sample with its labels.
#[derive(Debug, Clone, Default)]
pub struct Samples(BTreeMap<String, f64>);

impl Samples {
    /// Reads the page of a broker.
    pub fn of(http: SocketAddr) -> Result<Self> {
        let answer = http::get(http, "/metrics")?;
        ensure!(answer.status == 200, "{answer:?}");
        Self::parse(&answer.body)
    }

    /// Reads a page.
    pub fn parse(page: &str) -> Result<Self> {
        let samples = page.lines().filter(|line| !line.starts_with('#'));
        let sample = |line: &str| -> Result<(String, f64)> {
            let (name, value) = line.rsplit_once(' ').with_context(|| line.to_owned())?;
            Ok((name.to_owned(), value.parse().with_context(|| line.to_owned())?))
        };
        samples.map(sample).collect::<Result<_>>().map(Self)
    }

    /// One sample: `name{label="value"}` as it stands on the page.
    pub fn get(&self, sample: &str) -> Option<f64> {
        self.0.get(sample).copied()
    }

    /// Every sample of a metric, and of what belongs to one (`_count` of a histogram).
    pub fn of_metric(&self, name: &str) -> impl Iterator<Item = (&str, f64)> {
        let is_of = move |sample: &&String| {
            let rest = sample.strip_prefix(name);
            rest.is_some_and(|rest| {
                ["", "_bucket", "_sum", "_count"].iter().any(|end| {
                    rest.strip_prefix(end)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('{'))
                })
            })
        };
        self.0.keys().filter(is_of).map(|sample| (sample.as_str(), self.0[sample]))
    }
}

/// A broker with an HTTP port, to which all happened that has a metric.
#[derive(Debug)]
pub struct Told {
    /// The broker.
    pub broker: Sapwood,
    /// Its HTTP port.
    pub http: SocketAddr,
    /// Who told it.
    pub visitor: Visitor,
    /// A topic of two partitions that was written to and read from by the group `readers`, and lost its oldest segments.
    pub topic: TopicName,
}

impl Told {
    /// Starts the broker and lets everything happen to it once.
    pub async fn begin(settings: &[(&str, &str)]) -> Result<Self> {
        let http: SocketAddr = (Ipv4Addr::LOCALHOST, free_port()).into();
        let broker = Sapwood::start_with(|properties| {
            properties
                .set("http.listener", &http.to_string())
                .set("max.connections.per.ip", &CONNECTIONS_MAX.to_string())
                .set("log.retention.check.interval.ms", "100");
            for (key, value) in settings {
                properties.set(key, value);
            }
        })?;
        let visitor = Visitor::to(broker.address());
        let topic = NewTopic::new("told").partitions(2);
        let topic = topic.config("segment.bytes", SEGMENT_BYTES.to_string());
        let topic =
            visitor.create(topic.config("retention.bytes", SEGMENT_BYTES.to_string())).await?;
        let told = Self { broker, http, visitor, topic };
        told.write_and_read().await?;
        told.ask_in_vain().await?;
        told.knock_too_often()?;
        told.await_retention().await?;
        Ok(told)
    }

    async fn write_and_read(&self) -> Result<()> {
        let value = Bytes::from(vec![b'x'; RECORD_BYTES]);
        let record = |_| Record::new(self.topic.clone(), value.clone());
        self.visitor.write((0..READ).map(record)).await?;
        let member = Member::join(&self.visitor, &self.topic, Member::options("readers"));
        let diary = member.diary().clone();
        let all_read = async || diary.count() >= READ || member.has_ended();
        wait::until_so("the records to be read", LIMIT, all_read).await?;
        member.close().await?;
        // What nobody reads, and retention soon cuts.
        self.visitor.write((0..UNREAD).map(record)).await?;
        Ok(())
    }

    /// Asks for what is not there, so that there are errors to count.
    async fn ask_in_vain(&self) -> Result<()> {
        use protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
        let connection = self.visitor.cluster().any().await?;
        let missing = ListOffsetsPartition::default().with_partition_index(99).with_timestamp(-1);
        let topic = ListOffsetsTopic::default()
            .with_name(StrBytes::from_string(self.topic.to_string()).into())
            .with_partitions(vec![missing]);
        connection.call(&ListOffsetsRequest::default().with_topics(vec![topic])).await?;
        Ok(())
    }

    /// Opens connections until one is refused.
    fn knock_too_often(&self) -> Result<()> {
        let mut open = Vec::new();
        for _ in 0..=CONNECTIONS_MAX {
            let stream = TcpStream::connect(self.broker.address())?;
            stream.set_read_timeout(Some(LIMIT))?;
            open.push(stream);
        }
        let mut last = open.pop().context("there is one")?;
        ensure!(matches!(last.read(&mut [0]), Ok(0) | Err(_)), "the last connection is refused");
        Ok(())
    }

    async fn await_retention(&self) -> Result<()> {
        let deleted = async || {
            let samples = Samples::of(self.http).unwrap_or_default();
            samples.get("sapwood_segments_deleted_total").is_some_and(|count| count > 0.0)
        };
        Ok(wait::until_so("old segments to go", LIMIT, deleted).await?)
    }
}
