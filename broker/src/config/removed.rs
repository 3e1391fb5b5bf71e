//! Keys that Kafka had and has no more.
//!
//! Files and templates outlive releases. A key whose absence changes nothing that a user would miss is taken with a
//! warning; one that used to protect something, or to name something that must be named elsewhere now, is refused with
//! the way to go.

use super::problem::Severity;

/// A key of the past.
#[derive(Clone, Copy, Debug)]
pub(super) struct Removed {
    /// Its name.
    pub(super) key: &'static str,
    /// Whether the broker starts with it.
    pub(super) severity: Severity,
    /// What has become of it.
    pub(super) why: &'static str,
    /// What to write now.
    pub(super) remedy: &'static str,
}

const fn taken(key: &'static str, why: &'static str) -> Removed {
    Removed { key, severity: Severity::Warning, why, remedy: "Take the line out" }
}

const fn refused(key: &'static str, why: &'static str, remedy: &'static str) -> Removed {
    Removed { key, severity: Severity::Error, why, remedy }
}

const NO_ZOOKEEPER: &str = "there is no ZooKeeper here, and none in Kafka since 4.0";
const ONE_FORMAT: &str = "records are kept in format v2 alone, in Kafka since 4.0";
const ONE_PROTOCOL: &str =
    "the version that brokers speak is a feature level of the cluster, in Kafka since 3.3";
const LISTENERS: &str = "Write it into listeners and advertised.listeners";
const NO_DEFAULT_QUOTAS: &str =
    "Kafka dropped it in 3.0, and without it clients would be unlimited";

/// Every broker key of the past that is still found in files.
pub(super) const REMOVED: &[Removed] = &[
    refused(
        "zookeeper.connect",
        NO_ZOOKEEPER,
        "Write process.roles=broker,controller instead; metadata lies in log.dirs",
    ),
    refused(
        "zookeeper.metadata.migration.enable",
        NO_ZOOKEEPER,
        "Migrate to KRaft with Kafka 3.9 first",
    ),
    refused("zookeeper.set.acl", NO_ZOOKEEPER, "Take the line out"),
    refused("zookeeper.ssl.client.enable", NO_ZOOKEEPER, "Take the line out"),
    taken("zookeeper.connection.timeout.ms", NO_ZOOKEEPER),
    taken("zookeeper.session.timeout.ms", NO_ZOOKEEPER),
    taken("zookeeper.sync.time.ms", NO_ZOOKEEPER),
    taken("zookeeper.max.in.flight.requests", NO_ZOOKEEPER),
    taken("zookeeper.clientCnxnSocket", NO_ZOOKEEPER),
    taken("broker.id.generation.enable", NO_ZOOKEEPER),
    taken("reserved.broker.max.id", NO_ZOOKEEPER),
    taken("inter.broker.protocol.version", ONE_PROTOCOL),
    taken("log.message.format.version", ONE_FORMAT),
    taken("log.message.downconversion.enable", ONE_FORMAT),
    taken("group.coordinator.new.enable", "there is one group coordinator"),
    taken("eligible.leader.replicas.enable", "it is a feature level of the cluster"),
    taken("offsets.commit.required.acks", "a commit is always written as with acks=all"),
    taken("auto.include.jmx.reporter", "there is no JMX; metrics are at /metrics of http.listener"),
    taken("controlled.shutdown.max.retries", "a stop asks the controller once, and goes on"),
    taken("controlled.shutdown.retry.backoff.ms", "a stop asks the controller once, and goes on"),
    taken(
        "replica.lag.max.messages",
        "Kafka dropped it in 0.9: a follower is in sync by time alone",
    ),
    taken("password.encoder.iterations", NO_ZOOKEEPER),
    taken("password.encoder.key.length", NO_ZOOKEEPER),
    taken("password.encoder.cipher.algorithm", NO_ZOOKEEPER),
    taken("password.encoder.keyfactory.algorithm", NO_ZOOKEEPER),
    taken("password.encoder.old.secret", NO_ZOOKEEPER),
    taken("password.encoder.secret", NO_ZOOKEEPER),
    refused(
        "log.message.timestamp.difference.max.ms",
        "Kafka dropped it in 4.0, and without it other limits hold",
        "Write log.message.timestamp.before.max.ms and log.message.timestamp.after.max.ms",
    ),
    refused(
        "delegation.token.master.key",
        "delegation tokens are not built yet",
        "Take the line out",
    ),
    refused(
        "control.plane.listener.name",
        "it is of the time of ZooKeeper",
        "Write controller.listener.names",
    ),
    refused(
        "host.name",
        "Kafka dropped it in 3.0, and without it the broker would listen everywhere",
        LISTENERS,
    ),
    refused(
        "port",
        "Kafka dropped it in 3.0, and without it the broker would listen on 9092",
        LISTENERS,
    ),
    refused("advertised.host.name", "Kafka dropped it in 3.0", LISTENERS),
    refused("advertised.port", "Kafka dropped it in 3.0", LISTENERS),
    refused("quota.producer.default", NO_DEFAULT_QUOTAS, "Take the line out"),
    refused("quota.consumer.default", NO_DEFAULT_QUOTAS, "Take the line out"),
];

/// Topic keys of the past. They are taken with a warning and not stored, because tools that make topics still send
/// them.
pub(super) const REMOVED_TOPIC_KEYS: &[&str] = &[
    "message.format.version",
    "message.downconversion.enable",
    "message.timestamp.difference.max.ms",
];

/// What has become of a broker key of the past.
pub(super) fn removed(key: &str) -> Option<&'static Removed> {
    REMOVED.iter().find(|removed| removed.key == key)
}
