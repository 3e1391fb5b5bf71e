//! `partition.metadata`: which topic, of all that ever had this name, a partition's folder belongs to (KIP-516).
//!
//! ```text
//! version: 0
//! topic_id: Pk_tH4BjTZq3833ZltVaQA
//! ```
//!
//! Written, and synced, before the first record: a topic that was deleted and made again under its name must never be given
//! the records of the old one. There is no checksum: both lines have one legal length, and replacement is atomic.

use std::path::Path;

use protocol::ids::TopicId;

use super::{Malformed, ReadError, read_if_there, replace};
use crate::disk::Disk;

/// The file's name in a partition's folder.
pub const FILE_NAME: &str = "partition.metadata";

/// Reads the id, if the file is there.
///
/// # Errors
/// See [`ReadError`]. A malformed file must not be taken for a missing one: nobody knows whose records these are.
pub fn read<D: Disk>(disk: &D, partition_dir: &Path) -> Result<Option<TopicId>, ReadError> {
    let path = partition_dir.join(FILE_NAME);
    match read_if_there(disk, &path) {
        Ok(None) => Ok(None),
        Ok(Some(content)) => match parse(&content) {
            Ok(id) => Ok(Some(id)),
            Err(why) => Err(ReadError::Malformed { path, why }),
        },
        Err(error) => Err(ReadError::Io { path, error }),
    }
}

/// Writes the id; durable when it returns.
pub fn write<D: Disk>(disk: &D, partition_dir: &Path, id: TopicId) -> std::io::Result<()> {
    replace(disk, partition_dir, FILE_NAME, to_text(id).as_bytes())
}

/// The content of the file: Kafka's, without a line feed at the end.
pub fn to_text(id: TopicId) -> String {
    format!("version: 0\ntopic_id: {id}")
}

/// Reads the content of the file.
pub fn parse(content: &[u8]) -> Result<TopicId, Malformed> {
    let text = std::str::from_utf8(content).map_err(|_| Malformed::NotText)?;
    let mut lines = text.lines();
    let version = lines.next().ok_or(Malformed::Short { line: 1, expected: "the version" })?;
    if version.trim_end() != "version: 0" {
        return Err(Malformed::Version { found: version.chars().take(120).collect() });
    }
    let expected = "\"topic_id: \" and 22 characters of URL-safe base64";
    let id = lines.next().ok_or(Malformed::Short { line: 2, expected })?;
    let parsed = id.strip_prefix("topic_id: ").and_then(|id| id.trim_end().parse().ok());
    let found = || id.chars().take(120).collect();
    // The zero id is what Kafka says for "none": a topic from before there were ids.
    let good = parsed.filter(|id: &TopicId| *id != TopicId::ZERO && lines.next().is_none());
    good.ok_or_else(|| Malformed::Line { line: 2, expected, found: found() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::MemDisk;

    const TEXT: &str = "version: 0\ntopic_id: Pk_tH4BjTZq3833ZltVaQA";

    #[test]
    fn the_id_reads_back_and_the_text_is_kafkas() {
        let id = parse(TEXT.as_bytes()).expect("as Kafka writes it");
        assert_eq!(to_text(id), TEXT);
        let disk = MemDisk::new();
        let dir = Path::new("/data/a-0");
        disk.create_dir(dir).expect("room");
        assert_eq!(read(&disk, dir).expect("no fault"), None);
        write(&disk, dir, id).expect("room");
        assert_eq!(read(&disk, dir).expect("just written"), Some(id));
    }

    #[test]
    fn every_prefix_is_refused() {
        for cut in 0..TEXT.len() {
            assert!(parse(&TEXT.as_bytes()[..cut]).is_err(), "cut after {cut} bytes");
        }
    }
}
