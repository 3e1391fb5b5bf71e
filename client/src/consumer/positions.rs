//! Positions: what a consumer reads, and how far it has come.
//!
//! | state | meaning | leaves it by |
//! |---|---|---|
//! | `Unplaced` | assigned, and nobody knows where to begin | the group's commit, or the reset rule |
//! | `Resetting` | the start, the end or a time is wanted | the leader's answer to ListOffsets |
//! | `At` | the next record to read is known | `advance`, `seek`, or a fetch that is out of range |

use std::collections::BTreeMap;

use protocol::ids::{LeaderEpoch, Offset, TopicPartition};
use tokio::time::Instant;

use crate::offsets::{Committed, CommittedOffset, OffsetAt};

/// How far one partition has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    Unplaced,
    Resetting(OffsetAt),
    At { offset: Offset, epoch: LeaderEpoch },
}

/// One partition that is read.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) position: Position,
    pub(super) paused: bool,
    /// Not to be fetched before: the last try failed.
    pub(super) not_before: Option<Instant>,
    /// The end as of the last fetch: the high watermark, or the last stable offset.
    pub(super) end: Option<Offset>,
}

/// All partitions that are read.
#[derive(Clone, Debug, Default)]
pub(super) struct Positions {
    slots: BTreeMap<TopicPartition, Slot>,
}

impl Positions {
    /// Adds a partition, unless it is there.
    pub(super) fn add(&mut self, partition: TopicPartition) {
        let slot =
            Slot { position: Position::Unplaced, paused: false, not_before: None, end: None };
        self.slots.entry(partition).or_insert(slot);
    }

    pub(super) fn remove(&mut self, partition: &TopicPartition) {
        self.slots.remove(partition);
    }

    pub(super) fn get(&self, partition: &TopicPartition) -> Option<&Slot> {
        self.slots.get(partition)
    }

    pub(super) fn get_mut(&mut self, partition: &TopicPartition) -> Option<&mut Slot> {
        self.slots.get_mut(partition)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&TopicPartition, &Slot)> {
        self.slots.iter()
    }

    /// The partitions, in order.
    pub(super) fn partitions(&self) -> Vec<TopicPartition> {
        self.slots.keys().cloned().collect()
    }

    /// The next record to read, if that is known.
    pub(super) fn offset(&self, partition: &TopicPartition) -> Option<Offset> {
        match self.slots.get(partition)?.position {
            Position::At { offset, .. } => Some(offset),
            Position::Unplaced | Position::Resetting(_) => None,
        }
    }

    /// Goes to a place; what is under way for another place is of no use then. Nothing happens to partitions that are not
    /// read (any more).
    pub(super) fn place(&mut self, partition: &TopicPartition, position: Position) {
        if let Some(slot) = self.slots.get_mut(partition) {
            slot.position = position;
            slot.not_before = None;
        }
    }

    /// The partitions that nobody has placed.
    pub(super) fn unplaced(&self) -> Vec<TopicPartition> {
        let unplaced = self.slots.iter().filter(|(_, slot)| slot.position == Position::Unplaced);
        unplaced.map(|(partition, _)| partition.clone()).collect()
    }

    /// The partitions whose leaders must say where they begin or end.
    pub(super) fn resetting(&self) -> BTreeMap<TopicPartition, OffsetAt> {
        let wanted = |(partition, slot): (&TopicPartition, &Slot)| match slot.position {
            Position::Resetting(at) => Some((partition.clone(), at)),
            Position::Unplaced | Position::At { .. } => None,
        };
        self.slots.iter().filter_map(wanted).collect()
    }

    /// Everything that can be committed.
    pub(super) fn to_commit(&self) -> Committed {
        let committed = |(partition, slot): (&TopicPartition, &Slot)| match slot.position {
            Position::At { offset, epoch } => {
                let metadata = String::new();
                let committed = CommittedOffset { offset, leader_epoch: epoch, metadata };
                Some((partition.clone(), committed))
            }
            Position::Unplaced | Position::Resetting(_) => None,
        };
        self.slots.iter().filter_map(committed).collect()
    }
}
