//! The topics of a request: looked up in what the broker knows before the coordinator hears of them.

use std::sync::Arc;

use protocol::ErrorCode;
use protocol::ids::{PartitionIndex, TopicId, TopicName};

/// What the broker knows of topics, and what this client may know. The host implements it over the metadata image.
pub trait Topics {
    /// A topic by its name. Errors: UNKNOWN_TOPIC_OR_PARTITION, TOPIC_AUTHORIZATION_FAILED.
    fn by_name(&self, name: &str) -> Result<KnownTopic, ErrorCode>;

    /// A topic by its id. Errors: UNKNOWN_TOPIC_ID, TOPIC_AUTHORIZATION_FAILED.
    fn by_id(&self, id: TopicId) -> Result<KnownTopic, ErrorCode>;
}

/// A topic that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownTopic {
    /// Its name.
    pub name: TopicName,
    /// Its id.
    pub id: TopicId,
    /// How many partitions it has: those from 0 up.
    pub partitions: i32,
}

impl KnownTopic {
    pub(super) fn has(&self, partition: i32) -> bool {
        (0..self.partitions).contains(&partition)
    }
}

/// Partitions that the coordinator never hears of, with what the client is told instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedTopic {
    /// The topic as the client named it; empty if it gave an id.
    pub name: Arc<str>,
    /// The id that the client gave, or [`TopicId::ZERO`].
    pub id: TopicId,
    /// The partitions.
    pub partitions: Vec<PartitionIndex>,
    /// Why.
    pub error: ErrorCode,
}

impl RefusedTopic {
    pub(super) fn new(
        name: &str,
        id: TopicId,
        partitions: impl Iterator<Item = i32>,
        error: ErrorCode,
    ) -> Self {
        Self { name: name.into(), id, partitions: partitions.map(PartitionIndex).collect(), error }
    }
}
