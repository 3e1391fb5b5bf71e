//! Settings: what the properties of Kafka's clients mean for ours.

use std::time::Duration;

use protocol::batch::Compression;

use super::{Properties, Thrown};
use crate::consumer::{Assignor, ConsumerOptions, Isolation};
use crate::offsets::OffsetAt;
use crate::producer::{Acks, ProducerOptions};

/// A producer with these properties. Keys that ours has nothing for are passed over, as Kafka passes over what it does not
/// know.
pub fn producer_options(config: &Properties) -> Result<ProducerOptions, Thrown> {
    let acks = match config.get("acks") {
        None | Some("all" | "-1") => Acks::All,
        Some("1") => Acks::Leader,
        Some("0") => Acks::None,
        Some(other) => {
            let wanted = "String must be one of: all, -1, 0, 1";
            return Err(invalid("acks", other, wanted));
        }
    };
    let mut options = ProducerOptions { acks, ..ProducerOptions::default() };
    // Kafka gives idempotence up without a word where acks do not go with it, unless somebody asked for it.
    let idempotent = flag(config, "enable.idempotence")?;
    if idempotent == Some(true) && options.acks != Acks::All {
        let message = "Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.";
        return Err(Thrown::new("org.apache.kafka.common.config.ConfigException", message));
    }
    options.idempotent = idempotent.unwrap_or(true) && options.acks == Acks::All;
    if let Some(codec) = config.get("compression.type") {
        options.compression = Compression::from_name(codec).ok_or_else(|| {
            let wanted = "String must be one of: none, gzip, snappy, lz4, zstd";
            invalid("compression.type", codec, wanted)
        })?;
    }
    let size = |key| number(config, key, "INT").map(|value| value.map(clamped));
    options.batch_bytes = size("batch.size")?.unwrap_or(options.batch_bytes).max(1);
    options.request_bytes = size("max.request.size")?.unwrap_or(options.request_bytes);
    options.buffer_bytes = size("buffer.memory")?.unwrap_or(options.buffer_bytes);
    let in_flight = size("max.in.flight.requests.per.connection")?;
    options.in_flight_max = in_flight.unwrap_or(options.in_flight_max);
    options.linger = span(config, "linger.ms")?.unwrap_or(options.linger);
    options.ack_timeout = span(config, "request.timeout.ms")?.unwrap_or(options.ack_timeout);
    let delivery = span(config, "delivery.timeout.ms")?;
    options.delivery_timeout = delivery.unwrap_or(options.delivery_timeout);
    Ok(options)
}

/// A consumer with these properties.
pub fn consumer_options(config: &Properties) -> Result<ConsumerOptions, Thrown> {
    let text = |key| config.get(key).map(str::to_owned);
    let mut options = ConsumerOptions {
        group: text("group.id"),
        instance: text("group.instance.id"),
        reset: reset(config)?,
        isolation: isolation(config)?,
        ..ConsumerOptions::default()
    };
    let interval = span(config, "auto.commit.interval.ms")?.or(options.auto_commit);
    options.auto_commit =
        interval.filter(|_| flag(config, "enable.auto.commit") != Ok(Some(false)));
    if let Some(names) = config.get("partition.assignment.strategy") {
        let assignors = names.split(',').filter_map(|name| assignor(name.trim()));
        options.assignors = assignors.collect();
    }
    let size = |key| number(config, key, "INT").map(|value| value.map(clamped));
    options.poll_records_max = size("max.poll.records")?.unwrap_or(options.poll_records_max);
    options.fetch_bytes_min = size("fetch.min.bytes")?.unwrap_or(options.fetch_bytes_min);
    options.fetch_bytes_max = size("fetch.max.bytes")?.unwrap_or(options.fetch_bytes_max);
    let partition = size("max.partition.fetch.bytes")?;
    options.partition_bytes_max = partition.unwrap_or(options.partition_bytes_max);
    options.fetch_wait = span(config, "fetch.max.wait.ms")?.unwrap_or(options.fetch_wait);
    options.check_crcs = flag(config, "check.crcs")?.unwrap_or(options.check_crcs);
    let session = span(config, "session.timeout.ms")?;
    options.session_timeout = session.unwrap_or(options.session_timeout);
    let heartbeat = span(config, "heartbeat.interval.ms")?;
    options.heartbeat_interval = heartbeat.unwrap_or(options.heartbeat_interval);
    let poll = span(config, "max.poll.interval.ms")?;
    options.poll_interval_max = poll.unwrap_or(options.poll_interval_max);
    Ok(options)
}

fn reset(config: &Properties) -> Result<Option<OffsetAt>, Thrown> {
    match config.get("auto.offset.reset") {
        Some("earliest") => Ok(Some(OffsetAt::Start)),
        None | Some("latest") => Ok(Some(OffsetAt::End)),
        Some("none") => Ok(None),
        Some(other) => {
            let why = format!(
                "Invalid value `{other}` for configuration auto.offset.reset. The value must be either 'earliest', 'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'."
            );
            Err(invalid("auto.offset.reset", other, &why))
        }
    }
}

fn isolation(config: &Properties) -> Result<Isolation, Thrown> {
    match config.get("isolation.level") {
        Some("read_committed") => Ok(Isolation::ReadCommitted),
        None | Some("read_uncommitted") => Ok(Isolation::ReadUncommitted),
        Some(other) => {
            let wanted = "String must be one of: read_committed, read_uncommitted";
            Err(invalid("isolation.level", other, wanted))
        }
    }
}

/// `key=value` of one option or another, in order; a missing value is an empty one.
pub fn key_values(texts: &[String]) -> Vec<(String, String)> {
    let pair = |text: &String| match text.split_once('=') {
        Some((key, value)) => (key.to_owned(), value.to_owned()),
        None => (text.clone(), String::new()),
    };
    texts.iter().map(pair).collect()
}

fn assignor(class: &str) -> Option<Assignor> {
    match class.rsplit('.').next()? {
        "RangeAssignor" => Some(Assignor::Range),
        "RoundRobinAssignor" => Some(Assignor::RoundRobin),
        "CooperativeStickyAssignor" | "StickyAssignor" => Some(Assignor::CooperativeSticky),
        _ => None,
    }
}

fn invalid(key: &str, value: &str, why: &str) -> Thrown {
    let message = format!("Invalid value {value} for configuration {key}: {why}");
    Thrown::new("org.apache.kafka.common.config.ConfigException", message)
}

fn number(config: &Properties, key: &str, kind: &str) -> Result<Option<i64>, Thrown> {
    let Some(text) = config.get(key) else { return Ok(None) };
    let wrong = |_| invalid(key, text, &format!("Not a number of type {kind}"));
    text.trim().parse().map(Some).map_err(wrong)
}

fn clamped(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

fn span(config: &Properties, key: &str) -> Result<Option<Duration>, Thrown> {
    let ms = number(config, key, "LONG")?;
    Ok(ms.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0))))
}

fn flag(config: &Properties, key: &str) -> Result<Option<bool>, Thrown> {
    match config.get(key).map(str::trim) {
        None => Ok(None),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(text) => Err(invalid(key, text, "Expected value to be either true or false")),
    }
}
