//! The positions of a group: told, and forgotten on request. Commits are in `commit`, expiry is in `expiry`.

use protocol::ErrorCode;
use protocol::ids::TopicId;

use super::ids::GroupId;
use super::input::{FetchTopic, OffsetDelete, OffsetFetch};
use super::machine::Coordinator;
use super::output::{
    DeleteGroupReply, FetchedPartition, FetchedTopic, OffsetDeleteReply, OffsetFetchReply,
};
use super::records::{CommittedOffset, Record};
use super::stored::StoredGroup;
use crate::machine::Out;
use protocol::ids::{PartitionIndex, TopicName};

impl Coordinator {
    /// What the group has committed. A group that we know nothing of has committed nothing.
    pub(super) fn fetch(&self, request: OffsetFetch) -> OffsetFetchReply {
        let group = self.stored.group(&request.group);
        let topics = match (request.topics, group) {
            (Some(topics), group) => {
                topics.into_iter().map(|topic| fetched(topic, group)).collect()
            }
            (None, Some(group)) => everything(group),
            (None, None) => Vec::new(),
        };
        OffsetFetchReply { group: request.group, error: ErrorCode::None, topics }
    }

    /// Forgets positions in topics that the group does not consume (KIP-496).
    pub(super) fn delete_offsets(
        &self,
        request: OffsetDelete,
        out: &mut Out<Self>,
    ) -> OffsetDeleteReply {
        let id = &request.group;
        if let Err(error) = self.validate_offset_delete(id) {
            return OffsetDeleteReply { error, topics: Vec::new() };
        }
        let live = self.live.get(id).filter(|group| !group.roster.is_empty());
        let stored = self.stored.group(id);
        let mut topics = Vec::with_capacity(request.topics.len());
        for FetchTopic { name, partitions, .. } in request.topics {
            let is_consumed = live.is_some_and(|group| group.wants(&name));
            let error =
                if is_consumed { ErrorCode::GroupSubscribedToTopic } else { ErrorCode::None };
            let is_kept =
                |partition| stored.is_some_and(|group| group.offset(&name, partition).is_some());
            for &partition in
                partitions.iter().filter(|&&partition| !is_consumed && is_kept(partition))
            {
                out.record(forgotten(id, &name, partition));
            }
            let partitions = partitions.into_iter().map(|partition| (partition, error)).collect();
            topics.push((name, partitions));
        }
        OffsetDeleteReply { error: ErrorCode::None, topics }
    }

    /// A group with members of a kind whose subscriptions we cannot read keeps all its positions.
    fn validate_offset_delete(&self, id: &GroupId) -> Result<(), ErrorCode> {
        if id.is_empty() {
            return Err(ErrorCode::InvalidGroupId);
        }
        match self.live.get(id) {
            Some(group) if !group.roster.is_empty() && !group.is_consumer() => {
                Err(ErrorCode::NonEmptyGroup)
            }
            Some(_) => Ok(()),
            None if self.stored.group(id).is_some() => Ok(()),
            None => Err(ErrorCode::GroupIdNotFound),
        }
    }

    /// Forgets a group without members, with all its positions.
    pub(super) fn delete_group(&mut self, id: GroupId, out: &mut Out<Self>) -> DeleteGroupReply {
        let error = self.try_delete_group(&id, out).err().unwrap_or(ErrorCode::None);
        DeleteGroupReply { group: id, error }
    }

    fn try_delete_group(&mut self, id: &GroupId, out: &mut Out<Self>) -> Result<(), ErrorCode> {
        let stored = self.stored.group(id);
        match self.live.get(id) {
            None if stored.is_none() => return Err(ErrorCode::GroupIdNotFound),
            Some(group) if group.state != super::state::GroupState::Empty => {
                return Err(ErrorCode::NonEmptyGroup);
            }
            _ => {}
        }
        if let Some(stored) = stored {
            for (topic, partitions) in &stored.offsets {
                partitions
                    .keys()
                    .for_each(|partition| out.record(forgotten(id, topic, *partition)));
            }
            if stored.metadata.is_some() {
                out.record(Record::Group { group: id.clone(), value: None });
            }
        }
        self.forget_live(id);
        Ok(())
    }
}

/// The record that a group has no position in a partition any more.
pub(super) fn forgotten(group: &GroupId, topic: &TopicName, partition: PartitionIndex) -> Record {
    Record::Offset { group: group.clone(), topic: topic.clone(), partition, value: None }
}

fn fetched(topic: FetchTopic, group: Option<&StoredGroup>) -> FetchedTopic {
    let FetchTopic { name, id, partitions } = topic;
    let is_of_this_topic = |kept: &&CommittedOffset| {
        id == TopicId::ZERO || kept.topic_id == TopicId::ZERO || kept.topic_id == id
    };
    let position = |partition| {
        let kept = group.and_then(|group| group.offset(&name, partition)).filter(is_of_this_topic);
        kept.map_or_else(|| FetchedPartition::none(partition), |kept| told(partition, kept))
    };
    let partitions = partitions.into_iter().map(position).collect();
    FetchedTopic { name, id, partitions }
}

fn everything(group: &StoredGroup) -> Vec<FetchedTopic> {
    let topic = |(name, partitions): (
        &TopicName,
        &std::collections::BTreeMap<PartitionIndex, CommittedOffset>,
    )| {
        let id = partitions.values().next().map_or(TopicId::ZERO, |kept| kept.topic_id);
        let partitions =
            partitions.iter().map(|(partition, kept)| told(*partition, kept)).collect();
        FetchedTopic { name: name.clone(), id, partitions }
    };
    group.offsets.iter().map(topic).collect()
}

fn told(partition: PartitionIndex, kept: &CommittedOffset) -> FetchedPartition {
    FetchedPartition {
        partition,
        offset: kept.offset,
        leader_epoch: kept.leader_epoch,
        metadata: kept.metadata.clone(),
        error: ErrorCode::None,
    }
}
