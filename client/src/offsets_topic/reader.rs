//! Reads bytes by a table of fields, into JSON.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Buf;
use serde_json::{Map, Value, json};

use super::{Field, schema::Type};

/// Bytes that are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// They end too early.
    #[error("its bytes end too early")]
    Truncated,
    /// A length below what lengths can be.
    #[error("a length makes no sense")]
    Length,
    /// Text that is not UTF-8.
    #[error("a text is not UTF-8")]
    Text,
}

/// The number at the front, and what follows it.
pub(super) fn version(mut bytes: &[u8]) -> Result<(i16, &[u8]), Malformed> {
    let version = bytes.try_get_i16().map_err(|_| Malformed::Truncated)?;
    Ok((version, bytes))
}

/// Reads a struct of this layout.
pub(super) fn read(
    fields: &[Field],
    layout: i16,
    flexible: bool,
    bytes: &mut &[u8],
) -> Result<Map<String, Value>, Malformed> {
    let mut read = Reader { layout, flexible, bytes };
    read.fields(fields)
}

struct Reader<'a, 'b> {
    layout: i16,
    flexible: bool,
    bytes: &'a mut &'b [u8],
}

impl<'b> Reader<'_, 'b> {
    fn fields(&mut self, fields: &[Field]) -> Result<Map<String, Value>, Malformed> {
        let mut all = Map::new();
        let here = |field: &&Field| (field.since..=field.until).contains(&self.layout);
        let present: Vec<&Field> = fields.iter().filter(here).collect();
        for field in present.iter().filter(|field| field.tag.is_none()) {
            all.insert(field.name.into(), self.value(field.of)?);
        }
        if self.flexible {
            self.tagged(&present, &mut all)?;
        }
        Ok(all)
    }

    fn tagged(&mut self, fields: &[&Field], all: &mut Map<String, Value>) -> Result<(), Malformed> {
        for _ in 0..self.varint()? {
            let tag = self.varint()?;
            let length = self.varint()?;
            let mut bytes = self.take(length as usize)?;
            if let Some(field) = fields.iter().find(|field| field.tag == Some(tag)) {
                let mut inside =
                    Reader { layout: self.layout, flexible: self.flexible, bytes: &mut bytes };
                all.insert(field.name.into(), inside.value(field.of)?);
            }
        }
        Ok(())
    }

    fn value(&mut self, of: Type) -> Result<Value, Malformed> {
        let truncated = |_| Malformed::Truncated;
        Ok(match of {
            Type::I32 => json!(self.bytes.try_get_i32().map_err(truncated)?),
            Type::I64 => json!(self.bytes.try_get_i64().map_err(truncated)?),
            Type::Text => json!(self.text()?.ok_or(Malformed::Length)?),
            Type::NullableText => json!(self.text()?),
            Type::Bytes => {
                let length = self.length(4)?.ok_or(Malformed::Length)?;
                json!(STANDARD.encode(self.take(length)?))
            }
            Type::Uuid => json!(URL_SAFE_NO_PAD.encode(self.take(16)?)),
            Type::Array(fields) => {
                let count = self.length(4)?.ok_or(Malformed::Length)?;
                let mut elements = Vec::new();
                for _ in 0..count {
                    elements.push(Value::Object(self.fields(fields)?));
                }
                Value::Array(elements)
            }
        })
    }

    fn text(&mut self) -> Result<Option<&'b str>, Malformed> {
        let Some(length) = self.length(2)? else { return Ok(None) };
        let text = std::str::from_utf8(self.take(length)?).map_err(|_| Malformed::Text)?;
        Ok(Some(text))
    }

    /// A length of so many bytes, or a compact one. None says null.
    fn length(&mut self, width: usize) -> Result<Option<usize>, Malformed> {
        let length = match (self.flexible, width) {
            (true, _) => i64::from(self.varint()?) - 1,
            (false, 2) => i64::from(self.bytes.try_get_i16().map_err(|_| Malformed::Truncated)?),
            (false, _) => i64::from(self.bytes.try_get_i32().map_err(|_| Malformed::Truncated)?),
        };
        match length {
            -1 => Ok(None),
            length => usize::try_from(length).map(Some).map_err(|_| Malformed::Length),
        }
    }

    fn varint(&mut self) -> Result<u32, Malformed> {
        let mut number = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.bytes.try_get_u8().map_err(|_| Malformed::Truncated)?;
            number |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Malformed::Length)
    }

    fn take(&mut self, length: usize) -> Result<&'b [u8], Malformed> {
        let (taken, rest) = self.bytes.split_at_checked(length).ok_or(Malformed::Truncated)?;
        *self.bytes = rest;
        Ok(taken)
    }
}
