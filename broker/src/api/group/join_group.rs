//! JoinGroup (key 11): a consumer joins its group, and waits until all of them have.

use std::ops::RangeInclusive;

use protocol::ApiKey;
use protocol::messages::{JoinGroupRequest, JoinGroupResponse};

use super::{ask, mismatch};
use crate::api::{Api, Call, Stage};
use crate::group::wire::join_group::{self as wire, Joiner};
use crate::group::{Input, JoinGroupReply, Reply};

/// See the module.
pub(in crate::api) struct JoinGroup;

impl Api for JoinGroup {
    type Request = JoinGroupRequest;
    type Response = JoinGroupResponse;

    const KEY: ApiKey = ApiKey::JoinGroup;
    const VERSIONS: RangeInclusive<i16> = 0..=9;

    fn handle(call: Call<'_>, request: JoinGroupRequest) -> Stage<JoinGroupResponse> {
        let version = call.version();
        let joiner = Joiner {
            client_id: call.client_id().into(),
            client_host: format!("/{}", call.peer.address.ip()).into(),
            unique: uuid::Uuid::new_v4().to_string().into(),
        };
        let join = wire::request(version, joiner, &request);
        let (group, member_id) = (join.group.clone(), join.member_id.clone());
        ask(
            &call,
            &group,
            |ticket| Input::JoinGroup(ticket, join),
            move |reply| match reply {
                Ok(Reply::JoinGroup(reply)) => wire::response(version, reply),
                Ok(other) => mismatch(&other),
                Err(code) => wire::response(version, JoinGroupReply::refused(code, member_id)),
            },
        )
    }
}
