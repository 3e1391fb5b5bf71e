//! Progress: how far a group has come in one partition, and how far behind it is.

use std::collections::{BTreeMap, BTreeSet};

use protocol::ids::{Offset, TopicPartition};

use crate::admin::{Admin, CommittedOffset, Extent, GroupDescription, GroupMember};
use crate::error::Error;

/// One partition that the group reads or has read.
#[derive(Debug)]
pub(super) struct Progress<'a> {
    /// The partition.
    pub(super) partition: TopicPartition,
    /// How far the group has come.
    pub(super) committed: Option<CommittedOffset>,
    /// Where the partition begins and ends.
    pub(super) extent: Extent,
    /// Who reads it.
    pub(super) member: Option<&'a GroupMember>,
}

impl<'a> Progress<'a> {
    /// A line for each partition that is assigned or has a commit.
    pub(super) async fn of(admin: &Admin, group: &'a GroupDescription) -> Result<Vec<Self>, Error> {
        let committed = admin.committed_offsets(&group.group).await?;
        let mut readers: BTreeMap<&TopicPartition, &GroupMember> = BTreeMap::new();
        for member in &group.members {
            readers.extend(member.assignment.iter().map(|partition| (partition, member)));
        }
        let partitions: BTreeSet<&TopicPartition> =
            readers.keys().copied().chain(committed.keys()).collect();
        let extents = admin.extents(partitions.iter().copied()).await?;
        let line = |partition: &TopicPartition| Self {
            committed: committed.get(partition).cloned(),
            extent: extents.get(partition).copied().unwrap_or_default(),
            member: readers.get(partition).copied(),
            partition: partition.clone(),
        };
        Ok(partitions.into_iter().map(line).collect())
    }

    /// How many records are still to be read: from the commit, or from the start if there is none or it is gone.
    pub(super) fn lag(&self) -> Option<i64> {
        let end = self.extent.end?;
        let from = self.committed.as_ref()?.offset.max(self.extent.start.unwrap_or(Offset::ZERO));
        Some((end.get() - from.get()).max(0))
    }

    /// The application's note beside its commit.
    pub(super) fn note(&self) -> Option<&str> {
        Some(self.committed.as_ref()?.metadata.as_str()).filter(|note| !note.is_empty())
    }
}

/// What is still to be read in all partitions.
pub(super) fn total_lag(progress: &[Progress<'_>]) -> i64 {
    progress.iter().filter_map(Progress::lag).sum()
}

#[cfg(test)]
mod tests {
    use protocol::ids::{PartitionIndex, TopicName};

    use super::*;

    fn line(committed: Option<i64>, start: i64, end: i64) -> Progress<'static> {
        let topic = TopicName::new("t").expect("a legal name");
        Progress {
            partition: TopicPartition { topic, partition: PartitionIndex(0) },
            committed: committed.map(|offset| CommittedOffset::at(Offset(offset))),
            extent: Extent { start: Some(Offset(start)), end: Some(Offset(end)) },
            member: None,
        }
    }

    #[test]
    fn lag_counts_what_is_still_there_to_read() {
        assert_eq!(line(Some(3), 0, 10).lag(), Some(7));
        assert_eq!(line(Some(3), 8, 10).lag(), Some(2), "what retention took is not behind us");
        assert_eq!(line(Some(12), 0, 10).lag(), Some(0), "a commit beyond the end is no lag");
        assert_eq!(line(None, 0, 10).lag(), None, "without a commit nobody knows");
    }
}
