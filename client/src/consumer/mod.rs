//! The consumer: records out, in the order of their partitions.
//!
//! ```text
//!                    ┌────────────── poll ──────────────┐
//!  group task ─────► events ─► positions ─► fetcher ────► records
//!  (join, beat)      assign,    where to     one fetch
//!                    revoke     go on        a leader
//! ```
//!
//! A [`Consumer`] belongs to one task, and everything that changes what it reads happens within [`Consumer::poll`]:
//! partitions are taken and given up there, positions move there, and what it returned counts as done when it is called
//! again. Between polls only the heartbeats go on, and the fetches that are under way.
//!
//! Either the program says what to read ([`Consumer::assign`]) or a group shares it out ([`Consumer::subscribe`]).

pub mod assignors;
mod commit;
mod fetch;
mod group;
mod options;
mod piece;
mod place;
mod positions;
pub mod protocol;
mod rebalance;
mod record;
mod subscription;

use std::fmt;
use std::time::Duration;

use ::protocol::ids::{LeaderEpoch, Offset, TopicName, TopicPartition};
use tokio::time::Instant;

use crate::cluster::Cluster;
use crate::error::Error;
use crate::offsets::OffsetAt;
use fetch::Fetcher;
use group::{Event, Identity, Membership};
use positions::{Position, Positions};
use subscription::Subscribed;

pub use assignors::Assignor;
pub use options::{ConsumerOptions, Isolation};
pub use rebalance::{RebalanceListener, Silent};
pub use record::Record;

/// A consumer. Made on a tokio runtime, on which its heartbeats live.
pub struct Consumer {
    cluster: Cluster,
    options: ConsumerOptions,
    positions: Positions,
    fetcher: Fetcher,
    subscribed: Subscribed,
    membership: Option<Membership>,
    /// Who we are in the group, since the last assignment.
    identity: Option<Identity>,
    /// Whether this member shares out the partitions and has to notice new ones.
    leads: bool,
    listener: Box<dyn RebalanceListener>,
    /// When the next commit of our own is due.
    commit_at: Option<Instant>,
    /// When to look for new topics and partitions again.
    view_until: Instant,
    wants_metadata: bool,
}

