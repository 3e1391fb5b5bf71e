//! A member: a consumer of ours that reads and commits in a task of its own, and keeps a diary.

use crate::visitor::Visitor;
use anyhow::Result;
use client::consumer::{Consumer, ConsumerOptions, RebalanceListener, Record};
use client::offsets::OffsetAt;
use protocol::ids::{TopicName, TopicPartition};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// What a consumer has been through, for those who look at it from outside its task.
#[derive(Clone, Debug, Default)]
pub struct Diary(Arc<Mutex<Entries>>);

/// The diary's entries.
#[derive(Debug, Default)]
pub struct Entries {
    /// Every record that polls have returned.
    pub read: Vec<Record>,
    /// What is assigned now.
    pub assigned: BTreeSet<TopicPartition>,
    /// How often an assignment was told.
    pub rounds: usize,
    /// Everything that was ever taken away.
    pub lost: Vec<TopicPartition>,
}

impl Diary {
    /// Looks at the entries.
    pub fn look<T>(&self, look: impl FnOnce(&Entries) -> T) -> T {
        self.write(|entries| look(entries))
    }

    /// Notes what a poll has returned.
    pub fn note(&self, records: Vec<Record>) {
        self.write(|entries| entries.read.extend(records));
    }

    /// How many partitions are assigned now.
    pub fn share(&self) -> usize {
        self.look(|entries| entries.assigned.len())
    }

    /// How many records were read.
    pub fn count(&self) -> usize {
        self.look(|entries| entries.read.len())
    }

    fn write<T>(&self, write: impl FnOnce(&mut Entries) -> T) -> T {
        write(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl RebalanceListener for Diary {
    fn assigned(&mut self, partitions: &[TopicPartition]) {
        self.write(|entries| {
            entries.assigned.extend(partitions.iter().cloned());
            entries.rounds += 1;
        });
    }

    fn revoked(&mut self, partitions: &[TopicPartition]) {
        self.write(|entries| {
            entries.assigned.retain(|of| !partitions.contains(of));
            entries.lost.extend(partitions.iter().cloned());
        });
    }
}

/// A member of a group.
#[derive(Debug)]
pub struct Member {
    diary: Diary,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), client::Error>>,
}

impl Member {
    /// The options of a member that begins at the start, and whose group soon notices what happens.
    pub fn options(group: &str) -> ConsumerOptions {
        ConsumerOptions {
            session_timeout: Duration::from_secs(6),
            heartbeat_interval: Duration::from_millis(200),
            auto_commit: Some(Duration::from_millis(100)),
            reset: Some(OffsetAt::Start),
            ..ConsumerOptions::in_group(group)
        }
    }

    /// Joins the group of the options, and reads the topic until it is told to close. Lives on the runtime of its caller.
    pub fn join(visitor: &Visitor, topic: &TopicName, options: ConsumerOptions) -> Self {
        let diary = Diary::default();
        let mut consumer = Consumer::new(visitor.cluster(), options);
        consumer.listen(diary.clone());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(run(consumer, topic.clone(), diary.clone(), stopped));
        Self { diary, stop, task }
    }

    /// What it has been through.
    pub fn diary(&self) -> &Diary {
        &self.diary
    }

    /// Whether it has ended, which only an error can do to it.
    pub fn has_ended(&self) -> bool {
        self.task.is_finished()
    }

    /// Closes the consumer, and tells what came of that.
    pub async fn close(self) -> Result<()> {
        // One that has ended already says why below.
        let _ = self.stop.send(());
        Ok(self.task.await??)
    }
}

async fn run(
    mut consumer: Consumer,
    topic: TopicName,
    diary: Diary,
    mut stopped: oneshot::Receiver<()>,
) -> Result<(), client::Error> {
    consumer.subscribe([topic])?;
    while stopped.try_recv() == Err(oneshot::error::TryRecvError::Empty) {
        diary.note(consumer.poll(Duration::from_millis(100)).await?);
    }
    consumer.close().await
}
