//! The broker's configuration: every key that it obeys, typed.

use super::cluster::Cluster;
use super::layers::Layers;
use super::problem::{ConfigError, Problem, Severity};
use super::reader::Reader;
use super::rows::{Controller, Groups, Log, Network, Node, Replication, Telemetry, Topics};

/// Every key that the broker obeys, typed and checked, by chapter. A value, resolved anew when a dynamic layer changes.
///
/// Numbers carry their unit in the name, as Kafka's keys do. Where several keys say one thing together
/// (`log.retention.{ms,minutes,hours}`, the listeners), ask the method or [`Cluster`] and not the single fields.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokerConfig {
    /// What several keys say together.
    pub cluster: Cluster,
    /// Who this process is.
    pub node: Node,
    /// Listeners, connections, memory for requests.
    pub network: Network,
    /// Log directories, and what topics take over.
    pub log: Log,
    /// How topics come into being.
    pub topics: Topics,
    /// What an acknowledgement needs of replicas.
    pub replication: Replication,
    /// The controllers and their log.
    pub controller: Controller,
    /// Consumer groups and their offsets.
    pub groups: Groups,
    /// Metrics and what else is served over HTTP.
    pub telemetry: Telemetry,
}

impl BrokerConfig {
    /// Reads and checks every key. The error holds all that is wrong and not only the first.
    pub fn resolve(layers: &Layers) -> Result<Self, ConfigError> {
        let (config, problems) = Self::read(layers);
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            Err(ConfigError { problems })
        } else {
            Ok(config)
        }
    }

    /// Reads every key, with its default in place of what cannot be read.
    pub(super) fn read(layers: &Layers) -> (Self, Vec<Problem>) {
        let mut reader = Reader::new(layers);
        let node = Node::read(&mut reader);
        let network = Network::read(&mut reader);
        let log = Log::read(&mut reader);
        let topics = Topics::read(&mut reader);
        let replication = Replication::read(&mut reader);
        let controller = Controller::read(&mut reader);
        let groups = Groups::read(&mut reader);
        let telemetry = Telemetry::read(&mut reader);
        let cluster = Cluster::resolve(&mut reader, &node, &network, &log, &controller);
        let config = Self {
            cluster,
            node,
            network,
            log,
            topics,
            replication,
            controller,
            groups,
            telemetry,
        };
        config.check_together(&mut reader);
        (config, reader.into_problems())
    }

    /// The rules that bind keys of different chapters.
    fn check_together(&self, reader: &mut Reader<'_>) {
        let queued = self.network.queued_max_request_bytes;
        let largest = i64::from(self.network.socket_request_max_bytes);
        if (0..largest).contains(&queued) {
            reader.note(Problem::error(
                format!("queued.max.request.bytes={queued}"),
                format!("a request of socket.request.max.bytes={largest} would never be read"),
                "Raise queued.max.request.bytes, or lower socket.request.max.bytes",
            ));
        }
        let (low, high) =
            (self.groups.group_min_session_timeout_ms, self.groups.group_max_session_timeout_ms);
        if low > high {
            reader.note(Problem::error(
                format!("group.min.session.timeout.ms={low}"),
                format!("it is above group.max.session.timeout.ms={high}, so no member could join"),
                "Lower the one, or raise the other",
            ));
        }
        let (beat, session) =
            (self.node.broker_heartbeat_interval_ms, self.node.broker_session_timeout_ms);
        if i64::from(beat) * 2 > i64::from(session) {
            reader.note(Problem::error(
                format!("broker.heartbeat.interval.ms={beat}"),
                format!(
                    "one lost heartbeat would fence the broker: broker.session.timeout.ms={session}"
                ),
                "Let the session last at least two heartbeats",
            ));
        }
    }
}

impl Default for BrokerConfig {
    /// A broker for which nobody set anything, with its logs under the current directory. For tests.
    fn default() -> Self {
        Self::resolve(&Layers::default()).expect("the defaults are legal; a test holds them to it")
    }
}
