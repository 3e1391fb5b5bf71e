//! A format: how a record that was read is printed.
//!
//! Tokens of kcat and of rpk, so that formats from either's documentation work:
//!
//! | token | means |
//! |---|---|
//! | `%s` `%v` | the value |
//! | `%S` `%V` | its length in bytes; −1 for a tombstone |
//! | `%k` `%K` | the key and its length; −1 if there is none |
//! | `%t` | the topic |
//! | `%p` `%o` `%e` | partition, offset, leader epoch |
//! | `%T` `%d` | the timestamp in milliseconds; `{utc}` or `{strftime[%F %T]}` after it for people |
//! | `%h` | the headers, as `a=1,b=2` |
//! | `%h{…}` | each header, with `%k` and `%v` of its own between the braces |
//! | `%H` | how many headers there are |
//! | `%i` | how many records were printed before |
//! | `%%` `%{` `%}` | the characters themselves |
//!
//! After `%k`, `%v` and `%s`, `{hex}`, `{base64}` and `{json}` say how to print bytes. Escapes are `\n \r \t \\ \0 \xHH`.

mod dating;
mod encoding;

use std::io::{self, Write};

use protocol::batch::Header;

pub(super) use encoding::Encoding;

use super::escape;
use super::failure::Failure;
use crate::consumer::Record;
use dating::Dating;

/// A parsed format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(Vec<u8>),
    Key(Encoding),
    KeyLength,
    Value(Encoding),
    ValueLength,
    Topic,
    Partition,
    Offset,
    Epoch,
    Timestamp(Dating),
    Iteration,
    Headers,
    EachHeader(Format),
    HeaderCount,
}

impl Format {
    /// Parses the text of `--format`.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let mut rest = text;
        let format = Self::parse_until(&mut rest, false)?;
        Ok(format)
    }

    /// Parses to the end, or to the brace that closes a header's format.
    fn parse_until(rest: &mut &str, braced: bool) -> Result<Self, Failure> {
        let mut pieces = Vec::new();
        loop {
            let stop = rest.find(|c| c == '%' || (braced && c == '}')).unwrap_or(rest.len());
            let (text, after) = rest.split_at(stop);
            if !text.is_empty() {
                pieces.push(Piece::Text(escape::unescape(text)?));
            }
            let mut after = after.chars();
            match after.next() {
                None if braced => return Err(Failure::usage("a \"%h{\" is not closed with \"}\"")),
                None => return Ok(Self { pieces }),
                Some('}') => {
                    *rest = after.as_str();
                    return Ok(Self { pieces });
                }
                Some(_) => {}
            }
            let token = after.next();
            *rest = after.as_str();
            pieces.push(Piece::parse(token, rest)?);
        }
    }

    /// Prints a record, before which `number` were printed.
    pub(super) fn print(
        &self,
        record: &Record,
        number: u64,
        out: &mut (dyn Write + Send),
    ) -> io::Result<()> {
        self.pieces.iter().try_for_each(|piece| piece.print(record, number, out))
    }

    /// Prints a header as if it were a record's key and value.
    fn print_header(&self, header: &Header, out: &mut (dyn Write + Send)) -> io::Result<()> {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.write_all(text)?,
                Piece::Key(encoding) => encoding.print(Some(&header.key), out)?,
                Piece::KeyLength => write!(out, "{}", header.key.len())?,
                Piece::Value(encoding) => encoding.print(header.value.as_deref(), out)?,
                Piece::ValueLength => write!(out, "{}", length(header.value.as_deref()))?,
                _ => {}
            }
        }
        Ok(())
    }
}

impl Piece {
    fn parse(token: Option<char>, rest: &mut &str) -> Result<Self, Failure> {
        let piece = match token {
            Some('k') => Self::Key(Encoding::parse(rest)?),
            Some('s' | 'v') => Self::Value(Encoding::parse(rest)?),
            Some('K') => Self::KeyLength,
            Some('S' | 'V') => Self::ValueLength,
            Some('t') => Self::Topic,
            Some('p') => Self::Partition,
            Some('o') => Self::Offset,
            Some('e') => Self::Epoch,
            Some('T' | 'd') => Self::Timestamp(Dating::parse(rest)?),
            Some('i') => Self::Iteration,
            Some('H') => Self::HeaderCount,
            Some('h') => match rest.strip_prefix('{') {
                Some(inner) => {
                    *rest = inner;
                    Self::EachHeader(Format::parse_until(rest, true)?)
                }
                None => Self::Headers,
            },
            Some(c @ ('%' | '{' | '}')) => Self::Text(c.to_string().into_bytes()),
            other => {
                let token = other.map(String::from).unwrap_or_default();
                return Err(Failure::usage(format!("\"%{token}\" is no token of a format"))
                    .advise("use %v %k %t %p %o %e %d %h %H %i %V %K, or %% for a percent sign"));
            }
        };
        Ok(piece)
    }

