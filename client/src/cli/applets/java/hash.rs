//! The order of a `java.util.HashMap` with strings for keys.
//!
//! Several tools print what a map hands them, so their lines come in the order of hash codes. It is the same in every
//! run, scripts have seen it for years, and the rule is short: the bucket is the hash code, its upper half folded into
//! its lower, modulo the size of the table; within a bucket, the order of arrival.

use protocol::ids::TopicPartition;

/// The table is doubled when three quarters of it are full.
const FULL: (usize, usize) = (3, 4);
/// The size of a table that nobody sized.
pub const DEFAULT_CAPACITY: usize = 16;

/// The items in the order in which a `HashMap` made with `capacity` gives them back, when they were put in in this order.
/// `key` says what each is filed under; keys must differ.
pub fn hash_map_order<T>(items: Vec<T>, capacity: usize, key: impl Fn(&T) -> String) -> Vec<T> {
    hash_order(items, capacity, |item| string_hash(&key(item)))
}

/// The same for keys with these hash codes.
pub fn hash_order<T>(items: Vec<T>, capacity: usize, hash: impl Fn(&T) -> u32) -> Vec<T> {
    let mut table = capacity.max(1).next_power_of_two();
    while items.len() > table * FULL.0 / FULL.1 {
        table *= 2;
    }
    let mut filed: Vec<(usize, T)> =
        items.into_iter().map(|item| (bucket(hash(&item), table), item)).collect();
    // A stable sort: a doubled table keeps the order of arrival in each of its buckets.
    filed.sort_by_key(|(bucket, _)| *bucket);
    filed.into_iter().map(|(_, item)| item).collect()
}

fn bucket(hash: u32, table: usize) -> usize {
    let folded = hash ^ (hash >> 16);
    folded as usize & (table - 1)
}

/// `hashCode` of Kafka's `TopicPartition`.
pub fn partition_hash(of: &TopicPartition) -> u32 {
    let partition = of.partition.get().cast_unsigned();
    partition.wrapping_add(31).wrapping_mul(31).wrapping_add(string_hash(&of.topic))
}

/// `String.hashCode`, over UTF-16.
pub(crate) fn string_hash(text: &str) -> u32 {
    text.encode_utf16().fold(0, |hash, unit| hash.wrapping_mul(31).wrapping_add(unit.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_codes_are_java_s() {
        assert_eq!(string_hash(""), 0);
        assert_eq!(string_hash("hello"), 99_162_322);
    }

    #[test]
    fn single_letters_come_in_the_order_of_their_codes() {
        let letters = vec!["c".to_owned(), "a".into(), "b".into()];
        assert_eq!(hash_map_order(letters, DEFAULT_CAPACITY, String::clone), ["a", "b", "c"]);
    }
}
