//! Headers: the few bytes before a request's or a response's body.
//!
//! A request's header must be readable before anything is known of its sender: an unknown API or version is not an
//! error here, since the broker has to answer it. A response's header is a correlation id, and tagged fields in
//! flexible versions; but that of ApiVersions never has any (see [`versions`]).

use bytes::{Buf, Bytes};

use crate::varint;
use crate::{ApiKey, StrBytes, versions};

/// What a request says before its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestHead {
    /// The API that is called. Not every number is an [`ApiKey`].
    pub api_key: i16,
    /// The version of its request, and of the response that is expected.
    pub version: i16,
    /// To be repeated in the response.
    pub correlation_id: i32,
    /// How the client calls itself: for logs, metrics and quotas. Shares the frame's memory.
    pub client_id: Option<StrBytes>,
}

impl RequestHead {
    /// The API, if it is one that the codec speaks.
    pub fn key(&self) -> Option<ApiKey> {
        ApiKey::try_from(self.api_key).ok().filter(|key| versions::supported(*key).is_some())
    }

    /// The API, if the codec speaks this version of it.
    pub fn supported_key(&self) -> Option<ApiKey> {
        self.key().filter(|key| versions::is_supported(*key, self.version))
    }
}

/// Why the front of a frame is no header. The connection cannot be used any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// The frame ends within the header.
    #[error("the frame ends within its header")]
    Truncated,
    /// A client id that is longer than the frame, or of a negative length.
    #[error("the client id's length is {0}")]
    ClientIdLength(i16),
    /// A client id that is not text.
    #[error("the client id is not UTF-8")]
    ClientIdText,
    /// Tagged fields that do not parse.
    #[error("the header's tagged fields are damaged")]
    TaggedFields,
}

/// Takes a request's header from the front of its frame and leaves the body.
///
/// The tagged fields of a flexible header are skipped, but only where the version is one that we speak: of the others
/// nothing behind the client id is known.
pub fn decode_request_head(frame: &mut Bytes) -> Result<RequestHead, HeaderError> {
    let api_key = frame.try_get_i16().map_err(|_| HeaderError::Truncated)?;
    let version = frame.try_get_i16().map_err(|_| HeaderError::Truncated)?;
    let correlation_id = frame.try_get_i32().map_err(|_| HeaderError::Truncated)?;
    let client_id = take_client_id(frame)?;
    let head = RequestHead { api_key, version, correlation_id, client_id };
    if let Some(key) = head.supported_key()
        && versions::request_header_version(key, version) >= 2
    {
        skip_tagged_fields(frame)?;
    }
    Ok(head)
}

fn take_client_id(frame: &mut Bytes) -> Result<Option<StrBytes>, HeaderError> {
    let len = match frame.try_get_i16().map_err(|_| HeaderError::Truncated)? {
        -1 => return Ok(None),
        len => len,
    };
    let whole = usize::try_from(len).ok().filter(|whole| *whole <= frame.len());
    let text = frame.split_to(whole.ok_or(HeaderError::ClientIdLength(len))?);
    StrBytes::from_utf8(text).map(Some).map_err(|_| HeaderError::ClientIdText)
}

/// Takes the correlation id from the front of a response's frame. Which request it answers, and so what follows,
/// only the sender of that request knows.
pub fn decode_correlation_id(frame: &mut Bytes) -> Result<i32, HeaderError> {
    frame.try_get_i32().map_err(|_| HeaderError::Truncated)
}

/// Skips the rest of a response's header.
pub fn skip_response_tags(key: ApiKey, version: i16, frame: &mut Bytes) -> Result<(), HeaderError> {
    match versions::response_header_version(key, version) {
        0 => Ok(()),
        _ => skip_tagged_fields(frame),
    }
}

fn skip_tagged_fields(frame: &mut Bytes) -> Result<(), HeaderError> {
    let mut rest: &[u8] = frame;
    let mut skip = || -> Option<usize> {
        for _ in 0..varint::read_u32(&mut rest).ok()? {
            varint::read_u32(&mut rest).ok()?;
            let len = varint::read_u32(&mut rest).ok()?;
            rest = rest.get(usize::try_from(len).ok()?..)?;
        }
        Some(rest.len())
    };
    let left = skip().ok_or(HeaderError::TaggedFields)?;
    frame.advance(frame.len() - left);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> (Result<RequestHead, HeaderError>, usize) {
        let mut frame = Bytes::copy_from_slice(bytes);
        let head = decode_request_head(&mut frame);
        (head, frame.len())
    }

    #[test]
    fn an_unknown_api_or_version_is_a_head_and_not_an_error() {
        let (head, left) = decode(&[0x7f, 0xff, 0, 3, 0, 0, 0, 9, 0xff, 0xff, 1, 2]);
        let head = head.expect("whole");
        assert_eq!((head.api_key, head.correlation_id, head.key(), left), (0x7fff, 9, None, 2));
        let (head, left) = decode(&[0, 18, 0, 99, 0, 0, 0, 9, 0, 1, b'c', 0, 0]);
        let head = head.expect("whole");
        assert_eq!(head.client_id.as_deref(), Some("c"));
        assert_eq!((head.key(), head.supported_key()), (Some(ApiKey::ApiVersions), None));
        assert_eq!(left, 2);
    }

    #[test]
    fn tagged_fields_are_skipped_in_flexible_versions_alone() {
        // ApiVersions 3: one tagged field of two bytes, then the body.
        let (head, left) = decode(&[0, 18, 0, 3, 0, 0, 0, 1, 0xff, 0xff, 1, 5, 2, 7, 7, 42]);
        assert_eq!((head.is_ok(), left), (true, 1));
        let (head, left) = decode(&[0, 18, 0, 2, 0, 0, 0, 1, 0xff, 0xff, 42]);
        assert_eq!((head.is_ok(), left), (true, 1));
    }

    #[test]
    fn lying_headers_are_errors() {
        for short in 0..10 {
            assert_eq!(decode(&[0; 10][..short]).0, Err(HeaderError::Truncated));
        }
        let client_id = |len: [u8; 2]| decode(&[0, 18, 0, 2, 0, 0, 0, 1, len[0], len[1], 0xff]).0;
        assert_eq!(client_id([0, 2]), Err(HeaderError::ClientIdLength(2)));
        assert_eq!(client_id([0xff, 0xfe]), Err(HeaderError::ClientIdLength(-2)));
        assert_eq!(client_id([0, 1]), Err(HeaderError::ClientIdText));
        let tags = decode(&[0, 18, 0, 3, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]).0;
        assert_eq!(tags, Err(HeaderError::TaggedFields));
    }
}
