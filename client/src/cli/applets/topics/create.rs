//! `kafka-topics --create`.

use protocol::ErrorCode;

use super::options::{CONFIG, IF_NOT_EXISTS, PARTITIONS, REPLICATION_FACTOR, TOPIC};
use super::{partition, settings};
use crate::admin::NewTopic;
use crate::cli::applets::link::Link;
use crate::cli::applets::{Parsed, Screen, Thrown};
use crate::error::Error;

const COLLISION: &str = "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') \
                         could collide. To avoid issues it is best to use either, but not both.";

/// Makes the topic.
pub(super) async fn create(
    parsed: &Parsed,
    link: &Link,
    screen: &mut Screen,
) -> Result<(), Thrown> {
    let topic = new_topic(parsed)?;
    let collides = topic.name.contains(['.', '_']);
    if let Err(refused) = check_counts(parsed) {
        warn(collides, screen);
        return Err(refused);
    }
    link.reach("createTopics", screen).await?;
    let created = link.admin.create_topics(std::slice::from_ref(&topic), false).await;
    let created =
        created.and_then(|each| each.into_iter().try_for_each(|(_, done)| done.map(drop)));
    let code = created.as_ref().err().and_then(Error::code);
    warn(collides, screen);
    match created {
        Ok(()) => screen.line(format!("Created topic {}.", topic.name)),
        Err(_) if code == Some(ErrorCode::TopicAlreadyExists) && parsed.has(IF_NOT_EXISTS) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn warn(collides: bool, screen: &mut Screen) {
    if collides {
        screen.line(COLLISION);
    }
}

fn new_topic(parsed: &Parsed) -> Result<NewTopic, Thrown> {
    let mut topic = NewTopic::new(parsed.value(TOPIC)?.unwrap_or_default());
    topic.partitions = parsed.number(PARTITIONS)?;
    topic.assignment = partition::assignment(parsed)?;
    topic.configs = configs(parsed)?;
    if topic.assignment.is_empty() {
        topic.replicas =
            parsed.number::<i32>(REPLICATION_FACTOR)?.and_then(|n| i16::try_from(n).ok());
    }
    Ok(topic)
}

/// The limits that Kafka's tool keeps itself.
fn check_counts(parsed: &Parsed) -> Result<(), Thrown> {
    if parsed.number::<i32>(REPLICATION_FACTOR)?.is_some_and(|n| !(1..=32767).contains(&n)) {
        let message = "The replication factor must be between 1 and 32767 inclusive";
        return Err(Thrown::illegal_argument(message));
    }
    if parsed.number::<i32>(PARTITIONS)?.is_some_and(|n| n < 1) {
        return Err(Thrown::illegal_argument("The partitions must be greater than 0"));
    }
    Ok(())
}

/// Each `--config name=value`.
pub(super) fn configs(parsed: &Parsed) -> Result<Vec<(String, String)>, Thrown> {
    let mut configs: Vec<(String, String)> = Vec::new();
    for text in parsed.values(CONFIG)? {
        // Java's split drops what is empty at the end, so a value must not be.
        let mut parts: Vec<&str> = text.split('=').map(str::trim).collect();
        while parts.last().is_some_and(|part| part.is_empty()) {
            parts.pop();
        }
        let [name, value] = parts[..] else {
            let message = "requirement failed: Invalid topic config: all configs to be added must be in the format \"key=val\".";
            return Err(Thrown::illegal_argument(message));
        };
        configs.retain(|(known, _)| known != name);
        configs.push((name.into(), value.into()));
    }
    settings::validate(&configs)?;
    Ok(configs)
}
