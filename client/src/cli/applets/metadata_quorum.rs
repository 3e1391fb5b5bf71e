//! `kafka-metadata-quorum`: who leads the metadata quorum, and how far its members are.
//!
//! Controllers are neither added nor removed: no release of ours has a quorum whose members change.

use std::process::ExitCode;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};

use super::argparse::{Arg, Command, Group, Parsed, Parser, Refused, Type};
use super::link::{Link, command_config};
use super::{Applet, Screen, Thrown, why_no_uuid};
use crate::admin::{Quorum, QuorumReplica};
use crate::clock;
use crate::error::Error;
use protocol::ids::{NodeId, Offset, TimestampMs};

/// `kafka-metadata-quorum.sh`.
pub(super) const APPLET: Applet = Applet {
    name: "kafka-metadata-quorum",
    classes: &["org.apache.kafka.tools.MetadataQuorumCommand", "kafka.admin.MetadataQuorumCommand"],
    run,
};

const BOOTSTRAP_SERVER: Arg = Arg::value(
    &["--bootstrap-server"],
    "BOOTSTRAP_SERVER",
    "A comma-separated list of host:port pairs to use for establishing the connection to the Kafka cluster.",
)
.in_group(0);
const BOOTSTRAP_CONTROLLER: Arg = Arg::value(
    &["--bootstrap-controller"],
    "BOOTSTRAP_CONTROLLER",
    "A comma-separated list of host:port pairs to use for establishing the connection to the Kafka controllers.",
)
.in_group(0);
const COMMAND_CONFIG: Arg = Arg::value(
    &["--command-config"],
    "COMMAND_CONFIG",
    "Property file containing configs to be passed to Admin Client. For add-controller, the file is used to specify the \
     controller properties as well.",
);
const STATUS: Arg = Arg::flag(
    &["--status"],
    "A short summary of the quorum status and the other provides detailed information about the status of replication.",
)
.in_group(0);
const REPLICATION: Arg =
    Arg::flag(&["--replication"], "Detailed information about the status of replication")
        .in_group(1);
const HUMAN_READABLE: Arg = Arg::flag(&["--human-readable"], "Human-readable output").in_group(1);
const CONTROLLER_ID: Arg =
    Arg::value(&["--controller-id", "-i"], "CONTROLLER_ID", "The id of the controller to remove.")
        .of(Type::Integer)
        .required();
const DIRECTORY_ID: Arg = Arg::value(
    &["--controller-directory-id", "-d"],
    "CONTROLLER_DIRECTORY_ID",
    "The directory ID of the controller to remove.",
)
.required();
const DRY_RUN: Arg =
    Arg::flag(&["--dry-run"], "True if we should print what would be done, but not do it.");

const PARSER: Parser = Parser {
    prog: "kafka-metadata-quorum",
    description: "This tool describes kraft metadata quorum status.",
    args: &[BOOTSTRAP_SERVER, BOOTSTRAP_CONTROLLER, COMMAND_CONFIG],
    groups: &[Group::one_of("")],
    commands: &[
        Command {
            name: "describe",
            help: "Describe the metadata quorum info",
            args: &[STATUS, REPLICATION, HUMAN_READABLE],
            groups: &[Group::titled("Status", ""), Group::titled("Replication", "")],
        },
        Command {
            name: "add-controller",
            help: "Add a controller to the KRaft controller cluster",
            args: &[DRY_RUN],
            groups: &[],
        },
        Command {
            name: "remove-controller",
            help: "Remove a controller from the KRaft controller cluster",
            args: &[CONTROLLER_ID, DIRECTORY_ID, DRY_RUN],
            groups: &[],
        },
    ],
    tells_defaults: true,
};

fn run(words: Vec<String>) -> ExitCode {
    super::start(async move |screen| {
        let parsed = match PARSER.parse(&words, screen) {
            Ok(parsed) => parsed,
            Err(Refused::Help) => return 0,
            Err(Refused::Wrong) => return 1,
        };
        match quorum(&parsed, screen).await {
            Ok(()) => 0,
            Err(thrown) => screen.caught(&thrown),
        }
    })
}

