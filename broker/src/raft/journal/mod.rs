//! The journal: Raft's entries and votes on disk.
//!
//! One append-only sequence of [`Note`]s in one folder, cut into segments. Everything that Raft must not forget is a note,
//! votes and truncations too: one file is written and synced, in one order, and nothing is ever changed in place.
//! (Why it is not a partition's log: `docs/decisions/raft-journal.md`.)
//!
//! ```text
//! __cluster_metadata-0/00000000000000000000.journal    head, vote, entry, entry, …
//! __cluster_metadata-0/00000000000000004711.journal    head, entry, truncate, entry, …   (named by its first frame's number)
//! ```
//!
//! # Invariants
//!
//! - The entries that the notes add up to have consecutive indexes, right behind the purged one.
//! - A segment is begun only when the one before it is durable in full, so only the last can be torn.
//! - What lies behind the last frame of the last segment is zeros: no abandoned frame can be taken for a new one.
//! - The last segment is allocated [`JournalOptions::headroom_bytes`] ahead where the disk allows it, so that on a full
//!   disk there is still room for votes and for the deletion of topics.
//!
//! # Failure
//!
//! An error of a write or of a sync is final: the journal refuses everything from then on. What does not read at the
//! start was either never acknowledged, and is dropped, or the start is refused ([`super::journal::OpenError`]).

mod frame;
mod note;
mod recover;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};

use storage::disk::{Disk, DiskFile, OpenMode};

use super::types::{Entry, LogId, Vote};
use frame::Frame;

pub(super) use note::Note;
pub(super) use recover::OpenError;

/// How a journal uses its disk.
#[derive(Clone, Copy, Debug)]
pub(super) struct JournalOptions {
    /// A segment of this size is the last one's predecessor.
    pub(super) segment_bytes: u64,
    /// How much is allocated at a time.
    pub(super) step_bytes: u64,
    /// How much is kept allocated ahead.
    pub(super) headroom_bytes: u64,
}

impl Default for JournalOptions {
    fn default() -> Self {
        Self { segment_bytes: 8 << 20, step_bytes: 1 << 20, headroom_bytes: 256 << 10 }
    }
}

/// What the notes of a journal add up to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Contents {
    /// The last vote.
    pub(super) vote: Option<Vote>,
    /// The last entry that was purged.
    pub(super) purged: Option<LogId>,
    /// The entries that count, by index.
    pub(super) entries: BTreeMap<u64, Entry>,
}

impl Contents {
    /// The last entry, be it purged.
    pub(super) fn last(&self) -> Option<LogId> {
        self.entries.last_key_value().map(|(_, entry)| entry.log_id).or(self.purged)
    }

    /// The index of the next entry.
    pub(super) fn next_index(&self) -> u64 {
        self.last().map_or(0, |last| last.index + 1)
    }

    /// Adds one note. `false`: the note does not follow from those before it.
    #[must_use]
    pub(super) fn fold(&mut self, note: Note) -> bool {
        match note {
            Note::Head { last, vote, .. } => {
                self.vote = vote;
                // With no segment before it, what it says was there has been purged.
                self.purged = self.purged.or(last.filter(|_| self.entries.is_empty()));
            }
            // It was replaced or purged later on, else the segment before it would not have been removed.
            Note::Entry(entry) if self.is_purged(entry.log_id.index) => {}
            Note::Entry(entry) if entry.log_id.index == self.next_index() => {
                self.entries.insert(entry.log_id.index, entry);
            }
            Note::Entry(_) => return false,
            Note::Vote(vote) => self.vote = Some(vote),
            Note::Truncate { last } => {
                self.entries.split_off(&last.map_or(0, |last| last.index + 1));
            }
            Note::Purge(log_id) => self.purge(log_id),
        }
        true
    }

    fn purge(&mut self, upto: LogId) {
        self.purged = self.purged.max(Some(upto));
        self.entries = self.entries.split_off(&(upto.index + 1));
    }

    fn is_purged(&self, index: u64) -> bool {
        self.purged.is_some_and(|purged| index <= purged.index)
    }
}

/// Raft's entries and votes on disk. See the module's documentation.
#[derive(Debug)]
pub(super) struct Journal<D: Disk> {
    disk: D,
    dir: PathBuf,
    options: JournalOptions,
    /// Segments that are full, in their order.
    full: Vec<Segment>,
    active: Active<D::File>,
    /// The number of the next frame.
    next_sequence: u64,
    /// Frames below this are durable.
    synced: u64,
    vote: Option<Vote>,
    /// The last entry, be it purged.
    last: Option<LogId>,
    failed: bool,
}

/// A segment that is no longer written.
#[derive(Clone, Debug)]
struct Segment {
    path: PathBuf,
    /// The greatest index of an entry in it or before it.
    last_index: Option<u64>,
}

/// The segment that is written.
#[derive(Debug)]
struct Active<F> {
    segment: Segment,
    file: F,
    end: u64,
    allocated: u64,
}

impl<D: Disk> Journal<D> {
    /// Opens the journal in `dir`, or begins one, and says what it holds.
    pub(super) fn open(
        disk: D,
        dir: &Path,
        options: JournalOptions,
    ) -> Result<(Self, Contents), OpenError> {
        recover::open(disk, dir, options)
    }

