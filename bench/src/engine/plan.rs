//! A plan: what a run writes and reads, how fast and for how long.

use std::collections::BTreeMap;
use std::time::Duration;

use client::ClusterOptions;
use client::consumer::ConsumerOptions;
use client::producer::{Acks, ProducerOptions};
use protocol::ids::TopicName;

use crate::quantity::Rate;
use crate::workload::Workload;

/// All that a run needs to know.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The number that its records carry.
    pub run: u64,
    /// How to reach the cluster; each producer and consumer reaches it by itself.
    pub cluster: ClusterOptions,
    /// The topics, which exist.
    pub topics: Vec<TopicName>,
    /// What is written.
    pub writing: Option<Writing>,
    /// What is read.
    pub reading: Option<Reading>,
    /// What happens before this does not count.
    pub warmup: Duration,
    /// How long to measure; for as long as it takes if there is a count.
    pub duration: Option<Duration>,
    /// How often to report.
    pub interval: Duration,
    /// Readers pause until they are so many bytes behind, and then catch up.
    pub backlog: Option<Backlog>,
}

/// A backlog that is built, and then read away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// Bytes that all subscriptions together are to be behind.
    pub bytes: u64,
    /// It counts as read away when no more than so many records are left.
    pub records_left: u64,
}

/// What is written.
#[derive(Clone, Debug)]
pub struct Writing {
    /// What records look like.
    pub workload: Workload,
    /// How many a second, all producers together.
    pub rate: Rate,
    /// How many producers each topic has, each with connections of its own.
    pub producers: usize,
    /// How many records in all, if that is what ends the run.
    pub count: Option<u64>,
    /// How producers behave.
    pub options: ProducerOptions,
    /// Whether records carry a seal.
    pub is_sealed: bool,
}

/// What is read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Who reads: each of these reads everything.
    pub subscriptions: Vec<Subscription>,
    /// How many consumers of each topic each subscription has.
    pub consumers: usize,
    /// How many records in all, if that is what ends the run.
    pub count: Option<u64>,
    /// How consumers behave; the group is the subscription's.
    pub options: ConsumerOptions,
    /// Whether records are checked for a seal.
    pub is_verified: bool,
    /// Reading ends when nothing came for this long.
    pub patience: Duration,
}

/// Who reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subscription {
    /// The members of this group.
    Group(String),
    /// Consumers to which the partitions are dealt out by hand.
    Assigned,
}

impl Plan {
    /// When writing ends, counted from the start; `None` if a count ends it, or readers that have caught up.
    pub fn end(&self) -> Option<Duration> {
        match self.backlog {
            Some(_) => None,
            None => Some(self.warmup + self.duration?),
        }
    }

    /// How producers and consumers behave, by the names of Java's client.
    pub fn settings(&self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        let mut put = |name: &str, value: String| drop(all.insert(name.to_owned(), value));
        if let Some(Writing { options, .. }) = &self.writing {
            let acks = match options.acks {
                Acks::None => "0",
                Acks::Leader => "1",
                Acks::All => "all",
            };
            put("acks", acks.into());
            put("batch.size", options.batch_bytes.to_string());
            put("buffer.memory", options.buffer_bytes.to_string());
            put("compression.type", format!("{:?}", options.compression).to_lowercase());
            put("enable.idempotence", options.idempotent.to_string());
            put("linger.ms", options.linger.as_millis().to_string());
            put("max.in.flight.requests.per.connection", options.in_flight_max.to_string());
            put("max.request.size", options.request_bytes.to_string());
        }
        if let Some(Reading { options, .. }) = &self.reading {
            put("fetch.max.bytes", options.fetch_bytes_max.to_string());
            put("fetch.max.wait.ms", options.fetch_wait.as_millis().to_string());
            put("fetch.min.bytes", options.fetch_bytes_min.to_string());
            put("isolation.level", format!("{:?}", options.isolation));
            put("max.partition.fetch.bytes", options.partition_bytes_max.to_string());
            put("max.poll.records", options.poll_records_max.to_string());
        }
        all
    }

    /// Whether latencies are counted from due times that were fixed before.
    pub fn is_open(&self) -> bool {
        self.writing.as_ref().is_some_and(|writing| matches!(writing.rate, Rate::PerSecond(_)))
    }
}
