//! Raft: how the controller's decisions become durable and reach every broker in one order.
//!
//! This is the only place that knows openraft. To the rest it is [`RaftHost`]: submit a request to the controller, and
//! read or watch the image.
//!
//! ```text
//! submit ─► waiting ─► Controller::handle, one after the other ─► one Raft entry for all that waited
//!                                     journal: written, synced ─► committed ─► Image::apply ─► published
//!                                                                          └─► replies let go
//! ```
//!
//! # Rules
//!
//! - **Group commit, one in flight.** Everything that waits goes into one entry; while it is written, the next
//!   requests gather. So the rate of syncs is the disk's and the rate of requests is not bound to it.
//! - **A reply means durable and applied.** It is let go after the entry is synced by a quorum and folded into the image
//!   that [`RaftHost::image`] shows here. Nothing is ever acknowledged from memory.
//! - **Apply early, rebuild on failure.** The controller's working image runs ahead by what is in flight. If an entry
//!   does not commit, the controller is dropped and begins again from the committed image.
//! - **A start is an election**, also for a voter alone, so that each life of a node has a term of its own.
//!
//! Raft runs on a thread and a small runtime of its own, the journal on another thread: neither a busy network nor a
//! hung data disk delays it. What lies on disk: [`journal`], [`snapshot`].
//!
//! Left out, until there is more than one voter: the network between them ([`network`]) and learners.

mod fold;
mod format;
mod host;
mod journal;
mod log_store;
mod network;
mod office;
mod quorum;
mod snapshot;
mod start;
#[cfg(test)]
mod tests;
mod types;
mod writer;

pub use host::{RaftHost, SubmitError};
pub use office::Clock;
pub use quorum::{QuorumInfo, ReplicaInfo};
pub use start::{Deps, FOLDER, RaftOptions, StartError, system_clock};
