//! Compression of a batch's records: gzip, snappy, lz4 and zstd, in the framings that Kafka's clients use.
//!
//! - **gzip**: one or more members, back to back.
//! - **snappy**: Java frames it as the xerial library does (a header, then blocks with their lengths), librdkafka
//!   sends one raw block. Both are read; xerial is written, since every client reads it.
//! - **lz4**: the frame format. Written with independent 64 KB blocks and no content size: Java's reader
//!   knows nothing else.
//! - **zstd**: frames, from Produce 7 and Fetch 10 on (KIP-110).
//!
//! A few kilobytes can unpack to terabytes. Every unpacking therefore has a bound, and memory grows only with what
//! comes out, never with what a header promises.

use std::io::{self, Read, Write};

use bytes::Bytes;

/// How a batch's records are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Compression {
    /// As they are.
    #[default]
    None,
    /// Dense and slow.
    Gzip,
    /// Light and fast.
    Snappy,
    /// Light and fastest to unpack.
    Lz4,
    /// Dense and fast (KIP-110).
    Zstd,
}

impl Compression {
    /// Every codec.
    pub const ALL: [Self; 5] = [Self::None, Self::Gzip, Self::Snappy, Self::Lz4, Self::Zstd];

    /// The codec with this number in a batch's attributes.
    pub const fn from_bits(bits: i16) -> Option<Self> {
        match bits {
            0 => Some(Self::None),
            1 => Some(Self::Gzip),
            2 => Some(Self::Snappy),
            3 => Some(Self::Lz4),
            4 => Some(Self::Zstd),
            _ => None,
        }
    }

    /// Its number in a batch's attributes.
    pub const fn bits(self) -> i16 {
        match self {
            Self::None => 0,
            Self::Gzip => 1,
            Self::Snappy => 2,
            Self::Lz4 => 3,
            Self::Zstd => 4,
        }
    }

    /// Its name in Kafka's configuration (`compression.type`).
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }

    /// The codec of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.name() == name)
    }
}

/// Why data does not pack or unpack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompressionError {
    /// The bytes are not what the codec writes.
    #[error("the {codec} data is damaged: {problem}", codec = codec.name())]
    Damaged {
        /// The codec that was asked.
        codec: Compression,
        /// Its own words.
        problem: String,
    },
    /// It unpacks to more than the reader is willing to hold.
    #[error("the {codec} data unpacks to more than {limit} bytes", codec = codec.name())]
    TooLarge {
        /// The codec that was asked.
        codec: Compression,
        /// The bound, in bytes.
        limit: usize,
    },
}

/// Packs `data`. `level` is the codec's own scale; `None` is its default (gzip 6, zstd 3), and snappy has none.
pub fn compress(
    codec: Compression,
    level: Option<i32>,
    data: &[u8],
) -> Result<Vec<u8>, CompressionError> {
    let packed = match codec {
        Compression::None => Ok(data.to_vec()),
        Compression::Gzip => compress_gzip(level, data),
        Compression::Snappy => compress_snappy(data),
        Compression::Lz4 => compress_lz4(data),
        Compression::Zstd => {
            zstd::bulk::compress(data, level.unwrap_or(zstd::DEFAULT_COMPRESSION_LEVEL))
        }
    };
    packed.map_err(|error| damaged(codec, error))
}

/// Unpacks `data` into at most `limit` bytes. Without a codec it is the same bytes, not a copy.
pub fn decompress(
    codec: Compression,
    data: &Bytes,
    limit: usize,
) -> Result<Bytes, CompressionError> {
    if codec == Compression::None {
        return match data.len() > limit {
            true => Err(CompressionError::TooLarge { codec, limit }),
            false => Ok(data.clone()),
        };
    }
    let mut out = Vec::with_capacity(data.len().saturating_mul(3).min(limit).min(1 << 20));
    let mut reader = reader(codec, data).map_err(|error| damaged(codec, error))?;
    // One byte more than allowed tells "too large" from "just fits".
    let bound = (limit as u64).saturating_add(1);
    (&mut reader).take(bound).read_to_end(&mut out).map_err(|error| damaged(codec, error))?;
    match out.len() > limit {
        true => Err(CompressionError::TooLarge { codec, limit }),
        false => Ok(out.into()),
    }
}

