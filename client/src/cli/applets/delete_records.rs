//! `kafka-delete-records`: records are deleted from the front of partitions.

use std::collections::BTreeMap;
use std::process::ExitCode;

use protocol::ids::{Offset, PartitionIndex, TopicName, TopicPartition};
use serde_json::Value;

use super::link::Link;
use super::{
    Applet, DEFAULT_CAPACITY, Opt, Parser, Screen, Stop, Thrown, hash_order, partition_hash,
};

/// `kafka-delete-records.sh`.
pub(super) const APPLET: Applet = Applet {
    name: "kafka-delete-records",
    classes: &["org.apache.kafka.tools.DeleteRecordsCommand", "kafka.admin.DeleteRecordsCommand"],
    run,
};

const BOOTSTRAP_SERVER: Opt = Opt::value(
    "bootstrap-server",
    "server(s) to use for bootstrapping",
    "REQUIRED: The server to connect to.",
);
const OFFSET_JSON_FILE: Opt = Opt::value(
    "offset-json-file",
    "Offset json file path",
    "REQUIRED: The JSON file with offset per partition. The format to use is:\n\
     {\"partitions\":\n  [{\"topic\": \"foo\", \"partition\": 1, \"offset\": 1}],\n \"version\":1\n}",
);
const COMMAND_CONFIG: Opt = Opt::value(
    "command-config",
    "command config property file path",
    "A property file containing configs to be passed to Admin Client.",
);
const PARSER: Parser =
    Parser::new("kafka-delete-records", &[BOOTSTRAP_SERVER, OFFSET_JSON_FILE, COMMAND_CONFIG]);

/// The only version of the file's form.
const VERSION: i64 = 1;

fn run(words: Vec<String>) -> ExitCode {
    super::start(async move |screen| match delete_records(&words, screen).await {
        Ok(()) => 0,
        Err(stop) => stop.end(&PARSER, screen),
    })
}

async fn delete_records(words: &[String], screen: &mut Screen) -> Result<(), Stop> {
    let parsed = PARSER.parse(words)?;
    parsed.help_or_version(
        "This tool helps to delete records of the given partitions down to the specified offset.",
    )?;
    parsed.require(&[BOOTSTRAP_SERVER, OFFSET_JSON_FILE])?;
    let link = Link::of(&parsed, BOOTSTRAP_SERVER, COMMAND_CONFIG)?;
    let path = parsed.value(OFFSET_JSON_FILE)?.unwrap_or_default();
    let text = std::fs::read_to_string(&path)
        .map_err(|_| Thrown::new("java.io.IOException", format!("Unable to read file {path}")))?;
    let before = offsets(&text)?;

    screen.line("Executing records delete operation");
    let partitions = hash_order(before.keys().cloned().collect(), DEFAULT_CAPACITY, partition_hash);
    let reached = link.reach("deleteRecords(api=METADATA)", screen).await;
    screen.line("Records delete operation completed:");
    for of in partitions {
        let told = match &reached {
            Ok(()) => delete(&link, &of, before.get(&of).copied().flatten()).await,
            Err(thrown) => Err(thrown.clone()),
        };
        screen.line(match told {
            Ok(start) => format!("partition: {of}\tlow_watermark: {start}"),
            Err(thrown) => format!("partition: {of}\terror: {thrown}"),
        });
    }
    Ok(())
}

async fn delete(
    link: &Link,
    of: &TopicPartition,
    before: Option<Offset>,
) -> Result<Offset, Thrown> {
    let wanted = BTreeMap::from([(of.clone(), before)]);
    let each = link.admin.delete_records(&wanted).await?;
    let found = each.into_iter().map(|(_, deleted)| deleted).next();
    found.unwrap_or(Ok(Offset(-1))).map_err(Thrown::from)
}

/// What the file says: the first offset to keep of each partition.
fn offsets(text: &str) -> Result<BTreeMap<TopicPartition, Option<Offset>>, Thrown> {
    let failed = |message: String| {
        Thrown::new("org.apache.kafka.server.common.AdminOperationException", message)
    };
    let json: Value = serde_json::from_str(text)
        .map_err(|_| failed("The input string is not a valid JSON".into()))?;
    let version = json.get("version").map_or(Ok(VERSION), integer)?;
    if version != VERSION {
        return Err(failed(format!("Not supported version field value {version}")));
    }
    let list = json.get("partitions").ok_or_else(|| failed("Missing partitions field".into()))?;
    let mut offsets = BTreeMap::new();
    let mut twice = Vec::new();
    for entry in list.as_array().into_iter().flatten() {
        let (of, offset) = partition(entry)?;
        if offsets.insert(of.clone(), Some(offset)).is_some() && !twice.contains(&of) {
            twice.push(of);
        }
    }
    if twice.is_empty() {
        return Ok(offsets);
    }
    let twice = hash_order(twice, DEFAULT_CAPACITY, partition_hash);
    let twice: Vec<String> = twice.iter().map(ToString::to_string).collect();
    let twice = twice.join(",");
    let class = "org.apache.kafka.server.common.AdminCommandFailedException";
    let message = format!("Offset json file contains duplicate topic partitions: {twice}");
    Err(Thrown::new(class, message))
}

fn partition(entry: &Value) -> Result<(TopicPartition, Offset), Thrown> {
    let field = |name: &str| {
        entry.get(name).ok_or_else(|| mapping(format!("No such field exists: `{name}`")))
    };
    let topic = field("topic")?;
    let topic = topic
        .as_str()
        .ok_or_else(|| mapping(format!("Expected `String` value, received {topic}")))?;
    let topic = TopicName::new(topic)
        .map_err(|_| Thrown::of_code(protocol::ErrorCode::InvalidTopicException, None))?;
    let index = i32::try_from(integer(field("partition")?)?).unwrap_or(-1);
    let offset = Offset(integer(field("offset")?)?);
    Ok((TopicPartition { topic, partition: PartitionIndex(index) }, offset))
}

fn integer(value: &Value) -> Result<i64, Thrown> {
    value.as_i64().ok_or_else(|| mapping(format!("Expected `Integer` value, received {value}")))
}

fn mapping(message: String) -> Thrown {
    Thrown::new("com.fasterxml.jackson.databind.JsonMappingException", message)
}
