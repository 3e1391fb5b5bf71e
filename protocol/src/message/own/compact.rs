//! The building blocks of flexible versions (KIP-482): compact strings and arrays, ids, tagged fields.

use std::collections::BTreeMap;

use bytes::{Buf, BufMut, Bytes};
use uuid::Uuid;

use super::super::ChunkWriter;
use crate::StrBytes;
use crate::varint;

const TRUNCATED: &str = "the body ends too early";

pub(super) fn i16(body: &mut Bytes) -> Result<i16, String> {
    body.try_get_i16().map_err(|_| TRUNCATED.into())
}

pub(super) fn i32(body: &mut Bytes) -> Result<i32, String> {
    body.try_get_i32().map_err(|_| TRUNCATED.into())
}

pub(super) fn i64(body: &mut Bytes) -> Result<i64, String> {
    body.try_get_i64().map_err(|_| TRUNCATED.into())
}

pub(super) fn bool(body: &mut Bytes) -> Result<bool, String> {
    body.try_get_u8().map(|byte| byte != 0).map_err(|_| TRUNCATED.into())
}

pub(super) fn uuid(body: &mut Bytes) -> Result<Uuid, String> {
    body.try_get_u128().map(Uuid::from_u128).map_err(|_| TRUNCATED.into())
}

fn unsigned(body: &mut Bytes) -> Result<u32, String> {
    let mut rest: &[u8] = body;
    let value = varint::read_u32(&mut rest).map_err(|error| error.to_string())?;
    let read = body.len() - rest.len();
    body.advance(read);
    Ok(value)
}

fn take(body: &mut Bytes, len: u32) -> Result<Bytes, String> {
    let len = usize::try_from(len).ok().filter(|len| *len <= body.len());
    Ok(body.split_to(len.ok_or(TRUNCATED)?))
}

pub(super) fn nullable_string(body: &mut Bytes) -> Result<Option<StrBytes>, String> {
    match unsigned(body)? {
        0 => Ok(None),
        len => StrBytes::from_utf8(take(body, len - 1)?).map(Some).map_err(|e| e.to_string()),
    }
}

pub(super) fn string(body: &mut Bytes) -> Result<StrBytes, String> {
    nullable_string(body)?.ok_or_else(|| "null where a string must be".into())
}

pub(super) fn nullable_array<T>(
    body: &mut Bytes,
    element: impl Fn(&mut Bytes) -> Result<T, String>,
) -> Result<Option<Vec<T>>, String> {
    match unsigned(body)? {
        0 => Ok(None),
        count => (1..count).map(|_| element(body)).collect::<Result<_, _>>().map(Some),
    }
}

pub(super) fn array<T>(
    body: &mut Bytes,
    element: impl Fn(&mut Bytes) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    nullable_array(body, element)?.ok_or_else(|| "null where an array must be".into())
}

/// The tagged fields of a struct that knows none: kept as they are.
pub(super) fn tags(body: &mut Bytes) -> Result<BTreeMap<i32, Bytes>, String> {
    let mut fields = BTreeMap::new();
    for _ in 0..unsigned(body)? {
        let tag = unsigned(body)?;
        let len = unsigned(body)?;
        fields.insert(tag as i32, take(body, len)?);
    }
    Ok(fields)
}

fn put_unsigned(out: &mut ChunkWriter, mut value: u32) {
    while value >= 0x80 {
        out.put_u8(value as u8 | 0x80);
        value >>= 7;
    }
    out.put_u8(value as u8);
}

pub(super) fn put_nullable_string(out: &mut ChunkWriter, value: Option<&str>) {
    match value {
        None => out.put_u8(0),
        Some(text) => {
            put_unsigned(out, text.len() as u32 + 1);
            out.put_slice(text.as_bytes());
        }
    }
}

pub(super) fn put_string(out: &mut ChunkWriter, value: &str) {
    put_nullable_string(out, Some(value));
}

pub(super) fn put_nullable_array<T>(
    out: &mut ChunkWriter,
    value: Option<&[T]>,
    element: impl Fn(&mut ChunkWriter, &T),
) {
    match value {
        None => out.put_u8(0),
        Some(elements) => {
            put_unsigned(out, elements.len() as u32 + 1);
            elements.iter().for_each(|value| element(out, value));
        }
    }
}

pub(super) fn put_array<T>(
    out: &mut ChunkWriter,
    value: &[T],
    element: impl Fn(&mut ChunkWriter, &T),
) {
    put_nullable_array(out, Some(value), element);
}

pub(super) fn put_uuid(out: &mut ChunkWriter, value: Uuid) {
    out.put_slice(value.as_bytes());
}

pub(super) fn put_tags(out: &mut ChunkWriter, fields: &BTreeMap<i32, Bytes>) {
    put_unsigned(out, fields.len() as u32);
    for (tag, value) in fields {
        put_unsigned(out, *tag as u32);
        put_unsigned(out, value.len() as u32);
        out.put_slice(value);
    }
}
