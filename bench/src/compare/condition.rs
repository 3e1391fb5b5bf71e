//! A condition under which a comparison fails, such as `p99>+10%`.
//!
//! ```text
//! condition = figure ( ">" | "<" ) bound
//! bound     = [ "+" | "-" ] number "%"      the figure has grown by more (or less) than this
//!           | number                        the figure itself is more (or less) than this
//! ```

use std::fmt;
use std::str::FromStr;

use super::{Difference, FIGURES, Figure};

/// When a comparison fails.
#[derive(Clone, Copy, Debug)]
pub struct Condition {
    figure: &'static Figure,
    is_above: bool,
    bound: Bound,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Bound {
    /// Of the growth.
    Percent(f64),
    /// Of the figure.
    Value(f64),
}

/// A condition that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidCondition(String);

impl fmt::Display for InvalidCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidCondition {}

impl Condition {
    /// What it is about.
    pub fn figure(&self) -> &'static Figure {
        self.figure
    }

    /// Whether this difference meets it.
    pub fn is_met_by(&self, difference: &Difference) -> bool {
        let (value, bound) = match self.bound {
            Bound::Percent(bound) => (difference.percent(), bound),
            Bound::Value(bound) => (difference.after, bound),
        };
        if self.is_above { value > bound } else { value < bound }
    }
}

impl FromStr for Condition {
    type Err = InvalidCondition;

    fn from_str(text: &str) -> Result<Self, InvalidCondition> {
        let wrong = |why: &str| {
            InvalidCondition(format!("{text:?} {why}; write p99>+10%, rate<-5% or max>50"))
        };
        let at = text.find(['>', '<']).ok_or_else(|| wrong("has neither > nor <"))?;
        let (name, bound) = (text[..at].trim(), text[at + 1..].trim());
        let figure = Figure::named(name).ok_or_else(|| {
            let names: Vec<&str> = FIGURES.iter().map(|figure| figure.name).collect();
            InvalidCondition(format!("{name:?} is no figure; there are {}", names.join(", ")))
        })?;
        let number = |text: &str| match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(wrong("has no number as its bound")),
        };
        let bound = match bound.strip_suffix('%') {
            Some(percent) => Bound::Percent(number(percent.trim())?),
            None => Bound::Value(number(bound)?),
        };
        Ok(Self { figure, is_above: text[at..].starts_with('>'), bound })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_met(condition: &str, before: f64, after: f64) -> bool {
        let condition: Condition = condition.parse().expect(condition);
        condition.is_met_by(&Difference { figure: condition.figure(), before, after })
    }

    #[test]
    fn growth_and_values_are_told_apart() {
        assert!(is_met("p99>+10%", 10.0, 11.1) && !is_met("p99>10%", 10.0, 11.0));
        assert!(is_met("rate < -5%", 100.0, 94.0) && !is_met("rate<-5%", 100.0, 96.0));
        assert!(is_met("max>50", 1.0, 51.0) && !is_met("max>50", 1.0, 50.0));
        assert!(is_met("errors>+0%", 0.0, 1.0) && !is_met("errors>+0%", 0.0, 0.0));
    }

    #[test]
    fn what_is_no_condition_is_told() {
        for wrong in ["", "p99", "p98>1", "p99>", "p99>x%", "p99>nan", ">5", "p99=5"] {
            assert!(wrong.parse::<Condition>().is_err(), "{wrong}");
        }
    }
}
