//! The table of settings: one row a key.

use std::time::Duration;

use super::wrong::Wrong;
use super::{Kind, parse};
use crate::cluster::ClusterOptions;
use crate::consumer::ConsumerOptions;
use crate::producer::ProducerOptions;
use protocol::StrBytes;

/// One setting.
#[derive(Debug)]
pub(super) struct Setting {
    /// The Java client's name.
    pub(super) name: &'static str,
    /// librdkafka's names for the same.
    also: &'static [&'static str],
    /// What it changes.
    pub(super) effects: &'static [Effect],
}

/// What a setting changes, and how its value is read.
#[derive(Debug)]
pub(super) enum Effect {
    /// How the cluster is reached.
    Cluster(fn(&mut ClusterOptions, &str) -> Result<(), Wrong>),
    /// How records are written.
    Producer(fn(&mut ProducerOptions, &str) -> Result<(), Wrong>),
    /// How records are read.
    Consumer(fn(&mut ConsumerOptions, &str) -> Result<(), Wrong>),
    /// Nothing, but only some values are right.
    Checked(fn(&str) -> Result<(), Wrong>),
}

const fn row(
    name: &'static str,
    also: &'static [&'static str],
    effects: &'static [Effect],
) -> Setting {
    Setting { name, also, effects }
}

const fn idle(name: &'static str) -> Setting {
    row(name, &[], &[])
}

use Effect::{Checked, Cluster, Consumer, Producer};

