//! Records: what a batch holds, read lazily and without copying.
//!
//! ```text
//! length          varint     bytes after this field
//! attributes      1 byte     unused
//! timestamp delta varlong    from the batch's base timestamp
//! offset delta    varint     from the batch's base offset
//! key             varint + bytes, −1: null
//! value           varint + bytes, −1: null (a tombstone, on a compacted topic)
//! headers         varint count, each: varint + key, varint + value (−1: null)
//! ```
//!
//! [`RawRecord`] is one record as borrowed slices, and the one place that knows this layout. [`Record`] is what
//! is handed out: keys and values are [`Bytes`] that share the batch's memory (or that of its unpacked records).

use bytes::Bytes;

use super::error::{BatchError, RecordProblem};
use super::header::{BatchHeader, TimestampType};
use crate::ids::{Offset, TimestampMs};
use crate::varint::{self, VarintError};

/// One record of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its position in the partition.
    pub offset: Offset,
    /// The producer's time, or the batch's append time if the topic is set so.
    pub timestamp: TimestampMs,
    /// What compaction and partitioning go by.
    pub key: Option<Bytes>,
    /// The payload. `None` is a tombstone on a compacted topic.
    pub value: Option<Bytes>,
    /// In the order of the producer; keys may repeat.
    pub headers: Vec<Header>,
}

/// A record's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its name: text in UTF-8 by convention, which nobody on the way checks.
    pub key: Bytes,
    /// Its value.
    pub value: Option<Bytes>,
}

impl Header {
    /// A header of this name and value.
    pub fn new(key: impl Into<Bytes>, value: Option<impl Into<Bytes>>) -> Self {
        Self { key: key.into(), value: value.map(Into::into) }
    }
}

/// One record as slices of the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawRecord<'a> {
    /// Unused bits; zero so far.
    pub attributes: u8,
    /// From the batch's base timestamp.
    pub timestamp_delta: i64,
    /// From the batch's base offset.
    pub offset_delta: i32,
    /// The key, or null.
    pub key: Option<&'a [u8]>,
    /// The value, or null.
    pub value: Option<&'a [u8]>,
    /// How many headers `headers` holds.
    pub header_count: i32,
    /// The headers, as they stand. [`RawRecord::take`] has not looked inside.
    pub headers: &'a [u8],
}

impl<'a> RawRecord<'a> {
    /// Takes a record from the front of `bytes`, its headers unread.
    // Always, with what it calls: as a call of its own it hands eleven words over through memory, once a record.
    #[inline(always)]
    pub fn take(bytes: &mut &'a [u8]) -> Result<Self, RecordProblem> {
        let mut rest = *bytes;
        let len =
            usize::try_from(varint::read_i32(&mut rest)?).map_err(|_| RecordProblem::Length)?;
        let (mut body, rest) = rest.split_at_checked(len).ok_or(RecordProblem::Truncated)?;
        let record = Self::read_body(&mut body)?;
        *bytes = rest;
        Ok(record)
    }

    /// Reads what follows the length.
    #[inline(always)]
    fn read_body(body: &mut &'a [u8]) -> Result<Self, RecordProblem> {
        let (&attributes, rest) = body.split_first().ok_or(RecordProblem::Truncated)?;
        *body = rest;
        let timestamp_delta = varint::read_i64(body)?;
        let offset_delta = varint::read_i32(body)?;
        let key = take_nullable(body)?;
        let value = take_nullable(body)?;
        let header_count = varint::read_i32(body)?;
        // A header takes two bytes at least: a count beyond that is a lie.
        if header_count < 0 || header_count as usize > body.len() / 2 {
            return Err(RecordProblem::Length);
        }
        if header_count == 0 && !body.is_empty() {
            return Err(RecordProblem::Size);
        }
        Ok(Self {
            attributes,
            timestamp_delta,
            offset_delta,
            key,
            value,
            header_count,
            headers: body,
        })
    }

    /// The headers, one by one. Ends after the first that does not parse.
    pub fn headers(&self) -> RawHeaders<'a> {
        RawHeaders { left: self.header_count, rest: self.headers }
    }

    /// Parses every header and throws it away: whether the record is whole.
    #[inline]
    pub fn check_headers(&self) -> Result<(), RecordProblem> {
        // Nearly every record: without this line the loop's set-up is a tenth of a walk.
        if self.header_count == 0 {
            return Ok(());
        }
        self.headers().try_for_each(|header| header.map(drop))
    }
}

