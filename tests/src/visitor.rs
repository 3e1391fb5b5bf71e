//! A visitor: our own client against the broker of a test, with the few things that most tests want of it.

use anyhow::{Context, Result, ensure};
use client::admin::{Admin, Extent, NewTopic};
use client::consumer::{Consumer, ConsumerOptions, Record};
use client::offsets::OffsetAt;
use client::producer::{self, Delivered, Producer, ProducerOptions};
use client::{Address, Cluster, ClusterOptions};
use protocol::ids::{PartitionIndex, TopicName, TopicPartition};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use crate::process::wait;

/// How long anything may take that a broker on the loopback interface is asked for.
const LIMIT: Duration = Duration::from_secs(60);

/// Records by partition, each in the order of the log.
pub type Read = BTreeMap<TopicPartition, Vec<Record>>;

/// Connections to one broker.
#[derive(Clone, Debug)]
pub struct Visitor {
    cluster: Cluster,
}

impl Visitor {
    /// A visitor who connects when there is something to ask, so that the broker may be away now and then.
    pub fn to(address: SocketAddr) -> Self {
        let address = Address::new(address.ip().to_string(), address.port());
        Self { cluster: Cluster::lazily(ClusterOptions::new(vec![address])) }
    }

    /// The cluster, for what this module has no word for.
    pub fn cluster(&self) -> Cluster {
        self.cluster.clone()
    }

    /// An admin client.
    pub fn admin(&self) -> Admin {
        Admin::new(self.cluster())
    }

    /// Makes a topic.
    pub async fn create(&self, topic: NewTopic) -> Result<TopicName> {
        let name = TopicName::new(&topic.name).context("a legal name")?;
        for (name, created) in self.admin().create_topics(&[topic], false).await? {
            created.with_context(|| format!("create {name}"))?;
        }
        Ok(name)
    }

    /// A producer with these options.
    pub fn producer(&self, options: ProducerOptions) -> Result<Producer> {
        Ok(Producer::new(self.cluster(), options)?)
    }

    /// Writes the records and waits until each is acknowledged.
    pub async fn write(
        &self,
        records: impl IntoIterator<Item = producer::Record>,
    ) -> Result<Vec<Delivered>> {
        let producer = self.producer(ProducerOptions::default())?;
        let mut deliveries = Vec::new();
        for record in records {
            deliveries.push(producer.send(record).await?);
        }
        producer.flush().await;
        let mut delivered = Vec::with_capacity(deliveries.len());
        for delivery in deliveries {
            delivered.push(delivery.await?);
        }
        Ok(delivered)
    }

    /// Where a partition begins and ends.
    pub async fn extent(&self, of: &TopicPartition) -> Result<(i64, i64)> {
        let extents = self.admin().extents([of]).await?;
        match extents.get(of) {
            Some(Extent { start: Some(start), end: Some(end) }) => Ok((start.get(), end.get())),
            other => anyhow::bail!("the extent of {of} is not told: {other:?}"),
        }
    }

    /// Reads the first `partitions` partitions of a topic from wherever they begin to where they end now.
    pub async fn read_all(&self, topic: &TopicName, partitions: i32) -> Result<Read> {
        let all: Vec<TopicPartition> = partitions_of(topic, partitions).collect();
        let mut ends = BTreeMap::new();
        for of in &all {
            ends.insert(of.clone(), self.extent(of).await?.1);
        }
        let options =
            ConsumerOptions { reset: Some(OffsetAt::Start), ..ConsumerOptions::default() };
        let mut consumer = Consumer::new(self.cluster(), options);
        consumer.assign(all.iter().cloned());
        let mut read: Read = all.into_iter().map(|of| (of, Vec::new())).collect();
        let started = wait::now();
        let is_done = |consumer: &Consumer| {
            let reached = |(of, end): (&TopicPartition, &i64)| {
                consumer.position(of).is_some_and(|at| at.get() >= *end)
            };
            ends.iter().all(reached)
        };
        while !is_done(&consumer) {
            ensure!(started.elapsed() < LIMIT, "{topic} was not read to its end: {consumer:?}");
            for record in consumer.poll(Duration::from_millis(200)).await? {
                read.entry(record.partition.clone()).or_default().push(record);
            }
        }
        Ok(read)
    }
}

/// The first partitions of a topic.
pub fn partitions_of(
    topic: &TopicName,
    count: i32,
) -> impl Iterator<Item = TopicPartition> + use<> {
    let topic = topic.clone();
    (0..count).map(move |index| partition(&topic, index))
}

/// One partition of a topic.
pub fn partition(topic: &TopicName, index: i32) -> TopicPartition {
    TopicPartition { topic: topic.clone(), partition: PartitionIndex(index) }
}
