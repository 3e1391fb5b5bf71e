//! The coordinator: the machine itself, which hands each input to the group that it is about.

use std::collections::{BTreeMap, BTreeSet};

use protocol::ErrorCode;
use protocol::ids::TopicName;

use super::classic::Classic;
use super::config::GroupConfig;
use super::ids::{GroupId, MemberId};
use super::input::{Heartbeat, Input, JoinGroup, LeaveGroup, SyncGroup};
use super::output::{JoinGroupReply, LeaveGroupReply, LeftMember, Output, Reply, SyncGroupReply};
use super::records::{Record, TEXT_BYTES_MAX};
use super::stored::Stored;
use super::timers::{Timer, Timers};
use super::turn::Turn;
use crate::machine::{Instant, Machine, Now, Out, Ticket};

/// The coordinator of all groups whose state lies in one partition of `__consumer_offsets`.
#[derive(Debug)]
pub struct Coordinator {
    pub(super) config: GroupConfig,
    /// Hard state: moves in `apply` alone.
    pub(super) stored: Stored,
    /// Soft: the groups that have members, or member ids that were given out. A group that is stored and not in here is
    /// empty.
    pub(super) live: BTreeMap<GroupId, Classic>,
    /// Soft.
    pub(super) timers: Timers,
    /// Soft: topics that are gone, until their positions are, too.
    pub(super) gone_topics: BTreeSet<TopicName>,
    /// Soft: whether the stored groups with members have been made live. The first input does it.
    awake: bool,
    /// Soft: how many generations have begun since this machine was made.
    generations: u64,
}

impl Machine for Coordinator {
    type Input = Input;
    type Record = Record;
    type Output = Output;

    fn handle(&mut self, now: Now, input: Input, out: &mut Out<Self>) {
        self.wake(now, out);
        match input {
            Input::JoinGroup(ticket, request) => self.join(now, ticket, request, out),
            Input::SyncGroup(ticket, request) => self.sync(now, ticket, request, out),
            Input::Heartbeat(ticket, request) => self.heartbeat(now, ticket, &request, out),
            Input::LeaveGroup(ticket, request) => self.leave(now, ticket, request, out),
            Input::OffsetCommit(ticket, request) => self.commit(now, ticket, &request, out),
            Input::OffsetFetch(ticket, request) => {
                let reply = Reply::OffsetFetch(self.fetch(request));
                out.commit_then(Output { ticket, reply });
            }
            Input::OffsetDelete(ticket, request) => {
                let reply = Reply::OffsetDelete(self.delete_offsets(request, out));
                out.commit_then(Output { ticket, reply });
            }
            Input::DeleteGroup(ticket, group) => {
                let reply = Reply::DeleteGroup(self.delete_group(group, out));
                out.commit_then(Output { ticket, reply });
            }
            Input::DescribeGroup(ticket, group) => {
                let reply = Reply::DescribeGroup(self.describe(group));
                out.commit_then(Output { ticket, reply });
            }
            Input::ListGroups(ticket, filter) => {
                let reply = Reply::ListGroups(self.list(&filter));
                out.commit_then(Output { ticket, reply });
            }
            Input::TopicsDeleted(topics) => {
                self.gone_topics.extend(topics);
                self.timers.set(Timer::Sweep, now.instant);
            }
            Input::Tick => self.tick(now, out),
        }
    }

    fn apply(&mut self, record: &Record) {
        self.stored.apply(record);
    }

    fn wake_at(&self) -> Option<Instant> {
        if self.awake {
            self.timers.next()
        } else {
            self.stored.groups().next().map(|_| Instant::default())
        }
    }
}

impl Coordinator {
    /// A coordinator of nothing yet. Replay the partition's records into it before the first input.
    pub fn new(config: GroupConfig) -> Self {
        Self {
            config,
            stored: Stored::default(),
            live: BTreeMap::new(),
            timers: Timers::default(),
            gone_topics: BTreeSet::new(),
            awake: false,
            generations: 0,
        }
    }

