//! Values as Kafka writes them: what each kind of value looks like, and what to say about one that does not.

use std::time::Duration;

use crate::consumer::{Assignor, Isolation};
use crate::offsets::OffsetAt;
use crate::producer::{Acks, Compression};

/// Milliseconds from 0 up.
pub(super) fn millis(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_millis).map_err(|_| "write milliseconds, from 0".into())
}

/// A number of bytes or things.
pub(super) fn count(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "write a whole number, from 0".into())
}

/// At least one of something.
pub(super) fn count_from_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or("write a whole number, from 1".into())
}

pub(super) fn truth(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("write true or false".into()),
    }
}

pub(super) fn acks(text: &str) -> Result<Acks, String> {
    match text {
        "0" => Ok(Acks::None),
        "1" => Ok(Acks::Leader),
        "all" | "-1" => Ok(Acks::All),
        _ => Err("write 0, 1 or all".into()),
    }
}

pub(super) fn compression(text: &str) -> Result<Compression, String> {
    match text {
        "none" => Ok(Compression::None),
        "gzip" => Ok(Compression::Gzip),
        "snappy" => Ok(Compression::Snappy),
        "lz4" => Ok(Compression::Lz4),
        "zstd" => Ok(Compression::Zstd),
        _ => Err("write none, gzip, snappy, lz4 or zstd".into()),
    }
}

pub(super) fn isolation(text: &str) -> Result<Isolation, String> {
    match text {
        "read_committed" => Ok(Isolation::ReadCommitted),
        "read_uncommitted" => Ok(Isolation::ReadUncommitted),
        _ => Err("write read_committed or read_uncommitted".into()),
    }
}

/// Where to begin without a commit; `None` for an error instead. librdkafka has more words for the same.
pub(super) fn reset(text: &str) -> Result<Option<OffsetAt>, String> {
    match text {
        "earliest" | "smallest" | "beginning" => Ok(Some(OffsetAt::Start)),
        "latest" | "largest" | "end" => Ok(Some(OffsetAt::End)),
        "none" | "error" => Ok(None),
        _ => Err("write earliest, latest or none".into()),
    }
}

/// Assignors by their names in the protocol, or by the names of Java's classes.
pub(super) fn assignors(text: &str) -> Result<Vec<Assignor>, String> {
    let one = |name: &str| {
        let class = name.rsplit('.').next().unwrap_or(name);
        let known = match class {
            "RangeAssignor" => Some(Assignor::Range),
            "RoundRobinAssignor" => Some(Assignor::RoundRobin),
            "CooperativeStickyAssignor" => Some(Assignor::CooperativeSticky),
            _ => Assignor::from_name(name),
        };
        known.ok_or_else(|| "write range, roundrobin or cooperative-sticky".to_owned())
    };
    text.split(',').map(|name| one(name.trim())).collect()
}

/// The only group protocol there is so far.
pub(super) fn classic(text: &str) -> Result<(), String> {
    match text {
        "classic" => Ok(()),
        _ => Err("only the classic protocol is there; KIP-848's is not".into()),
    }
}

/// A partitioner of one's own is a class, which only a JVM can load.
pub(super) fn no_partitioner(_: &str) -> Result<(), String> {
    Err("keys go where Java's default partitioner and murmur2 send them; -p names a partition"
        .into())
}

/// The only protocol there is so far.
pub(super) fn plaintext(text: &str) -> Result<(), String> {
    match text.to_ascii_uppercase().as_str() {
        "PLAINTEXT" => Ok(()),
        "SSL" | "SASL_SSL" | "SASL_PLAINTEXT" => {
            Err("TLS and SASL are not there yet; use PLAINTEXT on a network that you trust".into())
        }
        _ => Err("write PLAINTEXT".into()),
    }
}
