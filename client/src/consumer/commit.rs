//! Commits: telling the group how far we have come.

use protocol::ids::TopicPartition;
use protocol::messages::OffsetCommitRequest;
use protocol::{ErrorCode, StrBytes};
use tokio::time::Instant;

use super::Consumer;
use crate::cluster::{Cluster, Lane};
use crate::connection::Connection;
use crate::error::Error;
use crate::offsets::{self, Committed};

impl Consumer {
    /// Commits every position: what polls have returned so far counts as done.
    ///
    /// Errors: [`Error::Invalid`] without a group; ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID and
    /// REBALANCE_IN_PROGRESS if the group has gone on without us, or is about to: the records may be read again.
    pub async fn commit(&mut self) -> Result<(), Error> {
        self.commit_offsets(&self.positions.to_commit()).await
    }

    /// Commits these offsets, each that of the next record to read.
    ///
    /// Errors: those of [`Consumer::commit`].
    pub async fn commit_offsets(&mut self, offsets: &Committed) -> Result<(), Error> {
        if offsets.is_empty() {
            return Ok(());
        }
        let group = self.group()?;
        let identity = self.identity.as_ref();
        let request = OffsetCommitRequest::default()
            .with_group_id(group.clone().into())
            .with_generation_id_or_member_epoch(identity.map_or(-1, |known| known.generation))
            .with_member_id(identity.map(|known| known.member.clone()).unwrap_or_default())
            .with_group_instance_id(self.options.instance.clone().map(StrBytes::from_string))
            .with_retention_time_ms(-1)
            .with_topics(offsets::to_commit(offsets));
        let (cluster, request, group) = (&self.cluster.clone(), &request, &group);
        cluster
            .retrying(|| async move {
                let answer = coordinator(cluster, group).await?.call(request).await?;
                let partitions = answer.topics.iter().flat_map(|topic| &topic.partitions);
                for partition in partitions {
                    let doing = || format!("commit the offsets of group \"{group}\"");
                    Error::check(partition.error_code, None, doing)?;
                }
                Ok(())
            })
            .await
    }

    /// What the group has committed for these partitions; those without a commit are left out.
    ///
    /// Errors: [`Error::Invalid`] without a group.
    pub async fn committed(&mut self, partitions: &[TopicPartition]) -> Result<Committed, Error> {
        let (cluster, group) = (&self.cluster.clone(), &self.group()?);
        cluster
            .retrying(|| async move {
                let connection = coordinator(cluster, group).await?;
                offsets::fetch_some(&connection, group, partitions.iter()).await
            })
            .await
    }

    /// The commit that the consumer makes by itself. One that fails is made up for by the next.
    pub(super) async fn commit_if_due(&mut self) {
        let now = Instant::now();
        let (Some(due), Some(every)) = (self.commit_at, self.options.auto_commit) else { return };
        if now < due {
            return;
        }
        self.commit_at = Some(now + every);
        self.commit_quietly().await;
    }

    /// The last commit before partitions go to others.
    pub(super) async fn commit_before_rebalance(&mut self) {
        if self.commit_at.is_some() {
            self.commit_quietly().await;
        }
    }

    /// The last commit of all. What the group has told us since the last poll is heeded only as far as it says who we are.
    pub(super) async fn commit_at_the_end(&mut self) -> Result<(), Error> {
        while let Some(event) = self.next_event() {
            self.heed_at_the_end(event);
        }
        match self.commit().await {
            Err(error) if has_gone_on(&error) => {
                tracing::info!(%error, "the group goes on without the last offsets; records may be read again");
                Ok(())
            }
            done => done,
        }
    }

    async fn commit_quietly(&mut self) {
        if let Err(error) = self.commit().await {
            tracing::warn!(%error, "offsets were not committed; records may be read again");
        }
    }

    fn group(&self) -> Result<StrBytes, Error> {
        let group = self.options.group.clone().map(StrBytes::from_string);
        group.ok_or_else(|| Error::Invalid("only a group has offsets".into()))
    }
}

/// Whether the group is in the middle of a rebalance, or has gone on without us.
fn has_gone_on(error: &Error) -> bool {
    matches!(
        error.code(),
        Some(
            ErrorCode::IllegalGeneration
                | ErrorCode::UnknownMemberId
                | ErrorCode::RebalanceInProgress
                | ErrorCode::FencedInstanceId
        )
    )
}

/// A connection to the coordinator, beside the group's own lane: a commit must not stand behind a JoinGroup.
async fn coordinator(cluster: &Cluster, group: &StrBytes) -> Result<Connection, Error> {
    let node = cluster.coordinator_of(group).await?;
    cluster.node(node, Lane::Ordinary).await
}
