//! The wire: how requests become inputs and replies become responses, one file an API.
//!
//! Each file has `request`, which makes what an [`Input`](super::Input) carries out of a decoded request, and `response`,
//! which makes a response out of what a [`Reply`](super::Reply) carries. Both are told the version: what versions mean
//! differently is decided here and nowhere else, and a field that a version lacks is left at its default, since an
//! encoder refuses it otherwise. Nothing here does IO or knows a connection.

pub mod delete_groups;
pub mod describe_groups;
pub mod heartbeat;
pub mod join_group;
pub mod leave_group;
pub mod list_groups;
pub mod offset_commit;
pub mod offset_delete;
pub mod offset_fetch;
pub mod sync_group;
mod topics;

#[cfg(test)]
mod tests;

pub use topics::{KnownTopic, RefusedTopic, Topics};

use std::sync::Arc;
use std::time::Duration;

use protocol::{StrBytes, messages};

use super::ids::{GroupId, InstanceId, MemberId};

/// Strings of a request share its frame; what outlives the request is copied.
fn text(text: &StrBytes) -> Arc<str> {
    Arc::from(text.as_str())
}

fn wire_text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

fn group_id(group: &messages::GroupId) -> GroupId {
    GroupId::new(group.0.as_str())
}

fn wire_group_id(group: &GroupId) -> messages::GroupId {
    messages::GroupId(wire_text(group))
}

fn member_id(member: &StrBytes) -> MemberId {
    MemberId::new(member.as_str())
}

fn instance_id(instance: Option<&StrBytes>) -> Option<InstanceId> {
    instance.map(|instance| InstanceId::new(instance.as_str()))
}

fn wire_instance_id(instance: Option<&InstanceId>) -> Option<StrBytes> {
    instance.map(|instance| wire_text(instance))
}

/// A timeout below zero is over at once.
fn duration(millis: i32) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
