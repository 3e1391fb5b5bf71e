//! What the members of a consumer group told each other, as JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use protocol::ids::TopicPartition;
use serde_json::{Value, json};

use crate::consumer::protocol::{Assignment, Subscription};

/// The newest version whose fields have names here.
const NEWEST: i16 = 3;

/// Replaces a member's subscription and assignment; bytes that are neither stay what they are.
pub(super) fn replace(member: &mut Value) {
    replace_field(member, "subscription", subscription);
    replace_field(member, "assignment", assignment);
}

fn replace_field(member: &mut Value, name: &str, show: fn(i16, &[u8]) -> Option<Value>) {
    let Some(field) = member.get_mut(name) else { return };
    let bytes = field.as_str().and_then(|text| STANDARD.decode(text).ok());
    let shown = bytes.and_then(|bytes| {
        let version = i16::from_be_bytes(*bytes.first_chunk()?);
        (0..=NEWEST).contains(&version).then(|| show(version, &bytes))?
    });
    if let Some(shown) = shown {
        *field = shown;
    }
}

fn subscription(version: i16, bytes: &[u8]) -> Option<Value> {
    let read = Subscription::decode(bytes).ok()?;
    let topics: Vec<&str> = read.topics.iter().map(|topic| topic.as_str()).collect();
    let mut shown = json!({
        "topics": topics,
        "userData": read.user_data.as_ref().map(|bytes| STANDARD.encode(bytes)),
    });
    if version >= 1 {
        shown["ownedPartitions"] = by_topic(&read.owned);
    }
    if version >= 2 {
        shown["generationId"] = json!(read.generation);
    }
    if version >= 3 {
        shown["rackId"] = json!(read.rack);
    }
    Some(shown)
}

fn assignment(_version: i16, bytes: &[u8]) -> Option<Value> {
    let read = Assignment::decode(bytes).ok()?;
    Some(json!({
        "assignedPartitions": by_topic(&read.partitions),
        "userData": read.user_data.as_ref().map(|bytes| STANDARD.encode(bytes)),
    }))
}

/// Neighbours of one topic together, as they were sent.
fn by_topic(partitions: &[TopicPartition]) -> Value {
    let groups = partitions.chunk_by(|a, b| a.topic == b.topic);
    let shown = groups.map(|group| {
        let topic = group.first().map(|of| of.topic.as_str());
        let numbers: Vec<i32> = group.iter().map(|of| of.partition.get()).collect();
        json!({"topic": topic, "partitions": numbers})
    });
    Value::Array(shown.collect())
}
