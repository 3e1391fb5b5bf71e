//! LeaveGroup, versions 0 to 5. Before version 3 a request names one member and is answered for that one.

use protocol::ErrorCode;
use protocol::messages::leave_group_request::MemberIdentity;
use protocol::messages::leave_group_response::MemberResponse;
use protocol::messages::{LeaveGroupRequest, LeaveGroupResponse};

use super::{group_id, instance_id, member_id, text, wire_instance_id, wire_text};
use crate::group::input::{LeaveGroup, LeavingMember};
use crate::group::output::{LeaveGroupReply, LeftMember};

/// The leave that a request asks for.
pub fn request(version: i16, request: &LeaveGroupRequest) -> LeaveGroup {
    let members = if version >= 3 {
        request.members.iter().map(leaving).collect()
    } else {
        vec![LeavingMember {
            member_id: member_id(&request.member_id),
            instance_id: None,
            reason: None,
        }]
    };
    LeaveGroup { group: group_id(&request.group_id), members }
}

fn leaving(member: &MemberIdentity) -> LeavingMember {
    LeavingMember {
        member_id: member_id(&member.member_id),
        instance_id: instance_id(member.group_instance_id.as_ref()),
        reason: member.reason.as_ref().map(text),
    }
}

/// The answer, as this version has it. Before version 3 the one member's error is the answer's; a request as a whole can
/// fail without any member in the answer (KAFKA-15755).
pub fn response(version: i16, reply: &LeaveGroupReply) -> LeaveGroupResponse {
    let mut response = LeaveGroupResponse::default();
    response.error_code = reply.error.code();
    if version >= 3 {
        response.members = reply.members.iter().map(left).collect();
    } else if reply.error.is_none() {
        let first = reply.members.first().map_or(ErrorCode::None, |member| member.error);
        response.error_code = first.code();
    }
    response
}

fn left(member: &LeftMember) -> MemberResponse {
    let mut left = MemberResponse::default();
    left.member_id = wire_text(&member.member_id);
    left.group_instance_id = wire_instance_id(member.instance_id.as_ref());
    left.error_code = member.error.code();
    left
}
