//! A partition's identity: the file `partition.metadata`, which says to which topic its folder belongs (KIP-516).
//!
//! ```text
//! version: 0
//! topic_id: 5ZO1B4OkRGOnYYFpwvmH_w
//! ```

use std::io;
use std::path::Path;

use protocol::ids::TopicId;

use crate::disk::{Disk, read_file, write_file};

/// The file's name.
pub const FILE_NAME: &str = "partition.metadata";

/// Reads the topic id of a partition's folder; `None` if there is no such file.
pub fn read<D: Disk>(disk: &D, dir: &Path) -> io::Result<Option<TopicId>> {
    let bytes = match read_file(disk, &dir.join(FILE_NAME)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        result => result?,
    };
    let text = str::from_utf8(&bytes).map_err(|_| malformed())?;
    let field = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim())
    };
    match (field("version"), field("topic_id").map(str::parse)) {
        (Some("0"), Some(Ok(id))) => Ok(Some(id)),
        _ => Err(malformed()),
    }
}

/// Writes it, durable but for its name: the caller syncs the folder.
pub(super) fn write<D: Disk>(disk: &D, dir: &Path, id: TopicId) -> io::Result<()> {
    let text = format!("version: 0\ntopic_id: {id}\n");
    Ok(write_file(disk, &dir.join(FILE_NAME), text.as_bytes())?)
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{FILE_NAME} is malformed"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::MemDisk;

    #[test]
    fn the_file_is_kafkas_and_reads_back() {
        let (disk, dir) = (MemDisk::new(), Path::new("t-0"));
        disk.create_dir(dir).expect("made");
        assert_eq!(read(&disk, dir).expect("no file"), None);
        let id = "5ZO1B4OkRGOnYYFpwvmH_w".parse().expect("a topic id");
        write(&disk, dir, id).expect("written");
        let text = read_file(&disk, &dir.join(FILE_NAME)).expect("read");
        assert_eq!(text, b"version: 0\ntopic_id: 5ZO1B4OkRGOnYYFpwvmH_w\n");
        assert_eq!(read(&disk, dir).expect("read"), Some(id));
    }
}
