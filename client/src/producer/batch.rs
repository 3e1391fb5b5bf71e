//! A batch: records of one partition that travel, and are accepted or refused, together.

use bytes::Bytes;
use protocol::batch::{BatchBuilder, BatchOptions, Compression, HEADER_LEN, RecordBatch};
use protocol::ids::{Offset, ProducerEpoch, ProducerId, Sequence, TimestampMs, TopicPartition};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::delivery::{Delivery, Fate, Share};
use super::record::Record;
use super::watch::Note;
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

/// The records of a batch, which are written down as they come: what was given is not kept beside its bytes.
#[derive(Debug)]
enum Body {
    /// It may still take more.
    Open(BatchBuilder),
    /// It has its header and its checksum, for the stamp that it had then.
    Closed(RecordBatch, Option<Stamp>),
    /// It could not be made.
    Lost,
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
    /// `None` until it is sent, and for producers that are not idempotent.
    pub(super) stamp: Option<Stamp>,
    /// How often it was sent.
    pub(super) sent: u32,
    body: Body,
    count: i32,
    /// What the program noted of each record, if it watches.
    notes: Vec<Note>,
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
            stamp: None,
            sent: 0,
            body: Body::Open(BatchBuilder::new(BatchOptions::default())),
            count: 0,
            notes: Vec::new(),
            fate,
            share: futures::FutureExt::shared(receiver),
        }
    }

    /// Whether a record of `bytes` may still join: it has not been sent, and is not too heavy. A record too large for any
    /// batch gets one for itself.
    pub(super) fn takes(&self, bytes: usize, batch_bytes: usize) -> bool {
        let is_open = self.sent == 0 && self.stamp.is_none() && matches!(self.body, Body::Open(_));
        is_open && (self.count == 0 || self.bytes + bytes <= batch_bytes)
    }

    /// Adds a record.
    pub(super) fn push(&mut self, record: &Record, timestamp: TimestampMs, note: Option<Note>) {
        let Body::Open(builder) = &mut self.body else {
            unreachable!("a batch that is closed takes no records")
        };
        self.bytes += record.size_in_bytes();
        builder.append(timestamp, record.key.as_deref(), record.value.as_deref(), &record.headers);
        self.count = self.count.checked_add(1).expect("a batch has fewer than 2^31 records");
        self.notes.extend(note);
    }

    /// A future of where the record that came last ends up.
    pub(super) fn delivery_of_last(&self, timestamp: TimestampMs) -> Delivery {
        let (partition, place) = (self.partition.clone(), i64::from(self.count) - 1);
        Delivery { partition, place, timestamp, share: self.share.clone() }
    }

    /// How many sequence numbers it takes.
    pub(super) fn count(&self) -> i32 {
        self.count
    }

    /// Gives it its place, which changes its header.
    pub(super) fn stamp(&mut self, stamp: Option<Stamp>) {
        self.stamp = stamp;
    }

    /// Makes its bytes, unless they are made for this stamp already.
    pub(super) fn encode(&mut self, compression: Compression) -> Result<(), Error> {
        let batch = match std::mem::replace(&mut self.body, Body::Lost) {
            Body::Closed(batch, stamp) if stamp == self.stamp => batch,
            Body::Closed(batch, _) => {
                let author = author(self.stamp);
                batch.by_producer(author.producer_id, author.producer_epoch, author.base_sequence)
            }
            Body::Open(mut builder) => {
                builder.set_options(BatchOptions { compression, ..author(self.stamp) });
                builder.build(Offset::ZERO).map_err(|cause| {
                    let what = format!("a batch for {} cannot be made: {cause}", self.partition);
                    Error::Invalid(what)
                })?
            }
            Body::Lost => unreachable!("a batch that could not be made is given up"),
        };
        self.body = Body::Closed(batch, self.stamp);
        Ok(())
    }

    /// The bytes for the wire, once they are made.
    pub(super) fn encoded(&self) -> Option<Bytes> {
        match &self.body {
            Body::Closed(batch, _) => Some(batch.bytes().clone()),
            Body::Open(_) | Body::Lost => None,
        }
    }

    /// What the program noted of its records.
    pub(super) fn notes(&self) -> &[Note] {
        &self.notes
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

/// Who wrote a batch with this stamp.
fn author(stamp: Option<Stamp>) -> BatchOptions {
    let mut options = BatchOptions::default();
    if let Some(stamp) = stamp {
        options.producer_id = stamp.identity.id;
        options.producer_epoch = stamp.identity.epoch;
        options.base_sequence = stamp.sequence;
    }
    options
}
