//! A dating: how a timestamp is written.

use std::io::{self, Write};

use protocol::ids::TimestampMs;

use crate::cli::failure::Failure;

/// What may stand in braces after `%d` and `%T`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Dating {
    /// Milliseconds of the epoch.
    Millis,
    /// `2026-01-31T12:00:00.5Z`.
    Utc,
    /// By the conversions of strftime(3), in UTC.
    Strftime(String),
}

impl Dating {
    /// Takes `{utc}` or `{strftime[…]}` from the front of the rest of a format, if it is there.
    pub(super) fn parse(rest: &mut &str) -> Result<Self, Failure> {
        let Some(inner) = rest.strip_prefix('{') else { return Ok(Self::Millis) };
        let unknown = || {
            Failure::usage("times are printed in milliseconds, or with {utc} or {strftime[%F %T]}")
        };
        if let Some(after) = inner.strip_prefix("utc}") {
            *rest = after;
            return Ok(Self::Utc);
        }
        let pattern = inner.strip_prefix("strftime[").ok_or_else(unknown)?;
        let (pattern, after) = pattern.split_once("]}").ok_or_else(unknown)?;
        // Tried now, so that a wrong one is not found out by the first record.
        let now = jiff::Timestamp::UNIX_EPOCH;
        jiff::fmt::strtime::format(pattern, now).map_err(|error| {
            Failure::usage(format!("{pattern:?} is no format of strftime"))
                .because(error.to_string())
        })?;
        *rest = after;
        Ok(Self::Strftime(pattern.to_owned()))
    }

    pub(super) fn print(&self, at: TimestampMs, out: &mut (dyn Write + Send)) -> io::Result<()> {
        let known = jiff::Timestamp::from_millisecond(at.get());
        match (self, known) {
            (Self::Utc, Ok(known)) => write!(out, "{known}"),
            (Self::Strftime(pattern), Ok(known)) => {
                let text = jiff::fmt::strtime::format(pattern, known).map_err(io::Error::other)?;
                out.write_all(text.as_bytes())
            }
            // Milliseconds are wanted, or no calendar reaches that far.
            _ => write!(out, "{at}"),
        }
    }
}
