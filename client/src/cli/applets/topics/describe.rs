//! `kafka-topics --describe`.

use std::collections::BTreeMap;

use protocol::ids::{TopicId, TopicName};

use super::options::{
    AT_MIN_ISR, IF_EXISTS, SIZE_LIMIT, TOPIC_ID, UNAVAILABLE, UNDER_MIN_ISR, UNDER_REPLICATED,
    WITH_OVERRIDES,
};
use super::{partition::numbers, select};
use crate::admin::{ConfigEntry, ConfigSource, PartitionDescription, Resource, TopicDescription};
use crate::cli::applets::link::Link;
use crate::cli::applets::{DEFAULT_CAPACITY, Parsed, Screen, Thrown, hash_map_order, why_no_uuid};
use crate::cluster::Wanted;

/// `--partition-size-limit-per-response` where nobody sets it.
const SIZE_LIMIT_DEFAULT: i32 = 2000;

/// Prints the topics with their partitions, or those partitions that are in trouble.
pub(super) async fn describe(
    parsed: &Parsed,
    link: &Link,
    screen: &mut Screen,
) -> Result<(), Thrown> {
    let topics = match wanted_id(parsed)? {
        Some(id) => by_id(parsed, link, id, screen).await?,
        None => by_name(parsed, link, screen).await?,
    };
    let configs = configs(link, &topics).await?;
    let nobody = Vec::new();
    for topic in &topics {
        let configs = configs.get(&topic.name).unwrap_or(&nobody);
        let told = Told { parsed, link, topic, configs };
        if told.whole_topics() && !(parsed.has(WITH_OVERRIDES) && overrides(configs).is_empty()) {
            screen.line(told.topic_line());
        }
        if !parsed.has(WITH_OVERRIDES) {
            let told_of = topic.partitions.iter().filter(|partition| told.tells_of(partition));
            told_of.for_each(|partition| screen.line(told.partition_line(partition)));
        }
    }
    Ok(())
}

fn wanted_id(parsed: &Parsed) -> Result<Option<TopicId>, Thrown> {
    let Some(text) = parsed.value(TOPIC_ID)? else { return Ok(None) };
    let id: TopicId = text.parse().map_err(|_| Thrown::illegal_argument(why_no_uuid(&text)))?;
    Ok(Some(id).filter(|id| *id != TopicId::ZERO))
}

async fn by_id(
    parsed: &Parsed,
    link: &Link,
    id: TopicId,
    screen: &mut Screen,
) -> Result<Vec<TopicDescription>, Thrown> {
    link.reach("listTopics", screen).await?;
    let view = link.admin.cluster().refresh(Wanted::All).await?;
    let found = view.topics.values().find(|topic| topic.id == id);
    match found {
        Some(topic) => Ok(vec![TopicDescription::from_view(topic)]),
        None if parsed.has(IF_EXISTS) => Ok(Vec::new()),
        None => {
            let message = format!("TopicId '{id}' does not exist as expected");
            Err(Thrown::illegal_argument(message))
        }
    }
}

async fn by_name(
    parsed: &Parsed,
    link: &Link,
    screen: &mut Screen,
) -> Result<Vec<TopicDescription>, Thrown> {
    let limit = parsed.number(SIZE_LIMIT)?.unwrap_or(SIZE_LIMIT_DEFAULT);
    let names = select::topics(parsed, link, screen).await?;
    select::ensure_found(parsed, &names)?;
    let each = link.admin.describe_topics(&names, limit).await?;
    let topics = each.into_iter().map(|(_, topic)| topic).collect::<Result<Vec<_>, _>>()?;
    let count = topics.len();
    Ok(hash_map_order(topics, count, |topic: &TopicDescription| topic.name.to_string()))
}

async fn configs(
    link: &Link,
    topics: &[TopicDescription],
) -> Result<BTreeMap<TopicName, Vec<ConfigEntry>>, Thrown> {
    let resources: Vec<Resource> =
        topics.iter().map(|topic| Resource::Topic(topic.name.to_string())).collect();
    let mut configs = BTreeMap::new();
    for (topic, (_, entries)) in topics.iter().zip(link.admin.describe_configs(&resources).await?) {
        let entries =
            hash_map_order(entries?, DEFAULT_CAPACITY, |entry: &ConfigEntry| entry.name.clone());
        configs.insert(topic.name.clone(), entries);
    }
    Ok(configs)
}

/// What is set on the topic, or for all topics by a broker.
fn overrides(configs: &[ConfigEntry]) -> Vec<&ConfigEntry> {
    configs.iter().filter(|entry| entry.source != ConfigSource::Default).collect()
}

/// One topic, and what of it is told.
struct Told<'a> {
    parsed: &'a Parsed,
    link: &'a Link,
    topic: &'a TopicDescription,
    configs: &'a [ConfigEntry],
}

impl Told<'_> {
    /// Whether topics are told of as a whole, and not only the partitions in trouble.
    fn whole_topics(&self) -> bool {
        self.parsed.count(&[UNAVAILABLE, UNDER_REPLICATED, UNDER_MIN_ISR, AT_MIN_ISR]) == 0
    }

    fn topic_line(&self) -> String {
        let set = |entry: &&ConfigEntry| {
            format!("{}={}", entry.name, entry.value.as_deref().unwrap_or("null"))
        };
        let configs: Vec<String> = overrides(self.configs).iter().map(set).collect();
        let topic = self.topic;
        let id = match topic.id == TopicId::ZERO {
            true => String::new(),
            false => format!("\tTopicId: {}", topic.id),
        };
        let replicas = topic.partitions.first().map_or(0, |first| first.replicas.len());
        format!(
            "Topic: {}{id}\tPartitionCount: {}\tReplicationFactor: {replicas}\tConfigs: {}",
            topic.name,
            topic.partitions.len(),
            configs.join(",")
        )
    }

    fn partition_line(&self, partition: &PartitionDescription) -> String {
        let eligible = |brokers: &Option<Vec<_>>| match brokers {
            Some(brokers) => numbers(brokers),
            None => "N/A".into(),
        };
        format!(
            "\tTopic: {}\tPartition: {}\tLeader: {}\tReplicas: {}\tIsr: {}\tElr: {}\tLastKnownElr: {}",
            self.topic.name,
            partition.index,
            partition.leader.map_or_else(|| "none".into(), |leader| leader.to_string()),
            numbers(&partition.replicas),
            numbers(&partition.in_sync),
            eligible(&partition.eligible),
            eligible(&partition.last_known_eligible),
        )
    }

    fn tells_of(&self, partition: &PartitionDescription) -> bool {
        let has = |option| self.parsed.has(option);
        let (in_sync, least) = (partition.in_sync.len(), self.min_in_sync());
        let alive = |id| self.link.admin.cluster().view().brokers.contains_key(&id);
        self.whole_topics()
            || has(UNDER_REPLICATED) && partition.replicas.len() > in_sync
            || has(UNAVAILABLE) && !partition.leader.is_some_and(alive)
            || has(UNDER_MIN_ISR) && (partition.leader.is_none() || in_sync < least)
            || has(AT_MIN_ISR) && in_sync == least
    }

    fn min_in_sync(&self) -> usize {
        let entry = self.configs.iter().find(|entry| entry.name == "min.insync.replicas");
        entry.and_then(|entry| entry.value.as_ref()?.parse().ok()).unwrap_or(1)
    }
}
