//! Rows of `--describe`: a partition that a group reads or has read, with where it stands.

use std::collections::BTreeMap;

use protocol::ids::{LeaderEpoch, Offset, TopicPartition};

use super::{Call, MISSING};
use crate::admin::{Committed, GroupDescription, GroupMember, Isolation, OffsetAt};
use crate::cli::applets::Thrown;

/// One row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) group: String,
    pub(super) of: TopicPartition,
    pub(super) leader_epoch: Option<LeaderEpoch>,
    pub(super) offset: Option<Offset>,
    pub(super) end: Option<Offset>,
    pub(super) consumer: String,
    pub(super) host: String,
    pub(super) client: String,
}

impl Row {
    /// How many records there are to be read.
    pub(super) fn lag(&self) -> Option<i64> {
        let offset = self.offset.filter(|offset| offset.get() != -1)?;
        Some(self.end?.get() - offset.get())
    }

    /// The cells, in the order of the columns.
    pub(super) fn cells(&self, verbose: bool) -> Vec<String> {
        let or_missing = |text: Option<String>| text.unwrap_or_else(|| MISSING.into());
        let mut cells =
            vec![self.group.clone(), self.of.topic.to_string(), self.of.partition.to_string()];
        if verbose {
            cells.push(or_missing(self.leader_epoch.map(|epoch| epoch.to_string())));
        }
        cells.push(or_missing(self.offset.map(|offset| offset.to_string())));
        cells.push(or_missing(self.end.map(|end| end.to_string())));
        cells.push(or_missing(self.lag().map(|lag| lag.to_string())));
        cells.extend([self.consumer.clone(), self.host.clone(), self.client.clone()]);
        cells
    }
}

impl Call<'_> {
    /// The rows of a group: first those of its members, who has most first, then what nobody reads now.
    pub(super) async fn rows(&self, group: &GroupDescription) -> Result<Vec<Row>, Thrown> {
        let committed = self.committed(&group.group).await?;
        let mut members: Vec<&GroupMember> =
            group.members.iter().filter(|member| !member.assignment.is_empty()).collect();
        members.sort_by_key(|member| std::cmp::Reverse(member.assignment.len()));
        let mut assigned: Vec<TopicPartition> = Vec::new();
        let mut rows = Vec::new();
        for member in members {
            assigned.extend(member.assignment.iter().cloned());
            let who =
                (member.member_id.clone(), format!("/{}", member.host), member.client_id.clone());
            rows.extend(self.rows_of(group, &member.assignment, &committed, &who).await?);
        }
        let left: Vec<TopicPartition> =
            committed.keys().filter(|of| !assigned.contains(of)).cloned().collect();
        let nobody = (MISSING.into(), MISSING.into(), MISSING.into());
        rows.extend(self.rows_of(group, &left, &committed, &nobody).await?);
        Ok(rows)
    }

    /// What a group has committed.
    pub(super) async fn committed(&self, group: &str) -> Result<Committed, Thrown> {
        let committed = self.link.admin.committed_offsets(group).await;
        committed.map_err(|error| Thrown::from(error).in_execution().in_runtime())
    }

    async fn rows_of(
        &self,
        group: &GroupDescription,
        partitions: &[TopicPartition],
        committed: &Committed,
        (consumer, host, client): &(String, String, String),
    ) -> Result<Vec<Row>, Thrown> {
        let topics = self.topics_of(partitions).await;
        let topics = topics.map_err(|thrown| thrown.in_execution().in_runtime())?;
        let led: Vec<TopicPartition> = topics
            .iter()
            .flat_map(|topic| {
                let led = topic.partitions.iter().filter(|partition| partition.leader.is_some());
                led.map(|partition| TopicPartition {
                    topic: topic.name.clone(),
                    partition: partition.index,
                })
            })
            .filter(|of| partitions.contains(of))
            .collect();
        let ends = self.offsets_at(&led, OffsetAt::End).await?;
        let mut partitions = partitions.to_vec();
        partitions.sort();
        let row = |of: TopicPartition| Row {
            group: group.group.clone(),
            leader_epoch: committed
                .get(&of)
                .map(|at| at.leader_epoch)
                .filter(|epoch| *epoch != LeaderEpoch::NONE),
            offset: committed.get(&of).map(|at| at.offset),
            end: ends.get(&of).copied().flatten(),
            of,
            consumer: consumer.clone(),
            host: host.clone(),
            client: client.clone(),
        };
        Ok(partitions.into_iter().map(row).collect())
    }

    /// Where partitions begin, end, or were at a time; `None` where no record is so late.
    pub(super) async fn offsets_at(
        &self,
        partitions: &[TopicPartition],
        at: OffsetAt,
    ) -> Result<BTreeMap<TopicPartition, Option<Offset>>, Thrown> {
        let wanted = partitions.iter().map(|of| (of.clone(), at)).collect();
        let failed = |thrown: Thrown| thrown.in_execution().in_runtime();
        let listed = self.link.admin.list_offsets(&wanted, Isolation::ReadUncommitted).await;
        let listed = listed.map_err(|error| failed(error.into()))?;
        let offset = |(of, listed): (TopicPartition, Result<crate::admin::ListedOffset, _>)| {
            let listed = listed.map_err(|error: crate::error::Error| failed(error.into()))?;
            Ok((of, listed.offset))
        };
        listed.into_iter().map(offset).collect()
    }
}
