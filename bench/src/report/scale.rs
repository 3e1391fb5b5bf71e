//! A scale: numbers to places on paper, and the marks beside them.

/// The smallest and the largest number that has a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Scale {
    /// One that has room for these, from 0 up, and ends at a round number.
    pub(super) fn from_zero(numbers: impl Iterator<Item = f64>) -> Self {
        let max = numbers.filter(|number| number.is_finite()).fold(0.0, f64::max);
        let step = step(max / 4.0);
        Self { min: 0.0, max: (max / step).ceil().max(1.0) * step }
    }

    /// One that goes from the first to the last of these.
    pub(super) fn exact(numbers: impl Iterator<Item = f64> + Clone) -> Self {
        let min = numbers.clone().fold(f64::INFINITY, f64::min);
        let max = numbers.fold(f64::NEG_INFINITY, f64::max);
        match min < max {
            true => Self { min, max },
            false if min.is_finite() => Self { min: min.min(0.0), max: max.max(1.0) },
            false => Self { min: 0.0, max: 1.0 },
        }
    }

    /// Where a number lies, from 0 at the smallest to 1 at the largest.
    pub(super) fn place(self, number: f64) -> f64 {
        ((number - self.min) / (self.max - self.min)).clamp(0.0, 1.0)
    }

    /// Round numbers at equal distances.
    pub(super) fn marks(self) -> Vec<f64> {
        let step = step((self.max - self.min) / 4.0);
        let first = (self.min / step).ceil() as i64;
        let last = (self.max / step + 1e-9).floor() as i64;
        (first..=last).map(|number| number as f64 * step).collect()
    }
}

/// The round number next to this one: 1, 2 or 5 times a power of ten.
fn step(about: f64) -> f64 {
    if !about.is_finite() || about <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(about.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= about * 0.999);
    factor.unwrap_or(10.0) * power
}

/// A number as people write it beside a mark.
pub(super) fn label(number: f64) -> String {
    let magnitude = number.abs();
    let (scaled, unit) = match magnitude {
        _ if magnitude >= 1e9 => (number / 1e9, "G"),
        _ if magnitude >= 1e6 => (number / 1e6, "M"),
        _ if magnitude >= 1e4 => (number / 1e3, "k"),
        _ => (number, ""),
    };
    let digits = match scaled.abs() {
        size if size >= 100.0 || size == 0.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{scaled:.digits$}");
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    format!("{text}{unit}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_number_has_a_place_and_marks_ascend(numbers in prop::collection::vec(0.0f64..1e12, 1..20)) {
            let scale = Scale::from_zero(numbers.iter().copied());
            prop_assert!(numbers.iter().all(|number| (0.0..=1.0).contains(&scale.place(*number))));
            prop_assert!(numbers.iter().all(|number| *number <= scale.max));
            let marks = scale.marks();
            prop_assert!((2..=7).contains(&marks.len()), "{:?} {:?}", scale, marks);
            prop_assert!(marks.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }

    #[test]
    fn labels_are_short() {
        for (number, text) in
            [(0.0, "0"), (0.25, "0.25"), (1.5, "1.5"), (2000.0, "2000"), (1_500_000.0, "1.5M")]
        {
            assert_eq!(label(number), text);
        }
    }

    #[test]
    fn nothing_at_all_has_a_scale_too() {
        assert_eq!(Scale::from_zero(std::iter::empty()), Scale { min: 0.0, max: 1.0 });
        let one = Scale::exact([3.0].into_iter());
        assert!(one.min < one.max);
    }
}
