//! A workload: what is sent, apart from how fast and to whom.
//!
//! Everything about it follows from its seed: two runs of one workload send the same records, and so do two brokers that are
//! compared.

mod content;
mod keys;
mod sizes;

use bytes::Bytes;
use client::producer::Header;
use rand::SeedableRng;
use rand::rngs::SmallRng;

pub use content::{Content, Pool};
pub use keys::Keys;
pub use sizes::Sizes;

/// What the records of a load look like.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// How long their values are.
    pub sizes: Sizes,
    /// What their keys are.
    pub keys: Keys,
    /// What their values hold.
    pub content: Content,
    /// How many headers each has.
    pub headers: usize,
    /// Where chance begins.
    pub seed: u64,
}

/// What a record holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its key, if it has one.
    pub key: Option<Bytes>,
    /// Its value.
    pub value: Bytes,
}

/// The records of one producer, one after the other.
#[derive(Debug)]
pub struct Source {
    sizes: Sizes,
    keys: keys::Sequence,
    pool: Pool,
    chance: SmallRng,
}

impl Workload {
    /// What the producer with this number sends.
    pub fn source(&self, producer: u32) -> Source {
        // Seeds one apart must not give streams alike; seed_from_u64 mixes them.
        let chance = SmallRng::seed_from_u64(self.seed ^ (u64::from(producer) << 32));
        Source {
            sizes: self.sizes,
            keys: self.keys.sequence(),
            pool: self.content.pool(self.sizes.max(), self.seed ^ u64::from(producer)),
            chance,
        }
    }

    /// The headers, which are those of every record.
    pub fn headers(&self) -> Vec<Header> {
        let header = |number| Header {
            key: format!("header-{number}").into(),
            value: Some(format!("value-{number}").into()),
        };
        (0..self.headers).map(header).collect()
    }
}

impl Source {
    /// The next record.
    pub fn make(&mut self) -> Made {
        let key = self.keys.next(&mut self.chance);
        let size = self.sizes.choose(&mut self.chance);
        Made { key, value: self.pool.choose(size, &mut self.chance) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workload(seed: u64) -> Workload {
        let sizes = "10:2000".parse().expect("sizes");
        let keys = "zipf:50".parse().expect("keys");
        Workload { sizes, keys, content: Content::Made { entropy: 0.5 }, headers: 2, seed }
    }

    fn first(workload: &Workload, producer: u32) -> Vec<Made> {
        let mut source = workload.source(producer);
        (0..100).map(|_| source.make()).collect()
    }

    #[test]
    fn one_seed_makes_the_same_records_again_and_another_seed_others() {
        assert_eq!(first(&workload(1), 3), first(&workload(1), 3));
        assert_ne!(first(&workload(1), 3), first(&workload(2), 3));
        assert_ne!(first(&workload(1), 3), first(&workload(1), 4), "producers differ too");
    }

    #[test]
    fn every_record_has_the_headers_that_were_asked_for() {
        let names: Vec<Bytes> = workload(1).headers().into_iter().map(|h| h.key).collect();
        assert_eq!(names, ["header-0", "header-1"]);
    }
}
