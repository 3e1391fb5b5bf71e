//! Observed metrics: read from where they are when somebody asks.

use std::collections::BTreeMap;

use protocol::ids::NodeId;

use super::State;
use super::groups::Group;
use crate::group::GroupState;
use crate::metadata::{Image, Partition};
use crate::node::Broker;
use crate::node::hosted::Hosted;
use crate::node::room::space;
use crate::telemetry::foreign::*;
use crate::telemetry::rows::*;
use crate::telemetry::{MetricRow, Page, observe_process};

/// The process, and where its broker stands.
pub(super) fn process(state: State, page: &mut Page) {
    page.sample(&BROKER_STATE, &[], f64::from(state as u8));
    observe_process(page);
}

/// Everything that this broker has and knows, but for its groups.
pub(super) fn broker(broker: &Broker, page: &mut Page) {
    let image = broker.image();
    hosted(broker, &image, page);
    log_dirs(broker, page);
    cluster(&image, page);
    for topic in image.topics().iter() {
        page.sample(&TOPIC_PARTITIONS, &[&topic.name], topic.partitions.len() as f64);
        for (index, partition) in topic.numbered() {
            replicas(&[&topic.name, &index.to_string()], partition, page);
        }
    }
    quorum(broker, page);
    impossible(page);
}

/// The partitions on this broker.
fn hosted(broker: &Broker, image: &Image, page: &mut Page) {
    let all = broker.registry.partitions();
    let mut leaders = 0;
    let (mut under_replicated, mut under_min, mut at_min) = (0, 0, 0);
    for hosted in &all {
        let Ok(leads) = partition(hosted, page) else { continue };
        if !leads {
            continue;
        }
        leaders += 1;
        let Some(known) = image.partition(&hosted.id.topic, hosted.id.partition) else { continue };
        let wanted = broker.registry.topics().by_id(hosted.topic_id).map_or(1, |topic| {
            usize::try_from(topic.config.min_insync_replicas).unwrap_or(usize::MAX)
        });
        let (is_under, is_at) = (known.isr.len() < wanted, known.isr.len() == wanted);
        under_replicated += usize::from(known.isr.len() < known.replicas.len());
        under_min += usize::from(is_under);
        at_min += usize::from(is_at);
        let labels: [&str; 2] = [&hosted.id.topic, &hosted.id.partition.to_string()];
        page.sample(&PARTITION_UNDER_MIN_ISR, &labels, f64::from(u8::from(is_under)));
        page.sample(&PARTITION_AT_MIN_ISR, &labels, f64::from(u8::from(is_at)));
    }
    page.sample(&PARTITIONS, &[], all.len() as f64);
    page.sample(&LEADERS, &[], f64::from(leaders));
    page.sample(&UNDER_REPLICATED, &[], under_replicated as f64);
    page.sample(&UNDER_MIN_ISR, &[], under_min as f64);
    page.sample(&AT_MIN_ISR, &[], at_min as f64);
}

/// One of them. Returns whether this broker leads it.
fn partition(hosted: &Hosted, page: &mut Page) -> Result<bool, protocol::ErrorCode> {
    let partition = hosted.lock()?;
    let (offsets, leads) = (partition.offsets(), partition.leader().is_ok());
    let (size, segments) = (partition.log().size_bytes(), partition.log().segments().count());
    drop(partition);
    let labels: [&str; 2] = [&hosted.id.topic, &hosted.id.partition.to_string()];
    page.sample(&PARTITION_SIZE, &labels, size as f64);
    page.sample(&PARTITION_SEGMENTS, &labels, segments as f64);
    for (row, offset) in [
        (&PARTITION_START, offsets.start),
        (&PARTITION_END, offsets.end),
        (&PARTITION_HIGH_WATERMARK, offsets.high_watermark),
        (&PARTITION_FLUSHED, offsets.flushed),
    ] {
        page.sample(row, &labels, offset.get() as f64);
    }
    Ok(leads)
}

fn log_dirs(broker: &Broker, page: &mut Page) {
    let mut all_offline = 0;
    for dir in broker.logs.dirs() {
        let path = dir.path().display().to_string();
        let offline = dir.health().failure().is_some();
        all_offline += u32::from(offline);
        page.sample(&DIR_OFFLINE, &[&path], f64::from(u8::from(offline)));
        if let Ok(space) = space(dir.path()) {
            page.sample(&DISK_FREE, &[&path], space.usable as f64);
            page.sample(&DISK_TOTAL, &[&path], space.total as f64);
        }
    }
    page.sample(&DIRS_OFFLINE, &[], f64::from(all_offline));
}