    /// How many generations the groups have begun since this machine was made.
    pub fn generations(&self) -> u64 {
        self.generations
    }

    /// What the records say: all that must survive this machine.
    pub fn stored(&self) -> &Stored {
        &self.stored
    }

    /// The tickets of parked joins and syncs; see [`Self::abandon`].
    pub fn parked(&self) -> impl Iterator<Item = Ticket> {
        self.live.values().flat_map(Classic::parked)
    }

    /// The topics in which any group has a position. After a replay the host compares them with the metadata image, and
    /// hands in [`Input::TopicsDeleted`] for those that are gone.
    pub fn topics(&self) -> BTreeSet<&TopicName> {
        self.stored.groups().flat_map(|(_, group)| group.offsets.keys()).collect()
    }

    /// Replaces the configuration; what has already been decided stays.
    pub fn set_config(&mut self, config: GroupConfig) {
        self.config = config;
    }

    /// What must hold between inputs, for tests and for a host that wants to be sure. The error says what does not.
    pub fn check(&self) -> Result<(), String> {
        for (id, group) in &self.live {
            group.check()?;
            if group.is_idle() {
                return Err(format!("group {id} is live for no reason"));
            }
        }
        let sleeps = |id: &GroupId| self.awake && !self.live.contains_key(id);
        match self.stored.groups().find(|(id, group)| group.has_members() && sleeps(id)) {
            Some((id, _)) => Err(format!("group {id} has members and is not live")),
            None => Ok(()),
        }
    }

    /// After a replay: every group with members is stable, and every member has a whole session to be heard of.
    fn wake(&mut self, now: Now, out: &mut Out<Self>) {
        if std::mem::replace(&mut self.awake, true) {
            return;
        }
        let interval = self.config.sweep_interval();
        self.timers.set(Timer::Sweep, now.instant.after(interval));
        for (id, group) in self.stored.groups().filter(|(_, group)| group.has_members()) {
            let metadata = group.metadata.as_ref().expect("a group with members has metadata");
            self.live.insert(id.clone(), Classic::loaded(id.clone(), metadata));
        }
        for id in self.live.keys().cloned().collect::<Vec<_>>() {
            self.with_group(now, &id, out, |group, turn| {
                group.roster.ids().iter().for_each(|member| group.expect_from(turn, member));
                if group.roster.len() > turn.config.size_max {
                    group.prepare_rebalance(turn, "the group is larger than it may be");
                }
            });
        }
    }

