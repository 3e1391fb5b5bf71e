//! Placement: which brokers keep the partitions of a topic when nobody says.
//!
//! Brokers are put in a row in which racks take turns. A partition takes as many neighbours as it has copies, the next
//! partition begins one further on: leaders spread evenly, and copies lie on as many racks as there are (KIP-36). After
//! each round the followers are moved apart by one more, so that the same pairs do not meet again and again. Where a
//! topic begins depends on its id, so that small topics do not all begin on one broker.

use std::collections::{BTreeMap, VecDeque};

use protocol::ErrorCode;
use protocol::ids::{NodeId, PartitionIndex, TopicId};

use super::Refusal;
use crate::metadata::{Broker, Brokers};

/// What is to be placed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    /// The topic's id decides where in the row it begins.
    pub(super) topic: TopicId,
    /// The first partition to place; those before it exist.
    pub(super) first: PartitionIndex,
    /// How many partitions.
    pub(super) partitions: usize,
    /// How many copies of each, at least 1.
    pub(super) copies: usize,
}

/// The replicas of each partition, the preferred leader first.
pub(super) fn place(request: &Request, brokers: &Brokers) -> Result<Vec<Vec<NodeId>>, Refusal> {
    if request.copies > brokers.len() {
        let message = format!(
            "a replication factor of {} cannot be reached: only {} broker(s) are registered",
            request.copies,
            brokers.len()
        );
        return Err(Refusal::new(ErrorCode::InvalidReplicationFactor, message));
    }
    if !brokers.iter().any(|broker| broker.may_lead()) {
        let message = "no partition can be placed: all brokers are fenced or stopping";
        return Err(Refusal::new(ErrorCode::InvalidReplicationFactor, message));
    }
    let row = Row::new(brokers);
    let start = request.topic.0.as_u128() as usize;
    let numbers = (request.first.get() as usize..).take(request.partitions);
    Ok(numbers.map(|number| row.replicas(start.wrapping_add(number), request.copies)).collect())
}

/// The brokers in the order in which they are dealt out. Those that are alive come first: only they can lead.
struct Row {
    alive: Vec<NodeId>,
    fenced: Vec<NodeId>,
}

impl Row {
    fn new(brokers: &Brokers) -> Self {
        let (alive, fenced): (Vec<&Broker>, Vec<&Broker>) =
            brokers.iter().map(|broker| &**broker).partition(|broker| broker.may_lead());
        Self { alive: racks_in_turn(&alive), fenced: racks_in_turn(&fenced) }
    }

    /// The replicas of the partition that begins at `place`: brokers that are alive, then fenced ones if those are too few.
    fn replicas(&self, place: usize, copies: usize) -> Vec<NodeId> {
        let mut replicas = deal(&self.alive, place, copies);
        let missing = copies - replicas.len();
        replicas.extend(deal(&self.fenced, place, missing));
        replicas
    }
}

/// Up to `count` brokers of the row, from `place` on.
fn deal(row: &[NodeId], place: usize, count: usize) -> Vec<NodeId> {
    let count = count.min(row.len());
    if count == 0 {
        return Vec::new();
    }
    let (first, round) = (place % row.len(), place / row.len());
    let followers = row.len() - 1;
    let follower = |nth: usize| {
        // The nth follower stands nth + round places after the leader, counted without the leader.
        row[(first + 1 + (nth + round) % followers) % row.len()]
    };
    std::iter::once(row[first]).chain((0..count - 1).map(follower)).collect()
}

/// The brokers so that racks take turns; those without a rack make one together.
fn racks_in_turn(brokers: &[&Broker]) -> Vec<NodeId> {
    let mut racks: BTreeMap<Option<&str>, VecDeque<NodeId>> = BTreeMap::new();
    for broker in brokers {
        racks.entry(broker.rack.as_deref()).or_default().push_back(broker.id);
    }
    let mut row = Vec::with_capacity(brokers.len());
    while row.len() < brokers.len() {
        row.extend(racks.values_mut().filter_map(VecDeque::pop_front));
    }
    row
}
