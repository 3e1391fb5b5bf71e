//! A stretch of a log: where to begin reading, and perhaps where to stop.

use std::str::FromStr;

use protocol::ids::{Offset, TimestampMs};

use super::begin::Begin;
use super::moment::Moment;

/// `BEGIN`, `BEGIN:STOP` or `:STOP`: `5:20`, `start:end`, `@-1h:end`, `@2026-01-31:2026-02-01`, `:end`. What stands after
/// the colon is not read any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// Where to begin; `None` where only the stop was given.
    pub(super) begin: Option<Begin>,
    /// Where to stop; `None` to go on for ever.
    pub(super) stop: Option<Stop>,
}

/// Where reading stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Where the partition ended when we began.
    End,
    /// Before this offset, or at the end if that comes first.
    At(Offset),
    /// Before the first record of this time or later.
    Time(Moment),
}

impl Stop {
    /// The time that is meant, if it is a time.
    pub(super) fn timestamp(self) -> Option<TimestampMs> {
        match self {
            Self::Time(moment) => Some(moment.timestamp()),
            Self::End | Self::At(_) => None,
        }
    }
}

impl FromStr for Stretch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = match text.parse() {
            Ok(begin) => return Ok(Self { begin: Some(begin), stop: None }),
            Err(wrong) => wrong,
        };
        // Times have colons of their own, so each of them may be the one between begin and stop.
        let mut splits = text.match_indices(':').map(|(at, _)| (&text[..at], &text[at + 1..]));
        splits.find_map(|(begin, stop)| split(begin, stop)).ok_or(wrong)
    }
}

fn split(begin: &str, stop: &str) -> Option<Stretch> {
    let is_time = begin.starts_with('@');
    let begin = match begin {
        "" => None,
        text => Some(text.parse().ok()?),
    };
    let stop = match stop {
        "end" | "latest" => Stop::End,
        // rpk's users leave the second @ away.
        time if is_time || time.starts_with('@') => {
            Stop::Time(time.strip_prefix('@').unwrap_or(time).parse().ok()?)
        }
        offset => Stop::At(Offset(offset.parse().ok().filter(|offset| *offset >= 0)?)),
    };
    Some(Stretch { begin, stop: Some(stop) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_a_beginning_and_perhaps_a_stop() {
        let parse = |text: &str| text.parse::<Stretch>();
        let stretch = |begin, stop| Ok(Stretch { begin, stop });
        assert_eq!(parse("-10"), stretch(Some(Begin::BeforeEnd(10)), None));
        assert_eq!(parse("5:20"), stretch(Some(Begin::At(Offset(5))), Some(Stop::At(Offset(20)))));
        assert_eq!(parse(":end"), stretch(None, Some(Stop::End)));
        let hour = Moment::Ago(3_600_000);
        assert_eq!(parse("@-1h:end"), stretch(Some(Begin::Time(hour)), Some(Stop::End)));
        let (first, second) = (1_704_067_200_000, 1_704_153_600_000);
        let at = |ms| Moment::At(TimestampMs(ms));
        for text in [
            "@2024-01-01T00:00:2024-01-02T00:00",
            "@2024-01-01:@2024-01-02",
            "@1704067200000:1704153600000",
        ] {
            let stretch =
                Stretch { begin: Some(Begin::Time(at(first))), stop: Some(Stop::Time(at(second))) };
            assert_eq!(parse(text), Ok(stretch), "{text}");
        }
        for wrong in ["", ":", "5:", "5:-1", "a:b", "@:end"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
