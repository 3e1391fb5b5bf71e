//! Opening a log: what its folder holds, and where it ends.
//!
//! After a clean shutdown the last index entry says where to look, and what follows it is a few headers: a start reads next to nothing. After
//! any other end [`recover`](super::recover) decides what is in the log. In both cases the folder is put in order first; every step
//! of it can be repeated, so that a crash at any point is followed by the same start again.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::Arc;

use protocol::ids::{Offset, TimestampMs, TopicId};

use super::epoch::{self, EpochCache};
use super::folder::{Folder, FoundSegment, prepare};
use super::recover::{Recovered, Recovery};
use super::{Log, LogConfig, LogOffsets, Sealed, Unsynced, produced};
use crate::checkpoint;
use crate::compact::CompactError;
use crate::disk::{Disk, OpenMode, read_exact_at, read_file, write_file};
use crate::files::OpenFiles;
use crate::producer::Producers;
use crate::producer::snapshot::{Snapshot, candidates, file_name};
use crate::segment::index::OffsetEntry;
use crate::segment::name::FileKind;
use crate::segment::sparse::Entry;
use crate::segment::time_index::TimeEntry;
use crate::segment::writer::{Found, Writer};
use crate::segment::{Access, Indexer, Segment, Walk, WalkError};

/// What is known of a log from elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct Opening {
    /// The topic's id: compared with the folder's, and written if there is none. `None` takes what is there.
    pub topic_id: Option<TopicId>,
    /// The log was closed, with its whole log dir, and nothing has happened since.
    pub clean_shutdown: bool,
    /// From the checkpoint: everything below was durable. Not asked after a clean shutdown.
    pub recovery_point: Offset,
    /// From the checkpoint: records below were deleted on request.
    pub log_start_offset: Offset,
    /// When the producers in snapshots count as last seen.
    pub now: TimestampMs,
}

/// Why a log cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The disk failed: the log dir is to be taken offline.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The folder belongs to another topic, which had the same name once.
    #[error("the folder belongs to the topic with id {found}, and not to {expected}")]
    TopicId {
        /// The topic that the log should belong to.
        expected: TopicId,
        /// What the folder says.
        found: TopicId,
    },
    /// Nobody knows to which topic the folder belongs.
    #[error(transparent)]
    Identity(checkpoint::ReadError),
    /// A batch that should be whole is not, in a place where it cannot be cut off.
    #[error("the log is damaged: {0}")]
    Damaged(String),
}

impl<D: Disk> Log<D> {
    /// Opens the log in a folder, making it if there is none. Blocking.
    pub fn open(
        files: &OpenFiles<D>,
        dir: &Path,
        config: LogConfig,
        opening: Opening,
    ) -> Result<(Self, Recovery), OpenError> {
        let disk = files.disk();
        let dir: Arc<Path> = dir.into();
        let folder = prepare(disk, &dir, &opening)?;
        let epochs = load_epochs(disk, &dir, folder.epochs)?;
        let stored = epochs.clone();
        let segments = folder.segments(files, &dir);
        let loader = Loader { files, dir: &dir, config: &config, opening: &opening };
        let loaded = match opening.clean_shutdown || folder.fresh {
            true => loader.load_clean(segments, epochs)?,
            false => loader.recover(segments, epochs)?,
        };
        loader.finish(loaded, &folder, stored.as_ref())
    }
}

/// Everything that says how to load a log.
pub(super) struct Loader<'a, D: Disk> {
    pub(super) files: &'a OpenFiles<D>,
    pub(super) dir: &'a Arc<Path>,
    pub(super) config: &'a LogConfig,
    pub(super) opening: &'a Opening,
}

