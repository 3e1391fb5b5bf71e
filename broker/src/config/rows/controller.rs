//! The controllers and their log.

use super::reasons::{ALONE, AUTO_JOIN, BY_BYTES, SAMPLES, SNAPSHOTS};
use crate::config::check::{Check, at_least};
use crate::config::quorum::{BootstrapServers, Voters};
use crate::config::row::{READ_ONLY, section};

section! {
    /// The controllers, which decide about metadata, and the Raft log in which they write it down.
    Controller, "Controllers and metadata";

    /// The controllers, as `id@host:port` with commas between: the older form, with a fixed set.
    controller_quorum_voters: Voters = "controller.quorum.voters", "", Check::Any, READ_ONLY;
    /// Addresses at which a controller can be found, as `host:port` with commas between. A process that is broker and
    /// controller at once and sets neither this nor `controller.quorum.voters` is a cluster of one.
    controller_quorum_bootstrap_servers: BootstrapServers = "controller.quorum.bootstrap.servers", "", Check::Any, READ_ONLY;
    /// The names of the listeners for controllers, with commas between. They carry Raft and the forwarded requests of
    /// brokers; clients are never told of them.
    controller_listener_names: Vec<String> = "controller.listener.names", "", Check::Distinct, READ_ONLY;
    /// Where the metadata log is kept; not set, it is the first of `log.dirs`.
    metadata_log_dir: Option<String> = "metadata.log.dir", null, Check::NotEmpty, READ_ONLY;
    /// How many bytes of metadata records are written before the next snapshot of the whole.
    metadata_log_max_record_bytes_between_snapshots: i64 = "metadata.log.max.record.bytes.between.snapshots", "20971520", at_least(1), READ_ONLY;

    no_effect {
        /// How long a voter waits for a leader before it stands for election, in milliseconds.
        "controller.quorum.election.timeout.ms": Int = "1000", at_least(0), READ_ONLY, ALONE;
        /// How long a voter rests at most after a lost election, in milliseconds.
        "controller.quorum.election.backoff.max.ms": Int = "1000", at_least(0), READ_ONLY, ALONE;
        /// How long a voter may hear nothing of the leader before it stands for election, in milliseconds.
        "controller.quorum.fetch.timeout.ms": Int = "2000", at_least(0), READ_ONLY, ALONE;
        /// How long a voter waits for another's answer, in milliseconds.
        "controller.quorum.request.timeout.ms": Int = "2000", at_least(0), READ_ONLY, ALONE;
        /// How long a voter rests after a failed request, in milliseconds.
        "controller.quorum.retry.backoff.ms": Int = "20", at_least(0), READ_ONLY, ALONE;
        /// How long the leader gathers records before it writes them, in milliseconds.
        "controller.quorum.append.linger.ms": Int = "25", at_least(0), READ_ONLY, ALONE;
        /// How many bytes of the metadata log are fetched at a time.
        "controller.quorum.fetch.max.bytes": Int = "1048576", at_least(1), READ_ONLY, ALONE;
        /// How many bytes of a metadata snapshot are fetched at a time.
        "controller.quorum.fetch.snapshot.max.bytes": Int = "1048576", at_least(1), READ_ONLY, ALONE;
        /// How long metadata may change before the next snapshot, in milliseconds.
        "metadata.log.max.snapshot.interval.ms": Long = "3600000", at_least(0), READ_ONLY, BY_BYTES;
        /// How large a segment of the metadata log may grow, in bytes.
        "metadata.log.segment.bytes": Int = "1073741824", at_least(8_388_608), READ_ONLY, SNAPSHOTS;
        /// How old a segment of the metadata log may grow, in milliseconds.
        "metadata.log.segment.ms": Long = "604800000", Check::Any, READ_ONLY, SNAPSHOTS;
        /// How many bytes of old metadata log and snapshots are kept.
        "metadata.max.retention.bytes": Long = "104857600", Check::Any, READ_ONLY, SNAPSHOTS;
        /// How long old metadata log and snapshots are kept, in milliseconds.
        "metadata.max.retention.ms": Long = "604800000", Check::Any, READ_ONLY, SNAPSHOTS;
        /// How often an idle controller writes an empty record, in milliseconds.
        "metadata.max.idle.interval.ms": Int = "500", at_least(0), READ_ONLY, SNAPSHOTS;
        /// The segment size of the metadata log in Kafka's own tests, in bytes.
        "internal.metadata.log.segment.bytes": Int = null, Check::Any, READ_ONLY, SNAPSHOTS;
        /// The batch size of the metadata log in Kafka's own tests, in bytes.
        "internal.metadata.max.batch.size.in.bytes": Int = "8388608", Check::Any, READ_ONLY, SNAPSHOTS;
        /// How long deleted metadata segments stay on disk in Kafka's own tests, in milliseconds.
        "internal.metadata.delete.delay.millis": Long = "60000", Check::Any, READ_ONLY, SNAPSHOTS;
        /// Over how long a time the controller's slowest events are gathered, in milliseconds.
        "controller.performance.sample.period.ms": Long = "60000", at_least(100), READ_ONLY, SAMPLES;
        /// From which length on a controller's event is always logged, in milliseconds.
        "controller.performance.always.log.threshold.ms": Long = "2000", at_least(0), READ_ONLY, SAMPLES;
    }
    refused {
        /// Whether a new controller adds itself to the voters.
        "controller.quorum.auto.join.enable": Boolean = "false", Check::Any, READ_ONLY, AUTO_JOIN;
    }
}
