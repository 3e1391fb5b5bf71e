//! Offsets: where partitions begin and end, and how far groups have come.
//!
//! What the admin client and the consumer both ask for.

mod committed;
mod listed;

pub use committed::{Committed, CommittedOffset};
pub use listed::{Isolation, ListedOffset, OffsetAt};

pub(crate) use committed::{fetch_all, fetch_some, to_commit};
pub(crate) use listed::list;
