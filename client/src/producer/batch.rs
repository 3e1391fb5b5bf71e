//! A batch: records of one partition that travel, and are accepted or refused, together.

use bytes::Bytes;
use protocol::batch::{BatchBuilder, BatchOptions, Compression, HEADER_LEN, Header};
use protocol::ids::{Offset, ProducerEpoch, ProducerId, Sequence, TimestampMs, TopicPartition};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::delivery::{Delivery, Fate, Share};
use super::record::Record;
use crate::error::Error;

/// Who a producer is to the brokers, so that they recognise a batch that they have (KIP-98).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The id that a broker gave it.
    pub id: ProducerId,
    /// The incarnation of it.
    pub epoch: ProducerEpoch,
}

/// A batch's place among all that its producer sent to the partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) identity: Identity,
    pub(super) sequence: Sequence,
}

/// One record as it lies in a batch.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) timestamp: TimestampMs,
    pub(super) key: Option<Bytes>,
    pub(super) value: Option<Bytes>,
    pub(super) headers: Vec<Header>,
}

/// Records on their way to one partition.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) partition: TopicPartition,
    /// Ascends within the partition: the order in which the records were given to us.
    pub(super) number: u64,
    /// When its first record came.
    pub(super) opened: Instant,
    /// What it weighs before compression, at most.
    pub(super) bytes: usize,
    pub(super) records: Vec<Queued>,
    /// `None` until it is sent, and for producers that are not idempotent.
    pub(super) stamp: Option<Stamp>,
    /// The bytes for the wire under this stamp.
    pub(super) encoded: Option<Bytes>,
    /// How often it was sent.
    pub(super) sent: u32,
    fate: oneshot::Sender<Fate>,
    share: Share,
}

impl Batch {
    /// An empty batch.
    pub(super) fn open(partition: TopicPartition, number: u64, now: Instant) -> Self {
        let (fate, receiver) = oneshot::channel();
        Self {
            partition,
            number,
            opened: now,
            bytes: HEADER_LEN,
            records: Vec::new(),
            stamp: None,
            encoded: None,
            sent: 0,
            fate,
            share: futures::FutureExt::shared(receiver),
        }
    }

    /// Whether a record of `bytes` may still join: it has not been sent, and is not too heavy. A record too large for any
    /// batch gets one for itself.
    pub(super) fn takes(&self, bytes: usize, batch_bytes: usize) -> bool {
        self.sent == 0
            && self.stamp.is_none()
            && (self.records.is_empty() || self.bytes + bytes <= batch_bytes)
    }

    /// Adds a record.
    pub(super) fn push(&mut self, record: Record, timestamp: TimestampMs) -> Delivery {
        let place = i64::try_from(self.records.len()).expect("a batch has fewer than 2^31 records");
        self.bytes += record.size_in_bytes();
        let Record { key, value, headers, .. } = record;
        self.records.push(Queued { timestamp, key, value, headers });
        let partition = self.partition.clone();
        Delivery { partition, place, timestamp, share: self.share.clone() }
    }

    /// How many sequence numbers it takes.
    pub(super) fn count(&self) -> i32 {
        i32::try_from(self.records.len()).expect("a batch has fewer than 2^31 records")
    }

    /// Gives it its place, which changes its bytes.
    pub(super) fn stamp(&mut self, stamp: Option<Stamp>) {
        if self.stamp != stamp {
            self.encoded = None;
        }
        self.stamp = stamp;
    }

    /// Makes its bytes, unless they are made for this stamp already.
    pub(super) fn encode(&mut self, compression: Compression) -> Result<(), Error> {
        if self.encoded.is_some() {
            return Ok(());
        }
        let mut options = BatchOptions { compression, ..BatchOptions::default() };
        if let Some(stamp) = self.stamp {
            options.producer_id = stamp.identity.id;
            options.producer_epoch = stamp.identity.epoch;
            options.base_sequence = stamp.sequence;
        }
        let mut builder = BatchBuilder::new(options);
        for Queued { timestamp, key, value, headers } in &self.records {
            builder.append(*timestamp, key.as_deref(), value.as_deref(), headers);
        }
        let built = builder.build(Offset::ZERO);
        let built = built.map_err(|cause| {
            Error::Invalid(format!("a batch for {} cannot be made: {cause}", self.partition))
        })?;
        self.encoded = Some(built.into_bytes());
        Ok(())
    }

    /// A share in its fate.
    pub(super) fn share(&self) -> Share {
        self.share.clone()
    }

    /// Tells everyone who waits for one of its records. Returns what the records weighed.
    pub(super) fn settle(self, fate: Fate) -> usize {
        // Nobody may care; that is theirs to decide.
        let _ = self.fate.send(fate);
        self.bytes - HEADER_LEN
    }
}
