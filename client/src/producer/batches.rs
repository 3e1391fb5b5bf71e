//! Batches: everything that a producer was given and has not heard of yet.
//!
//! One [`Queue`] a partition. The producer's handles append, the sender takes; both hold one short lock while they do. Pure:
//! time is an argument.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use protocol::ids::{NodeId, TimestampMs, TopicName, TopicPartition};
use tokio::time::Instant;

use super::batch::{Batch, Identity};
use super::delivery::Share;
use super::queue::{Appended, Limits, Queue};
use super::record::Record;
use super::watch::Note;
use crate::error::Error;

/// What the sender shall do next.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// One request's worth of batches for each of these brokers.
    pub(super) sends: BTreeMap<NodeId, Vec<Batch>>,
    /// Batches that failed before they could be sent.
    pub(super) expired: Vec<(Batch, Error)>,
    /// Topics that have records to send but no leader to send them to.
    pub(super) leaderless: Vec<TopicName>,
    /// A partition waits for a new epoch.
    pub(super) wants_identity: bool,
    /// When to look again, if nothing happens before.
    pub(super) look_again: Option<Instant>,
}

/// Which brokers may be sent to, and as whom.
pub(super) struct Outlook<'a> {
    /// The leader of a partition.
    pub(super) leader: &'a dyn Fn(&TopicPartition) -> Option<NodeId>,
    /// Whether a broker takes another request now.
    pub(super) is_free: &'a dyn Fn(NodeId) -> bool,
    /// Who we are; `Err` while that is not known yet, and nothing may be sent.
    pub(super) identity: Result<Option<Identity>, ()>,
    /// How much goes into one request.
    pub(super) request_bytes: usize,
}

/// The queues of all partitions.
#[derive(Debug)]
pub(super) struct Batches {
    pub(super) limits: Limits,
    queues: IndexMap<TopicPartition, Queue>,
    /// How many callers wait for everything to leave now.
    pub(super) hurry: usize,
    /// Where the last look began, so that a request that is full does not always leave out the same partitions.
    turn: usize,
    /// Where the last record went.
    recent: usize,
}

impl Batches {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, queues: IndexMap::new(), hurry: 0, turn: 0, recent: 0 }
    }

    /// Adds a record to its partition.
    pub(super) fn append(
        &mut self,
        now: Instant,
        timestamp: TimestampMs,
        partition: &TopicPartition,
        record: &Record,
        note: Option<Note>,
    ) -> Appended {
        let place = self.place(partition);
        let (_, queue) = self.queues.get_index_mut(place).expect("it has a queue in this place");
        queue.append(now, timestamp, record, note, &self.limits)
    }

    /// Where the partition's queue is, which is made if it is the first record. Records without a key come in long runs for one
    /// partition, so the last place is looked at first.
    fn place(&mut self, partition: &TopicPartition) -> usize {
        if self.queues.get_index(self.recent).is_some_and(|(known, _)| known == partition) {
            return self.recent;
        }
        let known = self.queues.get_index_of(partition);
        self.recent = known.unwrap_or_else(|| {
            self.queues.insert_full(partition.clone(), Queue::new(partition.clone())).0
        });
        self.recent
    }

    /// The partition's queue, which exists for every batch that was taken.
    pub(super) fn queue(&mut self, partition: &TopicPartition) -> &mut Queue {
        self.queues.get_mut(partition).expect("batches come from queues, and queues stay")
    }

    /// Decides what leaves now: at most one batch a partition and one request a broker.
    pub(super) fn plan(&mut self, now: Instant, outlook: &Outlook<'_>) -> Plan {
        let mut plan = Plan::default();
        let mut weights: BTreeMap<NodeId, usize> = BTreeMap::new();
        let count = self.queues.len();
        for step in 0..count {
            let (partition, queue) = self
                .queues
                .get_index_mut((self.turn + step) % count)
                .expect("the index is below the count");
            plan.expired.extend(queue.expire(now, &self.limits));
            if queue.is_idle() {
                continue;
            }
            plan.look_at(queue.expires_at(&self.limits));
            let Some(due) = queue.due(&self.limits, self.hurry > 0) else { continue };
            if due > now {
                plan.look_at(Some(due));
                continue;
            }
            let Some(leader) = (outlook.leader)(partition) else {
                plan.leaderless.push(partition.topic.clone());
                continue;
            };
            let Ok(identity) = outlook.identity else {
                plan.wants_identity = true;
                continue;
            };
            let weight = weights.entry(leader).or_default();
            if !(outlook.is_free)(leader) || *weight >= outlook.request_bytes {
                continue;
            }
            match queue.take(identity) {
                Some(batch) => {
                    *weight += batch.bytes;
                    plan.sends.entry(leader).or_default().push(batch);
                }
                None => plan.wants_identity |= queue.wants_identity(identity),
            }
        }
        self.turn = if count == 0 { 0 } else { (self.turn + 1) % count };
        plan
    }

    /// A share in the fate of everything that is not settled.
    pub(super) fn shares(&self) -> Vec<Share> {
        self.queues.values().flat_map(Queue::shares).collect()
    }

    /// Whether everything has been settled.
    pub(super) fn is_idle(&self) -> bool {
        self.queues.values().all(Queue::is_idle)
    }

    /// Takes out everything that waits in these partitions, to be failed.
    pub(super) fn abandon(&mut self, which: impl Fn(&TopicPartition) -> bool) -> Vec<Batch> {
        let chosen = self.queues.iter_mut().filter(|(partition, _)| which(partition));
        chosen.flat_map(|(_, queue)| queue.abandon()).collect()
    }

    /// Notes why nothing leaves these partitions.
    pub(super) fn held_up(&mut self, which: impl Fn(&TopicPartition) -> bool, error: &Error) {
        let chosen = self.queues.iter_mut().filter(|(partition, _)| which(partition));
        chosen.for_each(|(_, queue)| queue.held_up(error.clone()));
    }
}

impl Plan {
    fn look_at(&mut self, at: Option<Instant>) {
        self.look_again = match (self.look_again, at) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
}