/// Every key that a file of client settings may have.
const SETTINGS: &[Setting] = &[
    row("bootstrap.servers", &["metadata.broker.list"], &[]),
    row("security.protocol", &[], &[Checked(parse::plaintext)]),
    row(
        "client.id",
        &[],
        &[Cluster(|options, text| {
            options.connection.client_id = StrBytes::from_string(text.to_owned());
            Ok(())
        })],
    ),
    row(
        "request.timeout.ms",
        &["socket.timeout.ms"],
        &[
            Cluster(|options, text| {
                parse::millis(text).map(|span| options.connection.request_timeout = span)
            }),
            Producer(|options, text| parse::millis(text).map(|span| options.ack_timeout = span)),
        ],
    ),
    row(
        "default.api.timeout.ms",
        &[],
        &[Cluster(|options, text| {
            parse::millis(text).map(|span| options.operation_timeout = span)
        })],
    ),
    row(
        "socket.connection.setup.timeout.ms",
        &[],
        &[Cluster(|options, text| {
            parse::long_millis(text).map(|span| options.connection.connect_timeout = span)
        })],
    ),
    row(
        "acks",
        &["request.required.acks"],
        &[Producer(|options, text| parse::acks(text).map(|acks| options.acks = acks))],
    ),
    row(
        "enable.idempotence",
        &[],
        &[Producer(|options, text| parse::truth(text).map(|is| options.idempotent = is))],
    ),
    row(
        "compression.type",
        &["compression.codec"],
        &[Producer(|options, text| {
            parse::compression(text).map(|codec| options.compression = codec)
        })],
    ),
    row(
        "batch.size",
        &[],
        &[Producer(|options, text| {
            parse::count(text).map(|bytes| options.batch_bytes = bytes.max(1))
        })],
    ),
    row(
        "linger.ms",
        &["queue.buffering.max.ms"],
        &[Producer(|options, text| parse::long_millis(text).map(|span| options.linger = span))],
    ),
    row(
        "max.in.flight.requests.per.connection",
        &["max.in.flight"],
        &[Producer(|options, text| {
            parse::count_from_one(text).map(|count| options.in_flight_max = count)
        })],
    ),
    row(
        "max.request.size",
        &["message.max.bytes"],
        &[Producer(|options, text| parse::count(text).map(|bytes| options.request_bytes = bytes))],
    ),
    row(
        "delivery.timeout.ms",
        &["message.timeout.ms"],
        &[Producer(|options, text| {
            parse::millis(text).map(|span| options.delivery_timeout = span)
        })],
    ),
    row(
        "buffer.memory",
        &[],
        &[Producer(|options, text| {
            parse::long_count(text).map(|bytes| options.buffer_bytes = bytes)
        })],
    ),
    row(
        "group.id",
        &[],
        &[Consumer(|options, text| {
            options.group = Some(text.to_owned());
            Ok(())
        })],
    ),
    row(
        "group.instance.id",
        &[],
        &[Consumer(|options, text| {
            options.instance = Some(text.to_owned());
            Ok(())
        })],
    ),
    row(
        "auto.offset.reset",
        &[],
        &[Consumer(|options, text| parse::reset(text).map(|reset| options.reset = reset))],
    ),
    row(
        "isolation.level",
        &[],
        &[Consumer(|options, text| parse::isolation(text).map(|level| options.isolation = level))],
    ),
    row(
        "session.timeout.ms",
        &[],
        &[Consumer(|options, text| parse::millis(text).map(|span| options.session_timeout = span))],
    ),
    row(
        "heartbeat.interval.ms",
        &[],
        &[Consumer(|options, text| {
            parse::millis(text).map(|span| options.heartbeat_interval = span)
        })],
    ),
    row(
        "max.poll.interval.ms",
        &[],
        &[Consumer(|options, text| {
            parse::millis_from_one(text).map(|span| options.poll_interval_max = span)
        })],
    ),
    row(
        "max.poll.records",
        &[],
        &[Consumer(|options, text| {
            parse::count_from_one(text).map(|count| options.poll_records_max = count)
        })],
    ),
    row(
        "fetch.max.wait.ms",
        &["fetch.wait.max.ms"],
        &[Consumer(|options, text| parse::millis(text).map(|span| options.fetch_wait = span))],
    ),
    row(
        "fetch.min.bytes",
        &[],
        &[Consumer(|options, text| {
            parse::count(text).map(|bytes| options.fetch_bytes_min = bytes)
        })],
    ),
    row(
        "fetch.max.bytes",
        &[],
        &[Consumer(|options, text| {
            parse::count(text).map(|bytes| options.fetch_bytes_max = bytes)
        })],
    ),
    row(
        "max.partition.fetch.bytes",
        &["fetch.message.max.bytes"],
        &[Consumer(|options, text| {
            parse::count(text).map(|bytes| options.partition_bytes_max = bytes)
        })],
    ),
    row(
        "enable.auto.commit",
        &[],
        &[Consumer(|options, text| {
            let interval = options.auto_commit.unwrap_or(AUTO_COMMIT_INTERVAL);
            parse::truth(text).map(|is| options.auto_commit = is.then_some(interval))
        })],
    ),
    row(
        "auto.commit.interval.ms",
        &[],
        &[Consumer(|options, text| {
            let interval = parse::millis(text)?;
            // Whether it commits at all is another key's matter.
            options.auto_commit = options.auto_commit.map(|_| interval);
            Ok(())
        })],
    ),
    row(
        "partition.assignment.strategy",
        &[],
        &[Consumer(|options, text| {
            parse::assignors(text).map(|assignors| options.assignors = assignors)
        })],
    ),
    row("group.protocol", &[], &[Checked(parse::classic)]),
    row("partitioner.class", &[], &[Checked(parse::no_partitioner)]),
    row(
        "check.crcs",
        &[],
        &[Consumer(|options, text| parse::truth(text).map(|is| options.check_crcs = is))],
    ),
    // The insides of the other clients.
    idle("allow.auto.create.topics"),
    idle("api.version.request"),
    idle("auto.include.jmx.reporter"),
    idle("broker.address.family"),
    idle("broker.version.fallback"),
    idle("client.dns.lookup"),
    idle("client.rack"),
    idle("connections.max.idle.ms"),
    idle("debug"),
    idle("enable.metrics.push"),
    idle("exclude.internal.topics"),
    idle("interceptor.classes"),
    idle("key.deserializer"),
    idle("key.serializer"),
    idle("log_level"),
    idle("max.block.ms"),
    idle("metadata.max.age.ms"),
    idle("metadata.recovery.strategy"),
    idle("metric.reporters"),
    idle("metrics.num.samples"),
    idle("metrics.recording.level"),
    idle("metrics.sample.window.ms"),
    idle("receive.buffer.bytes"),
    idle("reconnect.backoff.max.ms"),
    idle("reconnect.backoff.ms"),
    idle("retries"),
    idle("retry.backoff.max.ms"),
    idle("retry.backoff.ms"),
    idle("send.buffer.bytes"),
    idle("socket.connection.setup.timeout.max.ms"),
    idle("socket.keepalive.enable"),
    idle("statistics.interval.ms"),
    idle("value.deserializer"),
    idle("value.serializer"),
];

