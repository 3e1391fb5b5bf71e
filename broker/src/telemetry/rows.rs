//! The rows: every metric, counted and observed.
//!
//! Names follow Prometheus: `sapwood_`, what is measured, its base unit, and `_total` for what only grows. Aliases are
//! names that dashboards made for Kafka already ask for.

use std::sync::Arc;

use super::choices::{CloseReason, RefuseReason};
use super::counter::{Counter, Gauge, Sharded};
use super::family::{ByApi, ByChoice, ByError, Metric};
use super::foreign::FOREIGN;
use super::histogram::Histogram;
use super::page::Page;
use super::registry::Registry;
use super::row::{
    Compat, MetricKind, MetricRow, counted, exporter, exporter_as, jmx, jmx_as, jmx_untyped,
    observed,
};
use super::software::Software;

counted! {
    /// What is counted for one topic. Every partition of it adds to the same numbers.
    TopicMetrics, &["topic"];

    /// Records appended for producers.
    records_in: Counter = "sapwood_topic_records_in_total", jmx("kafka_server_brokertopicmetrics_messagesin_total");
    /// Bytes of batches appended for producers, as they are stored.
    bytes_in: Counter = "sapwood_topic_bytes_in_total", jmx("kafka_server_brokertopicmetrics_bytesin_total");
    /// Bytes of batches sent to consumers.
    bytes_out: Counter = "sapwood_topic_bytes_out_total", jmx("kafka_server_brokertopicmetrics_bytesout_total");
    /// Bytes of batches that were too large to be taken.
    bytes_rejected: Counter = "sapwood_topic_bytes_rejected_total", jmx("kafka_server_brokertopicmetrics_bytesrejected_total");
    /// Partitions that producers asked to append to.
    produce_requests: Counter = "sapwood_topic_produce_requests_total", jmx("kafka_server_brokertopicmetrics_totalproducerequests_total");
    /// Partitions that consumers asked to read from.
    fetch_requests: Counter = "sapwood_topic_fetch_requests_total", jmx("kafka_server_brokertopicmetrics_totalfetchrequests_total");
    /// Appends that were answered with an error.
    failed_produce_requests: Counter = "sapwood_topic_failed_produce_requests_total", jmx("kafka_server_brokertopicmetrics_failedproducerequests_total");
    /// Reads that were answered with an error.
    failed_fetch_requests: Counter = "sapwood_topic_failed_fetch_requests_total", jmx("kafka_server_brokertopicmetrics_failedfetchrequests_total");
}

counted! {
    /// What is counted for one listener.
    ListenerMetrics, &["listener"];

    /// Connections that are open.
    connections: Gauge = "sapwood_connections", jmx("kafka_server_socket_server_metrics_connection_count");
    /// Connections that were accepted.
    connections_accepted: Counter = "sapwood_connections_accepted_total";
    /// Bytes read from connections.
    bytes_received: Sharded = "sapwood_network_received_bytes_total";
    /// Bytes written to connections.
    bytes_sent: Sharded = "sapwood_network_sent_bytes_total";
    /// Connections that were not taken, by what was exhausted.
    connections_refused: ByChoice<RefuseReason, Counter> = "sapwood_connections_refused_total";
    /// Connections that ended, by why.
    connections_closed: ByChoice<CloseReason, Counter> = "sapwood_connections_closed_total";
}

