//! A shape: how records stand in the input.
//!
//! Fields with something between them, such as `%k\t%v\n`. What stands at the end closes each record, so a value may contain
//! line breaks if the end is something else. Tokens are those of kcat and rpk: `%k` key, `%v` or `%s` value, `%p`
//! partition, `%d` or `%T` timestamp in milliseconds, `%%`; `{hex}`, `{base64}` and `{json}` say how bytes are written.

use bytes::Bytes;
use protocol::ids::{PartitionIndex, TimestampMs};

use crate::cli::escape;
use crate::cli::failure::Failure;
use crate::cli::format::Encoding;
use crate::producer::Record;

/// A parsed shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// What stands before the first field.
    before: Vec<u8>,
    /// Each field, and what stands behind it.
    fields: Vec<(Field, Vec<u8>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Key(Encoding),
    Value(Encoding),
    Partition,
    Timestamp,
}

impl Shape {
    /// Each line is a value.
    pub(super) fn lines() -> Self {
        let field = (Field::Value(Encoding::Plain), b"\n".to_vec());
        Self { before: Vec::new(), fields: vec![field] }
    }

    /// Parses the text of `--format`.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let mut rest = text;
        let before = literal(&mut rest)?;
        let mut fields = Vec::new();
        while let Some(token) = rest.strip_prefix('%') {
            let mut chars = token.chars();
            let name = chars.next();
            rest = chars.as_str();
            let field = Field::parse(name, &mut rest)?;
            fields.push((field, literal(&mut rest)?));
        }
        let Some((_, end)) = fields.last_mut() else {
            return Err(Failure::usage(format!("{text:?} has no field")).advise("use %v, or %k:%v"));
        };
        if end.is_empty() {
            end.push(b'\n');
        }
        let together = fields.iter().any(|(_, between)| between.is_empty());
        match together {
            false => Ok(Self { before, fields }),
            true => Err(Failure::usage(format!("{text:?} has fields with nothing between them"))),
        }
    }

    /// What closes a record.
    pub(super) fn end(&self) -> &[u8] {
        self.fields.last().map_or(b"\n", |(_, end)| end)
    }

    /// A record from the text before its end.
    pub(super) fn record(&self, template: &Record, text: &Bytes) -> Result<Record, Failure> {
        let mut record = template.clone();
        let wrong = || {
            let shown = String::from_utf8_lossy(text);
            Failure::usage(format!("a record is not as --format says: {shown:?}"))
        };
        let mut rest = text.clone();
        if !rest.starts_with(&self.before) {
            return Err(wrong());
        }
        rest = rest.slice(self.before.len()..);
        let last = self.fields.len() - 1;
        for (at, (field, between)) in self.fields.iter().enumerate() {
            let length = match at == last {
                true => rest.len(),
                false => super::find(&rest, between).ok_or_else(wrong)?,
            };
            field.put(rest.slice(..length), &mut record)?;
            rest = rest.slice((length + between.len()).min(rest.len())..);
        }
        Ok(record)
    }
}

impl Field {
    fn parse(name: Option<char>, rest: &mut &str) -> Result<Self, Failure> {
        Ok(match name {
            Some('k') => Self::Key(Encoding::parse(rest)?),
            Some('v' | 's') => Self::Value(Encoding::parse(rest)?),
            Some('p') => Self::Partition,
            Some('d' | 'T') => Self::Timestamp,
            other => {
                let name = other.map(String::from).unwrap_or_default();
                return Err(Failure::usage(format!("\"%{name}\" is no field of a record"))
                    .advise("use %k %v %p %d, or %% for a percent sign"));
            }
        })
    }

    fn put(self, text: Bytes, record: &mut Record) -> Result<(), Failure> {
        match self {
            Self::Key(Encoding::Plain) => record.key = Some(text),
            Self::Value(Encoding::Plain) => record.value = Some(text),
            Self::Key(encoding) => record.key = Some(encoding.decode(&text)?.into()),
            Self::Value(encoding) => record.value = Some(encoding.decode(&text)?.into()),
            Self::Partition => record.partition = Some(PartitionIndex(number(&text, "partition")?)),
            Self::Timestamp => record.timestamp = Some(TimestampMs(number(&text, "timestamp")?)),
        }
        Ok(())
    }
}

fn number<N: std::str::FromStr>(text: &[u8], what: &str) -> Result<N, Failure> {
    let shown = String::from_utf8_lossy(text);
    shown.parse().map_err(|_| Failure::usage(format!("{shown:?} is no {what}")))
}

/// The text up to the next token, with escapes and `%%` resolved.
fn literal(rest: &mut &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    loop {
        let stop = rest.find('%').unwrap_or(rest.len());
        let (text, after) = rest.split_at(stop);
        bytes.extend(escape::unescape(text)?);
        match after.strip_prefix("%%") {
            Some(after) => {
                bytes.push(b'%');
                *rest = after;
            }
            None => {
                *rest = after;
                return Ok(bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::ids::TopicName;

    use super::*;

    fn record(shape: &str, text: &'static str) -> Result<Record, Failure> {
        let template = Record::tombstone(TopicName::new("t").expect("a legal name"));
        Shape::parse(shape)?.record(&template, &Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn fields_are_found_between_what_separates_them() {
        let found = record(r"%p/%k=%v;\n", "2/k=v=w").expect("as the format says");
        assert_eq!(found.partition, Some(PartitionIndex(2)));
        assert_eq!((found.key, found.value), (Some("k".into()), Some("v=w".into())));
        let found = record("%k{hex} %v{base64}", "6b dg==").expect("as the format says");
        assert_eq!((found.key, found.value), (Some("k".into()), Some("v".into())));
        assert_eq!(record("100%% %v", "100% x").expect("a percent sign").value, Some("x".into()));
        assert_eq!(Shape::parse("%v").expect("a shape").end(), b"\n");
        assert_eq!(Shape::parse(r"%v\0").expect("a shape").end(), b"\0");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (shape, text) in [
            ("%k:%v", "novalue"),
            ("%p %v", "x v"),
            ("%v{hex}", "6"),
            ("<%v", "v"),
            ("%v{json}", "{"),
        ] {
            assert!(record(shape, text).is_err(), "{shape} {text}");
        }
        for shape in ["", "x", "%k%v", "%q", "%v{no}"] {
            assert!(Shape::parse(shape).is_err(), "{shape}");
        }
    }
}
