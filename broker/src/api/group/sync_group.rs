//! SyncGroup (key 14): the leader of a group hands in who gets what, and every member learns its share.

use std::ops::RangeInclusive;

use protocol::messages::{SyncGroupRequest, SyncGroupResponse};
use protocol::{ApiKey, ErrorCode};

use super::{ask, mismatch};
use crate::api::{Api, Call, Stage};
use crate::group::wire::sync_group as wire;
use crate::group::{Input, Reply, SyncGroupReply};

/// See the module.
pub(in crate::api) struct SyncGroup;

impl Api for SyncGroup {
    type Request = SyncGroupRequest;
    type Response = SyncGroupResponse;

    const KEY: ApiKey = ApiKey::SyncGroup;
    const VERSIONS: RangeInclusive<i16> = 0..=5;

    fn handle(call: Call<'_>, request: SyncGroupRequest) -> Stage<SyncGroupResponse> {
        let version = call.version();
        if !wire::is_complete(version, &request) {
            let refused = SyncGroupReply::refused(ErrorCode::InconsistentGroupProtocol);
            return Stage::Ready(wire::response(version, refused));
        }
        let sync = wire::request(&request);
        let group = sync.group.clone();
        ask(
            &call,
            &group,
            |ticket| Input::SyncGroup(ticket, sync),
            move |reply| match reply {
                Ok(Reply::SyncGroup(reply)) => wire::response(version, reply),
                Ok(other) => mismatch(&other),
                // A member that waits for its share joins again when the coordinator is being loaded, as in Kafka.
                Err(ErrorCode::CoordinatorLoadInProgress) => {
                    wire::response(version, SyncGroupReply::refused(ErrorCode::RebalanceInProgress))
                }
                Err(code) => wire::response(version, SyncGroupReply::refused(code)),
            },
        )
    }
}