counted! {
    /// What is counted for the whole broker.
    Totals, &[];

    /// Requests that were read, by API.
    requests: ByApi<Sharded> = "sapwood_requests_total", jmx_as("kafka_network_requestmetrics_requests_total", &["request"]);
    /// How long requests took from the last byte read to the response handed to the socket, by API. Long polls are
    /// meant to be long.
    request_seconds: ByApi<Histogram> = "sapwood_request_seconds";
    /// Errors in responses, by code. A response counts once for each partition that has one.
    errors: ByError<Counter> = "sapwood_response_errors_total", jmx("kafka_network_requestmetrics_errors_total");
    /// Bytes of requests that are in memory, out of `queued.max.request.bytes`.
    queued_request_bytes: Gauge = "sapwood_queued_request_bytes";
    /// How often reading from a connection paused because the memory for requests was taken.
    reads_paused: Counter = "sapwood_network_reads_paused_total";
    /// Produce requests that wait for replicas or for the disk.
    waiting_produces: Gauge = "sapwood_waiting_produce_requests", jmx("kafka_server_delayedoperationpurgatory_produce_purgatorysize");
    /// Fetch requests that wait for records.
    waiting_fetches: Gauge = "sapwood_waiting_fetch_requests", jmx("kafka_server_delayedoperationpurgatory_fetch_purgatorysize");
    /// How long one sync of log files to disk took.
    flush_seconds: Histogram = "sapwood_flush_seconds";
    /// Syncs that failed. But for want of space, each takes its log directory offline for the life of the process.
    flush_failures: Counter = "sapwood_flush_failures_total";
    /// Reads that memory answered.
    resident_reads: Sharded = "sapwood_reads_resident_total";
    /// Reads that went to the disk.
    cold_reads: Counter = "sapwood_reads_cold_total";
    /// Produce requests that were refused because `storage.min.free.bytes` were not free.
    disk_full_refusals: Counter = "sapwood_disk_full_refusals_total";
    /// Segments that retention deleted.
    segments_deleted: Counter = "sapwood_segments_deleted_total";
    /// Generations that consumer groups began.
    group_rebalances: Counter = "sapwood_group_rebalances_total";
}

