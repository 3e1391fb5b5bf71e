//! An offset checkpoint: one offset for each partition of a log dir, in one file.
//!
//! ```text
//! 0                      version
//! 2                      partitions
//! apache_logs 0 4711     topic, partition, offset
//! apache_logs 1 4690
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use protocol::ids::{Offset, PartitionIndex, TopicName, TopicPartition};

use super::lines::{self, Malformed};
use super::{ReadError, read_if_there, replace};
use crate::disk::Disk;

/// One offset for each partition.
pub type Offsets = BTreeMap<TopicPartition, Offset>;

/// Which of a log dir's checkpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Checkpoint {
    /// Up to here the log is synced and whole; recovery begins here. Without it recovery reads everything.
    RecoveryPoint,
    /// Records below were deleted by request (DeleteRecords) although their segment is still there. Without it
    /// they come back, until they are deleted again.
    LogStart,
    /// The high watermark when it was last written. Without it a leader begins with its log's start, and a consumer
    /// waits until the followers have spoken.
    HighWatermark,
    /// Up to here a compacted log is clean. Without it the next compaction reads everything.
    Cleaner,
}

impl Checkpoint {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::RecoveryPoint, Self::LogStart, Self::HighWatermark, Self::Cleaner];

    /// The file's name in the log dir.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::RecoveryPoint => "recovery-point-offset-checkpoint",
            Self::LogStart => "log-start-offset-checkpoint",
            Self::HighWatermark => "replication-offset-checkpoint",
            Self::Cleaner => "cleaner-offset-checkpoint",
        }
    }

    /// Reads the file. A missing one holds no partition, and so does an empty one: Kafka makes it before it has
    /// something to say.
    ///
    /// # Errors
    /// See [`ReadError`]. A partition whose log contradicts what it says is the log's to judge.
    pub fn read<D: Disk>(self, disk: &D, log_dir: &Path) -> Result<Offsets, ReadError> {
        let path = log_dir.join(self.file_name());
        let content = match read_if_there(disk, &path) {
            Ok(content) => content.unwrap_or_default(),
            Err(error) => return Err(ReadError::Io { path, error }),
        };
        parse(&content).map_err(|why| ReadError::Malformed { path, why })
    }

    /// Replaces the file; durable when it returns.
    pub fn write<D: Disk>(
        self,
        disk: &D,
        log_dir: &Path,
        offsets: &Offsets,
    ) -> std::io::Result<()> {
        replace(disk, log_dir, self.file_name(), to_text(offsets).as_bytes())
    }
}

/// The content of a file.
pub fn to_text(offsets: &Offsets) -> String {
    lines::format(offsets.iter().map(|(partition, offset)| Line { partition, offset: *offset }))
}

/// Reads the content of a file. If a partition is named twice the later line counts, as in Kafka.
///
/// # Errors
/// [`Malformed`], also for one bad line: what damaged it has not stopped there.
pub fn parse(content: &[u8]) -> Result<Offsets, Malformed> {
    let expected = "a topic, a partition and an offset";
    let entries = lines::parse(content, expected, |fields| {
        let topic = TopicName::new(fields.next()?).ok()?;
        let partition = fields.next()?.parse().ok().filter(|partition| *partition >= 0)?;
        let offset = fields.next()?.parse().ok().filter(|offset| *offset >= 0)?;
        let partition = TopicPartition { topic, partition: PartitionIndex(partition) };
        Some((partition, Offset(offset)))
    })?;
    Ok(entries.into_iter().collect())
}

/// One partition's line.
struct Line<'a> {
    partition: &'a TopicPartition,
    offset: Offset,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.partition.topic, self.partition.partition, self.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::MemDisk;

    fn offsets(of: &[(&str, i32, i64)]) -> Offsets {
        let entry = |(topic, partition, offset): &(&str, i32, i64)| {
            let topic = TopicName::new(topic).expect("legal");
            (TopicPartition { topic, partition: PartitionIndex(*partition) }, Offset(*offset))
        };
        of.iter().map(entry).collect()
    }

    #[test]
    fn every_checkpoint_reads_back_what_was_written_and_nothing_before() {
        let disk = MemDisk::new();
        let dir = Path::new("/data");
        disk.create_dir(dir).expect("room");
        let written = offsets(&[("a-b", 0, 17), ("a-b", 1, 0), ("z", 0, i64::MAX)]);
        for checkpoint in Checkpoint::ALL {
            assert_eq!(checkpoint.read(&disk, dir).expect("missing is empty"), Offsets::new());
            checkpoint.write(&disk, dir, &written).expect("room");
            assert_eq!(checkpoint.read(&disk, dir).expect("just written"), written);
        }
    }

    #[test]
    fn the_text_is_kafkas() {
        let text = "0\n2\na-b 1 17\nz 0 0\n";
        assert_eq!(to_text(&offsets(&[("z", 0, 0), ("a-b", 1, 17)])), text);
        assert_eq!(parse(text.as_bytes()), Ok(offsets(&[("z", 0, 0), ("a-b", 1, 17)])));
    }

    #[test]
    fn what_cannot_be_a_partition_or_an_offset_is_refused_with_its_line() {
        for line in
            ["a 0", "a 0 -1", "a -1 0", "a/b 0 0", "a 0 0 0", "a 0 9223372036854775808", ".. 0 0"]
        {
            let refused = parse(format!("0\n1\n{line}\n").as_bytes());
            assert!(matches!(refused, Err(Malformed::Line { line: 3, .. })), "{line}: {refused:?}");
        }
    }

    #[test]
    fn the_error_names_the_file() {
        let disk = MemDisk::new();
        let dir = Path::new("/data");
        disk.create_dir(dir).expect("room");
        replace(&disk, dir, Checkpoint::RecoveryPoint.file_name(), b"99\n0\n").expect("room");
        let refused =
            Checkpoint::RecoveryPoint.read(&disk, dir).expect_err("a version of the future");
        let said = "/data/recovery-point-offset-checkpoint: line 1 says version \"99\", and only version 0 is known";
        assert_eq!(refused.to_string(), said);
    }
}
