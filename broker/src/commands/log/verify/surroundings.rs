//! The files of a log dir that are about all of its partitions.

use std::io;
use std::path::PathBuf;

use storage::checkpoint::offsets;
use storage::dir::Identity;

use super::report::Problem;
use super::segment::small;
use crate::commands::log::files::Content;

/// What is wrong with the files among these.
pub(super) fn verify(inside: &[PathBuf]) -> io::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for path in inside {
        let problem = match Content::of(path) {
            Some(Content::Identity) => {
                small(path, |bytes| Identity::parse(bytes).err().map(|error| error.to_string()))?
            }
            Some(Content::Checkpoint(_)) => {
                small(path, |bytes| offsets::parse(bytes).err().map(|error| error.to_string()))?
            }
            _ => None,
        };
        problems.extend(problem);
    }
    Ok(problems)
}