fn terse(message: impl Into<String>) -> Thrown {
    Thrown::new("org.apache.kafka.tools.TerseException", message)
}

async fn quorum(parsed: &Parsed, screen: &mut Screen) -> Result<(), Thrown> {
    let path = parsed.text(&COMMAND_CONFIG);
    if let Some(path) = path.as_ref().filter(|path| !std::path::Path::new(path).exists()) {
        return Err(terse(format!("Properties file {path} does not exists!")));
    }
    let config = command_config(path.as_deref())?;
    let servers = parsed.text(&BOOTSTRAP_SERVER).or_else(|| parsed.text(&BOOTSTRAP_CONTROLLER));
    let link = Link::new(servers.as_deref(), &config)?;
    match parsed.command() {
        Some("describe") => describe(parsed, &link, screen).await,
        Some("add-controller") if path.is_none() => Err(terse(
            "You must supply the configuration file of the controller you are adding when using add-controller.",
        )),
        Some("remove-controller") => remove(parsed, screen),
        _ => Err(no_change("ADD_RAFT_VOTER")),
    }
}

fn no_change(api: &str) -> Thrown {
    let message = format!("The node does not support {api}");
    Thrown::kafka("UnsupportedVersionException", message).in_execution()
}

fn remove(parsed: &Parsed, screen: &mut Screen) -> Result<(), Thrown> {
    let id: i32 = parsed.number(&CONTROLLER_ID).unwrap_or(-1);
    if id < 0 {
        return Err(terse(format!("Invalid negative --controller-id: {id}")));
    }
    let directory = parsed.text(&DIRECTORY_ID).unwrap_or_default();
    if !BASE64_URL_SAFE_NO_PAD.decode(&directory).is_ok_and(|bytes| bytes.len() == 16) {
        let why = why_no_uuid(&directory);
        return Err(terse(format!("Failed to parse --controller-directory-id: {why}")));
    }
    if !parsed.has(&DRY_RUN) {
        return Err(no_change("REMOVE_RAFT_VOTER"));
    }
    screen
        .line(format!("DRY RUN of removing  KRaft controller {id} with directory id {directory}"));
    Ok(())
}

async fn describe(parsed: &Parsed, link: &Link, screen: &mut Screen) -> Result<(), Thrown> {
    let (status, replication) = (parsed.has(&STATUS), parsed.has(&REPLICATION));
    let human = parsed.has(&HUMAN_READABLE);
    match (status, replication) {
        (true, true) => Err(terse(
            "Only one of --status or --replication should be specified with describe sub-command",
        )),
        (false, true) => print_replication(&asked(link, screen).await?, human, screen),
        (true, false) if human => {
            Err(terse("The option --human-readable is only supported along with --replication"))
        }
        (true, false) => {
            link.reach("listNodes", screen).await.map_err(Thrown::in_execution)?;
            let cluster = link.admin.describe_cluster().await.map_err(executed)?;
            print_status(&cluster.id, &asked(link, screen).await?, screen);
            Ok(())
        }
        (false, false) => Err(terse(
            "One of --status or --replication must be specified with describe sub-command",
        )),
    }
}

fn executed(error: Error) -> Thrown {
    Thrown::from(error).in_execution()
}

async fn asked(link: &Link, screen: &mut Screen) -> Result<Quorum, Thrown> {
    link.reach("describeMetadataQuorum", screen).await.map_err(Thrown::in_execution)?;
    link.admin.quorum().await.map_err(executed)
}

/// The voter that leads; one that leads and does not vote is none.
fn leader(quorum: &Quorum) -> Option<&QuorumReplica> {
    quorum.voters.iter().find(|voter| Some(voter.node) == quorum.leader)
}

