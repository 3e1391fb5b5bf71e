//! A check: what a key's value must satisfy beyond being of its type.
//!
//! A check is data, not a closure, so that one row both refuses a bad value and tells the reader of
//! `docs/configuration.md` what a good one is.

use super::value::{Kind, Value, members};

/// The legal values of a key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Check {
    /// Everything of the key's type.
    Any,
    /// A number not below this one.
    AtLeast(i64),
    /// A number between these two, both legal.
    Between(i64, i64),
    /// A number between these two, or this odd one out.
    BetweenOr(i64, i64, i64),
    /// A fraction between these two, both legal.
    Fraction(f64, f64),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A list whose members are among these, each at most once.
    Among(&'static [&'static str]),
    /// A list without a member that is there twice.
    Distinct,
    /// A text that is not empty.
    NotEmpty,
    /// `partition:broker` pairs with commas between them, or `*` for all, or nothing.
    Replicas,
}

/// A number not below `low`.
pub(super) const fn at_least(low: i64) -> Check {
    Check::AtLeast(low)
}

/// A number from `low` to `high`.
pub(super) const fn between(low: i64, high: i64) -> Check {
    Check::Between(low, high)
}

impl Check {
    /// Whether `text`, which is of type `kind`, is a legal value; if not, a sentence that says what would be.
    pub fn accepts(self, kind: Kind, text: &str) -> Result<(), String> {
        kind.accepts(text)?;
        if self.holds(text) { Ok(()) } else { Err(format!("it must be {}", self.describe())) }
    }

    fn holds(self, text: &str) -> bool {
        let number = || i64::parse(text).ok();
        match self {
            Self::Any => true,
            Self::AtLeast(low) => number().is_some_and(|n| n >= low),
            Self::Between(low, high) => number().is_some_and(|n| (low..=high).contains(&n)),
            Self::BetweenOr(low, high, other) => {
                number().is_some_and(|n| n == other || (low..=high).contains(&n))
            }
            Self::Fraction(low, high) => f64::parse(text).is_ok_and(|n| (low..=high).contains(&n)),
            Self::OneOf(texts) => texts.contains(&text.trim()),
            Self::Among(texts) => distinct(text) && members(text).all(|m| texts.contains(&m)),
            Self::Distinct => distinct(text),
            Self::NotEmpty => !text.trim().is_empty(),
            Self::Replicas => is_replica_list(text),
        }
    }

    /// The legal values in words that follow "it must be"; empty where everything is legal.
    pub fn describe(self) -> String {
        match self {
            Self::Any => String::new(),
            Self::AtLeast(low) => format!("at least {low}"),
            Self::Between(low, high) => format!("from {low} to {high}"),
            Self::BetweenOr(low, high, other) => format!("from {low} to {high}, or {other}"),
            Self::Fraction(low, high) => format!("from {low} to {high}"),
            Self::OneOf(texts) => format!("one of {}", texts.join(", ")),
            Self::Among(texts) => format!("a list of {}, none twice", texts.join(", ")),
            Self::Distinct => "a list with no member twice".into(),
            Self::NotEmpty => "not empty".into(),
            Self::Replicas => "empty, *, or pairs of partition:broker with commas between".into(),
        }
    }
}

fn distinct(text: &str) -> bool {
    let all: Vec<&str> = members(text).collect();
    all.iter().enumerate().all(|(at, member)| !all[..at].contains(member))
}

fn is_replica_list(text: &str) -> bool {
    let is_number = |text: &str| text.trim().parse::<u32>().is_ok();
    let is_pair = |member: &str| {
        member
            .split_once(':')
            .is_some_and(|(partition, broker)| is_number(partition) && is_number(broker))
    };
    text.trim() == "*" || members(text).all(is_pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_include_both_ends_and_the_odd_one_out() {
        assert!(at_least(1).accepts(Kind::Int, "1").is_ok());
        assert!(at_least(1).accepts(Kind::Int, "0").is_err());
        assert!(between(1, 17).accepts(Kind::Int, "17").is_ok());
        let gzip = Check::BetweenOr(1, 9, -1);
        assert!(gzip.accepts(Kind::Int, "-1").is_ok());
        assert_eq!(gzip.accepts(Kind::Int, "0"), Err("it must be from 1 to 9, or -1".into()));
        assert!(Check::Fraction(0.0, 1.0).accepts(Kind::Double, "1.01").is_err());
    }

    #[test]
    fn the_type_is_checked_before_the_range() {
        let refusal = at_least(1).accepts(Kind::Int, "many").expect_err("not a number");
        assert!(refusal.contains("whole number"), "{refusal}");
    }

    #[test]
    fn lists_refuse_strangers_and_doubles() {
        let policies = Check::Among(&["compact", "delete"]);
        assert!(policies.accepts(Kind::List, "compact,delete").is_ok());
        assert!(policies.accepts(Kind::List, "").is_ok());
        assert!(policies.accepts(Kind::List, "delete,delete").is_err());
        assert!(policies.accepts(Kind::List, "purge").is_err());
    }

    #[test]
    fn throttled_replicas_are_pairs_of_numbers() {
        for good in ["", "*", "0:1", "0:1, 1:2"] {
            assert!(Check::Replicas.accepts(Kind::List, good).is_ok(), "{good}");
        }
        for bad in ["0", "a:1", "0:1,", "0:1:2"] {
            assert!(Check::Replicas.accepts(Kind::List, bad).is_err(), "{bad}");
        }
    }
}