observed! {
    /// The version that runs, as a label; always 1.
    BUILD_INFO: Gauge ["version"] = "sapwood_build_info";
    /// Samples that were left out of this page because one name had too many.
    DROPPED_SERIES: Gauge [] = "sapwood_dropped_series";
    /// The state of the broker: 1 starting, 2 recovering, 3 running, 6 stopping, as in Kafka.
    BROKER_STATE: Gauge [] = "sapwood_broker_state", jmx("kafka_server_kafkaserver_brokerstate");

    /// Partitions on this broker.
    PARTITIONS: Gauge [] = "sapwood_partitions", jmx("kafka_server_replicamanager_partitioncount");
    /// Partitions that this broker leads.
    LEADERS: Gauge [] = "sapwood_leader_partitions", jmx("kafka_server_replicamanager_leadercount");
    /// Partitions led here that have fewer replicas in sync than replicas.
    UNDER_REPLICATED: Gauge [] = "sapwood_under_replicated_partitions", jmx("kafka_server_replicamanager_underreplicatedpartitions");
    /// Partitions led here that have fewer replicas in sync than `min.insync.replicas`.
    UNDER_MIN_ISR: Gauge [] = "sapwood_under_min_isr_partitions", jmx("kafka_server_replicamanager_underminisrpartitioncount");
    /// Partitions led here that have no more replicas in sync than `min.insync.replicas` wants.
    AT_MIN_ISR: Gauge [] = "sapwood_at_min_isr_partitions", jmx("kafka_server_replicamanager_atminisrpartitioncount");
    /// Whether a partition led here has fewer replicas in sync than `min.insync.replicas` wants.
    PARTITION_UNDER_MIN_ISR: Gauge ["topic", "partition"] = "sapwood_partition_under_min_isr", jmx("kafka_cluster_partition_underminisr");
    /// Whether a partition led here has no more replicas in sync than that.
    PARTITION_AT_MIN_ISR: Gauge ["topic", "partition"] = "sapwood_partition_at_min_isr", jmx("kafka_cluster_partition_atminisr");
    /// Bytes of a partition's log.
    PARTITION_SIZE: Gauge ["topic", "partition"] = "sapwood_partition_size_bytes", jmx("kafka_log_log_size");
    /// The first offset of a partition that can be read.
    PARTITION_START: Gauge ["topic", "partition"] = "sapwood_partition_start_offset", jmx("kafka_log_log_logstartoffset"), exporter("kafka_topic_partition_oldest_offset");
    /// The offset that the next record of a partition will have.
    PARTITION_END: Gauge ["topic", "partition"] = "sapwood_partition_end_offset", jmx("kafka_log_log_logendoffset");
    /// The offset up to which consumers of a partition can read.
    PARTITION_HIGH_WATERMARK: Gauge ["topic", "partition"] = "sapwood_partition_high_watermark", exporter("kafka_topic_partition_current_offset");
    /// The offset up to which a partition is on disk.
    PARTITION_FLUSHED: Gauge ["topic", "partition"] = "sapwood_partition_flushed_offset";
    /// Segments of a partition.
    PARTITION_SEGMENTS: Gauge ["topic", "partition"] = "sapwood_partition_segments", jmx("kafka_log_log_numlogsegments");

    /// Free bytes on the file system of a log directory.
    DISK_FREE: Gauge ["directory"] = "sapwood_log_dir_free_bytes";
    /// All bytes of the file system of a log directory.
    DISK_TOTAL: Gauge ["directory"] = "sapwood_log_dir_total_bytes";
    /// Whether a log directory is offline.
    DIR_OFFLINE: Gauge ["directory"] = "sapwood_log_dir_offline", jmx_as("kafka_log_logmanager_logdirectoryoffline", &["logDirectory"]);
    /// Log directories that are offline.
    DIRS_OFFLINE: Gauge [] = "sapwood_log_dirs_offline", jmx("kafka_log_logmanager_offlinelogdirectorycount");

    /// Whether this node is the active controller.
    ACTIVE_CONTROLLER: Gauge [] = "sapwood_active_controller", jmx("kafka_controller_kafkacontroller_activecontrollercount");
    /// Topics in the cluster.
    TOPICS: Gauge [] = "sapwood_cluster_topics", jmx("kafka_controller_kafkacontroller_globaltopiccount");
    /// Partitions in the cluster.
    CLUSTER_PARTITIONS: Gauge [] = "sapwood_cluster_partitions", jmx("kafka_controller_kafkacontroller_globalpartitioncount");
    /// Partitions in the cluster without a leader.
    OFFLINE_PARTITIONS: Gauge [] = "sapwood_cluster_offline_partitions", jmx("kafka_controller_kafkacontroller_offlinepartitionscount");
    /// Partitions in the cluster that their first replica does not lead.
    PREFERRED_IMBALANCE: Gauge [] = "sapwood_cluster_preferred_replica_imbalance", jmx("kafka_controller_kafkacontroller_preferredreplicaimbalancecount");
    /// Brokers that take part.
    BROKERS: Gauge [] = "sapwood_cluster_brokers", jmx("kafka_controller_kafkacontroller_activebrokercount"), exporter("kafka_brokers");
    /// Brokers that are registered and fenced.
    FENCED_BROKERS: Gauge [] = "sapwood_cluster_fenced_brokers", jmx("kafka_controller_kafkacontroller_fencedbrokercount");
    /// Each broker that is registered, with its address as a label; always 1.
    BROKER_INFO: Gauge ["id", "address"] = "sapwood_cluster_broker_info", exporter("kafka_broker_info");
    /// Partitions of a topic.
    TOPIC_PARTITIONS: Gauge ["topic"] = "sapwood_cluster_topic_partitions", exporter("kafka_topic_partitions");
    /// The broker that leads a partition; −1 for none.
    PARTITION_LEADER: Gauge ["topic", "partition"] = "sapwood_partition_leader", exporter("kafka_topic_partition_leader");
    /// Whether the first replica of a partition leads it.
    PARTITION_LEADER_PREFERRED: Gauge ["topic", "partition"] = "sapwood_partition_leader_is_preferred", exporter("kafka_topic_partition_leader_is_preferred");
    /// Replicas of a partition.
    PARTITION_REPLICAS: Gauge ["topic", "partition"] = "sapwood_partition_replicas", jmx("kafka_cluster_partition_replicascount"), exporter("kafka_topic_partition_replicas");
    /// Replicas of a partition that are in sync.
    PARTITION_IN_SYNC: Gauge ["topic", "partition"] = "sapwood_partition_in_sync_replicas", jmx("kafka_cluster_partition_insyncreplicascount"), exporter("kafka_topic_partition_in_sync_replica");
    /// Whether a partition has fewer replicas in sync than replicas.
    PARTITION_UNDER_REPLICATED: Gauge ["topic", "partition"] = "sapwood_partition_under_replicated", jmx("kafka_cluster_partition_underreplicated"), exporter("kafka_topic_partition_under_replicated_partition");

    /// The node that leads the metadata quorum; −1 for none.
    RAFT_LEADER: Gauge [] = "sapwood_raft_leader", jmx("kafka_server_raftmetrics_current_leader");
    /// The term of the metadata quorum.
    RAFT_EPOCH: Gauge [] = "sapwood_raft_epoch", jmx("kafka_server_raftmetrics_current_epoch");
    /// The end of the metadata log on this node.
    RAFT_END: Gauge [] = "sapwood_raft_log_end_offset", jmx("kafka_server_raftmetrics_log_end_offset");
    /// How much of the metadata log is committed.
    RAFT_HIGH_WATERMARK: Gauge [] = "sapwood_raft_high_watermark", jmx("kafka_server_raftmetrics_high_watermark");

    /// Consumer groups that this broker coordinates, by state.
    GROUPS: Gauge ["state"] = "sapwood_groups";
    /// All consumer groups that this broker coordinates.
    GROUPS_ALL: Gauge [] = "sapwood_groups_coordinated", jmx("kafka_coordinator_group_groupmetadatamanager_numgroups");
    /// Members of a consumer group.
    GROUP_MEMBERS: Gauge ["group"] = "sapwood_group_members", exporter_as("kafka_consumergroup_members", &["consumergroup"]);
    /// The offset that a group has committed in a partition.
    GROUP_OFFSET: Gauge ["group", "topic", "partition"] = "sapwood_group_committed_offset", exporter_as("kafka_consumergroup_current_offset", &["consumergroup", "topic", "partition"]);
    /// Records that a group has still to read in a partition: from its commit, or from the start where retention has passed the commit, to the high watermark.
    GROUP_LAG: Gauge ["group", "topic", "partition"] = "sapwood_group_lag", exporter_as("kafka_consumergroup_lag", &["consumergroup", "topic", "partition"]);
    /// The offsets that a group has committed in the partitions of a topic, added up.
    GROUP_OFFSET_SUM: Gauge ["group", "topic"] = "sapwood_group_topic_committed_offset", exporter_as("kafka_consumergroup_current_offset_sum", &["consumergroup", "topic"]);
    /// The lag of a group in all partitions of a topic together.
    GROUP_LAG_SUM: Gauge ["group", "topic"] = "sapwood_group_topic_lag", exporter_as("kafka_consumergroup_lag_sum", &["consumergroup", "topic"]);

    /// Connections by the client that is at their other end, as it calls itself (KIP-511). Those of clients that do not say are missing.
    CLIENT_CONNECTIONS: Gauge ["listener", "software", "version"] = "sapwood_client_connections", jmx_as("kafka_server_socket_server_metrics_connections_software", &["listener", "clientSoftwareName", "clientSoftwareVersion"]);
    /// Time that the threads which serve clients were busy, added up.
    THREADS_BUSY: Counter [] = "sapwood_network_threads_busy_seconds_total";
    /// Threads that serve clients: they read, handle and answer requests.
    SERVING_THREADS: Gauge [] = "sapwood_network_threads";

    /// Bytes that the process had read from disks. What came from memory is not in it.
    DISK_READ: Counter [] = "sapwood_disk_read_bytes_total", jmx_untyped("kafka_server_kafkaserver_linux_disk_read_bytes");
    /// Bytes that the process had written to disks.
    DISK_WRITTEN: Counter [] = "sapwood_disk_written_bytes_total", jmx_untyped("kafka_server_kafkaserver_linux_disk_write_bytes");
    /// Memory that the process has in use.
    PROCESS_MEMORY: Gauge [] = "process_resident_memory_bytes";
    /// Processor time that the process has taken.
    PROCESS_CPU: Counter [] = "process_cpu_seconds_total";
    /// File descriptors that the process has open.
    PROCESS_FDS: Gauge [] = "process_open_fds";
    /// How many file descriptors it may have open.
    PROCESS_MAX_FDS: Gauge [] = "process_max_fds";
    /// When the process began, in seconds since 1970.
    PROCESS_START: Gauge [] = "process_start_time_seconds";
    /// Threads of the process.
    PROCESS_THREADS: Gauge [] = "process_threads";
}

