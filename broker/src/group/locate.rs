//! A group's place: which partition of `__consumer_offsets` it lives in.

use protocol::ids::PartitionIndex;

use super::ids::GroupId;

/// The partition, of `partitions`, whose coordinator has the group: the remainder of the id's hash as Java computes it,
/// so that groups of a Kafka cluster are found where Kafka put them. `partitions` is at least 1.
pub fn partition_of(group: &GroupId, partitions: i32) -> PartitionIndex {
    assert!(partitions > 0, "a topic has partitions");
    let hash = group
        .encode_utf16()
        .fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)));
    // The one number without a positive counterpart counts as 0, as in Kafka.
    PartitionIndex(hash.checked_abs().unwrap_or(0) % partitions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_lie_where_kafka_puts_them() {
        assert_eq!(partition_of(&"logstash".into(), 50), PartitionIndex(49));
        assert_eq!(partition_of(&"grüße-😀".into(), 50), PartitionIndex(27));
        // This text hashes to the smallest integer.
        assert_eq!(partition_of(&"polygenelubricants".into(), 50), PartitionIndex(0));
        assert_eq!(partition_of(&"".into(), 50), PartitionIndex(0));
    }
}
