//! Reconciliation: what this broker has to do so that it is as the image says.
//!
//! [`plan`] compares what the broker does now ([`Local`]) with what the image wants of it and lists what is missing. It is
//! level-triggered: it looks at states and not at changes, so it does not matter how many images were skipped, or
//! that an action failed; the next plan has it again. It decides nothing and does nothing.
//!
//! ```text
//! image published ─► Diff::between ─► plan_changed ─► [Action] ─► done, one by one, each noted in Local
//!          now and then, and after a failure ─► plan ─┘
//! ```
//!
//! # The order of actions
//!
//! 1. coordinators whose partition is led elsewhere are unloaded, before anybody can hear of the new one from us;
//! 2. what is no longer ours goes, so that a topic that was made again finds its folders free;
//! 3. configuration is set, before a leader takes records under the old one;
//! 4. logs are made, partitions followed, then led;
//! 5. coordinators are loaded, when their partition leads.
//!
//! # What is never deleted
//!
//! Data that was found at the start and that the image does not know is *set aside*, not deleted: whoever loses or swaps
//! the metadata of a broker must not lose its records with it (KIP-858 does the same).

mod action;
mod local;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use protocol::ids::{LeaderEpoch, NodeId, PartitionIndex, TopicName, TopicPartition};

use crate::metadata::{ConfigResource, ConfigValues, Diff, Image, Partition, Topic, TopicDiff};

pub use action::{Action, CoordinatorKind, Leadership};
pub use local::{Local, LocalPartition, LocalTopic, Origin, Role};

/// All that is missing between `local` and what `image` wants of broker `me`, in the order in which it is to be done.
pub fn plan(me: NodeId, local: &Local, image: &Image) -> Vec<Action> {
    let wanted = image.topics().iter().map(|topic| &topic.name);
    let names: BTreeSet<&TopicName> = local.topics.keys().chain(wanted).collect();
    let planner = Planner { me, local, image };
    planner.run(names.into_iter())
}

/// The part of [`plan`] that concerns what differs between the image before and this one. If `local` was in line
/// with the image before, it is all of it; it costs what has changed.
pub fn plan_changed(me: NodeId, local: &Local, image: &Image, diff: &Diff) -> Vec<Action> {
    let name = |diff: &TopicDiff| match diff {
        TopicDiff::Added { name, .. }
        | TopicDiff::Removed { name, .. }
        | TopicDiff::Changed { name, .. } => name.clone(),
    };
    let changed = diff.topics.iter().map(name);
    let configured = diff.configs.iter().filter_map(ConfigResource::as_topic);
    let names: BTreeSet<TopicName> = changed.chain(configured).collect();
    let planner = Planner { me, local, image };
    planner.run(names.iter())
}

struct Planner<'a> {
    me: NodeId,
    local: &'a Local,
    image: &'a Image,
}

