//! A workload file.

use std::time::Duration;

use serde::Deserialize;

use super::{InvalidFile, parse};
use crate::workload::Keys;

/// How many keys there are, where they are dealt out.
const KEYS: u64 = 10_000;

/// A workload, by the names of OpenMessaging's benchmark. Minutes may be broken.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OmbWorkload {
    /// What it is called.
    pub name: String,
    /// How many topics are made.
    pub topics: usize,
    /// Of how many partitions each.
    pub partitions_per_topic: i32,
    /// Which keys records have.
    pub key_distributor: KeyDistributor,
    /// How long values are.
    pub message_size: usize,
    /// Whether values are random to a part.
    pub use_randomized_payloads: bool,
    /// To which part.
    pub random_bytes_ratio: f64,
    /// How many different values there are; here there are always many.
    pub randomized_payload_pool_size: u64,
    /// A file that is the one value of all records.
    pub payload_file: Option<String>,
    /// How many groups read each topic.
    pub subscriptions_per_topic: usize,
    /// Of how many members each.
    #[serde(alias = "consumersPerSubscription")]
    pub consumer_per_subscription: usize,
    /// How many producers each topic has.
    pub producers_per_topic: usize,
    /// Records a second, all together; 0 for as fast as it goes.
    pub producer_rate: f64,
    /// How far readers fall behind before they may catch up.
    #[serde(rename = "consumerBacklogSizeGB")]
    pub consumer_backlog_size_gb: f64,
    /// Which share of that must be read before it counts as read.
    pub backlog_drain_ratio: f64,
    /// How long to measure.
    pub test_duration_minutes: f64,
    /// What does not count.
    pub warmup_duration_minutes: f64,
}

/// Which keys records have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KeyDistributor {
    /// None.
    #[default]
    NoKey,
    /// One after the other.
    KeyRoundRobin,
    /// At random.
    RandomNano,
}

impl Default for OmbWorkload {
    fn default() -> Self {
        Self {
            name: String::new(),
            topics: 1,
            partitions_per_topic: 1,
            key_distributor: KeyDistributor::NoKey,
            message_size: 0,
            use_randomized_payloads: false,
            random_bytes_ratio: 0.0,
            randomized_payload_pool_size: 0,
            payload_file: None,
            subscriptions_per_topic: 0,
            consumer_per_subscription: 0,
            producers_per_topic: 0,
            producer_rate: 0.0,
            consumer_backlog_size_gb: 0.0,
            backlog_drain_ratio: 1.0,
            test_duration_minutes: 0.0,
            warmup_duration_minutes: 1.0,
        }
    }
}

const KNOWN: &[&str] = &[
    "name",
    "topics",
    "partitionsPerTopic",
    "keyDistributor",
    "messageSize",
    "useRandomizedPayloads",
    "randomBytesRatio",
    "randomizedPayloadPoolSize",
    "payloadFile",
    "subscriptionsPerTopic",
    "consumerPerSubscription",
    "consumersPerSubscription",
    "producersPerTopic",
    "producerRate",
    "consumerBacklogSizeGB",
    "backlogDrainRatio",
    "testDurationMinutes",
    "warmupDurationMinutes",
];

impl OmbWorkload {
    /// Reads one, with values set instead of its own; and the keys of the file that mean nothing here.
    ///
    /// # Errors
    /// It is no such file, or what it asks for makes no sense.
    pub fn read(text: &str, set: &[(String, String)]) -> Result<(Self, Vec<String>), InvalidFile> {
        let (workload, strange): (Self, _) = parse(text, KNOWN, set)?;
        workload.check()?;
        Ok((workload, strange))
    }

