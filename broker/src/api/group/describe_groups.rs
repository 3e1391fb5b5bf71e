//! DescribeGroups (key 15): the state of groups, their members, and who has what.

use std::ops::RangeInclusive;

use protocol::messages::{DescribeGroupsRequest, DescribeGroupsResponse};
use protocol::{ApiKey, ErrorCode};

use super::{mismatch, received};
use crate::api::{Api, Call, Stage};
use crate::group::wire::describe_groups::{self as wire, AuthorizedOperations};
use crate::group::{DescribedGroup, GroupId, GroupState, Input, Reply};

/// See the module.
pub(in crate::api) struct DescribeGroups;

impl Api for DescribeGroups {
    type Request = DescribeGroupsRequest;
    type Response = DescribeGroupsResponse;

    const KEY: ApiKey = ApiKey::DescribeGroups;
    const VERSIONS: RangeInclusive<i16> = 0..=6;

    fn handle(call: Call<'_>, request: DescribeGroupsRequest) -> Stage<DescribeGroupsResponse> {
        let version = call.version();
        let allowed = if request.include_authorized_operations {
            AuthorizedOperations::ALL
        } else {
            AuthorizedOperations::UNKNOWN
        };
        let asked: Vec<_> = wire::request(&request)
            .into_iter()
            .map(|group| {
                let id = group.clone();
                (
                    group,
                    call.broker
                        .groups
                        .submit(&id, |ticket| Input::DescribeGroup(ticket, id.clone())),
                )
            })
            .collect();
        Stage::waiting(async move {
            let mut groups = Vec::with_capacity(asked.len());
            for (group, reply) in asked {
                let reply = match reply {
                    Ok(reply) => received(reply).await,
                    Err(code) => Err(code),
                };
                groups.push(match reply {
                    Ok(Reply::DescribeGroup(group)) => group,
                    Ok(other) => mismatch(&other),
                    Err(error) => unknown(group, error),
                });
            }
            wire::response(version, groups, |_| allowed)
        })
    }
}

/// A group of which nothing can be told.
fn unknown(group: GroupId, error: ErrorCode) -> DescribedGroup {
    DescribedGroup {
        error,
        group,
        state: GroupState::Dead,
        protocol_type: "".into(),
        protocol: "".into(),
        members: Vec::new(),
    }
}
