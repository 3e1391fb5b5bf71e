//! Metadata: what every broker of a cluster must agree on, as facts and as the picture they add up to.
//!
//! The active controller decides and writes [`Record`]s, facts such as "topic `logs` exists" or "broker 3 leads
//! partition 7 from epoch 5 on". They reach every broker in one order, through the Raft log. Each broker folds them into
//! an [`Image`], an immutable picture of the cluster, and hands out `Arc`s of it: whoever answers a request holds
//! one picture for as long as it takes, and never sees half of a change.
//!
//! ```text
//! Controller::handle ─► [Record] ─► Raft log ─► Image::apply ─► Arc<Image> ─► Diff::between ─► plan ─► actions
//! ```
//!
//! # Invariants
//!
//! - An image is a pure function of the records before it: equal records, equal images ([`Image`]'s tests).
//! - [`Image::to_records`] is the shortest list that rebuilds an image. Snapshots are that list in the codec of the log,
//!   so there is one format to keep compatible.
//! - Pictures share what did not change: a step copies one chunk of topics and what lies above it, not the cluster, so
//!   [`Diff::between`] can skip what is the same pointer.
//!
//! Left out: who decides ([`crate::controller`]) and how records travel ([`crate::raft`]).

pub mod codec;
mod diff;
mod image;
mod map;
mod record;

pub use diff::{Diff, TopicDiff};
pub use image::{
    Broker, Brokers, ConfigValues, Configs, Features, Image, Partition, ProducerIds, Topic, Topics,
};
pub use map::{Change, ChunkedMap};
pub use record::{
    BrokerChangeRecord, BrokerEpochsRecord, BrokerRecord, ClusterRecord, ConfigRecord,
    ConfigResource, Endpoint, FeatureRecord, LeaderChange, PartitionChangeRecord, PartitionRecord,
    ProducerIdsRecord, Record, RemoveBrokerRecord, RemoveTopicRecord, ResourceKind, TopicRecord,
};

#[cfg(test)]
mod tests;
