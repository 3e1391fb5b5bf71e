//! Recovery: what a journal holds after a stop of any kind.
//!
//! Segments are read in their order, frame by frame, and their notes added up. Where reading stops before zeros, there are
//! two stories. In the last segment, the power may have gone while frames were being written: they were never
//! acknowledged, and what is left of them is zeroed. Or the disk has lost what it had confirmed: then nothing is
//! repaired and the start is refused, because a broker that forgets topics would go on to delete their data.

use std::io;
use std::path::{Path, PathBuf};

use storage::disk::{self, Disk, DiskFile, OpenMode};

use super::frame::Frame;
use super::note::FORMAT;
use super::{Active, Contents, Journal, JournalOptions, Note, Segment, begin, segment_sequence};
use crate::metadata::codec::CodecError;

/// Why a journal does not open.
#[derive(Debug, thiserror::Error)]
pub(in crate::raft) enum OpenError {
    /// The disk refused an operation.
    #[error("{path}: {source}")]
    Io {
        /// The folder or the file.
        path: PathBuf,
        /// What the disk said.
        source: io::Error,
    },
    /// Something that had been confirmed as durable does not read any more.
    #[error("{path} is damaged at byte {at}: {what}")]
    Damaged {
        /// The segment.
        path: PathBuf,
        /// Where in it.
        at: u64,
        /// What is wrong there.
        what: &'static str,
    },
    /// A whole frame says what this release does not understand.
    #[error("{path}: {source}")]
    Foreign {
        /// The segment.
        path: PathBuf,
        /// What is not understood.
        source: CodecError,
    },
}

pub(super) fn open<D: Disk>(
    disk: D,
    dir: &Path,
    options: JournalOptions,
) -> Result<(Journal<D>, Contents), OpenError> {
    let mut segments = find(&disk, dir)?;
    drop_unused(&disk, &mut segments)?;
    let mut reading = Reading::default();
    let mut full = Vec::new();
    let last = segments.pop();
    for segment in segments {
        let end = reading.read(&segment)?;
        segment.check_full(end)?;
        full.push(Segment { path: segment.path, last_index: reading.last_index });
    }
    let active = match last {
        Some(last) => {
            let end = reading.read(&last)?;
            last.check_torn(end, reading.next_sequence)?;
            reopen(&disk, last, end, reading.last_index)?
        }
        None => {
            let head = Note::Head { format: FORMAT, last: None, vote: None };
            reading.next_sequence = 1;
            begin(&disk, dir, &options, 0, &head).map_err(io_error(dir))?
        }
    };
    disk.sync_dir(dir).map_err(io_error(dir))?;
    let Reading { contents, next_sequence, .. } = reading;
    let journal = Journal {
        disk,
        dir: dir.into(),
        options,
        full,
        active,
        next_sequence,
        synced: next_sequence,
        vote: contents.vote,
        last: contents.last(),
        failed: false,
    };
    Ok((journal, contents))
}

/// A segment as it was found.
struct Found {
    sequence: u64,
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Found {
    /// A segment that another follows was durable in full before that one was begun.
    fn check_full(&self, end: usize) -> Result<(), OpenError> {
        match is_zero(&self.bytes[end..]) {
            true => Ok(()),
            false => Err(self.damaged(end, "a frame before the last segment does not read")),
        }
    }

    /// What does not read at the end of the last segment must never have been confirmed.
    fn check_torn(&self, end: usize, sequence: u64) -> Result<(), OpenError> {
        let mut later = Frame::find_all(&self.bytes[end..]);
        match later.any(|frame| frame.synced > sequence) {
            true => Err(self.damaged(end, "a frame that was durable does not read any more")),
            false => Ok(()),
        }
    }

    fn damaged(&self, at: usize, what: &'static str) -> OpenError {
        OpenError::Damaged { path: self.path.clone(), at: at as u64, what }
    }
}

/// What has been read so far.
#[derive(Default)]
struct Reading {
    contents: Contents,
    /// The number of the next frame.
    next_sequence: u64,
    /// The greatest index of an entry so far.
    last_index: Option<u64>,
}

impl Reading {
    /// Reads a segment up to where it stops to read, and says where that is.
    fn read(&mut self, segment: &Found) -> Result<usize, OpenError> {
        let is_first = self.next_sequence == 0;
        if is_first {
            self.next_sequence = segment.sequence;
        }
        if segment.sequence != self.next_sequence {
            return Err(segment.damaged(0, "segments before this one are missing"));
        }
        let mut at = 0;
        while let Some(frame) = Frame::read(&segment.bytes[at..]) {
            if frame.sequence != self.next_sequence {
                break;
            }
            self.fold(segment, at, &frame)?;
            at += frame.len();
        }
        match at {
            0 => Err(segment.damaged(0, "the segment does not begin with its head")),
            end => Ok(end),
        }
    }

