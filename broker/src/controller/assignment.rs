//! A manual assignment: an operator says which brokers keep which partition.

use std::collections::{BTreeMap, BTreeSet};

use protocol::ErrorCode;
use protocol::ids::{NodeId, PartitionIndex};

use super::{NewTopic, Refusal, leaders};
use crate::metadata::Brokers;

/// The replicas of each partition of a new topic, from 0 on, as the request assigns them.
pub(super) fn of_new_topic(
    topic: &NewTopic,
    brokers: &Brokers,
) -> Result<Vec<Vec<NodeId>>, Refusal> {
    if topic.partitions != -1 {
        return Err(both("number of partitions"));
    }
    if topic.replication_factor != -1 {
        return Err(both("replication factor"));
    }
    let mut by_partition = BTreeMap::new();
    for (partition, replicas) in &topic.assignments {
        if by_partition.insert(*partition, replicas.clone()).is_some() {
            return Err(illegal(format!("partition {partition} is assigned more than once")));
        }
    }
    if !by_partition.keys().copied().eq((0..by_partition.len() as i32).map(PartitionIndex)) {
        return Err(illegal(
            "the assigned partitions must be numbered from 0 without a gap".into(),
        ));
    }
    let assignments: Vec<_> = by_partition.into_values().collect();
    let copies = assignments.first().map_or(0, Vec::len);
    check(&assignments, copies, brokers)?;
    Ok(assignments)
}

/// Checks the replicas of partitions that are to have `copies` copies each.
pub(super) fn check(
    assignments: &[Vec<NodeId>],
    copies: usize,
    brokers: &Brokers,
) -> Result<(), Refusal> {
    assignments.iter().try_for_each(|replicas| check_one(replicas, copies, brokers))
}

fn check_one(replicas: &[NodeId], copies: usize, brokers: &Brokers) -> Result<(), Refusal> {
    if replicas.is_empty() {
        return Err(illegal("a partition is assigned to no broker".into()));
    }
    let mut seen = BTreeSet::new();
    for id in replicas {
        if brokers.get(*id).is_none() {
            return Err(illegal(format!(
                "a partition is assigned to broker {id}, which is not registered"
            )));
        }
        if !seen.insert(id) {
            return Err(illegal(format!("a partition is assigned to broker {id} twice")));
        }
    }
    if replicas.len() != copies {
        let message = format!(
            "a partition is assigned to {} brokers where others have {copies}",
            replicas.len()
        );
        return Err(illegal(message));
    }
    if !replicas.iter().any(|id| leaders::may_lead(brokers, *id)) {
        return Err(illegal(
            "a partition is assigned only to brokers that are fenced or stopping".into(),
        ));
    }
    Ok(())
}

fn both(what: &str) -> Refusal {
    let message = format!("with a manual assignment the {what} must be left open (-1)");
    Refusal::new(ErrorCode::InvalidRequest, message)
}

fn illegal(message: String) -> Refusal {
    Refusal::new(ErrorCode::InvalidReplicaAssignment, message)
}
