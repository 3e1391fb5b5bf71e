//! A walk: one pass over a batch's records that keeps nothing.
//!
//! Whoever accepts a batch walks it once, so that nobody who reads it later finds a record that does not parse, a
//! count that lies or an offset out of line: a consumer that meets one stands still for good. Records that are packed
//! are unpacked piece by piece through a small buffer, so a bomb costs time up to its bound and no memory.

use std::io::Read;

use super::compression::{self, Compression, CompressionError};
use super::error::{BatchError, RecordProblem};
use super::{HEADER_LEN, RawRecord, RecordBatch};

/// Bytes that are unpacked at a time.
const PIECE_LEN: usize = 16 * 1024;

/// What a walk tells of each record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which record, from 0.
    pub at: i32,
    /// From the batch's base timestamp.
    pub timestamp_delta: i64,
    /// From the batch's base offset.
    pub offset_delta: i32,
    /// Whether its key is not null.
    pub has_key: bool,
}

impl RecordBatch {
    /// Walks through the records and tells `visit` of each. Fails if there are not exactly as many whole records as
    /// the header counts, or if they unpack to more than `limit` bytes.
    pub fn walk(&self, limit: usize, visit: impl FnMut(Step)) -> Result<(), BatchError> {
        let stored = self.bytes().get(HEADER_LEN..).unwrap_or_default();
        let count = self.header().record_count;
        match self.header().compression() {
            Compression::None => walk_whole(stored, count, visit),
            codec => walk(&mut Unpacked::new(codec, stored, limit)?, count, visit),
        }
    }
}

/// Records that lie there as they are. The hot path of every produce request.
fn walk_whole(mut rest: &[u8], count: i32, mut visit: impl FnMut(Step)) -> Result<(), BatchError> {
    if count < 0 {
        return Err(Stop::Record(RecordProblem::Count).at(0));
    }
    for at in 0..count {
        let record = RawRecord::take(&mut rest).and_then(|record| {
            record.check_headers()?;
            Ok(record)
        });
        let record = record.map_err(|problem| BatchError::Record { at, problem })?;
        let RawRecord { timestamp_delta, offset_delta, key, .. } = record;
        visit(Step { at, timestamp_delta, offset_delta, has_key: key.is_some() });
    }
    match rest.is_empty() {
        true => Ok(()),
        false => Err(Stop::Record(RecordProblem::TrailingBytes).at(count)),
    }
}

fn walk<I: Input>(
    input: &mut I,
    count: i32,
    mut visit: impl FnMut(Step),
) -> Result<(), BatchError> {
    if count < 0 {
        return Err(Stop::Record(RecordProblem::Count).at(0));
    }
    for at in 0..count {
        visit(walk_record(input, at).map_err(|stop| stop.at(at))?);
    }
    match input.at_end().map_err(|stop| stop.at(count))? {
        true => Ok(()),
        false => Err(Stop::Record(RecordProblem::TrailingBytes).at(count)),
    }
}

fn walk_record<I: Input>(input: &mut I, at: i32) -> Result<Step, Stop> {
    let len = input.varint()?;
    let mut left = usize::try_from(len).map_err(|_| RecordProblem::Length)?;
    let body = &mut Body { input, left: &mut left };
    body.byte()?;
    let timestamp_delta = body.varlong()?;
    let offset_delta = body.varint()?;
    let has_key = body.skip_nullable()?;
    body.skip_nullable()?;
    let headers = body.varint()?;
    if headers < 0 {
        return Err(RecordProblem::Length.into());
    }
    for _ in 0..headers {
        if !body.skip_nullable()? {
            return Err(RecordProblem::Length.into());
        }
        body.skip_nullable()?;
    }
    match left {
        0 => Ok(Step { at, timestamp_delta, offset_delta, has_key }),
        _ => Err(RecordProblem::Size.into()),
    }
}

/// Why a walk ends before its end.
#[derive(Debug)]
enum Stop {
    Record(RecordProblem),
    Compression(CompressionError),
}

impl Stop {
    fn at(self, at: i32) -> BatchError {
        match self {
            Self::Record(problem) => BatchError::Record { at, problem },
            Self::Compression(error) => error.into(),
        }
    }
}

impl From<RecordProblem> for Stop {
    fn from(problem: RecordProblem) -> Self {
        Self::Record(problem)
    }
}

/// Where the bytes of a walk come from.
trait Input {
    fn byte(&mut self) -> Result<u8, Stop>;
    fn skip(&mut self, len: usize) -> Result<(), Stop>;
    fn at_end(&mut self) -> Result<bool, Stop>;