    fn fold(&mut self, segment: &Found, at: usize, frame: &Frame<'_>) -> Result<(), OpenError> {
        let foreign = |source| OpenError::Foreign { path: segment.path.clone(), source };
        let note = Note::take(frame.kind, frame.body).map_err(foreign)?;
        if (at == 0) != matches!(note, Note::Head { .. }) {
            return Err(segment.damaged(at, "a head is not where a segment begins"));
        }
        if let Note::Entry(entry) = &note {
            self.last_index = self.last_index.max(Some(entry.log_id.index));
        }
        if !self.contents.fold(note) {
            return Err(segment.damaged(at, "an entry does not follow the one before it"));
        }
        self.next_sequence += 1;
        Ok(())
    }
}

/// All segments in the folder, in their order. Makes the folder if it is missing.
fn find<D: Disk>(disk: &D, dir: &Path) -> Result<Vec<Found>, OpenError> {
    disk.create_dir(dir).map_err(io_error(dir))?;
    if let Some(above) = dir.parent() {
        disk.sync_dir(above).map_err(io_error(above))?;
    }
    let mut segments = Vec::new();
    for entry in disk.list(dir).map_err(io_error(dir))? {
        let Some(sequence) = segment_sequence(&entry.name) else {
            continue;
        };
        let path = dir.join(&entry.name);
        let bytes = disk::read_file(disk, &path).map_err(io_error(&path))?;
        segments.push(Found { sequence, path, bytes });
    }
    segments.sort_by_key(|segment| segment.sequence);
    Ok(segments)
}

/// Removes a last segment that was being begun when the power went: nothing is in it.
fn drop_unused<D: Disk>(disk: &D, segments: &mut Vec<Found>) -> Result<(), OpenError> {
    let unused = |last: &mut Found| Frame::find_all(&last.bytes).next().is_none();
    match segments.pop_if(unused) {
        Some(last) => disk.remove_file(&last.path).map_err(io_error(&last.path)),
        None => Ok(()),
    }
}

/// Goes on with the last segment: what was torn is zeroed, and all that was read is made durable.
fn reopen<D: Disk>(
    disk: &D,
    last: Found,
    end: usize,
    last_index: Option<u64>,
) -> Result<Active<D::File>, OpenError> {
    let error = || io_error(&last.path);
    let file = disk.open(&last.path, OpenMode::Write).map_err(error())?;
    let (end, allocated) = (end as u64, last.bytes.len() as u64);
    if !is_zero(&last.bytes[end as usize..]) {
        file.zero(end..allocated).map_err(error())?;
    }
    file.sync().map_err(error())?;
    Ok(Active { segment: Segment { path: last.path, last_index }, file, end, allocated })
}

fn is_zero(bytes: &[u8]) -> bool {
    const ZEROS: [u8; 4096] = [0; 4096];
    bytes.chunks(ZEROS.len()).all(|chunk| *chunk == ZEROS[..chunk.len()])
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> OpenError + use<'_> {
    |source| OpenError::Io { path: path.into(), source }
}