/// A reader that unpacks `data` piece by piece in little memory, for those who look without keeping.
pub fn reader<'a>(codec: Compression, data: &'a [u8]) -> io::Result<Box<dyn Read + 'a>> {
    Ok(match codec {
        Compression::None => Box::new(data),
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(data)),
        Compression::Snappy => Box::new(SnappyReader::new(data)),
        Compression::Lz4 if !ends_with_end_mark(data) => {
            return Err(io::Error::other("the frame has no end mark"));
        }
        Compression::Lz4 => Box::new(lz4_flex::frame::FrameDecoder::new(data)),
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(data)?),
    })
}

pub(super) fn damaged(codec: Compression, error: impl std::fmt::Display) -> CompressionError {
    CompressionError::Damaged { codec, problem: error.to_string() }
}

fn compress_gzip(level: Option<i32>, data: &[u8]) -> io::Result<Vec<u8>> {
    let level = level.and_then(|level| u32::try_from(level).ok()).filter(|level| *level <= 9);
    let level = level.map_or_else(flate2::Compression::default, flate2::Compression::new);
    let mut encoder = flate2::write::GzEncoder::new(Vec::with_capacity(data.len() / 2), level);
    encoder.write_all(data)?;
    encoder.finish()
}

fn compress_lz4(data: &[u8]) -> io::Result<Vec<u8>> {
    use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
    let form = FrameInfo::new().block_mode(BlockMode::Independent).block_size(BlockSize::Max64KB);
    let mut encoder = FrameEncoder::with_frame_info(form, Vec::with_capacity(data.len() / 2));
    encoder.write_all(data)?;
    Ok(encoder.finish()?)
}

/// Whether lz4 data ends as a frame does: with a block of no length, and a checksum behind it if its flags say so. The
/// library takes the end of the data for the end of the frame; Java's reader does not.
fn ends_with_end_mark(data: &[u8]) -> bool {
    const END_MARK: [u8; 4] = [0; 4];
    let has_checksum = data.get(4).is_some_and(|flags| flags & 0b100 != 0);
    let frame = if has_checksum { data.get(..data.len() - 4) } else { Some(data) };
    frame.is_some_and(|frame| frame.ends_with(&END_MARK))
}

/// The first bytes of xerial's framing; two version numbers (4 bytes each) follow.
const XERIAL_MAGIC: [u8; 8] = [0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0];
const XERIAL_HEADER_LEN: usize = 16;
/// Bytes of input per block, the default of the Java library.
const XERIAL_BLOCK_LEN: usize = 32 * 1024;

fn compress_snappy(data: &[u8]) -> io::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(XERIAL_HEADER_LEN + data.len() / 2);
    out.extend_from_slice(&XERIAL_MAGIC);
    out.extend_from_slice(&1i32.to_be_bytes());
    out.extend_from_slice(&1i32.to_be_bytes());
    let mut encoder = snap::raw::Encoder::new();
    for block in data.chunks(XERIAL_BLOCK_LEN) {
        let packed = encoder.compress_vec(block).map_err(io::Error::other)?;
        out.extend_from_slice(&(packed.len() as i32).to_be_bytes());
        out.extend_from_slice(&packed);
    }
    Ok(out)
}

/// Unpacks snappy block by block, in either framing.
struct SnappyReader<'a> {
    rest: &'a [u8],
    framed: bool,
    block: Vec<u8>,
    read: usize,
}

impl<'a> SnappyReader<'a> {
    /// No snappy element yields more than 64 bytes from three, so a block that claims more than this many bytes
    /// a byte lies, and is refused before memory is asked for.
    const EXPANSION_MAX: usize = 22;

    fn new(data: &'a [u8]) -> Self {
        let framed = data.starts_with(&XERIAL_MAGIC) && data.len() >= XERIAL_HEADER_LEN;
        let rest = if framed { data.get(XERIAL_HEADER_LEN..).unwrap_or_default() } else { data };
        Self { rest, framed, block: Vec::new(), read: 0 }
    }

    /// Unpacks the next block. False at the end.
    fn next_block(&mut self) -> io::Result<bool> {
        let packed = match self.take_packed()? {
            Some(packed) => packed,
            None => return Ok(false),
        };
        let len = snap::raw::decompress_len(packed).map_err(io::Error::other)?;
        if len > packed.len().saturating_mul(Self::EXPANSION_MAX) {
            return Err(io::Error::other("a block promises more than snappy can hold"));
        }
        self.block.resize(len, 0);
        self.read = 0;
        snap::raw::Decoder::new().decompress(packed, &mut self.block).map_err(io::Error::other)?;
        Ok(true)
    }

