//! SyncGroup, versions 0 to 5.

use bytes::Bytes;
use protocol::messages::{SyncGroupRequest, SyncGroupResponse};

use super::{group_id, instance_id, member_id, text, wire_text};
use crate::group::ids::Generation;
use crate::group::input::SyncGroup;
use crate::group::output::SyncGroupReply;

/// The sync that a request asks for.
pub fn request(request: &SyncGroupRequest) -> SyncGroup {
    let shares = request.assignments.iter();
    SyncGroup {
        group: group_id(&request.group_id),
        generation: Generation(request.generation_id),
        member_id: member_id(&request.member_id),
        instance_id: instance_id(request.group_instance_id.as_ref()),
        protocol_type: request.protocol_type.as_ref().map(text),
        protocol: request.protocol_name.as_ref().map(text),
        assignments: shares
            .map(|share| (member_id(&share.member_id), Bytes::copy_from_slice(&share.assignment)))
            .collect(),
    }
}

/// Whether a request of this version says what it must: since version 5 the protocol's type and name may not be missing.
/// A request that fails is answered INCONSISTENT_GROUP_PROTOCOL without the coordinator.
pub fn is_complete(version: i16, request: &SyncGroupRequest) -> bool {
    version < 5 || (request.protocol_type.is_some() && request.protocol_name.is_some())
}

/// The answer, as this version has it.
pub fn response(version: i16, reply: SyncGroupReply) -> SyncGroupResponse {
    let mut response = SyncGroupResponse::default();
    response.error_code = reply.error.code();
    response.assignment = reply.assignment;
    if version >= 5 {
        response.protocol_type = reply.protocol_type.as_deref().map(wire_text);
        response.protocol_name = reply.protocol.as_deref().map(wire_text);
    }
    response
}