    fn check(&self) -> Result<(), InvalidFile> {
        let wrong = |what: &str| Err(InvalidFile(what.into()));
        if self.topics == 0 || self.partitions_per_topic < 1 {
            return wrong("topics and partitionsPerTopic must be at least 1");
        }
        if self.producers_per_topic == 0 {
            return wrong("producersPerTopic must be at least 1");
        }
        if self.message_size == 0 && self.payload_file.is_none() {
            return wrong("messageSize is missing");
        }
        if self.consumer_backlog_size_gb > 0.0 && !self.is_read() {
            return wrong(
                "consumerBacklogSizeGB needs subscriptionsPerTopic and consumerPerSubscription",
            );
        }
        if self.consumer_backlog_size_gb > 0.0 && self.producer_rate == 0.0 {
            return wrong("consumerBacklogSizeGB needs a producerRate");
        }
        if !(0.0..=1.0).contains(&self.random_bytes_ratio) {
            return wrong("randomBytesRatio must be between 0 and 1");
        }
        let minutes = [self.test_duration_minutes, self.warmup_duration_minutes];
        match minutes.iter().all(|minutes| (0.0..1e6).contains(minutes)) {
            true => Ok(()),
            false => wrong("durations must be 0 minutes or more"),
        }
    }

    /// Whether anybody reads.
    pub fn is_read(&self) -> bool {
        self.subscriptions_per_topic > 0 && self.consumer_per_subscription > 0
    }

    /// The keys that are meant.
    pub fn keys(&self) -> Keys {
        match self.key_distributor {
            KeyDistributor::NoKey => Keys::None,
            KeyDistributor::KeyRoundRobin => Keys::Cycle(KEYS),
            KeyDistributor::RandomNano => Keys::Random(KEYS),
        }
    }

    /// How long to measure.
    pub fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.test_duration_minutes * 60.0)
    }

    /// What does not count.
    pub fn warmup(&self) -> Duration {
        Duration::from_secs_f64(self.warmup_duration_minutes * 60.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
name: 1 topic / 16 partition / 1Kb

topics: 1
partitionsPerTopic: 16
keyDistributor: \"NO_KEY\"
messageSize: 1024
payloadFile: \"payload/payload-1Kb.data\"
subscriptionsPerTopic: 1
consumerPerSubscription: 2
producersPerTopic: 1
producerRate: 50000
consumerBacklogSizeGB: 0
testDurationMinutes: 15
";

    #[test]
    fn a_file_is_accepted_as_it_is() {
        let (workload, strange) = OmbWorkload::read(FILE, &[]).expect("a workload");
        assert!(strange.is_empty(), "{strange:?}");
        assert_eq!((workload.partitions_per_topic, workload.producer_rate), (16, 50_000.0));
        assert_eq!(workload.duration(), Duration::from_secs(900));
        assert_eq!(workload.warmup(), Duration::from_secs(60), "OpenMessaging's default");
        assert!(workload.is_read());
    }

    #[test]
    fn what_is_set_counts_instead_of_the_file() {
        let set =
            [("producerRate".into(), "100".into()), ("testDurationMinutes".into(), "0.5".into())];
        let (workload, _) = OmbWorkload::read(FILE, &set).expect("a workload");
        assert_eq!((workload.producer_rate, workload.test_duration_minutes), (100.0, 0.5));
        let unknown = OmbWorkload::read(FILE, &[("rate".into(), "1".into())]);
        assert!(unknown.is_err_and(|error| error.0.contains("--set rate")));
    }

    #[test]
    fn what_is_strange_is_told_and_what_makes_no_sense_refused() {
        let (_, strange) =
            OmbWorkload::read(&format!("{FILE}producerStartRate: 10\n"), &[]).expect("x");
        assert_eq!(strange, ["producerStartRate"]);
        for (name, value) in [
            ("topics", "0"),
            ("producersPerTopic", "0"),
            ("randomBytesRatio", "2"),
            ("keyDistributor", "SOME"),
            ("messageSize", "many"),
            ("testDurationMinutes", "-1"),
        ] {
            let set = [(name.to_owned(), value.to_owned())];
            assert!(OmbWorkload::read(FILE, &set).is_err(), "{name}={value}");
        }
    }
}
