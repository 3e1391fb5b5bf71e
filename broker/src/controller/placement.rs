//! Placement: which brokers keep the partitions of a topic when nobody says.
//!
//! Brokers are put in a row in which racks take turns. A partition's leader stands one further on than that of the
//! partition before it, so leaders spread evenly. The other copies are dealt from behind the leader, first to racks that
//! have none yet (KIP-36). After each round that begins one further on, so that the same pairs do not meet again and
//! again. Where a topic begins depends on its id, so that small topics do not all begin on one broker.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

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
    alive: Vec<Place>,
    fenced: Vec<Place>,
}

/// A broker's place in the row.
#[derive(Clone, PartialEq)]
struct Place {
    id: NodeId,
    rack: Option<Arc<str>>,
}

impl Row {
    fn new(brokers: &Brokers) -> Self {
        let (alive, fenced): (Vec<&Broker>, Vec<&Broker>) =
            brokers.iter().map(|broker| &**broker).partition(|broker| broker.may_lead());
        Self { alive: racks_in_turn(&alive), fenced: racks_in_turn(&fenced) }
    }

    /// The replicas of the partition that begins at `start`: brokers that are alive, then fenced ones if those are too few.
    fn replicas(&self, start: usize, copies: usize) -> Vec<NodeId> {
        let mut replicas = deal(&self.alive, start, copies);
        let missing = copies - replicas.len();
        replicas.extend(deal(&self.fenced, start, missing));
        replicas
    }
}

/// Up to `count` brokers of the row, the one at `start` first.
fn deal(row: &[Place], start: usize, count: usize) -> Vec<NodeId> {
    let count = count.min(row.len());
    if count == 0 {
        return Vec::new();
    }
    let (first, round) = (start % row.len(), start / row.len());
    let mut waiting: Vec<&Place> = row[first + 1..].iter().chain(&row[..first]).collect();
    if !waiting.is_empty() {
        let shift = round % waiting.len();
        waiting.rotate_left(shift);
    }
    let mut dealt = vec![&row[first]];
    let mut racks = vec![&row[first].rack];
    while dealt.len() < count {
        let fresh = waiting.iter().position(|place| !racks.contains(&&place.rack));
        if fresh.is_none() {
            racks.clear();
        }
        let place = waiting.remove(fresh.unwrap_or(0));
        racks.push(&place.rack);
        dealt.push(place);
    }
    dealt.into_iter().map(|place| place.id).collect()
}

/// The brokers so that racks take turns; those without a rack make one together.
fn racks_in_turn(brokers: &[&Broker]) -> Vec<Place> {
    let mut racks: BTreeMap<Option<Arc<str>>, VecDeque<Place>> = BTreeMap::new();
    for broker in brokers {
        let place = Place { id: broker.id, rack: broker.rack.clone() };
        racks.entry(broker.rack.clone()).or_default().push_back(place);
    }
    let mut row = Vec::with_capacity(brokers.len());
    while row.len() < brokers.len() {
        row.extend(racks.values_mut().filter_map(VecDeque::pop_front));
    }
    row
}
