//! A swap: puts a rewritten segment in the place of the group that it was made of, whatever crashes.
//!
//! Each line is durable before the next begins:
//!
//! ```text
//!            <base>.log.cleaned, <base>.txnindex.cleaned      written and synced          prepare
//!   1        <base>.txnindex.cleaned ─► .txnindex.swap                                    commit
//!   2        <base>.log.cleaned      ─► .log.swap             from here on it is decided
//!   3        every file of the group's old segments goes      log, indexes, snapshots     install
//!   4        <base>.txnindex.swap    ─► .txnindex
//!   5        <base>.log.swap         ─► .log                  done
//! ```
//!
//! A start that finds `.log.swap` goes on from there ([`finish`]); `.txnindex.swap` tells whether line 3 is done. That is why
//! there always is a transaction index on the way, if need be an empty one. Without `.log.swap` all other `.cleaned` and `.swap` files
//! are worthless. The old segments' range is not written down anywhere: a rewritten segment keeps its last offset, so it says by
//! itself what it replaces.

use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};

use protocol::ids::Offset;

use super::rewrite::{CompactError, Stats};
use super::source::Batches;
use crate::disk::{Disk, DiskFile, OpenMode};
use crate::producer::snapshot;
use crate::segment::txn_index::TxnIndex;

const LOG: &str = ".log";
const TXN_INDEX: &str = ".txnindex";
const CLEANED: &str = ".cleaned";
const SWAP: &str = ".swap";
const DELETED: &str = ".deleted";

/// The files of a segment, without its snapshot.
const KINDS: [&str; 4] = [LOG, ".index", ".timeindex", TXN_INDEX];

/// A rewritten segment on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "what is not swapped in was written for nothing"]
pub struct Swap {
    dir: PathBuf,
    replaced: Vec<Offset>,
    end: Offset,
    stats: Stats,
}

/// What becomes of the old segments' files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Old {
    /// They are given the suffix `.deleted`, since readers may have them open by name; somebody removes them later.
    Retire,
    /// They are removed: nobody reads a log that is being opened.
    Remove,
}

impl Swap {
    /// The rewritten log file is durable under `.cleaned`; adds its transaction index.
    pub(super) fn prepare<D: Disk>(
        disk: &D,
        dir: &Path,
        replaced: Vec<Offset>,
        end: Offset,
        index: &TxnIndex,
        stats: Stats,
    ) -> io::Result<Self> {
        let swap = Self { dir: dir.into(), replaced, end, stats };
        let file = disk.open(&swap.path(TXN_INDEX, CLEANED), OpenMode::Create)?;
        file.set_len(0)?;
        if let Some(unsaved) = index.unsaved() {
            file.write_at(&[IoSlice::new(&unsaved.bytes)], unsaved.at)?;
        }
        file.sync()?;
        disk.sync_dir(dir)?;
        Ok(swap)
    }

    /// Decides for the rewritten segment; durable when it returns.
    pub fn commit<D: Disk>(&self, disk: &D) -> io::Result<()> {
        for kind in [TXN_INDEX, LOG] {
            disk.rename(&self.path(kind, CLEANED), &self.path(kind, SWAP))?;
            disk.sync_dir(&self.dir)?;
        }
        Ok(())
    }

    /// Puts it in its place; call it under the log's lock, and replace the segments in memory before the lock goes. Few file
    /// operations, but each waits for the device.
    pub fn install<D: Disk>(&self, disk: &D, old: Old) -> io::Result<()> {
        if is_there(disk, &self.path(TXN_INDEX, SWAP))? {
            self.clear(disk, old)?;
            disk.sync_dir(&self.dir)?;
            disk.rename(&self.path(TXN_INDEX, SWAP), &self.path(TXN_INDEX, ""))?;
            disk.sync_dir(&self.dir)?;
        }
        disk.rename(&self.path(LOG, SWAP), &self.path(LOG, ""))?;
        disk.sync_dir(&self.dir)
    }

    /// Gives the rewritten segment up before it was committed.
    pub fn discard<D: Disk>(&self, disk: &D) -> io::Result<()> {
        for kind in [LOG, TXN_INDEX] {
            let path = self.path(kind, CLEANED);
            if is_there(disk, &path)? {
                disk.remove_file(&path)?;
            }
        }
        Ok(())
    }

