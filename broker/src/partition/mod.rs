//! A partition: a log, the role that this broker plays for it, and who waits for it.
//!
//! Whoever holds `&mut Partition` is its owner. The shell keeps each behind one short lock, taken by the connection's
//! own task around an append or a read plan: an append is a copy in memory, and nothing that waits (a sync, a cold
//! read, a replica) happens under it.
//!
//! # The offsets
//!
//! [`Offsets`] says in which order they must stay. On a single replica the high watermark is the log end: a record is
//! visible as soon as it is appended, as in Kafka. It is *acknowledged* to `acks=all` once it is synced, unless the
//! topic sets `write.caching=true`. What consumers have read before a power cut but producers had no answer for may
//! be gone after it; the leader epoch, raised at every start, lets clients notice (KIP-320).

mod leader;
mod offsets;
mod waiters;
mod watermark;

use protocol::ErrorCode;
use protocol::batch::RecordBatch;
use protocol::ids::{LeaderEpoch, NodeId, Offset, TimestampMs, TopicId, TopicPartition};
use storage::disk::Disk;
use storage::log::{
    Appended, FlushTask, Flushed, LeaderAppend, Log, ReadLimits, ReadPlan, TimestampSearch,
};
use storage::producer::Origin;

pub use leader::Leader;
pub use offsets::Offsets;
pub use waiters::{Waiter, WaiterId, Waiters, Watch};
pub use watermark::high_watermark;

/// What this broker is to the partition. A follower comes with replication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// It leads: producers append here and consumers read here.
    Leader(Leader),
    /// It cannot serve: the log failed, its log dir failed, or nobody has said yet what it is.
    Offline(ErrorCode),
}

/// Which records a reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// All up to the high watermark.
    ReadUncommitted,
    /// All up to the last stable offset (KIP-98).
    ReadCommitted,
}

/// One partition on this broker.
#[derive(Debug)]
pub struct Partition<D: Disk, W: Waiter> {
    id: TopicPartition,
    topic_id: TopicId,
    log: Log<D>,
    role: Role,
    high_watermark: Offset,
    waiters: Waiters<W>,
}

/// What a fetch wants to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// The first offset wanted; the batch that holds it is returned whole.
    pub from: Offset,
    /// How many bytes at most.
    pub bytes_max: usize,
    /// Whether a first batch larger than `bytes_max` is returned all the same, so that the reader gets on.
    pub at_least_one: bool,
    /// The leader epoch that the reader believes in.
    pub leader_epoch: LeaderEpoch,
    /// The epoch of the last record that the reader has, if it asks whether its log has diverged (KIP-595).
    pub last_fetched_epoch: LeaderEpoch,
    /// What it may see.
    pub isolation: Isolation,
}

/// What a fetch found.
#[derive(Debug)]
pub struct Fetched<D: Disk> {
    /// How to get at the records; `None`: there are none beyond `from` yet, or the logs have diverged.
    pub plan: Option<ReadPlan<D>>,
    /// Where the partition stood.
    pub offsets: Offsets,
    /// Where the reader's log parted from ours: the largest epoch that both know, and its end here.
    pub diverging: Option<(LeaderEpoch, Offset)>,
}

/// Why nothing was appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// This broker does not lead the partition, or cannot serve it.
    #[error("the partition answers {0}")]
    NotLeader(ErrorCode),
    /// The log did not take it.
    #[error(transparent)]
    Log(#[from] storage::log::AppendError),
}

impl AppendError {
    /// What the client is told. Whatever may pass is an error that clients retry.
    pub fn code(&self) -> ErrorCode {
        use storage::log::AppendError as Log;
        match self {
            Self::NotLeader(code) => *code,
            Self::Log(Log::Producer(rejected)) => rejected.code(),
            Self::Log(Log::MessageTooLarge { .. }) => ErrorCode::MessageTooLarge,
            Self::Log(Log::RecordListTooLarge { .. }) => ErrorCode::RecordListTooLarge,
            Self::Log(Log::Corrupt(_) | Log::OutOfOrder { .. }) => ErrorCode::CorruptMessage,
            Self::Log(Log::NoSpace(_) | Log::Failed(_) | Log::Fenced) => {
                ErrorCode::KafkaStorageError
            }
        }
    }

    /// Whether the log dir is lost to this process.
    pub fn is_disk_failure(&self) -> bool {
        matches!(self, Self::Log(storage::log::AppendError::Failed(_)))
    }
}

/// Which offset a ListOffsets request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sought {
    /// The first that may be read.
    Earliest,
    /// The end, as far as the isolation level sees.
    Latest(Isolation),
    /// The record with the largest timestamp (KIP-734).
    MaxTimestamp(Isolation),
    /// The first record at or after a time.
    AtTime(TimestampMs, Isolation),
}

