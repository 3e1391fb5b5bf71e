//! A sparse index: a sorted file of fixed-size entries, one for every few kilobytes of a segment.
//!
//! The newest entries are kept in memory and written out by the page, because a system call an entry would cost more
//! than the append that it belongs to. Nothing rests on the file: entries that did not get there, or got there torn, are
//! found out by the rule that entries ascend, and built again from the segment. It is read when somebody asks for
//! what lies behind the entries in memory; until then a segment costs no index at all.

use std::fmt;
use std::io::{self, IoSlice};
use std::path::Path;
use std::sync::Arc;

use protocol::ids::Offset;

use crate::disk::{Disk, DiskFile, OpenMode, read_file};

/// One entry of an index file.
pub trait Entry: Copy + fmt::Debug + PartialEq {
    /// Its length in the file.
    const LEN: usize;
    /// Appends its bytes.
    fn write(self, base: Offset, to: &mut Vec<u8>);
    /// Reads it from exactly `LEN` bytes.
    fn read(base: Offset, from: &[u8]) -> Option<Self>;
    /// Whether it may stand behind `earlier`.
    fn follows(self, earlier: Self) -> bool;
}

/// The answer to a search for the last entry that is not above something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Floor<E> {
    /// This entry.
    At(E),
    /// There is none: begin at the segment's start.
    Start,
    /// The entry is in the file, which has not been read: call [`Sparse::install`] with what is there.
    NotLoaded,
}

/// An index of one segment. `saved` entries are in the file; `tail` is the end of all entries, saved or not.
#[derive(Debug)]
pub(crate) struct Sparse<E> {
    base: Offset,
    /// How many entries the file has.
    saved: usize,
    /// The number of the first entry in `tail`; `tail_start ≤ saved ≤ tail_start + tail.len()`.
    tail_start: usize,
    tail: Vec<E>,
    /// The file's first entries, once somebody has asked for them.
    loaded: Option<Arc<Vec<E>>>,
}

/// How many saved entries stay in memory for readers near the end.
const TAIL_KEPT: usize = 512;

impl<E: Entry> Sparse<E> {
    /// An index whose file has so many entries.
    pub(crate) fn new(base: Offset, saved: usize) -> Self {
        Self { base, saved, tail_start: saved, tail: Vec::new(), loaded: None }
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.tail_start + self.tail.len()
    }

    /// How many entries the file lacks.
    pub(crate) fn unsaved(&self) -> usize {
        self.len() - self.saved
    }

    /// How many entries the file has.
    pub(crate) fn saved_len(&self) -> usize {
        self.saved
    }

    /// The entries that the file lacks.
    pub(crate) fn unsaved_entries(&self) -> &[E] {
        self.tail.get(self.saved - self.tail_start..).unwrap_or_default()
    }

    /// The newest entry, if it is in memory.
    pub(crate) fn last(&self) -> Option<E> {
        self.tail.last().copied()
    }

    /// Adds an entry behind all others.
    ///
    /// # Panics
    /// If it does not ascend.
    pub(crate) fn push(&mut self, entry: E) {
        if let Some(last) = self.last() {
            assert!(entry.follows(last), "{entry:?} does not follow {last:?}");
        }
        self.tail.push(entry);
    }

    /// The last entry for which `holds`, which must hold for a prefix of all entries.
    pub(crate) fn floor(&self, holds: impl Fn(&E) -> bool) -> Floor<E> {
        let search = |entries: &[E]| {
            let at = entries.partition_point(&holds).checked_sub(1)?;
            entries.get(at).copied()
        };
        if let Some(found) = search(&self.tail) {
            return Floor::At(found);
        }
        match &self.loaded {
            _ if self.tail_start == 0 => Floor::Start,
            Some(loaded) if loaded.len() >= self.tail_start => {
                search(loaded).map_or(Floor::Start, Floor::At)
            }
            _ => Floor::NotLoaded,
        }
    }

    /// Takes in what was read from the file, which must have been checked.
    pub(crate) fn install(&mut self, entries: Vec<E>) {
        self.loaded = Some(Arc::new(entries));
    }

    /// Replaces everything: `entries` are all there are, and the file has none that can be trusted.
    pub(crate) fn replace(&mut self, entries: Vec<E>) {
        *self = Self { base: self.base, saved: 0, tail_start: 0, tail: entries, loaded: None };
    }

    /// Lets go of the memory of whatever is in the file too.
    pub(crate) fn cool(&mut self) {
        self.loaded = None;
        self.forget_saved(0);
        self.tail.shrink_to_fit();
    }

    /// The bytes that the file lacks and where they belong, for [`write_entries`]; then [`Sparse::saved`].
    pub(crate) fn pending(&self) -> (u64, Vec<u8>) {
        let mut bytes = Vec::with_capacity(self.unsaved() * E::LEN);
        for entry in self.unsaved_entries() {
            entry.write(self.base, &mut bytes);
        }
        ((self.saved * E::LEN) as u64, bytes)
    }

    /// So many bytes from [`Sparse::pending`] have reached the file.
    pub(crate) fn saved(&mut self, at: u64, bytes: usize) {
        if at == (self.saved * E::LEN) as u64 {
            self.saved = (self.saved + bytes / E::LEN).min(self.len());
            self.forget_saved(TAIL_KEPT);
        }
    }

    fn forget_saved(&mut self, kept: usize) {
        let surplus = (self.saved - self.tail_start).saturating_sub(kept);
        // Forgetting in bulk keeps the cost of moving the rest away from single appends.
        if surplus > 0 && (kept == 0 || surplus >= kept) {
            self.tail.drain(..surplus);
            self.tail_start += surplus;
        }
    }
}

/// Writes bytes from [`Sparse::pending`] into the index file, and cuts off whatever lay behind.
pub(crate) fn write_entries<D: Disk>(
    disk: &D,
    path: &Path,
    at: u64,
    bytes: &[u8],
) -> io::Result<()> {
    let file = disk.open(path, OpenMode::Create)?;
    let end = at + bytes.len() as u64;
    if file.size()? > end {
        file.set_len(end)?;
    }
    match bytes.is_empty() {
        true => Ok(()),
        false => file.write_at(&[IoSlice::new(bytes)], at),
    }
}

/// Reads the first `limit` entries of an index file, up to the first that does not ascend or is not `valid`: Kafka leaves
/// zeros behind the last entry of an index that it did not close, and a power cut may leave anything.
pub(crate) fn read_entries<D: Disk, E: Entry>(
    disk: &D,
    path: &Path,
    base: Offset,
    limit: usize,
    valid: impl Fn(&E) -> bool,
) -> io::Result<Vec<E>> {
    let bytes = match read_file(disk, path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        result => result?,
    };
    let mut entries: Vec<E> = Vec::new();
    for entry in bytes.chunks_exact(E::LEN).take(limit) {
        let Some(entry) = E::read(base, entry).filter(&valid) else { break };
        if entries.last().is_some_and(|last| !entry.follows(*last)) {
            break;
        }
        entries.push(entry);
    }
    Ok(entries)
}
