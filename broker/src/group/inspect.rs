//! Looking at groups: what administrators and their tools are told.

use std::sync::Arc;

use protocol::ErrorCode;

use super::ids::GroupId;
use super::input::ListGroups;
use super::machine::Coordinator;
use super::output::{DescribedGroup, ListedGroup};
use super::state::GroupState;

impl Coordinator {
    /// A group in full. One that we know nothing of is Dead.
    pub(super) fn describe(&self, group: GroupId) -> DescribedGroup {
        let Some(ListedGroup { protocol_type, state, .. }) = self.look_at(&group) else {
            return DescribedGroup {
                error: ErrorCode::GroupIdNotFound,
                group,
                state: GroupState::Dead,
                protocol_type: "".into(),
                protocol: "".into(),
                members: Vec::new(),
            };
        };
        let live = self.live.get(&group);
        let protocol =
            live.filter(|_| state == GroupState::Stable).and_then(|live| live.protocol.clone());
        let members = live.into_iter().flat_map(|live| live.roster.iter());
        let members = members.map(|member| member.as_described(protocol.as_deref())).collect();
        let protocol = protocol.unwrap_or_default();
        DescribedGroup { error: ErrorCode::None, group, state, protocol_type, protocol, members }
    }

    /// The groups that pass the filters, by name.
    pub(super) fn list(&self, filter: &ListGroups) -> Vec<ListedGroup> {
        let is_among = |wanted: &[String], name: &str| {
            wanted.is_empty()
                || wanted.iter().any(|wanted| wanted.trim().eq_ignore_ascii_case(name))
        };
        if !is_among(&filter.types, ListedGroup::TYPE) {
            return Vec::new();
        }
        let stored = self.stored.groups().map(|(id, _)| id);
        let new = self.live.keys().filter(|id| self.stored.group(id).is_none());
        let mut ids: Vec<_> = stored.chain(new).collect();
        ids.sort();
        let groups = ids.into_iter().filter_map(|id| self.look_at(id));
        groups.filter(|group| is_among(&filter.states, group.state.name())).collect()
    }

    fn look_at(&self, id: &GroupId) -> Option<ListedGroup> {
        let (protocol_type, state) = match (self.live.get(id), self.stored.group(id)) {
            (Some(live), _) => (live.protocol_type.clone(), live.state),
            (None, Some(stored)) => {
                let metadata = stored.metadata.as_ref();
                (metadata.and_then(|metadata| metadata.protocol_type.clone()), GroupState::Empty)
            }
            (None, None) => return None,
        };
        let protocol_type = protocol_type.unwrap_or_else(|| Arc::from(""));
        Some(ListedGroup { group: id.clone(), protocol_type, state })
    }
}
