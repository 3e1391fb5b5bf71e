//! The codec of metadata records: how facts lie in the Raft log, in snapshots and between brokers.
//!
//! A list of records is one after the other, each as
//!
//! ```text
//! length   unsigned varint   of all that follows
//! kind     u8                which record; a number is never used twice
//! version  u8                of this record's layout
//! body                       the fields in the order of their declaration
//! ```
//!
//! Numbers are big-endian and of fixed width, texts and lists carry an unsigned varint count, an option is a byte 0 or 1
//! before the value. A record of an unknown kind, or of a version that is newer than ours, is refused: to skip a fact would
//! be to serve a wrong picture. A broker writes a newer version only once the cluster's feature level allows it.
//!
//! Nothing read is trusted: every count is checked against the bytes that are left before memory is reserved for it.

use std::sync::Arc;

use protocol::ids::{LeaderEpoch, NodeId, PartitionIndex, ProducerId, TopicId, TopicName};
use uuid::Uuid;

use super::record::Record;

/// Writes `records` behind what `out` holds.
pub fn encode(records: &[Record], out: &mut Vec<u8>) {
    let mut body = Vec::new();
    for record in records {
        body.clear();
        body.push(record.kind());
        body.push(record.version());
        record.put_body(&mut body);
        put_varint(body.len() as u64, out);
        out.extend_from_slice(&body);
    }
}

/// Reads a list of records to its end.
pub fn decode(bytes: &[u8]) -> Result<Vec<Record>, CodecError> {
    let mut input = Reader::new(bytes);
    let mut records = Vec::new();
    while !input.is_empty() {
        records.push(decode_one(&mut input)?);
    }
    Ok(records)
}

fn decode_one(input: &mut Reader<'_>) -> Result<Record, CodecError> {
    let length = input.count()?;
    let mut frame = Reader::new(input.bytes(length)?);
    let kind = u8::take(&mut frame)?;
    let version = u8::take(&mut frame)?;
    let record = Record::take_body(kind, version, &mut frame)?;
    match frame.left() {
        0 => Ok(record),
        left => Err(CodecError::Trailing { kind, left }),
    }
}

/// Why bytes are not a list of metadata records.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// The bytes end within a record.
    #[error(
        "the metadata records end in the middle of one: {wanted} more bytes wanted, {left} left"
    )]
    Truncated {
        /// How many bytes the next field says it has.
        wanted: u64,
        /// How many there are.
        left: usize,
    },
    /// A record of a kind that this release does not know: a newer release wrote it.
    #[error(
        "metadata record of unknown kind {kind}, version {version}: it was written by a newer release"
    )]
    UnknownKind {
        /// The kind as written.
        kind: u8,
        /// The version as written.
        version: u8,
    },
    /// A known record in a layout that this release does not know: a newer release wrote it.
    #[error(
        "metadata record {name} in version {version}, this release reads up to {known}: it was written by a newer release"
    )]
    UnknownVersion {
        /// The record's name.
        name: &'static str,
        /// The version as written.
        version: u8,
        /// The newest version that this release reads.
        known: u8,
    },
    /// A record is longer than its fields.
    #[error("metadata record of kind {kind} has {left} bytes behind its last field")]
    Trailing {
        /// The record's kind.
        kind: u8,
        /// How many bytes are too many.
        left: usize,
    },
    /// A field holds what it never may.
    #[error("a metadata record holds {0}")]
    Invalid(&'static str),
}

