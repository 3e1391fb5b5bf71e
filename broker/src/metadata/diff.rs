//! A diff: what differs between two images.
//!
//! It is computed by walking both and skipping what is the same pointer, so it costs what has changed. There are no
//! delta types that could drift from the records: two pictures say it all, however many records lie between them.

use std::sync::Arc;

use protocol::ids::{NodeId, PartitionIndex, TopicId, TopicName};

use super::image::{Image, Partition, Topic};
use super::map::Change;
use super::record::ConfigResource;

/// What differs between two images.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// Topics that came, went or changed, by name. A topic that was made again under its name went and came, in this order.
    pub topics: Vec<TopicDiff>,
    /// Resources whose configuration differs.
    pub configs: Vec<ConfigResource>,
    /// Brokers that came, went or changed.
    pub brokers: Vec<NodeId>,
    /// Whether a feature has another level.
    pub features: bool,
}

/// What happened to a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TopicDiff {
    /// Only the new image has it.
    Added {
        /// Its name.
        name: TopicName,
        /// Its id.
        id: TopicId,
    },
    /// Only the old image has it.
    Removed {
        /// Its name.
        name: TopicName,
        /// Its id.
        id: TopicId,
    },
    /// Both have it.
    Changed {
        /// Its name.
        name: TopicName,
        /// Its id.
        id: TopicId,
        /// The partitions that are new or have changed, ascending.
        partitions: Vec<PartitionIndex>,
    },
}

impl Diff {
    /// What differs between `old` and `new`.
    pub fn between(old: &Image, new: &Image) -> Self {
        Self {
            topics: topics(old, new),
            configs: configs(old, new),
            brokers: brokers(old, new),
            features: !old.same_features(new),
        }
    }

    /// Whether the two images say the same to those who act on them. (Producer ids matter to the controller alone.)
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn topics(old: &Image, new: &Image) -> Vec<TopicDiff> {
    let (old, new) = (old.topics().map(), new.topics().map());
    let mut diffs = Vec::new();
    for change in new.changes(old, Arc::ptr_eq) {
        match change {
            Change::Added(_, topic) => diffs.push(added(topic)),
            Change::Removed(_, topic) => diffs.push(removed(topic)),
            Change::Changed(_, was, is) if was.id != is.id => {
                diffs.extend([removed(was), added(is)]);
            }
            Change::Changed(_, was, is) => diffs.extend(changed(was, is)),
        }
    }
    diffs
}

fn added(topic: &Topic) -> TopicDiff {
    TopicDiff::Added { name: topic.name.clone(), id: topic.id }
}

fn removed(topic: &Topic) -> TopicDiff {
    TopicDiff::Removed { name: topic.name.clone(), id: topic.id }
}

fn changed(was: &Topic, is: &Topic) -> Option<TopicDiff> {
    let differs = |(index, partition): &(PartitionIndex, &Arc<Partition>)| {
        was.partition(*index)
            .is_none_or(|before| !Arc::ptr_eq(before, partition) && before != *partition)
    };
    let partitions: Vec<_> = is.numbered().filter(differs).map(|(index, _)| index).collect();
    let any = !partitions.is_empty();
    any.then(|| TopicDiff::Changed { name: is.name.clone(), id: is.id, partitions })
}

fn configs(old: &Image, new: &Image) -> Vec<ConfigResource> {
    let changes = new
        .configs()
        .map()
        .changes(old.configs().map(), |was, is| Arc::ptr_eq(was, is) || was == is);
    let resource = |change| match change {
        Change::Added(resource, _)
        | Change::Changed(resource, _, _)
        | Change::Removed(resource, _) => ConfigResource::clone(resource),
    };
    changes.into_iter().map(resource).collect()
}

fn brokers(old: &Image, new: &Image) -> Vec<NodeId> {
    let (old, new) = (old.brokers().map(), new.brokers().map());
    if Arc::ptr_eq(old, new) {
        return Vec::new();
    }
    let gone = old.keys().filter(|id| !new.contains_key(id));
    let changed = new.iter().filter(|(id, broker)| old.get(id) != Some(broker)).map(|(id, _)| id);
    let mut ids: Vec<NodeId> = gone.chain(changed).copied().collect();
    ids.sort_unstable();
    ids
}
