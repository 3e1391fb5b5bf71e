//! What is true of every image, whatever has happened to the cluster.

use std::collections::BTreeSet;

use super::{Image, Partition, Topic};

impl Image {
    /// Checks what must hold between the parts of an image. The error says what does not.
    ///
    /// - Ids and names of topics lead to one another, and every topic has a partition.
    /// - A partition's replicas are distinct; those in sync are some of them, and at least one, which has every committed
    ///   record.
    /// - A leader is in sync, and its broker is alive.
    /// - Broker epochs are not above the last that was given.
    pub fn check(&self) -> Result<(), String> {
        self.topics.iter().try_for_each(|topic| self.check_topic(topic))?;
        let ahead = self.brokers.iter().find(|broker| broker.epoch > self.brokers.last_epoch());
        match ahead {
            Some(broker) => Err(format!("broker {} has an epoch that was not given", broker.id)),
            None => Ok(()),
        }
    }

    fn check_topic(&self, topic: &Topic) -> Result<(), String> {
        let by_id = self.topics.by_id(topic.id).map(|found| &found.name);
        if by_id != Some(&topic.name) {
            return Err(format!("the id of topic {} leads to {by_id:?}", topic.name));
        }
        if topic.partitions.is_empty() {
            return Err(format!("topic {} has no partition", topic.name));
        }
        topic.numbered().try_for_each(|(index, partition)| {
            let wrong = self.wrong_with(partition);
            wrong.map_or(Ok(()), |what| {
                Err(format!("{}-{index}: {what}: {partition:?}", topic.name))
            })
        })
    }

    fn wrong_with(&self, partition: &Partition) -> Option<&'static str> {
        let distinct: BTreeSet<_> = partition.replicas.iter().collect();
        if distinct.len() != partition.replicas.len() || distinct.is_empty() {
            return Some("replicas are not distinct, or none");
        }
        if partition.isr.is_empty() || !partition.isr.iter().all(|id| distinct.contains(id)) {
            return Some("those in sync are not some of the replicas");
        }
        let leader = partition.leader?;
        if !partition.isr.contains(&leader) {
            return Some("the leader is not in sync");
        }
        let alive = self.brokers.get(leader).is_some_and(|broker| broker.may_lead());
        (!alive).then_some("the leader is not alive")
    }
}
