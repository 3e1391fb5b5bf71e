//! A turn: one call of `handle`, with all that a group may look at or speak through while it lasts.

use protocol::ids::TimestampMs;

use super::config::GroupConfig;
use super::ids::{GroupId, MemberId};
use super::machine::Coordinator;
use super::output::{Output, Reply};
use super::records::Record;
use super::timers::{Timer, Timers};
use crate::machine::{Instant, Now, Out, Ticket};
use std::time::Duration;

/// What a group may use while it handles one input.
pub(super) struct Turn<'a> {
    pub(super) now: Now,
    pub(super) config: &'a GroupConfig,
    pub(super) timers: &'a mut Timers,
    pub(super) out: &'a mut Out<Coordinator>,
    /// How many generations have begun, in all groups.
    pub(super) generations: &'a mut u64,
}

impl Turn<'_> {
    /// The wall clock, for what is written down.
    pub(super) fn wall(&self) -> TimestampMs {
        self.now.wall
    }

    /// The moment `wait` from now.
    pub(super) fn after(&self, wait: Duration) -> Instant {
        self.now.instant.after(wait)
    }

    /// A durable fact.
    pub(super) fn record(&mut self, record: Record) {
        self.out.record(record);
    }

    /// An answer that promises nothing durable: an error, a heartbeat.
    pub(super) fn reply_now(&mut self, ticket: Ticket, reply: Reply) {
        self.out.now(Output { ticket, reply });
    }

    /// An answer that others may rely on: it leaves once all that it rests on is committed.
    pub(super) fn reply_when_committed(&mut self, ticket: Ticket, reply: Reply) {
        self.out.commit_then(Output { ticket, reply });
    }

    /// Gives a member until `wait` from now to be heard of again.
    pub(super) fn expect_within(&mut self, group: &GroupId, member: &MemberId, wait: Duration) {
        let deadline = self.after(wait);
        self.timers.set(Timer::Session(group.clone(), member.clone()), deadline);
    }

    /// The member is gone; nobody waits for it.
    pub(super) fn expect_no_more(&mut self, group: &GroupId, member: &MemberId) {
        self.timers.cancel(&Timer::Session(group.clone(), member.clone()));
    }
}
