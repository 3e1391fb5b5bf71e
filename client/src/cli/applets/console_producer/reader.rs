//! The reader: what a line holds, as Kafka's LineMessageReader takes it apart.
//!
//! ```text
//! headers delimiter key separator value        h1:v1,h2:v2<TAB>key<TAB>value
//! ```

use bytes::Bytes;
use protocol::batch::Header;
use protocol::ids::TopicName;
use regex::Regex;

use crate::cli::applets::{Properties, Thrown};
use crate::producer::Record;

/// Takes lines apart.
#[derive(Debug)]
pub(super) struct LineReader {
    topic: TopicName,
    key: bool,
    key_separator: String,
    headers: bool,
    headers_delimiter: String,
    headers_separator: String,
    /// The same, as the pattern that Kafka takes it for.
    headers_split: Regex,
    header_key_separator: String,
    null_marker: Option<String>,
    ignores_errors: bool,
    line_number: u64,
}

fn wrong(message: impl Into<String>) -> Thrown {
    Thrown::new("org.apache.kafka.common.KafkaException", message)
}

impl LineReader {
    /// A reader with these properties.
    pub(super) fn new(properties: &Properties) -> Result<Self, Thrown> {
        let text = |key, default: &str| properties.get(key).unwrap_or(default).to_owned();
        let is_true = |key| {
            properties.get(key).is_some_and(|text: &str| text.trim().eq_ignore_ascii_case("true"))
        };
        let topic = text("topic", "");
        let headers_separator = text("headers.separator", ",");
        let reader = Self {
            topic: TopicName::new(&topic).map_err(|_| {
                let message = format!("Topic name is invalid: '{topic}'");
                Thrown::kafka("InvalidTopicException", message)
            })?,
            key: is_true("parse.key"),
            key_separator: text("key.separator", "\t"),
            headers: is_true("parse.headers"),
            headers_delimiter: text("headers.delimiter", "\t"),
            headers_split: Regex::new(&headers_separator).map_err(|error| {
                Thrown::new("java.util.regex.PatternSyntaxException", error.to_string())
            })?,
            headers_separator,
            header_key_separator: text("headers.key.separator", ":"),
            null_marker: properties.get("null.marker").map(str::to_owned),
            ignores_errors: is_true("ignore.error"),
            line_number: 0,
        };
        reader.check()?;
        Ok(reader)
    }

    /// Separators that are equal could not be told apart.
    fn check(&self) -> Result<(), Thrown> {
        let (delimiter, separator) = (&self.headers_delimiter, &self.headers_separator);
        let inner = &self.header_key_separator;
        let null = self.null_marker.as_ref();
        let clashes = [
            (delimiter == separator, "headers.delimiter and headers.separator"),
            (delimiter == inner, "headers.delimiter and headers.key.separator"),
            (separator == inner, "headers.separator and headers.key.separator"),
            (null == Some(&self.key_separator), "null.marker and key.separator"),
            (null == Some(separator), "null.marker and headers.separator"),
            (null == Some(delimiter), "null.marker and headers.delimiter"),
            (null == Some(inner), "null.marker and headers.key.separator"),
        ];
        match clashes.iter().find(|(clash, _)| *clash) {
            Some((_, names)) => Err(wrong(format!("{names} may not be equal"))),
            None => Ok(()),
        }
    }

    /// The record that a line is.
    pub(super) fn record(&mut self, line: &[u8]) -> Result<Record, Thrown> {
        self.line_number += 1;
        // Java reads text, and takes what is none for question marks.
        let line = String::from_utf8_lossy(line);
        let line = line.strip_suffix('\r').unwrap_or(&line);
        let (headers, rest) = match self.headers {
            true => self.cut(line, line, &self.headers_delimiter, "headers delimiter")?,
            false => (None, line),
        };
        let (key, value) = match self.key {
            true => self.cut(line, rest, &self.key_separator, "key separator")?,
            false => (None, rest),
        };
        let mut record = Record::tombstone(self.topic.clone());
        record.key = key.and_then(|key| self.unless_null(key));
        record.value = self.unless_null(value);
        if let Some(headers) = headers.filter(|headers| !self.is_null(headers)) {
            record.headers = self.split_headers(headers)?;
        }
        Ok(record)
    }

