//! LeaveGroup (key 13): members leave, so that the others need not wait for their sessions to end (KIP-345 in batches).

use std::ops::RangeInclusive;

use protocol::ApiKey;
use protocol::messages::{LeaveGroupRequest, LeaveGroupResponse};

use super::{ask, mismatch};
use crate::api::{Api, Call, Stage};
use crate::group::wire::leave_group as wire;
use crate::group::{Input, LeaveGroupReply, Reply};

/// See the module.
pub(in crate::api) struct LeaveGroup;

impl Api for LeaveGroup {
    type Request = LeaveGroupRequest;
    type Response = LeaveGroupResponse;

    const KEY: ApiKey = ApiKey::LeaveGroup;
    const VERSIONS: RangeInclusive<i16> = 0..=5;

    fn handle(call: Call<'_>, request: LeaveGroupRequest) -> Stage<LeaveGroupResponse> {
        let version = call.version();
        let leave = wire::request(version, &request);
        let group = leave.group.clone();
        ask(
            &call,
            &group,
            |ticket| Input::LeaveGroup(ticket, leave),
            move |reply| match reply {
                Ok(Reply::LeaveGroup(reply)) => wire::response(version, &reply),
                Ok(other) => mismatch(&other),
                Err(error) => {
                    wire::response(version, &LeaveGroupReply { error, members: Vec::new() })
                }
            },
        )
    }
}
