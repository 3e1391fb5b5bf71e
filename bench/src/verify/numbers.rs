//! Numbers that were seen: a set of them as ranges, small as long as few are missing.

use std::collections::BTreeMap;

/// A set of numbers. Begin of each range, and its end, which is not in it; ranges do not touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    ranges: BTreeMap<u64, u64>,
}

impl Numbers {
    /// Adds one; `false` if it was there.
    pub fn insert(&mut self, number: u64) -> bool {
        let before = self.ranges.range(..=number).next_back().map(|(begin, end)| (*begin, *end));
        if before.is_some_and(|(_, end)| number < end) {
            return false;
        }
        let behind = number.checked_add(1).and_then(|next| self.ranges.remove(&next));
        let end = behind.unwrap_or(number.saturating_add(1));
        match before {
            Some((begin, until)) if until == number => self.ranges.insert(begin, end),
            _ => self.ranges.insert(number, end),
        };
        true
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.ranges.iter().map(|(begin, end)| end - begin).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The number after the highest; 0 if there is none.
    pub fn end(&self) -> u64 {
        self.ranges.last_key_value().map_or(0, |(_, end)| *end)
    }

    /// How many of these are not among `others`.
    pub fn missing_from(&self, others: &Self) -> u64 {
        let both: u64 =
            self.ranges.iter().map(|(begin, end)| others.count_within(*begin, *end)).sum();
        self.len() - both
    }

    fn count_within(&self, begin: u64, end: u64) -> u64 {
        let first = self.ranges.range(..begin).next_back();
        let rest = self.ranges.range(begin..end);
        let shared =
            |(from, until): (&u64, &u64)| (*until).min(end).saturating_sub((*from).max(begin));
        first.into_iter().chain(rest).map(shared).sum()
    }

    /// The first range of numbers below `end` that are missing, its end not in it.
    pub fn first_gap(&self, end: u64) -> Option<(u64, u64)> {
        let covered = match self.ranges.first_key_value() {
            Some((0, until)) => *until,
            _ => 0,
        };
        let next = self.ranges.range(covered..).next().map_or(end, |(begin, _)| *begin);
        (covered < end).then_some((covered, next.min(end)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_set(numbers in prop::collection::vec(0u64..50, 0..100)) {
            let (mut ours, mut theirs) = (Numbers::default(), BTreeSet::new());
            for number in numbers {
                prop_assert_eq!(ours.insert(number), theirs.insert(number));
            }
            prop_assert_eq!(ours.len(), theirs.len() as u64);
            prop_assert_eq!(ours.end(), theirs.last().map_or(0, |last| last + 1));
            let missing = (0..60).find(|number| !theirs.contains(number));
            prop_assert_eq!(ours.first_gap(60).map(|(begin, _)| begin), missing);
            let ranges: Vec<_> = ours.ranges.iter().collect();
            let others: Numbers = { let mut all = Numbers::default(); (10..30).for_each(|n| { all.insert(n); }); all };
            let missing = theirs.iter().filter(|number| !(10..30).contains(*number)).count();
            prop_assert_eq!(ours.missing_from(&others), missing as u64);
            prop_assert!(ranges.windows(2).all(|pair| pair[0].1 < pair[1].0), "ranges do not touch");
        }
    }
}
