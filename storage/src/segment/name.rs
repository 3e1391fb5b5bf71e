//! A segment's file names: twenty digits of base offset and a suffix that says what is inside, as Kafka has them.

use std::path::{Path, PathBuf};

use protocol::ids::Offset;

/// What a file of a partition's folder holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// Record batches: `.log`.
    Log,
    /// Offsets to positions: `.index`.
    OffsetIndex,
    /// Timestamps to offsets: `.timeindex`.
    TimeIndex,
    /// Aborted transactions: `.txnindex`.
    TransactionIndex,
    /// The producers' state at an offset: `.snapshot`.
    ProducerSnapshot,
}

/// What a second suffix says about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is in use.
    Live,
    /// `.deleted`: nobody new may read it, and it will be removed.
    Deleted,
    /// `.cleaned`: a compaction that was not finished; worthless.
    Cleaned,
    /// `.swap`: a finished compaction that was about to take the place of what it replaces.
    Swap,
}

/// A name in a partition's folder that belongs to a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileName {
    /// The offset of the segment's first record; for a snapshot the offset behind the last record that it knows of.
    pub base: Offset,
    /// What is inside.
    pub kind: FileKind,
    /// What is to become of it.
    pub fate: Fate,
}

/// Digits of the base offset: enough for 2^63.
const DIGITS: usize = 20;

impl FileKind {
    /// All kinds; the batches first, so that a segment that is removed in part has no batches.
    pub const ALL: [Self; 5] = [
        Self::Log,
        Self::OffsetIndex,
        Self::TimeIndex,
        Self::TransactionIndex,
        Self::ProducerSnapshot,
    ];

    /// The suffix with its dot.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Log => ".log",
            Self::OffsetIndex => ".index",
            Self::TimeIndex => ".timeindex",
            Self::TransactionIndex => ".txnindex",
            Self::ProducerSnapshot => ".snapshot",
        }
    }

    /// The path of the live file of this kind.
    pub fn path(self, dir: &Path, base: Offset) -> PathBuf {
        dir.join(format!("{base:0>DIGITS$}{}", self.suffix(), base = base.get()))
    }
}

impl FileName {
    /// Reads a name; `None` if it is no segment's.
    pub fn parse(name: &str) -> Option<Self> {
        let (name, fate) = [Fate::Deleted, Fate::Cleaned, Fate::Swap]
            .into_iter()
            .find_map(|fate| Some((name.strip_suffix(fate.suffix())?, fate)))
            .unwrap_or((name, Fate::Live));
        let (digits, rest) = name.split_at_checked(DIGITS)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let base = Offset(digits.parse().ok()?);
        let kind = FileKind::ALL.into_iter().find(|kind| kind.suffix() == rest)?;
        Some(Self { base, kind, fate })
    }
}

impl Fate {
    /// The suffix with its dot; empty for a live file.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Live => "",
            Self::Deleted => ".deleted",
            Self::Cleaned => ".cleaned",
            Self::Swap => ".swap",
        }
    }

    /// The path of a live file under this fate.
    pub fn of(self, live: &Path) -> PathBuf {
        let mut path = live.as_os_str().to_owned();
        path.push(self.suffix());
        path.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kafkas_and_read_back() {
        let path = FileKind::TimeIndex.path(Path::new("t-0"), Offset(368_769));
        assert_eq!(path, Path::new("t-0/00000000000000368769.timeindex"));
        let gone = Fate::Deleted.of(&path);
        let name = gone.file_name().and_then(|name| name.to_str()).expect("a name");
        let parsed = FileName::parse(name).expect("ours");
        let expected =
            FileName { base: Offset(368_769), kind: FileKind::TimeIndex, fate: Fate::Deleted };
        assert_eq!(parsed, expected);
    }

    #[test]
    fn other_names_are_not_ours() {
        for name in [
            "partition.metadata",
            "leader-epoch-checkpoint",
            "0000000000000000001.log",
            "+0000000000000000001.log",
            "99999999999999999999.log",
            "00000000000000000000.log.bak",
            "00000000000000000000",
            "000000000000000000é0.log",
        ] {
            assert_eq!(FileName::parse(name), None, "{name}");
        }
    }
}
