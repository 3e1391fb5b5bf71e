//! The writer: the one thread that writes the journal.
//!
//! Whatever waits is written together and made durable with one sync, in the order in which it was asked for: openraft
//! demands that votes and entries are never reordered. A slow disk stops this thread and nobody else.

use std::sync::mpsc;
use std::thread;

use openraft::storage::LogFlushed;
use storage::disk::Disk;
use tokio::sync::oneshot;

use super::journal::{Journal, Note};
use super::types::{LogId, Types};

/// What the writer is asked to do.
pub(super) enum Task {
    /// Write these notes, and tell when they are durable.
    Write(Vec<Note>, Done),
    /// Forget entries up to this one.
    Purge(LogId, Reply<Result<(), String>>),
    /// Make room for so many bytes, and say how much there is.
    Reserve(u64, Reply<u64>),
}

/// Whom to tell that notes are durable.
pub(super) enum Done {
    /// openraft, of entries.
    Entries(LogFlushed<Types>),
    /// Whoever waits.
    Reply(Reply<Result<(), String>>),
}

pub(super) type Reply<T> = oneshot::Sender<T>;

/// A handle to the writer. The thread ends when the last handle is gone.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    tasks: mpsc::Sender<Task>,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start<D: Disk>(
        journal: Journal<D>,
    ) -> std::io::Result<(Self, thread::JoinHandle<()>)> {
        let (tasks, waiting) = mpsc::channel();
        let builder = thread::Builder::new().name("metadata-log".into());
        let thread = builder.spawn(move || run(journal, &waiting))?;
        Ok((Self { tasks }, thread))
    }

    /// Hands a task over. If the thread is gone, the task is dropped, and whoever waits for it learns that.
    pub(super) fn send(&self, task: Task) {
        let _ = self.tasks.send(task);
    }

    /// Writes notes and waits until they are durable.
    pub(super) async fn write(&self, notes: Vec<Note>) -> Result<(), String> {
        let (reply, done) = oneshot::channel();
        self.send(Task::Write(notes, Done::Reply(reply)));
        done.await.unwrap_or_else(|_| Err(STOPPED.into()))
    }

    /// Forgets entries up to this one.
    pub(super) async fn purge(&self, upto: LogId) -> Result<(), String> {
        let (reply, done) = oneshot::channel();
        self.send(Task::Purge(upto, reply));
        done.await.unwrap_or_else(|_| Err(STOPPED.into()))
    }

    /// Makes room for `bytes`, and says how much there is.
    pub(super) async fn reserve(&self, bytes: u64) -> u64 {
        let (reply, done) = oneshot::channel();
        self.send(Task::Reserve(bytes, reply));
        done.await.unwrap_or(0)
    }
}

const STOPPED: &str = "the metadata log's writer has stopped";

fn run<D: Disk>(mut journal: Journal<D>, tasks: &mpsc::Receiver<Task>) {
    while let Ok(first) = tasks.recv() {
        let mut round = vec![first];
        round.extend(tasks.try_iter());
        work(&mut journal, round);
    }
}

/// One round: the writes in it share one sync, but nothing is moved across a purge.
fn work<D: Disk>(journal: &mut Journal<D>, round: Vec<Task>) {
    let mut unsynced = Vec::new();
    for task in round {
        match task {
            Task::Write(notes, done) => match journal.write(&notes) {
                Ok(()) => unsynced.push(done),
                Err(error) => done.tell(&Err(error)),
            },
            Task::Reserve(bytes, reply) => drop(reply.send(journal.reserve(bytes))),
            Task::Purge(upto, reply) => {
                sync(journal, &mut unsynced);
                let purged = journal.purge(upto);
                let _ = reply.send(purged.map_err(|error| error.to_string()));
            }
        }
    }
    sync(journal, &mut unsynced);
}

fn sync<D: Disk>(journal: &mut Journal<D>, unsynced: &mut Vec<Done>) {
    if unsynced.is_empty() {
        return;
    }
    let synced = journal.sync();
    if let Err(error) = &synced {
        tracing::error!(%error, "the metadata log could not be made durable; it takes no more");
    }
    unsynced.drain(..).for_each(|done| done.tell(&synced));
}

impl Done {
    fn tell(self, result: &std::io::Result<()>) {
        let error = result.as_ref().err();
        match self {
            Self::Entries(callback) => {
                let copy =
                    |error: &std::io::Error| std::io::Error::new(error.kind(), error.to_string());
                callback.log_io_completed(error.map_or(Ok(()), |error| Err(copy(error))));
            }
            Self::Reply(reply) => {
                let _ = reply.send(error.map_or(Ok(()), |error| Err(error.to_string())));
            }
        }
    }
}
