//! DeleteGroups, versions 0 to 2.

use protocol::messages::delete_groups_response::DeletableGroupResult;
use protocol::messages::{DeleteGroupsRequest, DeleteGroupsResponse};

use super::{group_id, wire_group_id};
use crate::group::ids::GroupId;
use crate::group::output::DeleteGroupReply;

/// The groups to delete, each by its own coordinator.
pub fn request(request: &DeleteGroupsRequest) -> Vec<GroupId> {
    request.groups_names.iter().map(group_id).collect()
}

/// The answer to all of them.
pub fn response(replies: &[DeleteGroupReply]) -> DeleteGroupsResponse {
    let result = |reply: &DeleteGroupReply| {
        let mut result = DeletableGroupResult::default();
        result.group_id = wire_group_id(&reply.group);
        result.error_code = reply.error.code();
        result
    };
    let mut response = DeleteGroupsResponse::default();
    response.results = replies.iter().map(result).collect();
    response
}
