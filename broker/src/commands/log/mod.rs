//! `sapwood log`: looks into partitions on disk. Nothing is ever written, so a broker may be running on them.
//!
//! ```text
//!   SegmentFile   the batches of one `.log` file, one after the other
//!   Entries       the entries of an index file
//!   dump          what is in a file, in words or in JSON
//!   verify        what is wrong with a partition or a log dir, and where
//! ```

pub(super) mod decode;
mod dump;
mod entries;
mod files;
pub(super) mod segment_file;
mod time;
mod verify;

use std::process::ExitCode;

use super::run_with_output;

/// `sapwood log …`
#[derive(Debug, clap::Subcommand)]
pub enum LogCommand {
    /// Print what is in segments, indexes, snapshots and checkpoints
    Dump(dump::Dump),
    /// Check partitions and log dirs, and say what is wrong and where
    Verify(verify::Verify),
}

impl LogCommand {
    /// Does what was asked. Exit code 1 says that something is wrong with the files.
    pub fn run(&self) -> ExitCode {
        match self {
            Self::Dump(dump) => run_with_output(|out| dump.run(out)),
            Self::Verify(verify) => run_with_output(|out| verify.run(out)),
        }
    }
}
