//! A search for the highest rate that a cluster sustains: doubling until one is too high, then halving the stretch between.

/// Where a search stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Search {
    /// The highest that was sustained.
    sustained: Option<f64>,
    /// The lowest that was not.
    exceeded: Option<f64>,
    min: f64,
    max: f64,
    /// How near to each other the two have to be, as a share.
    precision: f64,
}

impl Search {
    pub(super) fn new(min: f64, max: f64, precision: f64) -> Self {
        Self { sustained: None, exceeded: None, min, max, precision }
    }

    /// The rate to try next; nothing if it is found.
    pub(super) fn next(&self) -> Option<f64> {
        match (self.sustained, self.exceeded) {
            (None, None) => Some(self.min),
            (None, Some(_)) => None,
            (Some(sustained), None) if sustained >= self.max => None,
            (Some(sustained), None) => Some((sustained * 2.0).min(self.max)),
            (Some(sustained), Some(exceeded)) => {
                let is_near = exceeded / sustained <= 1.0 + self.precision;
                (!is_near).then(|| (sustained * exceeded).sqrt())
            }
        }
    }

    /// What came of trying a rate.
    pub(super) fn learn(&mut self, rate: f64, is_sustained: bool) {
        match is_sustained {
            true => self.sustained = Some(rate),
            false => self.exceeded = Some(rate),
        }
    }

    /// The highest that was sustained.
    pub(super) fn found(&self) -> Option<f64> {
        self.sustained
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_limit_is_found_to_the_precision_and_in_a_few_steps(limit in 1_000.0f64..2_000_000.0) {
            let mut search = Search::new(1_000.0, 2_000_000.0, 0.05);
            let mut steps = 0;
            while let Some(rate) = search.next() {
                search.learn(rate, rate <= limit);
                steps += 1;
            }
            let found = search.found().expect("the least is sustained");
            prop_assert!(found <= limit && limit <= found * 1.051, "{found} of {limit}");
            prop_assert!(steps < 20, "{steps}");
        }
    }

    #[test]
    fn a_search_ends_where_nothing_or_everything_is_sustained() {
        let mut none = Search::new(1_000.0, 8_000.0, 0.05);
        none.learn(1_000.0, false);
        assert_eq!((none.next(), none.found()), (None, None));
        let mut all = Search::new(1_000.0, 8_000.0, 0.05);
        while let Some(rate) = all.next() {
            all.learn(rate, true);
        }
        assert_eq!(all.found(), Some(8_000.0));
    }
}
