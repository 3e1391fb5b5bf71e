//! The topics of an image, and their partitions.
//!
//! A topic is kept once, under its name; its id leads to the name. Partitions are numbered from 0 without a gap, so a
//! topic holds them as a list.

use std::sync::Arc;

use protocol::ids::{LeaderEpoch, NodeId, PartitionIndex, TopicId, TopicName};

use crate::metadata::map::ChunkedMap;
use crate::metadata::record::{PartitionChangeRecord, PartitionRecord, Record, TopicRecord};

/// All topics, by name and by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topics {
    by_name: ChunkedMap<TopicName, Arc<Topic>>,
    names: ChunkedMap<TopicId, TopicName>,
    partitions: usize,
}

impl Topics {
    /// The topic of this name.
    pub fn by_name(&self, name: &str) -> Option<&Arc<Topic>> {
        self.by_name.get(name)
    }

    /// The topic with this id.
    pub fn by_id(&self, id: TopicId) -> Option<&Arc<Topic>> {
        self.by_name(self.names.get(&id)?)
    }

    /// All topics, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Topic>> {
        self.by_name.values()
    }

    /// The topics from this name on, by name. For answers that come in pages.
    pub fn iter_from(&self, name: &str) -> impl Iterator<Item = &Arc<Topic>> {
        self.by_name.iter_from(name).map(|(_, topic)| topic)
    }

    /// How many topics there are.
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Whether there is no topic.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// How many partitions all topics have together.
    pub fn partition_count(&self) -> usize {
        self.partitions
    }

    pub(in crate::metadata) fn map(&self) -> &ChunkedMap<TopicName, Arc<Topic>> {
        &self.by_name
    }

    pub(super) fn add(&mut self, record: &TopicRecord) {
        let topic = Topic { id: record.id, name: record.name.clone(), partitions: Vec::new() };
        let before = self.by_name.insert(record.name.clone(), Arc::new(topic));
        assert!(before.is_none(), "topic {} is added twice", record.name);
        let before = self.names.insert(record.id, record.name.clone());
        assert!(before.is_none(), "topic id {} is given twice", record.id);
    }

    pub(super) fn remove(&mut self, id: TopicId) -> Arc<Topic> {
        let name = self.names.remove(&id).expect("only a topic that exists is removed");
        let topic = self.by_name.remove(&name).expect("every id leads to a topic");
        self.partitions -= topic.partitions.len();
        topic
    }

    pub(super) fn add_partition(&mut self, record: &PartitionRecord) {
        let topic = self.topic_mut(record.topic_id);
        assert_eq!(
            record.partition.get() as usize,
            topic.partitions.len(),
            "partitions of topic {} are added in order",
            topic.name
        );
        topic.partitions.push(Arc::new(Partition::new(record)));
        self.partitions += 1;
    }

    pub(super) fn change_partition(&mut self, record: &PartitionChangeRecord) {
        let partition = self.topic_mut(record.topic_id).partition_mut(record.partition);
        partition.change(record);
    }

    pub(super) fn list(&self, records: &mut Vec<Record>) {
        self.iter().for_each(|topic| topic.list(records));
    }

    fn topic_mut(&mut self, id: TopicId) -> &mut Topic {
        let name = self.names.get(&id).expect("records speak of topics that exist");
        let topic = self.by_name.get_mut(name.as_str()).expect("every id leads to a topic");
        Arc::make_mut(topic)
    }
}

/// A topic and its partitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its identity; a topic made again under the same name has another.
    pub id: TopicId,
    /// Its name.
    pub name: TopicName,
    /// Its partitions, from 0 on.
    pub partitions: Vec<Arc<Partition>>,
}

impl Topic {
    /// The partition of this number.
    pub fn partition(&self, partition: PartitionIndex) -> Option<&Arc<Partition>> {
        self.partitions.get(usize::try_from(partition.get()).ok()?)
    }

    /// The partitions with their numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (PartitionIndex, &Arc<Partition>)> {
        (0..).map(PartitionIndex).zip(&self.partitions)
    }

    /// How many copies each partition is meant to have: those of the first count.
    pub fn replication_factor(&self) -> usize {
        self.partitions.first().map_or(0, |partition| partition.replicas.len())
    }

    fn partition_mut(&mut self, partition: PartitionIndex) -> &mut Partition {
        let held = self.partitions.get_mut(partition.get() as usize);
        Arc::make_mut(held.expect("records speak of partitions that exist"))
    }

    fn list(&self, records: &mut Vec<Record>) {
        records.push(TopicRecord { id: self.id, name: self.name.clone() }.into());
        let rows = self.numbered().map(|(index, partition)| partition.record(self.id, index));
        records.extend(rows.map(Record::from));
    }
}

/// A partition: who keeps it, who leads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// The brokers that keep a copy, the preferred leader first.
    pub replicas: Arc<[NodeId]>,
    /// Those of them that are in sync.
    pub isr: Arc<[NodeId]>,
    /// Who leads; nobody while no broker in sync is alive.
    pub leader: Option<NodeId>,
    /// How often the leadership has changed.
    pub leader_epoch: LeaderEpoch,
    /// How often anything about the partition has changed.
    pub partition_epoch: i32,
}

impl Partition {
    fn new(record: &PartitionRecord) -> Self {
        Self {
            replicas: record.replicas.clone(),
            isr: record.isr.clone(),
            leader: record.leader,
            leader_epoch: record.leader_epoch,
            partition_epoch: record.partition_epoch,
        }
    }

    fn change(&mut self, record: &PartitionChangeRecord) {
        if let Some(replicas) = &record.replicas {
            self.replicas = replicas.clone();
        }
        if let Some(isr) = &record.isr {
            self.isr = isr.clone();
        }
        if let Some(change) = &record.leader {
            self.leader = change.leader;
            self.leader_epoch = change.epoch;
        }
        self.partition_epoch = record.partition_epoch;
    }

    fn record(&self, topic_id: TopicId, partition: PartitionIndex) -> PartitionRecord {
        PartitionRecord {
            topic_id,
            partition,
            replicas: self.replicas.clone(),
            isr: self.isr.clone(),
            leader: self.leader,
            leader_epoch: self.leader_epoch,
            partition_epoch: self.partition_epoch,
        }
    }
}
