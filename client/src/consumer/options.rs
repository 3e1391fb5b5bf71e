//! A consumer's options, with the defaults of Kafka 4's Java client.

use std::time::Duration;

use super::assignors::Assignor;
pub use crate::offsets::Isolation;
use crate::offsets::OffsetAt;

/// How a consumer behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerOptions {
    /// The group whose offsets are read and committed; needed for a subscription.
    pub group: Option<String>,
    /// A name that lasts over restarts: the group then waits for the member to come back instead of rebalancing at once
    /// (`group.instance.id`, KIP-345).
    pub instance: Option<String>,
    /// Where to begin without a commit, or when the commit is out of range; `None` makes that an error.
    pub reset: Option<OffsetAt>,
    /// Whether records of open and aborted transactions are seen.
    pub isolation: Isolation,
    /// How often offsets are committed by [`Consumer::poll`](super::Consumer::poll) itself; `None` to leave it to the
    /// program. What a poll returned counts as done when the next one is called.
    pub auto_commit: Option<Duration>,
    /// How partitions are shared out, the most wanted first; the group uses one that all members have. If all of them are
    /// cooperative, so is the member: it goes on reading while the group rebalances (KIP-429).
    pub assignors: Vec<Assignor>,
    /// The group gives a member up that it has not heard of for this long (`session.timeout.ms`).
    pub session_timeout: Duration,
    /// How often the group hears of us (`heartbeat.interval.ms`).
    pub heartbeat_interval: Duration,
    /// A member that does not poll for this long leaves (`max.poll.interval.ms`); also how long a rebalance waits for it.
    pub poll_interval_max: Duration,
    /// The most records that one poll returns.
    pub poll_records_max: usize,
    /// How long the broker may hold a fetch that has nothing to answer.
    pub fetch_wait: Duration,
    /// How much the broker shall wait for, within that time.
    pub fetch_bytes_min: usize,
    /// The most in one answer. A first batch that is larger comes all the same.
    pub fetch_bytes_max: usize,
    /// The most of one partition in one answer.
    pub partition_bytes_max: usize,
    /// Whether batches are checked for damage.
    pub check_crcs: bool,
    /// How often new topics and partitions are looked for (`metadata.max.age.ms`).
    pub view_age_max: Duration,
}

impl Default for ConsumerOptions {
    fn default() -> Self {
        Self {
            group: None,
            instance: None,
            reset: Some(OffsetAt::End),
            isolation: Isolation::ReadUncommitted,
            auto_commit: Some(Duration::from_secs(5)),
            assignors: vec![Assignor::Range],
            session_timeout: Duration::from_secs(45),
            heartbeat_interval: Duration::from_secs(3),
            poll_interval_max: Duration::from_secs(300),
            poll_records_max: 500,
            fetch_wait: Duration::from_millis(500),
            fetch_bytes_min: 1,
            fetch_bytes_max: 50 << 20,
            partition_bytes_max: 1 << 20,
            check_crcs: true,
            view_age_max: Duration::from_secs(300),
        }
    }
}

impl ConsumerOptions {
    /// The usual options in a group.
    pub fn in_group(group: impl Into<String>) -> Self {
        Self { group: Some(group.into()), ..Self::default() }
    }

    /// Whether the member keeps what it has while the group rebalances.
    pub(super) fn is_cooperative(&self) -> bool {
        self.assignors.iter().all(|assignor| assignor.is_cooperative())
    }
}
