//! The scope: which groups and which partitions are meant.

use std::collections::BTreeSet;

use protocol::ids::{PartitionIndex, TopicName, TopicPartition};

use super::Call;
use super::options::{ALL_GROUPS, GROUP};
use crate::admin::{ListedGroup, TopicDescription};
use crate::cli::applets::{DEFAULT_CAPACITY, Screen, Thrown, hash_map_order};

impl Call<'_> {
    /// The groups of `--group`, or of `--all-groups`.
    pub(super) async fn groups(&self, screen: &mut Screen) -> Result<Vec<String>, Thrown> {
        if !self.parsed.has(ALL_GROUPS) {
            return self.parsed.values(GROUP);
        }
        let groups = self.consumer_groups(screen).await;
        let groups = groups.map_err(|thrown| thrown.in_execution().in_runtime())?;
        Ok(groups.into_iter().map(|group| group.group).collect())
    }

    /// Every group of consumers, in the order in which Kafka's tool has them.
    pub(super) async fn consumer_groups(
        &self,
        screen: &mut Screen,
    ) -> Result<Vec<ListedGroup>, Thrown> {
        let mut groups = self.link.groups(screen).await?;
        groups.retain(|group| matches!(group.protocol_type.as_str(), "" | "consumer"));
        Ok(hash_map_order(groups, DEFAULT_CAPACITY, |group| group.group.clone()))
    }

    /// The topics that these partitions are of, as they are.
    pub(super) async fn topics_of(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<Vec<TopicDescription>, Thrown> {
        let names: BTreeSet<&TopicName> = partitions.iter().map(|of| &of.topic).collect();
        self.topics(&names.into_iter().cloned().collect::<Vec<_>>()).await
    }

    /// These topics, as they are.
    pub(super) async fn topics(
        &self,
        names: &[TopicName],
    ) -> Result<Vec<TopicDescription>, Thrown> {
        let each = self.link.admin.describe_topics(names, 2000).await?;
        each.into_iter().map(|(_, topic)| topic.map_err(Thrown::from)).collect()
    }
}

/// `topic:0,1,2`.
pub(super) fn listed_partitions(text: &str) -> Result<Vec<TopicPartition>, Thrown> {
    let parts: Vec<&str> = text.trim_end_matches(':').split(':').collect();
    let [topic, partitions] = parts[..] else {
        let message = format!("Invalid topic arg '{text}', expected topic name and partitions");
        return Err(Thrown::illegal_argument(message));
    };
    let name = topic_name(topic)?;
    let partition = |part: &str| {
        let message = format!("Invalid partition '{part}' specified in topic arg '{text}''");
        let index = part.parse().map_err(|_| Thrown::illegal_argument(message))?;
        Ok(TopicPartition { topic: name.clone(), partition: PartitionIndex(index) })
    };
    partitions.split(',').map(partition).collect()
}

/// A name that a topic may have. The broker refuses others, with the words of this code.
pub(super) fn topic_name(text: &str) -> Result<TopicName, Thrown> {
    let refused = || Thrown::of_code(protocol::ErrorCode::InvalidTopicException, None);
    TopicName::new(text).map_err(|_| refused())
}
