//! A frame: one note as it lies in a journal.
//!
//! ```text
//! magic     u32   "SWJ1"
//! crc       u32   CRC-32 (IEEE) of all that follows
//! length    u32   of the body
//! sequence  u64   number of this frame; one more than the frame before it, across segments
//! synced    u64   frames below this number were durable when this one was written
//! kind      u8    which note
//! body
//! ```
//!
//! `synced` is what tells a torn write from a damaged disk. A frame that does not read is torn if no later frame says that
//! it had been durable, and was never acknowledged; if one does, something that was promised is gone.

use crate::metadata::codec::{Field, Reader};

const MAGIC: u32 = u32::from_be_bytes(*b"SWJ1");
const HEADER_LEN: usize = 4 + 4 + 4 + 8 + 8 + 1;
/// Magic and checksum, which the checksum does not cover.
const UNCHECKED_LEN: usize = 8;

/// One note as it lies in a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    pub(super) sequence: u64,
    pub(super) synced: u64,
    pub(super) kind: u8,
    pub(super) body: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Writes the frame behind what `out` holds.
    pub(super) fn put(&self, out: &mut Vec<u8>) {
        let start = out.len();
        MAGIC.put(out);
        0u32.put(out);
        let length = u32::try_from(self.body.len()).expect("a batch of records is far below 4 GiB");
        length.put(out);
        self.sequence.put(out);
        self.synced.put(out);
        self.kind.put(out);
        out.extend_from_slice(self.body);
        let crc = crc32fast::hash(&out[start + UNCHECKED_LEN..]);
        out[start + 4..start + UNCHECKED_LEN].copy_from_slice(&crc.to_be_bytes());
    }

    /// The frame at the start of `bytes`; `None` if there is no whole and undamaged one.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut input = Reader::new(bytes);
        if u32::take(&mut input).ok()? != MAGIC {
            return None;
        }
        let crc = u32::take(&mut input).ok()?;
        let length = u32::take(&mut input).ok()? as usize;
        let sequence = u64::take(&mut input).ok()?;
        let synced = u64::take(&mut input).ok()?;
        let kind = u8::take(&mut input).ok()?;
        let body = input.bytes(length).ok()?;
        let checked = bytes.get(UNCHECKED_LEN..HEADER_LEN + length)?;
        let whole = crc32fast::hash(checked) == crc;
        whole.then_some(Self { sequence, synced, kind, body })
    }

    /// How many bytes it takes.
    pub(super) fn len(&self) -> usize {
        HEADER_LEN + self.body.len()
    }

    /// Every whole frame that begins anywhere in `bytes`. For the search behind damage.
    pub(super) fn find_all(bytes: &'a [u8]) -> impl Iterator<Item = Self> {
        let magic = MAGIC.to_be_bytes();
        let starts = bytes.windows(magic.len()).enumerate().filter(move |(_, at)| *at == magic);
        starts.filter_map(|(at, _)| Self::read(&bytes[at..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_reads_back_and_no_bit_of_it_can_change() {
        let frame = Frame { sequence: 9, synced: 8, kind: 2, body: b"body" };
        let mut bytes = Vec::new();
        frame.put(&mut bytes);
        assert_eq!(Frame::read(&bytes), Some(frame));
        assert_eq!(bytes.len(), frame.len());
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Frame::read(&bytes), None, "bit {bit} changed");
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        for length in 0..bytes.len() {
            assert_eq!(Frame::read(&bytes[..length]), None);
        }
    }

    #[test]
    fn a_frame_is_found_behind_anything() {
        let frame = Frame { sequence: 9, synced: 8, kind: 2, body: b"body" };
        let mut bytes = b"SWJ1 is no frame".to_vec();
        frame.put(&mut bytes);
        assert_eq!(Frame::find_all(&bytes).collect::<Vec<_>>(), [frame]);
    }
}