    /// Lets the group do something, if it is live.
    pub(super) fn with_group<R>(
        &mut self,
        now: Now,
        id: &GroupId,
        out: &mut Out<Self>,
        act: impl FnOnce(&mut Classic, &mut Turn<'_>) -> R,
    ) -> Option<R> {
        let Self { config, live, timers, generations, .. } = self;
        let group = live.get_mut(id)?;
        let result = act(group, &mut Turn { now, config, timers, out, generations });
        if group.is_idle() {
            self.forget_live(id);
        }
        Some(result)
    }

    /// The group is empty, or gone: nothing soft is left of it.
    pub(super) fn forget_live(&mut self, id: &GroupId) {
        let Some(group) = self.live.remove(id) else { return };
        self.timers.cancel(&Timer::Join(id.clone()));
        self.timers.cancel(&Timer::Sync(id.clone()));
        for member in group.pending.keys() {
            self.timers.cancel(&Timer::Session(id.clone(), member.clone()));
        }
    }

    fn join(&mut self, now: Now, ticket: Ticket, request: JoinGroup, out: &mut Out<Self>) {
        if let Err(error) = self.validate_join(&request) {
            let reply = Reply::JoinGroup(JoinGroupReply::refused(error, request.member_id));
            return out.now(Output { ticket, reply });
        }
        let id = request.group.clone();
        let stored = self.stored.group(&id).and_then(|group| group.metadata.as_ref());
        self.live.entry(id.clone()).or_insert_with(|| Classic::empty(id.clone(), stored));
        self.with_group(now, &id, out, |group, turn| group.join(turn, ticket, request));
    }

    fn validate_join(&self, request: &JoinGroup) -> Result<(), ErrorCode> {
        let allowed = self.config.session_timeout_min..=self.config.session_timeout_max;
        let is_known =
            self.live.contains_key(&request.group) || self.stored.group(&request.group).is_some();
        match () {
            () if request.group.is_empty() => Err(ErrorCode::InvalidGroupId),
            () if request.text_bytes_max() > TEXT_BYTES_MAX => Err(ErrorCode::InvalidRequest),
            () if !allowed.contains(&request.session_timeout) => {
                Err(ErrorCode::InvalidSessionTimeout)
            }
            // Only one who has no id yet starts a group.
            () if !is_known && !request.member_id.is_empty() => Err(ErrorCode::UnknownMemberId),
            () => Ok(()),
        }
    }

    fn sync(&mut self, now: Now, ticket: Ticket, request: SyncGroup, out: &mut Out<Self>) {
        let id = request.group.clone();
        let act = |group: &mut Classic, turn: &mut Turn<'_>| group.sync(turn, ticket, request);
        if self.with_group(now, &id, out, act).is_none() {
            let reply = Reply::SyncGroup(SyncGroupReply::refused(unknown_member_of(&id)));
            out.now(Output { ticket, reply });
        }
    }

    fn heartbeat(&mut self, now: Now, ticket: Ticket, request: &Heartbeat, out: &mut Out<Self>) {
        let id = &request.group;
        let error = self.with_group(now, id, out, |group, turn| group.heartbeat(turn, request));
        let reply = Reply::Heartbeat(error.unwrap_or_else(|| unknown_member_of(id)));
        out.now(Output { ticket, reply });
    }

    fn leave(&mut self, now: Now, ticket: Ticket, request: LeaveGroup, out: &mut Out<Self>) {
        let LeaveGroup { group: id, members } = request;
        let reply = if id.is_empty() {
            LeaveGroupReply { error: ErrorCode::InvalidGroupId, members: Vec::new() }
        } else if self.live.contains_key(&id) {
            let left = self.with_group(now, &id, out, |group, turn| group.leave(turn, members));
            LeaveGroupReply { error: ErrorCode::None, members: left.unwrap_or_default() }
        } else {
            let unknown = members.into_iter().map(|member| LeftMember {
                member_id: member.member_id,
                instance_id: member.instance_id,
                error: ErrorCode::UnknownMemberId,
            });
            LeaveGroupReply { error: ErrorCode::None, members: unknown.collect() }
        };
        out.commit_then(Output { ticket, reply: Reply::LeaveGroup(reply) });
    }

    /// Rings the timers that are due. It stops where something was recorded, so that what follows sees it applied; the
    /// host ticks again at once, since the next timer is due already.
    fn tick(&mut self, now: Now, out: &mut Out<Self>) {
        while out.records().is_empty() {
            match self.timers.pop_due(now.instant) {
                Some(timer) => self.ring(now, timer, out),
                None => return,
            }
        }
    }

    fn ring(&mut self, now: Now, timer: Timer, out: &mut Out<Self>) {
        match timer {
            Timer::Session(group, member) => self.session_is_over(now, &group, &member, out),
            Timer::Join(id) => drop(self.with_group(now, &id, out, Classic::join_time_is_over)),
            Timer::Sync(id) => drop(self.with_group(now, &id, out, Classic::sync_time_is_over)),
            Timer::Sweep => self.sweep(now, out),
        }
    }

    fn session_is_over(&mut self, now: Now, id: &GroupId, member: &MemberId, out: &mut Out<Self>) {
        self.with_group(now, id, out, |group, turn| group.session_is_over(turn, member));
    }
}

/// A group without a name can have no members; any other is simply not known.
fn unknown_member_of(group: &GroupId) -> ErrorCode {
    if group.is_empty() { ErrorCode::InvalidGroupId } else { ErrorCode::UnknownMemberId }
}
