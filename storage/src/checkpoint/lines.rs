//! Counted lines: the text form of every checkpoint file that Kafka keeps.
//!
//! ```text
//! 0              the version of the form
//! 2              how many entries follow
//! apache_logs 0 17
//! apache_logs 1 4
//! ```
//!
//! The count is the only guard that the form has against a file cut short between two lines, and the line
//! feed after the last entry the only one against a cut inside it. Both are required here: a number that
//! lost its last digits is worse than no number. (Kafka requires the count, and accepts a missing line feed.)

use std::fmt::{Display, Write};

/// The only version of the form; Kafka has had no other since 0.8.
const VERSION: i32 = 0;

/// Why the bytes of a checkpoint file are not what its name promises.
///
/// Every reader has a way to go on without the file (scan the log, ask the leader); which one that is
/// stands in `FORMAT.md`. The message names the line, so that an operator can look.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The bytes are no text at all.
    #[error("the file is not UTF-8 text")]
    NotText,
    /// Even the two lines at the head are not there.
    #[error("the file ends before line {line}, which should hold {expected}")]
    Short {
        /// Counted from 1.
        line: usize,
        /// What the line is for.
        expected: &'static str,
    },
    /// Written by software newer than this.
    #[error("line 1 says version {found:?}, and only version 0 is known")]
    Version {
        /// The line as it stands.
        found: String,
    },
    /// A line that does not hold what it should.
    #[error("line {line} should hold {expected}, and reads {found:?}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What a good line looks like.
        expected: &'static str,
        /// The line as it stands.
        found: String,
    },
    /// Lines are missing, or there are too many.
    #[error("line 2 announces {announced} entries, and the file holds {found}")]
    Count {
        /// What the second line says.
        announced: usize,
        /// What follows it.
        found: usize,
    },
    /// The last line was cut in the middle.
    #[error("the last line does not end with a line feed: the file was cut short")]
    Torn,
}

/// Writes the entries in the order given. Each entry's text must fit in one line.
pub(crate) fn format<T: Display>(entries: impl ExactSizeIterator<Item = T>) -> String {
    let mut text = String::with_capacity(16 + 16 * entries.len());
    let head = writeln!(text, "{VERSION}\n{}", entries.len());
    let written = head.and_then(|()| entries.into_iter().try_for_each(|e| writeln!(text, "{e}")));
    written.expect("writing to a string cannot fail");
    text
}

/// Reads entries with `entry`; a file without a single byte has none, since Kafka makes the file before it has
/// something to write. `entry` gets the fields of a line and answers `None` where they do not fit;
/// `expected` says in the error what would have.
pub(crate) fn parse<T>(
    bytes: &[u8],
    expected: &'static str,
    mut entry: impl FnMut(&mut dyn Iterator<Item = &str>) -> Option<T>,
) -> Result<Vec<T>, Malformed> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Malformed::NotText)?;
    let mut lines = text.lines();
    let announced = head(&mut lines)?;
    let mut entries = Vec::new();
    for (at, line) in lines.enumerate() {
        let mut fields = line.split_ascii_whitespace();
        let good = entry(&mut fields).filter(|_| fields.next().is_none());
        entries.push(good.ok_or_else(|| misfit(at + 3, expected, line))?);
    }
    if entries.len() != announced {
        return Err(Malformed::Count { announced, found: entries.len() });
    }
    if !text.ends_with('\n') {
        return Err(Malformed::Torn);
    }
    Ok(entries)
}

/// Reads the two lines at the head and returns the announced number of entries.
fn head<'a>(lines: &mut impl Iterator<Item = &'a str>) -> Result<usize, Malformed> {
    let version = lines.next().ok_or(Malformed::Short { line: 1, expected: "the version" })?;
    if version.trim().parse() != Ok(VERSION) {
        return Err(Malformed::Version { found: shortened(version) });
    }
    let expected = "the number of entries";
    let count = lines.next().ok_or(Malformed::Short { line: 2, expected })?;
    count.trim().parse().map_err(|_| misfit(2, expected, count))
}

fn misfit(line: usize, expected: &'static str, found: &str) -> Malformed {
    Malformed::Line { line, expected, found: shortened(found) }
}

/// As much of a line as belongs in a message: a damaged file may be one line of a gigabyte.
fn shortened(line: &str) -> String {
    line.chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Result<Vec<i64>, Malformed> {
        parse(text.as_bytes(), "one number", |fields| fields.next()?.parse().ok())
    }

    #[test]
    fn what_is_written_reads_back() {
        assert_eq!(format([7i64, -1].iter()), "0\n2\n7\n-1\n");
        assert_eq!(numbers("0\n2\n7\n-1\n"), Ok(vec![7, -1]));
        assert_eq!(numbers(&format([0i64; 0].iter())), Ok(vec![]));
    }

    #[test]
    fn a_carriage_return_before_the_line_feed_does_no_harm() {
        assert_eq!(numbers("0\r\n1\r\n7\r\n"), Ok(vec![7]));
    }

    #[test]
    fn every_prefix_of_a_file_but_the_empty_one_is_refused() {
        let whole = "0\n3\n10\n200\n3000\n";
        assert_eq!(numbers(""), Ok(vec![]));
        for cut in 1..whole.len() {
            assert!(numbers(&whole[..cut]).is_err(), "cut after {cut} bytes");
        }
    }

    #[test]
    fn errors_say_which_line_and_what_was_expected() {
        let said = |text: &str| numbers(text).expect_err("malformed").to_string();
        assert_eq!(
            said("0\n"),
            "the file ends before line 2, which should hold the number of entries"
        );
        assert_eq!(said("99\n0\n"), "line 1 says version \"99\", and only version 0 is known");
        assert_eq!(said("0\n-1\n"), "line 2 should hold the number of entries, and reads \"-1\"");
        assert_eq!(said("0\n1\nx\n"), "line 3 should hold one number, and reads \"x\"");
        assert_eq!(said("0\n1\n7 8\n"), "line 3 should hold one number, and reads \"7 8\"");
        assert_eq!(said("0\n1\n7\n8\n"), "line 2 announces 1 entries, and the file holds 2");
        assert_eq!(parse::<i64>(&[0xff], "", |_| None), Err(Malformed::NotText));
    }
}
