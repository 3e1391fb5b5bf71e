//! A span: a length of time as people type it.

use std::str::FromStr;
use std::time::Duration;

/// `500ms`, `30s`, `2m`, `1h`, `7d`; a bare number is seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().map_err(|_| wrong(text))?;
        let unit_ms: u64 = match unit {
            "ms" => 1,
            "" | "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(wrong(text)),
        };
        let ms = number.checked_mul(unit_ms).ok_or_else(|| wrong(text))?;
        Ok(Self(Duration::from_millis(ms)))
    }
}

fn wrong(text: &str) -> String {
    format!("{text:?} is no length of time; write 500ms, 30s, 2m, 1h or 7d")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_parse_with_and_without_units() {
        let ms = |text: &str| text.parse::<Span>().map(|span| span.0.as_millis());
        assert_eq!(ms("500ms"), Ok(500));
        assert_eq!(ms("30"), Ok(30_000));
        assert_eq!(ms("2m"), Ok(120_000));
        for wrong in ["", "s", "1.5s", "-1s", "1w", "99999999999999999999d"] {
            assert!(ms(wrong).is_err(), "{wrong}");
        }
    }
}
