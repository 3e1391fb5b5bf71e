//! An offset commit: a consumer says how far it has come.

use protocol::ErrorCode;
use protocol::ids::{TimestampMs, TopicId};

use super::classic::Classic;
use super::input::{CommitPartition, CommitTopic, OffsetCommit};
use super::machine::Coordinator;
use super::output::{CommittedTopic, OffsetCommitReply, Output, Reply};
use super::records::{CommittedOffset, Record, TEXT_BYTES_MAX};
use super::state::GroupState;
use crate::machine::{Now, Out, Ticket};

impl Coordinator {
    /// Keeps the positions, if the committer may speak for the group. All of them or none: they are one batch.
    pub(super) fn commit(
        &mut self,
        now: Now,
        ticket: Ticket,
        request: &OffsetCommit,
        out: &mut Out<Self>,
    ) {
        if let Err(error) = self.validate_commit(request) {
            let reply = Reply::OffsetCommit(answer(request, |_| error));
            return out.now(Output { ticket, reply });
        }
        self.committer_is_alive(now, request, out);
        let limit = self.config.offset_metadata_max;
        let records = self.commit_records(now.wall, request);
        let size: usize = records.iter().map(|record| record.size_max()).sum();
        if size > self.config.record_bytes_max {
            let reply =
                Reply::OffsetCommit(answer(request, |_| ErrorCode::InvalidCommitOffsetSize));
            return out.now(Output { ticket, reply });
        }
        records.into_iter().for_each(|record| out.record(record));
        let reply = answer(request, |partition| match is_too_long(&partition.metadata, limit) {
            true => ErrorCode::OffsetMetadataTooLarge,
            false => ErrorCode::None,
        });
        out.commit_then(Output { ticket, reply: Reply::OffsetCommit(reply) });
    }

    /// A group that nobody knows may be committed to by one who is no member of any: that makes a simple group.
    fn validate_commit(&self, request: &OffsetCommit) -> Result<(), ErrorCode> {
        if request.group.len() > TEXT_BYTES_MAX {
            return Err(ErrorCode::InvalidGroupId);
        }
        match (self.live.get(&request.group), self.stored.group(&request.group)) {
            (Some(group), _) => group.validate_commit(request),
            (None, _) if !request.generation.is_some() => Ok(()),
            (None, Some(_)) => Err(ErrorCode::UnknownMemberId),
            (None, None) if request.knows_group_id_not_found => Err(ErrorCode::GroupIdNotFound),
            (None, None) => Err(ErrorCode::IllegalGeneration),
        }
    }

    /// A commit is a sign of life, except while the assignment is awaited.
    fn committer_is_alive(&mut self, now: Now, request: &OffsetCommit, out: &mut Out<Self>) {
        self.with_group(now, &request.group, out, |group, turn| {
            if matches!(group.state, GroupState::Stable | GroupState::PreparingRebalance) {
                group.expect_from(turn, &request.member_id);
            }
        });
    }

    fn commit_records(&self, wall: TimestampMs, request: &OffsetCommit) -> Vec<Record> {
        let expires = request.retention.map_or(TimestampMs::NONE, |retention| {
            let millis = i64::try_from(retention.as_millis()).unwrap_or(i64::MAX);
            TimestampMs(wall.get().saturating_add(millis))
        });
        let keeps_ids = self.config.offset_topic_ids;
        let limit = self.config.offset_metadata_max;
        let record = |topic: &CommitTopic, partition: &CommitPartition| Record::Offset {
            group: request.group.clone(),
            topic: topic.name.clone(),
            partition: partition.partition,
            value: Some(
                CommittedOffset {
                    offset: partition.offset,
                    leader_epoch: partition.leader_epoch,
                    metadata: partition.metadata.clone(),
                    committed: wall,
                    expires,
                    topic_id: if keeps_ids { topic.id } else { TopicId::ZERO },
                }
                .without_what_is_not_kept(),
            ),
        };
        let each = |topic| partitions(topic).map(move |partition| (topic, partition));
        let kept = request.topics.iter().flat_map(each);
        let kept = kept.filter(|(_, partition)| !is_too_long(&partition.metadata, limit));
        kept.map(|(topic, partition)| record(topic, partition)).collect()
    }
}

impl Classic {
    /// Whether the committer may speak for the group. A member that was given up, or that has slept through a
    /// rebalance, may not: its partitions are somebody else's now.
    fn validate_commit(&self, request: &OffsetCommit) -> Result<(), ErrorCode> {
        let is_anonymous = !request.generation.is_some();
        if is_anonymous && self.state == GroupState::Empty {
            return Ok(());
        }
        if is_anonymous && request.member_id.is_empty() && request.instance_id.is_none() {
            return Err(ErrorCode::UnknownMemberId);
        }
        self.validate(&request.member_id, request.instance_id.as_ref())?;
        match self.state {
            _ if request.generation != self.generation => Err(ErrorCode::IllegalGeneration),
            GroupState::CompletingRebalance => Err(ErrorCode::RebalanceInProgress),
            _ => Ok(()),
        }
    }
}

fn partitions(topic: &CommitTopic) -> impl Iterator<Item = &CommitPartition> {
    topic.partitions.iter()
}

/// Kafka counts UTF-16 units. Whatever the limit, a record must be able to hold the text.
fn is_too_long(metadata: &str, limit: usize) -> bool {
    let is_over = metadata.len() > limit && metadata.encode_utf16().count() > limit;
    is_over || metadata.len() > TEXT_BYTES_MAX
}

fn answer(
    request: &OffsetCommit,
    error: impl Fn(&CommitPartition) -> ErrorCode,
) -> OffsetCommitReply {
    let topic = |topic: &CommitTopic| CommittedTopic {
        name: topic.name.clone(),
        id: topic.id,
        partitions: partitions(topic)
            .map(|partition| (partition.partition, error(partition)))
            .collect(),
    };
    OffsetCommitReply { topics: request.topics.iter().map(topic).collect() }
}
