//! Frames: how messages are cut from a stream. Four bytes of length, then as many bytes.
//!
//! The length is the peer's word. It is held against a limit before anything else, and memory follows what has
//! arrived, not what was promised: a peer that announces a hundred megabytes and sends ten bytes costs sixteen
//! kilobytes. The buffer grows fourfold, so that a frame of a megabyte is moved three times on its way and not ten.
//!
//! [`FrameDecoder`] does no IO. Who owns the socket reads into [`FrameDecoder::space`] and asks for
//! [`FrameDecoder::take`] until there is none. Frames share the buffer's memory and are not copied.

use bytes::{Buf, Bytes, BytesMut};

/// Bytes of the length before a frame.
pub const SIZE_LEN: usize = 4;
/// Room for the first read of a frame; larger frames get more once it is full.
const FIRST_ROOM: usize = 16 * 1024;
/// How many times what has arrived may be reserved for what is still to come.
const GROWTH: usize = 4;

/// What a peer may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameLimits {
    /// The longest frame, in bytes, its length field not counted (`socket.request.max.bytes`).
    pub frame_len_max: usize,
}

impl Default for FrameLimits {
    /// Kafka's default: 100 MiB.
    fn default() -> Self {
        Self { frame_len_max: 100 << 20 }
    }
}

/// Why a stream cannot be cut into frames. Nothing behind it can be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// A length below zero.
    #[error("a frame announces {0} bytes")]
    Negative(i32),
    /// A longer frame than the peer may send.
    #[error("a frame announces {len} bytes; the limit is {limit}")]
    TooLong {
        /// What was announced.
        len: usize,
        /// What is allowed.
        limit: usize,
    },
    /// The first bytes are those of a TLS handshake: the peer expects encryption on this port.
    #[error("the peer speaks TLS; this listener does not")]
    Tls,
    /// The first bytes are those of an HTTP request.
    #[error("the peer speaks HTTP, not Kafka's protocol")]
    Http,
}

/// Cuts a stream into frames.
#[derive(Debug)]
pub struct FrameDecoder {
    limits: FrameLimits,
    buffer: BytesMut,
}

impl FrameDecoder {
    /// An empty stream. Reserves nothing yet.
    pub fn new(limits: FrameLimits) -> Self {
        Self { limits, buffer: BytesMut::new() }
    }

    /// Changes what the peer may send, from the next frame on: more, say, once it has authenticated.
    pub fn set_limits(&mut self, limits: FrameLimits) {
        self.limits = limits;
    }

    /// The buffer with room for the next read, at its end. Only append to it.
    pub fn space(&mut self) -> &mut BytesMut {
        let have = self.buffer.len();
        let wanted = match self.announced() {
            Some(len) => (SIZE_LEN + len).saturating_sub(have),
            None => FIRST_ROOM,
        };
        let room = wanted.clamp(1, FIRST_ROOM.max(have * (GROWTH - 1)));
        if self.buffer.capacity() - have < room {
            self.buffer.reserve(room);
        }
        &mut self.buffer
    }

    /// Appends bytes that were read elsewhere.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Takes the next frame, without its length, if it is there in whole.
    pub fn take(&mut self) -> Result<Option<Bytes>, FrameError> {
        let Some(first) = self.buffer.first_chunk::<SIZE_LEN>() else { return Ok(None) };
        let announced = i32::from_be_bytes(*first);
        let len = usize::try_from(announced)
            .map_err(|_| self.guess(*first).unwrap_or(FrameError::Negative(announced)))?;
        let limit = self.limits.frame_len_max;
        if len > limit {
            return Err(self.guess(*first).unwrap_or(FrameError::TooLong { len, limit }));
        }
        if self.buffer.len() - SIZE_LEN < len {
            return Ok(None);
        }
        self.buffer.advance(SIZE_LEN);
        Ok(Some(self.buffer.split_to(len).freeze()))
    }

