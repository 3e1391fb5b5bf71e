//! Partitions: topics grow, leaders change their in-sync replicas, operators ask for elections.

use std::collections::BTreeSet;
use std::sync::Arc;

use protocol::ErrorCode;
use protocol::ids::{LeaderEpoch, NodeId, PartitionIndex, TopicId, TopicName};

use super::draft::Draft;
use super::leaders::{self, Settled};
use super::topics::{self, TopicRef};
use super::{Controller, Refusal, assignment, placement};
use crate::metadata::{Partition, PartitionChangeRecord, Topic};

/// Topics that are to have more partitions.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatePartitions {
    /// The topics. Each grows or is refused on its own.
    pub topics: Vec<MorePartitions>,
    /// Only say what would happen.
    pub validate_only: bool,
}

/// A topic that is to have more partitions.
#[derive(Clone, Debug, PartialEq)]
pub struct MorePartitions {
    /// The topic.
    pub name: String,
    /// How many partitions it is to have in all.
    pub count: i32,
    /// Which brokers keep each of the new ones; `None`: the controller chooses.
    pub assignments: Option<Vec<Vec<NodeId>>>,
}

/// A leader's proposal of new in-sync replicas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlterPartition {
    /// The leader.
    pub broker: NodeId,
    /// Its broker epoch.
    pub broker_epoch: i64,
    /// The partitions.
    pub partitions: Vec<IsrChange>,
}

/// The proposal for one partition: valid only for the state that the leader knew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IsrChange {
    /// The topic.
    pub topic_id: TopicId,
    /// The partition.
    pub partition: PartitionIndex,
    /// The epoch in which the broker leads.
    pub leader_epoch: LeaderEpoch,
    /// The partition epoch that it knew.
    pub partition_epoch: i32,
    /// The in-sync replicas that it proposes. It is one of them itself.
    pub isr: Vec<NodeId>,
}

/// A partition as the controller has it after a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionState {
    /// Who leads.
    pub leader: Option<NodeId>,
    /// From which epoch on.
    pub leader_epoch: LeaderEpoch,
    /// Which replicas are in sync.
    pub isr: Arc<[NodeId]>,
    /// The state's own epoch.
    pub partition_epoch: i32,
}

/// Partitions for which a leader is to be elected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElectLeaders {
    /// Whether a replica may lead that is not in sync, when nobody is. Records can be lost then.
    pub unclean: bool,
    /// The partitions; `None`: all.
    pub partitions: Option<Vec<(String, PartitionIndex)>>,
}

/// What became of one partition's election.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Election {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: PartitionIndex,
    /// Why there is no new leader, if there is none.
    pub outcome: Result<(), Refusal>,
}

impl Controller {
    pub(super) fn create_partitions(
        &self,
        request: CreatePartitions,
        draft: &mut Draft,
    ) -> Vec<Result<(), Refusal>> {
        let CreatePartitions { topics, validate_only } = request;
        let mut named = BTreeSet::new();
        let mut grow = |topic: &MorePartitions| {
            if !named.insert(topic.name.clone()) {
                let message = format!("topic {:?} is in the request more than once", topic.name);
                return Err(Refusal::new(ErrorCode::InvalidRequest, message));
            }
            draft.attempt(validate_only, |draft| self.grow(topic, draft))
        };
        topics.iter().map(&mut grow).collect()
    }

    fn grow(&self, request: &MorePartitions, draft: &mut Draft) -> Result<(), Refusal> {
        let topic = topics::find(&TopicRef::Name(request.name.clone()), draft)?.clone();
        let more = self.how_many_more(request, &topic)?;
        let first = PartitionIndex(topic.partitions.len() as i32);
        let assignments = match &request.assignments {
            Some(assignments) => {
                check_added(assignments, more, &topic, draft)?;
                assignments.clone()
            }
            None => {
                let copies = topic.replication_factor();
                let wanted =
                    placement::Request { topic: topic.id, first, partitions: more, copies };
                placement::place(&wanted, draft.image().brokers())?
            }
        };
        for (partition, replicas) in (first.get()..).map(PartitionIndex).zip(assignments) {
            draft.add(topics::new_partition(topic.id, partition, replicas, draft)?);
        }
        Ok(())
    }

