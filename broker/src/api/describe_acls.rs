//! DescribeAcls (key 29): there is no authorizer, and the answer says so the way Kafka does, on which Connect's
//! MirrorMaker and several consoles rely.

use std::ops::RangeInclusive;

use protocol::messages::{DescribeAclsRequest, DescribeAclsResponse};
use protocol::{ApiKey, ErrorCode, StrBytes};

use super::{Api, Call, Stage};

/// See the module.
pub(super) struct DescribeAcls;

impl Api for DescribeAcls {
    type Request = DescribeAclsRequest;
    type Response = DescribeAclsResponse;

    const KEY: ApiKey = ApiKey::DescribeAcls;
    const VERSIONS: RangeInclusive<i16> = 1..=3;

    fn handle(_: Call<'_>, _: DescribeAclsRequest) -> Stage<DescribeAclsResponse> {
        let message =
            StrBytes::from_static_str("No authorizer is configured, so there are no ACLs.");
        Stage::Ready(
            DescribeAclsResponse::default()
                .with_error_code(ErrorCode::SecurityDisabled.code())
                .with_error_message(Some(message)),
        )
    }
}
