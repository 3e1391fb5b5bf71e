//! `kafka-get-offsets`: where partitions begin, end, or were at a time.

mod filter;
mod options;

use std::process::ExitCode;

use protocol::ids::{TimestampMs, TopicName, TopicPartition};

use super::link::{Link, command_config};
use super::{Applet, DEFAULT_CAPACITY, Parsed, Screen, Stop, Thrown, hash_map_order};
use crate::admin::{Isolation, OffsetAt};
use crate::cluster::Wanted;
use filter::Filter;
use options::{
    BOOTSTRAP_SERVER, COMMAND_CONFIG, EXCLUDE_INTERNAL, PARSER, PARTITIONS, TIME, TOPIC,
    TOPIC_PARTITIONS,
};

/// `kafka-get-offsets.sh`.
pub(super) const APPLET: Applet = Applet {
    name: "kafka-get-offsets",
    classes: &["org.apache.kafka.tools.GetOffsetShell", "kafka.tools.GetOffsetShell"],
    run,
};

/// Each name of a time, and the number that asks for it.
const TIMES: &[(&str, i64)] = &[
    ("latest", -1),
    ("earliest", -2),
    ("max-timestamp", -3),
    ("earliest-local", -4),
    ("latest-tiered", -5),
    ("earliest-pending-upload", -6),
];

fn run(words: Vec<String>) -> ExitCode {
    super::start(async move |screen| {
        let done = get_offsets(&words, screen).await;
        let stop = match done {
            Ok(()) => return 0,
            Err(stop) => stop,
        };
        stop.settle(&PARSER, screen).unwrap_or_else(|thrown| {
            screen.complain(format!("Error occurred: {}", thrown.message()));
            1
        })
    })
}

async fn get_offsets(words: &[String], screen: &mut Screen) -> Result<(), Stop> {
    let parsed = options::parse(words)?;
    if parsed.has(TOPIC_PARTITIONS) && parsed.count(&[TOPIC, PARTITIONS]) > 0 {
        let message = "--topic-partitions cannot be used with --topic or --partitions";
        return Err(terse(message).into());
    }
    let at = time(&parsed)?;
    let filter = Filter::of(&parsed)?;
    let mut config = command_config(parsed.value(COMMAND_CONFIG)?.as_deref())?;
    config.set("client.id", "GetOffsetShell");
    let link = Link::new(parsed.value(BOOTSTRAP_SERVER)?.as_deref(), &config)?;
    let partitions = partitions(&parsed, &filter, &link, screen).await?;
    if partitions.is_empty() {
        let message = "Could not match any topic-partitions with the specified filters";
        return Err(terse(message).into());
    }
    Ok(print(&partitions, at, &link, screen).await?)
}

/// Kafka's exception for what needs no stack trace.
fn terse(message: &str) -> Thrown {
    Thrown::new("org.apache.kafka.tools.TerseException", message)
}

fn time(parsed: &Parsed) -> Result<OffsetAt, Thrown> {
    let text = parsed.value(TIME)?.unwrap_or_default();
    let named = TIMES.iter().find(|(name, _)| *name == text).map(|(_, number)| *number);
    let malformed = || {
        terse(&format!(
            "Malformed time argument {text}. Please use -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or \
             earliest-local / -5 or latest-tiered / -6 or earliest-pending-upload, or a specified long format timestamp"
        ))
    };
    let number = named.or_else(|| text.parse().ok()).ok_or_else(malformed)?;
    Ok(OffsetAt::Timestamp(TimestampMs(number)))
}

/// The partitions that pass the filter. The order of errors about them is that of Kafka's maps.
async fn partitions(
    parsed: &Parsed,
    filter: &Filter,
    link: &Link,
    screen: &mut Screen,
) -> Result<Vec<TopicPartition>, Thrown> {
    link.reach("listTopics", screen).await.map_err(Thrown::in_execution)?;
    let view = link.admin.cluster().refresh(Wanted::All).await?;
    let exclude = parsed.has(EXCLUDE_INTERNAL);
    let topics = view.topics.values().filter(|topic| !(exclude && topic.internal));
    let topics = topics.filter(|topic| filter.takes_topic(&topic.name)).collect();
    let topics = hash_map_order(topics, DEFAULT_CAPACITY, |topic| topic.name.to_string());
    let partitions = topics.into_iter().flat_map(|topic| topic.topic_partitions());
    Ok(partitions.filter(|of| filter.takes(&of.topic, of.partition.get())).collect())
}

async fn print(
    partitions: &[TopicPartition],
    at: OffsetAt,
    link: &Link,
    screen: &mut Screen,
) -> Result<(), Thrown> {
    let wanted = partitions.iter().map(|of| (of.clone(), at)).collect();
    let mut listed = link.admin.list_offsets(&wanted, Isolation::ReadUncommitted).await?;
    let mut found: Vec<(String, &TopicName, i32, i64)> = Vec::new();
    for of in partitions {
        match listed.remove(of) {
            Some(Ok(listed)) => found.extend(
                listed
                    .offset
                    .map(|offset| (of.to_string(), &of.topic, of.partition.get(), offset.get())),
            ),
            Some(Err(error)) => screen.complain(format!(
                "Skip getting offsets for topic-partition {of} due to error: {}",
                Thrown::from(error)
            )),
            None => {}
        }
    }
    found.sort();
    for (_, topic, partition, offset) in found {
        screen.line(format!("{topic}:{partition}:{offset}"));
    }
    Ok(())
}