/// Everything that is counted.
#[derive(Debug, Default)]
pub struct Metrics {
    /// For the whole broker.
    pub totals: Totals,
    /// For each topic. A partition asks for its topic's handle once and keeps it.
    pub topics: Registry<TopicMetrics>,
    /// For each listener. A connection asks for its listener's handle once and keeps it.
    pub listeners: Registry<ListenerMetrics>,
    /// What clients call themselves.
    pub software: Arc<Software>,
}

impl Metrics {
    /// A topic is gone: its counts stay in the sums and lose their name.
    pub fn forget_topic(&self, name: &str) {
        self.topics.remove(name, |nameless, gone| nameless.absorb(gone));
    }

    /// The page of `/metrics`. `observe` adds what is observed and not counted.
    pub fn page(&self, compat: &[Compat], observe: impl FnOnce(&mut Page)) -> String {
        let mut page = Page::new(compat);
        self.totals.write(&[], &mut page);
        for (listener, metrics) in self.listeners.all() {
            metrics.write(&[&listener], &mut page);
        }
        let sum = TopicMetrics::default();
        sum.absorb(self.topics.nameless());
        for (topic, metrics) in self.topics.all() {
            metrics.write(&[&topic], &mut page);
            sum.absorb(&metrics);
        }
        // The JMX exporter has each of these once more for all topics, without the label.
        page.aliases_alone(|page| sum.write(&[], page));
        self.software.write(&mut page);
        page.sample(&BUILD_INFO, &[env!("CARGO_PKG_VERSION")], 1.0);
        observe(&mut page);
        page.finish()
    }
}

