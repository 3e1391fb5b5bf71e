//! An assignment: which brokers hold each partition of a topic, chosen by hand.

use std::str::FromStr;

use protocol::ids::NodeId;

/// `0:1,1:0`: for each partition the brokers that hold it, the preferred leader first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assignment(pub(super) Vec<Vec<NodeId>>);

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all: Vec<Vec<NodeId>> = text.split(',').map(brokers).collect::<Result<_, _>>()?;
        let replicas = all.first().map_or(0, Vec::len);
        match all.iter().position(|brokers| brokers.len() != replicas) {
            None => Ok(Self(all)),
            Some(other) => {
                let has = all.get(other).map_or(0, Vec::len);
                Err(format!(
                    "partition {other} has {has} replicas and partition 0 has {replicas}: give each the same number"
                ))
            }
        }
    }
}

/// The brokers of one partition.
fn brokers(text: &str) -> Result<Vec<NodeId>, String> {
    let mut brokers = Vec::new();
    for id in text.split(':') {
        let number = id.trim().parse::<i32>().ok().filter(|id| *id >= 0);
        let id = number.map(NodeId).ok_or_else(|| {
            format!("{id:?} is no broker: write the brokers of a partition with ':' between them, and ',' between partitions")
        })?;
        if brokers.contains(&id) {
            return Err(format!("broker {id} stands twice in \"{text}\""));
        }
        brokers.push(id);
    }
    Ok(brokers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partition_has_its_brokers_and_as_many_as_the_others() {
        let parsed = "0:1, 1:0".parse::<Assignment>().expect("an assignment");
        assert_eq!(parsed.0, [[NodeId(0), NodeId(1)], [NodeId(1), NodeId(0)]]);
        for wrong in ["", "0:", "0,", "0:0", "0:1,2", "-1", "a", "0;1"] {
            assert!(wrong.parse::<Assignment>().is_err(), "{wrong}");
        }
    }
}
