//! ListGroups, versions 0 to 5.

use protocol::messages::list_groups_response::ListedGroup as WireGroup;
use protocol::messages::{ListGroupsRequest, ListGroupsResponse};

use super::{wire_group_id, wire_text};
use crate::group::input::ListGroups;
use crate::group::output::ListedGroup;
use protocol::ErrorCode;

/// The filters of a request, for every coordinator.
pub fn request(request: &ListGroupsRequest) -> ListGroups {
    ListGroups {
        states: request.states_filter.iter().map(|state| state.to_string()).collect(),
        types: request.types_filter.iter().map(|kind| kind.to_string()).collect(),
    }
}

/// The answer: what all coordinators listed. An error says that some could not be asked.
pub fn response(version: i16, error: ErrorCode, groups: &[ListedGroup]) -> ListGroupsResponse {
    let listed = |group: &ListedGroup| {
        let mut listed = WireGroup::default();
        listed.group_id = wire_group_id(&group.group);
        listed.protocol_type = wire_text(&group.protocol_type);
        if version >= 4 {
            listed.group_state = wire_text(group.state.name());
        }
        if version >= 5 {
            listed.group_type = wire_text(ListedGroup::TYPE);
        }
        listed
    };
    let mut response = ListGroupsResponse::default();
    response.error_code = error.code();
    response.groups = groups.iter().map(listed).collect();
    response
}