/// An answer to [`Sought`], or the way to one.
#[derive(Debug)]
pub enum Listing<D: Disk> {
    /// It is known.
    Known(Listed),
    /// It has to be searched for; what is found at or beyond `below` does not count.
    Search {
        /// The search, which may read the disk.
        search: TimestampSearch<D>,
        /// Exclusive bound of what the asker may see.
        below: Offset,
    },
}

/// An offset that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The record's timestamp; [`TimestampMs::NONE`] where an end of the log was asked for.
    pub timestamp: TimestampMs,
    /// The offset; −1 if no record qualifies.
    pub offset: Offset,
    /// The epoch in which it was written, if known.
    pub leader_epoch: LeaderEpoch,
}

impl<D: Disk, W: Waiter> Partition<D, W> {
    /// A partition whose log is open. Nobody has said yet what this broker is to it.
    pub fn new(id: TopicPartition, topic_id: TopicId, log: Log<D>) -> Self {
        let high_watermark = log.start_offset();
        let role = Role::Offline(ErrorCode::NotLeaderOrFollower);
        Self { id, topic_id, log, role, high_watermark, waiters: Waiters::new() }
    }

    /// Its topic and number.
    pub fn id(&self) -> &TopicPartition {
        &self.id
    }

    /// Its topic's id.
    pub fn topic_id(&self) -> TopicId {
        self.topic_id
    }

    /// Its log, to look at.
    pub fn log(&self) -> &Log<D> {
        &self.log
    }

    /// Its log, for housekeeping: retention, rolls, configuration. Offsets are checked by [`Partition::settle`].
    pub fn log_mut(&mut self) -> &mut Log<D> {
        &mut self.log
    }

    /// Where it stands.
    pub fn offsets(&self) -> Offsets {
        let start = self.log.start_offset();
        Offsets {
            start,
            last_stable: self.log.producers().last_stable_offset(self.high_watermark, start),
            high_watermark: self.high_watermark,
            end: self.log.end_offset(),
            flushed: self.log.flushed_offset(),
        }
    }

    /// Exclusive bound of what an acknowledgement with `acks=all` may rest on.
    pub fn acknowledged(&self) -> Offset {
        self.offsets().acknowledged(self.log.config().write_caching)
    }

    /// The leadership, or the error for a client that takes us for the leader.
    pub fn leader(&self) -> Result<&Leader, ErrorCode> {
        match &self.role {
            Role::Leader(leader) => Ok(leader),
            Role::Offline(code) => Err(*code),
        }
    }

    /// Takes the leadership for `epoch`. A lower epoch than the one we lead in is stale news and ignored.
    pub fn become_leader(&mut self, me: NodeId, epoch: LeaderEpoch, in_sync: Vec<NodeId>) {
        if matches!(&self.role, Role::Leader(leader) if leader.epoch() >= epoch)
            || self.log.is_failed()
        {
            return;
        }
        self.role = Role::Leader(Leader::new(me, epoch, in_sync, self.log.end_offset()));
        self.waiters.release_all();
        self.settle();
    }

    /// Serves nobody any more; whoever waits is told `code` when it asks again.
    pub fn go_offline(&mut self, code: ErrorCode) {
        self.role = Role::Offline(code);
        self.waiters.release_all();
    }

    /// Appends what a producer sent, already validated. The records are visible at once if we are the only replica.
    pub fn append(
        &mut self,
        batches: Vec<RecordBatch>,
        now: TimestampMs,
        origin: Origin,
    ) -> Result<Appended, AppendError> {
        let epoch = self.leader().map_err(AppendError::NotLeader)?.epoch();
        let appended = self.log.append_leader(batches, LeaderAppend { epoch, now, origin })?;
        self.settle();
        Ok(appended)
    }

    /// Plans a read.
    pub fn fetch(&self, fetch: &Fetch) -> Result<Fetched<D>, ErrorCode> {
        self.leader()?.check_epoch(fetch.leader_epoch)?;
        let offsets = self.offsets();
        if let Some(diverging) = self.divergence(fetch) {
            return Ok(Fetched { plan: None, offsets, diverging: Some(diverging) });
        }
        if fetch.from < offsets.start || fetch.from > offsets.end {
            return Err(ErrorCode::OffsetOutOfRange);
        }
        let up_to = self.visible(fetch.isolation);
        let plan = if fetch.from < up_to && (fetch.bytes_max > 0 || fetch.at_least_one) {
            let limits =
                ReadLimits { max_bytes: fetch.bytes_max, up_to, at_least_one: fetch.at_least_one };
            Some(self.log.read(fetch.from, limits).map_err(|_| ErrorCode::OffsetOutOfRange)?)
        } else {
            None
        };
        Ok(Fetched { plan, offsets, diverging: None })
    }

    /// Exclusive bound of what a reader sees.
    pub fn visible(&self, isolation: Isolation) -> Offset {
        let offsets = self.offsets();
        match isolation {
            Isolation::ReadUncommitted => offsets.high_watermark,
            Isolation::ReadCommitted => offsets.last_stable,
        }
    }

