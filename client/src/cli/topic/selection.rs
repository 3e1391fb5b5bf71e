//! A selection of topics: by their names, or by regular expressions.

use clap::Args;
use protocol::ids::{PartitionIndex, TopicName, TopicPartition};
use regex::Regex;

use super::names;
use crate::cli::complete;
use crate::cli::failure::Failure;
use crate::cluster::{Cluster, ClusterView, Wanted};

/// The topics that a command is about.
#[derive(Debug, Args)]
pub(super) struct Selection {
    /// The topics' names
    #[arg(required = true, value_name = "TOPIC", add = complete::topics())]
    topics: Vec<String>,
    /// Take the names for regular expressions, which must match whole names
    #[arg(short = 'r', long)]
    regex: bool,
}

impl Selection {
    /// The names that are meant. Names are not looked up; of what matches an expression, the cluster's own topics are left
    /// out, and no match is a failure.
    pub(super) async fn names(&self, cluster: &Cluster) -> Result<Vec<TopicName>, Failure> {
        if !self.regex {
            return names(&self.topics);
        }
        let patterns = self.topics.iter().map(|text| whole(text)).collect::<Result<Vec<_>, _>>()?;
        let view = cluster.refresh(Wanted::All).await?;
        let topics = view.topics.values().filter(|topic| !topic.internal).map(|topic| &topic.name);
        let matching =
            topics.filter(|name| patterns.iter().any(|pattern| pattern.is_match(name))).cloned();
        let names: Vec<TopicName> = matching.collect();
        match names.is_empty() {
            false => Ok(names),
            true => Err(Failure::missing(format!("no topic matches {}", self.topics.join(" or ")))
                .advise("`sapwood topic list` shows what is there")),
        }
    }
}

/// An expression for whole names: `log` does not match `catalogue`.
fn whole(text: &str) -> Result<Regex, Failure> {
    Regex::new(&format!("^(?:{text})$")).map_err(|error| {
        Failure::usage(format!("{text:?} is no regular expression")).because(last_line(&error))
    })
}

/// The parser shows the expression and an arrow below it; its last line says what is wrong.
fn last_line(error: &regex::Error) -> String {
    let text = error.to_string();
    let line = text.lines().last().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

/// Those partitions of a topic that are meant: all if none is named. One that is not there is an error.
pub(super) fn chosen(
    view: &ClusterView,
    topic: &TopicName,
    partitions: &[i32],
) -> Result<Vec<TopicPartition>, Failure> {
    let Some(topic) = view.topics.get(topic) else { return Ok(Vec::new()) };
    if let Some(index) = partitions.iter().find(|i| topic.partition(PartitionIndex(**i)).is_none())
    {
        let count = topic.partitions.len();
        let what =
            format!("topic \"{}\" has no partition {index}: it has {count}, from 0", topic.name);
        return Err(Failure::missing(what));
    }
    let is_meant =
        |of: &TopicPartition| partitions.is_empty() || partitions.contains(&of.partition.get());
    Ok(topic.topic_partitions().filter(is_meant).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_matches_whole_names() {
        let pattern = whole("logs|.*-logs").expect("an expression");
        assert!(pattern.is_match("logs") && pattern.is_match("web-logs"));
        assert!(!pattern.is_match("logs-2"));
        let failure = whole("logs(").expect_err("not closed").to_string();
        assert!(failure.contains("unclosed group"), "{failure}");
    }
}
