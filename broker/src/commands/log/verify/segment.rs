//! One segment with its indexes and its snapshot. Whatever looks wrong is read once more before it is said: a running
//! broker may have put a compacted segment in its place meanwhile.

use std::io;
use std::path::Path;

use protocol::ids::{Offset, TimestampMs};
use storage::producer::snapshot::Snapshot;
use storage::segment::name::FileKind;
use storage::segment::txn_index::TxnIndex;

use super::indexes::Indexes;
use super::progress::Progress;
use super::report::Problem;
use super::scan::{Behind, Scan, scan};

/// Reads the segment of `folder` that begins at `base`; `None` if it is gone.
pub(super) fn verify(
    folder: &Path,
    base: Offset,
    behind: Behind,
    newest: bool,
    progress: &mut Progress,
) -> io::Result<Option<Scan>> {
    match attempt(folder, base, behind, newest, progress) {
        Ok(found) if found.problems.is_empty() => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
        Ok(found) => match attempt(folder, base, behind, newest, progress) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Some(found)),
            second => second.map(Some),
        },
    }
}

fn attempt(
    folder: &Path,
    base: Offset,
    behind: Behind,
    newest: bool,
    progress: &mut Progress,
) -> io::Result<Scan> {
    let path = |kind: FileKind| kind.path(folder, base);
    let (offsets, times) = (path(FileKind::OffsetIndex), path(FileKind::TimeIndex));
    let indexes = Indexes::read(&offsets, &times, base)?;
    let mut read = scan(&path(FileKind::Log), base, behind, newest, progress)?;
    let problems = indexes.verify(&offsets, &times, &read);
    read.problems.extend(problems);
    read.problems.extend(transactions(&path(FileKind::TransactionIndex), base)?);
    Ok(read)
}

fn transactions(path: &Path, base: Offset) -> io::Result<Option<Problem>> {
    let wrong = |bytes: &[u8]| TxnIndex::parse(base, bytes).err().map(|error| error.to_string());
    small(path, wrong)
}

/// A producer snapshot, which is named by the offset that it reaches to.
pub(super) fn snapshot(path: &Path, end: Offset) -> io::Result<Option<Problem>> {
    small(path, |bytes| {
        Snapshot::load(end, bytes, TimestampMs(0)).err().map(|error| error.to_string())
    })
}

/// A file that is read whole, if it is there.
pub(super) fn small(
    path: &Path,
    wrong: impl Fn(&[u8]) -> Option<String>,
) -> io::Result<Option<Problem>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(wrong(&bytes).map(|what| Problem::of(path, what))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
