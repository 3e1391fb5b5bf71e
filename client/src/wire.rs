//! The wire: requests to bytes and frames to responses.

use bytes::{Buf, Bytes, BytesMut};
use kafka_protocol::messages::{ApiKey, RequestHeader, ResponseHeader};
use kafka_protocol::protocol::Request;
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion};
use protocol::StrBytes;

/// A request that can be sent, and whose answer can be handed from task to task.
pub trait Call: Request<Response: Send + Sync> + Send + Sync {}

impl<R: Request<Response: Send + Sync> + Send + Sync> Call for R {}

/// The API that a request belongs to.
pub(crate) fn api_key<R: Call>() -> ApiKey {
    ApiKey::try_from(R::KEY).expect("every request type has a key")
}

pub(crate) fn encode<R: Call>(
    request: &R,
    version: i16,
    correlation: i32,
    client_id: Option<StrBytes>,
) -> Result<Vec<Bytes>, String> {
    let header = RequestHeader::default()
        .with_request_api_key(R::KEY)
        .with_request_api_version(version)
        .with_correlation_id(correlation)
        .with_client_id(client_id);
    let mut buf = BytesMut::new();
    buf.extend_from_slice(&[0; 4]);
    header.encode(&mut buf, R::header_version(version)).map_err(|e| e.to_string())?;
    request.encode(&mut buf, version).map_err(|e| e.to_string())?;
    let size = (buf.len() - 4) as u32;
    buf[..4].copy_from_slice(&size.to_be_bytes());
    Ok(vec![buf.freeze()])
}

pub(crate) fn decode<R: Call>(version: i16, mut frame: Bytes) -> Result<R::Response, String> {
    if frame.len() < 4 {
        return Err("short".into());
    }
    // KIP-511: an ApiVersions version that the broker does not know is answered in form v0.
    let refused =
        frame.get(4..6) == Some(&protocol::ErrorCode::UnsupportedVersion.code().to_be_bytes());
    let version = if refused && R::KEY == ApiKey::ApiVersions as i16 { 0 } else { version };
    let header = R::Response::header_version(version);
    let _ = ResponseHeader::decode(&mut frame, header).map_err(|e| e.to_string())?;
    let r = R::Response::decode(&mut frame, version).map_err(|e| e.to_string())?;
    if frame.has_remaining() {
        return Err(format!("{} bytes are left over", frame.remaining()));
    }
    Ok(r)
}

pub(crate) fn supported(key: ApiKey) -> Option<std::ops::RangeInclusive<i16>> {
    let mut v = key.valid_versions();
    if matches!(key, ApiKey::OffsetCommit | ApiKey::OffsetFetch) {
        v.max = 9;
    }
    if matches!(key, ApiKey::InitProducerId) {
        v.max = 5;
    }
    Some(v.min..=v.max)
}
