//! A delivery: what becomes of a record that was handed to a producer.
//!
//! The records of a batch share one fate and one channel; a delivery is a share in it and the record's place in the batch.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::future::Shared;
use protocol::ids::{Offset, TimestampMs, TopicPartition};
use tokio::sync::oneshot;

use crate::error::Error;

/// What the broker said of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Acked {
    /// The offset of its first record; `None` if the broker does not say (acks=0, or it had the batch already).
    pub(super) base_offset: Option<Offset>,
    /// The time of the append, if the topic wants that instead of the record's own.
    pub(super) append_time: Option<TimestampMs>,
}

pub(super) type Fate = Result<Acked, Error>;
pub(super) type Share = Shared<oneshot::Receiver<Fate>>;

/// Where a record ended up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// The partition.
    pub partition: TopicPartition,
    /// Its offset; `None` with acks=0, and when a batch that was sent again had already been written the first time.
    pub offset: Option<Offset>,
    /// Its timestamp in the log.
    pub timestamp: TimestampMs,
}

/// A future of where a record ends up. The record is on its way whether this is awaited, dropped, or kept.
#[derive(Clone, Debug)]
#[must_use = "a record that was not delivered is only told here"]
pub struct Delivery {
    pub(super) partition: TopicPartition,
    pub(super) place: i64,
    pub(super) timestamp: TimestampMs,
    pub(super) share: Share,
}

impl Delivery {
    /// The partition to which the record goes.
    pub fn partition(&self) -> &TopicPartition {
        &self.partition
    }
}

impl Future for Delivery {
    type Output = Result<Delivered, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let fate = match Pin::new(&mut self.share).poll(context) {
            Poll::Pending => return Poll::Pending,
            // The sender is gone with its runtime.
            Poll::Ready(Err(_)) => Err(Error::Closed),
            Poll::Ready(Ok(fate)) => fate,
        };
        Poll::Ready(fate.map(|acked| Delivered {
            partition: self.partition.clone(),
            offset: acked.base_offset.map(|base| base.plus(self.place)),
            timestamp: acked.append_time.unwrap_or(self.timestamp),
        }))
    }
}
