//! `sapwood dev --demo`: a topic that somebody writes to, to look at and to read from.
//!
//! The records are those of a small web shop, made by counting, and written by the ordinary client over the network.

use std::time::Duration;

use client::address::Address;
use client::admin::{Admin, NewTopic};
use client::cluster::{Cluster, ClusterOptions};
use client::error::Error;
use client::producer::{Producer, ProducerOptions, Record};
use protocol::ErrorCode;
use protocol::ids::TopicName;
use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

/// The topic.
pub(super) const TOPIC: &str = "demo";
/// How many partitions it gets.
const PARTITIONS: i32 = 3;
/// One record in this time: ten in a second.
const INTERVAL: Duration = Duration::from_millis(100);
/// A demonstration that is left running over night shall not fill the disk.
const RETENTION_MS: &str = "3600000";
const SEGMENT_BYTES: &str = "1048576";

/// What feeds the topic; dropped, it stops.
#[derive(Debug)]
pub(super) struct Demo(JoinHandle<()>);

impl Demo {
    /// Begins to feed the topic of the broker at this address.
    pub(super) fn begin(address: Address) -> Self {
        Self(tokio::spawn(async move {
            if let Err(error) = feed(address).await {
                tracing::warn!(%error, topic = TOPIC, "the demonstration ends");
            }
        }))
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn feed(address: Address) -> Result<(), Error> {
    let cluster = Cluster::lazily(ClusterOptions::new(vec![address]));
    create(&Admin::new(cluster.clone())).await?;
    let producer = Producer::new(cluster, ProducerOptions::default())?;
    let topic = TopicName::new(TOPIC).expect("the name is legal");
    let mut ticks = tokio::time::interval(INTERVAL);
    // After a pause (a laptop that slept) the stream is as gentle as before.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for number in 0.. {
        ticks.tick().await;
        // What the broker says of one record is no reason not to write the next.
        drop(producer.send(record(topic.clone(), number)).await?);
    }
    Ok(())
}

/// Makes the topic, if it is not there from the last time.
async fn create(admin: &Admin) -> Result<(), Error> {
    let topic = NewTopic::new(TOPIC)
        .partitions(PARTITIONS)
        .config("retention.ms", RETENTION_MS)
        .config("segment.bytes", SEGMENT_BYTES);
    for (_, created) in admin.create_topics(&[topic], false).await? {
        match created {
            Err(error) if error.code() != Some(ErrorCode::TopicAlreadyExists) => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// What the shop's server noted of one request. The numbers only look like chance.
fn record(topic: TopicName, number: u64) -> Record {
    const PATHS: [&str; 5] = ["/", "/search", "/item", "/cart", "/checkout"];
    let pick = |count: usize| usize::try_from(mixed(number)).unwrap_or(0) % count;
    let user = format!("user-{}", mixed(number) % 40);
    let value = json!({
        "request": number,
        "user": user,
        "path": PATHS[pick(PATHS.len())],
        "status": if number % 25 == 24 { 500 } else { 200 },
        "duration_ms": 3 + mixed(number + 1) % 120,
    });
    Record::new(topic, value.to_string()).key(user)
}

/// Spreads numbers that follow each other (the constant is 2^32 through the golden ratio).
fn mixed(number: u64) -> u64 {
    (number.wrapping_mul(2_654_435_769) >> 8) & 0xff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_json_with_the_user_as_key() {
        let topic = TopicName::new(TOPIC).expect("legal");
        let record = record(topic, 24);
        let value = record.value.expect("a value");
        let value: serde_json::Value = serde_json::from_slice(&value).expect("JSON");
        assert_eq!((&value["request"], &value["status"]), (&24.into(), &500.into()));
        assert_eq!(record.key.as_deref(), value["user"].as_str().map(str::as_bytes));
    }
}
