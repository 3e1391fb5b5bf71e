//! The guard: no declared length or count is believed that the rest of the frame could not hold.
//!
//! The codec behind it reserves memory for as many elements as a peer declares: eight bytes of a Metadata request make
//! it ask for 150 GB (CVE-2022-34917 was the same in Kafka). So each body is walked through once before it is decoded,
//! along its *schema*: every length within what is left, every count no larger than what is left, null only where it
//! may be, text in UTF-8, tagged fields as long as they say. What the guard lets through always decodes, and the codec's
//! errors, which are dear, are never made. The walk reads lengths and skips records: a produce request of a megabyte
//! is a dozen steps.
//!
//! A count that could be true can still be dear: an array of empty structs takes three bytes each on the wire and a
//! hundred in memory. So the walk also adds up what decoding would allocate, and a body that would cost more than
//! 36 times its size is refused. With the header's bytes that keeps the promise that a frame never costs more
//! than 40 times its size, which a test holds with a counting allocator over mutated frames of every API and version.
//! Honest messages stay far below: their strings have letters.
//!
//! # Why schemas, and not a better reader
//!
//! The codec is generic over its input, but the input cannot tell a count from any other number, and the codec
//! allocates as soon as it has read one. Forking five hundred generated files would lose the crate's upkeep. A
//! catalogue of layouts, checked against the codec by a test, is small, and other things can stand on it.

mod schema;
mod schemas;

#[cfg(test)]
mod counting;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

use crate::ApiKey;
use crate::varint;
use schema::{Element, Field, Kind, Schema};

/// What decoding may allocate for each byte of a body.
const COST_PER_BYTE: usize = 36;
/// What decoding may allocate beside that: forty times the twelve bytes that come before any body, almost.
const COST_BASE: usize = 448;

/// Why a body is refused before it is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct GuardError {
    /// The field, or the array in which it is.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: GuardProblem,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GuardProblem {
    /// The codec does not speak this version of this API, or the version does not have this tagged field.
    #[error("no such version")]
    Version,
    /// The body ends within it.
    #[error("the body ends within it")]
    Truncated,
    /// A length that does not fit: into its number, or into the body.
    #[error("its length is {declared}, and {left} bytes are left")]
    Length {
        /// What the body says.
        declared: i64,
        /// Bytes behind it.
        left: usize,
    },
    /// Null where it may not be.
    #[error("it may not be null")]
    Null,
    /// Text that is not UTF-8.
    #[error("it is not UTF-8")]
    Text,
    /// Decoding would cost more than the body's size justifies.
    #[error("it would take too much memory for its size")]
    TooDear,
    /// A tagged field that is longer or shorter than it says.
    #[error("it does not fill the {0} bytes of its tag")]
    Tag(usize),
}

/// Checks a request's body.
pub fn check(key: ApiKey, version: i16, body: &[u8]) -> Result<(), GuardError> {
    walk(schemas::of(key).map(|(request, _)| request), key, version, body)
}

/// Checks a response's body.
pub fn check_response(key: ApiKey, version: i16, body: &[u8]) -> Result<(), GuardError> {
    walk(schemas::of(key).map(|(_, response)| response), key, version, body)
}

fn walk(schema: Option<&Schema>, key: ApiKey, version: i16, body: &[u8]) -> Result<(), GuardError> {
    let schema = schema.filter(|_| crate::versions::is_supported(key, version));
    let schema = schema.ok_or(GuardError { field: "version", problem: GuardProblem::Version })?;
    let mut walk = Walk {
        rest: body,
        version,
        flexible: version >= schema.flexible_from,
        budget: COST_BASE.saturating_add(body.len().saturating_mul(COST_PER_BYTE)),
        field: "body",
    };
    let field_of = |problem, field| GuardError { field, problem };
    walk.fields(schema.fields).map_err(|problem| field_of(problem, walk.field))
}

/// A walk through a body.
struct Walk<'a> {
    rest: &'a [u8],
    version: i16,
    flexible: bool,
    /// What decoding may still allocate.
    budget: usize,
    /// Where the walk is: for the error.
    field: &'static str,
}

type Step<T> = Result<T, GuardProblem>;

