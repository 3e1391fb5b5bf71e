//! A partition's folder: what lies in it when a log is opened, put in order.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use protocol::ids::Offset;

use super::open::{OpenError, Opening};
use super::{Sealed, epoch};
use crate::checkpoint::partition_metadata;
use crate::compact;
use crate::disk::{Disk, OpenMode};
use crate::files::OpenFiles;
use crate::segment::Segment;
use crate::segment::index::OffsetEntry;
use crate::segment::name::{Fate, FileKind, FileName};
use crate::segment::sparse::Entry;
use crate::segment::time_index::TimeEntry;

/// What a partition's folder holds.
#[derive(Debug, Default)]
pub(super) struct Folder {
    /// The lengths of the segments' files.
    pub(super) logs: BTreeMap<Offset, u64>,
    pub(super) offset_indexes: BTreeMap<Offset, u64>,
    pub(super) time_indexes: BTreeMap<Offset, u64>,
    pub(super) snapshots: Vec<Offset>,
    /// Files that are of no use any more.
    pub(super) litter: Vec<String>,
    pub(super) identity: bool,
    pub(super) epochs: bool,
    /// There was no segment: there is nothing to recover.
    pub(super) fresh: bool,
}

/// A segment as it was found.
#[derive(Debug)]
pub(super) struct FoundSegment<D: Disk> {
    pub(super) segment: Arc<Segment<D>>,
    pub(super) len: u64,
}

impl Folder {
    fn read<D: Disk>(disk: &D, dir: &Path) -> Result<Self, OpenError> {
        let mut folder = Self::default();
        for entry in disk.list(dir)?.into_iter().filter(|entry| !entry.is_dir) {
            let Some(name) = FileName::parse(&entry.name) else {
                folder.identity |= entry.name == partition_metadata::FILE_NAME;
                folder.epochs |= entry.name == epoch::FILE_NAME;
                folder.litter.extend(entry.name.ends_with(".tmp").then_some(entry.name));
                continue;
            };
            let len = || disk.info(&dir.join(&entry.name)).map(|info| info.len);
            match (name.fate, name.kind) {
                (Fate::Live, FileKind::Log) => drop(folder.logs.insert(name.base, len()?)),
                (Fate::Live, FileKind::OffsetIndex) => {
                    folder.offset_indexes.insert(name.base, len()?);
                }
                (Fate::Live, FileKind::TimeIndex) => {
                    folder.time_indexes.insert(name.base, len()?);
                }
                (Fate::Live, FileKind::ProducerSnapshot) => folder.snapshots.push(name.base),
                (Fate::Live, FileKind::TransactionIndex) => {}
                (Fate::Deleted | Fate::Cleaned, _) => folder.litter.push(entry.name),
                (Fate::Swap, _) => {
                    // A compaction was cut short: it is finished, or cleared away, and what there is then is read.
                    compact::swap::finish(disk, dir)?;
                    return Self::read(disk, dir);
                }
            }
        }
        let indexes = folder.offset_indexes.keys().map(|base| (FileKind::OffsetIndex, *base));
        let times = folder.time_indexes.keys().map(|base| (FileKind::TimeIndex, *base));
        let orphans = indexes.chain(times).filter(|(_, base)| !folder.logs.contains_key(base));
        let orphans: Vec<_> = orphans.map(|(kind, base)| kind.path(Path::new(""), base)).collect();
        folder.litter.extend(
            orphans.into_iter().filter_map(|path| path.into_os_string().into_string().ok()),
        );
        Ok(folder)
    }

    /// Its segments, in order.
    pub(super) fn segments<D: Disk>(
        &self,
        files: &OpenFiles<D>,
        dir: &Arc<Path>,
    ) -> Vec<FoundSegment<D>> {
        let entries = |index: &BTreeMap<Offset, u64>, base: &Offset, len: usize| {
            index.get(base).map_or(0, |bytes| usize::try_from(*bytes).unwrap_or(usize::MAX) / len)
        };
        let segment = |(base, len): (&Offset, &u64)| {
            let offsets = entries(&self.offset_indexes, base, OffsetEntry::LEN);
            let times = entries(&self.time_indexes, base, TimeEntry::LEN);
            FoundSegment {
                segment: Segment::found(files, dir, *base, *len, offsets, times),
                len: *len,
            }
        };
        self.logs.iter().map(segment).collect()
    }
}

impl<D: Disk> FoundSegment<D> {
    pub(super) fn sealed(self) -> Sealed<D> {
        self.segment.sealed(self.len);
        Sealed { segment: self.segment, size: self.len, largest: None }
    }
}

/// Makes the folder and gives it its identity, and clears away what is left over.
pub(super) fn prepare<D: Disk>(
    disk: &D,
    dir: &Path,
    opening: &Opening,
) -> Result<Folder, OpenError> {
    let folder = match Folder::read(disk, dir) {
        Err(OpenError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
            disk.create_dir(dir)?;
            if let Some(parent) = dir.parent() {
                disk.sync_dir(parent)?;
            }
            Folder::default()
        }
        result => result?,
    };
    for name in &folder.litter {
        disk.remove_file(&dir.join(name))?;
    }
    let found = match folder.identity {
        true => partition_metadata::read(disk, dir)?,
        false => None,
    };
    if let (Some(expected), Some(found)) = (opening.topic_id, found)
        && expected != found
    {
        return Err(OpenError::TopicId { expected, found });
    }
    let mut folder = folder;
    folder.fresh = folder.logs.is_empty();
    if folder.fresh {
        let base = opening.log_start_offset;
        disk.open(&FileKind::Log.path(dir, base), OpenMode::Create)?;
        folder.logs.insert(base, 0);
    }
    match (opening.topic_id, found) {
        // Syncs the folder.
        (Some(id), None) => partition_metadata::write(disk, dir, id)?,
        _ if folder.fresh => disk.sync_dir(dir)?,
        _ => {}
    }
    Ok(folder)
}
