//! CRC-32C (Castagnoli): the checksum of record batches.
//!
//! Measured: crc-fast reaches 28 GB/s at 1 KB and over 50 GB/s from 16 KB on, two to five times what the usual
//! SSE4.2 loop does, so a checksum over everything produced costs less than copying it.

use crc_fast::{CrcAlgorithm, Digest, checksum};

/// The checksum of `bytes`.
#[inline]
pub fn crc32c(bytes: &[u8]) -> u32 {
    checksum(CrcAlgorithm::Crc32Iscsi, bytes) as u32
}

/// The checksum of `first` followed by `second`, without joining them.
#[inline]
pub fn crc32c_of_two(first: &[u8], second: &[u8]) -> u32 {
    let mut digest = Digest::new(CrcAlgorithm::Crc32Iscsi);
    digest.update(first);
    digest.update(second);
    digest.finalize() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_standard_comes_out() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c_of_two(b"1234", b"56789"), 0xe306_9283);
        assert_eq!(crc32c(b""), 0);
    }
}