    fn how_many_more(&self, request: &MorePartitions, topic: &Topic) -> Result<usize, Refusal> {
        let (has, wanted) = (topic.partitions.len(), request.count);
        let more = usize::try_from(wanted).ok().and_then(|wanted| wanted.checked_sub(has));
        let Some(more @ 1..) = more else {
            let message =
                format!("topic {} has {has} partition(s); {wanted} would not be more", topic.name);
            return Err(Refusal::new(ErrorCode::InvalidPartitions, message));
        };
        self.check_partitions_per_request(more)?;
        Ok(more)
    }

    pub(super) fn alter_partition(
        &self,
        request: &AlterPartition,
        draft: &mut Draft,
    ) -> Result<Vec<Result<PartitionState, Refusal>>, Refusal> {
        super::brokers::check_epoch(request.broker, request.broker_epoch, draft)?;
        let alter = |change| alter_one(request.broker, change, draft);
        Ok(request.partitions.iter().map(alter).collect())
    }

    pub(super) fn elect_leaders(&self, request: ElectLeaders, draft: &mut Draft) -> Vec<Election> {
        let partitions = request.partitions.unwrap_or_else(|| all_partitions(draft));
        let mut elect = |(topic, partition): (String, PartitionIndex)| {
            let outcome = elect(&topic, partition, request.unclean, draft);
            Election { topic, partition, outcome }
        };
        partitions.into_iter().map(&mut elect).collect()
    }
}

fn check_added(
    assignments: &[Vec<NodeId>],
    more: usize,
    topic: &Topic,
    draft: &Draft,
) -> Result<(), Refusal> {
    if assignments.len() != more {
        let message = format!("{more} partition(s) are added, but {} assigned", assignments.len());
        return Err(Refusal::new(ErrorCode::InvalidReplicaAssignment, message));
    }
    assignment::check(assignments, topic.replication_factor(), draft.image().brokers())
}

/// Compare and swap: the proposal counts only if it was made in the state that the controller has (KIP-497).
fn alter_one(
    broker: NodeId,
    change: &IsrChange,
    draft: &mut Draft,
) -> Result<PartitionState, Refusal> {
    let topic = topics::find(&TopicRef::Id(change.topic_id), draft)?.clone();
    let Some(partition) = topic.partition(change.partition) else {
        let message = format!("topic {} has no partition {}", topic.name, change.partition);
        return Err(Refusal::new(ErrorCode::UnknownTopicOrPartition, message));
    };
    check_proposal(broker, change, &topic, partition)?;
    check_proposed(change, &topic.name, partition, draft)?;
    let record = PartitionChangeRecord {
        topic_id: topic.id,
        partition: change.partition,
        replicas: None,
        isr: Some(change.isr.as_slice().into()),
        leader: None,
        partition_epoch: partition.partition_epoch + 1,
    };
    let state = PartitionState {
        leader: partition.leader,
        leader_epoch: partition.leader_epoch,
        isr: change.isr.as_slice().into(),
        partition_epoch: record.partition_epoch,
    };
    draft.add(record);
    Ok(state)
}

/// Whether the proposal comes from the leader, in the epoch and for the state that count.
fn check_proposal(
    broker: NodeId,
    change: &IsrChange,
    topic: &Topic,
    partition: &Partition,
) -> Result<(), Refusal> {
    let refuse = |code, what: &str| {
        let message = format!("broker {broker} and {}-{}: {what}", topic.name, change.partition);
        Err(Refusal::new(code, message))
    };
    // A broker that knows more than we do speaks to a controller that has been replaced.
    let ahead = change.leader_epoch > partition.leader_epoch
        || change.partition_epoch > partition.partition_epoch;
    if ahead {
        return refuse(ErrorCode::NotController, "its epochs are ahead of this controller's");
    }
    if change.leader_epoch < partition.leader_epoch {
        return refuse(ErrorCode::FencedLeaderEpoch, "its leader epoch is over");
    }
    if partition.leader != Some(broker) {
        return refuse(ErrorCode::InvalidRequest, "it does not lead");
    }
    if change.partition_epoch < partition.partition_epoch {
        return refuse(ErrorCode::InvalidUpdateVersion, "the partition has changed since");
    }
    Ok(())
}

