//! A record: one durable fact of a `__consumer_offsets` partition, in Kafka's own layout.
//!
//! A record is a key and a value; each begins with a big-endian `i16` that names its layout. Kafka's tools, Burrow and
//! a Kafka broker that takes over our data read them.
//!
//! | key | layout of the key | meaning | value: we write | value: we read |
//! |---|---|---|---|---|
//! | 0, 1 | group, topic, partition | an offset commit | 3; 1 with an expiry of its own; 4 with a topic id | 0–4 |
//! | 2 | group | a classic group's metadata | 3 | 0–4 |
//! | 3 and up | – | KIP-848 and share groups | – | [`Decoded::Foreign`] |
//!
//! A null value says that the fact no longer holds. Records we do not know are passed over, never rewritten: what a
//! later release wrote must still be there when it comes back.

mod bytes;
mod group_metadata;
mod offset_commit;

use ::bytes::Bytes;
use protocol::ids::{PartitionIndex, TopicName};

pub use self::bytes::RecordError;
pub(super) use self::bytes::TEXT_BYTES_MAX;
pub use group_metadata::{GroupMetadata, MemberMetadata};
pub use offset_commit::CommittedOffset;

use self::bytes::{Reader, Writer};
use super::ids::GroupId;

/// One durable fact about groups and their offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// Where a group stands in a partition; `None`: it no longer has a position there.
    Offset {
        /// The group.
        group: GroupId,
        /// The topic, by name.
        topic: TopicName,
        /// The partition.
        partition: PartitionIndex,
        /// The position.
        value: Option<CommittedOffset>,
    },
    /// Who is in a group and what each member was assigned; `None`: there is no such group any more.
    Group {
        /// The group.
        group: GroupId,
        /// Its generation and members.
        value: Option<GroupMetadata>,
    },
}

/// What a stored key and value turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// A fact for [`Machine::apply`](crate::machine::Machine::apply).
    Known(Record),
    /// A record of a kind that we do not keep; the number is its key's. Pass it over.
    Foreign(i16),
}

/// A record as it lies in a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// Compaction keeps the last record of each key.
    pub key: Bytes,
    /// `None` is a tombstone.
    pub value: Option<Bytes>,
}

/// The layout of an offset commit's key. Layout 0 is the same and was written before Kafka 0.9.
const OFFSET_KEY: i16 = 1;
const OFFSET_KEY_OLD: i16 = 0;
/// The layout of a group's key.
const GROUP_KEY: i16 = 2;

impl Record {
    /// The group that this is about.
    pub fn group(&self) -> &GroupId {
        match self {
            Self::Offset { group, .. } | Self::Group { group, .. } => group,
        }
    }

    /// The most bytes that it takes in a batch: key, value, and the varints around them. Cheap, and never too few.
    pub fn size_max(&self) -> usize {
        const AROUND: usize = 64;
        let value = match self {
            Self::Offset { topic, value, .. } => {
                topic.len() + value.as_ref().map_or(0, CommittedOffset::size_max)
            }
            Self::Group { value, .. } => value.as_ref().map_or(0, GroupMetadata::size_max),
        };
        AROUND + self.group().len() + value
    }

    /// The bytes to store.
    pub fn encode(&self) -> Encoded {
        let mut key = Writer::default();
        let value = match self {
            Self::Offset { group, topic, partition, value } => {
                key.i16(OFFSET_KEY);
                key.string(group);
                key.string(topic);
                key.i32(partition.get());
                value.as_ref().map(CommittedOffset::encode)
            }
            Self::Group { group, value } => {
                key.i16(GROUP_KEY);
                key.string(group);
                value.as_ref().map(GroupMetadata::encode)
            }
        };
        Encoded { key: key.finish(), value }
    }

    /// Reads what is stored. Bytes after a value's last field are ignored, as Kafka ignores them.
    pub fn decode(key: Bytes, value: Option<Bytes>) -> Result<Decoded, RecordError> {
        let mut key = Reader::new(key);
        match key.i16()? {
            OFFSET_KEY_OLD | OFFSET_KEY => {
                let group = GroupId::new(key.string()?.as_str());
                let topic = key.topic()?;
                let partition = PartitionIndex(key.i32()?);
                let value = value.map(CommittedOffset::decode).transpose()?;
                Ok(Decoded::Known(Self::Offset { group, topic, partition, value }))
            }
            GROUP_KEY => {
                let group = GroupId::new(key.string()?.as_str());
                let value = value.map(GroupMetadata::decode).transpose()?;
                Ok(Decoded::Known(Self::Group { group, value }))
            }
            other => Ok(Decoded::Foreign(other)),
        }
    }
}

#[cfg(test)]
mod tests;
