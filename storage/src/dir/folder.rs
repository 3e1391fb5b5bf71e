//! A folder of a log dir: a partition, or what is left of one. The name says which.

use protocol::ids::{PartitionIndex, TopicId, TopicName, TopicPartition};
use uuid::Uuid;

const DELETE_SUFFIX: &str = "-delete";
const STRAY_SUFFIX: &str = "-stray";
const FUTURE_SUFFIX: &str = "-future";

/// The longest name of a file on the file systems that matter.
const NAME_LENGTH_MAX: usize = 255;

/// Kafka's metadata log lies among the partitions and is none of them.
const CLUSTER_METADATA: &str = "__cluster_metadata";

/// What a folder of a log dir is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Folder {
    /// `<topic>-<partition>`: a partition's log.
    Partition(TopicPartition),
    /// `<topic>-<partition>.<32 digits>-delete`: its topic was deleted; a start goes on removing it.
    Deleting(String),
    /// `<topic>-<partition>.<32 digits>-stray`: no topic claimed it; left alone.
    Stray(String),
    /// `<topic>-<partition>.<32 digits>-future`: a copy on its way from another log dir, not yet whole.
    Future(String),
}

impl Folder {
    /// What a name says; `None` for a folder that is none of ours.
    pub fn parse(name: &str) -> Option<Self> {
        let retired = |stem: &str| {
            stem.rsplit_once('.').is_some_and(|(of, unique)| !unique.is_empty() && of.contains('-'))
        };
        let ends = |suffix| name.strip_suffix(suffix).is_some_and(retired);
        if ends(DELETE_SUFFIX) {
            return Some(Self::Deleting(name.into()));
        }
        if ends(STRAY_SUFFIX) {
            return Some(Self::Stray(name.into()));
        }
        if ends(FUTURE_SUFFIX) {
            return Some(Self::Future(name.into()));
        }
        parse_partition(name).map(Self::Partition)
    }

    /// The name under which a deleted partition waits for its removal.
    pub fn deleting(partition: &TopicPartition, unique: Uuid) -> Self {
        Self::Deleting(retired_name(partition, unique, DELETE_SUFFIX))
    }

    /// The name under which a partition is kept that no topic claims.
    pub fn stray(partition: &TopicPartition, unique: Uuid) -> Self {
        Self::Stray(retired_name(partition, unique, STRAY_SUFFIX))
    }

    /// The folder's name.
    pub fn name(&self) -> String {
        match self {
            Self::Partition(partition) => partition.to_string(),
            Self::Deleting(name) | Self::Stray(name) | Self::Future(name) => name.clone(),
        }
    }
}

/// Which of the partitions found on disk belong to no topic, given which topic is assigned to this broker under each name:
/// the name is unknown, or it now means another topic. A folder without an id is believed by its name.
pub fn plan_strays(
    found: &[(TopicPartition, Option<TopicId>)],
    assigned: impl Fn(&TopicPartition) -> Option<TopicId>,
) -> Vec<TopicPartition> {
    let stray = |(partition, id): &&(TopicPartition, Option<TopicId>)| match assigned(partition) {
        None => true,
        Some(assigned) => id.is_some_and(|id| id != assigned),
    };
    found.iter().filter(stray).map(|(partition, _)| partition.clone()).collect()
}

/// `<topic>-<partition>`, exactly as it is written: `a-01` and `a-+1` would be two names for one partition.
fn parse_partition(name: &str) -> Option<TopicPartition> {
    let (topic, digits) = name.rsplit_once('-')?;
    let partition: i32 = digits.parse().ok()?;
    let topic = TopicName::new(topic).ok().filter(|topic| topic.as_str() != CLUSTER_METADATA)?;
    let parsed = TopicPartition { topic, partition: PartitionIndex(partition) };
    (partition >= 0 && parsed.to_string() == name).then_some(parsed)
}

/// As Kafka builds it: the topic gives way if the name would be too long.
fn retired_name(partition: &TopicPartition, unique: Uuid, suffix: &str) -> String {
    let rest = format!("-{}.{}{suffix}", partition.partition, unique.simple());
    let room = NAME_LENGTH_MAX - rest.len();
    let topic: String = partition.topic.chars().take(room).collect();
    topic + &rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partition(name: &str) -> TopicPartition {
        parse_partition(name).expect("a partition's name")
    }

    #[test]
    fn names_say_what_a_folder_is_and_come_back() {
        let topic = "apache-logs.x";
        assert_eq!(
            Folder::parse("apache-logs.x-12"),
            Some(Folder::Partition(partition("apache-logs.x-12")))
        );
        assert_eq!(partition("apache-logs.x-12").topic.as_str(), topic);
        for folder in [
            Folder::Partition(partition("__consumer_offsets-49")),
            Folder::deleting(&partition("a-0"), Uuid::from_u128(7)),
            Folder::stray(&partition("a-0"), Uuid::from_u128(7)),
        ] {
            assert_eq!(Folder::parse(&folder.name()), Some(folder));
        }
        assert_eq!(
            Folder::deleting(&partition("a-0"), Uuid::from_u128(7)).name(),
            "a-0.00000000000000000000000000000007-delete"
        );
        assert!(matches!(Folder::parse("a-0.0123-future"), Some(Folder::Future(_))));
    }

    #[test]
    fn folders_that_are_none_of_ours_are_left_alone() {
        for name in [
            "lost+found",
            "a",
            "a-",
            "-1",
            "a-01",
            "a-+1",
            "a--",
            "a-x",
            "a-4294967296",
            "__cluster_metadata-0",
            "raft",
        ] {
            assert_eq!(Folder::parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_topic_may_be_named_like_a_retired_folder() {
        assert_eq!(
            Folder::parse("a-0.x-delete-3"),
            Some(Folder::Partition(partition("a-0.x-delete-3")))
        );
    }

    #[test]
    fn the_longest_topic_can_still_be_deleted() {
        let name = format!("{}-2147483647", "x".repeat(TopicName::LENGTH_MAX));
        let deleting = Folder::deleting(&partition(&name), Uuid::from_u128(u128::MAX)).name();
        assert_eq!(deleting.len(), NAME_LENGTH_MAX);
        assert!(matches!(Folder::parse(&deleting), Some(Folder::Deleting(_))));
    }

    #[test]
    fn strays_are_what_no_topic_or_another_topic_claims() {
        let id = |n| TopicId(Uuid::from_u128(n));
        let found = [
            (partition("mine-0"), Some(id(1))),
            (partition("again-0"), Some(id(2))),
            (partition("gone-0"), Some(id(3))),
            (partition("old-0"), None),
        ];
        let assigned = |partition: &TopicPartition| match partition.topic.as_str() {
            "mine" => Some(id(1)),
            "again" => Some(id(9)),
            "old" => Some(id(4)),
            _ => None,
        };
        assert_eq!(plan_strays(&found, assigned), [partition("again-0"), partition("gone-0")]);
    }
}
