//! Heartbeat (key 12): a member is alive, and learns whether its group rebalances.

use std::ops::RangeInclusive;

use protocol::messages::{HeartbeatRequest, HeartbeatResponse};
use protocol::{ApiKey, ErrorCode};

use super::{ask, mismatch};
use crate::api::{Api, Call, Stage};
use crate::group::wire::heartbeat as wire;
use crate::group::{Input, Reply};

/// See the module.
pub(in crate::api) struct Heartbeat;

impl Api for Heartbeat {
    type Request = HeartbeatRequest;
    type Response = HeartbeatResponse;

    const KEY: ApiKey = ApiKey::Heartbeat;
    const VERSIONS: RangeInclusive<i16> = 0..=4;

    fn handle(call: Call<'_>, request: HeartbeatRequest) -> Stage<HeartbeatResponse> {
        let heartbeat = wire::request(&request);
        let group = heartbeat.group.clone();
        ask(
            &call,
            &group,
            |ticket| Input::Heartbeat(ticket, heartbeat),
            |reply| match reply {
                Ok(Reply::Heartbeat(code)) => wire::response(code),
                Ok(other) => mismatch(&other),
                // While the coordinator is being loaded nobody's session runs, so all is well.
                Err(ErrorCode::CoordinatorLoadInProgress) => wire::response(ErrorCode::None),
                Err(code) => wire::response(code),
            },
        )
    }
}
