//! Foreign rows: what boards made for Kafka ask for, and what we have no name of our own for.
//!
//! Some say what a native metric says better (a histogram can be summed over brokers, its quantiles cannot). Others count what
//! cannot happen on a broker alone: there the value is 0 because it is 0, and a board that adds it up is right. What we do
//! not know has no row, and a panel that asks for it stays empty rather than lie; [`super::document`] names those.

use super::row::{Compat, MetricKind, MetricRow, foreign};

foreign! {
    /// How long requests took in milliseconds, by API: quantiles of the last five minutes, read from buckets that double, and sum and count of all. Native: `sapwood_request_seconds`.
    REQUEST_TIMES: Summary ["request"] = Jmx "kafka_network_requestmetrics_totaltimems";
    /// Which part of the last five minutes the threads that serve clients were idle, from 0 to 1. Native: `sapwood_network_threads_busy_seconds_total`.
    NETWORK_IDLE: Gauge [] = Jmx "kafka_network_socketserver_networkprocessoravgidle_percent";
    /// The same: the threads that read requests also handle them.
    HANDLER_IDLE: Gauge [] = Jmx "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent";
    /// Requests that were read and that no thread has taken up: none ever, since who reads a request handles it.
    REQUEST_QUEUE: Gauge [] = Jmx "kafka_network_requestchannel_requestqueuesize";
    /// How often a replica fell out of sync: never, on a broker alone.
    ISR_SHRINKS: Counter [] = Jmx "kafka_server_replicamanager_isrshrinks_total";
    /// How often a replica came into sync again: never, on a broker alone.
    ISR_EXPANDS: Counter [] = Jmx "kafka_server_replicamanager_isrexpands_total";
    /// How often a replica was made leader that had not all records: never, on a broker alone.
    UNCLEAN_ELECTIONS: Counter [] = Jmx "kafka_controller_controllerstats_uncleanleaderelections_total";
    /// What this node is in the metadata quorum, as a label; always 1.
    RAFT_STATE: Gauge ["current_state"] = Jmx "kafka_server_raftmetrics_current_state";
    /// The node that this node gave its vote in this term: itself, where it leads.
    RAFT_VOTE: Gauge [] = Jmx "kafka_server_raftmetrics_current_vote";
    /// Records that were appended to the metadata log each second, over the last five minutes.
    RAFT_APPENDS: Gauge [] = Jmx "kafka_server_raftmetrics_append_records_rate";
    /// Consumer groups whose members are being asked for.
    GROUPS_PREPARING: Gauge [] = Jmx "kafka_coordinator_group_groupmetadatamanager_numgroupspreparingrebalance";
    /// Consumer groups that wait for their leader's assignment.
    GROUPS_COMPLETING: Gauge [] = Jmx "kafka_coordinator_group_groupmetadatamanager_numgroupscompletingrebalance";
    /// Consumer groups whose members have their assignment.
    GROUPS_STABLE: Gauge [] = Jmx "kafka_coordinator_group_groupmetadatamanager_numgroupsstable";
    /// Consumer groups that are being deleted.
    GROUPS_DEAD: Gauge [] = Jmx "kafka_coordinator_group_groupmetadatamanager_numgroupsdead";
    /// Consumer groups that have commits and no member.
    GROUPS_EMPTY: Gauge [] = Jmx "kafka_coordinator_group_groupmetadatamanager_numgroupsempty";
}
