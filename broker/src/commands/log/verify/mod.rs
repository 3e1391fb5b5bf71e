//! `sapwood log verify`: what is wrong with partitions on disk, and where.
//!
//! Everything that a broker would rely on is read: every batch with its checksum and its records, the order of offsets and
//! epochs, every index entry against the batch that it speaks of, snapshots, checkpoints. Nothing is written and no lock is
//! taken, so a broker may be running: files that vanish meanwhile are passed over, and whatever looks wrong is looked at
//! again before it is called so ([`segment`]).

mod epochs;
mod indexes;
mod partition;
mod progress;
mod report;
mod scan;
mod segment;
mod surroundings;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use client::cli::Failure;
use client::cli::output::OutputArgs;

use super::files::{Place, cannot_read, list, partition_name};
use progress::Progress;
use report::Report;

/// The arguments.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit code 0 says that all is well, 1 that something is not. Holes between offsets are normal \
                        where a topic is compacted; they are counted, and are no problem."
)]
pub struct Verify {
    /// Partitions (such as DATA/orders-0) or whole log dirs
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

impl Verify {
    /// Checks everything, and prints what was found.
    pub(super) fn run(&self, out: &mut (dyn Write + Send)) -> Result<(), Failure> {
        let mut folders = Vec::new();
        let mut report = Report::default();
        for path in &self.paths {
            folders.extend(partitions(path, &mut report)?);
        }
        let mut progress = Progress::over(&folders);
        let mut unread = Ok(());
        for folder in &folders {
            match partition::verify(folder, &mut progress) {
                Ok(Some(partition)) => report.partitions.push(partition),
                // It was deleted meanwhile.
                Ok(None) => {}
                // What was found elsewhere is worth the more on a disk that fails.
                Err(error) => unread = unread.and(Err(cannot_read(folder, &error))),
            }
        }
        drop(progress);
        report.print(out, self.output)?;
        match report.problems() {
            0 => unread,
            1 => Err(Failure::failed("1 problem was found")),
            count => Err(Failure::failed(format!("{count} problems were found"))),
        }
    }
}

/// The partitions that a path means. The files about a whole log dir are checked at once.
fn partitions(path: &Path, report: &mut Report) -> Result<Vec<PathBuf>, Failure> {
    if !std::fs::metadata(path).map_err(|error| cannot_read(path, &error))?.is_dir() {
        let what = format!("{} is a file", path.display());
        return Err(Failure::usage(what).advise("name its folder; `sapwood log dump` reads files"));
    }
    if Place::of(path)? == Place::Partition {
        return Ok(vec![path.to_owned()]);
    }
    let inside = list(path)?;
    report.problems.extend(surroundings::verify(&inside).map_err(|e| cannot_read(path, &e))?);
    Ok(inside.into_iter().filter(|path| partition_name(path).is_some() && path.is_dir()).collect())
}