    /// Writes notes behind the last. They are durable after [`Journal::sync`].
    pub(super) fn write(&mut self, notes: &[Note]) -> io::Result<()> {
        self.check()?;
        let written = self.try_write(notes);
        self.failed |= written.is_err();
        written
    }

    /// Makes all notes durable. Begins a new segment if this one is full.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        self.check()?;
        let synced = self.active.file.sync();
        self.failed |= synced.is_err();
        synced?;
        self.synced = self.next_sequence;
        if self.active.end >= self.options.segment_bytes {
            self.roll()?;
        }
        Ok(())
    }

    /// Forgets entries up to this one, which are in a durable snapshot. Removes segments that hold nothing else.
    pub(super) fn purge(&mut self, upto: LogId) -> io::Result<()> {
        self.write(&[Note::Purge(upto)])?;
        self.sync()?;
        let done = |segment: &Segment| segment.last_index.is_none_or(|last| last <= upto.index);
        let count = self.full.iter().take_while(|segment| done(segment)).count();
        // In their order: whatever of it survives a power cut, no segment is missing between two others.
        for segment in self.full.drain(..count) {
            self.disk.remove_file(&segment.path)?;
        }
        Ok(())
    }

    /// Makes room for `bytes` more with the headroom behind them, if the disk has it, and says how much room there is.
    pub(super) fn reserve(&mut self, bytes: u64) -> u64 {
        let wanted = self.active.end + bytes + self.options.headroom_bytes;
        if wanted > self.active.allocated {
            let target = wanted.next_multiple_of(self.options.step_bytes);
            // A refusal is no failure: the caller learns how much there is, and decides.
            if self.active.file.allocate(target).is_ok() {
                self.active.allocated = target;
            }
        }
        self.active.allocated - self.active.end
    }

    fn check(&self) -> io::Result<()> {
        match self.failed {
            true => Err(io::Error::other("the metadata log has failed before; it takes no more")),
            false => Ok(()),
        }
    }

    fn try_write(&mut self, notes: &[Note]) -> io::Result<()> {
        let mut bytes = Vec::new();
        for note in notes {
            let (body, sequence) = (note.body(), self.next_sequence);
            Frame { sequence, synced: self.synced, kind: note.kind(), body: &body }.put(&mut bytes);
            self.next_sequence += 1;
            self.remember(note);
        }
        self.reserve(bytes.len() as u64);
        self.active.file.write_at(&[IoSlice::new(&bytes)], self.active.end)?;
        self.active.end += bytes.len() as u64;
        self.active.allocated = self.active.allocated.max(self.active.end);
        Ok(())
    }

    /// Keeps what the next segment's head will say.
    fn remember(&mut self, note: &Note) {
        match note {
            Note::Entry(entry) => {
                let segment = &mut self.active.segment;
                segment.last_index = segment.last_index.max(Some(entry.log_id.index));
                self.last = Some(entry.log_id);
            }
            Note::Vote(vote) => self.vote = Some(*vote),
            Note::Purge(log_id) => self.last = self.last.max(Some(*log_id)),
            Note::Truncate { last } => self.last = *last,
            Note::Head { .. } => {}
        }
    }

    /// Begins a new segment. If there is no space for one, the old one just grows.
    fn roll(&mut self) -> io::Result<()> {
        let head = self.head();
        let begun = begin(&self.disk, &self.dir, &self.options, self.next_sequence, &head);
        let mut next = match begun {
            Err(error) if error.kind() == io::ErrorKind::StorageFull => return Ok(()),
            begun => begun.inspect_err(|_| self.failed = true)?,
        };
        next.segment.last_index = self.active.segment.last_index;
        self.next_sequence += 1;
        self.synced = self.next_sequence;
        self.full.push(std::mem::replace(&mut self.active, next).segment);
        Ok(())
    }

    fn head(&self) -> Note {
        Note::Head { format: note::FORMAT, last: self.last, vote: self.vote }
    }
}

/// Begins the segment whose first frame has this number. When it returns, the segment and its name are durable.
fn begin<D: Disk>(
    disk: &D,
    dir: &Path,
    options: &JournalOptions,
    sequence: u64,
    head: &Note,
) -> io::Result<Active<D::File>> {
    let path = dir.join(segment_name(sequence));
    let file = disk.open(&path, OpenMode::CreateNew)?;
    let allocated = options.headroom_bytes.next_multiple_of(options.step_bytes);
    if let Err(error) = file.allocate(allocated) {
        disk.remove_file(&path)?;
        return Err(error);
    }
    let mut bytes = Vec::new();
    let body = head.body();
    Frame { sequence, synced: sequence, kind: head.kind(), body: &body }.put(&mut bytes);
    file.write_at(&[IoSlice::new(&bytes)], 0)?;
    file.sync()?;
    disk.sync_dir(dir)?;
    let segment = Segment { path, last_index: None };
    Ok(Active { segment, file, end: bytes.len() as u64, allocated })
}

const SUFFIX: &str = ".journal";

fn segment_name(sequence: u64) -> String {
    format!("{sequence:020}{SUFFIX}")
}

/// The number of the first frame of the segment with this name; `None` if it is no segment's.
fn segment_sequence(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(SUFFIX)?;
    (digits.len() == 20).then(|| digits.parse().ok()).flatten()
}
