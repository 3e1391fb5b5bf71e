//! Offsets for operators: of partitions, and of groups that have no members to ask.

use std::collections::BTreeMap;

use protocol::ids::{Offset, PartitionIndex, TopicName, TopicPartition};
use protocol::messages::offset_delete_request::{
    OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use protocol::messages::{OffsetCommitRequest, OffsetDeleteRequest};

use super::{Admin, Each, text};
use crate::error::Error;
use crate::offsets::{self, Committed, Isolation, ListedOffset, OffsetAt};

/// What a partition holds; `None` where its leader does not answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// The first offset that is still there.
    pub start: Option<Offset>,
    /// The offset that the next record will get.
    pub end: Option<Offset>,
}

impl Admin {
    /// Where each partition begins, ends, or was at a time.
    pub async fn list_offsets(
        &self,
        wanted: &BTreeMap<TopicPartition, OffsetAt>,
        isolation: Isolation,
    ) -> Result<BTreeMap<TopicPartition, Result<ListedOffset, Error>>, Error> {
        offsets::list(&self.cluster, wanted, isolation).await
    }

    /// Where each partition begins and ends, as far as its leader answers.
    pub async fn extents(
        &self,
        partitions: impl IntoIterator<Item = &TopicPartition>,
    ) -> Result<BTreeMap<TopicPartition, Extent>, Error> {
        let starts: BTreeMap<TopicPartition, OffsetAt> =
            partitions.into_iter().map(|of| (of.clone(), OffsetAt::Start)).collect();
        let ends = starts.keys().map(|of| (of.clone(), OffsetAt::End)).collect();
        let (starts, ends) = tokio::try_join!(
            self.list_offsets(&starts, Isolation::ReadUncommitted),
            self.list_offsets(&ends, Isolation::ReadUncommitted)
        )?;
        // A cluster that is set up wrongly is no partition's own trouble.
        let misled = starts.values().filter_map(|start| start.as_ref().err());
        if let Some(error) = misled.into_iter().find(|e| matches!(e, Error::Advertised { .. })) {
            return Err(error.clone());
        }
        let offset = |listed: Option<&Result<ListedOffset, Error>>| listed?.as_ref().ok()?.offset;
        let extent = |(of, start): (TopicPartition, Result<ListedOffset, Error>)| {
            let end = offset(ends.get(&of));
            (of, Extent { start: offset(Some(&start)), end })
        };
        Ok(starts.into_iter().map(extent).collect())
    }

    /// Everything that a group has committed. A group that does not exist has committed nothing.
    pub async fn committed_offsets(&self, group: &str) -> Result<Committed, Error> {
        self.on_coordinator(group, async |connection| offsets::fetch_all(&connection, group).await)
            .await
    }

    /// Sets a group's offsets. The group must have no members (UNKNOWN_MEMBER_ID otherwise); it is made if there is none.
    pub async fn commit_offsets(&self, group: &str, offsets: &Committed) -> Result<(), Error> {
        let request = &OffsetCommitRequest::default()
            .with_group_id(text(group).into())
            .with_generation_id_or_member_epoch(-1)
            .with_retention_time_ms(-1)
            .with_topics(offsets::to_commit(offsets));
        self.on_coordinator(group, |connection| async move {
            let answer = connection.call(request).await?;
            for topic in &answer.topics {
                for partition in &topic.partitions {
                    Error::check(partition.error_code, None, || {
                        format!("set the offsets of group \"{group}\"")
                    })?;
                }
            }
            Ok(())
        })
        .await
    }

    /// Forgets a group's offsets of these partitions. Those of topics that it is subscribed to stay
    /// (GROUP_SUBSCRIBED_TO_TOPIC).
    pub async fn delete_offsets(
        &self,
        group: &str,
        partitions: &[TopicPartition],
    ) -> Result<Each<TopicPartition, ()>, Error> {
        let mut topics: BTreeMap<&TopicName, Vec<OffsetDeleteRequestPartition>> = BTreeMap::new();
        for of in partitions {
            let index = of.partition.get();
            let partition = OffsetDeleteRequestPartition::default().with_partition_index(index);
            topics.entry(&of.topic).or_default().push(partition);
        }
        let topics = topics.into_iter().map(|(name, partitions)| {
            OffsetDeleteRequestTopic::default()
                .with_name(text(name).into())
                .with_partitions(partitions)
        });
        let request = &OffsetDeleteRequest::default()
            .with_group_id(text(group).into())
            .with_topics(topics.collect());
        self.on_coordinator(group, |connection| async move {
            let answer = connection.call(request).await?;
            let doing = || format!("delete offsets of group \"{group}\"");
            Error::check(answer.error_code, None, doing)?;
            let mut each = Each::new();
            for topic in &answer.topics {
                let Ok(name) = TopicName::new(&topic.name) else { continue };
                each.extend(topic.partitions.iter().map(|partition| {
                    let index = PartitionIndex(partition.partition_index);
                    let of = TopicPartition { topic: name.clone(), partition: index };
                    (of, Error::check(partition.error_code, None, doing))
                }));
            }
            Ok(each)
        })
        .await
    }
}
