//! The nodes: which connections are open to which broker.

use std::collections::HashMap;

use protocol::ids::NodeId;

use super::view::ClusterView;
use crate::address::Address;
use crate::connection::Connection;

/// What a connection is used for. Requests of one lane wait for each other, lanes do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Metadata, admin requests, offsets, and Produce.
    Ordinary,
    /// Long polls: Fetch.
    Fetch,
    /// A group's JoinGroup (which may wait for the whole group), heartbeats and commits.
    Group,
}

/// The open connections.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    open: HashMap<(NodeId, Lane), Connection>,
    /// The connection to a bootstrap address, until we learn which broker that is.
    bootstrap: Option<Connection>,
    /// The bootstrap address that answered last, for the explanation of those that do not.
    answered: Option<Address>,
}

impl Nodes {
    /// The connection to a broker, if it is open.
    pub(super) fn get(&mut self, id: NodeId, lane: Lane) -> Option<Connection> {
        let connection = self.open.get(&(id, lane))?;
        if connection.ended().is_some() {
            self.open.remove(&(id, lane));
            return None;
        }
        Some(connection.clone())
    }

    /// An ordinary connection to any broker.
    pub(super) fn any(&mut self) -> Option<Connection> {
        self.open.retain(|_, connection| connection.ended().is_none());
        self.bootstrap.take_if(|connection| connection.ended().is_some());
        let ordinary = || self.open.iter().find(|((_, lane), _)| *lane == Lane::Ordinary);
        self.bootstrap.as_ref().or_else(|| Some(ordinary()?.1)).cloned()
    }

    pub(super) fn keep(&mut self, id: NodeId, lane: Lane, connection: Connection) {
        self.open.insert((id, lane), connection);
    }

    pub(super) fn keep_bootstrap(&mut self, connection: Connection) {
        self.answered = Some(connection.address().clone());
        self.bootstrap = Some(connection);
    }

    pub(super) fn bootstrap_address(&self) -> Option<Address> {
        self.answered.clone()
    }

    /// If a broker advertises the very address that we bootstrapped from, that connection is the one to it.
    pub(super) fn recognise(&mut self, view: &ClusterView) {
        let Some(connection) = &self.bootstrap else { return };
        let known = view.brokers.values().find(|broker| broker.address == *connection.address());
        if let (Some(broker), Some(connection)) =
            (known, self.bootstrap.take_if(|_| known.is_some()))
        {
            self.open.entry((broker.id, Lane::Ordinary)).or_insert(connection);
        }
    }
}
