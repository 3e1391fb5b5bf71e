//! Wrong: what is the matter with the value of a setting.
//!
//! The words for it are the matter of whoever speaks: [`fmt::Display`] has those of this program's own commands, and the
//! applets have Kafka's for the same.

use std::fmt;

/// What is the matter with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is no whole number.
    NoNumber(Whole),
    /// It is a number, below the least.
    TooSmall(Whole),
    /// It is a number, above what Java's type holds.
    TooLarge(Whole),
    /// It is neither true nor false.
    NoTruth,
    /// It is none of the words that there are to choose from.
    NoChoice(Choice),
    /// It names a class that is not there.
    NoClass,
    /// The other client would take it, and this one says why it cannot.
    NotHere(&'static str),
}

/// A kind of whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole {
    /// What is counted.
    pub unit: Unit,
    /// Java's type for it, which is how large it may be.
    pub width: Width,
    /// The least that it may be.
    pub least: i64,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds.
    Milliseconds,
    /// Bytes or things.
    Things,
}

/// Java's types for whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// 32 bits.
    Int,
    /// 64 bits.
    Long,
}

/// Words to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The words, in Kafka's order.
    pub words: &'static [&'static str],
    /// The same for people.
    pub advice: &'static str,
}

impl Width {
    /// The largest number.
    pub fn most(self) -> i64 {
        match self {
            Self::Int => i64::from(i32::MAX),
            Self::Long => i64::MAX,
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Milliseconds => "milliseconds",
            Self::Things => "a whole number",
        })
    }
}

impl fmt::Display for Wrong {
    /// What a right value looks like, as advice.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNumber(Whole { unit, least, .. })
            | Self::TooSmall(Whole { unit, least, .. }) => {
                write!(f, "write {unit}, from {least}")
            }
            Self::TooLarge(Whole { unit, width, .. }) => {
                write!(f, "write {unit}, up to {}", width.most())
            }
            Self::NoTruth => f.write_str("write true or false"),
            Self::NoChoice(choice) => write!(f, "write {}", choice.advice),
            Self::NoClass => f.write_str("write range, roundrobin or cooperative-sticky"),
            Self::NotHere(why) => f.write_str(why),
        }
    }
}