    #[inline]
    fn varlong(&mut self) -> Result<i64, Stop> {
        let zigzag = unsigned(|| self.byte(), 10)?;
        Ok((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64))
    }

    #[inline]
    fn varint(&mut self) -> Result<i32, Stop> {
        let zigzag = unsigned(|| self.byte(), 5)?;
        let zigzag = u32::try_from(zigzag).map_err(|_| RecordProblem::Number)?;
        Ok((zigzag >> 1) as i32 ^ -((zigzag & 1) as i32))
    }
}

#[inline]
fn unsigned(mut byte: impl FnMut() -> Result<u8, Stop>, len_max: u32) -> Result<u64, Stop> {
    let mut value = 0u64;
    for at in 0..len_max {
        let next = byte()?;
        let bits = u64::from(next & 0x7f);
        if at == 9 && bits > 1 {
            return Err(RecordProblem::Number.into());
        }
        value |= bits << (7 * at);
        if next < 0x80 {
            return Ok(value);
        }
    }
    Err(RecordProblem::Number.into())
}

/// One record's bytes: nothing in it may lead beyond its end.
struct Body<'a, I> {
    input: &'a mut I,
    left: &'a mut usize,
}

impl<I: Input> Body<'_, I> {
    /// Skips a length and that many bytes. False: it was null.
    #[inline]
    fn skip_nullable(&mut self) -> Result<bool, Stop> {
        match self.varint()? {
            -1 => Ok(false),
            len => {
                self.skip(usize::try_from(len).map_err(|_| RecordProblem::Length)?)?;
                Ok(true)
            }
        }
    }
}

impl<I: Input> Input for Body<'_, I> {
    #[inline]
    fn byte(&mut self) -> Result<u8, Stop> {
        *self.left = self.left.checked_sub(1).ok_or(RecordProblem::Truncated)?;
        self.input.byte()
    }

    #[inline]
    fn skip(&mut self, len: usize) -> Result<(), Stop> {
        *self.left = self.left.checked_sub(len).ok_or(RecordProblem::Length)?;
        self.input.skip(len)
    }

    fn at_end(&mut self) -> Result<bool, Stop> {
        Ok(*self.left == 0)
    }
}

/// Records that are unpacked a piece at a time.
struct Unpacked<'a> {
    reader: Box<dyn Read + 'a>,
    codec: Compression,
    piece: Vec<u8>,
    /// Bytes of the piece that were read.
    read: usize,
    /// Bytes that may still come out.
    left: usize,
    limit: usize,
}

impl<'a> Unpacked<'a> {
    fn new(codec: Compression, stored: &'a [u8], limit: usize) -> Result<Self, BatchError> {
        let reader = compression::reader(codec, stored)
            .map_err(|error| compression::damaged(codec, error))?;
        Ok(Self { reader, codec, piece: Vec::new(), read: 0, left: limit, limit })
    }

    /// Unpacks the next piece. False at the end.
    fn refill(&mut self) -> Result<bool, Stop> {
        self.piece.resize(PIECE_LEN, 0);
        let len = loop {
            match self.reader.read(&mut self.piece) {
                Ok(len) => break len,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(Stop::Compression(compression::damaged(self.codec, error)));
                }
            }
        };
        self.piece.truncate(len);
        self.read = 0;
        let (codec, limit) = (self.codec, self.limit);
        let too_large = Stop::Compression(CompressionError::TooLarge { codec, limit });
        self.left = self.left.checked_sub(len).ok_or(too_large)?;
        Ok(len > 0)
    }
}

impl Input for Unpacked<'_> {
    #[inline]
    fn byte(&mut self) -> Result<u8, Stop> {
        loop {
            if let Some(byte) = self.piece.get(self.read) {
                self.read += 1;
                return Ok(*byte);
            }
            if !self.refill()? {
                return Err(RecordProblem::Truncated.into());
            }
        }
    }

    #[inline]
    fn skip(&mut self, mut len: usize) -> Result<(), Stop> {
        loop {
            let ready = self.piece.len() - self.read;
            if len <= ready {
                self.read += len;
                return Ok(());
            }
            len -= ready;
            if !self.refill()? {
                return Err(RecordProblem::Truncated.into());
            }
        }
    }

    fn at_end(&mut self) -> Result<bool, Stop> {
        Ok(self.read == self.piece.len() && !self.refill()?)
    }
}