fn cluster(image: &Image, page: &mut Page) {
    let topics = image.topics();
    let offline = topics
        .iter()
        .flat_map(|topic| &topic.partitions)
        .filter(|partition| partition.leader.is_none());
    page.sample(&TOPICS, &[], topics.len() as f64);
    page.sample(&CLUSTER_PARTITIONS, &[], topics.partition_count() as f64);
    page.sample(&OFFLINE_PARTITIONS, &[], offline.count() as f64);
    let imbalanced = topics
        .iter()
        .flat_map(|topic| &topic.partitions)
        .filter(|partition| partition.leader != partition.replicas.first().copied());
    page.sample(&PREFERRED_IMBALANCE, &[], imbalanced.count() as f64);
    let brokers = image.brokers();
    let active = brokers.active().count();
    page.sample(&BROKERS, &[], active as f64);
    page.sample(&FENCED_BROKERS, &[], (brokers.len() - active) as f64);
    for broker in brokers.iter() {
        let address = broker.endpoints.first();
        let address = address.map_or_else(String::new, |at| format!("{}:{}", at.host, at.port));
        page.sample(&BROKER_INFO, &[&broker.id.to_string(), &address], 1.0);
    }
}

fn replicas(labels: &[&str], partition: &Partition, page: &mut Page) {
    let (replicas, in_sync) = (partition.replicas.len(), partition.isr.len());
    let leader = partition.leader.map_or(-1, NodeId::get);
    let preferred =
        partition.leader.is_some() && partition.replicas.first().copied() == partition.leader;
    for (row, value) in [
        (&PARTITION_LEADER, f64::from(leader)),
        (&PARTITION_LEADER_PREFERRED, f64::from(u8::from(preferred))),
        (&PARTITION_REPLICAS, replicas as f64),
        (&PARTITION_IN_SYNC, in_sync as f64),
        (&PARTITION_UNDER_REPLICATED, f64::from(u8::from(in_sync < replicas))),
    ] {
        page.sample(row, labels, value);
    }
}

fn quorum(broker: &Broker, page: &mut Page) {
    let quorum = broker.controller.quorum();
    let leads = quorum.leader == Some(broker.node_id);
    page.sample(&ACTIVE_CONTROLLER, &[], f64::from(u8::from(leads)));
    page.sample(&RAFT_LEADER, &[], f64::from(quorum.leader.map_or(-1, NodeId::get)));
    page.sample(&RAFT_EPOCH, &[], f64::from(quorum.epoch));
    page.sample(&RAFT_HIGH_WATERMARK, &[], quorum.high_watermark.get() as f64);
    let own = quorum.voters.iter().chain(&quorum.observers).find(|one| one.id == broker.node_id);
    if let Some(own) = own {
        page.sample(&RAFT_END, &[], own.log_end_offset.get() as f64);
    }
    page.sample(&RAFT_STATE, &[if leads { "leader" } else { "unattached" }], 1.0);
    if leads {
        page.sample(&RAFT_VOTE, &[], f64::from(broker.node_id.get()));
    }
}

/// What cannot happen on a broker alone.
fn impossible(page: &mut Page) {
    for row in [&REQUEST_QUEUE, &ISR_SHRINKS, &ISR_EXPANDS, &UNCLEAN_ELECTIONS] {
        page.sample(row, &[], 0.0);
    }
}

/// Every state of a group, and the name that the JMX exporter has for their number.
const STATES: [(GroupState, &MetricRow); 5] = [
    (GroupState::Empty, &GROUPS_EMPTY),
    (GroupState::PreparingRebalance, &GROUPS_PREPARING),
    (GroupState::CompletingRebalance, &GROUPS_COMPLETING),
    (GroupState::Stable, &GROUPS_STABLE),
    (GroupState::Dead, &GROUPS_DEAD),
];

/// Consumer groups: their states, their members, and how far they have read.
pub(super) fn groups(groups: &[Group], page: &mut Page) {
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for group in groups {
        *states.entry(group.state.name()).or_default() += 1;
        page.sample(&GROUP_MEMBERS, &[&group.id], group.members.len() as f64);
        let mut by_topic: BTreeMap<&str, (i64, Option<i64>)> = BTreeMap::new();
        for position in &group.positions {
            let labels = [&*group.id, &*position.topic, &*position.partition.to_string()];
            page.sample(&GROUP_OFFSET, &labels, position.committed.get() as f64);
            let (committed, lag) = by_topic.entry(&position.topic).or_default();
            *committed += position.committed.get();
            if let Some(behind) = position.lag {
                page.sample(&GROUP_LAG, &labels, behind as f64);
                *lag = Some(lag.unwrap_or_default() + behind);
            }
        }
        for (topic, (committed, lag)) in by_topic {
            page.sample(&GROUP_OFFSET_SUM, &[&group.id, topic], committed as f64);
            if let Some(lag) = lag {
                page.sample(&GROUP_LAG_SUM, &[&group.id, topic], lag as f64);
            }
        }
    }
    for (state, row) in STATES {
        let count = states.get(state.name()).copied().unwrap_or_default() as f64;
        page.sample(&GROUPS, &[state.name()], count);
        page.sample(row, &[], count);
    }
    page.sample(&GROUPS_ALL, &[], groups.len() as f64);
}
