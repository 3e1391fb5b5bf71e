//! Verification: whether what was written came back, once, whole and in order.
//!
//! Each record carries a [`Seal`]: which run and producer it belongs to, its number there, and a checksum. A [`Ledger`] keeps
//! what was seen of each producer. It is told of records in the order in which each partition has them; of the partitions among
//! each other it expects no order.
//!
//! | word | what it means |
//! |---|---|
//! | lost | a number below the highest that is known to be written was never seen |
//! | duplicated | a number was seen again |
//! | reordered | within a partition, a number came behind a higher one of its producer |
//! | corrupt | the checksum does not fit |

mod numbers;
mod seal;

use std::collections::BTreeMap;
use std::collections::HashMap;

use client::consumer::Record;
use protocol::ids::TopicPartition;

pub use numbers::Numbers;
pub use seal::{Found, SEAL_LEN, Seal};

/// A producer of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Author {
    /// The run.
    pub run: u64,
    /// The producer's number in it.
    pub producer: u32,
}

/// What was seen of each producer.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    authors: BTreeMap<Author, Account>,
    corrupt: u64,
    foreign: u64,
}

#[derive(Clone, Debug, Default)]
struct Account {
    seen: Numbers,
    /// What is known to have been written.
    written: Numbers,
    /// The number behind the highest that was seen, in each partition.
    ends: HashMap<TopicPartition, u64>,
    duplicated: u64,
    reordered: u64,
}

/// What a ledger comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Records with a seal that was whole, each counted once.
    pub verified: u64,
    /// Records that are missing.
    pub lost: u64,
    /// Records that came again.
    pub duplicated: u64,
    /// Records that came late.
    pub reordered: u64,
    /// Records that were changed.
    pub corrupt: u64,
    /// Records of somebody else.
    pub foreign: u64,
}

impl Verdict {
    /// Whether there is nothing to complain of.
    pub fn is_clean(&self) -> bool {
        self.lost + self.duplicated + self.reordered + self.corrupt == 0
    }

    /// This one and another together.
    pub fn and(self, other: Self) -> Self {
        Self {
            verified: self.verified + other.verified,
            lost: self.lost + other.lost,
            duplicated: self.duplicated + other.duplicated,
            reordered: self.reordered + other.reordered,
            corrupt: self.corrupt + other.corrupt,
            foreign: self.foreign + other.foreign,
        }
    }
}

impl Ledger {
    /// Takes a record in; its seal if it has one.
    pub fn read(&mut self, record: &Record) -> Option<Seal> {
        match Seal::find(record.value.as_deref().unwrap_or_default()) {
            Found::Sealed(seal) => {
                self.saw(&record.partition, seal);
                return Some(seal);
            }
            Found::Corrupt => self.corrupt += 1,
            Found::Foreign => self.foreign += 1,
        }
        None
    }

    /// Takes a seal in.
    pub fn saw(&mut self, partition: &TopicPartition, seal: Seal) {
        let author = Author { run: seal.run, producer: seal.producer };
        let account = self.authors.entry(author).or_default();
        if !account.seen.insert(seal.sequence) {
            account.duplicated += 1;
            return;
        }
        if !account.ends.contains_key(partition) {
            account.ends.insert(partition.clone(), 0);
        }
        let end = account.ends.get_mut(partition).expect("it was just put there");
        account.reordered += u64::from(seal.sequence < *end);
        *end = (*end).max(seal.sequence + 1);
    }

    /// Notes which of a producer's records are known to have been written, seen or not.
    pub fn wrote(&mut self, author: Author, numbers: &Numbers) {
        self.authors.entry(author).or_default().written = numbers.clone();
    }

    /// What it comes to. If nobody said what was written, every number below the highest that was seen was.
    pub fn verdict(&self) -> Verdict {
        let mut verdict =
            Verdict { corrupt: self.corrupt, foreign: self.foreign, ..Verdict::default() };
        for account in self.authors.values() {
            verdict.verified += account.seen.len();
            verdict.lost += account.lost();
            verdict.duplicated += account.duplicated;
            verdict.reordered += account.reordered;
        }
        verdict
    }

    /// The first numbers that are missing, as sentences: at most one for each producer, at most `limit`.
    pub fn gaps(&self, limit: usize) -> Vec<String> {
        let gap = |(author, account): (&Author, &Account)| {
            let (begin, end) = account.seen.first_gap(account.seen.end())?;
            let (run, producer) = (author.run, author.producer);
            Some(format!("run {run:016x}, producer {producer}: {begin} to {}", end - 1))
        };
        self.authors.iter().filter_map(gap).take(limit).collect()
    }
}

impl Account {
    fn lost(&self) -> u64 {
        match self.written.is_empty() {
            true => self.seen.end() - self.seen.len(),
            false => self.written.missing_from(&self.seen),
        }
    }
}

#[cfg(test)]
mod tests;