impl<D: Disk> Loader<'_, D> {
    /// Trusts the files, but for what follows the last index entry.
    fn load_clean(
        &self,
        mut segments: Vec<FoundSegment<D>>,
        epochs: Option<EpochCache>,
    ) -> Result<Recovered<D>, OpenError> {
        let Some(last) = segments.last() else { return self.recover(segments, epochs) };
        let Some(epochs) = epochs.or_else(|| (last.len == 0).then(EpochCache::default)) else {
            return self.recover(segments, None);
        };
        match find_end(last) {
            Ok((found, end)) => {
                let active = segments.pop().expect("there is a last one");
                let sealed = segments.into_iter().map(FoundSegment::sealed).collect();
                let active = Writer::new(active.segment, self.config.limits(), found);
                Ok(Recovered { sealed, active, end, epochs, report: Recovery::default() })
            }
            Err(WalkError::Io(error)) => Err(error.into()),
            // Not so clean after all.
            Err(_) => self.recover(segments, Some(epochs)),
        }
    }

    /// Puts the log together, and loads its producers.
    fn finish(
        &self,
        loaded: Recovered<D>,
        folder: &Folder,
        stored: Option<&EpochCache>,
    ) -> Result<(Log<D>, Recovery), OpenError> {
        let Recovered { sealed, active, end, epochs, mut report } = loaded;
        let first = sealed.front().map_or(active.base(), |first| first.segment.base());
        let start = self.opening.log_start_offset.max(first);
        let mut log = Log {
            files: self.files.clone(),
            dir: self.dir.clone(),
            config: *self.config,
            offsets: LogOffsets { start: start.min(end), end, flushed: end },
            sealed,
            active,
            epochs,
            producers: Producers::new(start.min(end)),
            unsynced: Unsynced::default(),
            active_since: None,
            failed: Arc::default(),
        };
        log.epochs.truncate_from_end(end);
        log.epochs.truncate_from_start(log.offsets.start);
        if log.epochs != stored.cloned().unwrap_or_default() {
            // What recovery kept is durable from here on, and so must be the epochs that it belongs to.
            let text = log.epochs.to_text();
            write_file(log.disk(), &self.dir.join(epoch::FILE_NAME), text.as_bytes())
                .map_err(io::Error::from)?;
            log.disk().sync_dir(self.dir)?;
        }
        log.load_producers(&folder.snapshots, self.opening)?;
        if start > end {
            // What was deleted on request is not there; nor is anything else.
            log.truncate_fully_and_start_at(start).map_err(io::Error::other)?;
        }
        report.end_offset = log.offsets.end;
        Ok((log, report))
    }
}

impl<D: Disk> Log<D> {
    /// Takes the newest snapshot that fits, and applies what was written since.
    pub(super) fn load_producers(
        &mut self,
        snapshots: &[Offset],
        opening: &Opening,
    ) -> Result<(), OpenError> {
        let LogOffsets { start, end, .. } = self.offsets;
        let usable = candidates(snapshots, start, end);
        let beyond: Vec<_> = snapshots.iter().filter(|snapshot| **snapshot > end).collect();
        for snapshot in &beyond {
            self.disk().remove_file(&self.dir.join(file_name(**snapshot)))?;
        }
        if !beyond.is_empty() {
            // Or one could come back when the log has grown past it, with other records.
            self.disk().sync_dir(&self.dir)?;
        }
        let mut behind = !opening.clean_shutdown;
        for snapshot in usable {
            let bytes = read_file(self.disk(), &self.dir.join(file_name(snapshot)))?;
            match Snapshot::load(snapshot, &bytes, opening.now) {
                Ok(producers) => {
                    self.producers = producers;
                    break;
                }
                Err(error) => {
                    // Only the newest is known to be the state at the end of a cleanly closed log.
                    behind = true;
                    tracing::warn!(dir = ?self.dir, %snapshot, %error, "a producer snapshot is ignored");
                }
            }
        }
        if behind {
            self.replay_producers(opening.now)?;
        }
        self.producers.advance_end(end);
        Ok(())
    }

    /// Applies the batches behind the point up to which the producers are known.
    pub(super) fn replay_producers(&mut self, now: TimestampMs) -> Result<(), OpenError> {
        let from = self.producers.end();
        let views: Vec<_> = self.views_from(from).collect();
        for view in views {
            let position = match view.locate(from, Access::Blocking)? {
                Some(first) => first.position,
                None => continue,
            };
            let mut walk = Walk::new(&view.segment, position, view.size, Access::Blocking);
            while let Some(batch) = walk.next()? {
                if !batch.header.has_producer_id() {
                    continue;
                }
                let whole = || view.segment.batch(&batch);
                let damaged = |error| OpenError::Damaged(format!("{error}"));
                if let Some(facts) = produced::of_batch(&batch.header, whole).map_err(damaged)? {
                    self.producers.apply(now, &facts);
                }
            }
        }
        Ok(())
    }
}

