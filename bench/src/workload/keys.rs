//! Keys: which records belong together, and so which partition each goes to.

use std::str::FromStr;

use bytes::Bytes;
use rand::Rng;
use rand::distr::Distribution;
use rand_distr::Zipf;

use crate::quantity::Count;

/// A distribution of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// No record has one.
    None,
    /// Each has the next number.
    Sequential,
    /// So many, one after the other and again from the first.
    Cycle(u64),
    /// So many, each as likely as the other.
    Random(u64),
    /// So many, the n-th with a likelihood of one in n: a few keys have most of the records.
    Zipf(u64),
}

/// The keys of one producer, one after the other.
#[derive(Debug)]
pub struct Sequence {
    keys: Keys,
    next: u64,
}

impl Keys {
    /// From the first.
    pub fn sequence(self) -> Sequence {
        Sequence { keys: self, next: 0 }
    }
}

impl Sequence {
    /// The next one.
    pub fn next(&mut self, chance: &mut impl Rng) -> Option<Bytes> {
        let number = match self.keys {
            Keys::None => return None,
            Keys::Sequential => self.count(),
            Keys::Cycle(count) => self.count() % count,
            Keys::Random(count) => chance.random_range(0..count),
            Keys::Zipf(count) => {
                let law = Zipf::new(count as f64, 1.0).expect("there is at least one key");
                law.sample(chance) as u64 - 1
            }
        };
        Some(format!("key-{number}").into())
    }

    fn count(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }
}

impl FromStr for Keys {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("{text:?} names no keys; write none, seq, cycle:1000, random:1000 or zipf:1000")
        };
        let count = |text: &str| match text.parse() {
            Ok(Count(count)) if count > 0 => Ok(count),
            _ => Err(wrong()),
        };
        match text.split_once(':') {
            None if text == "none" => Ok(Self::None),
            None if text == "seq" => Ok(Self::Sequential),
            Some(("cycle", rest)) => count(rest).map(Self::Cycle),
            Some(("random", rest)) => count(rest).map(Self::Random),
            Some(("zipf", rest)) => count(rest).map(Self::Zipf),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rand::SeedableRng;
    use rand::rngs::SmallRng;

    use super::*;

    fn drawn(text: &str) -> BTreeMap<Bytes, usize> {
        let keys: Keys = text.parse().expect(text);
        let (mut sequence, mut chance) = (keys.sequence(), SmallRng::seed_from_u64(7));
        let mut counts = BTreeMap::new();
        for _ in 0..10_000 {
            let key = sequence.next(&mut chance).expect("a key");
            *counts.entry(key).or_default() += 1;
        }
        counts
    }

    #[test]
    fn there_are_as_many_keys_as_were_asked_for() {
        assert_eq!(drawn("seq").len(), 10_000);
        assert_eq!(drawn("random:10").len(), 10);
        assert!(drawn("cycle:10").values().all(|count| *count == 1000));
        let zipf = drawn("zipf:10");
        assert_eq!(zipf.len(), 10);
        assert!(zipf["key-0".as_bytes()] > 5 * zipf["key-9".as_bytes()], "{zipf:?}");
        assert_eq!(Keys::None.sequence().next(&mut SmallRng::seed_from_u64(0)), None);
    }

    #[test]
    fn what_names_no_keys_is_told() {
        for wrong in ["", "random", "random:0", "zipf:x", "seq:3"] {
            assert!(wrong.parse::<Keys>().is_err(), "{wrong}");
        }
    }
}
