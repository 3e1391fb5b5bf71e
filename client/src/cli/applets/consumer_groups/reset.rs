//! `kafka-consumer-groups --reset-offsets`.

use protocol::ErrorCode;
use protocol::ids::{TopicName, TopicPartition};

use super::options::{ALL_TOPICS, DRY_RUN, EXECUTE, EXPORT, FROM_FILE, GROUP, TOPIC};
use super::plan::{self, Plan};
use super::scope::{listed_partitions, topic_name};
use super::{Call, print_error};
use crate::admin::CommittedOffset;
use crate::cli::applets::{DEFAULT_CAPACITY, Screen, Stop, Thrown, hash_map_order};

impl Call<'_> {
    /// Plans new offsets for the groups, commits them where that is asked for, and prints them.
    pub(super) async fn reset(&self, screen: &mut Screen) -> Result<(), Stop> {
        let groups = self.groups(screen).await?;
        let mut plans = Vec::new();
        for group in hash_map_order(groups, DEFAULT_CAPACITY, String::clone) {
            let plan = self.reset_group(&group, screen).await?;
            plans.push((group, plan));
        }
        if self.parsed.has(EXPORT) {
            let single = self.parsed.values(GROUP)?.len() == 1;
            screen.line(plan::csv(&plans, single));
        } else {
            plan::print(&plans, screen);
        }
        Ok(())
    }

    async fn reset_group(&self, group: &str, screen: &mut Screen) -> Result<Plan, Stop> {
        self.link
            .reach("describeConsumerGroups(api=FIND_COORDINATOR)", screen)
            .await
            .map_err(|thrown| thrown.in_execution().in_runtime())?;
        let each = self.link.admin.describe_groups(&[group]).await?;
        let state = match each.into_iter().next().map(|(_, described)| described) {
            Some(Ok(described)) => described.state,
            Some(Err(error)) if error.code() != Some(ErrorCode::GroupIdNotFound) => {
                return Err(Thrown::from(error).in_execution().in_runtime().into());
            }
            _ => "Dead".into(),
        };
        if state != "Empty" && state != "Dead" {
            print_error(
                screen,
                &format!(
                    "Assignments can only be reset if the group '{group}' is inactive, but the current state is {state}."
                ),
            );
            return Ok(Plan::new());
        }
        let partitions = self.partitions(group).await?;
        self.check(&partitions).await?;
        let plan = self.plan(group, &partitions, screen).await?;
        if self.parsed.has(EXECUTE) && !self.parsed.has(DRY_RUN) && !plan.is_empty() {
            let commit =
                |(of, offset): (&TopicPartition, &_)| (of.clone(), CommittedOffset::at(*offset));
            self.link.admin.commit_offsets(group, &plan.iter().map(commit).collect()).await?;
        }
        Ok(plan)
    }

    /// The partitions that are to be reset.
    async fn partitions(&self, group: &str) -> Result<Vec<TopicPartition>, Stop> {
        if self.parsed.has(ALL_TOPICS) {
            return Ok(self.committed(group).await?.into_keys().collect());
        }
        if self.parsed.has(TOPIC) {
            return Ok(self.named_partitions().await?);
        }
        match self.parsed.has(FROM_FILE) {
            true => Ok(Vec::new()),
            false => {
                let message = "One of the reset scopes should be defined: --all-topics, --topic.";
                Err(Stop::Usage(message.into()))
            }
        }
    }

    /// `--topic a --topic b:0,1`.
    async fn named_partitions(&self) -> Result<Vec<TopicPartition>, Thrown> {
        let (mut partitions, mut whole): (Vec<TopicPartition>, Vec<TopicName>) = Default::default();
        for text in self.parsed.values(TOPIC)? {
            match text.contains(':') {
                true => partitions.extend(listed_partitions(&text)?),
                false => whole.push(topic_name(&text)?),
            }
        }
        for topic in self.topics(&whole).await? {
            let of = |index| TopicPartition { topic: topic.name.clone(), partition: index };
            partitions.extend(topic.partitions.iter().map(|partition| of(partition.index)));
        }
        Ok(partitions)
    }

    /// Throws where a partition is not there, or has no leader.
    async fn check(&self, partitions: &[TopicPartition]) -> Result<(), Thrown> {
        let topics = self.topics_of(partitions).await;
        let topics = topics.map_err(|thrown| thrown.in_execution().in_runtime())?;
        let leader = |of: &TopicPartition| {
            let topic = topics.iter().find(|topic| topic.name == of.topic)?;
            topic.partitions.iter().find(|partition| partition.index == of.partition)
        };
        let listed = |wrong: &dyn Fn(&TopicPartition) -> bool| {
            let names: Vec<String> =
                partitions.iter().filter(|of| wrong(of)).map(ToString::to_string).collect();
            Some(names.join(",")).filter(|names| !names.is_empty())
        };
        if let Some(names) = listed(&|of| leader(of).is_none()) {
            let message = format!("The partitions \"{names}\" do not exist");
            return Err(Thrown::kafka("UnknownTopicOrPartitionException", message));
        }
        if let Some(names) = listed(&|of| leader(of).is_some_and(|found| found.leader.is_none())) {
            let message = format!("The partitions \"{names}\" have no leader");
            return Err(Thrown::kafka("LeaderNotAvailableException", message));
        }
        Ok(())
    }
}
