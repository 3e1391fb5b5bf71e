//! Records: deleting them from the front of partitions.

use std::collections::BTreeMap;

use protocol::ids::{NodeId, Offset, PartitionIndex, TopicName, TopicPartition};
use protocol::messages::DeleteRecordsRequest;
use protocol::messages::delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};

use super::{Admin, Each, text};
use crate::cluster::Lane;
use crate::error::Error;

impl Admin {
    /// Deletes what lies before the given offset of each partition, or everything where none is given, and answers with
    /// the offsets at which the partitions then begin.
    pub async fn delete_records(
        &self,
        before: &BTreeMap<TopicPartition, Option<Offset>>,
    ) -> Result<Each<TopicPartition, Offset>, Error> {
        let topics: Vec<TopicName> = before.keys().map(|of| of.topic.clone()).collect();
        self.cluster.require(&topics).await?;
        let mut by_leader: BTreeMap<NodeId, Vec<(&TopicPartition, Offset)>> = BTreeMap::new();
        for (of, offset) in before {
            let leader = self.cluster.leader_of(of).await?;
            // −1 on the wire: up to the high watermark.
            by_leader.entry(leader).or_default().push((of, offset.unwrap_or(Offset(-1))));
        }
        let mut each = Vec::with_capacity(before.len());
        for (leader, partitions) in &by_leader {
            each.extend(self.delete_on(*leader, partitions).await?);
        }
        Ok(each)
    }

    async fn delete_on(
        &self,
        leader: NodeId,
        partitions: &[(&TopicPartition, Offset)],
    ) -> Result<Each<TopicPartition, Offset>, Error> {
        let mut topics: BTreeMap<&TopicName, Vec<DeleteRecordsPartition>> = BTreeMap::new();
        for (of, offset) in partitions {
            let partition = DeleteRecordsPartition::default()
                .with_partition_index(of.partition.get())
                .with_offset(offset.get());
            topics.entry(&of.topic).or_default().push(partition);
        }
        let topics = topics.into_iter().map(|(name, partitions)| {
            DeleteRecordsTopic::default().with_name(text(name).into()).with_partitions(partitions)
        });
        let request = DeleteRecordsRequest::default()
            .with_topics(topics.collect())
            .with_timeout_ms(self.change_timeout_ms());
        let answer = self.cluster.node(leader, Lane::Ordinary).await?.call(&request).await?;
        let mut each = Each::new();
        for topic in &answer.topics {
            let Ok(name) = TopicName::new(&topic.name) else { continue };
            each.extend(topic.partitions.iter().map(|partition| {
                let index = PartitionIndex(partition.partition_index);
                let of = TopicPartition { topic: name.clone(), partition: index };
                let doing = || format!("delete records of {of}");
                let checked = Error::check(partition.error_code, None, doing);
                (of, checked.map(|()| Offset(partition.low_watermark)))
            }));
        }
        Ok(each)
    }
}
