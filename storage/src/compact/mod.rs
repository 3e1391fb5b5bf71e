//! Compaction: a log that keeps the last record of every key (`cleanup.policy=compact`).
//!
//! `__consumer_offsets` lives on it: without, a group that commits for a year is a year of commits to read at every
//! failover. The log is in two parts, divided by the *cleaner point* (`cleaner-offset-checkpoint`): before it every key occurs
//! once, behind it the log is dirty. A round makes some of the dirty part clean:
//!
//! ```text
//! schedule    which log is worth a round, and how far it may go
//! offset_map  read the dirty part: key ─► the offset of its last record
//! retain      which batches and records stay, given that map
//! rewrite     write what stays of each group of segments into <base>.log.cleaned
//! swap        put it in the place of the group, whatever crashes
//! ```
//!
//! What stays, beside the last record of each key:
//!
//! - everything behind the part that was read, and so the whole newest segment, and everything from the first open
//!   transaction on;
//! - a *tombstone* (a key without a value) until `delete.retention.ms` after it was first seen by a round: who reads the
//!   log from its start within that time must learn of the deletion. The time is kept in the batch itself (KIP-534);
//! - the marker of a transaction as long as one of its records stays, and then as long as a tombstone;
//! - the last batch of each producer that is still remembered, if need be without its records: its header has the sequence
//!   from which the producer goes on;
//! - the last batch of each group, likewise: offsets that were given out stay given out, and a segment says by itself how far
//!   it reaches.
//!
//! Offsets never change. A record without a key has no place here: appends refuse it, and a round drops it.
//!
//! A round reads and writes sealed segments only, runs where blocking is allowed, and needs the log's lock for
//! [`Swap::install`] alone.

pub mod offset_map;
mod retain;
pub mod rewrite;
pub mod schedule;
mod source;
pub mod swap;
#[cfg(test)]
mod tests;
mod transactions;

pub use self::offset_map::OffsetMap;
pub use self::retain::LastWord;
pub use self::rewrite::{CompactError, Pace, Round, Rules, Stats};
pub use self::schedule::Segment;
pub use self::swap::Swap;