impl Consumer {
    /// A consumer that reads nothing yet.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a consumer takes its cluster over, as the producer does"
    )]
    pub fn new(cluster: Cluster, options: ConsumerOptions) -> Self {
        // Its fetches and its JoinGroup wait at the broker, and nobody else is to wait behind them.
        let cluster = cluster.apart();
        let fetcher = Fetcher::new(cluster.clone(), options.clone());
        let now = Instant::now();
        Self {
            fetcher,
            positions: Positions::default(),
            subscribed: Subscribed::Nothing,
            membership: None,
            identity: None,
            leads: false,
            listener: Box::new(Silent),
            commit_at: options.auto_commit.filter(|_| options.group.is_some()).map(|t| now + t),
            view_until: now + options.view_age_max,
            wants_metadata: false,
            cluster,
            options,
        }
    }

    /// Tells `listener` of every change of the assignment.
    pub fn listen(&mut self, listener: impl RebalanceListener + 'static) {
        self.listener = Box::new(listener);
    }

    /// Reads these partitions, and no others. Where to begin is the group's commit, if there is a group, or the reset rule;
    /// [`Consumer::seek`] overrules both.
    pub fn assign(&mut self, partitions: impl IntoIterator<Item = TopicPartition>) {
        self.subscribed = Subscribed::Nothing;
        self.membership = None;
        self.positions = Positions::default();
        partitions.into_iter().for_each(|partition| self.positions.add(partition));
    }

    /// Joins the group and reads what it is given of these topics. Topics that do not exist yet are read once they do.
    ///
    /// Errors: [`Error::Invalid`] without a group in the options.
    pub fn subscribe(&mut self, topics: impl IntoIterator<Item = TopicName>) -> Result<(), Error> {
        self.start_subscription(Subscribed::topics(topics))
    }

    /// Joins the group and reads what it is given of the topics whose names match, now or later.
    ///
    /// Errors: [`Error::Invalid`] without a group in the options.
    pub fn subscribe_pattern(&mut self, pattern: regex::Regex) -> Result<(), Error> {
        self.start_subscription(Subscribed::pattern(pattern))
    }

    /// The records that come within `patience`, in the order of each partition: at least one, or none in time. Calling it
    /// again says that those returned before are done.
    ///
    /// Errors are about the consumer as a whole or the first partition that is in trouble; passing trouble is not told. It
    /// may be called again after any error.
    pub async fn poll(&mut self, patience: Duration) -> Result<Vec<Record>, Error> {
        let deadline = Instant::now() + patience;
        if let Some(membership) = &self.membership {
            *membership.polled.lock() = Instant::now();
        }
        self.commit_if_due().await;
        loop {
            self.take_events().await?;
            let in_time = match tokio::time::timeout_at(deadline, self.prepare()).await {
                Ok(Ok(())) => true,
                // A broker that is away may come back: what is here is handed out, and the rest is tried again.
                Ok(Err(error)) if error.is_retriable() => {
                    tracing::debug!(%error, "what to fetch is not known yet");
                    self.wants_metadata = true;
                    true
                }
                Ok(Err(error)) => return Err(error),
                Err(_) => false,
            };
            while let Some(answer) = self.fetcher.answer_now() {
                self.take_answer(answer)?;
            }
            let records = self.fetcher.drain(&mut self.positions)?;
            if !records.is_empty() || !in_time || Instant::now() >= deadline {
                self.fetch_ahead()?;
                return Ok(records);
            }
            self.wants_metadata |= self.fetcher.send(&self.positions, Instant::now());
            if !self.wait(deadline).await? {
                return Ok(Vec::new());
            }
        }
    }

    /// What is read now.
    pub fn assignment(&self) -> Vec<TopicPartition> {
        self.positions.partitions()
    }

    /// The next record to read of a partition, once that is known.
    pub fn position(&self, partition: &TopicPartition) -> Option<Offset> {
        self.positions.offset(partition)
    }

    /// Where the partition ended when it was last fetched: the high watermark, or the last stable offset.
    pub fn end(&self, partition: &TopicPartition) -> Option<Offset> {
        self.positions.get(partition)?.end
    }

    /// Goes on reading a partition at an offset. Nothing happens to a partition that is not assigned.
    pub fn seek(&mut self, partition: &TopicPartition, offset: Offset) {
        let epoch = LeaderEpoch::NONE;
        self.positions.place(partition, Position::At { offset, epoch });
    }

    /// Goes on reading a partition at its start, its end, or a time.
    pub fn seek_to(&mut self, partition: &TopicPartition, at: OffsetAt) {
        self.positions.place(partition, Position::Resetting(at));
    }

    /// Stops fetching a partition, and keeps its place.
    pub fn pause(&mut self, partition: &TopicPartition) {
        if let Some(slot) = self.positions.get_mut(partition) {
            slot.paused = true;
        }
    }

    /// Goes on fetching a partition.
    pub fn resume(&mut self, partition: &TopicPartition) {
        if let Some(slot) = self.positions.get_mut(partition) {
            slot.paused = false;
        }
    }

    /// Commits, if that is this consumer's own business, and leaves the group. Without this the group waits for a member
    /// that is gone until it has been silent for `session_timeout`, unless the runtime lives on long enough to tell it.
    ///
    /// Errors: those of [`Consumer::commit`], but for a group that rebalances or has gone on without this member: then
    /// whoever has its partitions now may read some records again, which every member of a group is prepared for.
    pub async fn close(mut self) -> Result<(), Error> {
        let committed = match self.options.auto_commit {
            Some(_) if self.options.group.is_some() => self.commit_at_the_end().await,
            _ => Ok(()),
        };
        if let Some(membership) = self.membership.take() {
            let (done, left) = tokio::sync::oneshot::channel();
            let sent = membership.commands.send(group::Command::Leave(done));
            if sent.is_ok() {
                let limit = self.cluster.options().connection.request_timeout;
                // The group notices by itself in the end.
                let _ = tokio::time::timeout(limit, left).await;
            }
        }
        committed
    }

    /// Everything that must be known before a fetch can be sent.
    async fn prepare(&mut self) -> Result<(), Error> {
        self.look_around().await?;
        self.place_unplaced().await?;
        self.resolve_resets().await
    }

    /// Sets off the next fetches, so that they are under way while the program works.
    fn fetch_ahead(&mut self) -> Result<(), Error> {
        self.wants_metadata |= self.fetcher.send(&self.positions, Instant::now());
        match self.fetcher.answer_now() {
            Some(answer) => self.take_answer(answer),
            None => Ok(()),
        }
    }

    /// Waits for an answer or for the group, or until something may be tried again; `false` after the deadline.
    async fn wait(&mut self, deadline: Instant) -> Result<bool, Error> {
        // What rests after a failure, or waits for metadata, is looked at again after a moment.
        let backoff = self.cluster.options().backoff.initial;
        let pause = Instant::now() + if self.wants_metadata { backoff } else { backoff * 5 };
        let event = async {
            match &mut self.membership {
                Some(membership) => membership.events.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(answer) = self.fetcher.answer(), if self.fetcher.is_waiting() => {
                self.take_answer(answer)?;
            }
            Some(event) = event => self.take_event(event).await?,
            () = tokio::time::sleep_until(deadline.min(pause)) => {
                return Ok(Instant::now() < deadline);
            }
        }
        Ok(true)
    }

    fn take_answer(&mut self, answer: fetch::Answer) -> Result<(), Error> {
        let taken = self.fetcher.take_in(answer, &mut self.positions, Instant::now())?;
        self.wants_metadata |= taken.wants_metadata;
        Ok(())
    }

    /// Everything that the group's task has told us since.
    async fn take_events(&mut self) -> Result<(), Error> {
        while let Some(event) = self.next_event() {
            self.take_event(event).await?;
        }
        Ok(())
    }

    fn next_event(&mut self) -> Option<Event> {
        self.membership.as_mut()?.events.try_recv().ok()
    }
}

