//! The clean shutdown marker: `.kafka_cleanshutdown`, `{"version":0,"brokerEpoch":14}`.
//!
//! It is there exactly if the broker closed every log of the dir, and nobody has opened the dir since. With it a start
//! believes what it finds; without it, it recovers. It is never wrong to recover, so anything but a readable marker counts
//! as none.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::checkpoint::{read_if_there, replace};
use crate::disk::Disk;

const FILE_NAME: &str = ".kafka_cleanshutdown";
const VERSION: i32 = 0;

/// How the broker that had a log dir before went away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastShutdown {
    /// All logs were closed and synced.
    Clean {
        /// The registration that it ended (KIP-966). A controller that remembers another one knows that the
        /// dir is not the one that this node left, and takes the node's replicas for incomplete.
        broker_epoch: i64,
    },
    /// It crashed, it never was, or nobody can tell: logs need recovery.
    Unclean,
}

#[derive(Serialize, Deserialize)]
struct Marker {
    version: i32,
    #[serde(rename = "brokerEpoch")]
    broker_epoch: i64,
}

impl LastShutdown {
    /// Whether logs may be opened without recovery.
    pub fn is_clean(self) -> bool {
        matches!(self, Self::Clean { .. })
    }

    /// Reads the marker and removes it, durably.
    pub(super) fn consume<D: Disk>(disk: &D, log_dir: &Path) -> io::Result<Self> {
        let path = log_dir.join(FILE_NAME);
        let Some(content) = read_if_there(disk, &path)? else { return Ok(Self::Unclean) };
        disk.remove_file(&path)?;
        disk.sync_dir(log_dir)?;
        Ok(Self::parse(&content))
    }

    /// Writes the marker, durably.
    pub(super) fn mark<D: Disk>(disk: &D, log_dir: &Path, broker_epoch: i64) -> io::Result<()> {
        let marker = serde_json::to_vec(&Marker { version: VERSION, broker_epoch })?;
        replace(disk, log_dir, FILE_NAME, &marker)
    }

    fn parse(content: &[u8]) -> Self {
        match serde_json::from_slice(content) {
            Ok(Marker { version: VERSION, broker_epoch }) => Self::Clean { broker_epoch },
            _ => Self::Unclean,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::MemDisk;

    #[test]
    fn a_marker_counts_once_and_is_kafkas() {
        let (disk, dir) = (MemDisk::new(), Path::new("/data"));
        disk.create_dir(dir).expect("room");
        assert_eq!(LastShutdown::consume(&disk, dir).expect("no fault"), LastShutdown::Unclean);
        LastShutdown::mark(&disk, dir, 14).expect("room");
        let text = read_if_there(&disk, &dir.join(FILE_NAME)).expect("no fault").expect("there");
        assert_eq!(text, br#"{"version":0,"brokerEpoch":14}"#);
        let clean = LastShutdown::Clean { broker_epoch: 14 };
        assert_eq!(LastShutdown::consume(&disk, dir).expect("no fault"), clean);
        disk.crash(1);
        let again = LastShutdown::consume(&disk, dir).expect("no fault");
        assert_eq!(again, LastShutdown::Unclean, "a crash while loading is unclean");
    }

    #[test]
    fn whatever_cannot_be_read_is_unclean_and_unknown_fields_do_no_harm() {
        for text in
            ["", "{", "null", r#"{"version":1,"brokerEpoch":14}"#, r#"{"version":0}"#, "\0\0\0\0"]
        {
            assert_eq!(LastShutdown::parse(text.as_bytes()), LastShutdown::Unclean, "{text:?}");
        }
        let more = br#"{"version":0,"brokerEpoch":3,"reason":"upgrade"}"#;
        assert_eq!(LastShutdown::parse(more), LastShutdown::Clean { broker_epoch: 3 });
    }
}
