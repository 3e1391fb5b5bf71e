//! Keys of what is neither a broker nor a topic: groups and subscriptions to client metrics.
//!
//! The protocols that obey them are not built yet. The keys are known all the same, so that a tool which sets or lists
//! them is answered in their own words, and none of them is ever called unknown.

use super::check::{Check, at_least};
use super::row::{CLUSTER_WIDE, Class, Row};
use super::value::Kind;

/// One key of a group: its row, and the broker key whose value holds for groups without their own.
#[derive(Clone, Copy, Debug)]
pub(super) struct GroupRow {
    /// What is known of the key itself.
    pub(super) row: Row,
    /// The broker key.
    pub(super) broker_key: Option<&'static str>,
}

const NOT_YET: &str = "this release serves the classic group protocol alone";
const NO_PUSH: &str = "clients are asked for no metrics";

const fn group(
    key: &'static str,
    kind: Kind,
    default: Option<&'static str>,
    check: Check,
    broker_key: Option<&'static str>,
    doc: &'static str,
) -> GroupRow {
    let row = Row {
        key,
        kind,
        default,
        check,
        update: CLUSTER_WIDE,
        class: Class::NoEffect(NOT_YET),
        doc,
        field: None,
    };
    GroupRow { row, broker_key }
}

/// Every key of a group.
pub(super) const GROUP_ROWS: &[GroupRow] = &[
    group(
        "consumer.session.timeout.ms",
        Kind::Int,
        Some("45000"),
        at_least(1),
        Some("group.consumer.session.timeout.ms"),
        "How long a member of this group may be silent before it is removed, in milliseconds.",
    ),
    group(
        "consumer.heartbeat.interval.ms",
        Kind::Int,
        Some("5000"),
        at_least(1),
        Some("group.consumer.heartbeat.interval.ms"),
        "How often a member of this group sends a heartbeat, in milliseconds.",
    ),
    group(
        "consumer.assignment.interval.ms",
        Kind::Int,
        Some("1000"),
        at_least(0),
        Some("group.consumer.assignment.interval.ms"),
        "How long this group rests between two assignments, in milliseconds.",
    ),
    group(
        "consumer.assignor.offload.enable",
        Kind::Boolean,
        Some("true"),
        Check::Any,
        Some("group.consumer.assignor.offload.enable"),
        "Whether this group's assignments are computed on a thread of their own.",
    ),
    group(
        "share.session.timeout.ms",
        Kind::Int,
        Some("45000"),
        at_least(1),
        Some("group.share.session.timeout.ms"),
        "How long a member of this share group may be silent before it is removed, in milliseconds.",
    ),
    group(
        "share.heartbeat.interval.ms",
        Kind::Int,
        Some("5000"),
        at_least(1),
        Some("group.share.heartbeat.interval.ms"),
        "How often a member of this share group sends a heartbeat, in milliseconds.",
    ),
    group(
        "share.assignment.interval.ms",
        Kind::Int,
        Some("1000"),
        at_least(0),
        Some("group.share.assignment.interval.ms"),
        "How long this share group rests between two assignments, in milliseconds.",
    ),
    group(
        "share.assignor.offload.enable",
        Kind::Boolean,
        Some("true"),
        Check::Any,
        Some("group.share.assignor.offload.enable"),
        "Whether this share group's assignments are computed on a thread of their own.",
    ),
    group(
        "share.record.lock.duration.ms",
        Kind::Int,
        Some("30000"),
        at_least(1000),
        Some("group.share.record.lock.duration.ms"),
        "How long a member of this share group may work on a record, in milliseconds.",
    ),
    group(
        "share.delivery.count.limit",
        Kind::Int,
        Some("5"),
        at_least(2),
        Some("group.share.delivery.count.limit"),
        "How often a record is delivered in this share group before it is given up.",
    ),
    group(
        "share.partition.max.record.locks",
        Kind::Int,
        Some("2000"),
        at_least(100),
        Some("group.share.partition.max.record.locks"),
        "How many records of a partition this share group may work on at once.",
    ),
    group(
        "share.auto.offset.reset",
        Kind::String,
        Some("latest"),
        Check::Any,
        None,
        "Where this share group begins to read: `latest`, `earliest`, or `by_duration:` and a length of time.",
    ),
    group(
        "share.isolation.level",
        Kind::String,
        Some("read_uncommitted"),
        Check::OneOf(&["read_committed", "read_uncommitted"]),
        None,
        "Whether this share group reads records of transactions that are still open.",
    ),
    group(
        "share.renew.acknowledge.enable",
        Kind::Boolean,
        Some("true"),
        Check::Any,
        None,
        "Whether members of this share group may ask for more time for a record.",
    ),
    group(
        "errors.deadletterqueue.topic.name",
        Kind::String,
        Some(""),
        Check::Any,
        None,
        "The topic that takes the records which this share group gave up.",
    ),
    group(
        "errors.deadletterqueue.copy.record.enable",
        Kind::Boolean,
        Some("false"),
        Check::Any,
        None,
        "Whether such a record is copied there whole.",
    ),
    group(
        "streams.session.timeout.ms",
        Kind::Int,
        Some("45000"),
        at_least(1),
        Some("group.streams.session.timeout.ms"),
        "How long a member of this streams group may be silent before it is removed, in milliseconds.",
    ),
    group(
        "streams.heartbeat.interval.ms",
        Kind::Int,
        Some("5000"),
        at_least(1),
        Some("group.streams.heartbeat.interval.ms"),
        "How often a member of this streams group sends a heartbeat, in milliseconds.",
    ),
    group(
        "streams.assignment.interval.ms",
        Kind::Int,
        Some("1000"),
        at_least(0),
        Some("group.streams.assignment.interval.ms"),
        "How long this streams group rests between two assignments, in milliseconds.",
    ),
    group(
        "streams.assignor.name",
        Kind::String,
        None,
        Check::Any,
        None,
        "How tasks are shared out in this streams group.",
    ),
    group(
        "streams.assignor.offload.enable",
        Kind::Boolean,
        Some("true"),
        Check::Any,
        Some("group.streams.assignor.offload.enable"),
        "Whether this streams group's assignments are computed on a thread of their own.",
    ),
    group(
        "streams.initial.rebalance.delay.ms",
        Kind::Int,
        Some("3000"),
        at_least(0),
        Some("group.streams.initial.rebalance.delay.ms"),
        "How long this streams group, when empty, waits for more members after the first, in milliseconds.",
    ),
    group(
        "streams.num.standby.replicas",
        Kind::Int,
        Some("0"),
        at_least(0),
        Some("group.streams.num.standby.replicas"),
        "How many standby copies of a task's state this streams group keeps.",
    ),
    group(
        "streams.num.warmup.replicas",
        Kind::Int,
        Some("2"),
        Check::Any,
        Some("group.streams.num.warmup.replicas"),
        "How many tasks of this streams group may be moved ahead of time at once.",
    ),
    group(
        "streams.acceptable.recovery.lag",
        Kind::Long,
        Some("10000"),
        Check::Any,
        Some("group.streams.acceptable.recovery.lag"),
        "How far behind a copy of a task's state may be and still take over.",
    ),
    group(
        "streams.task.offset.interval.ms",
        Kind::Int,
        Some("60000"),
        Check::Any,
        Some("group.streams.task.offset.interval.ms"),
        "How often members of this streams group report how far their tasks are, in milliseconds.",
    ),
    group(
        "streams.rack.aware.assignment.tags",
        Kind::List,
        Some(""),
        Check::Any,
        Some("group.streams.rack.aware.assignment.tags"),
        "The tags of clients over which this streams group spreads standby copies.",
    ),
];

