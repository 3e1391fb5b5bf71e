//! A route: which broker coordinates a group.

use std::collections::BTreeMap;

use protocol::ErrorCode;
use protocol::StrBytes;
use protocol::ids::NodeId;
use protocol::messages::find_coordinator_response::Coordinator;
use protocol::messages::{ApiKey, FindCoordinatorRequest, FindCoordinatorResponse};

use super::{Cluster, Wanted};
use crate::error::Error;

/// What a coordinator is asked for (`key_type` on the wire).
const GROUP: i8 = 0;
/// The first version that asks for several groups at once (KIP-699).
const BATCHED: i16 = 4;

impl Cluster {
    /// The broker that coordinates a group, from memory or by asking. Passing trouble is tried again.
    pub async fn coordinator_of(&self, group: &str) -> Result<NodeId, Error> {
        if let Some(known) = self.shared.coordinators.lock().get(group) {
            return Ok(*known);
        }
        self.retrying(|| async {
            let mut found = self.find_coordinators(&[group]).await?;
            let missing = || Error::refused(doing(group), ErrorCode::CoordinatorNotAvailable, None);
            found.remove(group).ok_or_else(missing)?
        })
        .await
    }

    /// The brokers that coordinate these groups, or why there is none, from one request where the broker can do that.
    pub async fn find_coordinators(
        &self,
        groups: &[&str],
    ) -> Result<BTreeMap<String, Result<NodeId, Error>>, Error> {
        let connection = self.any().await?;
        let version = connection.versions().pick(ApiKey::FindCoordinator, connection.address())?;
        let mut found = BTreeMap::new();
        if version >= BATCHED {
            let keys = groups.iter().map(|group| StrBytes::from_string((*group).into())).collect();
            let request =
                FindCoordinatorRequest::default().with_key_type(GROUP).with_coordinator_keys(keys);
            let answer = connection.call(&request).await?;
            found.extend(answer.coordinators.iter().map(from_batched));
        } else {
            for group in groups {
                let request = FindCoordinatorRequest::default()
                    .with_key_type(GROUP)
                    .with_key(StrBytes::from_string((*group).into()));
                let answer = connection.call(&request).await?;
                found.insert((*group).to_owned(), from_single(group, &answer));
            }
        }
        self.learn(found.values().flatten()).await?;
        let mut coordinators = self.shared.coordinators.lock();
        for (group, node) in &found {
            if let Ok(node) = node {
                coordinators.insert(group.clone(), *node);
            }
        }
        drop(coordinators);
        Ok(found)
    }

    /// The coordinator of a group has turned out to be another, or does not answer.
    pub fn forget_coordinator(&self, group: &str) {
        self.shared.coordinators.lock().remove(group);
    }

    /// Makes sure that the view has these brokers, so that they can be connected to.
    async fn learn(&self, nodes: impl Iterator<Item = &NodeId>) -> Result<(), Error> {
        let view = self.view();
        if nodes.into_iter().any(|node| !view.brokers.contains_key(node)) {
            self.refresh(Wanted::Brokers).await?;
        }
        Ok(())
    }
}

fn from_batched(coordinator: &Coordinator) -> (String, Result<NodeId, Error>) {
    let group = coordinator.key.to_string();
    let checked =
        Error::check(coordinator.error_code, coordinator.error_message.as_deref(), || {
            doing(&group)
        });
    let node = checked.map(|()| NodeId(coordinator.node_id.0));
    (group, node)
}

fn from_single(group: &str, answer: &FindCoordinatorResponse) -> Result<NodeId, Error> {
    let message = answer.error_message.as_deref();
    Error::check(answer.error_code, message, || doing(group))?;
    Ok(NodeId(answer.node_id.0))
}

fn doing(group: &str) -> String {
    format!("find the coordinator of group \"{group}\"")
}
