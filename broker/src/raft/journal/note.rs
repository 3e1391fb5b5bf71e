//! A note: one thing that a journal is told to remember.

use crate::metadata::codec::{CodecError, Field, Reader};
use crate::raft::types::{Entry, LogId, Vote};

/// The layout of the journal that this release writes, and the newest that it reads.
pub(super) const FORMAT: u16 = 1;

/// One thing to remember. What a journal holds is what its notes add up to, in their order.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::raft) enum Note {
    /// The first of every segment: what the segments before it add up to, besides their entries. They can be removed once
    /// their entries are purged.
    Head {
        /// The layout.
        format: u16,
        /// The last entry before this segment, purged or not. If no segment is before it, that one is purged.
        last: Option<LogId>,
        /// The vote.
        vote: Option<Vote>,
    },
    /// An entry, with the index after the last one's.
    Entry(Entry),
    /// We voted.
    Vote(Vote),
    /// The entries behind `last` are void: another leader's count.
    Truncate {
        /// The last that is left.
        last: Option<LogId>,
    },
    /// Entries up to this one are in a snapshot. It may lie beyond the last entry, when the snapshot came from a leader.
    Purge(LogId),
}

impl Note {
    pub(super) fn kind(&self) -> u8 {
        match self {
            Self::Head { .. } => 1,
            Self::Entry(_) => 2,
            Self::Vote(_) => 3,
            Self::Truncate { .. } => 4,
            Self::Purge(_) => 5,
        }
    }

    pub(super) fn body(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::Head { format, last, vote } => {
                format.put(&mut out);
                last.put(&mut out);
                vote.put(&mut out);
            }
            Self::Entry(entry) => entry.put(&mut out),
            Self::Vote(vote) => vote.put(&mut out),
            Self::Truncate { last } => last.put(&mut out),
            Self::Purge(log_id) => log_id.put(&mut out),
        }
        out
    }

    pub(super) fn take(kind: u8, body: &[u8]) -> Result<Self, CodecError> {
        let mut input = Reader::new(body);
        let note = match kind {
            1 => Self::take_head(&mut input)?,
            2 => Self::Entry(Field::take(&mut input)?),
            3 => Self::Vote(Field::take(&mut input)?),
            4 => Self::Truncate { last: Field::take(&mut input)? },
            5 => Self::Purge(Field::take(&mut input)?),
            _ => return Err(CodecError::UnknownKind { kind, version: 0 }),
        };
        match input.left() {
            0 => Ok(note),
            left => Err(CodecError::Trailing { kind, left }),
        }
    }

    fn take_head(input: &mut Reader<'_>) -> Result<Self, CodecError> {
        match u16::take(input)? {
            FORMAT => Ok(Self::Head {
                format: FORMAT,
                last: Field::take(input)?,
                vote: Field::take(input)?,
            }),
            format => Err(CodecError::UnknownVersion {
                name: "journal",
                version: format.try_into().unwrap_or(u8::MAX),
                known: FORMAT as u8,
            }),
        }
    }
}
