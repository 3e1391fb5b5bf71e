//! Ids and offsets: the numbers and names that must never be swapped for one another.
//!
//! Each is a newtype, so that a leader epoch cannot be passed where an offset is meant.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $inner);

        impl $name {
            /// The plain number, for the wire and the disk.
            pub const fn get(self) -> $inner {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    };
}

number! {
    /// A record's position in its partition. The first is 0; there are gaps after compaction.
    Offset(i64)
}
number! {
    /// How often the leadership of a partition has changed hands (KIP-101). −1 on the wire: not known.
    LeaderEpoch(i32)
}
number! {
    /// A broker or controller, `node.id` in its configuration.
    NodeId(i32)
}
number! {
    /// A partition's number within its topic, from 0.
    PartitionIndex(i32)
}
number! {
    /// A producer that wants exactly-once appends, as the broker named it (KIP-98).
    ProducerId(i64)
}
number! {
    /// The incarnation of a producer id; an older one is fenced (KIP-98, KIP-360).
    ProducerEpoch(i16)
}
number! {
    /// A record's number among those its producer sent to one partition; wraps from `i32::MAX` to 0.
    Sequence(i32)
}
number! {
    /// Milliseconds since the Unix epoch, as in record timestamps. −1 on the wire: none.
    TimestampMs(i64)
}

impl Offset {
    /// The first offset of every partition.
    pub const ZERO: Self = Self(0);

    /// The offset `count` further on. Offsets never overflow: 2^63 records are out of reach.
    pub const fn plus(self, count: i64) -> Self {
        Self(self.0.checked_add(count).expect("offsets stay below 2^63"))
    }

    /// The offset after this one.
    pub const fn next(self) -> Self {
        self.plus(1)
    }
}

impl LeaderEpoch {
    /// What the wire says when no epoch is known.
    pub const NONE: Self = Self(-1);
}

impl ProducerId {
    /// What a batch says that comes from no idempotent producer.
    pub const NONE: Self = Self(-1);
}

impl ProducerEpoch {
    /// What a batch says that comes from no idempotent producer.
    pub const NONE: Self = Self(-1);
}

impl Sequence {
    /// What a batch says that comes from no idempotent producer.
    pub const NONE: Self = Self(-1);

    /// The sequence `count` records further on, wrapping from `i32::MAX` to 0 as producers do.
    pub const fn plus(self, count: i32) -> Self {
        Self(((self.0 as i64 + count as i64) & (i32::MAX as i64)) as i32)
    }
}

impl TimestampMs {
    /// What the wire says when there is no timestamp.
    pub const NONE: Self = Self(-1);
}

/// A topic's identity: a topic deleted and made again under its name has another one (KIP-516).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TopicId(pub Uuid);

impl TopicId {
    /// What the wire says when no id is known.
    pub const ZERO: Self = Self(Uuid::nil());
}

impl fmt::Display for TopicId {
    /// URL-safe base64 without padding, as Kafka's tools print it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for chunk in self.0.as_bytes().chunks(3) {
            let bits = chunk.iter().fold(0u32, |bits, byte| (bits << 8) | u32::from(*byte))
                << (8 * (3 - chunk.len()));
            for digit in 0..=chunk.len() {
                let index = (bits >> (18 - 6 * digit)) & 63;
                write!(f, "{}", ALPHABET[index as usize] as char)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for TopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TopicId({self})")
    }
}

impl std::str::FromStr for TopicId {
    type Err = InvalidTopicId;

    fn from_str(text: &str) -> Result<Self, InvalidTopicId> {
        let mut bits = 0u128;
        if text.len() != 22 {
            return Err(InvalidTopicId);
        }
        for (at, byte) in text.bytes().enumerate() {
            let digit = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'-' => 62,
                b'_' => 63,
                _ => return Err(InvalidTopicId),
            };
            // The last of the 22 digits holds two bits and four zeros.
            bits = if at < 21 {
                (bits << 6) | u128::from(digit)
            } else {
                (bits << 2) | u128::from(digit >> 4)
            };
        }
        Ok(Self(Uuid::from_u128(bits)))
    }
}