/// Bytes being read, front to back.
#[derive(Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts at the first of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// Whether all is read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next `count` bytes.
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], CodecError> {
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            return Err(CodecError::Truncated { wanted: count as u64, left: self.left() });
        };
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        let bytes = self.bytes(N)?;
        Ok(bytes.try_into().expect("bytes() returns as many as were asked for"))
    }

    /// A count of things that take at least a byte each: never more than the bytes that are left.
    fn count(&mut self) -> Result<usize, CodecError> {
        let count = self.varint()?;
        match usize::try_from(count) {
            Ok(fits) if fits <= self.left() => Ok(fits),
            _ => Err(CodecError::Truncated { wanted: count, left: self.left() }),
        }
    }

    fn varint(&mut self) -> Result<u64, CodecError> {
        let mut value = 0u64;
        for shift in (0..63).step_by(7) {
            let byte = u8::take(self)?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(CodecError::Invalid("a length of more than 63 bits"))
    }
}

fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// One value within a record.
pub trait Field: Sized {
    /// Writes it behind what `out` holds.
    fn put(&self, out: &mut Vec<u8>);
    /// Reads one.
    fn take(input: &mut Reader<'_>) -> Result<Self, CodecError>;
}

macro_rules! plain_numbers {
    ($($number:ty)*) => {$(
        impl Field for $number {
            fn put(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_be_bytes());
            }
            fn take(input: &mut Reader<'_>) -> Result<Self, CodecError> {
                Ok(Self::from_be_bytes(input.array()?))
            }
        }
    )*};
}

plain_numbers!(u8 u16 u32 u64 i16 i32 i64);

macro_rules! named_numbers {
    ($($name:ident)*) => {$(
        impl Field for $name {
            fn put(&self, out: &mut Vec<u8>) {
                self.get().put(out);
            }
            fn take(input: &mut Reader<'_>) -> Result<Self, CodecError> {
                Ok(Self(Field::take(input)?))
            }
        }
    )*};
}

named_numbers!(NodeId PartitionIndex LeaderEpoch ProducerId);

impl Field for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
    fn take(input: &mut Reader<'_>) -> Result<Self, CodecError> {
        match u8::take(input)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(CodecError::Invalid("a truth value that is neither 0 nor 1")),
        }
    }
}

impl Field for Uuid {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }
    fn take(input: &mut Reader<'_>) -> Result<Self, CodecError> {
        Ok(Self::from_bytes(input.array()?))
    }
}

impl Field for TopicId {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }
    fn take(input: &mut Reader<'_>) -> Result<Self, CodecError> {
        Uuid::take(input).map(Self)
    }
}

fn put_text(text: &str, out: &mut Vec<u8>) {
    put_varint(text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

fn take_text<'a>(input: &mut Reader<'a>) -> Result<&'a str, CodecError> {
    let length = input.count()?;
    std::str::from_utf8(input.bytes(length)?)
        .map_err(|_| CodecError::Invalid("a text that is not UTF-8"))
}

impl Field for Arc<str> {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(self, out);
    }
    fn take(input: &mut Reader<'_>) -> Result<Self, CodecError> {
        take_text(input).map(Self::from)
    }
}

impl Field for TopicName {
    fn put(&self, out: &mut Vec<u8>) {
        put_text(self, out);
    }
    fn take(input: &mut Reader<'_>) -> Result<Self, CodecError> {
        Self::new(take_text(input)?).map_err(|_| CodecError::Invalid("an illegal topic name"))
    }
}

impl<T: Field> Field for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }
    fn take(input: &mut Reader<'_>) -> Result<Self, CodecError> {
        match bool::take(input)? {
            true => T::take(input).map(Some),
            false => Ok(None),
        }
    }
}

impl<T: Field> Field for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        put_varint(self.len() as u64, out);
        self.iter().for_each(|item| item.put(out));
    }
    fn take(input: &mut Reader<'_>) -> Result<Self, CodecError> {
        let count = input.count()?;
        (0..count).map(|_| T::take(input)).collect()
    }
}

impl<T: Field> Field for Arc<[T]> {
    fn put(&self, out: &mut Vec<u8>) {
        put_varint(self.len() as u64, out);
        self.iter().for_each(|item| item.put(out));
    }
    fn take(input: &mut Reader<'_>) -> Result<Self, CodecError> {
        Vec::take(input).map(Self::from)
    }
}