/// Whether the in-sync replicas that are proposed may be so.
fn check_proposed(
    change: &IsrChange,
    topic: &TopicName,
    partition: &Partition,
    draft: &Draft,
) -> Result<(), Refusal> {
    let distinct: BTreeSet<&NodeId> = change.isr.iter().collect();
    let are_replicas = change.isr.iter().all(|id| partition.replicas.contains(id));
    let with_leader = partition.leader.is_some_and(|leader| change.isr.contains(&leader));
    if distinct.len() != change.isr.len() || !are_replicas || !with_leader {
        let message = format!(
            "{:?} cannot be the in-sync replicas of {topic}-{}",
            change.isr, change.partition
        );
        return Err(Refusal::new(ErrorCode::InvalidRequest, message));
    }
    let brokers = draft.image().brokers();
    match change.isr.iter().find(|id| !leaders::may_lead(brokers, **id)) {
        None => Ok(()),
        Some(fenced) => Err(Refusal::new(
            ErrorCode::IneligibleReplica,
            format!("broker {fenced} is fenced or stopping and cannot be in sync"),
        )),
    }
}

fn all_partitions(draft: &Draft) -> Vec<(String, PartitionIndex)> {
    let topics = draft.image().topics().iter();
    let partitions = |topic: &Arc<Topic>| {
        let name = topic.name.to_string();
        (0..topic.partitions.len() as i32).map(move |index| (name.clone(), PartitionIndex(index)))
    };
    topics.flat_map(partitions).collect()
}

fn elect(
    name: &str,
    index: PartitionIndex,
    unclean: bool,
    draft: &mut Draft,
) -> Result<(), Refusal> {
    let image = draft.image().clone();
    let found = image.topic(name).and_then(|topic| Some((topic, topic.partition(index)?)));
    let Some((topic, partition)) = found else {
        let message = format!("there is no partition {name}-{index}");
        return Err(Refusal::new(ErrorCode::UnknownTopicOrPartition, message));
    };
    let alive = |id: NodeId| leaders::may_lead(image.brokers(), id);
    let settled = match unclean {
        true => elect_unclean(partition, alive)?,
        false => elect_preferred(partition, alive)?,
    };
    draft.add(settled.record(topic.id, index, partition));
    Ok(())
}

fn elect_preferred(
    partition: &Partition,
    alive: impl Fn(NodeId) -> bool,
) -> Result<Settled, Refusal> {
    let preferred = partition.replicas.first().copied();
    if partition.leader == preferred {
        let message = "the preferred replica leads already";
        return Err(Refusal::new(ErrorCode::ElectionNotNeeded, message));
    }
    let may = preferred.filter(|id| partition.isr.contains(id) && alive(*id));
    match may {
        Some(_) => Ok(Settled { isr: partition.isr.clone(), leader: may, new_leadership: true }),
        None => Err(Refusal::new(
            ErrorCode::PreferredLeaderNotAvailable,
            "the preferred replica is not alive or not in sync",
        )),
    }
}

fn elect_unclean(
    partition: &Partition,
    alive: impl Fn(NodeId) -> bool,
) -> Result<Settled, Refusal> {
    if partition.leader.is_some() {
        return Err(Refusal::new(ErrorCode::ElectionNotNeeded, "the partition has a leader"));
    }
    let candidates = || partition.replicas.iter().copied().filter(|id| alive(*id));
    let clean = candidates().find(|id| partition.isr.contains(id));
    let isr = match clean {
        Some(_) => partition.isr.clone(),
        None => candidates().take(1).collect(),
    };
    match clean.or_else(|| candidates().next()) {
        None => Err(Refusal::new(
            ErrorCode::EligibleLeadersNotAvailable,
            "no replica of the partition is alive",
        )),
        leader => Ok(Settled { isr, leader, new_leadership: true }),
    }
}
