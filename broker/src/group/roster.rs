//! A roster: the members of a group, who leads them, and the counts that must agree with them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::ids::{InstanceId, MemberId};
use super::input::Protocol;
use super::member::Member;
use super::protocols::Support;
use crate::machine::Ticket;

/// The members of a group. Between calls:
/// - the leader is a member, and there is one exactly if there are members;
/// - every static member is found under its instance id, and nobody else is;
/// - `joining` counts the parked joins, `support` the protocols.
#[derive(Clone, Debug, Default)]
pub(super) struct Roster {
    members: BTreeMap<MemberId, Member>,
    by_instance: BTreeMap<InstanceId, MemberId>,
    leader: Option<MemberId>,
    support: Support,
    joining: usize,
}

impl Roster {
    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(super) fn get(&self, id: &MemberId) -> Option<&Member> {
        self.members.get(id)
    }

    pub(super) fn contains(&self, id: &MemberId) -> bool {
        self.members.contains_key(id)
    }

    /// In the order of their ids.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Member> {
        self.members.values()
    }

    /// Copies of all ids, for a walk that changes the roster.
    pub(super) fn ids(&self) -> Vec<MemberId> {
        self.members.keys().cloned().collect()
    }

    pub(super) fn leader(&self) -> Option<&MemberId> {
        self.leader.as_ref()
    }

    pub(super) fn is_leader(&self, id: &MemberId) -> bool {
        self.leader.as_ref() == Some(id)
    }

    /// Who is the static member of this name now?
    pub(super) fn by_instance(&self, instance: &InstanceId) -> Option<&MemberId> {
        self.by_instance.get(instance)
    }

    /// How many joins are parked.
    pub(super) fn joining(&self) -> usize {
        self.joining
    }

    /// Whether every member's join is parked.
    pub(super) fn all_joined(&self) -> bool {
        self.joining == self.members.len()
    }

    /// The longest that any member wants to be waited for.
    pub(super) fn rebalance_timeout(&self) -> Duration {
        self.iter().map(|member| member.rebalance_timeout).max().unwrap_or_default()
    }

    /// Whether a member with these protocols could be led together with those who are here.
    pub(super) fn has_in_common(&self, protocols: &[Protocol]) -> bool {
        protocols.iter().any(|protocol| self.support.is_common(&protocol.name, self.len()))
    }

    /// The protocol that the members would choose now.
    pub(super) fn elect_protocol(&self) -> Option<Arc<str>> {
        self.support.elect(self.iter().map(|member| &member.protocols[..]), self.len())
    }

    /// Takes a member in; the first one leads. A static name that is taken already goes to the newcomer, and its old
    /// holder is put out: that happens only with records that no coordinator wrote.
    pub(super) fn add(&mut self, member: Member) {
        if let Some(holder) = member.instance_id.as_ref().and_then(|id| self.by_instance.get(id)) {
            self.remove(&holder.clone());
        }
        self.remove(&member.id.clone());
        if let Some(instance) = &member.instance_id {
            self.by_instance.insert(instance.clone(), member.id.clone());
        }
        self.leader.get_or_insert_with(|| member.id.clone());
        self.support.add(&member.protocols);
        self.joining += usize::from(member.join.is_some());
        self.members.insert(member.id.clone(), member);
    }

    /// Puts a member out. If it led, the next in order leads.
    pub(super) fn remove(&mut self, id: &MemberId) -> Option<Member> {
        let member = self.members.remove(id)?;
        self.support.remove(&member.protocols);
        self.joining -= usize::from(member.join.is_some());
        if let Some(instance) = &member.instance_id {
            self.by_instance.remove(instance);
        }
        if self.is_leader(id) {
            self.leader = self.members.keys().next().cloned();
        }
        Some(member)
    }

    /// Gives a static member a new id, its lead included. What was parked under the old id is handed back.
    pub(super) fn rename(
        &mut self,
        old: &MemberId,
        new: MemberId,
    ) -> Option<(Option<Ticket>, Option<Ticket>)> {
        let led = self.is_leader(old);
        let mut member = self.remove(old)?;
        let parked = (member.join.take(), member.sync.take());
        member.id = new.clone();
        self.add(member);
        if led {
            self.leader = Some(new);
        }
        Some(parked)
    }

    /// What a member says of itself when it joins again.
    pub(super) fn update(
        &mut self,
        id: &MemberId,
        protocols: Vec<Protocol>,
        session: Duration,
        rebalance: Duration,
    ) {
        let Some(member) = self.members.get_mut(id) else { return };
        self.support.remove(&member.protocols);
        self.support.add(&protocols);
        member.protocols = protocols;
        member.session_timeout = session;
        member.rebalance_timeout = rebalance;
    }

    /// Makes sure that somebody who has joined leads. False if nobody has.
    pub(super) fn elect_leader(&mut self) -> bool {
        let joined = |member: &Member| member.join.is_some();
        if self.leader.as_ref().and_then(|leader| self.get(leader)).is_some_and(joined) {
            return true;
        }
        let Some(next) = self.iter().find(|member| joined(member)) else { return false };
        self.leader = Some(next.id.clone());
        true
    }

    /// As the record has it; a leader that is no member is not believed.
    pub(super) fn set_leader(&mut self, leader: &MemberId) {
        if self.contains(leader) {
            self.leader = Some(leader.clone());
        }
    }

    /// Parks a join, and hands back the one that was parked before.
    pub(super) fn park_join(&mut self, id: &MemberId, ticket: Ticket) -> Option<Ticket> {
        let before = self.members.get_mut(id)?.join.replace(ticket);
        self.joining += usize::from(before.is_none());
        before
    }

    /// Hands back the parked join, to be answered. Who gets an answer is not new any more.
    pub(super) fn take_join(&mut self, id: &MemberId) -> Option<Ticket> {
        let ticket = self.members.get_mut(id)?.join.take()?;
        self.joining -= 1;
        Some(ticket)
    }

    /// The member can heartbeat from here on.
    pub(super) fn set_known(&mut self, id: &MemberId) {
        if let Some(member) = self.members.get_mut(id) {
            member.is_new = false;
        }
    }

    /// Parks a sync, and hands back the one that was parked before.
    pub(super) fn park_sync(&mut self, id: &MemberId, ticket: Ticket) -> Option<Ticket> {
        self.members.get_mut(id)?.sync.replace(ticket)
    }

    /// Hands back the parked sync, to be answered.
    pub(super) fn take_sync(&mut self, id: &MemberId) -> Option<Ticket> {
        self.members.get_mut(id)?.sync.take()
    }

    /// Gives every member its share; who is not named gets an empty one.
    pub(super) fn assign(&mut self, mut shares: BTreeMap<MemberId, bytes::Bytes>) {
        for (id, member) in &mut self.members {
            member.assignment = shares.remove(id).unwrap_or_default();
        }
    }

    /// What must hold between calls; see the type.
    pub(super) fn check(&self) -> Result<(), String> {
        let joining = self.iter().filter(|member| member.join.is_some()).count();
        let mut support = Support::default();
        self.iter().for_each(|member| support.add(&member.protocols));
        let leads = self.leader.as_ref().is_some_and(|leader| self.contains(leader));
        let statics: BTreeMap<_, _> = self
            .iter()
            .filter_map(|member| Some((member.instance_id.clone()?, member.id.clone())))
            .collect();
        match () {
            () if joining != self.joining => {
                Err(format!("{joining} joins are parked, not {}", self.joining))
            }
            () if support != self.support => {
                Err("the support of the protocols is miscounted".into())
            }
            () if leads == self.is_empty() => Err(format!("{:?} cannot lead", self.leader)),
            () if statics != self.by_instance => Err("static members are lost".into()),
            () => Ok(()),
        }
    }
}
