//! Sizes: how long the values of a load are.

use std::fmt;
use std::str::FromStr;

use rand::Rng;
use rand::distr::Distribution;
use rand_distr::Zipf;

use crate::quantity::Bytes;

/// The step of sizes by Zipf's law, which is also the most frequent size.
const STEP: usize = 64;
/// The largest of them, unless another is asked for.
const ZIPF_MAX: usize = 64 << 10;

/// A distribution of sizes, in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sizes {
    /// All the same.
    Fixed(usize),
    /// Each between the two as likely as the other.
    Between(usize, usize),
    /// Mostly small and now and then large, as events and documents are: the n-th multiple of 64 bytes with a
    /// likelihood of one in n, up to this.
    Zipf(usize),
}

impl Sizes {
    /// The longest that can come.
    pub fn max(self) -> usize {
        match self {
            Self::Fixed(size) | Self::Between(_, size) | Self::Zipf(size) => size,
        }
    }

    /// The shortest that can come.
    pub fn min(self) -> usize {
        match self {
            Self::Fixed(size) | Self::Between(size, _) => size,
            Self::Zipf(max) => STEP.min(max),
        }
    }

    /// What they come to on average.
    pub fn mean(self) -> f64 {
        match self {
            Self::Fixed(size) => size as f64,
            Self::Between(min, max) => (min + max) as f64 / 2.0,
            Self::Zipf(max) => {
                let ranks = (max / STEP).max(1);
                let harmonic: f64 = (1..=ranks).map(|rank| 1.0 / rank as f64).sum();
                (STEP * ranks) as f64 / harmonic
            }
        }
    }

    /// The next one.
    pub fn choose(self, chance: &mut impl Rng) -> usize {
        match self {
            Self::Fixed(size) => size,
            Self::Between(min, max) => chance.random_range(min..=max),
            Self::Zipf(max) => {
                let ranks = (max / STEP).max(1) as f64;
                let law = Zipf::new(ranks, 1.0).expect("there is at least one rank");
                (law.sample(chance) as usize * STEP).min(max)
            }
        }
    }
}

impl FromStr for Sizes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let size = |text: &str| text.parse::<Bytes>().map(|bytes| bytes.0);
        match text.split_once(':') {
            None if text == "zipf" => Ok(Self::Zipf(ZIPF_MAX)),
            None => size(text).map(Self::Fixed),
            Some(("zipf", max)) => Ok(Self::Zipf(size(max)?.max(STEP))),
            Some((min, max)) => match (size(min)?, size(max)?) {
                (min, max) if min <= max => Ok(Self::Between(min, max)),
                (min, max) => Err(format!("{min} is more than {max}; write MIN:MAX")),
            },
        }
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(size) => write!(f, "{size} B"),
            Self::Between(min, max) => write!(f, "{min} to {max} B"),
            Self::Zipf(max) => write!(f, "Zipf up to {max} B"),
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::SmallRng;

    use super::*;

    #[test]
    fn sizes_stay_within_their_bounds_and_have_the_mean_that_is_told() {
        let mut chance = SmallRng::seed_from_u64(1);
        for text in ["100", "10:1000", "zipf", "zipf:4KiB"] {
            let sizes: Sizes = text.parse().expect(text);
            let drawn: Vec<usize> = (0..100_000).map(|_| sizes.choose(&mut chance)).collect();
            assert!(drawn.iter().all(|size| (sizes.min()..=sizes.max()).contains(size)), "{text}");
            let mean = drawn.iter().sum::<usize>() as f64 / drawn.len() as f64;
            assert!((mean / sizes.mean() - 1.0).abs() < 0.05, "{text}: {mean} {}", sizes.mean());
        }
    }

    #[test]
    fn what_is_no_size_is_told() {
        for wrong in ["", "10:5", "a", "zipf:", ":5"] {
            assert!(wrong.parse::<Sizes>().is_err(), "{wrong}");
        }
    }
}
