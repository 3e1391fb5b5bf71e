//! Content: what values hold.
//!
//! Random bytes are dear to make and a broker's network does not care for them, so a few megabytes are made once and values are
//! slices of them. Compression cares: how well values can be packed is set by their entropy, or by a file of
//! real ones.

use std::io;
use std::path::Path;

use bytes::Bytes;
use rand::rngs::SmallRng;
use rand::{Rng, RngCore, SeedableRng};

/// How much is made, or four times the longest value if that is more: so much that a codec's window does not meet itself again.
const POOL_BYTES: usize = 4 << 20;

/// What values are made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Bytes of which this share is random, between 0 and 1, and the rest is one letter.
    Made {
        /// The share.
        entropy: f64,
    },
    /// One of these at random; sizes do not apply.
    Given(Vec<Bytes>),
}

/// Where the values of one producer come from.
#[derive(Clone, Debug)]
pub enum Pool {
    /// Slices of this, each behind the one before, and then again from some other place.
    Made {
        /// What there is.
        all: Bytes,
        /// Where the next one begins.
        next: usize,
    },
    /// One of these.
    Given(Vec<Bytes>),
}

impl Content {
    /// The lines of a file, without those that are empty.
    ///
    /// # Errors
    /// Trouble with the file, also that there is nothing in it.
    pub fn from_file(path: &Path) -> io::Result<Self> {
        let all = Bytes::from(std::fs::read(path)?);
        let lines = all.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let lines: Vec<Bytes> = lines.map(|line| all.slice_ref(line)).collect();
        match lines.is_empty() {
            true => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "there are no lines in it")),
            false => Ok(Self::Given(lines)),
        }
    }

    /// Where values of up to `longest` bytes come from.
    pub fn pool(&self, longest: usize, seed: u64) -> Pool {
        match self {
            Self::Given(values) => Pool::Given(values.clone()),
            Self::Made { entropy } => {
                let mut chance = SmallRng::seed_from_u64(seed);
                let mut bytes = vec![0; POOL_BYTES.max(longest.saturating_mul(4))];
                chance.fill_bytes(&mut bytes);
                if *entropy < 1.0 {
                    bytes
                        .iter_mut()
                        .filter(|_| !chance.random_bool(*entropy))
                        .for_each(|b| *b = b'x');
                }
                Pool::Made { all: bytes.into(), next: 0 }
            }
        }
    }
}

impl Pool {
    /// A value; of this size, unless values were given.
    pub fn choose(&mut self, size: usize, chance: &mut impl Rng) -> Bytes {
        match self {
            Self::Made { all, next } => {
                if *next + size > all.len() {
                    // Not the same cuts again.
                    *next = chance.random_range(0..=(all.len() - size).min(size));
                }
                let at = *next;
                *next += size;
                all.slice(at..at + size)
            }
            Self::Given(values) => {
                let at = chance.random_range(0..values.len().max(1));
                values.get(at).cloned().unwrap_or_default()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_the_share_of_bytes_that_are_random() {
        for (entropy, least, most) in [(0.0, 1.0, 1.0), (0.5, 0.45, 0.55), (1.0, 0.0, 0.01)] {
            let Pool::Made { all: bytes, .. } = (Content::Made { entropy }).pool(100, 1) else {
                panic!("it is made")
            };
            let same = bytes.iter().filter(|byte| **byte == b'x').count();
            let share = same as f64 / bytes.len() as f64;
            assert!((least..=most).contains(&share), "{entropy}: {share}");
        }
    }

    #[test]
    fn a_value_may_be_as_long_as_was_announced() {
        let longest = 10 << 20;
        let mut pool = Content::Made { entropy: 1.0 }.pool(longest, 1);
        let mut chance = SmallRng::seed_from_u64(1);
        let lengths: Vec<usize> = (0..9).map(|_| pool.choose(longest, &mut chance).len()).collect();
        assert_eq!(lengths, [longest; 9]);
    }
}
