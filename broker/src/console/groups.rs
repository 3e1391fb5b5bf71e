//! The consumer groups that this broker coordinates: who is in them, and how far they have read.

use std::sync::Arc;

use protocol::ids::{Offset, PartitionIndex, TopicName};
use tokio::sync::oneshot;

use crate::group::{
    DescribedMember, FetchedPartition, GroupId, GroupState, Input, ListGroups, OffsetFetch, Reply,
};
use crate::node::Broker;

/// A group as it is now.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) id: GroupId,
    pub(super) state: GroupState,
    pub(super) protocol: Arc<str>,
    pub(super) members: Vec<DescribedMember>,
    pub(super) positions: Vec<Position>,
}

impl Group {
    /// How many records it has yet to read, where that is known.
    pub(super) fn lag(&self) -> i64 {
        self.positions.iter().filter_map(|position| position.lag).sum()
    }

    /// The same in one topic; `None` if it has no position there.
    pub(super) fn lag_in(&self, topic: &TopicName) -> Option<i64> {
        let mut there =
            self.positions.iter().filter(|position| position.topic == *topic).peekable();
        there.peek()?;
        Some(there.filter_map(|position| position.lag).sum())
    }

    /// In how many topics it has positions.
    pub(super) fn topics(&self) -> usize {
        self.positions.chunk_by(|a, b| a.topic == b.topic).count()
    }
}

/// How far a group has read a partition.
#[derive(Debug)]
pub(super) struct Position {
    pub(super) topic: TopicName,
    pub(super) partition: PartitionIndex,
    pub(super) committed: Offset,
    /// How much there is to read behind it; `None` where another broker has the partition.
    pub(super) lag: Option<i64>,
}

/// Every group of this broker, by name. Groups whose coordinator is still loading are left out.
pub(super) async fn survey(broker: &Arc<Broker>) -> Vec<Group> {
    let list = |ticket| Input::ListGroups(ticket, ListGroups::default());
    let mut ids = Vec::new();
    for reply in broker.groups.submit_to_all(list) {
        if let Ok(Reply::ListGroups(listed)) = reply.await {
            ids.extend(listed.into_iter().map(|group| group.group));
        }
    }
    ids.sort();
    let mut groups = Vec::with_capacity(ids.len());
    for id in ids {
        groups.extend(group(broker, id).await);
    }
    groups
}

/// One group; `None` if it is gone, or its coordinator is.
pub(super) async fn group(broker: &Arc<Broker>, id: GroupId) -> Option<Group> {
    let fetch = OffsetFetch { group: id.clone(), topics: None };
    let described = broker.groups.submit(&id, |ticket| Input::DescribeGroup(ticket, id.clone()));
    let fetched = broker.groups.submit(&id, |ticket| Input::OffsetFetch(ticket, fetch));
    let Some(Reply::DescribeGroup(described)) = answer(described.ok()).await else { return None };
    let Some(Reply::OffsetFetch(fetched)) = answer(fetched.ok()).await else { return None };
    if described.state == GroupState::Dead {
        return None;
    }
    let mut positions = Vec::new();
    for topic in fetched.topics {
        let kept = topic.partitions.iter().filter(|kept| kept.offset >= Offset::ZERO);
        positions.extend(kept.map(|kept| position(broker, &topic.name, kept)));
    }
    positions.sort_by(|a, b| (&a.topic, a.partition).cmp(&(&b.topic, b.partition)));
    let members = described.members;
    Some(Group { id, state: described.state, protocol: described.protocol, members, positions })
}

async fn answer(reply: Option<oneshot::Receiver<Reply>>) -> Option<Reply> {
    reply?.await.ok()
}

fn position(broker: &Broker, topic: &TopicName, kept: &FetchedPartition) -> Position {
    let topics = broker.registry.topics();
    let hosted = topics.by_name(topic).and_then(|topic| topic.partition(kept.partition));
    let offsets = hosted.and_then(|hosted| Some(hosted.lock().ok()?.offsets()));
    // What retention took is not to be read any more, and a commit may name an offset that is not there yet.
    let lag =
        offsets.map(|log| (log.high_watermark.get() - kept.offset.max(log.start).get()).max(0));
    Position { topic: topic.clone(), partition: kept.partition, committed: kept.offset, lag }
}
