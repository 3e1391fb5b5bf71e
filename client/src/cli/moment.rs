//! A moment: a time as people type it.

use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use protocol::ids::TimestampMs;

use super::span::Span;
use crate::clock;

/// `2026-01-31`, `2026-01-31T12:00`, `2026-01-31T12:00:30.5Z`, `2026-01-31T12:00+02:00`, `1767225600000` (milliseconds of the
/// epoch; ten digits or fewer are seconds), `-1h` (so long ago). Without a zone a time is UTC: what a command means must
/// not depend on the machine that it is typed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// This time.
    At(TimestampMs),
    /// So many milliseconds ago.
    Ago(i64),
}

/// Ten digits reach the year 2286 in seconds, and only 1970 in milliseconds.
const SECONDS_DIGITS_MAX: usize = 10;

impl Moment {
    /// The time that is meant.
    pub(super) fn timestamp(self) -> TimestampMs {
        match self {
            Self::At(at) => at,
            Self::Ago(ms) => TimestampMs(clock::now().get().saturating_sub(ms)),
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(ago) = text.strip_prefix('-') {
            let ago: Span = ago.parse().map_err(|_| wrong(text))?;
            return i64::try_from(ago.0.as_millis()).map(Self::Ago).map_err(|_| wrong(text));
        }
        let ms = if text.bytes().all(|byte| byte.is_ascii_digit()) {
            epoch_ms(text)
        } else {
            zoned_ms(text).or_else(|| civil_ms(text))
        };
        ms.map(|ms| Self::At(TimestampMs(ms))).ok_or_else(|| wrong(text))
    }
}

fn epoch_ms(digits: &str) -> Option<i64> {
    let number: i64 = digits.parse().ok()?;
    match digits.len() {
        ..=SECONDS_DIGITS_MAX => number.checked_mul(1000),
        _ => Some(number),
    }
}

fn zoned_ms(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

fn civil_ms(text: &str) -> Option<i64> {
    let time = text.parse::<DateTime>().ok();
    let day = || text.parse::<Date>().ok().map(|date| date.at(0, 0, 0, 0));
    let zoned = time.or_else(day)?.to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_millisecond())
}

fn wrong(text: &str) -> String {
    format!(
        "{text:?} is no time; write 2026-01-31, 2026-01-31T12:00 (UTC), 2026-01-31T12:00+02:00, milliseconds, or -1h"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_parse_in_utc_unless_a_zone_is_given() {
        let ms = |text: &str| text.parse::<Moment>();
        let at = |ms| Ok(Moment::At(TimestampMs(ms)));
        assert_eq!(ms("2024-01-01"), at(1_704_067_200_000));
        assert_eq!(ms("2024-01-01T00:00"), at(1_704_067_200_000));
        assert_eq!(ms("2024-01-01T00:00:00Z"), at(1_704_067_200_000));
        assert_eq!(ms("2024-01-01T02:00+02:00"), at(1_704_067_200_000));
        assert_eq!(ms("1704067200000"), at(1_704_067_200_000));
        assert_eq!(ms("1704067200"), at(1_704_067_200_000));
        assert_eq!(ms("-90m"), Ok(Moment::Ago(5_400_000)));
        for wrong in ["", "-", "yesterday", "2024-13-01", "2024-01-01T25:00", "1h"] {
            assert!(ms(wrong).is_err(), "{wrong}");
        }
    }
}
