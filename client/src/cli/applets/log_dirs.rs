//! `kafka-log-dirs`: what lies on which disk of which broker, as JSON.

use std::process::ExitCode;

use protocol::ids::NodeId;
use serde_json::{Map, Value, json};

use super::link::Link;
use super::{
    Applet, DEFAULT_CAPACITY, Opt, Parsed, Parser, Screen, Stop, Thrown, hash_map_order,
    hash_order, partition_hash,
};
use crate::admin::{Each, LogDir, LogDirPartition};
use crate::cluster::Wanted;
use crate::error::Error;

/// `kafka-log-dirs.sh`.
pub(super) const APPLET: Applet = Applet {
    name: "kafka-log-dirs",
    classes: &["org.apache.kafka.tools.LogDirsCommand", "kafka.admin.LogDirsCommand"],
    run,
};

const BOOTSTRAP_SERVER: Opt = Opt::value(
    "bootstrap-server",
    "The server(s) to use for bootstrapping",
    "REQUIRED: the server(s) to use for bootstrapping",
);
const COMMAND_CONFIG: Opt = Opt::value(
    "command-config",
    "Admin client property file",
    "Property file containing configs to be passed to Admin Client.",
);
const DESCRIBE: Opt =
    Opt::flag("describe", "Describe the specified log directories on the specified brokers.");
const TOPIC_LIST: Opt = Opt::value(
    "topic-list",
    "Topic list",
    "The list of topics to be queried in the form \"topic1,topic2,topic3\". All topics will be queried if no topic list is \
     specified",
)
.defaults_to("");
const BROKER_LIST: Opt = Opt::value(
    "broker-list",
    "Broker list",
    "The list of brokers to be queried in the form \"0,1,2\". All brokers in the cluster will be queried if no broker list \
     is specified",
)
.defaults_to("");
const PARSER: Parser = Parser::new(
    "kafka-log-dirs",
    &[BOOTSTRAP_SERVER, COMMAND_CONFIG, DESCRIBE, TOPIC_LIST, BROKER_LIST],
);

fn run(words: Vec<String>) -> ExitCode {
    super::start(async move |screen| match log_dirs(&words, screen).await {
        Ok(()) => 0,
        Err(stop) => stop.end(&PARSER, screen),
    })
}

async fn log_dirs(words: &[String], screen: &mut Screen) -> Result<(), Stop> {
    let parsed = PARSER.parse(words)?;
    parsed.help_or_version(
        "This tool helps to query log directory usage on the specified brokers.",
    )?;
    parsed.require(&[BOOTSTRAP_SERVER, DESCRIBE])?;
    let link = Link::of(&parsed, BOOTSTRAP_SERVER, COMMAND_CONFIG)?;
    let topics = list(&parsed, TOPIC_LIST)?;
    let brokers =
        list(&parsed, BROKER_LIST)?.iter().map(|id| broker(id)).collect::<Result<Vec<_>, _>>()?;
    let wanted = existing(&link, &brokers, screen).await?;
    screen.line("Querying brokers for log directories information");
    let each =
        link.admin.log_dirs_by_path().await.map_err(|error| Thrown::from(error).in_execution())?;
    let mut described = Vec::new();
    for (id, dirs) in each.into_iter().filter(|(id, _)| wanted.contains(id)) {
        let dirs = dirs.map_err(|error| Thrown::from(error).in_execution())?;
        described.push(of_broker(id, dirs, &topics));
    }
    screen.line(format!("Received log directory information from brokers {}", ids(&wanted)));
    screen.line(object([("version", json!(1)), ("brokers", Value::Array(described))]));
    Ok(())
}

fn list(parsed: &Parsed, option: Opt) -> Result<Vec<String>, Thrown> {
    let list = parsed.value(option)?.unwrap_or_default();
    Ok(list.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect())
}

fn broker(text: &str) -> Result<NodeId, Thrown> {
    let message = format!("For input string: \"{text}\"");
    let thrown = || Thrown::new("java.lang.NumberFormatException", message);
    text.parse().map(NodeId).map_err(|_| thrown())
}

/// The brokers that are asked about, all of which must be there.
async fn existing(
    link: &Link,
    asked: &[NodeId],
    screen: &mut Screen,
) -> Result<Vec<NodeId>, Thrown> {
    link.reach("listNodes", screen).await.map_err(Thrown::in_execution)?;
    let view = link.admin.cluster().refresh(Wanted::Brokers).await?;
    let all: Vec<NodeId> = view.brokers.keys().copied().collect();
    let missing: Vec<NodeId> = asked.iter().filter(|id| !all.contains(id)).copied().collect();
    if !missing.is_empty() {
        let message = format!(
            "ERROR: The given brokers do not exist from --broker-list: {}. Current existent brokers: {}",
            ids(&missing),
            ids(&all)
        );
        return Err(Thrown::new("org.apache.kafka.tools.TerseException", message));
    }
    Ok(if asked.is_empty() { all } else { asked.to_vec() })
}

fn ids(ids: &[NodeId]) -> String {
    let ordered = hash_order(ids.to_vec(), DEFAULT_CAPACITY, |id| id.get().cast_unsigned());
    let texts: Vec<String> = ordered.iter().map(ToString::to_string).collect();
    texts.join(",")
}

fn of_broker(id: NodeId, dirs: Each<String, LogDir>, topics: &[String]) -> Value {
    let dirs = dirs.into_iter().map(|dir| of_dir(dir, topics)).collect();
    object([("broker", json!(id.get())), ("logDirs", Value::Array(dirs))])
}

fn of_dir((path, dir): (String, Result<LogDir, Error>), topics: &[String]) -> Value {
    let (error, partitions) = match dir {
        Ok(dir) => (Value::Null, dir.partitions),
        Err(error) => (json!(Thrown::from(error).class()), Vec::new()),
    };
    let wanted = |found: &LogDirPartition| {
        topics.is_empty() || topics.iter().any(|topic| *topic == *found.partition.topic)
    };
    let partitions: Vec<LogDirPartition> = partitions.into_iter().filter(wanted).collect();
    let partitions =
        hash_order(partitions, DEFAULT_CAPACITY, |found| partition_hash(&found.partition));
    let partitions = partitions.iter().map(of_partition).collect();
    object([("logDir", json!(path)), ("error", error), ("partitions", Value::Array(partitions))])
}

fn of_partition(found: &LogDirPartition) -> Value {
    object([
        ("partition", json!(found.partition.to_string())),
        ("size", json!(found.size_bytes)),
        ("offsetLag", json!(found.offset_lag)),
        ("isFuture", json!(found.is_future)),
    ])
}

/// An object whose fields stand in the order of a `HashMap`.
fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let fields = hash_map_order(fields.into(), DEFAULT_CAPACITY, |(name, _)| (*name).to_owned());
    let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
    Value::Object(fields.collect::<Map<String, Value>>())
}
