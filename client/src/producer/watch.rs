//! A watcher: told of whole batches, where a [`Delivery`](super::Delivery) is told of one record.
//!
//! A load generator wants to know of two million records a second when each was written. A future for each costs more than the
//! record itself; a note of a few bytes that comes back with its batch does not.

use std::fmt;

use protocol::ids::{Offset, TopicPartition};

use crate::error::Error;

/// What a program wants to be reminded of when a record is settled, such as when it was due.
pub type Note = [u64; 3];

/// Records that were settled together.
#[derive(Clone, Copy, Debug)]
pub struct Settled<'a> {
    /// Where they went, or were to go.
    pub partition: &'a TopicPartition,
    /// The note of each of them that had one, in their order.
    pub notes: &'a [Note],
    /// The offset of the first, if the broker said so; or why they are lost.
    pub fate: Result<Option<Offset>, &'a Error>,
}

/// Someone who is told what becomes of records.
pub trait Watcher: fmt::Debug + Send + Sync {
    /// Called by the producer's sender for each batch; whatever takes long here holds it up.
    fn settled(&self, settled: Settled<'_>);
}
