//! A record: what a program gives to a producer.

use bytes::Bytes;
use protocol::batch::Header;
use protocol::ids::{PartitionIndex, TimestampMs, TopicName};

/// One record to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where to.
    pub topic: TopicName,
    /// Which partition; `None` to let the key or the partitioner decide.
    pub partition: Option<PartitionIndex>,
    /// When it happened; `None` for now.
    pub timestamp: Option<TimestampMs>,
    /// What it is about: records of one key keep their order, and compaction keeps the last of them.
    pub key: Option<Bytes>,
    /// What it says; `None` is a tombstone.
    pub value: Option<Bytes>,
    /// Notes beside it, in order; names may repeat.
    pub headers: Vec<Header>,
}

impl Record {
    /// A record with a value and nothing else.
    pub fn new(topic: TopicName, value: impl Into<Bytes>) -> Self {
        Self { value: Some(value.into()), ..Self::tombstone(topic) }
    }

    /// A record without a value.
    pub fn tombstone(topic: TopicName) -> Self {
        let headers = Vec::new();
        Self { topic, partition: None, timestamp: None, key: None, value: None, headers }
    }

    /// The record with this key.
    pub fn key(mut self, key: impl Into<Bytes>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// The record in this partition.
    pub fn partition(mut self, partition: PartitionIndex) -> Self {
        self.partition = Some(partition);
        self
    }

    /// The record at this time.
    pub fn timestamp(mut self, timestamp: TimestampMs) -> Self {
        self.timestamp = Some(timestamp);
        self
    }

    /// The record with one more header.
    pub fn header(mut self, key: impl Into<Bytes>, value: impl Into<Bytes>) -> Self {
        self.headers.push(Header { key: key.into(), value: Some(value.into()) });
        self
    }

    /// The most that the record takes in a batch before compression.
    pub(super) fn size_in_bytes(&self) -> usize {
        /// Attributes, and five variable-length integers of at most five or ten bytes.
        const FRAME: usize = 1 + 5 + 10 + 5 + 5 + 5 + 5;
        let length = |bytes: &Option<Bytes>| bytes.as_ref().map_or(0, Bytes::len);
        let header = |header: &Header| 10 + header.key.len() + length(&header.value);
        FRAME
            + length(&self.key)
            + length(&self.value)
            + self.headers.iter().map(header).sum::<usize>()
    }
}
