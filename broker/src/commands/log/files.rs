//! Files and folders by their names: what a path on the command line means.

use std::io;
use std::path::{Path, PathBuf};

use client::cli::Failure;
use storage::checkpoint::{Checkpoint, partition_metadata};
use storage::dir::{Folder, LOCK_FILE_NAME};
use storage::log::epoch;
use storage::segment::name::{FileKind, FileName};

/// What a file of a log dir holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// A segment's batches, one of its indexes, or a producer snapshot.
    Segment(FileName),
    /// `leader-epoch-checkpoint`.
    Epochs,
    /// `partition.metadata`.
    PartitionMetadata,
    /// `meta.properties`.
    Identity,
    /// An offset for each partition of a log dir.
    Checkpoint(Checkpoint),
}

impl Content {
    /// What a file of this name holds; `None` if it is nothing that is known here.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let checkpoint = Checkpoint::ALL.into_iter().find(|kind| kind.file_name() == name);
        match name {
            epoch::FILE_NAME => Some(Self::Epochs),
            partition_metadata::FILE_NAME => Some(Self::PartitionMetadata),
            "meta.properties" => Some(Self::Identity),
            _ => checkpoint
                .map(Self::Checkpoint)
                .or_else(|| FileName::parse(name).map(Self::Segment)),
        }
    }
}

/// What a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// One partition.
    Partition,
    /// A log dir: partitions, and files about all of them.
    LogDir,
}

impl Place {
    /// What this folder is.
    pub(super) fn of(folder: &Path) -> Result<Self, Failure> {
        let inside = list(folder)?;
        let is_segment = |path: &PathBuf| {
            let content = Content::of(path);
            matches!(content, Some(Content::Segment(name)) if name.kind == FileKind::Log)
        };
        let is_partition = |path: &PathBuf| partition_name(path).is_some() && path.is_dir();
        let about_all = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            name == Some(LOCK_FILE_NAME) || Content::of(path) == Some(Content::Identity)
        };
        if inside.iter().any(is_segment) || inside.iter().any(|path| is_metadata(path)) {
            Ok(Self::Partition)
        } else if inside.iter().any(|path| about_all(path) || is_partition(path)) {
            Ok(Self::LogDir)
        } else {
            Err(Failure::missing(format!("{} is no partition and no log dir", folder.display()))
                .advise("name a folder such as DATA/orders-0, or the folder with all of them"))
        }
    }
}

fn is_metadata(path: &Path) -> bool {
    Content::of(path) == Some(Content::PartitionMetadata)
}

/// The partition's name, if a folder is one that is in use.
pub(super) fn partition_name(folder: &Path) -> Option<String> {
    match Folder::parse(folder.file_name()?.to_str()?)? {
        Folder::Partition(partition) => Some(partition.to_string()),
        _ => None,
    }
}

/// What is in a folder, in the order of the names.
pub(super) fn list(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let cannot = |error: io::Error| cannot_read(folder, &error);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        paths.push(entry.map_err(cannot)?.path());
    }
    paths.sort();
    Ok(paths)
}

/// A path that cannot be read.
pub(super) fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::NotFound => Failure::missing(format!("there is no {}", path.display())),
        _ => Failure::other(&format!("read {}", path.display()), error),
    }
}
