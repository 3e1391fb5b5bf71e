//! JoinGroup, versions 0 to 9.

use std::sync::Arc;

use protocol::messages::join_group_request::JoinGroupRequestProtocol;
use protocol::messages::join_group_response::JoinGroupResponseMember;
use protocol::messages::{JoinGroupRequest, JoinGroupResponse};

use super::{duration, group_id, instance_id, member_id, text, wire_instance_id, wire_text};
use crate::group::input::{JoinGroup, Protocol};
use crate::group::output::{JoinGroupReply, JoinedMember};

/// What a join needs to know that its request does not say.
#[derive(Clone, Debug)]
pub struct Joiner {
    /// The client's name for itself, from the request's header; empty if it gives none.
    pub client_id: Arc<str>,
    /// Where it sits, as Kafka prints it: `/127.0.0.1`.
    pub client_host: Arc<str>,
    /// A fresh UUID, in the usual text form.
    pub unique: Arc<str>,
}

/// Of a reason that is longer than this, the rest is dropped, as in Kafka.
const REASON_LENGTH_MAX: usize = 255;

/// The join that a request asks for.
pub fn request(version: i16, joiner: Joiner, request: &JoinGroupRequest) -> JoinGroup {
    // Version 0 has one timeout for both.
    let rebalance_timeout =
        if version >= 1 { request.rebalance_timeout_ms } else { request.session_timeout_ms };
    let protocol = |protocol: &JoinGroupRequestProtocol| Protocol {
        name: text(&protocol.name),
        metadata: bytes::Bytes::copy_from_slice(&protocol.metadata),
    };
    let reason =
        |reason: &protocol::StrBytes| reason.chars().take(REASON_LENGTH_MAX).collect::<String>();
    JoinGroup {
        group: group_id(&request.group_id),
        member_id: member_id(&request.member_id),
        instance_id: instance_id(request.group_instance_id.as_ref()),
        client_id: joiner.client_id,
        client_host: joiner.client_host,
        unique: joiner.unique,
        session_timeout: duration(request.session_timeout_ms),
        rebalance_timeout: duration(rebalance_timeout),
        protocol_type: text(&request.protocol_type),
        protocols: request.protocols.iter().map(protocol).collect(),
        reason: request.reason.as_ref().map(|said| reason(said).into()),
        requires_known_member_id: version >= 4,
        supports_skipping_assignment: version >= 9,
    }
}

/// The answer, as this version has it.
pub fn response(version: i16, reply: JoinGroupReply) -> JoinGroupResponse {
    let mut response = JoinGroupResponse::default();
    response.error_code = reply.error.code();
    response.generation_id = reply.generation.0;
    response.leader = wire_text(&reply.leader);
    response.member_id = wire_text(&reply.member_id);
    response.members = reply.members.into_iter().map(|member| joined(version, member)).collect();
    response.protocol_name = reply.protocol.as_deref().map(wire_text);
    if version >= 7 {
        response.protocol_type = reply.protocol_type.as_deref().map(wire_text);
    } else {
        // Before version 7 the name cannot be null.
        response.protocol_name.get_or_insert_default();
    }
    if version >= 9 {
        response.skip_assignment = reply.skip_assignment;
    }
    response
}

fn joined(version: i16, member: JoinedMember) -> JoinGroupResponseMember {
    let mut joined = JoinGroupResponseMember::default();
    joined.member_id = wire_text(&member.member_id);
    if version >= 5 {
        joined.group_instance_id = wire_instance_id(member.instance_id.as_ref());
    }
    joined.metadata = member.metadata;
    joined
}