    fn print(&self, record: &Record, number: u64, out: &mut (dyn Write + Send)) -> io::Result<()> {
        match self {
            Self::Text(text) => out.write_all(text),
            Self::Key(encoding) => encoding.print(record.key.as_deref(), out),
            Self::KeyLength => write!(out, "{}", length(record.key.as_deref())),
            Self::Value(encoding) => encoding.print(record.value.as_deref(), out),
            Self::ValueLength => write!(out, "{}", length(record.value.as_deref())),
            Self::Topic => out.write_all(record.partition.topic.as_bytes()),
            Self::Partition => write!(out, "{}", record.partition.partition),
            Self::Offset => write!(out, "{}", record.offset),
            Self::Epoch => write!(out, "{}", record.leader_epoch),
            Self::Timestamp(dating) => dating.print(record.timestamp, out),
            Self::Iteration => write!(out, "{number}"),
            Self::HeaderCount => write!(out, "{}", record.headers.len()),
            Self::EachHeader(format) => {
                record.headers.iter().try_for_each(|header| format.print_header(header, out))
            }
            Self::Headers => print_headers(&record.headers, out),
        }
    }
}

/// kcat's way: `a=1,b=2`, and `NULL` for a header without a value.
fn print_headers(headers: &[Header], out: &mut (dyn Write + Send)) -> io::Result<()> {
    for (index, header) in headers.iter().enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        out.write_all(&header.key)?;
        out.write_all(b"=")?;
        out.write_all(header.value.as_deref().unwrap_or(b"NULL"))?;
    }
    Ok(())
}

/// A length, or −1 for nothing.
fn length(bytes: Option<&[u8]>) -> i64 {
    bytes.map_or(-1, |bytes| i64::try_from(bytes.len()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use protocol::batch::TimestampType;
    use protocol::ids::{
        LeaderEpoch, Offset, PartitionIndex, TimestampMs, TopicName, TopicPartition,
    };

    use super::*;

    fn record() -> Record {
        let topic = TopicName::new("logs").expect("a legal name");
        let header = |key: &'static str, value: Option<&'static str>| Header {
            key: Bytes::from_static(key.as_bytes()),
            value: value.map(|value| Bytes::from_static(value.as_bytes())),
        };
        Record {
            partition: TopicPartition { topic, partition: PartitionIndex(3) },
            offset: Offset(42),
            leader_epoch: LeaderEpoch(7),
            timestamp: TimestampMs(1000),
            timestamp_type: TimestampType::CreateTime,
            key: Some(Bytes::from_static(b"k")),
            value: Some(Bytes::from_static(b"value")),
            headers: vec![header("a", Some("1")), header("b", None)],
        }
    }

    fn printed(format: &str, record: &Record) -> String {
        let mut out = Vec::new();
        let format = Format::parse(format).expect("a legal format");
        format.print(record, 9, &mut out).expect("memory takes everything");
        String::from_utf8(out).expect("the record is text")
    }

    #[test]
    fn kcats_and_rpks_tokens_print() {
        let record = record();
        let kcat = r"Topic %t [%p] at offset %o: key %k (%K): %s (%S) %T %h\n";
        let expected = "Topic logs [3] at offset 42: key k (1): value (5) 1000 a=1,b=NULL\n";
        assert_eq!(printed(kcat, &record), expected);
        let rpk = r"%t %p %o %e %d %k=%v %H:%h{ %k=%v;}%%\t%V";
        assert_eq!(printed(rpk, &record), "logs 3 42 7 1000 k=value 2: a=1; b=;%\t5");
        assert_eq!(printed("%v{hex}", &record), "76616c7565");
        assert_eq!(printed("%i %v{base64} %k{json}", &record), "9 dmFsdWU= \"k\"");
        assert_eq!(
            printed("%d{utc} %T{strftime[%Y/%j]}", &record),
            "1970-01-01T00:00:01Z 1970/001"
        );
    }

    #[test]
    fn what_is_not_there_prints_as_nothing_and_has_length_minus_one() {
        let record = Record { key: None, value: None, ..record() };
        assert_eq!(printed("[%k|%s|%K|%S]", &record), "[||-1|-1]");
    }

    #[test]
    fn unknown_tokens_are_refused_by_name() {
        for (wrong, named) in
            [("%q", "%q"), ("%", "%"), ("%h{%k", "%h{"), ("%v{base1}", "{hex}"), ("%d{x}", "{utc}")]
        {
            let failure = Format::parse(wrong).expect_err(wrong).to_string();
            assert!(failure.contains(named), "{failure}");
        }
    }
}
