//! Variable-length integers: seven bits a byte, the lowest first, the high bit says "more follows".
//!
//! Kafka has two kinds. *Unsigned* ones carry lengths, counts and tags of flexible messages. *Signed* ones carry
//! everything inside a record (lengths, deltas) and are zigzag-coded first, so that −1 takes one byte and not five.
//!
//! Reading is strict where Kafka's readers are: a number that goes on beyond its width is an error, never a
//! silently cut value. The `read_*` functions take from the front of a slice and leave it untouched on failure.

/// Why the front of a slice is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VarintError {
    /// The bytes end before the number does.
    #[error("the bytes end within a variable-length integer")]
    Truncated,
    /// More bytes, or more bits, than the type holds.
    #[error("a variable-length integer is too long for its type")]
    TooLong,
}

/// The most bytes of a 32-bit number.
pub const LEN_MAX_32: usize = 5;
/// The most bytes of a 64-bit number.
pub const LEN_MAX_64: usize = 10;

/// Takes an unsigned 32-bit number from the front.
#[inline]
pub fn read_u32(bytes: &mut &[u8]) -> Result<u32, VarintError> {
    if let Some((value, rest)) = read_short(bytes) {
        *bytes = rest;
        return Ok(value);
    }
    let (value, rest) = read_long(bytes, LEN_MAX_32)?;
    let value = u32::try_from(value).map_err(|_| VarintError::TooLong)?;
    *bytes = rest;
    Ok(value)
}

/// Takes an unsigned 64-bit number from the front.
#[inline]
pub fn read_u64(bytes: &mut &[u8]) -> Result<u64, VarintError> {
    if let Some((value, rest)) = read_short(bytes) {
        *bytes = rest;
        return Ok(u64::from(value));
    }
    let (value, rest) = read_long(bytes, LEN_MAX_64)?;
    *bytes = rest;
    Ok(value)
}

/// A number of up to three bytes: nearly every length and delta. In straight lines, since a batch has a handful for each of
/// its records.
#[inline]
fn read_short(bytes: &[u8]) -> Option<(u32, &[u8])> {
    match bytes {
        [a, rest @ ..] if *a < 0x80 => Some((u32::from(*a), rest)),
        [a, b, rest @ ..] if *b < 0x80 => Some((u32::from(*a & 0x7f) | (u32::from(*b) << 7), rest)),
        [a, b, c, rest @ ..] if *c < 0x80 => {
            let low = u32::from(*a & 0x7f) | (u32::from(*b & 0x7f) << 7);
            Some((low | (u32::from(*c) << 14), rest))
        }
        _ => None,
    }
}

#[cold]
fn read_long(bytes: &[u8], len_max: usize) -> Result<(u64, &[u8]), VarintError> {
    let mut value = 0u64;
    for (at, &byte) in bytes.iter().take(len_max).enumerate() {
        let bits = u64::from(byte & 0x7f);
        let shift = 7 * at as u32;
        if (bits << shift) >> shift != bits {
            return Err(VarintError::TooLong);
        }
        value |= bits << shift;
        if byte < 0x80 {
            return Ok((value, bytes.get(at + 1..).unwrap_or_default()));
        }
    }
    Err(if bytes.len() < len_max { VarintError::Truncated } else { VarintError::TooLong })
}

/// Takes a signed 32-bit number from the front.
#[inline]
pub fn read_i32(bytes: &mut &[u8]) -> Result<i32, VarintError> {
    let zigzag = read_u32(bytes)?;
    Ok((zigzag >> 1) as i32 ^ -((zigzag & 1) as i32))
}

/// Takes a signed 64-bit number from the front.
#[inline]
pub fn read_i64(bytes: &mut &[u8]) -> Result<i64, VarintError> {
    let zigzag = read_u64(bytes)?;
    Ok((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64))
}

/// Appends an unsigned 32-bit number.
#[inline]
pub fn write_u32(out: &mut Vec<u8>, value: u32) {
    write_u64(out, u64::from(value));
}

/// Appends an unsigned 64-bit number.
#[inline]
pub fn write_u64(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a signed 32-bit number.
#[inline]
pub fn write_i32(out: &mut Vec<u8>, value: i32) {
    write_u32(out, zigzag_32(value));
}

/// Appends a signed 64-bit number.
#[inline]
pub fn write_i64(out: &mut Vec<u8>, value: i64) {
    write_u64(out, zigzag_64(value));
}

/// How many bytes an unsigned 32-bit number takes.
pub const fn size_u32(value: u32) -> usize {
    size_u64(value as u64)
}

/// How many bytes an unsigned 64-bit number takes.
pub const fn size_u64(value: u64) -> usize {
    let bits = 64 - (value | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

/// How many bytes a signed 32-bit number takes.
pub const fn size_i32(value: i32) -> usize {
    size_u32(zigzag_32(value))
}

/// How many bytes a signed 64-bit number takes.
pub const fn size_i64(value: i64) -> usize {
    size_u64(zigzag_64(value))
}

const fn zigzag_32(value: i32) -> u32 {
    ((value << 1) ^ (value >> 31)) as u32
}

const fn zigzag_64(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_number_survives_the_round_trip_in_as_many_bytes_as_promised(
            narrow in any::<i32>(), wide in any::<i64>(), width in 0u32..64,
        ) {
            // The shift gives small numbers their share.
            let (narrow, wide) = (narrow >> (width / 2), wide >> width);
            let mut out = Vec::new();
            write_i32(&mut out, narrow);
            prop_assert_eq!(out.len(), size_i32(narrow));
            write_i64(&mut out, wide);
            write_u32(&mut out, narrow as u32);
            write_u64(&mut out, wide as u64);
            let mut rest = out.as_slice();
            prop_assert_eq!(read_i32(&mut rest), Ok(narrow));
            prop_assert_eq!(read_i64(&mut rest), Ok(wide));
            prop_assert_eq!(read_u32(&mut rest), Ok(narrow as u32));
            prop_assert_eq!(read_u64(&mut rest), Ok(wide as u64));
            prop_assert!(rest.is_empty());
        }
    }

    #[test]
    fn a_number_wider_than_its_type_is_refused_and_the_slice_stays() {
        let mut bytes: &[u8] = &[0xff, 0xff, 0xff, 0xff, 0x1f];
        assert_eq!(read_u32(&mut bytes), Err(VarintError::TooLong));
        assert_eq!(bytes.len(), 5);
        let mut endless: &[u8] = &[0x80; 11];
        assert_eq!(read_u64(&mut endless), Err(VarintError::TooLong));
        let mut cut: &[u8] = &[0x80, 0x80];
        assert_eq!(read_u32(&mut cut), Err(VarintError::Truncated));
        assert_eq!(read_u32(&mut &[][..]), Err(VarintError::Truncated));
    }

    #[test]
    fn minus_one_takes_one_byte() {
        assert_eq!(size_i32(-1), 1);
        assert_eq!(size_i64(i64::MIN), 10);
        assert_eq!(size_u32(127), 1);
        assert_eq!(size_u32(128), 2);
    }
}
