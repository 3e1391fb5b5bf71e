//! A beginning: where to begin reading, as people type it.

use std::str::FromStr;

use protocol::ids::{Offset, TimestampMs};

use super::moment::Moment;

/// `start`, `end`, `100`, `-10`, `+10`, `@1700000000000`, `@2026-01-31T12:00`, `@-1h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begin {
    /// The first record that is still there.
    Start,
    /// The next record that will be written.
    End,
    /// This offset.
    At(Offset),
    /// So many records before the end of each partition.
    BeforeEnd(i64),
    /// So many records after the start of each partition.
    AfterStart(i64),
    /// The first record of this time or later.
    Time(Moment),
}

impl Begin {
    /// The time that is meant, if it is a time.
    pub(super) fn timestamp(self) -> Option<TimestampMs> {
        match self {
            Self::Time(moment) => Some(moment.timestamp()),
            _ => None,
        }
    }

    /// The offset that is meant in a partition with this start and end, if it is not a time.
    pub(super) fn offset(self, start: Offset, end: Offset) -> Option<Offset> {
        let within = |offset: i64| Offset(offset.clamp(start.get(), end.get()));
        match self {
            Self::Start => Some(start),
            Self::End => Some(end),
            Self::At(offset) => Some(offset),
            Self::BeforeEnd(count) => Some(within(end.get().saturating_sub(count))),
            Self::AfterStart(count) => Some(within(start.get().saturating_add(count))),
            Self::Time(_) => None,
        }
    }
}

impl FromStr for Begin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{text:?} is no place in a log; write start, end, an offset, -10 for the last ten, \
                 +10 to pass over ten, @2026-01-31T12:00, @MILLISECONDS or @-1h"
            )
        };
        let number = |text: &str| text.parse::<i64>().ok().filter(|number| *number >= 0);
        let start = match text {
            "start" | "beginning" | "earliest" => Self::Start,
            "end" | "latest" => Self::End,
            _ => match text.split_at_checked(1) {
                Some(("-", count)) => Self::BeforeEnd(number(count).ok_or_else(wrong)?),
                Some(("+", count)) => Self::AfterStart(number(count).ok_or_else(wrong)?),
                Some(("@", time)) => Self::Time(time.parse()?),
                _ => Self::At(Offset(number(text).ok_or_else(wrong)?)),
            },
        };
        Ok(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_to_begin_parse_as_kcat_and_rpk_write_them() {
        let parse = |text: &str| text.parse::<Begin>();
        assert_eq!(parse("start"), Ok(Begin::Start));
        assert_eq!(parse("beginning"), Ok(Begin::Start));
        assert_eq!(parse("end"), Ok(Begin::End));
        assert_eq!(parse("42"), Ok(Begin::At(Offset(42))));
        assert_eq!(parse("-10"), Ok(Begin::BeforeEnd(10)));
        assert_eq!(parse("+10"), Ok(Begin::AfterStart(10)));
        let at = Moment::At(TimestampMs(1_700_000_000_000));
        assert_eq!(parse("@1700000000000"), Ok(Begin::Time(at)));
        assert_eq!(parse("@-1h"), Ok(Begin::Time(Moment::Ago(3_600_000))));
        for wrong in ["", "-", "--1", "@", "@-", "1x", "stop"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn relative_places_stay_within_the_partition() {
        let (start, end) = (Offset(5), Offset(10));
        assert_eq!(Begin::BeforeEnd(3).offset(start, end), Some(Offset(7)));
        assert_eq!(Begin::BeforeEnd(30).offset(start, end), Some(Offset(5)));
        assert_eq!(Begin::AfterStart(30).offset(start, end), Some(Offset(10)));
    }
}
