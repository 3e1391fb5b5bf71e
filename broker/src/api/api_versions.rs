//! ApiVersions (key 18): what this broker serves, derived from the table of APIs.
//!
//! Two rules of the field are kept here. Produce is advertised from version 0 although it is served from 3: librdkafka
//! reads the record format that a broker understands from the oldest version (KAFKA-18659). And an unknown version is
//! answered in the oldest form, with error 35 and our range (KIP-511; see the dispatcher).

use std::ops::RangeInclusive;

use protocol::messages::api_versions_response::ApiVersion;
use protocol::messages::{ApiVersionsRequest, ApiVersionsResponse};
use protocol::{ApiKey, ErrorCode};

use super::{APIS, Api, Call, Stage};

/// See the module.
pub(super) struct ApiVersions;

/// The longest client name or version that is kept.
const SOFTWARE_LENGTH_MAX: usize = 128;

impl Api for ApiVersions {
    type Request = ApiVersionsRequest;
    type Response = ApiVersionsResponse;

    const KEY: ApiKey = ApiKey::ApiVersions;
    const VERSIONS: RangeInclusive<i16> = 0..=4;

    fn handle(call: Call<'_>, request: ApiVersionsRequest) -> Stage<ApiVersionsResponse> {
        if call.version() >= 3 {
            let (name, version) = (&request.client_software_name, &request.client_software_version);
            if !is_plain(name) || !is_plain(version) {
                return Stage::Ready(
                    ApiVersionsResponse::default()
                        .with_error_code(ErrorCode::InvalidRequest.code()),
                );
            }
            let software = &call.broker.metrics.software;
            call.peer.software = Some(software.present(&call.peer.listener, name, version));
        }
        Stage::Ready(ApiVersionsResponse::default().with_api_keys(served().collect()))
    }
}

/// Letters, digits, dots and dashes, neither first nor last a sign (KIP-511).
fn is_plain(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
    let outer = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= SOFTWARE_LENGTH_MAX
        && bytes.iter().copied().all(inner)
        && outer(bytes.first())
        && outer(bytes.last())
}

fn served() -> impl Iterator<Item = ApiVersion> {
    APIS.iter().map(|row| {
        let first = if row.key == ApiKey::Produce { 0 } else { *row.versions.start() };
        version(row.key, first, *row.versions.end())
    })
}

fn version(key: ApiKey, first: i16, last: i16) -> ApiVersion {
    ApiVersion::default().with_api_key(key as i16).with_min_version(first).with_max_version(last)
}

/// The answer to a version that we do not know, to be encoded in version 0.
pub(super) fn unsupported_version() -> ApiVersionsResponse {
    let own =
        version(ApiKey::ApiVersions, *ApiVersions::VERSIONS.start(), *ApiVersions::VERSIONS.end());
    ApiVersionsResponse::default()
        .with_error_code(ErrorCode::UnsupportedVersion.code())
        .with_api_keys(vec![own])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_names_that_could_forge_a_log_line_are_refused() {
        assert!(is_plain("apache-kafka-java") && is_plain("4.3.1"));
        assert!(
            !is_plain("") && !is_plain("-x") && !is_plain("a\nb") && !is_plain(&"x".repeat(129))
        );
    }
}