    /// What stands before a mark, and what stands behind it.
    fn cut<'a>(
        &self,
        line: &str,
        rest: &'a str,
        mark: &str,
        name: &str,
    ) -> Result<(Option<&'a str>, &'a str), Thrown> {
        match rest.split_once(mark) {
            Some((before, behind)) => Ok((Some(before), behind)),
            None if self.ignores_errors => Ok((None, rest)),
            None => {
                let number = self.line_number;
                Err(wrong(format!("No {name} found on line number {number}: '{line}'")))
            }
        }
    }

    fn is_null(&self, text: &str) -> bool {
        self.null_marker.as_deref() == Some(text)
    }

    fn unless_null(&self, text: &str) -> Option<Bytes> {
        (!self.is_null(text)).then(|| Bytes::copy_from_slice(text.as_bytes()))
    }

    fn split_headers(&self, headers: &str) -> Result<Vec<Header>, Thrown> {
        let mut pairs: Vec<&str> = self.headers_split.split(headers).collect();
        // Java's split drops what is empty at the end.
        while pairs.len() > 1 && pairs.last() == Some(&"") {
            pairs.pop();
        }
        pairs.into_iter().map(|pair| self.header(pair)).collect()
    }

    fn header(&self, pair: &str) -> Result<Header, Thrown> {
        let Some((key, value)) = pair.split_once(&self.header_key_separator) else {
            if self.ignores_errors {
                return Ok(Header::new(Bytes::copy_from_slice(pair.as_bytes()), None::<Bytes>));
            }
            let number = self.line_number;
            let message =
                format!("No header key separator found in pair '{pair}' on line number {number}");
            return Err(wrong(message));
        };
        if self.is_null(key) {
            let marker = self.null_marker.as_deref().unwrap_or_default();
            return Err(wrong(format!(
                "Header keys should not be equal to the null marker '{marker}' as they can't be null"
            )));
        }
        Ok(Header::new(Bytes::copy_from_slice(key.as_bytes()), self.unless_null(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(properties: &[(&str, &str)]) -> LineReader {
        let mut all = Properties::default();
        all.set("topic", "t");
        properties.iter().for_each(|(key, value)| all.set(key, *value));
        LineReader::new(&all).expect("legal properties")
    }

    #[test]
    fn headers_key_and_value_are_told_apart_and_null_is_null() {
        let mut reader = reader(&[
            ("parse.key", "true"),
            ("parse.headers", "TRUE"),
            ("key.separator", ":"),
            ("headers.key.separator", "="),
            ("null.marker", "NIL"),
        ]);
        let record = reader.record(b"a=1,b=NIL\tk:v:w").expect("a record");
        assert_eq!((record.key, record.value), (Some("k".into()), Some("v:w".into())));
        let values: Vec<_> = record.headers.iter().map(|header| header.value.clone()).collect();
        assert_eq!(values, [Some("1".into()), None]);
        let record = reader.record(b"NIL\tNIL:NIL").expect("a record");
        assert_eq!((record.key, record.value, record.headers.len()), (None, None, 0));
    }

    #[test]
    fn a_line_without_its_separator_is_told_with_its_number_or_taken_whole() {
        let mut strict = reader(&[("parse.key", "true")]);
        let thrown = strict.record(b"x").expect_err("there is no separator");
        assert_eq!(thrown.message(), "No key separator found on line number 1: 'x'");
        let mut lenient = reader(&[("parse.key", "true"), ("ignore.error", "true")]);
        let record = lenient.record(b"x").expect("a record");
        assert_eq!((record.key, record.value), (None, Some("x".into())));
    }
}
