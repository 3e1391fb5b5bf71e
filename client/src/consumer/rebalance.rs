//! A rebalance: what a consumer gives up and takes over when its group shares out anew.
//!
//! An eager member gives up everything before it joins again; a cooperative one joins with what it has, gives up what the
//! new assignment leaves out, and then joins once more so that others can have it (KIP-429).

use std::collections::BTreeSet;

use protocol::ids::TopicPartition;

use super::Consumer;
use super::group::{Command, Event, Identity};
use crate::error::Error;

/// Someone who wants to know what is read. Called within [`Consumer::poll`].
pub trait RebalanceListener: Send {
    /// These are read from now on.
    fn assigned(&mut self, partitions: &[TopicPartition]) {
        let _ = partitions;
    }

    /// These are not read any more; they were ours until now. What polls returned of them counts as done, and has been
    /// committed if the consumer commits by itself.
    fn revoked(&mut self, partitions: &[TopicPartition]) {
        let _ = partitions;
    }

    /// These are not ours any more, and another member may be reading them already.
    fn lost(&mut self, partitions: &[TopicPartition]) {
        self.revoked(partitions);
    }
}

/// The listener of consumers without one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl RebalanceListener for Silent {}

impl Consumer {
    pub(super) async fn take_event(&mut self, event: Event) -> Result<(), Error> {
        match event {
            Event::Assigned { identity, partitions, leads } => {
                self.take_assignment(identity, &partitions, leads).await;
                Ok(())
            }
            Event::Rebalancing => {
                self.commit_before_rebalance().await;
                if !self.options.is_cooperative() {
                    let all = self.positions.partitions();
                    self.give_up(&all);
                    self.listener.revoked(&all);
                }
                self.join();
                Ok(())
            }
            Event::Lost(error) => {
                tracing::warn!(%error, "the group goes on without this member, which joins again");
                self.lose_everything();
                self.join();
                Ok(())
            }
            Event::Failed(error) => {
                self.lose_everything();
                // The next poll tries again.
                self.membership = None;
                Err(error)
            }
        }
    }

    /// A consumer that is about to leave joins no more, and takes nothing over: it only learns who it is now. What it is to
    /// give up is still its own to commit, for nobody is given that before it has said so.
    pub(super) fn heed_at_the_end(&mut self, event: Event) {
        match event {
            Event::Assigned { identity, .. } => self.identity = Some(identity),
            Event::Rebalancing => {}
            Event::Lost(_) | Event::Failed(_) => self.lose_everything(),
        }
    }

    async fn take_assignment(
        &mut self,
        identity: Identity,
        partitions: &[TopicPartition],
        leads: bool,
    ) {
        let old: BTreeSet<TopicPartition> = self.positions.partitions().into_iter().collect();
        let new: BTreeSet<TopicPartition> = partitions.iter().cloned().collect();
        let revoked: Vec<TopicPartition> = old.difference(&new).cloned().collect();
        let added: Vec<TopicPartition> = new.difference(&old).cloned().collect();
        self.identity = Some(identity);
        self.leads = leads;
        if !revoked.is_empty() {
            self.commit_before_rebalance().await;
            self.give_up(&revoked);
            self.listener.revoked(&revoked);
        }
        added.iter().cloned().for_each(|partition| self.positions.add(partition));
        tracing::debug!(?added, ?revoked, "the group has shared out its partitions");
        self.listener.assigned(&added);
        self.subscribed.joined(&self.cluster.view());
        if !revoked.is_empty() && self.options.is_cooperative() {
            self.join();
        }
    }

    fn give_up(&mut self, partitions: &[TopicPartition]) {
        partitions.iter().for_each(|partition| self.positions.remove(partition));
    }

    fn lose_everything(&mut self) {
        self.identity = None;
        let all = self.positions.partitions();
        self.give_up(&all);
        if !all.is_empty() {
            self.listener.lost(&all);
        }
    }

    /// Joins the group, again if need be, with what is subscribed to and owned now.
    pub(super) fn join(&mut self) {
        let Some(membership) = &self.membership else { return };
        let topics = self.subscribed.names();
        let owned = self.positions.partitions();
        // A task that is gone has told us why.
        let _ = membership.commands.send(Command::Join { topics, owned });
    }
}
