//! The log store: openraft's view of the journal.
//!
//! Entries that are not purged are kept in memory, where openraft reads them: between two snapshots they are some twenty
//! megabytes at most, and readable from the moment in which `append` returns, as openraft demands.
//! The journal is only read at the start.

use std::fmt::Debug;
use std::io;
use std::ops::RangeBounds;
use std::sync::Arc;

use openraft::storage::{LogFlushed, LogState, RaftLogReader, RaftLogStorage};
use openraft::{ErrorSubject, ErrorVerb, OptionalSend};
use parking_lot::Mutex;

use super::journal::{Contents, Note};
use super::types::{Entry, LogId, StorageError, Types, Vote};
use super::writer::{Done, Task, Writer};

/// The entries and the vote, in memory and, through the writer, on disk.
#[derive(Clone, Debug)]
pub(super) struct LogStore {
    contents: Arc<Mutex<Contents>>,
    writer: Writer,
    me: u64,
}

impl LogStore {
    /// Goes on from what the journal held.
    pub(super) fn new(contents: Contents, writer: Writer, me: u64) -> Self {
        Self { contents: Arc::new(Mutex::new(contents)), writer, me }
    }

    /// The last entry before this index.
    fn before(&self, index: u64) -> Option<LogId> {
        let contents = self.contents.lock();
        let last = contents.entries.range(..index).next_back();
        last.map(|(_, entry)| entry.log_id).or(contents.purged)
    }

    /// Folds a note into the contents in memory.
    fn fold(&self, note: Note) {
        let follows = self.contents.lock().fold(note);
        assert!(follows, "openraft appends entries without a gap");
    }
}

impl RaftLogReader<Types> for LogStore {
    async fn try_get_log_entries<RB: RangeBounds<u64> + Clone + Debug + OptionalSend>(
        &mut self,
        range: RB,
    ) -> Result<Vec<Entry>, StorageError> {
        let contents = self.contents.lock();
        Ok(contents.entries.range(range).map(|(_, entry)| entry.clone()).collect())
    }
}

impl RaftLogStorage<Types> for LogStore {
    type LogReader = Self;

    async fn get_log_state(&mut self) -> Result<LogState<Types>, StorageError> {
        let contents = self.contents.lock();
        let last = contents.entries.last_key_value().map(|(_, entry)| entry.log_id);
        Ok(LogState { last_purged_log_id: contents.purged, last_log_id: last.or(contents.purged) })
    }

    async fn get_log_reader(&mut self) -> Self {
        self.clone()
    }

    async fn save_vote(&mut self, vote: &Vote) -> Result<(), StorageError> {
        self.fold(Note::Vote(*vote));
        let written = self.writer.write(vec![Note::Vote(*vote)]).await;
        written.map_err(|error| failed(ErrorSubject::Vote, error))
    }

    /// The vote, but never one that makes this node the leader at once. openraft would go on in the old term, and entries
    /// that a power cut took from our tail could be given their ids a second time with other contents
    /// (openraft's issue 1802). A new election costs a lone voter three syncs.
    async fn read_vote(&mut self) -> Result<Option<Vote>, StorageError> {
        let vote = self.contents.lock().vote;
        Ok(vote.map(|vote| match vote.leader_id.node_id == self.me {
            true => Vote::new(vote.leader_id.term, vote.leader_id.node_id),
            false => vote,
        }))
    }

    async fn append<I>(
        &mut self,
        entries: I,
        callback: LogFlushed<Types>,
    ) -> Result<(), StorageError>
    where
        I: IntoIterator<Item = Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let notes: Vec<Note> = entries.into_iter().map(Note::Entry).collect();
        notes.iter().for_each(|note| self.fold(note.clone()));
        self.writer.send(Task::Write(notes, Done::Entries(callback)));
        Ok(())
    }

    async fn truncate(&mut self, log_id: LogId) -> Result<(), StorageError> {
        let note = Note::Truncate { last: self.before(log_id.index) };
        self.fold(note.clone());
        let written = self.writer.write(vec![note]).await;
        written.map_err(|error| failed(ErrorSubject::Log(log_id), error))
    }

    async fn purge(&mut self, log_id: LogId) -> Result<(), StorageError> {
        self.fold(Note::Purge(log_id));
        let purged = self.writer.purge(log_id).await;
        purged.map_err(|error| failed(ErrorSubject::Log(log_id), error))
    }
}

fn failed(subject: ErrorSubject<u64>, error: impl Into<String>) -> StorageError {
    let error = io::Error::other(error.into());
    StorageError::from_io_error(subject, ErrorVerb::Write, error)
}
