//! The primitive fields of Kafka's record layouts, read with every length checked first.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use protocol::ids::TopicName;

/// Why stored bytes are no record that we understand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The bytes end inside a field.
    #[error("the record ends inside a field")]
    Truncated,
    /// A length below zero where none may be.
    #[error("the record has a field of length {0}")]
    Length(i64),
    /// A text that is not UTF-8.
    #[error("the record has a text that is not UTF-8")]
    Text,
    /// A key names no topic that could exist.
    #[error("the record names an impossible topic: {0}")]
    Topic(#[from] protocol::ids::InvalidTopicName),
    /// A value in a layout that we do not know.
    #[error("the record's {what} has layout {layout}; known are 0 to {newest}")]
    Layout {
        /// Which value.
        what: &'static str,
        /// The number found.
        layout: i16,
        /// The newest we read.
        newest: i16,
    },
}

/// The longest text that a record can hold. Requests can carry longer ones; the machine turns those away.
pub(in crate::group) const TEXT_BYTES_MAX: usize = i16::MAX as usize;

/// Writes fields into a buffer of its own.
#[derive(Default)]
pub(super) struct Writer(BytesMut);

impl Writer {
    pub(super) fn i16(&mut self, number: i16) {
        self.0.put_i16(number);
    }

    pub(super) fn i32(&mut self, number: i32) {
        self.0.put_i32(number);
    }

    pub(super) fn i64(&mut self, number: i64) {
        self.0.put_i64(number);
    }

    /// A text with its length in front.
    pub(super) fn string(&mut self, text: &str) {
        let length = i16::try_from(text.len()).expect("no text is longer than TEXT_BYTES_MAX");
        self.0.put_i16(length);
        self.0.put_slice(text.as_bytes());
    }

    pub(super) fn nullable_string(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.string(text),
            None => self.0.put_i16(-1),
        }
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let length = i32::try_from(bytes.len()).expect("bytes that came in a request fit a record");
        self.0.put_i32(length);
        self.0.put_slice(bytes);
    }

    pub(super) fn varint(&mut self, mut number: u32) {
        while number >= 0x80 {
            self.0.put_u8((number as u8) | 0x80);
            number >>= 7;
        }
        self.0.put_u8(number as u8);
    }

    pub(super) fn compact_string(&mut self, text: &str) {
        let length = u32::try_from(text.len()).expect("no text is longer than TEXT_BYTES_MAX");
        self.varint(length + 1);
        self.0.put_slice(text.as_bytes());
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.0.put_slice(bytes);
    }

    pub(super) fn finish(self) -> Bytes {
        self.0.freeze()
    }
}

/// Reads fields. `flexible` layouts (KIP-482) have compact lengths and end structs with tagged fields.
pub(super) struct Reader {
    bytes: Bytes,
    pub(super) flexible: bool,
}

impl Reader {
    pub(super) fn new(bytes: Bytes) -> Self {
        Self { bytes, flexible: false }
    }

    pub(super) fn i16(&mut self) -> Result<i16, RecordError> {
        self.bytes.try_get_i16().map_err(|_| RecordError::Truncated)
    }

    pub(super) fn i32(&mut self) -> Result<i32, RecordError> {
        self.bytes.try_get_i32().map_err(|_| RecordError::Truncated)
    }

    pub(super) fn i64(&mut self) -> Result<i64, RecordError> {
        self.bytes.try_get_i64().map_err(|_| RecordError::Truncated)
    }

    pub(super) fn varint(&mut self) -> Result<u32, RecordError> {
        let mut number = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.bytes.try_get_u8().map_err(|_| RecordError::Truncated)?;
            number |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(RecordError::Length(i64::from(number)))
    }

    /// Takes `length` bytes without copying them.
    pub(super) fn take(&mut self, length: usize) -> Result<Bytes, RecordError> {
        if self.bytes.len() < length {
            return Err(RecordError::Truncated);
        }
        Ok(self.bytes.split_to(length))
    }

    /// A length that says "null" below zero (or, compact, as zero).
    fn length(
        &mut self,
        plain: fn(&mut Self) -> Result<i64, RecordError>,
    ) -> Result<Option<usize>, RecordError> {
        let length = if self.flexible { i64::from(self.varint()?) - 1 } else { plain(self)? };
        match length {
            -1 => Ok(None),
            length => usize::try_from(length).map(Some).map_err(|_| RecordError::Length(length)),
        }
    }

    pub(super) fn nullable_string(&mut self) -> Result<Option<String>, RecordError> {
        let Some(length) = self.length(|reader| reader.i16().map(i64::from))? else {
            return Ok(None);
        };
        let bytes = self.take(length)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| RecordError::Text)?;
        Ok(Some(text.to_owned()))
    }

    pub(super) fn string(&mut self) -> Result<String, RecordError> {
        self.nullable_string()?.ok_or(RecordError::Length(-1))
    }

    pub(super) fn topic(&mut self) -> Result<TopicName, RecordError> {
        Ok(TopicName::new(&self.string()?)?)
    }

    /// Bytes are copied out: a record must not keep the batch alive that it was read from.
    pub(super) fn bytes(&mut self) -> Result<Bytes, RecordError> {
        let length = self.length(|reader| reader.i32().map(i64::from))?;
        let length = length.ok_or(RecordError::Length(-1))?;
        Ok(Bytes::copy_from_slice(&self.take(length)?))
    }

    /// How many elements follow; never more than there are bytes for.
    pub(super) fn count(&mut self) -> Result<usize, RecordError> {
        let count =
            self.length(|reader| reader.i32().map(i64::from))?.ok_or(RecordError::Length(-1))?;
        if count > self.bytes.len() { Err(RecordError::Truncated) } else { Ok(count) }
    }

    /// The tagged fields at a struct's end, each handed to `field`.
    pub(super) fn tags(
        &mut self,
        mut field: impl FnMut(u32, Bytes) -> Result<(), RecordError>,
    ) -> Result<(), RecordError> {
        if !self.flexible {
            return Ok(());
        }
        for _ in 0..self.varint()? {
            let tag = self.varint()?;
            let length = self.varint()?;
            let bytes = self.take(length as usize)?;
            field(tag, bytes)?;
        }
        Ok(())
    }
}
