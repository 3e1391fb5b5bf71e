//! Consumer groups: who shares a topic's partitions, and how far each group has come.
//!
//! One [`Coordinator`] is one partition of `__consumer_offsets`: all groups whose id hashes to it (see
//! [`partition_of`]) and all their offsets. It speaks the classic protocol, in which the members agree on the
//! assignment among themselves and the coordinator only brings them together. Whether they rebalance eagerly or
//! cooperatively (KIP-429) is between them; to the coordinator both are bytes.
//!
//! # The states of a group
//!
//! ```text
//!                 a first member joins
//!       ┌─────── Empty ───────────────────┐
//!       │          ▲                      ▼
//!       │          │ all are gone   PreparingRebalance ◄──────────────────────┐
//!    deleted,      └─────────────── joins are parked                          │
//!    expired                              │ all have joined, or time is up    │ a member joins, leaves,
//!       │                                 ▼                                   │ falls silent, or changes
//!       ▼                           CompletingRebalance ──────────────────────┤ what it can follow
//!      Dead                         syncs are parked                          │
//!                                         │ the leader brings the assignment  │
//!                                         ▼                                   │
//!                                       Stable ───────────────────────────────┘
//! ```
//!
//! | | Empty | PreparingRebalance | CompletingRebalance | Stable |
//! |---|---|---|---|---|
//! | JoinGroup, new | initial delay | parked | rebalance | rebalance |
//! | JoinGroup, again | UNKNOWN_MEMBER_ID | parked | answered, or rebalance if it says something new | answered; rebalance if it says something new or leads |
//! | SyncGroup | UNKNOWN_MEMBER_ID | REBALANCE_IN_PROGRESS | parked; from the leader: recorded | answered |
//! | Heartbeat | UNKNOWN_MEMBER_ID | REBALANCE_IN_PROGRESS | NONE | NONE |
//! | OffsetCommit, member | UNKNOWN_MEMBER_ID | kept | REBALANCE_IN_PROGRESS | kept |
//! | OffsetCommit, nobody | kept | UNKNOWN_MEMBER_ID | UNKNOWN_MEMBER_ID | UNKNOWN_MEMBER_ID |
//! | DeleteGroups | deleted | NON_EMPTY_GROUP | NON_EMPTY_GROUP | NON_EMPTY_GROUP |
//!
//! # What is hard and what is soft
//!
//! Hard state is [`Stored`], what the records say: of each group the last generation that was made durable, and its
//! offsets. It moves in [`apply`](crate::machine::Machine::apply) alone. Everything else is soft: the live groups,
//! the parked tickets, the timers. A live group starts from its record and runs ahead of it:
//!
//! - **A generation is handed out before it is recorded.** The answers to the joins name generation n + 1 while the
//!   record says n; it is recorded with the leader's assignment. If the coordinator is lost in between, the next one
//!   has the group Stable in n: the members' syncs and heartbeats for n + 1 are fenced with ILLEGAL_GENERATION, they
//!   join again, and n + 1 begins a second time. That is safe because nobody owns anything under n + 1 before the
//!   record: commits under it are refused (REBALANCE_IN_PROGRESS), and shares are answered only once it is committed.
//!   Kafka does the same; to record the joins as well would cost a flush a rebalance and gain nothing.
//! - **The move to Stable is taken at once**, with the record; the shares are released when the record is committed.
//! - **The last member's end is recorded at once**, as an empty generation: the retention of the offsets counts from it.
//! - **A static member's new id is recorded at once** (KAFKA-10284).
//! - **After a replay** a group with members is Stable, and every member has a whole session to be heard of. What was
//!   parked is gone with the old machine: [`Coordinator::abandon`] answers it, and clients retry.
//!
//! Answers that somebody may rely on (a join, a share, an offset kept or told, a description) wait for the log; errors
//! and heartbeats leave at once.
//!
//! # The loop that drives it
//!
//! The host replays the partition's records through [`Record::decode`] and `apply`, then for every request: makes an
//! [`Input`] (with [`wire`]), calls `handle`, encodes and appends the records as one batch, applies them, releases the
//! outputs in their time, and calls with [`Input::Tick`] when `wake_at` has come. Member ids need a unique part, which
//! the host draws and hands in with each join.
//!
//! # What is left out
//!
//! The KIP-848 protocol, share and streams groups: their records are passed over. Transactional commits: nothing is ever
//! pending, so `require_stable` is always met. Authorization: the host filters before and after.

mod classic;
mod commit;
mod config;
mod expiry;
mod ids;
mod input;
mod inspect;
mod join;
mod leave;
mod locate;
mod machine;
mod member;
mod offsets;
mod output;
mod protocols;
mod rebalance;
pub mod records;
pub mod refusal;
mod roster;
mod session;
mod state;
mod stored;
mod subscription;
mod sync;
#[cfg(test)]
mod tests;
mod timers;
mod turn;
pub mod wire;

pub use config::GroupConfig;
pub use ids::{Generation, GroupId, InstanceId, MemberId};
pub use input::{
    CommitPartition, CommitTopic, FetchTopic, Heartbeat, Input, JoinGroup, LeaveGroup,
    LeavingMember, ListGroups, OffsetCommit, OffsetDelete, OffsetFetch, Protocol, SyncGroup,
};
pub use locate::partition_of;
pub use machine::Coordinator;
pub use output::{
    CommittedTopic, DeleteGroupReply, DescribedGroup, DescribedMember, FetchedPartition,
    FetchedTopic, JoinGroupReply, JoinedMember, LeaveGroupReply, LeftMember, ListedGroup,
    OffsetCommitReply, OffsetDeleteReply, OffsetFetchReply, Output, Reply, SyncGroupReply,
};
pub use records::Record;
pub use state::GroupState;
pub use stored::{Offsets, Stored, StoredGroup};