    /// Under which names the old segments' files lie, as far as they were there, after [`Old::Retire`].
    pub fn retired_paths(&self) -> Vec<PathBuf> {
        let of = |base: &Offset| KINDS.map(|kind| path(&self.dir, *base, kind, DELETED));
        self.replaced.iter().flat_map(of).collect()
    }

    /// The name of the rewritten segment.
    pub fn base(&self) -> Offset {
        *self.replaced.first().expect("a swap replaces something")
    }

    /// The segments that it replaces.
    pub fn replaced(&self) -> &[Offset] {
        &self.replaced
    }

    /// Where the next segment begins.
    pub fn end(&self) -> Offset {
        self.end
    }

    /// What the rewriting has achieved.
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// Takes the old segments' files out of the way, and the snapshots that were taken between them.
    fn clear<D: Disk>(&self, disk: &D, old: Old) -> io::Result<()> {
        for base in &self.replaced {
            for kind in KINDS {
                let path = path(&self.dir, *base, kind, "");
                match old {
                    _ if !is_there(disk, &path)? => {}
                    Old::Remove => disk.remove_file(&path)?,
                    Old::Retire => {
                        disk.rename(&path, &self::path(&self.dir, *base, kind, DELETED))?
                    }
                }
            }
        }
        for base in self.replaced.iter().skip(1) {
            let snapshot = self.dir.join(snapshot::file_name(*base));
            if is_there(disk, &snapshot)? {
                disk.remove_file(&snapshot)?;
            }
        }
        Ok(())
    }

    fn path(&self, kind: &str, fate: &str) -> PathBuf {
        path(&self.dir, self.base(), kind, fate)
    }
}

/// Puts a partition's folder in order before its log is opened: goes on with a swap that was decided, and removes what is left of
/// others. Can be repeated after any crash.
pub fn finish<D: Disk>(disk: &D, dir: &Path) -> Result<(), CompactError> {
    let names: Vec<String> = disk.list(dir)?.into_iter().map(|entry| entry.name).collect();
    let live: Vec<_> = names.iter().filter_map(|name| parse(name, LOG, "")).collect();
    for base in names.iter().filter_map(|name| parse(name, LOG, SWAP)) {
        let end = end_of(disk, &path(dir, base, LOG, SWAP))?.unwrap_or(base.next());
        let between = live.iter().filter(|old| (base.next()..end).contains(*old));
        let replaced = std::iter::once(base).chain(between.copied()).collect();
        let swap = Swap { dir: dir.into(), replaced, end, stats: Stats::default() };
        swap.install(disk, Old::Remove)?;
    }
    let mut litter = false;
    for entry in disk.list(dir)? {
        if entry.name.ends_with(CLEANED) || entry.name.ends_with(SWAP) {
            disk.remove_file(&dir.join(&entry.name))?;
            litter = true;
        }
    }
    if litter {
        disk.sync_dir(dir)?;
    }
    Ok(())
}

/// Where the segment in this file ends; `None` if it holds nothing.
fn end_of<D: Disk>(disk: &D, path: &Path) -> Result<Option<Offset>, CompactError> {
    let file = disk.open(path, OpenMode::Read)?;
    let mut batches = Batches::new(&file, file.size()?);
    let mut end = None;
    while let Some(batch) = batches.next()? {
        end = Some(batch.header().next_offset());
    }
    Ok(end)
}

pub(super) fn live_path(dir: &Path, base: Offset) -> PathBuf {
    path(dir, base, LOG, "")
}

pub(super) fn cleaned_path(dir: &Path, base: Offset) -> PathBuf {
    path(dir, base, LOG, CLEANED)
}

fn path(dir: &Path, base: Offset, kind: &str, fate: &str) -> PathBuf {
    dir.join(format!("{:020}{kind}{fate}", base.get()))
}

/// The base offset in a name with these suffixes.
fn parse(name: &str, kind: &str, fate: &str) -> Option<Offset> {
    let digits = name.strip_suffix(fate)?.strip_suffix(kind)?;
    let plain = digits.len() == 20 && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok().map(Offset)).flatten()
}

fn is_there<D: Disk>(disk: &D, path: &Path) -> io::Result<bool> {
    match disk.info(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