impl Planner<'_> {
    fn run<'n>(&self, names: impl Iterator<Item = &'n TopicName>) -> Vec<Action> {
        let mut actions = Vec::new();
        self.plan_broker(&mut actions);
        for name in names {
            let local = self.local.topics.get(name);
            match self.image.topic(name) {
                None => self.plan_gone(name, local, &mut actions),
                Some(topic) => self.plan_topic(topic, local, &mut actions),
            }
            self.plan_coordinators(name, &mut actions);
        }
        // Stable: within a rank, by topic and partition.
        actions.sort_by_key(Action::rank);
        actions
    }

    fn plan_broker(&self, actions: &mut Vec<Action>) {
        let configs = self.image.configs();
        let values = |resource| configs.of(&resource).cloned().unwrap_or_default();
        let all = values(ConfigResource::all_brokers());
        let own = values(ConfigResource::broker(self.me));
        if all != self.local.all_brokers_config || own != self.local.broker_config {
            actions.push(Action::ConfigureBroker { all, own });
        }
    }

    fn plan_gone(&self, name: &TopicName, local: Option<&LocalTopic>, actions: &mut Vec<Action>) {
        for (index, partition) in local.iter().flat_map(|local| &local.partitions) {
            actions.push(remove(name, *index, partition));
        }
    }

    fn plan_topic(&self, topic: &Topic, local: Option<&LocalTopic>, actions: &mut Vec<Action>) {
        let held = |index| local.and_then(|local| local.partitions.get(&index));
        let config = self.image.configs().of_topic(&topic.name).cloned().unwrap_or_default();
        for (index, partition) in topic.numbered() {
            if partition.replicas.contains(&self.me) {
                self.plan_partition(topic, index, partition, held(index), actions);
            }
        }
        for (index, partition) in local.iter().flat_map(|local| &local.partitions) {
            let wanted =
                topic.partition(*index).is_some_and(|each| each.replicas.contains(&self.me));
            if !wanted || partition.topic_id != topic.id {
                actions.push(remove(&topic.name, *index, partition));
            }
        }
        self.plan_config(topic, local, config, actions);
    }

    fn plan_config(
        &self,
        topic: &Topic,
        local: Option<&LocalTopic>,
        config: Arc<ConfigValues>,
        actions: &mut Vec<Action>,
    ) {
        let is_ours = topic.partitions.iter().any(|each| each.replicas.contains(&self.me));
        // The configuration of a topic that this one has replaced goes with its partitions.
        let same =
            |local: &&LocalTopic| local.partitions.values().all(|each| each.topic_id == topic.id);
        let has = local.filter(same).map_or_else(Arc::default, |local| local.config.clone());
        if is_ours && has != config {
            actions.push(Action::Configure { topic: topic.name.clone(), values: config });
        }
    }

    /// A partition of which this broker keeps a copy.
    fn plan_partition(
        &self,
        topic: &Topic,
        index: PartitionIndex,
        wanted: &Partition,
        held: Option<&LocalPartition>,
        actions: &mut Vec<Action>,
    ) {
        let partition = TopicPartition { topic: topic.name.clone(), partition: index };
        let held = held.filter(|held| held.topic_id == topic.id);
        if held.is_none() {
            actions.push(Action::Create { partition: partition.clone(), topic_id: topic.id });
        }
        let role = role(self.me, wanted);
        if held.is_some_and(|held| held.role == role) {
            return;
        }
        actions.push(match role {
            Role::Leader { epoch, partition_epoch } => Action::Lead(Leadership {
                partition,
                epoch,
                partition_epoch,
                replicas: wanted.replicas.clone(),
                isr: wanted.isr.clone(),
            }),
            Role::Follower { leader, epoch } => Action::Follow { partition, leader, epoch },
            Role::Idle { epoch } => Action::Rest { partition, epoch },
        });
    }

    /// The coordinators that live in this topic, if it is one of those.
    fn plan_coordinators(&self, name: &TopicName, actions: &mut Vec<Action>) {
        let Some(kind) = CoordinatorKind::of_topic(name) else {
            return;
        };
        let leads = |index| {
            let partition = self.image.partition(name, index)?;
            (partition.leader == Some(self.me)).then_some(partition.leader_epoch)
        };
        for (index, epoch) in self.local.coordinators(kind) {
            if leads(index) != Some(epoch) {
                actions.push(Action::UnloadCoordinator { kind, partition: index });
            }
        }
        let topic = self.image.topic(name);
        for (index, partition) in topic.iter().flat_map(|topic| topic.numbered()) {
            let epoch = partition.leader_epoch;
            let loaded = self.local.coordinator(kind, index);
            if partition.leader == Some(self.me) && loaded != Some(epoch) {
                actions.push(Action::LoadCoordinator { kind, partition: index, epoch });
            }
        }
    }
}

/// What broker `me` is for a partition of which it keeps a copy.
fn role(me: NodeId, partition: &Partition) -> Role {
    let epoch: LeaderEpoch = partition.leader_epoch;
    match partition.leader {
        Some(leader) if leader == me => {
            Role::Leader { epoch, partition_epoch: partition.partition_epoch }
        }
        Some(leader) => Role::Follower { leader, epoch },
        None => Role::Idle { epoch },
    }
}

fn remove(topic: &TopicName, index: PartitionIndex, local: &LocalPartition) -> Action {
    let partition = TopicPartition { topic: topic.clone(), partition: index };
    let topic_id = local.topic_id;
    match local.origin {
        Origin::Made => Action::Delete { partition, topic_id },
        Origin::Found => Action::SetAside { partition, topic_id },
    }
}