/// Where a member's log ends; −1 where the leader does not know.
fn end(replica: &QuorumReplica) -> i64 {
    replica.end.map_or(-1, Offset::get)
}

fn print_status(cluster: &str, quorum: &Quorum, screen: &mut Screen) {
    let (lag, lag_ms) = follower_lag(quorum);
    for (name, value) in [
        ("ClusterId", cluster.to_owned()),
        ("LeaderId", quorum.leader.map_or(-1, NodeId::get).to_string()),
        ("LeaderEpoch", quorum.epoch.to_string()),
        ("HighWatermark", quorum.high_watermark.to_string()),
        ("MaxFollowerLag", lag.to_string()),
        ("MaxFollowerLagTimeMs", lag_ms.to_string()),
        ("CurrentVoters", listed(&quorum.voters)),
        ("CurrentObservers", listed(&quorum.observers)),
    ] {
        screen.line(format!("{:24}{value}", format!("{name}:")));
    }
}

/// How far the slowest voter is behind the leader, in offsets and in milliseconds.
fn follower_lag(quorum: &Quorum) -> (i64, i64) {
    let slowest = quorum.voters.iter().min_by_key(|voter| end(voter));
    let (Some(leader), Some(slowest)) = (leader(quorum), slowest) else { return (0, -1) };
    let lag_ms = match (leader.last_caught_up, slowest.last_caught_up) {
        _ if leader.node == slowest.node => 0,
        (Some(leader), Some(slowest)) => leader.get() - slowest.get(),
        _ => -1,
    };
    (end(leader) - end(slowest), lag_ms)
}

fn listed(replicas: &[QuorumReplica]) -> String {
    let replica = |replica: &QuorumReplica| {
        let mut text = format!("{{\"id\": {}", replica.node);
        if replica.directory != [0; 16] {
            text.push_str(&format!(", \"directoryId\": \"{}\"", directory(replica)));
        }
        if !replica.endpoints.is_empty() {
            let endpoints = replica.endpoints.iter();
            let endpoints: Vec<String> =
                endpoints.map(|(name, host, port)| format!("\"{name}://{host}:{port}\"")).collect();
            text.push_str(&format!(", \"endpoints\": [{}]", endpoints.join(", ")));
        }
        text + "}"
    };
    let replicas: Vec<String> = replicas.iter().map(replica).collect();
    format!("[{}]", replicas.join(", "))
}

fn directory(replica: &QuorumReplica) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(replica.directory)
}

fn print_replication(quorum: &Quorum, human: bool, screen: &mut Screen) -> Result<(), Thrown> {
    let header = [
        "NodeId",
        "DirectoryId",
        "LogEndOffset",
        "Lag",
        "LastFetchTimestamp",
        "LastCaughtUpTimestamp",
        "Status",
    ];
    let Some(leader) = leader(quorum) else {
        return Err(Thrown::new("java.util.NoSuchElementException", "No value present"));
    };
    let followers = quorum.voters.iter().filter(|voter| Some(voter.node) != quorum.leader);
    let replicas = std::iter::once((leader, "Leader"))
        .chain(followers.map(|voter| (voter, "Follower")))
        .chain(quorum.observers.iter().map(|observer| (observer, "Observer")));
    let mut rows = vec![header.map(str::to_owned)];
    for (replica, status) in replicas {
        rows.push([
            replica.node.to_string(),
            directory(replica),
            end(replica).to_string(),
            (end(leader) - end(replica)).to_string(),
            time(replica.last_fetch, human),
            time(replica.last_caught_up, human),
            status.to_owned(),
        ]);
    }
    let widest = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths: [usize; 7] = std::array::from_fn(widest);
    for row in &rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}\t"));
        screen.line(cells.collect::<String>());
    }
    Ok(())
}

fn time(at: Option<TimestampMs>, human: bool) -> String {
    match at {
        None => "-1".into(),
        Some(at) if human => format!("{} ms ago", clock::now().get() - at.get()),
        Some(at) => at.to_string(),
    }
}