    /// Up to where our log agrees with a reader whose last record is of `last_fetched_epoch`, if it does not agree
    /// up to where the reader stands (KIP-320, KIP-595).
    fn divergence(&self, fetch: &Fetch) -> Option<(LeaderEpoch, Offset)> {
        if fetch.last_fetched_epoch == LeaderEpoch::NONE {
            return None;
        }
        let (epoch, end) = self.end_of_epoch(fetch.last_fetched_epoch)?;
        (epoch < fetch.last_fetched_epoch || end < fetch.from).then_some((epoch, end))
    }

    /// The largest epoch that is not after `epoch`, and where it ends here (KIP-101, KIP-279). Our own epoch ends at the
    /// end of the log, also while nothing has been written in it; of later ones we know nothing.
    pub fn end_of_epoch(&self, epoch: LeaderEpoch) -> Option<(LeaderEpoch, Offset)> {
        let end = self.log.end_offset();
        match &self.role {
            Role::Leader(leader) if epoch == leader.epoch() => Some((epoch, end)),
            Role::Leader(leader) if epoch > leader.epoch() => None,
            _ => self
                .log
                .epochs()
                .end_offset_for(epoch, end)
                .map(|known| (known.epoch, known.end_offset)),
        }
    }

    /// Looks up an offset. The ends of the log are known; a time has to be searched for, without the partition's lock.
    pub fn list_offset(&self, sought: Sought) -> Result<Listing<D>, ErrorCode> {
        let epoch = self.leader()?.epoch();
        let offsets = self.offsets();
        let end = |offset: Offset| {
            let leader_epoch = self.log.epochs().epoch_at(offset).unwrap_or(epoch);
            Listing::Known(Listed { timestamp: TimestampMs::NONE, offset, leader_epoch })
        };
        Ok(match sought {
            Sought::Earliest => end(offsets.start),
            Sought::Latest(isolation) => {
                let offset = self.visible(isolation);
                Listing::Known(Listed { timestamp: TimestampMs::NONE, offset, leader_epoch: epoch })
            }
            Sought::MaxTimestamp(isolation) => Listing::Search {
                search: self.log.max_timestamp_offset(),
                below: self.visible(isolation),
            },
            Sought::AtTime(time, isolation) => Listing::Search {
                search: self.log.offset_for_timestamp(time),
                below: self.visible(isolation),
            },
        })
    }

    /// Closes the log in order. It serves nobody any more, whether that worked or not.
    pub fn close(&mut self) -> Result<Offset, storage::log::CloseError> {
        self.go_offline(ErrorCode::NotLeaderOrFollower);
        self.log.close()
    }

    /// Deletes what lies before `before`, as a client asked (KIP-107); −1 means all that is visible. Returns the new start.
    pub fn delete_records(&mut self, before: Offset) -> Result<Offset, ErrorCode> {
        self.leader()?;
        let before = if before == Offset(-1) { self.high_watermark } else { before };
        if before < Offset::ZERO || before > self.high_watermark {
            return Err(ErrorCode::OffsetOutOfRange);
        }
        self.log.advance_start(before).map_err(|_| ErrorCode::KafkaStorageError)?;
        Ok(self.log.start_offset())
    }

    /// Parks `waiter` until the watched bound reaches `reaches`.
    pub fn park(&mut self, watch: Watch, reaches: Offset, waiter: W) -> WaiterId {
        self.waiters.park(watch, reaches, waiter)
    }

    /// Takes a waiter out early.
    pub fn leave(&mut self, id: WaiterId) {
        self.waiters.leave(id);
    }

    /// What to sync, if anything is not on disk yet. The sync runs without the partition's lock.
    pub fn unflushed(&self) -> Option<FlushTask<D>> {
        self.log.unflushed()
    }

    /// A sync has completed. Returns whom that concerns, to be woken once the partition's lock is free: the first
    /// thing that they do is to take it.
    #[must_use = "whoever waits is not woken otherwise"]
    pub fn flushed(&mut self, flushed: Flushed) -> Vec<W> {
        self.log.flushed(flushed);
        self.advance()
    }

    /// Brings the high watermark up to date, checks that the offsets are in order, and wakes whom it concerns.
    /// Called after everything that moves the log.
    pub fn settle(&mut self) {
        self.advance().iter().for_each(Waiter::wake);
    }

    fn advance(&mut self) -> Vec<W> {
        if let Role::Leader(leader) = &self.role {
            let high_watermark = leader.high_watermark(self.high_watermark, self.log.end_offset());
            self.high_watermark = high_watermark.max(self.log.start_offset());
            self.log.producers_mut().advance_high_watermark(self.high_watermark);
        }
        let offsets = self.offsets();
        offsets.check();
        let mut released = self.waiters.release(Watch::Visible, offsets.high_watermark);
        let acknowledged = offsets.acknowledged(self.log.config().write_caching);
        released.extend(self.waiters.release(Watch::Acknowledged, acknowledged));
        released
    }
}
