//! Sessions: when each broker was last heard of. Soft state, lost with the controller's office.

use std::collections::BTreeMap;
use std::time::Duration;

use protocol::ids::NodeId;

use crate::machine::Instant;
use crate::metadata::Brokers;

/// Which brokers are being watched, and until when they may be silent.
#[derive(Clone, Debug)]
pub struct Sessions {
    timeout: Duration,
    /// The broker that shares the controller's process: never watched.
    local: Option<NodeId>,
    expiry: BTreeMap<NodeId, Instant>,
    begun: bool,
}

impl Sessions {
    /// Nobody is watched yet.
    pub fn new(timeout: Duration, local: Option<NodeId>) -> Self {
        Self { timeout, local, expiry: BTreeMap::new(), begun: false }
    }

    /// With a new controller, every broker that is not fenced begins a full session: its last heartbeats went to
    /// another. Does nothing after the first call.
    pub fn begin(&mut self, now: Instant, brokers: &Brokers) {
        if !std::mem::replace(&mut self.begun, true) {
            brokers.active().for_each(|broker| self.heard_of(now, broker.id));
        }
    }

    /// The broker is alive now.
    pub fn heard_of(&mut self, now: Instant, id: NodeId) {
        if self.local != Some(id) {
            self.expiry.insert(id, now.after(self.timeout));
        }
    }

    /// The broker is fenced or gone, and no longer watched.
    pub fn forget(&mut self, id: NodeId) {
        self.expiry.remove(&id);
    }

    /// Whether the broker is watched and was heard of within its session.
    pub fn is_alive(&self, now: Instant, id: NodeId) -> bool {
        self.expiry.get(&id).is_some_and(|expiry| now < *expiry)
    }

    /// Takes out the brokers whose session has ended.
    pub fn expire(&mut self, now: Instant) -> Vec<NodeId> {
        let ended: Vec<NodeId> =
            self.expiry.iter().filter(|(_, expiry)| **expiry <= now).map(|(id, _)| *id).collect();
        ended.iter().for_each(|id| self.forget(*id));
        ended
    }

    /// When the first session ends.
    pub fn first_expiry(&self) -> Option<Instant> {
        self.expiry.values().min().copied()
    }
}
