//! DescribeGroups, versions 0 to 6.

use protocol::ErrorCode;
use protocol::messages::describe_groups_response::{
    DescribedGroup as WireGroup, DescribedGroupMember,
};
use protocol::messages::{DescribeGroupsRequest, DescribeGroupsResponse};

use super::{group_id, wire_group_id, wire_instance_id, wire_text};
use crate::group::ids::GroupId;
use crate::group::output::{DescribedGroup, DescribedMember};

/// The groups to describe, each by its own coordinator.
pub fn request(request: &DescribeGroupsRequest) -> Vec<GroupId> {
    request.groups.iter().map(group_id).collect()
}

/// What a client may do to a group, as bits by the number of the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthorizedOperations(pub i32);

impl AuthorizedOperations {
    /// Not asked for, or not to be told.
    pub const UNKNOWN: Self = Self(i32::MIN);
    /// Without an authorizer everybody may do everything: READ (3), DELETE (6), DESCRIBE (8), DESCRIBE_CONFIGS (10)
    /// and ALTER_CONFIGS (11).
    pub const ALL: Self = Self(1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11);
}

/// The answer to all of them; `allowed` is told for those that exist, if the request asked for it.
pub fn response(
    version: i16,
    groups: Vec<DescribedGroup>,
    allowed: impl Fn(&GroupId) -> AuthorizedOperations,
) -> DescribeGroupsResponse {
    let mut response = DescribeGroupsResponse::default();
    response.groups = groups.into_iter().map(|group| described(version, group, &allowed)).collect();
    response
}

fn described(
    version: i16,
    group: DescribedGroup,
    allowed: &impl Fn(&GroupId) -> AuthorizedOperations,
) -> WireGroup {
    let mut told = WireGroup::default();
    told.group_id = wire_group_id(&group.group);
    told.group_state = wire_text(group.state.name());
    told.protocol_type = wire_text(&group.protocol_type);
    told.protocol_data = wire_text(&group.protocol);
    told.members = group.members.into_iter().map(|member| member_of(version, member)).collect();
    match group.error {
        // Before version 6 a group that does not exist is Dead, and that is no error (KIP-1043).
        ErrorCode::GroupIdNotFound if version < 6 => {}
        ErrorCode::GroupIdNotFound => {
            told.error_code = group.error.code();
            told.error_message = Some(wire_text(&format!("Group {} not found.", group.group)));
        }
        error => told.error_code = error.code(),
    }
    if version >= 3 {
        let may_know = matches!(group.error, ErrorCode::None | ErrorCode::GroupIdNotFound);
        let bits = if may_know { allowed(&group.group) } else { AuthorizedOperations::UNKNOWN };
        told.authorized_operations = bits.0;
    }
    told
}

fn member_of(version: i16, member: DescribedMember) -> DescribedGroupMember {
    let mut told = DescribedGroupMember::default();
    told.member_id = wire_text(&member.member_id);
    if version >= 4 {
        told.group_instance_id = wire_instance_id(member.instance_id.as_ref());
    }
    told.client_id = wire_text(&member.client_id);
    told.client_host = wire_text(&member.client_host);
    told.member_metadata = member.metadata;
    told.member_assignment = member.assignment;
    told
}
