//! The stored state: what the records say, folded. This is all that outlives the machine.

use std::collections::BTreeMap;

use protocol::ids::{PartitionIndex, TopicName};

use super::ids::GroupId;
use super::records::{CommittedOffset, GroupMetadata, Record};

/// The positions of one group.
pub type Offsets = BTreeMap<TopicName, BTreeMap<PartitionIndex, CommittedOffset>>;

/// Every group of the partition, as its records have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    groups: BTreeMap<GroupId, StoredGroup>,
}

/// One group, as its records have it. There is one as long as there is metadata or a position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredGroup {
    /// The last generation that was made durable. None for a "simple" group, which has offsets and never had members.
    pub metadata: Option<GroupMetadata>,
    /// Its positions. A topic is listed only if it has one.
    pub offsets: Offsets,
}

impl Stored {
    /// The group, if any record speaks of it.
    pub fn group(&self, group: &GroupId) -> Option<&StoredGroup> {
        self.groups.get(group)
    }

    /// All groups, by name.
    pub fn groups(&self) -> impl Iterator<Item = (&GroupId, &StoredGroup)> {
        self.groups.iter()
    }

    /// Folds one record. Any record in any order is accepted: compaction may have taken others away.
    pub(super) fn apply(&mut self, record: &Record) {
        let id = record.group();
        let group = self.groups.entry(id.clone()).or_default();
        match record {
            Record::Group { value, .. } => group.metadata.clone_from(value),
            Record::Offset { topic, partition, value: Some(value), .. } => {
                group.offsets.entry(topic.clone()).or_default().insert(*partition, value.clone());
            }
            Record::Offset { topic, partition, value: None, .. } => group.forget(topic, *partition),
        }
        if group.metadata.is_none() && group.offsets.is_empty() {
            self.groups.remove(id);
        }
    }
}

impl StoredGroup {
    /// The position in a partition.
    pub fn offset(&self, topic: &TopicName, partition: PartitionIndex) -> Option<&CommittedOffset> {
        self.offsets.get(topic)?.get(&partition)
    }

    /// Whether the last durable generation had members.
    pub fn has_members(&self) -> bool {
        self.metadata.as_ref().is_some_and(|metadata| !metadata.members.is_empty())
    }

    fn forget(&mut self, topic: &TopicName, partition: PartitionIndex) {
        let Some(partitions) = self.offsets.get_mut(topic) else { return };
        partitions.remove(&partition);
        if partitions.is_empty() {
            self.offsets.remove(topic);
        }
    }
}