/// The headers of a [`RawRecord`]: names and values as slices.
#[derive(Clone, Debug)]
pub struct RawHeaders<'a> {
    left: i32,
    rest: &'a [u8],
}

impl<'a> RawHeaders<'a> {
    fn take(&mut self) -> Result<(&'a [u8], Option<&'a [u8]>), RecordProblem> {
        let key = take_nullable(&mut self.rest)?.ok_or(RecordProblem::Length)?;
        let value = take_nullable(&mut self.rest)?;
        if self.left == 0 && !self.rest.is_empty() {
            return Err(RecordProblem::Size);
        }
        Ok((key, value))
    }
}

impl<'a> Iterator for RawHeaders<'a> {
    type Item = Result<(&'a [u8], Option<&'a [u8]>), RecordProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let header = self.take();
        if header.is_err() {
            self.left = 0;
        }
        Some(header)
    }
}

/// Takes a length and that many bytes; −1 is null.
#[inline]
fn take_nullable<'a>(bytes: &mut &'a [u8]) -> Result<Option<&'a [u8]>, RecordProblem> {
    let len = match varint::read_i32(bytes)? {
        -1 => return Ok(None),
        len => usize::try_from(len).map_err(|_| RecordProblem::Length)?,
    };
    let (field, rest) = bytes.split_at_checked(len).ok_or(RecordProblem::Length)?;
    *bytes = rest;
    Ok(Some(field))
}

/// The records of a batch, in order. Yields as many as the header counts, or one error and then no more.
#[derive(Clone, Debug)]
pub struct Records {
    /// The unpacked records; what is handed out shares its memory.
    data: Bytes,
    /// Bytes of `data` already read.
    read: usize,
    /// Records already handed out.
    at: i32,
    /// Records to hand out in all.
    count: i32,
    base_offset: Offset,
    base_timestamp: TimestampMs,
    log_append_time: Option<TimestampMs>,
}

impl Records {
    /// The records that `header` describes and `data`, unpacked, holds.
    pub(super) fn new(header: &BatchHeader, data: Bytes) -> Self {
        let append_time = header.timestamp_type() == TimestampType::LogAppendTime;
        Self {
            data,
            read: 0,
            at: 0,
            count: header.record_count,
            base_offset: header.base_offset,
            base_timestamp: header.base_timestamp,
            log_append_time: append_time.then_some(header.max_timestamp),
        }
    }

    fn take(&mut self) -> Result<Record, RecordProblem> {
        let all = self.data.get(self.read..).unwrap_or_default();
        let mut rest = all;
        let raw = RawRecord::take(&mut rest)?;
        let record = self.own(&raw)?;
        self.read += all.len() - rest.len();
        if self.at + 1 == self.count && self.read != self.data.len() {
            return Err(RecordProblem::TrailingBytes);
        }
        Ok(record)
    }

    /// The record with its memory shared and its deltas resolved.
    fn own(&self, raw: &RawRecord<'_>) -> Result<Record, RecordProblem> {
        let offset = self.base_offset.0.checked_add(i64::from(raw.offset_delta));
        let timestamp = self.base_timestamp.0.checked_add(raw.timestamp_delta);
        let share = |slice: &[u8]| self.data.slice_ref(slice);
        let headers = raw.headers().map(|header| {
            header.map(|(key, value)| Header { key: share(key), value: value.map(share) })
        });
        Ok(Record {
            offset: Offset(offset.ok_or(RecordProblem::Range)?),
            timestamp: match self.log_append_time {
                Some(time) => time,
                None => TimestampMs(timestamp.ok_or(RecordProblem::Range)?),
            },
            key: raw.key.map(share),
            value: raw.value.map(share),
            headers: headers.collect::<Result<_, _>>()?,
        })
    }
}

impl Iterator for Records {
    type Item = Result<Record, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.count {
            return None;
        }
        let at = self.at;
        let record = self.take().map_err(|problem| BatchError::Record { at, problem });
        self.at = if record.is_ok() { at + 1 } else { self.count };
        Some(record)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // The count is the sender's word: at most one record for each seven bytes is believed.
        let left = usize::try_from(self.count - self.at).unwrap_or(0);
        (0, Some(left.min(self.data.len() / RECORD_LEN_MIN + 1)))
    }
}

/// Bytes of the smallest record: length, attributes, two deltas, two null lengths, no headers.
pub const RECORD_LEN_MIN: usize = 7;

impl From<VarintError> for RecordProblem {
    fn from(error: VarintError) -> Self {
        match error {
            VarintError::Truncated => Self::Truncated,
            VarintError::TooLong => Self::Number,
        }
    }
}
