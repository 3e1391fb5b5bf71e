//! A quantity: sizes and rates as people type them.

use std::str::FromStr;

/// A number of bytes: `100`, `64KiB`, `1k`, `2MB`. Units are of 1024 with an `i`, and of 1000 without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes(pub usize);

/// How many a second: `5000`, `50k`, `2M`; `max` is as many as there can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rate {
    /// So many, all clients together.
    PerSecond(f64),
    /// Each as soon as there is room for it.
    Max,
}

impl Rate {
    /// The number, if there is one.
    pub fn per_second(self) -> Option<f64> {
        match self {
            Self::PerSecond(rate) => Some(rate),
            Self::Max => None,
        }
    }
}

/// A number of things: `5000`, `50k`, `2M`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(pub u64);

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no size; write 100, 64KiB or 1MB");
        let bytes = scaled(text.trim_end_matches('B')).ok_or_else(wrong)?;
        match bytes <= (1u64 << 30) as f64 {
            true => Ok(Self(bytes as usize)),
            false => Err(format!("{text} is more than the gibibyte that a record may weigh")),
        }
    }
}

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match scaled(text) {
            Some(count) if count.fract() == 0.0 && count < 1e18 => Ok(Self(count as u64)),
            _ => Err(format!("{text:?} is no number; write 5000, 50k or 2M")),
        }
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, scaled(text)) {
            ("max", _) => Ok(Self::Max),
            (_, Some(rate)) if rate > 0.0 && rate <= 1e9 => Ok(Self::PerSecond(rate)),
            _ => Err(format!("{text:?} is no rate; write 5000, 50k, 2M or max")),
        }
    }
}

/// A number with the first letter of a unit behind it.
fn scaled(text: &str) -> Option<f64> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "" => 1.0,
        "k" | "K" => 1e3,
        "M" | "m" => 1e6,
        "G" | "g" => 1e9,
        "Ki" | "ki" => 1024.0,
        "Mi" | "mi" => 1024.0 * 1024.0,
        "Gi" | "gi" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    number.parse::<f64>().ok().map(|number| number * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_parse_with_and_without_units() {
        for (text, bytes) in [("100", 100), ("1KiB", 1024), ("64k", 64_000), ("1.5MiB", 1_572_864)]
        {
            assert_eq!(text.parse(), Ok(Bytes(bytes)), "{text}");
        }
        assert_eq!("2M".parse(), Ok(Count(2_000_000)));
        assert_eq!("50k".parse(), Ok(Rate::PerSecond(50_000.0)));
        assert_eq!("max".parse(), Ok(Rate::Max));
        for wrong in ["", "-1", "1x", "KiB", "9GiBB9", "1..2"] {
            assert!(wrong.parse::<Bytes>().is_err(), "{wrong}");
        }
        assert!("0".parse::<Rate>().is_err() && "1.5".parse::<Count>().is_err());
        assert!("2GiB".parse::<Bytes>().is_err());
    }
}
