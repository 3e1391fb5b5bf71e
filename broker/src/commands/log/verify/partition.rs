//! A partition: its segments in order, and the files about all of them.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use protocol::ids::Offset;
use storage::checkpoint::partition_metadata;
use storage::segment::name::{Fate, FileKind, FileName};

use super::epochs::{self, Shown};
use super::progress::Progress;
use super::report::{PartitionReport, Problem};
use super::scan::{Behind, Scan, pause};
use super::segment;

/// How long after the log its checkpoint of epochs is looked at again, if the two do not agree.
const PAUSE: Duration = Duration::from_millis(200);

/// Checks the partition in `folder`; `None` if it is gone.
pub(super) fn verify(
    folder: &Path,
    progress: &mut Progress,
) -> io::Result<Option<PartitionReport>> {
    let files = match files(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        files => files?,
    };
    let mut report = PartitionReport { folder: folder.to_owned(), ..PartitionReport::default() };
    let bases: Vec<Offset> = of_kind(&files, FileKind::Log).map(|(base, _)| base).collect();
    let (mut behind, mut shown) = (Behind::default(), Vec::new());
    for base in &bases {
        let newest = bases.last() == Some(base);
        if let Some(scan) = segment::verify(folder, *base, behind, newest, progress)? {
            behind = scan.behind;
            let epochs = scan.epochs.iter();
            shown.extend(epochs.map(|(epoch, offset, _)| Shown { epoch: *epoch, offset: *offset }));
            report.add(scan);
        }
    }
    if bases.is_empty() {
        report.problems.push(Problem::of(folder, "there is no segment in it"));
    }
    for (end, path) in of_kind(&files, FileKind::ProducerSnapshot) {
        report.problems.extend(segment::snapshot(path, end)?);
    }
    report.problems.extend(checked_epochs(folder, &shown)?);
    report.problems.extend(metadata(folder)?);
    Ok(Some(report))
}

impl PartitionReport {
    fn add(&mut self, scan: Scan) {
        self.segments += 1;
        self.batches += scan.batches.len() as u64;
        self.records += scan.records;
        self.bytes += scan.bytes;
        self.holes += scan.holes;
        self.first = self.first.or(scan.batches.first().map(|seen| seen.base_offset));
        self.last = scan.behind.last_offset;
        self.problems.extend(scan.problems);
    }
}

/// The files of segments, in order.
fn files(folder: &Path) -> io::Result<Vec<(FileName, PathBuf)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(FileName::parse);
        files.extend(name.filter(|name| name.fate == Fate::Live).map(|name| (name, path)));
    }
    files.sort_by_key(|(name, _)| name.base);
    Ok(files)
}

fn of_kind(files: &[(FileName, PathBuf)], kind: FileKind) -> impl Iterator<Item = (Offset, &Path)> {
    let files = files.iter().filter(move |(name, _)| name.kind == kind);
    files.map(|(name, path)| (name.base, path.as_path()))
}

/// A running broker writes the checkpoint a moment after the batch.
fn checked_epochs(folder: &Path, shown: &[Shown]) -> io::Result<Option<Problem>> {
    if epochs::verify(folder, shown)?.is_none() {
        return Ok(None);
    }
    pause(PAUSE);
    epochs::verify(folder, shown)
}

fn metadata(folder: &Path) -> io::Result<Option<Problem>> {
    let path = folder.join(partition_metadata::FILE_NAME);
    segment::small(&path, |bytes| {
        partition_metadata::parse(bytes).err().map(|error| error.to_string())
    })
}
