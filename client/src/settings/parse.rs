//! Values as Kafka writes them: what each kind of value looks like.

use std::time::Duration;

use super::wrong::{Choice, Unit, Whole, Width, Wrong};
use crate::consumer::{Assignor, Isolation};
use crate::offsets::OffsetAt;
use crate::producer::{Acks, Compression};

/// Milliseconds from 0 up.
pub(super) fn millis(text: &str) -> Result<Duration, Wrong> {
    Whole { unit: Unit::Milliseconds, width: Width::Int, least: 0 }.of(text).map(span)
}

/// At least a millisecond.
pub(super) fn millis_from_one(text: &str) -> Result<Duration, Wrong> {
    Whole { unit: Unit::Milliseconds, width: Width::Int, least: 1 }.of(text).map(span)
}

/// Milliseconds from 0 up, of 64 bits.
pub(super) fn long_millis(text: &str) -> Result<Duration, Wrong> {
    Whole { unit: Unit::Milliseconds, width: Width::Long, least: 0 }.of(text).map(span)
}

/// A number of bytes or things.
pub(super) fn count(text: &str) -> Result<usize, Wrong> {
    Whole { unit: Unit::Things, width: Width::Int, least: 0 }.of(text).map(size)
}

/// At least one of something.
pub(super) fn count_from_one(text: &str) -> Result<usize, Wrong> {
    Whole { unit: Unit::Things, width: Width::Int, least: 1 }.of(text).map(size)
}

/// A number of bytes or things, of 64 bits.
pub(super) fn long_count(text: &str) -> Result<usize, Wrong> {
    Whole { unit: Unit::Things, width: Width::Long, least: 0 }.of(text).map(size)
}

impl Whole {
    fn of(self, text: &str) -> Result<u64, Wrong> {
        let number: i64 = text.parse().map_err(|_| Wrong::NoNumber(self))?;
        if number > self.width.most() {
            return Err(Wrong::TooLarge(self));
        }
        let number = u64::try_from(number).ok().filter(|_| number >= self.least);
        number.ok_or(Wrong::TooSmall(self))
    }
}

fn span(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// What is more than an address space holds is all of it.
fn size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

pub(super) fn truth(text: &str) -> Result<bool, Wrong> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Wrong::NoTruth),
    }
}

const ACKS: Choice = Choice { words: &["all", "-1", "0", "1"], advice: "0, 1 or all" };

pub(super) fn acks(text: &str) -> Result<Acks, Wrong> {
    match text {
        "0" => Ok(Acks::None),
        "1" => Ok(Acks::Leader),
        "all" | "-1" => Ok(Acks::All),
        _ => Err(Wrong::NoChoice(ACKS)),
    }
}

const COMPRESSION: Choice = Choice {
    words: &["none", "gzip", "snappy", "lz4", "zstd"],
    advice: "none, gzip, snappy, lz4 or zstd",
};

pub(super) fn compression(text: &str) -> Result<Compression, Wrong> {
    Compression::from_name(text).ok_or(Wrong::NoChoice(COMPRESSION))
}

const ISOLATION: Choice = Choice {
    words: &["read_committed", "read_uncommitted"],
    advice: "read_committed or read_uncommitted",
};

pub(super) fn isolation(text: &str) -> Result<Isolation, Wrong> {
    match text {
        "read_committed" => Ok(Isolation::ReadCommitted),
        "read_uncommitted" => Ok(Isolation::ReadUncommitted),
        _ => Err(Wrong::NoChoice(ISOLATION)),
    }
}

const RESET: Choice =
    Choice { words: &["earliest", "latest", "none"], advice: "earliest, latest or none" };

/// Where to begin without a commit; `None` for an error instead.
pub(super) fn reset(text: &str) -> Result<Option<OffsetAt>, Wrong> {
    match text {
        "earliest" => Ok(Some(OffsetAt::Start)),
        "latest" => Ok(Some(OffsetAt::End)),
        "none" => Ok(None),
        _ => Err(Wrong::NoChoice(RESET)),
    }
}

/// Assignors by their names in the protocol, or by the names of Java's classes.
pub(super) fn assignors(text: &str) -> Result<Vec<Assignor>, Wrong> {
    let one = |name: &str| {
        let class = name.rsplit('.').next().unwrap_or(name);
        let known = match class {
            "RangeAssignor" => Some(Assignor::Range),
            "RoundRobinAssignor" => Some(Assignor::RoundRobin),
            "CooperativeStickyAssignor" => Some(Assignor::CooperativeSticky),
            _ => Assignor::from_name(name),
        };
        known.ok_or(Wrong::NoClass)
    };
    text.split(',').map(|name| one(name.trim())).collect()
}

/// The only group protocol there is so far.
pub(super) fn classic(text: &str) -> Result<(), Wrong> {
    match text {
        "classic" => Ok(()),
        _ => Err(Wrong::NotHere("only the classic protocol is there; KIP-848's is not")),
    }
}

/// A partitioner of one's own is a class, which only a JVM can load.
pub(super) fn no_partitioner(_: &str) -> Result<(), Wrong> {
    Err(Wrong::NotHere(
        "keys go where Java's default partitioner and murmur2 send them; -p names a partition",
    ))
}

/// The only protocol there is so far.
pub(super) fn plaintext(text: &str) -> Result<(), Wrong> {
    match text.to_ascii_uppercase().as_str() {
        "PLAINTEXT" => Ok(()),
        "SSL" | "SASL_SSL" | "SASL_PLAINTEXT" => Err(Wrong::NotHere(
            "TLS and SASL are not there yet; use PLAINTEXT on a network that you trust",
        )),
        _ => Err(Wrong::NotHere("write PLAINTEXT")),
    }
}
