//! The types with which we use openraft.

use std::fmt;
use std::sync::Arc;

use protocol::ids::NodeId;
use serde::{Deserialize, Serialize};

openraft::declare_raft_types!(
    /// Our use of openraft: entries are batches of metadata records, a snapshot is the bytes of one.
    pub(super) Types:
        D = Batch,
        R = (),
        NodeId = u64,
        Node = openraft::BasicNode,
        SnapshotData = Vec<u8>,
);

pub(super) type Entry = openraft::Entry<Types>;
pub(super) type LogId = openraft::LogId<u64>;
pub(super) type Vote = openraft::Vote<u64>;
pub(super) type Membership = openraft::Membership<u64, openraft::BasicNode>;
pub(super) type StoredMembership = openraft::StoredMembership<u64, openraft::BasicNode>;
pub(super) type SnapshotMeta = openraft::SnapshotMeta<u64, openraft::BasicNode>;
pub(super) type Snapshot = openraft::Snapshot<Types>;
pub(super) type StorageError = openraft::StorageError<u64>;
pub(super) type Raft = openraft::Raft<Types>;

/// What one Raft entry carries: the records of all requests that were waiting, in the codec of the log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Batch {
    pub(super) records: Arc<[u8]>,
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Batch({} bytes)", self.records.len())
    }
}

/// openraft counts nodes without a sign. Node ids are never negative: the configuration refuses it.
pub(super) fn raft_id(id: NodeId) -> u64 {
    u64::try_from(id.get()).expect("node.id is not negative")
}

/// The node id behind openraft's number, which was one of ours.
pub(super) fn node_id(id: u64) -> NodeId {
    NodeId(i32::try_from(id).expect("every id in the log was a node.id"))
}
