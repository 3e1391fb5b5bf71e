//! The controllers and their log.

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
}
