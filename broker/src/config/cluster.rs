//! What several keys say together: who this node is, where it listens, who decides with it.
//!
//! No single key holds these; Kafka's files spread each over three or four keys that must agree. The rules here are
//! Kafka's, except that a node which is broker and controller at once may leave out everything about controllers: it
//! is a cluster of one.

use std::path::PathBuf;

use protocol::ids::NodeId;

use super::listeners::{HostPort, ListenerName, SecurityProtocol};
use super::problem::Problem;
use super::quorum::Voter;
use super::reader::Reader;
use super::rows::{Controller, Log, Network, Node};

/// One listener, with all that the four keys say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Its name.
    pub name: ListenerName,
    /// What it speaks.
    pub protocol: SecurityProtocol,
    /// Where to listen. An empty host is every interface, port 0 a free port.
    pub bind: HostPort,
    /// What clients are told; `None` if they are not told of this listener. An empty host stands for this machine's
    /// name, port 0 for the port that was bound.
    pub advertised: Option<HostPort>,
    /// Whether it is for controllers and brokers alone.
    pub for_controllers: bool,
}

/// What several keys say together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// This node.
    pub node_id: NodeId,
    /// Every listener, in the order of `listeners`.
    pub listeners: Vec<Listener>,
    /// The listener over which brokers talk to one another.
    pub inter_broker: ListenerName,
    /// The controllers of a fixed set; empty in a cluster of one that does not name itself.
    pub voters: Vec<Voter>,
    /// Where partitions are kept; at least one.
    pub log_dirs: Vec<PathBuf>,
    /// Where the metadata log is kept.
    pub metadata_log_dir: PathBuf,
}

impl Cluster {
    /// Puts the keys together, and notes where they do not agree.
    pub(super) fn resolve(
        reader: &mut Reader<'_>,
        node: &Node,
        network: &Network,
        log: &Log,
        controller: &Controller,
    ) -> Self {
        let node_id = node_id(reader, node);
        let listeners = listeners(reader, network, controller);
        let inter_broker = inter_broker(reader, network, &listeners);
        check_controller_listeners(reader, node, controller, &listeners);
        check_alone(reader, node, controller, node_id);
        let log_dirs = log_dirs(reader, log);
        let metadata_log_dir = match &controller.metadata_log_dir {
            Some(dir) => PathBuf::from(dir),
            None => log_dirs.first().cloned().unwrap_or_default(),
        };
        let voters = controller.controller_quorum_voters.0.clone();
        Self { node_id, listeners, inter_broker, voters, log_dirs, metadata_log_dir }
    }
}

fn node_id(reader: &mut Reader<'_>, node: &Node) -> NodeId {
    let old_name_is_set = node.broker_id >= 0;
    if old_name_is_set && !reader.is_set("node.id") {
        return NodeId(node.broker_id);
    }
    if old_name_is_set && node.broker_id != node.node_id {
        reader.note(Problem::error(
            format!("node.id={} and broker.id={}", node.node_id, node.broker_id),
            "they are two names of one number and differ",
            "Leave out broker.id",
        ));
    }
    NodeId(node.node_id)
}

fn listeners(reader: &mut Reader<'_>, network: &Network, controller: &Controller) -> Vec<Listener> {
    let for_controllers: Vec<ListenerName> =
        controller.controller_listener_names.iter().map(|name| ListenerName::new(name)).collect();
    let map_is_default = !reader.is_set("listener.security.protocol.map");
    let mut listeners = Vec::new();
    for endpoint in &network.listeners.0 {
        let is_for_controllers = for_controllers.contains(&endpoint.name);
        let mapped = network.listener_security_protocol_map.of(&endpoint.name);
        let unmapped =
            (is_for_controllers && map_is_default).then_some(SecurityProtocol::Plaintext);
        let Some(protocol) = mapped.or(unmapped) else {
            reader.note(Problem::error(
                format!("listeners={endpoint}"),
                format!(
                    "listener.security.protocol.map does not say what {} speaks",
                    endpoint.name
                ),
                format!("Add {}:PLAINTEXT to listener.security.protocol.map", endpoint.name),
            ));
            continue;
        };
        if protocol != SecurityProtocol::Plaintext {
            reader.note(Problem::error(
                format!("listeners={endpoint}"),
                format!(
                    "the listener speaks {protocol}, and this release has neither TLS nor SASL"
                ),
                "Make it a PLAINTEXT listener that only a trusted network reaches, or leave it out",
            ));
        }
        listeners.push(Listener {
            name: endpoint.name.clone(),
            protocol,
            bind: endpoint.address.clone(),
            advertised: advertised(network, &endpoint.name, is_for_controllers),
            for_controllers: is_for_controllers,
        });
    }
    check_advertised(reader, network);
    listeners
}