fn load_epochs<D: Disk>(
    disk: &D,
    dir: &Path,
    exists: bool,
) -> Result<Option<EpochCache>, OpenError> {
    if !exists {
        return Ok(None);
    }
    let bytes = read_file(disk, &dir.join(epoch::FILE_NAME))?;
    match EpochCache::parse(&bytes) {
        Ok(epochs) => Ok(Some(epochs)),
        Err(error) => {
            tracing::warn!(?dir, %error, "the leader epochs are read from the batches");
            Ok(None)
        }
    }
}

/// Where a segment's data ends, from its last index entry on.
pub(super) fn find_end<D: Disk>(found: &FoundSegment<D>) -> Result<(Found, Offset), WalkError> {
    let FoundSegment { segment, len } = found;
    let entry: Option<OffsetEntry> =
        last_entry(segment, FileKind::OffsetIndex, segment.offsets().saved_len())?;
    let last_time: Option<TimeEntry> =
        last_entry(segment, FileKind::TimeIndex, segment.times().saved_len())?;
    let from = entry.map_or(0, |entry| entry.position);
    let mut indexer = Indexer::new(u64::MAX);
    indexer.largest = last_time;
    let mut walk = Walk::new(segment, from, *len, Access::Blocking);
    let (mut size, mut end) = (from, segment.base());
    while let Some(batch) = walk.next()? {
        if let Some(entry) = entry.filter(|entry| entry.position == batch.position) {
            let same = entry.last_offset == batch.header.last_offset();
            same.then_some(()).ok_or(WalkError::WrongIndex)?;
        }
        indexer.add(&batch);
        (size, end) = (batch.end(), batch.header.next_offset());
    }
    if size == from && entry.is_some() {
        return Err(WalkError::WrongIndex);
    }
    let first_timestamp = match size {
        0 => None,
        _ => Walk::new(segment, 0, *len, Access::Blocking)
            .next()?
            .map(|first| first.header.max_timestamp),
    };
    let found = Found {
        size,
        allocated: *len,
        since_entry: size - from,
        largest: indexer.largest,
        last_time_entry: last_time,
        first_timestamp,
    };
    Ok((found, end))
}

/// The last entry of an index file with so many entries, of which the file may know nothing.
fn last_entry<D: Disk, E: Entry>(
    segment: &Segment<D>,
    kind: FileKind,
    entries: usize,
) -> Result<Option<E>, WalkError> {
    let Some(last) = entries.checked_sub(1) else { return Ok(None) };
    let mut bytes = vec![0; E::LEN];
    let file = segment.disk().open(&segment.path(kind), OpenMode::Read);
    let read = file.and_then(|file| read_exact_at(&file, &mut bytes, (last * E::LEN) as u64));
    match read {
        Ok(()) => Ok(E::read(segment.base(), &bytes)),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof => Err(WalkError::WrongIndex),
            _ => Err(error.into()),
        },
    }
}

impl From<checkpoint::ReadError> for OpenError {
    fn from(error: checkpoint::ReadError) -> Self {
        match error {
            checkpoint::ReadError::Io { error, .. } => Self::Io(error),
            malformed => Self::Identity(malformed),
        }
    }
}

impl From<CompactError> for OpenError {
    fn from(error: CompactError) -> Self {
        match error {
            CompactError::Io(error) => Self::Io(error),
            CompactError::Batch(error) => Self::Damaged(error.to_string()),
            CompactError::Stopped => unreachable!("an opening runs no round"),
        }
    }
}

impl From<WalkError> for OpenError {
    fn from(error: WalkError) -> Self {
        match error {
            WalkError::Io(error) => Self::Io(error),
            other => Self::Damaged(other.to_string()),
        }
    }
}

/// All segments but the newest.
pub(super) type SealedSegments<D> = VecDeque<Sealed<D>>;
