//! `kafka-consumer-groups --delete` and `--delete-offsets`.

use std::collections::BTreeMap;

use protocol::ErrorCode;
use protocol::ids::{PartitionIndex, TopicPartition};

use super::describe::columns;
use super::options::{GROUP, TOPIC};
use super::scope::{listed_partitions, topic_name};
use super::{Call, MISSING, print_error};
use crate::cli::applets::{DEFAULT_CAPACITY, Screen, Stop, Thrown, hash_map_order};
use crate::error::Error;

/// What became of each partition's offset.
type Outcomes = BTreeMap<(String, i32), Option<Thrown>>;

impl Call<'_> {
    /// Deletes groups.
    pub(super) async fn delete(&self, screen: &mut Screen) -> Result<(), Stop> {
        let groups = self.groups(screen).await?;
        self.link.reach("deleteConsumerGroups(api=FIND_COORDINATOR)", screen).await?;
        let names: Vec<&str> = groups.iter().map(String::as_str).collect();
        let each = self.link.admin.delete_groups(&names).await?;
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        for (group, deleted) in each {
            match deleted {
                Ok(()) => done.push(group),
                Err(error) => failed.push((group, Thrown::from(error))),
            }
        }
        let done = hash_map_order(done, DEFAULT_CAPACITY, String::clone);
        let done: Vec<String> = done.iter().map(|group| format!("'{group}'")).collect();
        let done = done.join(", ");
        if failed.is_empty() {
            screen.line(format!("Deletion of requested consumer groups ({done}) was successful."));
            return Ok(());
        }
        print_error(screen, "Deletion of some consumer groups failed:");
        for (group, thrown) in hash_map_order(failed, DEFAULT_CAPACITY, |(group, _)| group.clone())
        {
            screen.line(format!("* Group '{group}' could not be deleted due to: {thrown}"));
        }
        if !done.is_empty() {
            screen.line(format!("\nThese consumer groups were deleted successfully: {done}"));
        }
        Ok(())
    }

    /// Deletes what a group has committed for topics or partitions.
    pub(super) async fn delete_offsets(&self, screen: &mut Screen) -> Result<(), Stop> {
        let group = self.parsed.value(GROUP)?.unwrap_or_default();
        self.link.reach("describeTopics", screen).await?;
        let mut outcomes = Outcomes::new();
        let partitions = self.offsets_to_delete(&mut outcomes).await?;
        let refusal = match self.link.admin.delete_offsets(&group, &partitions).await {
            Ok(each) => {
                let refusal = each.iter().find_map(|(_, deleted)| deleted.as_ref().err()).cloned();
                outcomes.extend(each.into_iter().map(|(of, deleted)| outcome(&of, deleted)));
                refusal
            }
            Err(error) => {
                let refused = |of| outcome(of, Err(error.clone()));
                outcomes.extend(partitions.iter().map(refused));
                Some(error)
            }
        };
        summary(&group, refusal.as_ref(), screen);
        table(&outcomes, screen);
        Ok(())
    }

    /// The partitions that are named, and all those of topics that are; topics that are not there become outcomes.
    async fn offsets_to_delete(
        &self,
        outcomes: &mut Outcomes,
    ) -> Result<Vec<TopicPartition>, Stop> {
        let mut partitions = Vec::new();
        let mut topics = Vec::new();
        for text in self.parsed.values(TOPIC)? {
            match text.contains(':') {
                true => partitions.extend(listed_partitions(&text)?),
                false => topics.push(topic_name(&text)?),
            }
        }
        for (name, topic) in self.link.admin.describe_topics(&topics, 2000).await? {
            match topic {
                Ok(topic) => {
                    let of = |index| TopicPartition { topic: name.clone(), partition: index };
                    partitions.extend(topic.partitions.iter().map(|found| of(found.index)));
                }
                Err(error) => {
                    let missing = TopicPartition { topic: name, partition: PartitionIndex(-1) };
                    outcomes.extend([outcome(&missing, Err(error))]);
                }
            }
        }
        partitions.sort();
        partitions.dedup();
        Ok(partitions)
    }
}

fn outcome(of: &TopicPartition, deleted: Result<(), Error>) -> ((String, i32), Option<Thrown>) {
    ((of.topic.to_string(), of.partition.get()), deleted.err().map(Thrown::from))
}

fn summary(group: &str, refusal: Option<&Error>, screen: &mut Screen) {
    use ErrorCode as E;
    let Some(error) = refusal else {
        screen.line(format!("Request succeeded for deleting offsets from group {group}."));
        return;
    };
    let code = error.code().unwrap_or(E::UnknownServerError);
    let message = match code {
        E::InvalidGroupId | E::GroupIdNotFound | E::GroupAuthorizationFailed | E::NonEmptyGroup => {
            Thrown::of_code(code, None).message().to_owned()
        }
        E::GroupSubscribedToTopic | E::TopicAuthorizationFailed | E::UnknownTopicOrPartition => {
            "Encountered some partition-level error, see the follow-up details.".into()
        }
        _ => format!("Encountered some unknown error: {}", code.name()),
    };
    print_error(screen, &message);
}

fn table(outcomes: &Outcomes, screen: &mut Screen) {
    let widest = outcomes.keys().map(|(topic, _)| topic.len()).max().unwrap_or(0).max(15);
    let widths = [widest, 10, 15];
    screen.text(format!("\n{}", columns(&["TOPIC", "PARTITION", "STATUS"], &widths)));
    let mut rows: Vec<_> = outcomes.iter().collect();
    rows.sort_by_key(|((topic, partition), _)| format!("{topic}{partition}"));
    for ((topic, partition), thrown) in rows {
        let partition = if *partition < 0 { MISSING.into() } else { partition.to_string() };
        let status = match thrown {
            Some(thrown) => format!("Error: {thrown}"),
            None => "Successful".into(),
        };
        screen.text(format!("\n{}", columns(&[topic.clone(), partition, status], &widths)));
    }
    screen.line("");
}