/// What clients are told of a listener: what `advertised.listeners` says, or else where it listens.
fn advertised(network: &Network, name: &ListenerName, for_controllers: bool) -> Option<HostPort> {
    if for_controllers {
        return None;
    }
    let source = network.advertised_listeners.as_ref().unwrap_or(&network.listeners);
    let mut address = source.of(name)?.address.clone();
    if is_every_interface(&address.host) {
        address.host.clear();
    }
    Some(address)
}

fn is_every_interface(host: &str) -> bool {
    matches!(host, "0.0.0.0" | "::" | "0:0:0:0:0:0:0:0")
}

fn check_advertised(reader: &mut Reader<'_>, network: &Network) {
    for endpoint in network.advertised_listeners.iter().flat_map(|endpoints| &endpoints.0) {
        let what = format!("advertised.listeners={endpoint}");
        if network.listeners.of(&endpoint.name).is_none() {
            reader.note(Problem::error(
                what,
                format!("there is no listener {} in listeners", endpoint.name),
                "Add it to listeners, or take it out here",
            ));
        } else if is_every_interface(&endpoint.address.host) {
            reader.note(Problem::error(
                what,
                format!("no client can connect to {}", endpoint.address.host),
                "Write the name or the address by which clients reach this broker",
            ));
        }
    }
}

fn inter_broker(
    reader: &mut Reader<'_>,
    network: &Network,
    listeners: &[Listener],
) -> ListenerName {
    let protocol = network.security_inter_broker_protocol;
    let Some(name) = &network.inter_broker_listener_name else {
        let speaks_it = |l: &&Listener| !l.for_controllers && l.protocol == protocol;
        let exact = ListenerName::new(protocol.as_str());
        let any = listeners.iter().find(speaks_it).map(|listener| listener.name.clone());
        return if listeners.iter().any(|l| l.name == exact) {
            exact
        } else {
            any.unwrap_or(exact)
        };
    };
    if reader.is_set("security.inter.broker.protocol") {
        reader.note(Problem::error(
            "inter.broker.listener.name and security.inter.broker.protocol are both set",
            "each of them names the listener of the brokers",
            "Leave out security.inter.broker.protocol",
        ));
    }
    let name = ListenerName::new(name);
    if !listeners.iter().any(|listener| listener.name == name && !listener.for_controllers) {
        reader.note(Problem::error(
            format!("inter.broker.listener.name={name}"),
            "it is not among listeners, or it is a listener for controllers",
            "Name a listener of this broker that is not in controller.listener.names",
        ));
    }
    name
}

fn check_controller_listeners(
    reader: &mut Reader<'_>,
    node: &Node,
    controller: &Controller,
    listeners: &[Listener],
) {
    if !listeners.iter().any(|listener| !listener.for_controllers) && node.process_roles.broker {
        reader.note(Problem::error(
            "listeners has no listener for clients",
            "every one of them is in controller.listener.names",
            "Add one, for example PLAINTEXT://:9092",
        ));
    }
    if !node.process_roles.controller {
        return;
    }
    for name in controller.controller_listener_names.iter().map(|name| ListenerName::new(name)) {
        if !listeners.iter().any(|listener| listener.name == name) {
            reader.note(Problem::error(
                format!("controller.listener.names={name}"),
                "a controller listens on it, and it is not in listeners",
                format!("Add {name}://:9093 to listeners"),
            ));
        }
    }
}

/// Refuses a cluster of several nodes: started alone each would be a cluster of its own, with its own truth.
fn check_alone(reader: &mut Reader<'_>, node: &Node, controller: &Controller, id: NodeId) {
    if !node.process_roles.is_combined() {
        reader.note(Problem::error(
            "process.roles is not broker,controller",
            "in this release a node is broker and controller at once",
            "Write process.roles=broker,controller",
        ));
    }
    let voters = &controller.controller_quorum_voters.0;
    if voters.iter().any(|voter| voter.id != id) {
        reader.note(Problem::error(
            "controller.quorum.voters names another node",
            format!("this release runs clusters of one node, and this node is {id}"),
            "Name this node alone, or leave the key out",
        ));
    }
    if controller.controller_quorum_bootstrap_servers.0.len() > 1 {
        reader.note(Problem::error(
            "controller.quorum.bootstrap.servers names several controllers",
            "this release runs clusters of one node",
            "Name this node alone, or leave the key out",
        ));
    }
}

fn log_dirs(reader: &mut Reader<'_>, log: &Log) -> Vec<PathBuf> {
    let named = log.log_dirs.as_ref().or(log.log_dir.as_ref());
    match named {
        Some(dirs) if dirs.iter().any(|dir| !dir.is_empty()) => {
            dirs.iter().filter(|dir| !dir.is_empty()).map(PathBuf::from).collect()
        }
        Some(_) => {
            reader.note(Problem::error(
                "log.dirs is empty",
                "partitions must lie somewhere",
                "Name a directory, or leave the key out for the data directory",
            ));
            Vec::new()
        }
        None => vec![reader.layers().data_directory().to_path_buf()],
    }
}