const fn client_metrics(
    key: &'static str,
    kind: Kind,
    default: &'static str,
    check: Check,
    doc: &'static str,
) -> Row {
    Row {
        key,
        kind,
        default: Some(default),
        check,
        update: CLUSTER_WIDE,
        class: Class::NoEffect(NO_PUSH),
        doc,
        field: None,
    }
}

/// Every key of a subscription to client metrics (KIP-714).
pub(super) const CLIENT_METRICS_ROWS: &[Row] = &[
    client_metrics(
        "interval.ms",
        Kind::Int,
        "300000",
        Check::Between(100, 3_600_000),
        "How often clients push their metrics, in milliseconds.",
    ),
    client_metrics(
        "match",
        Kind::List,
        "",
        Check::Any,
        "Which clients push, as pairs of a label and a pattern.",
    ),
    client_metrics(
        "metrics",
        Kind::List,
        "",
        Check::Any,
        "The beginnings of the names of the metrics that are pushed.",
    ),
];

/// The keys of client quotas, which have requests of their own and are no configuration of a broker; and the one of
/// credentials, `mechanismName`, which Kafka's tools set in the same place.
pub(super) const QUOTA_KEYS: &[&str] = &[
    "producer_byte_rate",
    "consumer_byte_rate",
    "request_percentage",
    "controller_mutation_rate",
    "connection_creation_rate",
    "mechanismName",
];
