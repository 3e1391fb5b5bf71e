//! Coordinators on their partitions: a group machine whose log is a partition of `__consumer_offsets`.
//!
//! [`Host`] applies early and releases late: what the machine decides is appended and folded at once, so that its
//! next decision sees it; what it says leaves when the partition has acknowledged the records. [`load`] rebuilds a
//! machine from its partition.

pub mod host;
pub mod load;
pub mod parked;

pub use host::Host;
