//! The consumer protocol: what members of a consumer group tell each other through the coordinator.
//!
//! A member sends its [`Subscription`] with JoinGroup, the leader its peers' [`Assignment`]s with SyncGroup. To the broker
//! both are bytes. Both start with a version; a reader takes what it knows of a higher one, for new fields come at the end
//! (KIP-429 added the owned partitions, KIP-792 the generation, KIP-881 the rack).

use std::collections::BTreeMap;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use protocol::ids::{PartitionIndex, TopicName, TopicPartition};

/// The version that we write of both.
const VERSION: i16 = 3;

/// What a member wants to read, and what it has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    /// The topics that it wants partitions of.
    pub topics: Vec<TopicName>,
    /// The assignor's own notes.
    pub user_data: Option<Bytes>,
    /// What it is reading now and gives up only if it is told to (cooperative rebalancing).
    pub owned: Vec<TopicPartition>,
    /// The generation in which it got what it owns; −1 if it does not say.
    pub generation: i32,
    /// `client.rack`.
    pub rack: Option<String>,
}

/// What a member shall read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignment {
    /// The partitions.
    pub partitions: Vec<TopicPartition>,
    /// The assignor's own notes.
    pub user_data: Option<Bytes>,
}

/// Bytes that are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a member of the group sent what is not Kafka's consumer protocol")]
pub struct InvalidBytes;

impl Subscription {
    /// The bytes for JoinGroup.
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::new();
        out.put_i16(VERSION);
        put_count(&mut out, self.topics.len());
        for topic in &self.topics {
            put_string(&mut out, topic);
        }
        put_bytes(&mut out, self.user_data.as_ref());
        put_partitions(&mut out, &self.owned);
        out.put_i32(self.generation);
        match &self.rack {
            Some(rack) => put_string(&mut out, rack),
            None => out.put_i16(-1),
        }
        out.freeze()
    }

    /// A peer's bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, InvalidBytes> {
        let mut input = bytes;
        let version = version(&mut input)?;
        let mut read = Self { generation: -1, ..Self::default() };
        for _ in 0..count(&mut input)? {
            read.topics.push(topic(&mut input)?);
        }
        read.user_data = nullable_bytes(&mut input)?;
        if version >= 1 {
            read.owned = partitions(&mut input)?;
        }
        if version >= 2 {
            read.generation = input.try_get_i32().map_err(|_| InvalidBytes)?;
        }
        if version >= 3 {
            read.rack = nullable_string(&mut input)?.map(str::to_owned);
        }
        Ok(read)
    }
}

impl Assignment {
    /// The bytes for SyncGroup.
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::new();
        out.put_i16(VERSION);
        put_partitions(&mut out, &self.partitions);
        put_bytes(&mut out, self.user_data.as_ref());
        out.freeze()
    }

    /// The leader's bytes. None at all are an empty assignment: so answers a coordinator to a member without one.
    pub fn decode(bytes: &[u8]) -> Result<Self, InvalidBytes> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let mut input = bytes;
        version(&mut input)?;
        let partitions = partitions(&mut input)?;
        Ok(Self { partitions, user_data: nullable_bytes(&mut input)? })
    }
}

fn put_count(out: &mut BytesMut, count: usize) {
    out.put_i32(i32::try_from(count).expect("a subscription has fewer than 2^31 entries"));
}

fn put_string(out: &mut BytesMut, text: &str) {
    out.put_i16(i16::try_from(text.len()).expect("names have fewer than 2^15 bytes"));
    out.put_slice(text.as_bytes());
}

fn put_bytes(out: &mut BytesMut, bytes: Option<&Bytes>) {
    match bytes {
        Some(bytes) => {
            put_count(out, bytes.len());
            out.put_slice(bytes);
        }
        None => out.put_i32(-1),
    }
}

fn put_partitions(out: &mut BytesMut, partitions: &[TopicPartition]) {
    let mut topics: BTreeMap<&TopicName, Vec<i32>> = BTreeMap::new();
    for of in partitions {
        topics.entry(&of.topic).or_default().push(of.partition.get());
    }
    put_count(out, topics.len());
    for (topic, partitions) in topics {
        put_string(out, topic);
        put_count(out, partitions.len());
        partitions.into_iter().for_each(|partition| out.put_i32(partition));
    }
}

