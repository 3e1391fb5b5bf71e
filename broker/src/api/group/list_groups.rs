//! ListGroups (key 16): every group that this broker coordinates.

use std::ops::RangeInclusive;

use protocol::messages::{ListGroupsRequest, ListGroupsResponse};
use protocol::{ApiKey, ErrorCode};

use super::{mismatch, received};
use crate::api::{Api, Call, Stage};
use crate::group::wire::list_groups as wire;
use crate::group::{Input, Reply};

/// See the module.
pub(in crate::api) struct ListGroups;

impl Api for ListGroups {
    type Request = ListGroupsRequest;
    type Response = ListGroupsResponse;

    const KEY: ApiKey = ApiKey::ListGroups;
    const VERSIONS: RangeInclusive<i16> = 0..=5;

    fn handle(call: Call<'_>, request: ListGroupsRequest) -> Stage<ListGroupsResponse> {
        let version = call.version();
        if call.broker.groups.any_loading() {
            // Half a list would look like groups that are gone.
            let code = ErrorCode::CoordinatorLoadInProgress;
            return Stage::Ready(wire::response(version, code, &[]));
        }
        let list = wire::request(&request);
        let replies =
            call.broker.groups.submit_to_all(|ticket| Input::ListGroups(ticket, list.clone()));
        Stage::waiting(async move {
            let mut groups = Vec::new();
            for reply in replies {
                match received(reply).await {
                    Ok(Reply::ListGroups(listed)) => groups.extend(listed),
                    Ok(other) => mismatch(&other),
                    // A coordinator that went away while it was asked lists nothing here any more.
                    Err(_) => {}
                }
            }
            wire::response(version, ErrorCode::None, &groups)
        })
    }
}
