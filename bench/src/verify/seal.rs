//! A seal: what a record says of itself, so that a reader can tell whether it is whole, and what is missing.
//!
//! ```text
//! magic 4 │ run 8 │ producer 4 │ sequence 8 │ due 8 │ crc 4 │ the rest of the value
//! ```
//!
//! Big-endian; the CRC-32C covers everything but itself. It stands at the front of the value.

use std::time::Duration;

use bytes::Bytes;
use protocol::crc32c::crc32c_of_two;

/// How much of a value it takes.
pub const SEAL_LEN: usize = 36;
const MAGIC: [u8; 4] = *b"SWb1";
const CRC_AT: usize = SEAL_LEN - 4;

/// What a record says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal {
    /// Which run it belongs to.
    pub run: u64,
    /// Which producer of the run wrote it.
    pub producer: u32,
    /// Its place among the producer's records, from 0.
    pub sequence: u64,
    /// When it was due, counted from the start of the run.
    pub due: Duration,
}

/// What a reader finds at the front of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A record of ours, whole.
    Sealed(Seal),
    /// A record of ours that was changed on its way.
    Corrupt,
    /// Something else.
    Foreign,
}

impl Seal {
    /// The value with this seal at its front. A value that is shorter than a seal is nothing but the seal.
    pub fn put(&self, value: &[u8]) -> Bytes {
        let rest = value.get(SEAL_LEN..).unwrap_or_default();
        let mut sealed = Vec::with_capacity(SEAL_LEN + rest.len());
        sealed.extend_from_slice(&MAGIC);
        sealed.extend_from_slice(&self.run.to_be_bytes());
        sealed.extend_from_slice(&self.producer.to_be_bytes());
        sealed.extend_from_slice(&self.sequence.to_be_bytes());
        let due = u64::try_from(self.due.as_nanos()).unwrap_or(u64::MAX);
        sealed.extend_from_slice(&due.to_be_bytes());
        sealed.extend_from_slice(&crc32c_of_two(&sealed, rest).to_be_bytes());
        sealed.extend_from_slice(rest);
        sealed.into()
    }

    /// What stands at the front of a value.
    pub fn find(value: &[u8]) -> Found {
        match value.strip_prefix(&MAGIC) {
            None => Found::Foreign,
            Some(fields) => match Self::read(value, fields) {
                Some(seal) => Found::Sealed(seal),
                None => Found::Corrupt,
            },
        }
    }

    fn read(value: &[u8], mut fields: &[u8]) -> Option<Self> {
        let (head, rest) = (value.get(..CRC_AT)?, value.get(SEAL_LEN..)?);
        let seal = Self {
            run: u64::from_be_bytes(take(&mut fields)?),
            producer: u32::from_be_bytes(take(&mut fields)?),
            sequence: u64::from_be_bytes(take(&mut fields)?),
            due: Duration::from_nanos(u64::from_be_bytes(take(&mut fields)?)),
        };
        let crc = u32::from_be_bytes(take(&mut fields)?);
        (crc == crc32c_of_two(head, rest)).then_some(seal)
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn seals()(run: u64, producer: u32, sequence: u64, due: u64) -> Seal {
            Seal { run, producer, sequence, due: Duration::from_nanos(due) }
        }
    }

    proptest! {
        #[test]
        fn what_was_sealed_is_found_again(seal in seals(), value: Vec<u8>) {
            let sealed = seal.put(&value);
            prop_assert_eq!(Seal::find(&sealed), Found::Sealed(seal));
            prop_assert_eq!(sealed.len(), value.len().max(SEAL_LEN), "sealing adds nothing to long values");
        }

        #[test]
        fn a_flipped_bit_is_noticed(seal in seals(), value: Vec<u8>, at: prop::sample::Index, bit in 0..8) {
            let mut sealed = seal.put(&value).to_vec();
            let at = at.index(sealed.len());
            sealed[at] ^= 1u8 << bit;
            let expected = if at < MAGIC.len() { Found::Foreign } else { Found::Corrupt };
            prop_assert_eq!(Seal::find(&sealed), expected);
        }

        #[test]
        fn no_value_at_all_panics(value: Vec<u8>, cut: prop::sample::Index, seal in seals()) {
            prop_assert_eq!(Seal::find(&value), Found::Foreign);
            let sealed = seal.put(&value);
            let cut = cut.index(sealed.len());
            prop_assert_ne!(Seal::find(&sealed[..cut]), Found::Sealed(seal));
        }
    }
}