/// How often Java's consumer commits, if it does and nobody says.
const AUTO_COMMIT_INTERVAL: Duration = Duration::from_secs(5);

/// Keys of what is not there yet. They mean nothing without `security.protocol`, which is checked.
const IDLE_PREFIXES: &[&str] = &["ssl.", "sasl.", "security."];

/// The row for all keys of what is not there yet.
static LATER: Setting = idle("ssl.");

/// librdkafka's words where Java's client has others: of which key, and both words.
const WORDS: &[(&str, &str, &str)] = &[
    ("auto.offset.reset", "smallest", "earliest"),
    ("auto.offset.reset", "beginning", "earliest"),
    ("auto.offset.reset", "largest", "latest"),
    ("auto.offset.reset", "end", "latest"),
    ("auto.offset.reset", "error", "none"),
];

impl Setting {
    /// The setting with this name, whichever client gave it.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        let later = || IDLE_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
        let also = || SETTINGS.iter().find(|row| row.also.contains(&name));
        Self::of_java(name).or_else(also).or_else(|| later().then_some(&LATER))
    }

    /// The setting to which the Java client gave this name.
    pub(super) fn of_java(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|row| row.name == name)
    }

    /// A value in the Java client's words, whichever client's it is in.
    pub(super) fn in_java<'a>(&self, value: &'a str) -> &'a str {
        let meant = WORDS.iter().find(|(key, word, _)| *key == self.name && *word == value);
        meant.map_or(value, |(_, _, word)| word)
    }

    /// Whether the value of a key is for nobody's eyes.
    pub(super) fn is_secret(name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        ["password", "secret", "jaas", "ssl.key.pem", "keystore.key"]
            .iter()
            .any(|part| lower.contains(part))
    }

    /// The names most like one that nobody knows.
    pub(super) fn nearest(name: &str) -> Vec<&'static str> {
        crate::nearest::nearest(name, SETTINGS.iter().map(|row| row.name))
    }

    /// Whether it changes options of this kind.
    pub(super) fn is_for(&self, kind: Kind) -> bool {
        self.effects.iter().any(|effect| effect.kind() == Some(kind))
    }

    /// Whether a value, in the Java client's words, is one that the setting takes.
    pub(super) fn check(&self, value: &str) -> Result<(), Wrong> {
        self.effects.iter().try_for_each(|effect| match effect {
            Cluster(set) => set(&mut ClusterOptions::new(Vec::new()), value),
            Producer(set) => set(&mut ProducerOptions::default(), value),
            Consumer(set) => set(&mut ConsumerOptions::default(), value),
            Checked(check) => check(value),
        })
    }
}

impl Effect {
    fn kind(&self) -> Option<Kind> {
        match self {
            Cluster(_) => Some(Kind::Cluster),
            Producer(_) => Some(Kind::Producer),
            Consumer(_) => Some(Kind::Consumer),
            Checked(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_there_twice() {
        let mut names: Vec<&str> =
            SETTINGS.iter().flat_map(|row| row.also.iter().chain([&row.name])).copied().collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn a_word_of_librdkafka_s_stands_for_one_that_is_right() {
        for (key, word, of_java) in WORDS {
            let setting = Setting::of_java(key).expect("a key of Java's client");
            assert_eq!(setting.in_java(word), *of_java);
            assert_eq!(setting.check(of_java), Ok(()), "{key}={of_java}");
            assert!(setting.check(word).is_err(), "{key}={word} is Java's own word");
        }
    }
}
