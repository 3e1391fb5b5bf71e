//! A member of a group, as the coordinator knows it while it is there.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::ids::{InstanceId, MemberId};
use super::input::{JoinGroup, Protocol};
use super::output::{DescribedMember, JoinedMember};
use super::records::MemberMetadata;
use crate::machine::Ticket;

/// A member.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) id: MemberId,
    /// Set for a static member (KIP-345).
    pub(super) instance_id: Option<InstanceId>,
    pub(super) client_id: Arc<str>,
    pub(super) client_host: Arc<str>,
    pub(super) session_timeout: Duration,
    pub(super) rebalance_timeout: Duration,
    /// Never empty: a join without protocols is refused. A member that was loaded has the one that was in force.
    pub(super) protocols: Vec<Protocol>,
    /// Its share of the last generation that had one.
    pub(super) assignment: Bytes,
    /// It has never had an answer to a join. Such a member cannot heartbeat, so its parked join does not keep it alive.
    pub(super) is_new: bool,
    /// Its parked join.
    pub(super) join: Option<Ticket>,
    /// Its parked sync.
    pub(super) sync: Option<Ticket>,
}

impl Member {
    /// Who joins for the first time.
    pub(super) fn joining(id: MemberId, request: JoinGroup) -> Self {
        Self {
            id,
            instance_id: request.instance_id,
            client_id: request.client_id,
            client_host: request.client_host,
            session_timeout: request.session_timeout,
            rebalance_timeout: request.rebalance_timeout,
            protocols: request.protocols,
            assignment: Bytes::new(),
            is_new: true,
            join: None,
            sync: None,
        }
    }

    /// Who was there when the generation was made durable.
    pub(super) fn loaded(stored: &MemberMetadata, protocol: Arc<str>) -> Self {
        Self {
            id: stored.member_id.clone(),
            instance_id: stored.instance_id.clone(),
            client_id: Arc::clone(&stored.client_id),
            client_host: Arc::clone(&stored.client_host),
            session_timeout: stored.session_timeout,
            rebalance_timeout: stored.rebalance_timeout,
            protocols: vec![Protocol { name: protocol, metadata: stored.subscription.clone() }],
            assignment: stored.assignment.clone(),
            is_new: false,
            join: None,
            sync: None,
        }
    }

    /// Whether it is named by its user, and so outlives its client's restarts.
    pub(super) fn is_static(&self) -> bool {
        self.instance_id.is_some()
    }

    /// Whether its silence is our doing: we have not answered yet.
    pub(super) fn is_excused(&self) -> bool {
        !self.is_new && (self.join.is_some() || self.sync.is_some())
    }

    /// What it said under `protocol`; nothing if it does not know that one.
    pub(super) fn metadata(&self, protocol: Option<&str>) -> Bytes {
        let known = self.protocols.iter().find(|known| Some(&*known.name) == protocol);
        known.map(|known| known.metadata.clone()).unwrap_or_default()
    }

    /// For the leader.
    pub(super) fn as_joined(&self, protocol: Option<&str>) -> JoinedMember {
        JoinedMember {
            member_id: self.id.clone(),
            instance_id: self.instance_id.clone(),
            metadata: self.metadata(protocol),
        }
    }

    /// For the record.
    pub(super) fn as_stored(&self, protocol: Option<&str>) -> MemberMetadata {
        MemberMetadata {
            member_id: self.id.clone(),
            instance_id: self.instance_id.clone(),
            client_id: Arc::clone(&self.client_id),
            client_host: Arc::clone(&self.client_host),
            rebalance_timeout: self.rebalance_timeout,
            session_timeout: self.session_timeout,
            subscription: self.metadata(protocol),
            assignment: self.assignment.clone(),
        }
    }

    /// For an administrator. Subscriptions are shown only while a protocol is in force.
    pub(super) fn as_described(&self, protocol: Option<&str>) -> DescribedMember {
        DescribedMember {
            member_id: self.id.clone(),
            instance_id: self.instance_id.clone(),
            client_id: Arc::clone(&self.client_id),
            client_host: Arc::clone(&self.client_host),
            metadata: self.metadata(protocol),
            assignment: self.assignment.clone(),
        }
    }
}
