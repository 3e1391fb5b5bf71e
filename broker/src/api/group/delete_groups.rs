//! DeleteGroups (key 42): removes groups that have no members, and what they wrote down.

use std::ops::RangeInclusive;

use protocol::ApiKey;
use protocol::messages::{DeleteGroupsRequest, DeleteGroupsResponse};

use super::{mismatch, received};
use crate::api::{Api, Call, Stage};
use crate::group::wire::delete_groups as wire;
use crate::group::{DeleteGroupReply, Input, Reply};

/// See the module.
pub(in crate::api) struct DeleteGroups;

impl Api for DeleteGroups {
    type Request = DeleteGroupsRequest;
    type Response = DeleteGroupsResponse;

    const KEY: ApiKey = ApiKey::DeleteGroups;
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn handle(call: Call<'_>, request: DeleteGroupsRequest) -> Stage<DeleteGroupsResponse> {
        let asked: Vec<_> = wire::request(&request)
            .into_iter()
            .map(|group| {
                let id = group.clone();
                (
                    group,
                    call.broker.groups.submit(&id, |ticket| Input::DeleteGroup(ticket, id.clone())),
                )
            })
            .collect();
        Stage::waiting(async move {
            let mut replies = Vec::with_capacity(asked.len());
            for (group, reply) in asked {
                let reply = match reply {
                    Ok(reply) => received(reply).await,
                    Err(code) => Err(code),
                };
                replies.push(match reply {
                    Ok(Reply::DeleteGroup(reply)) => reply,
                    Ok(other) => mismatch(&other),
                    Err(error) => DeleteGroupReply { group, error },
                });
            }
            wire::response(&replies)
        })
    }
}
