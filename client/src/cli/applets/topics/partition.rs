//! Numbers that partitions and replicas are given by.

use protocol::ids::NodeId;

use super::options::REPLICA_ASSIGNMENT;
use crate::cli::applets::{Parsed, Thrown};

/// `--replica-assignment 1:2,2:1`: the brokers of each partition.
pub(super) fn assignment(parsed: &Parsed) -> Result<Vec<Vec<NodeId>>, Thrown> {
    let Some(text) = parsed.value(REPLICA_ASSIGNMENT)?.filter(|text| !text.is_empty()) else {
        return Ok(Vec::new());
    };
    let mut all: Vec<Vec<NodeId>> = Vec::new();
    for (partition, list) in text.split(',').enumerate() {
        let brokers = list.split(':').map(broker).collect::<Result<Vec<_>, _>>()?;
        check_duplicates(&brokers)?;
        if all.first().is_some_and(|first| first.len() != brokers.len()) {
            let message = format!(
                "Partition {partition} has different replication factor: {}",
                bracketed(&brokers)
            );
            return Err(Thrown::new(
                "org.apache.kafka.server.common.AdminOperationException",
                message,
            ));
        }
        all.push(brokers);
    }
    Ok(all)
}

fn broker(text: &str) -> Result<NodeId, Thrown> {
    let text = text.trim();
    let wrong = || {
        let message = format!("For input string: \"{text}\"");
        Thrown::new("java.lang.NumberFormatException", message)
    };
    text.parse().map(NodeId).map_err(|_| wrong())
}

fn check_duplicates(brokers: &[NodeId]) -> Result<(), Thrown> {
    let mut twice: Vec<i32> = Vec::new();
    for (at, id) in brokers.iter().enumerate() {
        if brokers[..at].contains(id) && !twice.contains(&id.get()) {
            twice.push(id.get());
        }
    }
    if twice.is_empty() {
        return Ok(());
    }
    let twice = numbers(&twice.into_iter().map(NodeId).collect::<Vec<_>>());
    let message = format!("Partition replica lists may not contain duplicate entries: {twice}");
    Err(Thrown::new("org.apache.kafka.server.common.AdminCommandFailedException", message))
}

/// `1,2,3`.
pub(super) fn numbers(brokers: &[NodeId]) -> String {
    let texts: Vec<String> = brokers.iter().map(ToString::to_string).collect();
    texts.join(",")
}

/// `[1, 2, 3]`, as Java prints a list.
fn bracketed(brokers: &[NodeId]) -> String {
    let texts: Vec<String> = brokers.iter().map(ToString::to_string).collect();
    format!("[{}]", texts.join(", "))
}
