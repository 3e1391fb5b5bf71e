//! A place: a topic or one of its partitions, as people type it.

use protocol::ids::{PartitionIndex, TopicName, TopicPartition};

/// `TOPIC` or `TOPIC:N`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    topic: TopicName,
    partition: Option<PartitionIndex>,
}

impl std::str::FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (topic, partition) = match text.rsplit_once(':') {
            None => (text, None),
            Some((topic, index)) => {
                let index: i32 = index
                    .parse()
                    .map_err(|_| format!("{index:?} is no partition; write TOPIC:N"))?;
                (topic, Some(PartitionIndex(index)))
            }
        };
        let topic = TopicName::new(topic).map_err(|error| format!("{topic:?}: {error}"))?;
        Ok(Self { topic, partition })
    }
}

impl Place {
    /// Whether the partition is meant.
    pub(super) fn covers(&self, of: &TopicPartition) -> bool {
        self.topic == of.topic && self.partition.is_none_or(|index| index == of.partition)
    }

    /// As it was typed.
    pub(super) fn shown(&self) -> String {
        match self.partition {
            Some(index) => format!("{}:{index}", self.topic),
            None => self.topic.to_string(),
        }
    }

    /// The topic.
    pub(super) fn topic(&self) -> &TopicName {
        &self.topic
    }
}
