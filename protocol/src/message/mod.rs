//! Messages on the wire: a header and a body in a frame, both ways.
//!
//! Bodies are `kafka-protocol`'s structs and, mostly, its codec, which is fast and copies nothing, but trusts what
//! it reads: it reserves memory for as many elements as a peer cares to declare. So nothing is decoded here that
//! the [`guard`] has not walked through first. What the crate lacks is in `own`.
//!
//! Strings and records that are decoded share the frame's memory. A string that outlives its request should be
//! copied, or it keeps the whole frame alive.

pub mod chunks;
mod own;
mod shared;

use bytes::{BufMut, Bytes};
use kafka_protocol::protocol::{Decodable, Encodable};

pub use chunks::{ChunkWriter, Chunks};

use crate::guard::{self, GuardError};
use crate::header::{self, HeaderError};
use crate::{ApiKey, versions};

/// A request's or a response's struct, and which. Every row of the table in [`versions`] gives two.
pub trait ApiBody: Wire {
    /// The API that it belongs to.
    const KEY: ApiKey;
    /// Whether it is the request, or the response.
    const IS_REQUEST: bool;
}

/// A request's struct.
pub trait RequestBody: ApiBody {
    /// What answers it.
    type Response: ApiBody;
}

/// A body's codec. For most it is the crate's own.
pub trait Wire: Sized {
    /// Reads it from the front of `body`. Only to be called with what the guard has passed.
    fn read(body: &mut Bytes, version: i16) -> Result<Self, String>;

    /// Writes it.
    fn write(&self, out: &mut ChunkWriter, version: i16) -> Result<(), String>;

    /// Its large fields, in the order in which they are written: slices of them are kept instead of copies.
    fn shared(&self) -> Vec<Bytes> {
        Vec::new()
    }
}

fn read_by_crate<T: Decodable>(body: &mut Bytes, version: i16) -> Result<T, String> {
    T::decode(body, version).map_err(|error| error.to_string())
}

fn write_by_crate<T: Encodable>(
    body: &T,
    out: &mut ChunkWriter,
    version: i16,
) -> Result<(), String> {
    body.encode(out, version).map_err(|error| error.to_string())
}

macro_rules! wire_by_crate {
    ($($key:ident: $request:ident => $response:ident, $versions:expr, flexible from $flexible:expr, $kind:ident;)*) => {
        $(wire_by_crate!(@$kind $request $response);)*
    };
    (@plain $request:ident $response:ident) => {
        wire_by_crate!(@one $request);
        wire_by_crate!(@one $response);
    };
    (@one $body:ident) => {
        impl Wire for crate::messages::$body {
            fn read(body: &mut Bytes, version: i16) -> Result<Self, String> {
                read_by_crate(body, version)
            }

            fn write(&self, out: &mut ChunkWriter, version: i16) -> Result<(), String> {
                write_by_crate(self, out, version)
            }
        }
    };
    (@shared $request:ident $response:ident) => {};
    (@own $request:ident $response:ident) => {};
}
versions::with_apis!(wire_by_crate);

/// Why a body does not decode.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The codec does not speak this version.
    #[error("{key:?} has no version {version} here")]
    Version {
        /// The API.
        key: ApiKey,
        /// The version that was asked for.
        version: i16,
    },
    /// The body lies about its lengths, or is no such body.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// The body's header is damaged.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The codec gave up on what the guard let through: a mistake of ours, in a schema.
    #[error("{key:?} version {version}: {problem}")]
    Malformed {
        /// The API.
        key: ApiKey,
        /// The version.
        version: i16,
        /// The codec's words.
        problem: String,
    },
}

/// Why a body does not encode. What we did wrong: the message has a field that its version cannot carry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The codec does not speak this version.
    #[error("{key:?} has no version {version} here")]
    Version {
        /// The API.
        key: ApiKey,
        /// The version that was asked for.
        version: i16,
    },
    /// A field that this version does not have is set, or one is too long.
    #[error("{key:?} version {version}: {problem}")]
    Field {
        /// The API.
        key: ApiKey,
        /// The version.
        version: i16,
        /// The codec's words.
        problem: String,
    },
    /// More bytes than a frame's length can say.
    #[error("the message is longer than a frame can be")]
    TooLong,
}

/// Takes a request from the front of `body`, which is what [`header::decode_request_head`] has left of a frame. Bytes
/// that a newer client has appended stay in `body`.
pub fn decode_request<R: RequestBody>(version: i16, body: &mut Bytes) -> Result<R, DecodeError> {
    decode(version, body)
}

/// Takes a response from the front of what [`header::decode_correlation_id`] has left of a frame.
pub fn decode_response<R: ApiBody>(version: i16, frame: &mut Bytes) -> Result<R, DecodeError> {
    assert!(!R::IS_REQUEST, "a request is not a response");
    header::skip_response_tags(R::KEY, version, frame)?;
    decode(version, frame)
}

fn decode<B: ApiBody>(version: i16, body: &mut Bytes) -> Result<B, DecodeError> {
    let key = B::KEY;
    if !versions::is_supported(key, version) {
        return Err(DecodeError::Version { key, version });
    }
    match B::IS_REQUEST {
        true => guard::check(key, version, body)?,
        false => guard::check_response(key, version, body)?,
    }
    B::read(body, version).map_err(|problem| DecodeError::Malformed { key, version, problem })
}

/// A response as a frame: length, header, body. Large fields are kept as slices.
pub fn encode_response<B: ApiBody>(
    key: ApiKey,
    version: i16,
    correlation_id: i32,
    response: &B,
) -> Result<Chunks, EncodeError> {
    assert!(B::KEY == key && !B::IS_REQUEST, "{key:?} is not answered with that");
    encode(version, response, |out| {
        out.put_i32(correlation_id);
        if versions::response_header_version(key, version) >= 1 {
            out.put_u8(0);
        }
    })
}

/// A request as a frame: length, header, body. Large fields are kept as slices.
pub fn encode_request<R: RequestBody>(
    version: i16,
    correlation_id: i32,
    client_id: Option<&str>,
    request: &R,
) -> Result<Chunks, EncodeError> {
    let len = client_id.map_or(Ok(-1), |id| i16::try_from(id.len()));
    let len = len.map_err(|_| EncodeError::Field {
        key: R::KEY,
        version,
        problem: "the client id is too long".into(),
    })?;
    encode(version, request, |out| {
        out.put_i16(R::KEY as i16);
        out.put_i16(version);
        out.put_i32(correlation_id);
        out.put_i16(len);
        out.put_slice(client_id.unwrap_or_default().as_bytes());
        if versions::request_header_version(R::KEY, version) >= 2 {
            out.put_u8(0);
        }
    })
}

fn encode<B: ApiBody>(
    version: i16,
    body: &B,
    put_header: impl FnOnce(&mut ChunkWriter),
) -> Result<Chunks, EncodeError> {
    let key = B::KEY;
    if !versions::is_supported(key, version) {
        return Err(EncodeError::Version { key, version });
    }
    let mut out = ChunkWriter::new(body.shared());
    put_header(&mut out);
    body.write(&mut out, version).map_err(|problem| EncodeError::Field {
        key,
        version,
        problem,
    })?;
    out.finish().ok_or(EncodeError::TooLong)
}

#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod tests;
