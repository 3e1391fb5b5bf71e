//! The brokers of an image: who has registered, under which epoch, and whether it is fenced.

use std::collections::BTreeMap;
use std::sync::Arc;

use protocol::ids::NodeId;
use uuid::Uuid;

use crate::metadata::record::{
    BrokerChangeRecord, BrokerEpochsRecord, BrokerRecord, Endpoint, Record,
};

/// All registered brokers, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brokers {
    by_id: Arc<BTreeMap<NodeId, Arc<Broker>>>,
    last_epoch: i64,
}

impl Brokers {
    /// The broker of this id.
    pub fn get(&self, id: NodeId) -> Option<&Arc<Broker>> {
        self.by_id.get(&id)
    }

    /// All registered brokers, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Broker>> {
        self.by_id.values()
    }

    /// The brokers that clients are told of: those that are not fenced.
    pub fn active(&self) -> impl Iterator<Item = &Arc<Broker>> {
        self.iter().filter(|broker| !broker.fenced)
    }

    /// Whether the broker is registered and not fenced.
    pub fn is_active(&self, id: NodeId) -> bool {
        self.get(id).is_some_and(|broker| !broker.fenced)
    }

    /// How many brokers are registered.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether no broker is registered.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// The greatest broker epoch that was ever given; 0 before the first.
    pub fn last_epoch(&self) -> i64 {
        self.last_epoch
    }

    pub(in crate::metadata) fn map(&self) -> &Arc<BTreeMap<NodeId, Arc<Broker>>> {
        &self.by_id
    }

    pub(super) fn register(&mut self, record: &BrokerRecord) {
        let broker = Broker {
            id: record.id,
            epoch: record.epoch,
            incarnation: record.incarnation,
            endpoints: record.endpoints.clone(),
            rack: record.rack.clone(),
            fenced: record.fenced,
            shutting_down: false,
        };
        self.raise_last_epoch(record.epoch);
        Arc::make_mut(&mut self.by_id).insert(record.id, Arc::new(broker));
    }

    pub(super) fn change(&mut self, record: &BrokerChangeRecord) {
        let by_id = Arc::make_mut(&mut self.by_id);
        let broker = by_id.get_mut(&record.id).expect("records speak of brokers that exist");
        if broker.epoch == record.epoch {
            let broker = Arc::make_mut(broker);
            broker.fenced = record.fenced;
            broker.shutting_down = record.shutting_down;
        }
    }

    pub(super) fn remove(&mut self, id: NodeId) {
        Arc::make_mut(&mut self.by_id).remove(&id);
    }

    pub(super) fn raise_last_epoch(&mut self, epoch: i64) {
        self.last_epoch = self.last_epoch.max(epoch);
    }

    pub(super) fn list(&self, records: &mut Vec<Record>) {
        if self.iter().all(|broker| broker.epoch < self.last_epoch) && self.last_epoch > 0 {
            records.push(BrokerEpochsRecord { last: self.last_epoch }.into());
        }
        self.iter().for_each(|broker| broker.list(records));
    }
}

/// A broker as it has registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    /// `node.id`.
    pub id: NodeId,
    /// Fences requests of an earlier process.
    pub epoch: i64,
    /// Which process it is.
    pub incarnation: Uuid,
    /// Where it is reached, one row a listener.
    pub endpoints: Vec<Endpoint>,
    /// `broker.rack`.
    pub rack: Option<Arc<str>>,
    /// Whether it is kept from leading.
    pub fenced: bool,
    /// Whether its leaderships are being moved because it is about to stop.
    pub shutting_down: bool,
}

impl Broker {
    /// Where it is reached through this listener.
    pub fn endpoint(&self, listener: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| &*endpoint.listener == listener)
    }

    /// Whether it may be made a leader.
    pub fn may_lead(&self) -> bool {
        !self.fenced && !self.shutting_down
    }

    fn list(&self, records: &mut Vec<Record>) {
        let registration = BrokerRecord {
            id: self.id,
            epoch: self.epoch,
            incarnation: self.incarnation,
            endpoints: self.endpoints.clone(),
            rack: self.rack.clone(),
            fenced: self.fenced,
        };
        records.push(registration.into());
        if self.shutting_down {
            let change = BrokerChangeRecord {
                id: self.id,
                epoch: self.epoch,
                fenced: self.fenced,
                shutting_down: true,
            };
            records.push(change.into());
        }
    }
}