    /// Bytes that have arrived and are not yet taken.
    pub fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// Bytes of memory that are held for what has arrived and what is expected.
    pub fn reserved(&self) -> usize {
        self.buffer.capacity()
    }

    /// How long the frame is that is arriving now, if its length has arrived and is allowed. For a budget.
    pub fn announced(&self) -> Option<usize> {
        let first = self.buffer.first_chunk::<SIZE_LEN>()?;
        usize::try_from(i32::from_be_bytes(*first))
            .ok()
            .filter(|len| *len <= self.limits.frame_len_max)
    }

    /// What the peer speaks instead, if its first bytes are known. For a log line that helps.
    fn guess(&self, first: [u8; SIZE_LEN]) -> Option<FrameError> {
        match &first {
            [0x16, 0x03, 0x00..=0x04, _] => Some(FrameError::Tls),
            b"GET " | b"POST" | b"HEAD" | b"PUT " | b"OPTI" | b"DELE" | b"CONN" | b"PRI " => {
                Some(FrameError::Http)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn framed(frames: &[Vec<u8>]) -> Vec<u8> {
        let mut stream = Vec::new();
        for frame in frames {
            stream.extend_from_slice(&(frame.len() as i32).to_be_bytes());
            stream.extend_from_slice(frame);
        }
        stream
    }

    proptest! {
        #[test]
        fn frames_come_out_whole_however_the_stream_is_cut(
            frames in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 1..8),
            cuts in proptest::collection::vec(1usize..64, 1..200),
        ) {
            let stream = framed(&frames);
            let mut decoder = FrameDecoder::new(FrameLimits::default());
            let mut taken = Vec::new();
            let mut rest = stream.as_slice();
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                decoder.space().extend_from_slice(now);
                rest = later;
                while let Some(frame) = decoder.take().expect("the lengths are small") {
                    taken.push(frame.to_vec());
                }
            }
            prop_assert_eq!(taken, frames);
            prop_assert_eq!(decoder.buffered(), 0);
        }
    }

    #[test]
    fn memory_follows_what_has_arrived_and_not_what_was_announced() {
        let mut decoder = FrameDecoder::new(FrameLimits::default());
        decoder.feed(&(100i32 << 20).to_be_bytes());
        decoder.feed(b"ten bytes.");
        assert_eq!(decoder.take(), Ok(None));
        decoder.space();
        assert!(decoder.reserved() <= 2 * FIRST_ROOM, "{}", decoder.reserved());
        decoder.feed(&[0; 100_000]);
        decoder.space();
        assert!(decoder.reserved() <= 100_014 * 2 * GROWTH, "{}", decoder.reserved());
        // And never more than the frame needs.
        let mut decoder = FrameDecoder::new(FrameLimits::default());
        decoder.feed(&20_000i32.to_be_bytes());
        decoder.feed(&[0; 19_000]);
        decoder.space();
        assert!(decoder.reserved() < 2 * 20_004, "{}", decoder.reserved());
    }

    #[test]
    fn lengths_out_of_bounds_are_refused_at_once() {
        let take = |first: [u8; 4]| {
            let mut decoder = FrameDecoder::new(FrameLimits { frame_len_max: 1000 });
            decoder.feed(&first);
            decoder.take()
        };
        assert_eq!(take([0xff; 4]), Err(FrameError::Negative(-1)));
        assert_eq!(
            take(1001i32.to_be_bytes()),
            Err(FrameError::TooLong { len: 1001, limit: 1000 })
        );
        assert_eq!(take(1000i32.to_be_bytes()), Ok(None));
        assert_eq!(take([0x16, 3, 1, 2]), Err(FrameError::Tls));
        assert_eq!(take(*b"GET "), Err(FrameError::Http));
    }

    #[test]
    fn an_empty_frame_is_a_frame() {
        let mut decoder = FrameDecoder::new(FrameLimits::default());
        decoder.feed(&[0; 4]);
        assert_eq!(decoder.take(), Ok(Some(Bytes::new())));
    }
}
