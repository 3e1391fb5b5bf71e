//! How a request finds a partition, and what it is told where this broker does not have it.

use std::sync::Arc;

use protocol::ErrorCode;
use protocol::ids::{PartitionIndex, TopicId};

use super::Broker;
use super::hosted::{Hosted, HostedTopic, Topics};

/// A topic as a request names it: by name, or by id in the newer versions (KIP-516).
#[derive(Clone, Copy, Debug)]
pub(crate) enum By<'a> {
    Name(&'a str),
    Id(TopicId),
}

impl Topics {
    /// What this broker hosts of a topic.
    pub(crate) fn topic(&self, topic: By<'_>) -> Option<&Arc<HostedTopic>> {
        match topic {
            By::Name(name) => self.by_name(name),
            By::Id(id) => self.by_id(id),
        }
    }
}

impl Broker {
    /// A partition that this broker hosts, or why it does not.
    pub(crate) fn find<'a>(
        &self,
        topics: &'a Topics,
        topic: By<'_>,
        index: PartitionIndex,
    ) -> Result<&'a Arc<Hosted>, ErrorCode> {
        let hosted = topics.topic(topic).and_then(|hosted| hosted.partition(index));
        hosted.ok_or_else(|| self.why_not_hosted(topic, index))
    }

    /// What a client is told of a partition that this broker does not host.
    ///
    /// One that the cluster has is led elsewhere, or its log is not open here yet: the client asks for the leader and tries
    /// again. Only of one that the cluster does not have is it said that it is unknown, since clients take that for a topic
    /// that was deleted.
    pub(crate) fn why_not_hosted(&self, topic: By<'_>, index: PartitionIndex) -> ErrorCode {
        let image = self.image();
        let known = match topic {
            By::Name(name) => image.topic(name),
            By::Id(id) => image.topics().by_id(id),
        };
        match (known, topic) {
            (Some(known), _) if known.partition(index).is_some() => ErrorCode::NotLeaderOrFollower,
            (None, By::Id(_)) => ErrorCode::UnknownTopicId,
            _ => ErrorCode::UnknownTopicOrPartition,
        }
    }
}