/// Every row, in the order of the document.
pub fn all() -> impl Iterator<Item = &'static MetricRow> {
    Totals::ROWS
        .iter()
        .chain(ListenerMetrics::ROWS)
        .chain(TopicMetrics::ROWS)
        .chain(OBSERVED)
        .chain(FOREIGN)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use protocol::ApiKey;
    use protocol::error::ErrorCode;

    use super::*;

    fn lines(text: &str, start: &str) -> Vec<String> {
        text.lines().filter(|line| line.starts_with(start)).map(str::to_owned).collect()
    }

    #[test]
    fn a_topic_is_counted_under_its_name_and_in_the_sum_that_boards_expect() {
        let metrics = Metrics::default();
        metrics.topics.of("a").records_in.add(3);
        metrics.topics.of("b").records_in.add(4);
        metrics.forget_topic("b");
        metrics.topics.of("b").records_in.add(1);
        let page = metrics.page(Compat::ALL, |_| ());
        assert_eq!(
            lines(&page, "kafka_server_brokertopicmetrics_messagesin_total"),
            [
                "kafka_server_brokertopicmetrics_messagesin_total{topic=\"a\"} 3",
                "kafka_server_brokertopicmetrics_messagesin_total{topic=\"b\"} 1",
                "kafka_server_brokertopicmetrics_messagesin_total 8",
            ]
        );
        assert_eq!(lines(&page, "sapwood_topic_records_in_total").len(), 2);
    }

    #[test]
    fn apis_and_errors_show_once_they_were_seen() {
        let metrics = Metrics::default();
        metrics.totals.requests.of(ApiKey::Produce).increment();
        metrics.totals.request_seconds.of(ApiKey::Produce).record(Duration::from_millis(1));
        metrics.totals.errors.of(ErrorCode::NotLeaderOrFollower).increment();
        let page = metrics.page(Compat::ALL, |_| ());
        assert_eq!(
            lines(&page, "sapwood_requests_total"),
            ["sapwood_requests_total{api=\"Produce\"} 1"]
        );
        assert_eq!(
            lines(&page, "kafka_network_requestmetrics_requests_total"),
            ["kafka_network_requestmetrics_requests_total{request=\"Produce\"} 1"]
        );
        assert_eq!(
            lines(&page, "sapwood_response_errors_total"),
            ["sapwood_response_errors_total{error=\"NOT_LEADER_OR_FOLLOWER\"} 1"]
        );
        assert_eq!(
            lines(&page, "sapwood_request_seconds_count"),
            ["sapwood_request_seconds_count{api=\"Produce\"} 1"]
        );
        assert_eq!(lines(&page, "sapwood_request_seconds_bucket").len(), 22);
    }

    #[test]
    fn names_are_prometheus_names_and_none_is_there_twice() {
        let mut names = BTreeSet::new();
        for row in all() {
            for name in [row.name].into_iter().chain(row.aliases.iter().map(|alias| alias.name)) {
                assert!(names.insert(name), "{name} is there twice");
                assert!(
                    name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_'),
                    "{name}"
                );
            }
            for alias in row.aliases.iter().filter(|alias| !alias.labels.is_empty()) {
                assert_eq!(alias.labels.len(), row.labels().count(), "{}", alias.name);
            }
            let is_ours = row.name.starts_with("sapwood_") || row.name.starts_with("process_");
            assert_eq!(is_ours, row.family.is_none(), "{}", row.name);
            assert_eq!(
                row.kind == MetricKind::Counter,
                row.name.ends_with("_total"),
                "{}",
                row.name
            );
            assert!(row.help.trim().ends_with('.'), "{}", row.name);
        }
    }
}
