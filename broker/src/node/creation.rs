//! Topics that come into being by themselves: on first use, and our own for group coordinators.

use std::sync::Arc;
use std::time::Duration;

use protocol::ErrorCode;
use protocol::ids::{TopicId, TopicName};
use tracing::{info, warn};
use uuid::Uuid;

use super::Broker;
use crate::controller::{CreateTopics, NewTopic};

/// How long an answer waits for the partitions of a topic just made. They take milliseconds; a client whose answer
/// comes first is told to try again.
const HOSTED_WAIT: Duration = Duration::from_secs(5);

/// Lets the controller choose the number (KIP-464).
const DEFAULT: i32 = -1;

impl Broker {
    /// Makes topics that a client asked for and that do not exist, with the defaults.
    pub(crate) async fn auto_create(&self, names: Vec<TopicName>) {
        let new_topic = |name: &TopicName| {
            if &**name == TopicName::CONSUMER_OFFSETS { self.offsets_topic() } else { plain(name) }
        };
        self.create(names.iter().map(new_topic).collect()).await;
        self.await_hosted(names).await;
    }

    /// Makes the topic in which group coordinators keep their state.
    pub(crate) async fn create_offsets_topic(&self) {
        self.create(vec![self.offsets_topic()]).await;
        self.await_hosted(vec![TopicName::new(TopicName::CONSUMER_OFFSETS).expect("a legal name")])
            .await;
    }

    /// Waits until this broker hosts what it is to host of `names`.
    pub(crate) async fn await_hosted(&self, names: Vec<TopicName>) {
        let mut changed = self.registry_changed.subscribe();
        let hosted = changed.wait_for(|_| names.iter().all(|name| self.hosts(name)));
        if tokio::time::timeout(HOSTED_WAIT, hosted).await.is_err() {
            warn!(?names, "the partitions of new topics are not open yet");
        }
    }

    /// Whether every partition of the topic that this broker is to lead is open. A topic that is gone needs nothing.
    fn hosts(&self, name: &TopicName) -> bool {
        let image = self.image();
        let Some(topic) = image.topic(name) else { return true };
        let topics = self.registry.topics();
        let mine = topic.numbered().filter(|(_, partition)| partition.leader == Some(self.node_id));
        mine.map(|(index, _)| index).all(|index| {
            topics.by_id(topic.id).and_then(|hosted| hosted.partition(index)).is_some()
        })
    }

    async fn create(&self, topics: Vec<NewTopic>) {
        let names: Vec<String> = topics.iter().map(|topic| topic.name.clone()).collect();
        match self.controller.submit(CreateTopics { topics, validate_only: false }).await {
            Ok(outcomes) => {
                for (name, outcome) in names.iter().zip(outcomes) {
                    match outcome {
                        Ok(_) => info!(topic = name, "created a topic on first use"),
                        // Another client was faster.
                        Err(refusal) if refusal.code == ErrorCode::TopicAlreadyExists => {}
                        Err(refusal) => {
                            warn!(topic = name, %refusal, "cannot create a topic on first use")
                        }
                    }
                }
            }
            Err(error) => warn!(?names, %error, "cannot create topics on first use"),
        }
    }

    /// Kept for ever and compacted; spread over as many partitions as groups may want to be; and with no more copies
    /// than there are brokers, so that a broker alone needs no other setting.
    fn offsets_topic(&self) -> NewTopic {
        let config = self.config();
        let brokers = i16::try_from(self.image().brokers().active().count()).unwrap_or(i16::MAX);
        let set = |key: &str, value: &str| (Arc::from(key), Some(Arc::from(value)));
        NewTopic {
            name: TopicName::CONSUMER_OFFSETS.to_owned(),
            id: TopicId(Uuid::new_v4()),
            partitions: config.groups.offsets_topic_num_partitions,
            replication_factor: config.groups.offsets_topic_replication_factor.min(brokers.max(1)),
            assignments: Vec::new(),
            configs: vec![
                set("cleanup.policy", "compact"),
                set("compression.type", "producer"),
                set("segment.bytes", &config.groups.offsets_topic_segment_bytes.to_string()),
            ],
        }
    }
}

fn plain(name: &TopicName) -> NewTopic {
    NewTopic {
        name: name.to_string(),
        id: TopicId(Uuid::new_v4()),
        partitions: DEFAULT,
        replication_factor: -1,
        assignments: Vec::new(),
        configs: Vec::new(),
    }
}
