//! A record: what a program gets from a consumer.

use bytes::Bytes;
use protocol::batch::{Header, TimestampType};
use protocol::ids::{LeaderEpoch, Offset, TimestampMs, TopicPartition};

/// One record that was read.
///
/// Keys, values and headers are slices of the answer that they came in: keep a copy of what outlives the next polls, or it
/// keeps the whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where it lies.
    pub partition: TopicPartition,
    /// Its place there.
    pub offset: Offset,
    /// The epoch of the leader that took it.
    pub leader_epoch: LeaderEpoch,
    /// When it happened, or was appended, as the topic has it.
    pub timestamp: TimestampMs,
    /// Which of the two it is.
    pub timestamp_type: TimestampType,
    /// What it is about.
    pub key: Option<Bytes>,
    /// What it says; `None` is a tombstone.
    pub value: Option<Bytes>,
    /// Notes beside it, in order.
    pub headers: Vec<Header>,
}