fn version(input: &mut &[u8]) -> Result<i16, InvalidBytes> {
    input.try_get_i16().ok().filter(|version| *version >= 0).ok_or(InvalidBytes)
}

/// A count that the rest of the bytes could hold: every entry takes at least two.
fn count(input: &mut &[u8]) -> Result<usize, InvalidBytes> {
    let count = input.try_get_i32().map_err(|_| InvalidBytes)?;
    usize::try_from(count).ok().filter(|count| *count <= input.len() / 2).ok_or(InvalidBytes)
}

fn take<'a>(input: &mut &'a [u8], length: usize) -> Result<&'a [u8], InvalidBytes> {
    input.split_off(..length).ok_or(InvalidBytes)
}

fn nullable_string<'a>(input: &mut &'a [u8]) -> Result<Option<&'a str>, InvalidBytes> {
    let length = input.try_get_i16().map_err(|_| InvalidBytes)?;
    let Ok(length) = usize::try_from(length) else { return Ok(None) };
    std::str::from_utf8(take(input, length)?).map(Some).map_err(|_| InvalidBytes)
}

fn nullable_bytes(input: &mut &[u8]) -> Result<Option<Bytes>, InvalidBytes> {
    let length = input.try_get_i32().map_err(|_| InvalidBytes)?;
    let Ok(length) = usize::try_from(length) else { return Ok(None) };
    take(input, length).map(|bytes| Some(Bytes::copy_from_slice(bytes)))
}

fn topic(input: &mut &[u8]) -> Result<TopicName, InvalidBytes> {
    let name = nullable_string(input)?.ok_or(InvalidBytes)?;
    TopicName::new(name).map_err(|_| InvalidBytes)
}

fn partitions(input: &mut &[u8]) -> Result<Vec<TopicPartition>, InvalidBytes> {
    let mut partitions = Vec::new();
    for _ in 0..count(input)? {
        let topic = topic(input)?;
        for _ in 0..count(input)? {
            let index = PartitionIndex(input.try_get_i32().map_err(|_| InvalidBytes)?);
            partitions.push(TopicPartition { topic: topic.clone(), partition: index });
        }
    }
    Ok(partitions)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(topic: &str, partition: i32) -> TopicPartition {
        let topic = TopicName::new(topic).expect("a legal name");
        TopicPartition { topic, partition: PartitionIndex(partition) }
    }

    #[test]
    fn both_messages_round_trip() {
        let subscription = Subscription {
            topics: vec![TopicName::new("a").expect("legal"), TopicName::new("b").expect("legal")],
            user_data: Some(Bytes::from_static(b"notes")),
            owned: vec![of("a", 0), of("a", 2), of("b", 1)],
            generation: 7,
            rack: Some("r1".into()),
        };
        assert_eq!(Subscription::decode(&subscription.encode()), Ok(subscription));
        let assignment = Assignment { partitions: vec![of("a", 1)], user_data: None };
        assert_eq!(Assignment::decode(&assignment.encode()), Ok(assignment));
    }

    #[test]
    fn old_members_are_understood() {
        // Version 0, as librdkafka's range assignor writes it: one topic "t", no user data.
        let bytes = [0, 0, 0, 0, 0, 1, 0, 1, b't', 255, 255, 255, 255];
        let read = Subscription::decode(&bytes).expect("a legal subscription");
        assert_eq!(read.topics, [TopicName::new("t").expect("legal")]);
        assert_eq!((read.owned.len(), read.generation), (0, -1));
    }

    #[test]
    fn every_prefix_and_every_lying_count_is_refused() {
        let whole = Subscription { owned: vec![of("a", 0)], ..Subscription::default() }.encode();
        for length in 0..whole.len() {
            assert_eq!(Subscription::decode(&whole[..length]), Err(InvalidBytes), "{length}");
        }
        let lie = [0, 0, 127, 255, 255, 255];
        assert_eq!(Subscription::decode(&lie), Err(InvalidBytes));
    }
}
