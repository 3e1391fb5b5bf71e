//! The laws of the ledger: shuffles, gaps and copies are told for what they are.

use std::time::Duration;

use proptest::prelude::*;
use protocol::ids::{PartitionIndex, TopicName};

use super::*;

fn partition(index: i32) -> TopicPartition {
    let topic = TopicName::new("t").expect("a legal name");
    TopicPartition { topic, partition: PartitionIndex(index) }
}

fn seal(producer: u32, sequence: u64) -> Seal {
    Seal { run: 1, producer, sequence, due: Duration::ZERO }
}

fn ledger(seen: impl IntoIterator<Item = (i32, u32, u64)>) -> Ledger {
    let mut ledger = Ledger::default();
    seen.into_iter().for_each(|(index, producer, number)| {
        ledger.saw(&partition(index), seal(producer, number));
    });
    ledger
}

fn numbers(all: impl IntoIterator<Item = u64>) -> Numbers {
    let mut numbers = Numbers::default();
    for number in all {
        numbers.insert(number);
    }
    numbers
}

proptest! {
    #[test]
    fn what_comes_back_once_and_in_order_is_clean(places in prop::collection::vec((0..4i32, 0..3u32), 0..200)) {
        let mut next = [0; 3];
        let seen: Vec<_> = places.into_iter().map(|(index, producer)| {
            let number = next[producer as usize];
            next[producer as usize] += 1;
            (index, producer, number)
        }).collect();
        let count = seen.len() as u64;
        let verdict = ledger(seen.clone()).verdict();
        prop_assert!(verdict.is_clean());
        prop_assert_eq!(verdict.verified, count);
        // Partitions are read one after the other, or in any other order among each other.
        let mut apart = seen;
        apart.sort_by_key(|(index, _, _)| *index);
        prop_assert!(ledger(apart).verdict().is_clean());
    }

    #[test]
    fn what_is_left_out_is_lost_and_nothing_else(count in 2u64..200, at: prop::sample::Index) {
        let hole = at.index(count as usize - 1) as u64;
        let ledger = ledger((0..count).filter(|number| *number != hole).map(|number| (0, 0, number)));
        prop_assert_eq!(ledger.verdict(), Verdict { verified: count - 1, lost: 1, ..Verdict::default() });
        prop_assert_eq!(ledger.gaps(5).len(), 1);
    }

    #[test]
    fn what_comes_again_is_duplicated_and_nothing_else(count in 1u64..200, at: prop::sample::Index) {
        let again = at.index(count as usize) as u64;
        let seen = (0..count).chain([again]).map(|number| (0, 0, number));
        let verdict = ledger(seen).verdict();
        prop_assert_eq!(verdict, Verdict { verified: count, duplicated: 1, ..Verdict::default() });
    }

    #[test]
    fn two_that_change_places_are_reordered_and_nothing_else(count in 2u64..200, at: prop::sample::Index) {
        let at = at.index(count as usize - 1);
        let mut numbers: Vec<u64> = (0..count).collect();
        numbers.swap(at, at + 1);
        let verdict = ledger(numbers.into_iter().map(|number| (0, 0, number))).verdict();
        prop_assert_eq!(verdict, Verdict { verified: count, reordered: 1, ..Verdict::default() });
    }
}

#[test]
fn a_tail_that_was_written_and_not_seen_is_lost() {
    let mut ledger = ledger((0..8).map(|number| (0, 0, number)));
    let author = Author { run: 1, producer: 0 };
    ledger.wrote(author, &numbers(0..10));
    assert_eq!(ledger.verdict().lost, 2);
}

#[test]
fn a_record_that_the_broker_refused_is_not_lost() {
    let mut ledger = ledger([(0, 0, 0), (0, 0, 2)]);
    let author = Author { run: 1, producer: 0 };
    ledger.wrote(author, &numbers([0, 2]));
    assert!(ledger.verdict().is_clean());
}
