//! A subscription: which topics a member wants, and noticing when that comes to mean something else.

use std::collections::BTreeMap;

use protocol::ids::TopicName;
use regex::Regex;
use tokio::time::Instant;

use super::Consumer;
use super::group::Membership;
use crate::cluster::{ClusterView, Wanted};
use crate::error::Error;

/// What a consumer is subscribed to.
#[derive(Debug)]
pub(super) enum Subscribed {
    /// To nothing: the program assigns.
    Nothing,
    /// To topics.
    Topics(Vec<TopicName>, Seen),
    /// To all topics with such names.
    Pattern(Regex, Seen),
}

/// The topics of the subscription that exist, with their partition counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    counts: BTreeMap<TopicName, usize>,
}

impl Subscribed {
    pub(super) fn topics(topics: impl IntoIterator<Item = TopicName>) -> Self {
        let mut topics: Vec<TopicName> = topics.into_iter().collect();
        topics.sort();
        topics.dedup();
        Self::Topics(topics, Seen::default())
    }

    pub(super) fn pattern(pattern: Regex) -> Self {
        Self::Pattern(pattern, Seen::default())
    }

    /// The names to join with.
    pub(super) fn names(&self) -> Vec<TopicName> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Topics(topics, _) => topics.clone(),
            Self::Pattern(_, seen) => seen.counts.keys().cloned().collect(),
        }
    }

    /// What to ask the cluster for.
    fn wanted(&self) -> Option<Wanted> {
        match self {
            Self::Nothing => None,
            Self::Topics(topics, _) => Some(Wanted::Topics(topics.clone())),
            Self::Pattern(..) => Some(Wanted::All),
        }
    }

    /// What of the subscription there is in a view.
    fn look(&self, view: &ClusterView) -> Seen {
        let fits = |topic: &crate::cluster::Topic| match self {
            Self::Nothing => false,
            Self::Topics(topics, _) => topics.contains(&topic.name),
            // As Kafka does, unless the pattern's author surely means them, which nobody can know.
            Self::Pattern(pattern, _) => !topic.internal && pattern.is_match(&topic.name),
        };
        let known = view.topics.values().filter(|topic| fits(topic));
        Seen { counts: known.map(|topic| (topic.name.clone(), topic.partitions.len())).collect() }
    }

    /// The group has shared out what this view shows.
    pub(super) fn joined(&mut self, view: &ClusterView) {
        let now = self.look(view);
        self.set_seen(now);
    }

    fn set_seen(&mut self, now: Seen) {
        match self {
            Self::Nothing => {}
            Self::Topics(_, seen) | Self::Pattern(_, seen) => *seen = now,
        }
    }

    /// Whether the group has to share out anew: for a pattern, other topics fit; for whoever leads, a topic has come, gone
    /// or grown.
    fn is_outdated(&self, now: &Seen, leads: bool) -> bool {
        match self {
            Self::Nothing => false,
            Self::Topics(_, seen) => leads && seen != now,
            Self::Pattern(_, seen) => {
                let names = |seen: &Seen| seen.counts.keys().cloned().collect::<Vec<_>>();
                names(seen) != names(now) || (leads && seen != now)
            }
        }
    }
}

impl Consumer {
    pub(super) fn start_subscription(&mut self, subscribed: Subscribed) -> Result<(), Error> {
        if self.options.group.is_none() {
            return Err(Error::Invalid("a subscription needs a group; assign needs none".into()));
        }
        if self.options.assignors.is_empty() {
            return Err(Error::Invalid("a subscription needs an assignor".into()));
        }
        if matches!(self.subscribed, Subscribed::Nothing) {
            self.positions = super::Positions::default();
        }
        self.subscribed = subscribed;
        // The next poll looks at the topics, and joins.
        self.view_until = Instant::now();
        if self.membership.is_some() {
            self.join();
        }
        Ok(())
    }

    /// Looks at the cluster when that is due, and (re)joins the group if there is a reason.
    pub(super) async fn look_around(&mut self) -> Result<(), Error> {
        let now = Instant::now();
        let joins = self.membership.is_none() && !matches!(self.subscribed, Subscribed::Nothing);
        if !joins && !self.wants_metadata && now < self.view_until {
            return Ok(());
        }
        let wanted = self.subscribed.wanted().unwrap_or_else(|| self.assigned_topics());
        let cluster = self.cluster.clone();
        let view = match cluster.refresh(wanted).await {
            Ok(view) => view,
            Err(error) if error.is_retriable() && !joins => {
                tracing::debug!(%error, "the view of the cluster stays as it is");
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        self.wants_metadata = false;
        self.view_until = now + self.options.view_age_max;
        let seen = self.subscribed.look(&view);
        if joins {
            self.subscribed.set_seen(seen);
            let group = self.options.group.clone().unwrap_or_default();
            let start = Membership::start;
            self.membership = Some(start(self.cluster.clone(), &group, self.options.clone()));
            self.join();
        } else if self.identity.is_some() && self.subscribed.is_outdated(&seen, self.leads) {
            self.subscribed.set_seen(seen);
            self.rejoin().await;
        }
        Ok(())
    }

    /// The topics that are assigned by hand.
    fn assigned_topics(&self) -> Wanted {
        let partitions = self.positions.partitions().into_iter();
        let mut topics: Vec<TopicName> = partitions.map(|partition| partition.topic).collect();
        topics.dedup();
        Wanted::Topics(topics)
    }

    /// As if the coordinator had said that the group rebalances, which our joining makes true.
    async fn rejoin(&mut self) {
        let rebalancing = super::group::Event::Rebalancing;
        // This event has no way to fail.
        let _ = self.take_event(rebalancing).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use protocol::ids::{LeaderEpoch, PartitionIndex, TopicId};

    use super::*;
    use crate::cluster::{Partition, Topic};

    fn view(topics: &[(&str, i32)]) -> ClusterView {
        let topic = |(name, count): &(&str, i32)| {
            let name = TopicName::new(name).expect("a legal name");
            let partition = |index| Partition {
                index: PartitionIndex(index),
                leader: None,
                leader_epoch: LeaderEpoch::NONE,
                replicas: Vec::new(),
                in_sync: Vec::new(),
                offline: Vec::new(),
            };
            let partitions = (0..*count).map(partition).collect();
            let internal = name.is_internal();
            (name.clone(), Arc::new(Topic { name, id: TopicId::ZERO, internal, partitions }))
        };
        ClusterView { topics: topics.iter().map(topic).collect(), ..ClusterView::default() }
    }

    #[test]
    fn a_pattern_notices_topics_that_come_and_passes_over_internal_ones() {
        let mut subscribed = Subscribed::pattern(Regex::new("^logs|offsets").expect("legal"));
        subscribed.joined(&view(&[("logs-a", 1), ("other", 1), ("__consumer_offsets", 50)]));
        assert_eq!(subscribed.names().len(), 1);
        let grown = subscribed.look(&view(&[("logs-a", 1), ("logs-b", 1)]));
        assert!(subscribed.is_outdated(&grown, false));
    }

    #[test]
    fn only_the_leader_cares_for_new_partitions() {
        let mut subscribed = Subscribed::topics([TopicName::new("t").expect("legal")]);
        subscribed.joined(&view(&[("t", 1)]));
        let grown = subscribed.look(&view(&[("t", 2)]));
        assert!(subscribed.is_outdated(&grown, true));
        assert!(!subscribed.is_outdated(&grown, false));
    }
}