/// A text that is not 16 bytes in URL-safe base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a topic id is 22 characters of URL-safe base64")]
pub struct InvalidTopicId;

/// A topic's name. Legal ones have 1 to 249 characters of `[a-zA-Z0-9._-]` and are not `.` or `..`,
/// so that they can be a folder's name; [`TopicName::new`] is the only way to make one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicName(Arc<str>);

impl TopicName {
    /// The longest legal name: a folder adds a dash and the partition, and must stay under 255 bytes.
    pub const LENGTH_MAX: usize = 249;

    /// Checks the name and keeps it.
    pub fn new(name: &str) -> Result<Self, InvalidTopicName> {
        if name.is_empty() {
            return Err(InvalidTopicName::Empty);
        }
        if name == "." || name == ".." {
            return Err(InvalidTopicName::Dots);
        }
        if name.len() > Self::LENGTH_MAX {
            return Err(InvalidTopicName::TooLong(name.len()));
        }
        let illegal = |c: &char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
        match name.chars().find(illegal) {
            Some(c) => Err(InvalidTopicName::Character(c)),
            None => Ok(Self(name.into())),
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether Kafka and we keep our own state in this topic: clients may read it, not write it.
    pub fn is_internal(&self) -> bool {
        matches!(self.as_str(), Self::CONSUMER_OFFSETS | Self::TRANSACTION_STATE)
    }

    /// The topic in which group coordinators keep their state.
    pub const CONSUMER_OFFSETS: &'static str = "__consumer_offsets";
    /// The topic in which transaction coordinators keep their state.
    pub const TRANSACTION_STATE: &'static str = "__transaction_state";
}

impl std::ops::Deref for TopicName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for TopicName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TopicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TopicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &self.0)
    }
}

/// Why a text cannot name a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTopicName {
    /// The empty text.
    #[error("the topic name is empty")]
    Empty,
    /// `.` and `..` are folders with a meaning of their own.
    #[error("a topic name cannot be \".\" or \"..\"")]
    Dots,
    /// More than [`TopicName::LENGTH_MAX`] characters.
    #[error("the topic name has {0} characters; the most is {max}", max = TopicName::LENGTH_MAX)]
    TooLong(usize),
    /// A character that is not a letter of ASCII, a digit, `.`, `_` or `-`.
    #[error(
        "the topic name has the character {0:?}; legal are ASCII letters, digits, '.', '_' and '-'"
    )]
    Character(char),
}

/// A partition of a topic, by name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicPartition {
    /// The topic.
    pub topic: TopicName,
    /// The partition within it.
    pub partition: PartitionIndex,
}

impl fmt::Display for TopicPartition {
    /// `topic-3`, the name of the partition's folder.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

impl fmt::Debug for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_id_prints_as_kafka_prints_it_and_parses_back() {
        let id = TopicId(Uuid::from_u128(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10));
        assert_eq!(id.to_string(), "AQIDBAUGBwgJCgsMDQ4PEA");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("short".parse::<TopicId>(), Err(InvalidTopicId));
    }

    #[test]
    fn sequences_wrap_to_zero() {
        assert_eq!(Sequence(i32::MAX).plus(1), Sequence(0));
        assert_eq!(Sequence(i32::MAX - 1).plus(3), Sequence(1));
    }

    #[test]
    fn topic_names_that_could_leave_their_folder_are_refused() {
        assert_eq!(
            TopicName::new("apache_logs-1.x").map(|name| name.to_string()),
            Ok("apache_logs-1.x".into())
        );
        assert_eq!(TopicName::new(".."), Err(InvalidTopicName::Dots));
        assert_eq!(TopicName::new("a/b"), Err(InvalidTopicName::Character('/')));
        assert_eq!(TopicName::new(&"x".repeat(250)), Err(InvalidTopicName::TooLong(250)));
    }
}
