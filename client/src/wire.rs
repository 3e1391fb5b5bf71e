//! The wire: what of the protocol this client speaks.

use std::ops::RangeInclusive;

use bytes::Bytes;
use protocol::message::{self, ApiBody, RequestBody};
use protocol::{ApiKey, ErrorCode, StrBytes, header, versions};

/// The last versions of OffsetCommit and OffsetFetch that name topics. Those after it speak of topic ids alone, and a group
/// may have offsets of topics that are gone.
const OFFSETS_BY_NAME_MAX: i16 = 9;

/// A request that can be sent, and whose answer can be handed from task to task.
pub trait Call: RequestBody<Response: Send + Sync> + Send + Sync {}

impl<R: RequestBody<Response: Send + Sync> + Send + Sync> Call for R {}

/// The versions that this client sends.
pub(crate) fn supported(key: ApiKey) -> Option<RangeInclusive<i16>> {
    let range = versions::supported(key)?;
    match key {
        ApiKey::OffsetCommit | ApiKey::OffsetFetch => {
            Some(*range.start()..=(*range.end()).min(OFFSETS_BY_NAME_MAX))
        }
        _ => Some(range),
    }
}

/// A request as a frame.
pub(crate) fn encode<R: Call>(
    request: &R,
    version: i16,
    correlation: i32,
    client_id: &StrBytes,
) -> Result<Vec<Bytes>, String> {
    let frame = message::encode_request(version, correlation, Some(client_id.as_str()), request);
    frame.map(message::Chunks::into_vec).map_err(|error| error.to_string())
}

/// The answer in a frame, after its correlation id has been looked at.
pub(crate) fn decode<R: Call>(version: i16, mut frame: Bytes) -> Result<R::Response, String> {
    header::decode_correlation_id(&mut frame).map_err(|error| error.to_string())?;
    let version = if is_refusal::<R>(&frame) { 0 } else { version };
    message::decode_response::<R::Response>(version, &mut frame).map_err(|error| error.to_string())
}

/// KIP-511: an ApiVersions version that the broker does not know is answered in form v0.
fn is_refusal<R: Call>(body: &[u8]) -> bool {
    let refusal = ErrorCode::UnsupportedVersion.code().to_be_bytes();
    <R as ApiBody>::KEY == ApiKey::ApiVersions && body.starts_with(&refusal)
}
