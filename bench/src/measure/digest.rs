//! A digest: a histogram in a dozen numbers.

use crate::clock::ms;
use crate::latency::Latencies;

/// The quantiles that are told, and what OpenMessaging's benchmark calls each (it has no 90th).
pub const QUANTILES: [(&str, f64); 7] = [
    ("50pct", 0.50),
    ("75pct", 0.75),
    ("90pct", 0.90),
    ("95pct", 0.95),
    ("99pct", 0.99),
    ("999pct", 0.999),
    ("9999pct", 0.9999),
];

/// Times in milliseconds; all 0 where there were none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Digest {
    /// How many there were.
    pub count: u64,
    /// On average.
    pub mean: f64,
    /// One for each of [`QUANTILES`].
    pub quantiles: [f64; QUANTILES.len()],
    /// The longest.
    pub max: f64,
}

impl Digest {
    /// What these come to.
    pub fn of(latencies: &Latencies) -> Self {
        if latencies.count() == 0 {
            return Self::default();
        }
        Self {
            count: latencies.count(),
            mean: ms(latencies.mean()),
            quantiles: QUANTILES.map(|(_, share)| ms(latencies.quantile(share))),
            max: ms(latencies.longest()),
        }
    }

    /// The quantile of this share, which must be one of [`QUANTILES`].
    pub fn at(&self, share: f64) -> f64 {
        let place = QUANTILES.iter().position(|(_, known)| *known == share);
        place.and_then(|place| self.quantiles.get(place)).copied().unwrap_or(f64::NAN)
    }
}