    fn take_packed(&mut self) -> io::Result<Option<&'a [u8]>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        if !self.framed {
            return Ok(Some(std::mem::take(&mut self.rest)));
        }
        // Streams may be joined: a header where a block could begin opens the next one.
        while self.rest.starts_with(&XERIAL_MAGIC) && self.rest.len() > XERIAL_HEADER_LEN {
            self.rest = self.rest.get(XERIAL_HEADER_LEN..).unwrap_or_default();
        }
        let split = self.rest.split_first_chunk::<4>();
        let (len, rest) = split.ok_or_else(|| io::Error::other("a block's length is cut off"))?;
        let len = usize::try_from(i32::from_be_bytes(*len)).map_err(io::Error::other)?;
        let (packed, rest) =
            rest.split_at_checked(len).ok_or_else(|| io::Error::other("a block is cut off"))?;
        self.rest = rest;
        Ok(Some(packed))
    }
}

impl Read for SnappyReader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        while self.read == self.block.len() {
            if !self.next_block()? {
                return Ok(0);
            }
        }
        let ready = self.block.get(self.read..).unwrap_or_default();
        let len = ready.len().min(out.len());
        let (from, to) = (ready.get(..len), out.get_mut(..len));
        if let (Some(from), Some(to)) = (from, to) {
            to.copy_from_slice(from);
        }
        self.read += len;
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PACKED: [Compression; 4] =
        [Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn what_is_packed_unpacks(
            data in proptest::collection::vec(any::<u8>(), 0..1000), repeats in 1usize..200,
        ) {
            let data = data.repeat(repeats);
            for codec in Compression::ALL {
                let packed = compress(codec, None, &data).expect("memory is all it needs");
                let unpacked = decompress(codec, &packed.into(), data.len());
                prop_assert_eq!(unpacked.as_deref(), Ok(data.as_slice()), "{:?}", codec);
            }
        }

        #[test]
        fn damage_is_an_error_or_other_data_and_never_a_panic(
            flips in proptest::collection::vec((any::<usize>(), any::<u8>()), 1..6),
        ) {
            let data = b"a log line that repeats itself, ".repeat(50);
            for codec in PACKED {
                let mut packed = compress(codec, None, &data).expect("memory is all it needs");
                for (at, byte) in &flips {
                    let at = at % packed.len();
                    packed[at] ^= byte;
                }
                let _ = decompress(codec, &packed.into(), 1 << 20);
            }
        }
    }

    #[test]
    fn a_bomb_is_refused_at_the_bound_and_what_just_fits_is_not() {
        let data = vec![0; 8 << 20];
        for codec in PACKED {
            let packed: Bytes =
                compress(codec, None, &data).expect("memory is all it needs").into();
            let limit = data.len() - 1;
            assert_eq!(
                decompress(codec, &packed, limit),
                Err(CompressionError::TooLarge { codec, limit })
            );
            assert!(decompress(codec, &packed, data.len()).is_ok());
        }
    }

    #[test]
    fn a_raw_snappy_block_as_librdkafka_sends_it_is_read() {
        let data = b"raw snappy raw snappy raw snappy".repeat(10);
        let packed = snap::raw::Encoder::new().compress_vec(&data).expect("memory is all it needs");
        let unpacked = decompress(Compression::Snappy, &packed.into(), 1 << 20);
        assert_eq!(unpacked.as_deref(), Ok(data.as_slice()));
    }

    #[test]
    fn a_snappy_block_that_promises_gigabytes_is_refused_before_memory_is_asked_for() {
        // The preamble says 2^32 − 1 bytes; nothing follows.
        let lie = Bytes::from_static(&[0xff, 0xff, 0xff, 0xff, 0x0f]);
        assert!(matches!(
            decompress(Compression::Snappy, &lie, usize::MAX),
            Err(CompressionError::Damaged { codec: Compression::Snappy, .. })
        ));
    }

    #[test]
    fn names_and_bits_lead_back_to_the_codec() {
        for codec in Compression::ALL {
            assert_eq!(Compression::from_bits(codec.bits()), Some(codec));
            assert_eq!(Compression::from_name(codec.name()), Some(codec));
        }
        assert_eq!(Compression::from_bits(5), None);
    }
}
