//! The partitioner: which partition a record goes to.
//!
//! A record with a key goes where the Java client would send it, so that programs in several languages may write one topic
//! and each key still has one partition. A record without one goes where the others of the moment go, so that batches
//! fill up (KIP-480), and every `batch_bytes` they go to another partition (KIP-794).

use protocol::ids::PartitionIndex;

use crate::cluster::Topic;

/// MurmurHash2 of 32 bits as Kafka's Java client has it, signed and with its seed.
pub fn murmur2(data: &[u8]) -> i32 {
    const SEED: u32 = 0x9747_b28c;
    const M: u32 = 0x5bd1_e995;
    const R: u32 = 24;

    let length = u32::try_from(data.len()).expect("keys have fewer than 2^32 bytes");
    let mut hash = SEED ^ length;
    let (words, rest) = data.as_chunks::<4>();
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(M);
        k ^= k >> R;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    if !rest.is_empty() {
        let rest = rest.iter().rev().fold(0u32, |word, byte| (word << 8) | u32::from(*byte));
        hash = (hash ^ rest).wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    (hash ^ (hash >> 15)).cast_signed()
}

/// The partition of a key, among `count` (which is at least 1).
pub fn partition_of_key(key: &[u8], count: usize) -> PartitionIndex {
    let positive = murmur2(key) & i32::MAX;
    let count = i32::try_from(count).expect("a topic has fewer than 2^31 partitions");
    PartitionIndex(positive % count)
}

/// Where the records without a key go at the moment, for one topic.
#[derive(Clone, Debug, Default)]
pub(super) struct Sticky {
    partition: Option<PartitionIndex>,
    bytes: usize,
}

impl Sticky {
    /// The partition for a record of `bytes`. `chance` picks a number below its argument.
    pub(super) fn choose(
        &mut self,
        topic: &Topic,
        bytes: usize,
        batch_bytes: usize,
        chance: impl FnOnce(usize) -> usize,
    ) -> Option<PartitionIndex> {
        let led =
            |index| topic.partition(index).is_some_and(|partition| partition.leader.is_some());
        let stays = self.partition.filter(|index| self.bytes < batch_bytes && led(*index));
        let partition = match stays {
            Some(partition) => partition,
            None => {
                self.bytes = 0;
                pick(topic, self.partition, chance)?
            }
        };
        self.partition = Some(partition);
        self.bytes += bytes;
        Some(partition)
    }
}

/// Another partition than `last`, preferably one with a leader.
fn pick(
    topic: &Topic,
    last: Option<PartitionIndex>,
    chance: impl FnOnce(usize) -> usize,
) -> Option<PartitionIndex> {
    let all = || topic.partitions.iter().map(|partition| partition.index);
    let led = topic.partitions.iter().filter(|partition| partition.leader.is_some());
    let mut choices: Vec<PartitionIndex> = led.map(|partition| partition.index).collect();
    if choices.is_empty() {
        choices = all().collect();
    }
    if choices.len() > 1 {
        choices.retain(|index| Some(*index) != last);
    }
    let count = choices.len();
    if count == 0 {
        return None;
    }
    choices.get(chance(count) % count).copied()
}

#[cfg(test)]
mod tests {
    use protocol::ids::{LeaderEpoch, NodeId, TopicId, TopicName};

    use super::*;
    use crate::cluster::Partition;

    #[test]
    fn keys_hash_and_land_where_javas_client_puts_them() {
        // From org.apache.kafka.common.utils.Utils.murmur2 and BuiltInPartitioner.partitionForKey(_, 12) of 4.3.1.
        let golden = [
            ("", 275_646_681, 9),
            ("a", -1_563_381_124, 4),
            ("ab", 316_155_434, 2),
            ("abc", 479_470_107, 3),
            ("abcd", -1_323_649_548, 8),
            ("21", -973_932_308, 0),
            ("foobar", -790_332_482, 6),
            ("key-0", 29_210_041, 1),
            ("user:42", -1_493_546_323, 1),
            ("ä→😀", -426_229_011, 5),
            ("a-little-bit-long-string", -985_981_536, 8),
        ];
        for (key, hash, partition) in golden {
            assert_eq!(murmur2(key.as_bytes()), hash, "{key:?}");
            assert_eq!(partition_of_key(key.as_bytes(), 12), PartitionIndex(partition), "{key:?}");
        }
        assert_eq!(murmur2(&[0xff, 0x80, 0xfe, 0x81, 0x90]), 234_866_925, "bytes above 127");
    }

    fn topic(leaders: &[Option<i32>]) -> Topic {
        let partition = |(leader, index): (&Option<i32>, i32)| Partition {
            index: PartitionIndex(index),
            leader: leader.map(NodeId),
            leader_epoch: LeaderEpoch::NONE,
            replicas: Vec::new(),
            in_sync: Vec::new(),
            offline: Vec::new(),
        };
        Topic {
            name: TopicName::new("t").expect("a legal name"),
            id: TopicId::ZERO,
            internal: false,
            partitions: leaders.iter().zip(0..).map(partition).collect(),
        }
    }

    #[test]
    fn records_without_a_key_stay_together_until_a_batch_is_full() {
        let topic = topic(&[Some(1), Some(1), Some(1)]);
        let mut sticky = Sticky::default();
        let mut choose = |bytes| sticky.choose(&topic, bytes, 100, |_| 0);
        assert_eq!(choose(60), Some(PartitionIndex(0)));
        assert_eq!(choose(60), Some(PartitionIndex(0)));
        assert_eq!(choose(60), Some(PartitionIndex(1)), "120 bytes went to partition 0");
    }

    #[test]
    fn partitions_without_a_leader_are_avoided_while_another_has_one() {
        let mut sticky = Sticky::default();
        let half = topic(&[None, Some(1)]);
        assert_eq!(sticky.choose(&half, 1, 100, |_| 0), Some(PartitionIndex(1)));
        let down = topic(&[None]);
        assert_eq!(sticky.choose(&down, 1, 100, |_| 0), Some(PartitionIndex(0)));
        assert_eq!(sticky.choose(&topic(&[]), 1, 100, |_| 0), None);
    }
}
