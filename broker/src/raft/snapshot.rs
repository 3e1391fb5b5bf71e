//! A snapshot on disk: the shortest list of records that makes an image, and where in the log it stands.
//!
//! ```text
//! __cluster_metadata-0/00000000000000004711-0000000012.checkpoint      <last index>-<its term>
//!
//! magic     u32   "SWMS"
//! crc       u32   CRC-32 (IEEE) of all that follows
//! format    u16   1
//! position  the last entry's log id, then the membership that was in force
//! records   to the end
//! ```
//!
//! It is written under another name, synced, renamed, and the folder synced, before anything that it replaces is removed:
//! at every moment there is a whole one, or none was needed. One that does not read is never passed over in silence: the
//! entries that it stands for may be gone.

use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};

use storage::disk::{self, Disk, DiskFile, OpenMode};

use super::types::{LogId, SnapshotMeta, StoredMembership};
use crate::metadata::codec::{self, Field, Reader};
use crate::metadata::{Image, Record};

const MAGIC: u32 = u32::from_be_bytes(*b"SWMS");
const FORMAT: u16 = 1;
const SUFFIX: &str = ".checkpoint";
const UNFINISHED: &str = ".unfinished";

/// An image, and the entry that it is the image after.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Standing {
    pub(super) last_applied: Option<LogId>,
    pub(super) membership: StoredMembership,
    pub(super) image: Image,
}

impl Standing {
    /// What openraft calls the snapshot of this.
    pub(super) fn meta(&self) -> SnapshotMeta {
        let snapshot_id = self.last_applied.map_or_else(String::new, |last| last.to_string());
        SnapshotMeta {
            last_log_id: self.last_applied,
            last_membership: self.membership.clone(),
            snapshot_id,
        }
    }

    /// The bytes of the snapshot, as they lie on disk and travel to other nodes.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut checked = Vec::new();
        FORMAT.put(&mut checked);
        self.last_applied.put(&mut checked);
        self.membership.put(&mut checked);
        codec::encode(&self.image.to_records(), &mut checked);
        let mut bytes = Vec::with_capacity(checked.len() + 8);
        MAGIC.put(&mut bytes);
        crc32fast::hash(&checked).put(&mut bytes);
        bytes.extend_from_slice(&checked);
        bytes
    }

    /// Reads the bytes of a snapshot.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, String> {
        let mut input = Reader::new(bytes);
        let fail = |error: codec::CodecError| error.to_string();
        let magic = u32::take(&mut input).map_err(fail)?;
        let crc = u32::take(&mut input).map_err(fail)?;
        let checked = input.bytes(input.left()).map_err(fail)?;
        if magic != MAGIC || crc32fast::hash(checked) != crc {
            return Err("it is damaged".into());
        }
        let mut input = Reader::new(checked);
        match u16::take(&mut input).map_err(fail)? {
            FORMAT => {}
            newer => return Err(format!("it has format {newer}, this release reads {FORMAT}")),
        }
        let last_applied = Field::take(&mut input).map_err(fail)?;
        let membership = Field::take(&mut input).map_err(fail)?;
        let records = input.bytes(input.left()).map_err(fail)?;
        let records: Vec<Record> = codec::decode(records).map_err(fail)?;
        Ok(Self { last_applied, membership, image: Image::default().apply(&records) })
    }
}

/// The snapshots in a node's folder: one, but for the moments in which it is replaced.
#[derive(Clone, Debug)]
pub(super) struct Snapshots<D> {
    disk: D,
    dir: PathBuf,
}

/// Why the snapshot cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum SnapshotError {
    /// The disk refused an operation.
    #[error("{path}: {source}")]
    Io {
        /// The folder or the file.
        path: PathBuf,
        /// What the disk said.
        source: io::Error,
    },
    /// It does not read.
    #[error("{path}: {what}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

impl<D: Disk> Snapshots<D> {
    /// The snapshots of the folder, which exists.
    pub(super) fn new(disk: D, dir: &Path) -> Self {
        Self { disk, dir: dir.into() }
    }

    /// The newest snapshot; `None` if there is none. Removes what an interrupted [`Snapshots::save`] has left.
    pub(super) fn load(&self) -> Result<Option<Standing>, SnapshotError> {
        let names = self.names().map_err(|source| self.error(&self.dir, source))?;
        for name in names.iter().filter(|name| name.ends_with(UNFINISHED)) {
            let path = self.dir.join(name);
            self.disk.remove_file(&path).map_err(|source| self.error(&path, source))?;
        }
        let Some(newest) = names.iter().rfind(|name| name.ends_with(SUFFIX)) else {
            return Ok(None);
        };
        let path = self.dir.join(newest);
        let bytes =
            disk::read_file(&self.disk, &path).map_err(|source| self.error(&path, source))?;
        match Standing::decode(&bytes) {
            Ok(standing) => Ok(Some(standing)),
            Err(what) => Err(SnapshotError::Unreadable { path, what }),
        }
    }

    /// Keeps this snapshot and forgets the older ones. Durable when it returns.
    pub(super) fn save(&self, standing: &Standing) -> io::Result<()> {
        let name = name(standing.last_applied.as_ref());
        let path = self.dir.join(&name);
        let unfinished = self.dir.join(format!("{name}{UNFINISHED}"));
        let written = self.write(&unfinished, &standing.encode());
        if let Err(error) = written {
            // It may be a full disk: give back what was taken. The file is nothing to anybody.
            let _ = self.disk.remove_file(&unfinished);
            return Err(error);
        }
        self.disk.rename(&unfinished, &path)?;
        self.disk.sync_dir(&self.dir)?;
        // Never a newer one, whoever wrote it: the log may have been purged up to it.
        let names = self.names()?;
        for older in names.iter().filter(|other| other.ends_with(SUFFIX) && **other < name) {
            self.disk.remove_file(&self.dir.join(older))?;
        }
        Ok(())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let file = self.disk.open(path, OpenMode::Create)?;
        file.set_len(0)?;
        file.allocate(bytes.len() as u64)?;
        file.write_at(&[IoSlice::new(bytes)], 0)?;
        file.sync()
    }

    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.disk.list(&self.dir)?.into_iter().map(|entry| entry.name).collect())
    }

    fn error(&self, path: &Path, source: io::Error) -> SnapshotError {
        SnapshotError::Io { path: path.into(), source }
    }
}

fn name(last: Option<&LogId>) -> String {
    let (index, term) = last.map_or((0, 0), |last| (last.index, last.leader_id.term));
    format!("{index:020}-{term:010}{SUFFIX}")
}

#[cfg(test)]
mod tests {
    use openraft::CommittedLeaderId;
    use storage::disk::MemDisk;

    use super::*;

    fn at(term: u64, index: u64) -> Standing {
        let last_applied = Some(LogId::new(CommittedLeaderId::new(term, 1), index));
        Standing { last_applied, ..Standing::default() }
    }

    #[test]
    fn the_newest_is_kept_in_whatever_order_they_are_written() {
        let snapshots = Snapshots::new(MemDisk::new(), Path::new("/"));
        for (term, index) in [(1, 16), (2, 103), (1, 40)] {
            snapshots.save(&at(term, index)).expect("the disk works");
        }
        assert_eq!(snapshots.load().expect("it reads"), Some(at(2, 103)));
    }
}