impl Walk<'_> {
    fn fields(&mut self, fields: &'static [Field]) -> Step<()> {
        for field in fields {
            let here = field.exists_in(self.version) && field.tag_in(self.version).is_none();
            if here {
                self.field = field.name;
                self.value(field)?;
            }
        }
        if self.flexible { self.tags(fields) } else { Ok(()) }
    }

    fn value(&mut self, field: &Field) -> Step<()> {
        let nullable = field.is_nullable_in(self.version);
        match field.kind {
            Kind::Fixed(len) => self.skip(len),
            Kind::String => self.string(nullable),
            Kind::Bytes => {
                let len = self.bytes_len()?;
                self.skip_field(len, nullable)
            }
            Kind::Inline(fields) => self.inline(fields, nullable),
            Kind::Array(element) => self.array(element, nullable),
        }
    }

    fn string(&mut self, nullable: bool) -> Step<()> {
        let len = match self.flexible {
            true => self.compact_len()?,
            false => i64::from(i16::from_be_bytes(self.take()?)),
        };
        let Some(len) = self.length(len, nullable)? else { return Ok(()) };
        let text = self.rest.get(..len).ok_or(GuardProblem::Truncated)?;
        std::str::from_utf8(text).map_err(|_| GuardProblem::Text)?;
        self.skip(len)
    }

    fn inline(&mut self, fields: &'static [Field], nullable: bool) -> Step<()> {
        if nullable {
            // The codec takes every byte but 1 for null, Java only those below zero: nothing else is let through.
            match self.take()? {
                [1] => {}
                [0xff] => return Ok(()),
                [other] => {
                    let (declared, left) = (i64::from(other), self.rest.len());
                    return Err(GuardProblem::Length { declared, left });
                }
            }
        }
        self.fields(fields)
    }

    fn array(&mut self, element: Element, nullable: bool) -> Step<()> {
        let declared = self.bytes_len()?;
        let Some(count) = self.length(declared, nullable)? else { return Ok(()) };
        self.pay(count.saturating_mul(element.size()))?;
        match element {
            Element::Fixed(len) => {
                let left = self.rest.len();
                let len = count.checked_mul(len).filter(|len| *len <= left);
                self.skip(len.ok_or(GuardProblem::Length { declared, left })?)
            }
            Element::String => (0..count).try_for_each(|_| self.string(false)),
            Element::Struct { fields, .. } => (0..count).try_for_each(|_| self.fields(fields)),
        }
    }

    /// The tagged fields at the end of a struct. The codec ignores how long a field that it knows says it is, so that
    /// must be the truth.
    fn tags(&mut self, fields: &'static [Field]) -> Step<()> {
        let mut unknown = 0usize;
        for _ in 0..self.varint()? {
            let tag = self.varint()?;
            let len = self.varint()?;
            let left = self.rest.len();
            let declared = i64::from(len);
            let len = usize::try_from(len).ok().filter(|len| *len <= left);
            let len = len.ok_or(GuardProblem::Length { declared, left })?;
            match fields.iter().find(|field| field.has_tag(tag)) {
                Some(field) => self.tagged(field, len)?,
                None => {
                    unknown += 1;
                    self.skip(len)?;
                }
            }
        }
        self.pay(map_size(unknown))
    }

    fn tagged(&mut self, field: &Field, len: usize) -> Step<()> {
        self.field = field.name;
        if !field.exists_in(self.version) || field.tag_in(self.version).is_none() {
            return Err(GuardProblem::Version);
        }
        let left = self.rest.len() - len;
        self.value(field)?;
        if self.rest.len() == left { Ok(()) } else { Err(GuardProblem::Tag(len)) }
    }

    /// A length of bytes or a count of elements; −1 is null.
    fn bytes_len(&mut self) -> Step<i64> {
        match self.flexible {
            true => self.compact_len(),
            false => Ok(i64::from(i32::from_be_bytes(self.take()?))),
        }
    }

    /// A compact length: one more than it says, so that 0 is null.
    fn compact_len(&mut self) -> Step<i64> {
        self.varint().map(|len| i64::from(len) - 1)
    }

    /// A declared length as one that could be true. `None` is null. An element takes a byte at least, so it holds
    /// for counts as well.
    fn length(&self, declared: i64, nullable: bool) -> Step<Option<usize>> {
        let left = self.rest.len();
        match usize::try_from(declared) {
            Ok(len) if len <= left => Ok(Some(len)),
            Err(_) if declared == -1 && nullable => Ok(None),
            Err(_) if declared == -1 => Err(GuardProblem::Null),
            _ => Err(GuardProblem::Length { declared, left }),
        }
    }

    fn skip_field(&mut self, declared: i64, nullable: bool) -> Step<()> {
        match self.length(declared, nullable)? {
            Some(len) => self.skip(len),
            None => Ok(()),
        }
    }

    fn skip(&mut self, len: usize) -> Step<()> {
        self.rest = self.rest.get(len..).ok_or(GuardProblem::Truncated)?;
        Ok(())
    }

    fn take<const N: usize>(&mut self) -> Step<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(GuardProblem::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn varint(&mut self) -> Step<u32> {
        varint::read_u32(&mut self.rest).map_err(|_| GuardProblem::Truncated)
    }

    fn pay(&mut self, cost: usize) -> Step<()> {
        self.budget = self.budget.checked_sub(cost).ok_or(GuardProblem::TooDear)?;
        Ok(())
    }
}

/// Bytes that a `BTreeMap` of so many tagged fields allocates, at most: nodes have room for eleven, of 408 bytes the
/// leaves and 504 the others, and are at least half full.
const fn map_size(fields: usize) -> usize {
    match fields {
        0 => 0,
        1..=11 => 408,
        _ => 408 * (fields / 6 + 1) + 504 * (fields / 36 + 2),
    }
}
