//! The group protocols of KIP-932 and KIP-1071.

use super::reasons::{CLASSES, NO_SHARE, NO_STREAMS};
use crate::config::check::{Check, at_least, between};
use crate::config::row::{CLUSTER_WIDE, READ_ONLY, chapter};

chapter! {
    /// The group protocols of KIP-932 and KIP-1071, which are not built. Kafka Streams works without the latter.
    "Share groups and streams groups";

    no_effect {
        /// How long a member of a share group may be silent before it is removed, in milliseconds.
        "group.share.session.timeout.ms": Int = "45000", at_least(1), READ_ONLY, NO_SHARE;
        /// The shortest session timeout a share group may be given, in milliseconds.
        "group.share.min.session.timeout.ms": Int = "45000", at_least(1), READ_ONLY, NO_SHARE;
        /// The longest session timeout a share group may be given, in milliseconds.
        "group.share.max.session.timeout.ms": Int = "60000", at_least(1), READ_ONLY, NO_SHARE;
        /// How often a member of a share group sends a heartbeat, in milliseconds.
        "group.share.heartbeat.interval.ms": Int = "5000", at_least(1), READ_ONLY, NO_SHARE;
        /// The shortest heartbeat interval a share group may be given, in milliseconds.
        "group.share.min.heartbeat.interval.ms": Int = "5000", at_least(1), READ_ONLY, NO_SHARE;
        /// The longest heartbeat interval a share group may be given, in milliseconds.
        "group.share.max.heartbeat.interval.ms": Int = "15000", at_least(1), READ_ONLY, NO_SHARE;
        /// How long a share group rests between two assignments, in milliseconds.
        "group.share.assignment.interval.ms": Int = "1000", at_least(0), CLUSTER_WIDE, NO_SHARE;
        /// The shortest such rest a share group may be given, in milliseconds.
        "group.share.min.assignment.interval.ms": Int = "0", at_least(0), READ_ONLY, NO_SHARE;
        /// The longest such rest a share group may be given, in milliseconds.
        "group.share.max.assignment.interval.ms": Int = "15000", at_least(0), READ_ONLY, NO_SHARE;
        /// How partitions are shared out in share groups.
        "group.share.assignors": List = "simple", Check::Any, READ_ONLY, NO_SHARE;
        /// Whether assignments of share groups are computed on a thread of their own.
        "group.share.assignor.offload.enable": Boolean = "true", Check::Any, READ_ONLY, NO_SHARE;
        /// The most members a share group may have.
        "group.share.max.size": Int = "200", between(1, 1000), READ_ONLY, NO_SHARE;
        /// The most share sessions a broker keeps.
        "group.share.max.share.sessions": Int = "2000", at_least(1), READ_ONLY, NO_SHARE;
        /// How often a record is delivered in a share group before it is given up.
        "group.share.delivery.count.limit": Int = "5", between(2, 10), READ_ONLY, NO_SHARE;
        /// The lowest such limit a share group may be given.
        "group.share.min.delivery.count.limit": Int = "2", between(2, 5), READ_ONLY, NO_SHARE;
        /// The highest such limit a share group may be given.
        "group.share.max.delivery.count.limit": Int = "10", between(5, 25), READ_ONLY, NO_SHARE;
        /// How long a member of a share group may work on a record, in milliseconds.
        "group.share.record.lock.duration.ms": Int = "30000", between(1000, 3_600_000), READ_ONLY, NO_SHARE;
        /// The shortest such time a share group may be given, in milliseconds.
        "group.share.min.record.lock.duration.ms": Int = "15000", between(1000, 30_000), READ_ONLY, NO_SHARE;
        /// The longest such time a share group may be given, in milliseconds.
        "group.share.max.record.lock.duration.ms": Int = "60000", between(30_000, 3_600_000), READ_ONLY, NO_SHARE;
        /// How many records of a partition a share group may work on at once.
        "group.share.partition.max.record.locks": Int = "2000", between(100, 10_000), READ_ONLY, NO_SHARE;
        /// The lowest such number a share group may be given.
        "group.share.min.partition.max.record.locks": Int = "100", between(100, 2000), READ_ONLY, NO_SHARE;
        /// The highest such number a share group may be given.
        "group.share.max.partition.max.record.locks": Int = "4000", between(2000, 10_000), READ_ONLY, NO_SHARE;
        /// How long the set-up of a share group's state rests after a failure, in milliseconds.
        "group.share.initialize.retry.interval.ms": Int = "30000", at_least(1), READ_ONLY, NO_SHARE;
        /// What keeps the state of share groups.
        "group.share.persister.class.name": String = "org.apache.kafka.server.share.persister.DefaultStatePersister", Check::Any, READ_ONLY, NO_SHARE;
        /// What sends records that were given up to another topic.
        "group.share.dlq.manager.class.name": String = "org.apache.kafka.server.share.dlq.DefaultShareGroupDLQManager", Check::Any, READ_ONLY, NO_SHARE;
        /// After how many finished share fetches their remains are swept.
        "share.fetch.purgatory.purge.interval.requests": Int = "1000", Check::Any, READ_ONLY, NO_SHARE;
        /// How many threads run share coordinators.
        "share.coordinator.threads": Int = "1", at_least(1), READ_ONLY, NO_SHARE;
        /// How long a share coordinator gathers records before it writes them, in milliseconds; −1 adapts.
        "share.coordinator.append.linger.ms": Int = "-1", at_least(-1), READ_ONLY, NO_SHARE;
        /// How much memory a share coordinator keeps between writes, in bytes.
        "share.coordinator.cached.buffer.max.bytes": Int = "1048588", at_least(524_288), CLUSTER_WIDE, NO_SHARE;
        /// How many bytes of `__share_group_state` are read at a time when a coordinator loads.
        "share.coordinator.load.buffer.size": Int = "5242880", at_least(1), READ_ONLY, NO_SHARE;
        /// How many changes a share partition may see before its state is written anew.
        "share.coordinator.snapshot.update.records.per.snapshot": Int = "500", between(0, 500), READ_ONLY, NO_SHARE;
        /// How often the state of quiet share partitions is written anew, in milliseconds.
        "share.coordinator.cold.partition.snapshot.interval.ms": Int = "300000", at_least(1), READ_ONLY, NO_SHARE;
        /// How many partitions `__share_group_state` is made with.
        "share.coordinator.state.topic.num.partitions": Int = "50", at_least(1), READ_ONLY, NO_SHARE;
        /// How many replicas `__share_group_state` is made with.
        "share.coordinator.state.topic.replication.factor": Short = "3", at_least(1), READ_ONLY, NO_SHARE;
        /// How many replicas must have a record of `__share_group_state` before it counts.
        "share.coordinator.state.topic.min.isr": Short = "2", at_least(1), READ_ONLY, NO_SHARE;
        /// The segment size of `__share_group_state`, in bytes.
        "share.coordinator.state.topic.segment.bytes": Int = "104857600", at_least(1), READ_ONLY, NO_SHARE;
        /// How `__share_group_state` is compressed, as a codec's number; 0 for not at all.
        "share.coordinator.state.topic.compression.codec": Int = "0", Check::Any, READ_ONLY, NO_SHARE;
        /// How often what is no longer needed of `__share_group_state` is deleted, in milliseconds.
        "share.coordinator.state.topic.prune.interval.ms": Int = "300000", at_least(1), READ_ONLY, NO_SHARE;
        /// How long a write of a share coordinator may take, in milliseconds.
        "share.coordinator.write.timeout.ms": Int = "5000", at_least(1), READ_ONLY, NO_SHARE;
        /// Whether the topics for records that were given up are made by themselves.
        "errors.deadletterqueue.auto.create.topics.enable": Boolean = "false", Check::Any, READ_ONLY, NO_SHARE;
        /// What the names of such topics begin with.
        "errors.deadletterqueue.topic.name.prefix": String = "dlq.", Check::Any, READ_ONLY, NO_SHARE;
        /// How long a member of a streams group may be silent before it is removed, in milliseconds.
        "group.streams.session.timeout.ms": Int = "45000", at_least(1), READ_ONLY, NO_STREAMS;
        /// The shortest session timeout a streams group may be given, in milliseconds.
        "group.streams.min.session.timeout.ms": Int = "45000", at_least(1), READ_ONLY, NO_STREAMS;
        /// The longest session timeout a streams group may be given, in milliseconds.
        "group.streams.max.session.timeout.ms": Int = "60000", at_least(1), READ_ONLY, NO_STREAMS;
        /// How often a member of a streams group sends a heartbeat, in milliseconds.
        "group.streams.heartbeat.interval.ms": Int = "5000", at_least(1), READ_ONLY, NO_STREAMS;
        /// The shortest heartbeat interval a streams group may be given, in milliseconds.
        "group.streams.min.heartbeat.interval.ms": Int = "5000", at_least(1), READ_ONLY, NO_STREAMS;
        /// The longest heartbeat interval a streams group may be given, in milliseconds.
        "group.streams.max.heartbeat.interval.ms": Int = "15000", at_least(1), READ_ONLY, NO_STREAMS;
        /// How long a streams group rests between two assignments, in milliseconds.
        "group.streams.assignment.interval.ms": Int = "1000", at_least(0), CLUSTER_WIDE, NO_STREAMS;
        /// The shortest such rest a streams group may be given, in milliseconds.
        "group.streams.min.assignment.interval.ms": Int = "0", at_least(0), READ_ONLY, NO_STREAMS;
        /// The longest such rest a streams group may be given, in milliseconds.
        "group.streams.max.assignment.interval.ms": Int = "15000", at_least(0), READ_ONLY, NO_STREAMS;
        /// How long an empty streams group waits for more members after the first, in milliseconds.
        "group.streams.initial.rebalance.delay.ms": Int = "3000", at_least(0), READ_ONLY, NO_STREAMS;
        /// The most members a streams group may have.
        "group.streams.max.size": Int = "2147483647", at_least(1), READ_ONLY, NO_STREAMS;
        /// How many standby copies of a task's state a streams group keeps.
        "group.streams.num.standby.replicas": Int = "0", at_least(0), READ_ONLY, NO_STREAMS;
        /// The most standby copies a streams group may be given.
        "group.streams.max.standby.replicas": Int = "2", at_least(0), READ_ONLY, NO_STREAMS;
        /// How many tasks of a streams group may be moved ahead of time at once.
        "group.streams.num.warmup.replicas": Int = "2", Check::Any, READ_ONLY, NO_STREAMS;
        /// The most such moves a streams group may be given.
        "group.streams.max.warmup.replicas": Int = "20", Check::Any, READ_ONLY, NO_STREAMS;
        /// How far behind a copy of a task's state may be and still take over.
        "group.streams.acceptable.recovery.lag": Long = "10000", Check::Any, READ_ONLY, NO_STREAMS;
        /// How often members of a streams group report how far their tasks are, in milliseconds.
        "group.streams.task.offset.interval.ms": Int = "60000", Check::Any, READ_ONLY, NO_STREAMS;
        /// The shortest such interval a streams group may be given, in milliseconds.
        "group.streams.min.task.offset.interval.ms": Int = "15000", Check::Any, READ_ONLY, NO_STREAMS;
        /// How tasks are shared out in streams groups.
        "group.streams.assignors": List = "sticky", Check::Any, READ_ONLY, NO_STREAMS;
        /// Whether assignments of streams groups are computed on a thread of their own.
        "group.streams.assignor.offload.enable": Boolean = "true", Check::Any, READ_ONLY, NO_STREAMS;
        /// The tags of clients over which standby copies are spread.
        "group.streams.rack.aware.assignment.tags": List = "", Check::Any, READ_ONLY, NO_STREAMS;
    }
    refused {
        /// A plug-in that describes the topology of streams groups.
        "group.streams.topology.description.plugin.class": Class = null, Check::Any, READ_ONLY, CLASSES;
    }
}
