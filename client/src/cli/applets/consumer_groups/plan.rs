//! A plan: the offsets that groups are to be reset to, as a table or as CSV.

use std::collections::BTreeMap;

use protocol::ids::{Offset, PartitionIndex, TopicPartition};

use super::describe::columns;
use super::scope::topic_name;
use crate::cli::applets::{DEFAULT_CAPACITY, Screen, Thrown, hash_order, partition_hash};

/// The new offset of each partition.
pub(super) type Plan = BTreeMap<TopicPartition, Offset>;

/// Up to this length Jackson looks whether a text needs quotes; a longer one gets them without a look.
const LOOKED_AT: usize = 24;

/// A plan's rows in the order in which Kafka's tool has them.
fn rows(plan: &Plan) -> Vec<(&TopicPartition, &Offset)> {
    hash_order(plan.iter().collect(), DEFAULT_CAPACITY, |(of, _)| partition_hash(of))
}

/// Prints the plans of several groups as a table.
pub(super) fn print(plans: &[(String, Plan)], screen: &mut Screen) {
    let topics = plans.iter().flat_map(|(_, plan)| plan.keys()).map(|of| of.topic.len());
    let group = plans.iter().map(|(group, _)| group.len()).max().unwrap_or(0).max(15);
    let widths = [group, topics.max().unwrap_or(0).max(15), 10, 0];
    if !plans.is_empty() {
        let header = ["GROUP", "TOPIC", "PARTITION", "NEW-OFFSET"];
        screen.text(format!("\n{}", columns(&header, &widths)));
    }
    for (group, plan) in plans {
        for (of, offset) in rows(plan) {
            let cells =
                [group.clone(), of.topic.to_string(), of.partition.to_string(), offset.to_string()];
            screen.text(format!("\n{}", columns(&cells, &widths)));
        }
    }
    screen.line("");
}

/// The plans as CSV: with the groups' names unless there is one group only.
pub(super) fn csv(plans: &[(String, Plan)], single: bool) -> String {
    let mut text = String::new();
    for (group, plan) in plans {
        for (of, offset) in rows(plan) {
            if !single {
                text.push_str(&format!("{},", field(group)));
            }
            text.push_str(&format!("{},{},{offset}\n", field(&of.topic), of.partition));
        }
    }
    text
}

fn field(text: &str) -> String {
    let plain = text.len() <= LOOKED_AT && text.chars().all(|c| c >= '-');
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

/// The plans that a CSV file holds, by group; `single` is the group of lines that name none.
pub(super) fn parse(text: &str, single: Option<&str>) -> Result<BTreeMap<String, Plan>, Thrown> {
    let mut plans: BTreeMap<String, Plan> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let fields: Vec<String> = line.split(',').map(unquoted).collect();
        let (group, rest) = match (&fields[..], single) {
            ([topic, partition, offset], Some(group)) => (group, [topic, partition, offset]),
            ([group, topic, partition, offset], _) => (group.as_str(), [topic, partition, offset]),
            _ => return Err(malformed(line)),
        };
        let [topic, partition, offset] = rest;
        let partition = PartitionIndex(partition.parse().map_err(|_| malformed(line))?);
        let offset = Offset(offset.parse().map_err(|_| malformed(line))?);
        let of = TopicPartition { topic: topic_name(topic)?, partition };
        plans.entry(group.to_owned()).or_default().insert(of, offset);
    }
    Ok(plans)
}

fn unquoted(field: &str) -> String {
    let field = field.trim();
    match field.strip_prefix('"').and_then(|field| field.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => field.to_owned(),
    }
}

fn malformed(line: &str) -> Thrown {
    let class = "com.fasterxml.jackson.dataformat.csv.CsvReadException";
    Thrown::new(class, format!("\"{line}\" is no line of a plan")).in_runtime()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_round_trips_with_and_without_its_group() {
        for single in [Some("g"), None] {
            let text = if single.is_some() { "a,0,5\nb,1,7\n" } else { "g,a,0,5\ng,b,1,7\n" };
            let plans: Vec<_> = parse(text, single).expect("parses").into_iter().collect();
            assert_eq!(csv(&plans, single.is_some()), text);
        }
        assert!(parse("a,x,5", Some("g")).is_err());
        assert_eq!(field("a-topic.of_25-characters.x"), "\"a-topic.of_25-characters.x\"");
    }
}
