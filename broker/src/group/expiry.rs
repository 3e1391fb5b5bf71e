//! Expiry: positions that nobody needs are forgotten (KIP-211).
//!
//! | the group | its positions | kept for the retention from |
//! |---|---|---|
//! | never had members | all | their commit |
//! | is empty | all | the last member's end, or their commit if that was later |
//! | is stable, and we can read what it wants | in topics it does not want | their commit |
//! | anything else | none expire | |
//!
//! A commit before OffsetCommit version 5 may have set a time of its own; then that time alone counts, wherever the table
//! lets the position expire at all. An empty group whose positions are all gone is forgotten with them.

use std::collections::BTreeSet;

use protocol::ids::{TimestampMs, TopicName};

use super::classic::Classic;
use super::ids::GroupId;
use super::machine::Coordinator;
use super::offsets::forgotten;
use super::records::{CommittedOffset, Record};
use super::state::GroupState;
use super::stored::StoredGroup;
use super::timers::Timer;
use crate::machine::{Now, Out};

impl Coordinator {
    /// Forgets what is due: positions in topics that are gone, then expired ones. What does not fit in one batch is
    /// left for a sweep that follows at once.
    pub(super) fn sweep(&mut self, now: Now, out: &mut Out<Self>) {
        let mut due = Vec::new();
        for (id, group) in self.stored.groups() {
            self.due_in_group(now.wall, id, group, &mut due);
        }
        let mut budget = self.config.record_bytes_max / 2;
        let mut due = due.into_iter().peekable();
        while let Some(record) = due.next() {
            budget = budget.saturating_sub(record.size_max());
            out.record(record);
            if due.peek().is_some_and(|next| next.size_max() > budget) {
                break;
            }
        }
        let is_complete = due.peek().is_none();
        let wait = if is_complete { self.config.sweep_interval() } else { Default::default() };
        if is_complete {
            self.gone_topics = BTreeSet::new();
        }
        self.timers.set(Timer::Sweep, now.instant.after(wait));
    }

    fn due_in_group(
        &self,
        wall: TimestampMs,
        id: &GroupId,
        group: &StoredGroup,
        due: &mut Vec<Record>,
    ) {
        let live = self.live.get(id);
        let mut is_empty = true;
        for (topic, partitions) in &group.offsets {
            for (partition, kept) in partitions {
                if self.gone_topics.contains(topic)
                    || self.is_expired(wall, group, live, topic, kept)
                {
                    due.push(forgotten(id, topic, *partition));
                } else {
                    is_empty = false;
                }
            }
        }
        if is_empty && live.is_none() && group.metadata.is_some() && !group.has_members() {
            due.push(Record::Group { group: id.clone(), value: None });
        }
    }

    fn is_expired(
        &self,
        wall: TimestampMs,
        group: &StoredGroup,
        live: Option<&Classic>,
        topic: &TopicName,
        kept: &CommittedOffset,
    ) -> bool {
        let Some(since) = unneeded_since(group, live, topic, kept) else { return false };
        if kept.expires != TimestampMs::NONE {
            return wall >= kept.expires;
        }
        let retention =
            i64::try_from(self.config.offsets_retention.as_millis()).unwrap_or(i64::MAX);
        wall.get().saturating_sub(since.get()) >= retention
    }
}

/// Since when nobody needs the position; `None` if somebody may.
fn unneeded_since(
    group: &StoredGroup,
    live: Option<&Classic>,
    topic: &TopicName,
    kept: &CommittedOffset,
) -> Option<TimestampMs> {
    if let Some(live) = live.filter(|live| live.state != GroupState::Empty) {
        let is_known =
            live.state == GroupState::Stable && live.is_consumer() && live.subscribed.is_some();
        return (is_known && !live.wants(topic)).then_some(kept.committed);
    }
    match &group.metadata {
        // Only a group that is live has members; see `Coordinator::wake`.
        Some(metadata) if !metadata.members.is_empty() => None,
        Some(metadata) if metadata.protocol_type.is_some() => {
            Some(kept.committed.max(metadata.since))
        }
        _ => Some(kept.committed),
    }
}
