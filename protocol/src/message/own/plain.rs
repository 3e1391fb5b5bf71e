//! The building blocks of the versions before flexible ones: strings with a length of two bytes, arrays with a count of four.

use bytes::{Buf, BufMut, Bytes};

use super::super::ChunkWriter;
use crate::StrBytes;

pub(super) fn string(body: &mut Bytes) -> Result<StrBytes, String> {
    let len = body.try_get_i16().map_err(|error| error.to_string())?;
    let len = usize::try_from(len).map_err(|_| "null where a string must be")?;
    if len > body.len() {
        return Err("the body ends too early".into());
    }
    StrBytes::from_utf8(body.split_to(len)).map_err(|error| error.to_string())
}

pub(super) fn array<T>(
    body: &mut Bytes,
    element: impl Fn(&mut Bytes) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    let count = body.try_get_i32().map_err(|error| error.to_string())?;
    let count = u32::try_from(count).map_err(|_| "null where an array must be")?;
    (0..count).map(|_| element(body)).collect()
}

pub(super) fn put_string(out: &mut ChunkWriter, value: &str) {
    out.put_i16(i16::try_from(value.len()).expect("names are short"));
    out.put_slice(value.as_bytes());
}

pub(super) fn put_array<T>(
    out: &mut ChunkWriter,
    value: &[T],
    element: impl Fn(&mut ChunkWriter, &T),
) {
    out.put_i32(i32::try_from(value.len()).expect("a response has fewer elements"));
    value.iter().for_each(|value| element(out, value));
}
