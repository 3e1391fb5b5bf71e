//! Siblings: which log dirs belong to one broker, written down in each of them.
//!
//! A broker that starts without one of its log dirs (a disk that was not mounted, a line missing in `log.dirs`) would find
//! no trace of the partitions in it, and begin each anew, empty, in another dir: lost without a word. Each dir therefore
//! knows all of them by their ids, and a start that misses one is refused. Paths are only told to people: a dir may be
//! mounted elsewhere.
//!
//! ```text
//! 4_4QedThQ2iamiPueYyk8Q /var/lib/sapwood/a
//! Pj8QmLwUQ3-0Ch9TqZ9X0g /var/lib/sapwood/b
//! ```

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use super::{DirectoryId, LogDir};
use crate::checkpoint::{read_if_there, replace};
use crate::disk::Disk;

/// The name of the file in each log dir.
pub const SIBLINGS_FILE_NAME: &str = "sapwood-log-dirs";

/// Why the log dirs of a broker cannot be used together.
#[derive(Debug, thiserror::Error)]
pub enum SiblingsError {
    /// One of them is not there.
    #[error(
        "the log dir that was last at {} (directory.id={id}) is missing, and its partitions would begin anew, empty. Mount it, \
         and name it in log.dirs. If it is gone for good, delete the file {} in the other log dirs: what was in it is lost \
         then",
        last_path,
        SIBLINGS_FILE_NAME
    )]
    Missing {
        /// Its id.
        id: DirectoryId,
        /// Where it was when the broker last started.
        last_path: String,
    },
    /// The disk failed.
    #[error("log dir {}: cannot {doing} {}: {error}", path.display(), SIBLINGS_FILE_NAME)]
    Io {
        /// The log dir.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the disk said.
        #[source]
        error: io::Error,
    },
}

/// Makes sure that every dir is there that belonged to the broker when it last started, and writes down which ones do now.
///
/// # Errors
/// [`SiblingsError`]; nothing is changed if a dir is missing.
pub fn check_siblings<D: Disk>(dirs: &[&LogDir<D>]) -> Result<(), SiblingsError> {
    let present: BTreeMap<DirectoryId, String> = dirs
        .iter()
        .filter_map(|dir| Some((dir.identity().directory_id?, dir.path().display().to_string())))
        .collect();
    let mut written = Vec::with_capacity(dirs.len());
    for dir in dirs {
        let file = dir.path().join(SIBLINGS_FILE_NAME);
        let content = read_if_there(dir.disk(), &file).map_err(failed(dir, "read"))?;
        let known = content.as_deref().map(parse).unwrap_or_default();
        if let Some((id, path)) = known.into_iter().find(|(id, _)| !present.contains_key(id)) {
            return Err(SiblingsError::Missing { id, last_path: path });
        }
        written.push(content);
    }
    let now: String = present.iter().map(|(id, path)| format!("{id} {path}\n")).collect();
    for (dir, content) in dirs.iter().zip(written) {
        if content.as_deref() != Some(now.as_bytes()) {
            replace(dir.disk(), dir.path(), SIBLINGS_FILE_NAME, now.as_bytes())
                .map_err(failed(dir, "write"))?;
        }
    }
    Ok(())
}

fn failed<D: Disk>(
    dir: &LogDir<D>,
    doing: &'static str,
) -> impl FnOnce(io::Error) -> SiblingsError {
    let path = dir.path().to_owned();
    move |error| SiblingsError::Io { path, doing, error }
}

/// The ids and paths of a file. A line that is none says nothing: the file is replaced whole, and what somebody typed into
/// it must not keep a broker from starting.
fn parse(content: &[u8]) -> Vec<(DirectoryId, String)> {
    let text = String::from_utf8_lossy(content);
    let line = |line: &str| {
        let (id, path) = line.split_once(' ')?;
        Some((id.parse().ok()?, path.to_owned()))
    };
    text.lines().filter_map(line).collect()
}