impl fmt::Debug for Consumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer")
            .field("group", &self.options.group)
            .field("positions", &self.positions)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_move<T: Send>(_: &T) {}

    #[tokio::test(start_paused = true)]
    async fn a_cluster_that_is_away_is_waited_for_and_is_no_error() {
        let dead = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = dead.local_addr().expect("a bound listener").port();
        drop(dead);
        let options = crate::ClusterOptions::new(vec![crate::Address::new("127.0.0.1", port)]);
        let in_group = ConsumerOptions::in_group("g");
        let mut consumer = Consumer::new(Cluster::lazily(options), in_group);
        let topic = TopicName::new("t").expect("a legal name");
        consumer.subscribe([topic]).expect("there is a group");
        let began = Instant::now();
        let patience = Duration::from_secs(3);
        assert_eq!(consumer.poll(patience).await, Ok(Vec::new()));
        assert!(began.elapsed() >= patience, "it waits, and does not spin");
    }

    #[tokio::test]
    async fn a_consumer_may_be_polled_on_any_thread() {
        let address = crate::Address::new("127.0.0.1", 1);
        let options = crate::ClusterOptions::new(vec![address]);
        let mut consumer = Consumer::new(Cluster::lazily(options), ConsumerOptions::default());
        may_move(&consumer);
        may_move(&consumer.poll(Duration::ZERO));
        may_move(&consumer.commit());
        may_move(&consumer.close());
    }
}
