//! A filter: the topics and partitions that are asked about.

use std::ops::Range;

use regex::Regex;

use super::options::{PARTITIONS, RULE, TOPIC, TOPIC_PARTITIONS};
use super::terse;
use crate::cli::applets::topics::include_list;
use crate::cli::applets::{Parsed, Thrown};

/// Rules, of which one must be met.
#[derive(Debug)]
pub(super) struct Filter(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    topic: Regex,
    partitions: Partitions,
}

#[derive(Debug)]
enum Partitions {
    All,
    Among(Vec<i32>),
    Within(Range<i32>),
}

impl Filter {
    /// What `--topic-partitions` says, or `--topic` and `--partitions`.
    pub(super) fn of(parsed: &Parsed) -> Result<Self, Thrown> {
        if let Some(rules) = parsed.value(TOPIC_PARTITIONS)? {
            let rules =
                rules.trim_end_matches(',').split(',').map(rule).collect::<Result<_, _>>()?;
            return Ok(Self(rules));
        }
        let topic = include_list(parsed.value(TOPIC)?.as_deref().unwrap_or(".*"))?;
        let partitions = match parsed.value(PARTITIONS)?.filter(|list| !list.is_empty()) {
            None => Partitions::All,
            Some(list) => Partitions::Among(numbers(&list)?),
        };
        Ok(Self(vec![Rule { topic, partitions }]))
    }

    /// Whether a topic may have such a partition.
    pub(super) fn takes_topic(&self, topic: &str) -> bool {
        self.0.iter().any(|rule| rule.topic.is_match(topic))
    }

    /// Whether this partition is asked about.
    pub(super) fn takes(&self, topic: &str, partition: i32) -> bool {
        self.0.iter().any(|rule| rule.topic.is_match(topic) && rule.partitions.take(partition))
    }
}

impl Partitions {
    fn take(&self, partition: i32) -> bool {
        match self {
            Self::All => true,
            Self::Among(numbers) => numbers.contains(&partition),
            Self::Within(range) => range.contains(&partition),
        }
    }
}

fn numbers(list: &str) -> Result<Vec<i32>, Thrown> {
    let wrong = || {
        let expected = "--partitions expects a comma separated list of numeric partition ids";
        terse(&format!("{expected}, but received: {list}"))
    };
    list.split(',').map(|text| text.parse().map_err(|_| wrong())).collect()
}

fn rule(text: &str) -> Result<Rule, Thrown> {
    let pattern = Regex::new(RULE).expect("the pattern is a regular expression");
    let Some(groups) = pattern.captures(text) else {
        let thrown = terse(&format!("Invalid rule specification: {text}"));
        return Err(thrown.in_runtime());
    };
    let group =
        |at: usize| groups.get(at).map(|found| found.as_str()).filter(|text| !text.is_empty());
    let number = |text: &str| {
        let message = format!("For input string: \"{text}\"");
        text.parse().map_err(|_| Thrown::new("java.lang.NumberFormatException", message))
    };
    let topic = include_list(group(1).unwrap_or(".*"))?;
    let partitions = match group(2) {
        Some(text) => Partitions::Among(vec![number(text)?]),
        None => {
            let low = group(3).map_or(Ok(0), number)?;
            let high = group(4).map_or(Ok(i32::MAX), number)?;
            Partitions::Within(low..high)
        }
    };
    Ok(Rule { topic, partitions })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_patterns_of_topics_and_ranges_of_partitions() {
        let takes = |text: &str, topic: &str, partition: i32| {
            let rule = rule(text).expect("a rule");
            rule.topic.is_match(topic) && rule.partitions.take(partition)
        };
        assert!(takes("a.*", "abc", 7) && !takes("a", "abc", 7));
        assert!(takes(":3", "x", 3) && !takes(":3", "x", 4));
        assert!(takes("x:1-3", "x", 2) && !takes("x:1-3", "x", 3));
        assert!(takes("x:5-", "x", 9) && !takes("x:-3", "x", 3));
        assert!(rule("a:b").is_err());
    }
}
