//! `kafka-cluster`: a cluster's id and its endpoints, and brokers that are gone for good.

use std::process::ExitCode;

use protocol::ids::NodeId;

use super::argparse::{Arg, Command, Group, Parsed, Parser, Refused, Type};
use super::link::{Link, command_config};
use super::{Applet, Screen, Thrown};
use crate::admin::RegisteredBroker;

/// `kafka-cluster.sh`.
pub(super) const APPLET: Applet = Applet {
    name: "kafka-cluster",
    classes: &["org.apache.kafka.tools.ClusterTool", "kafka.tools.ClusterTool"],
    run,
};

const BOOTSTRAP_SERVER: Arg = Arg::value(
    &["--bootstrap-server", "-b"],
    "BOOTSTRAP_SERVER",
    "A list of host/port pairs to use for establishing the connection to the Kafka cluster.",
)
.in_group(0);
const BOOTSTRAP_CONTROLLER: Arg = Arg::value(
    &["--bootstrap-controller", "-C"],
    "BOOTSTRAP_CONTROLLER",
    "A list of host/port pairs to use for establishing the connection to the KRaft controllers.",
)
.in_group(0);
const CONFIG: Arg = Arg::value(
    &["--config"],
    "CONFIG",
    "(DEPRECATED) A property file containing configurations for the Admin client. This option will be removed in a future \
     version. Use --command-config instead.",
);
const COMMAND_CONFIG: Arg = Arg::value(
    &["--command-config", "-c"],
    "COMMAND_CONFIG",
    "Config properties file for the Admin client.",
);
const ID: Arg = Arg::value(&["--id", "-i"], "ID", "The ID of the broker to unregister.")
    .of(Type::Integer)
    .required();
const INCLUDE_FENCED: Arg = Arg::flag(
    &["--include-fenced-brokers"],
    "Whether to include fenced brokers when listing broker endpoints",
);

const CLUSTER_ID: &str = "cluster-id";
const UNREGISTER: &str = "unregister";
const LIST_ENDPOINTS: &str = "list-endpoints";
const CONNECTION: &[Group] = &[Group::one_of("")];
const PARSER: Parser = Parser {
    prog: "kafka-cluster",
    description: "The Kafka cluster tool.",
    args: &[],
    groups: &[],
    commands: &[
        Command {
            name: CLUSTER_ID,
            help: "Get information about the ID of a cluster.",
            args: &[BOOTSTRAP_SERVER, BOOTSTRAP_CONTROLLER, CONFIG, COMMAND_CONFIG],
            groups: CONNECTION,
        },
        Command {
            name: UNREGISTER,
            help: "Unregister a broker.",
            args: &[BOOTSTRAP_SERVER, BOOTSTRAP_CONTROLLER, CONFIG, COMMAND_CONFIG, ID],
            groups: CONNECTION,
        },
        Command {
            name: LIST_ENDPOINTS,
            help: "List endpoints",
            args: &[BOOTSTRAP_SERVER, BOOTSTRAP_CONTROLLER, CONFIG, COMMAND_CONFIG, INCLUDE_FENCED],
            groups: CONNECTION,
        },
    ],
    tells_defaults: true,
};

fn run(words: Vec<String>) -> ExitCode {
    super::start(async move |screen| {
        let parsed = match PARSER.parse(&words, screen) {
            Ok(parsed) => parsed,
            // This tool leaves its end to argparse4j, for which help is a failure too.
            Err(Refused::Help | Refused::Wrong) => return 1,
        };
        match cluster(&parsed, screen).await {
            Ok(()) => 0,
            Err(thrown) => screen.caught(&thrown),
        }
    })
}

async fn cluster(parsed: &Parsed, screen: &mut Screen) -> Result<(), Thrown> {
    let (old, path) = (parsed.text(&CONFIG), parsed.text(&COMMAND_CONFIG));
    if old.is_some() && path.is_some() {
        let message = "--config and --command-config cannot be specified together.";
        return Err(Thrown::illegal_argument(message));
    }
    if old.is_some() {
        screen.line("Option --config has been deprecated and will be removed in a future version. Use --command-config instead.");
    }
    let config = command_config(old.or(path).as_deref())?;
    let controllers = parsed.text(&BOOTSTRAP_CONTROLLER);
    let servers = parsed.text(&BOOTSTRAP_SERVER).or_else(|| controllers.clone());
    let link = Link::new(servers.as_deref(), &config)?;
    match parsed.command() {
        Some(UNREGISTER) => {
            unregister(&link, NodeId(parsed.number(&ID).unwrap_or(-1)), screen).await
        }
        Some(LIST_ENDPOINTS) => {
            let fenced = parsed.has(&INCLUDE_FENCED);
            if fenced && controllers.is_some() {
                let message = "The option --include-fenced-brokers is only supported with --bootstrap-server option";
                return Err(Thrown::illegal_argument(message));
            }
            list_endpoints(&link, fenced, screen).await
        }
        _ => cluster_id(&link, screen).await,
    }
}

async fn cluster_id(link: &Link, screen: &mut Screen) -> Result<(), Thrown> {
    link.reach("listNodes", screen).await.map_err(Thrown::in_execution)?;
    let described = link.admin.describe_cluster().await;
    let described = described.map_err(|error| Thrown::from(error).in_execution())?;
    screen.line(format!("Cluster ID: {}", described.id));
    Ok(())
}

async fn unregister(link: &Link, id: NodeId, screen: &mut Screen) -> Result<(), Thrown> {
    link.reach("unregisterBroker", screen).await.map_err(Thrown::in_execution)?;
    match link.admin.unregister_broker(id).await.map_err(Thrown::from) {
        Ok(()) => screen.line(format!("Broker {id} is no longer registered.")),
        Err(thrown) if thrown.is_a("UnsupportedVersionException") => {
            screen.line("The target cluster does not support the broker unregistration API.");
        }
        Err(thrown) => return Err(thrown.in_execution()),
    }
    Ok(())
}

async fn list_endpoints(link: &Link, fenced: bool, screen: &mut Screen) -> Result<(), Thrown> {
    link.reach("listNodes", screen).await.map_err(Thrown::in_execution)?;
    let described = link.admin.describe_cluster().await;
    let mut brokers = described.map_err(|error| Thrown::from(error).in_execution())?.brokers;
    brokers.retain(|broker| fenced || !broker.fenced);
    let host = brokers.iter().map(|broker| broker.address.host.len()).max().unwrap_or(100);
    let racks = brokers.iter().filter_map(|broker| Some(broker.rack.as_ref()?.len()));
    let rack = racks.max().unwrap_or(10);
    let line = |[id, at, port, of, state, endpoint]: [&str; 6]| {
        format!("{id:10} {at:host$} {port:10} {of:rack$} {state:10} {endpoint:15}")
    };
    screen.line(line(["ID", "HOST", "PORT", "RACK", "STATE", "ENDPOINT_TYPE"]));
    for RegisteredBroker { id, address, rack, fenced } in brokers {
        let state = if fenced { "fenced" } else { "unfenced" };
        let (id, port) = (id.to_string(), address.port.to_string());
        let rack = rack.as_deref().unwrap_or("null");
        screen.line(line([&id, &address.host, &port, rack, state, "broker"]));
    }
    Ok(())
}
