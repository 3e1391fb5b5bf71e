//! The few types of the wire that three old request versions are made of.

use anyhow::{Context, Result};

/// Reads a request from its start.
#[derive(Debug)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn bytes(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).context("the request ends early")?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn i16(&mut self) -> Result<i16> {
        Ok(i16::from_be_bytes(self.bytes(2)?.try_into()?))
    }

    pub(crate) fn i32(&mut self) -> Result<i32> {
        Ok(i32::from_be_bytes(self.bytes(4)?.try_into()?))
    }

    /// A string with its length before it; a null one is empty.
    pub(crate) fn string(&mut self) -> Result<&'a [u8]> {
        let length = self.i16()?;
        self.bytes(usize::try_from(length).unwrap_or_default())
    }

    /// Bytes with their length before them; null ones are empty.
    pub(crate) fn blob(&mut self) -> Result<&'a [u8]> {
        let length = self.i32()?;
        self.bytes(usize::try_from(length).unwrap_or_default())
    }
}

/// A response that grows at its end, with room for its size kept at the start.
#[derive(Debug)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn answering(correlation_id: i32) -> Self {
        Self(vec![0; 4]).i32(correlation_id)
    }

    pub(crate) fn i8(mut self, value: i8) -> Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    pub(crate) fn i16(mut self, value: i16) -> Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    pub(crate) fn i32(mut self, value: i32) -> Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    pub(crate) fn i64(mut self, value: i64) -> Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    pub(crate) fn string(mut self, value: &[u8]) -> Self {
        self.0.extend((value.len() as i16).to_be_bytes());
        self.0.extend(value);
        self
    }

    pub(crate) fn frame(mut self) -> Vec<u8> {
        let size = (self.0.len() - 4) as i32;
        self.0[..4].copy_from_slice(&size.to_be_bytes());
        self.0
    }
}
