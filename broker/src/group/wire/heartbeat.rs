//! Heartbeat, versions 0 to 4.

use protocol::ErrorCode;
use protocol::messages::{HeartbeatRequest, HeartbeatResponse};

use super::{group_id, instance_id, member_id};
use crate::group::ids::Generation;
use crate::group::input::Heartbeat;

/// The heartbeat that a request is.
pub fn request(request: &HeartbeatRequest) -> Heartbeat {
    Heartbeat {
        group: group_id(&request.group_id),
        generation: Generation(request.generation_id),
        member_id: member_id(&request.member_id),
        instance_id: instance_id(request.group_instance_id.as_ref()),
    }
}

/// The answer.
pub fn response(error: ErrorCode) -> HeartbeatResponse {
    let mut response = HeartbeatResponse::default();
    response.error_code = error.code();
    response
}
