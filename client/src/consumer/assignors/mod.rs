//! Assignors: how a group's leader shares out the partitions.
//!
//! Pure: members and partition counts in, assignments out. All members of a group must use the same rule, so these follow
//! Kafka's rules exactly where two members' results would have to agree.

mod range;
mod round_robin;
mod sticky;

use std::collections::BTreeMap;

use protocol::ids::{PartitionIndex, TopicName, TopicPartition};

/// A rule by which partitions are shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Assignor {
    /// For each topic, consecutive partitions to each member: partition 3 of two topics is read by one member.
    Range,
    /// All partitions in turn.
    RoundRobin,
    /// As even as can be with as few moves as can be, while everyone goes on reading (KIP-429).
    CooperativeSticky,
}

impl Assignor {
    /// Its name in the protocol.
    pub fn name(self) -> &'static str {
        match self {
            Self::Range => "range",
            Self::RoundRobin => "roundrobin",
            Self::CooperativeSticky => "cooperative-sticky",
        }
    }

    /// The assignor of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Range, Self::RoundRobin, Self::CooperativeSticky];
        all.into_iter().find(|assignor| assignor.name() == name)
    }

    /// Whether members keep reading what they have while the group rebalances.
    pub fn is_cooperative(self) -> bool {
        matches!(self, Self::CooperativeSticky)
    }

    /// Shares out the partitions of the topics, by their counts. Every member gets an entry.
    pub fn assign(
        self,
        members: &[Member],
        counts: &BTreeMap<TopicName, i32>,
    ) -> BTreeMap<String, Vec<TopicPartition>> {
        let mut sorted: Vec<&Member> = members.iter().collect();
        sorted.sort_by(|a, b| a.rank().cmp(&b.rank()));
        let mut assignment: Assignment =
            members.iter().map(|member| (member.id.clone(), Vec::new())).collect();
        match self {
            Self::Range => range::assign(&sorted, counts, &mut assignment),
            Self::RoundRobin => round_robin::assign(&sorted, counts, &mut assignment),
            Self::CooperativeSticky => sticky::assign(&sorted, counts, &mut assignment),
        }
        assignment
    }
}

/// A member as the leader sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// The id that the coordinator gave it.
    pub id: String,
    /// The name of a static member.
    pub instance: Option<String>,
    /// What it is subscribed to.
    pub topics: Vec<TopicName>,
    /// What it says that it is reading.
    pub owned: Vec<TopicPartition>,
    /// The generation in which it got that; −1 if it does not say.
    pub generation: i32,
}

impl Member {
    /// Static members come first, by their lasting names, so that a restart does not change the order.
    fn rank(&self) -> (bool, &str) {
        match &self.instance {
            Some(instance) => (false, instance),
            None => (true, &self.id),
        }
    }

    fn wants(&self, topic: &TopicName) -> bool {
        self.topics.contains(topic)
    }
}

type Assignment = BTreeMap<String, Vec<TopicPartition>>;

/// The partitions of a topic.
fn partitions(topic: &TopicName, count: i32) -> impl Iterator<Item = TopicPartition> + use<> {
    let topic = topic.clone();
    let name =
        move |index| TopicPartition { topic: topic.clone(), partition: PartitionIndex(index) };
    (0..count).map(name)
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    pub(crate) fn topic(name: &str) -> TopicName {
        TopicName::new(name).expect("a legal name")
    }

    pub(crate) fn member(id: &str, topics: &[&str]) -> Member {
        let topics = topics.iter().map(|name| topic(name)).collect();
        Member { id: id.into(), topics, generation: -1, ..Member::default() }
    }

    pub(crate) fn counts(topics: &[(&str, i32)]) -> BTreeMap<TopicName, i32> {
        topics.iter().map(|(name, count)| (topic(name), *count)).collect()
    }

    /// The assignment as text: `a: t-0 t-1; b: t-2`.
    pub(crate) fn shown(assignment: &BTreeMap<String, Vec<TopicPartition>>) -> String {
        let line = |(member, partitions): (&String, &Vec<TopicPartition>)| {
            let partitions: Vec<String> = partitions.iter().map(ToString::to_string).collect();
            format!("{member}: {}", partitions.join(" "))
        };
        assignment.iter().map(line).collect::<Vec<_>>().join("; ")
    }
}
