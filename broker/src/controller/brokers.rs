//! Brokers: they register, send heartbeats, are fenced and let in, and go.
//!
//! ```text
//!              RegisterBroker                caught up               wants to stop
//!  (unknown) ────────────────► fenced ──────────────────► active ──────────────────► stopping
//!                                ▲                          │ silent for a session       │ leads nothing
//!                                └──────────────────────────┴────────────────────────────┘
//! ```
//!
//! A broker alone may register as active at once: there is nobody to catch up with.

use std::sync::Arc;

use protocol::ErrorCode;
use protocol::ids::NodeId;
use uuid::Uuid;

use super::draft::Draft;
use super::leaders::{Happened, settle};
use super::{Controller, Refusal};
use crate::machine::Now;
use crate::metadata::{
    Broker, BrokerChangeRecord, BrokerRecord, Endpoint, RemoveBrokerRecord, Topic,
};

/// A broker's process announces itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterBroker {
    /// `node.id`.
    pub id: NodeId,
    /// The cluster it believes to belong to; `None`: it knows none yet.
    pub cluster_id: Option<Arc<str>>,
    /// Drawn anew by each process.
    pub incarnation: Uuid,
    /// Where it is reached, one row a listener.
    pub endpoints: Vec<Endpoint>,
    /// `broker.rack`.
    pub rack: Option<Arc<str>>,
    /// Whether it has to catch up before it may lead. Only a broker alone says no.
    pub fenced: bool,
}

/// An operator takes a broker out for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnregisterBroker {
    /// The broker.
    pub id: NodeId,
}

/// A broker is alive, and says what it wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// The broker.
    pub id: NodeId,
    /// Its epoch.
    pub epoch: i64,
    /// Whether its image has everything up to its own registration: a condition for being let in.
    pub caught_up: bool,
    /// It wants to stay fenced or to become so.
    pub want_fence: bool,
    /// It is about to stop and wants its leaderships moved.
    pub want_shut_down: bool,
}

/// What the controller makes of a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeartbeatReply {
    /// Whether it is fenced.
    pub fenced: bool,
    /// Whether it has nothing left to lead and may stop.
    pub should_shut_down: bool,
}

impl Controller {
    pub(super) fn register_broker(
        &mut self,
        now: Now,
        request: RegisterBroker,
        draft: &mut Draft,
    ) -> Result<i64, Refusal> {
        self.check_registration(now, &request, draft)?;
        self.sessions.heard_of(now.instant, request.id);
        let before = draft.image().brokers().get(request.id).cloned();
        if let Some(before) = before.as_deref().filter(|before| is_repeated(before, &request)) {
            return Ok(before.epoch);
        }
        let (id, epoch) = (request.id, draft.image().brokers().last_epoch() + 1);
        draft.add(BrokerRecord {
            id,
            epoch,
            incarnation: request.incarnation,
            endpoints: request.endpoints,
            rack: request.rack,
            fenced: request.fenced,
        });
        match before {
            Some(_) if !request.fenced => settle(Happened::Restarted(id), draft),
            _ => settle(Happened::Standing(id), draft),
        }
        Ok(epoch)
    }

    fn check_registration(
        &self,
        now: Now,
        request: &RegisterBroker,
        draft: &Draft,
    ) -> Result<(), Refusal> {
        let (ours, theirs) = (draft.image().cluster_id(), request.cluster_id.as_deref());
        if theirs.is_some() && ours != theirs {
            let message = format!(
                "broker {} belongs to cluster {}, this is cluster {}",
                request.id,
                theirs.unwrap_or_default(),
                ours.unwrap_or_default()
            );
            return Err(Refusal::new(ErrorCode::InconsistentClusterId, message));
        }
        let Some(before) = draft.image().brokers().get(request.id) else {
            return Ok(());
        };
        let another = before.incarnation != request.incarnation;
        if another && !before.fenced && self.sessions.is_alive(now.instant, request.id) {
            let message =
                format!("another process is broker {} and was heard of just now", request.id);
            return Err(Refusal::new(ErrorCode::DuplicateBrokerRegistration, message));
        }
        Ok(())
    }

    pub(super) fn unregister_broker(
        &mut self,
        request: UnregisterBroker,
        draft: &mut Draft,
    ) -> Result<(), Refusal> {
        let id = request.id;
        if draft.image().brokers().get(id).is_none() {
            let message = format!("broker {id} is not registered");
            return Err(Refusal::new(ErrorCode::BrokerIdNotRegistered, message));
        }
        draft.add(RemoveBrokerRecord { id });
        settle(Happened::Standing(id), draft);
        self.sessions.forget(id);
        Ok(())
    }

    pub(super) fn heartbeat(
        &mut self,
        now: Now,
        request: Heartbeat,
        draft: &mut Draft,
    ) -> Result<HeartbeatReply, Refusal> {
        let broker = check_epoch(request.id, request.epoch, draft)?;
        let leads = leads_any(request.id, draft);
        let next = next_standing(&broker, &request, leads);
        change_standing(&broker, next, draft);
        match next.fenced {
            true => self.sessions.forget(request.id),
            false => self.sessions.heard_of(now.instant, request.id),
        }
        let should_shut_down = request.want_shut_down && !leads_any(request.id, draft);
        Ok(HeartbeatReply { fenced: next.fenced, should_shut_down })
    }

    /// Fences the brokers that were silent for a whole session.
    pub(super) fn fence_the_silent(&mut self, now: Now, draft: &mut Draft) {
        for id in self.sessions.expire(now.instant) {
            let Some(broker) = draft.image().brokers().get(id).cloned() else {
                continue;
            };
            let fenced = Standing { fenced: true, shutting_down: broker.shutting_down };
            change_standing(&broker, fenced, draft);
        }
    }
}

/// The broker, if this is its process.
pub(super) fn check_epoch(id: NodeId, epoch: i64, draft: &Draft) -> Result<Arc<Broker>, Refusal> {
    match draft.image().brokers().get(id) {
        Some(broker) if broker.epoch == epoch => Ok(broker.clone()),
        _ => Err(Refusal::new(
            ErrorCode::StaleBrokerEpoch,
            format!("broker {id} has no registration with epoch {epoch}"),
        )),
    }
}

/// What a broker may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Standing {
    fenced: bool,
    shutting_down: bool,
}

fn next_standing(broker: &Broker, request: &Heartbeat, leads: bool) -> Standing {
    let stopping = broker.shutting_down || request.want_shut_down;
    match (stopping, broker.fenced) {
        (true, false) => Standing { fenced: !leads, shutting_down: true },
        (true, true) => Standing { fenced: true, shutting_down: true },
        (false, fenced) => {
            let stays_out = fenced && !request.caught_up;
            Standing { fenced: request.want_fence || stays_out, shutting_down: false }
        }
    }
}

fn change_standing(broker: &Broker, next: Standing, draft: &mut Draft) {
    if next == (Standing { fenced: broker.fenced, shutting_down: broker.shutting_down }) {
        return;
    }
    let Standing { fenced, shutting_down } = next;
    draft.add(BrokerChangeRecord { id: broker.id, epoch: broker.epoch, fenced, shutting_down });
    settle(Happened::Standing(broker.id), draft);
}

fn leads_any(id: NodeId, draft: &Draft) -> bool {
    let leads = |topic: &Topic| topic.partitions.iter().any(|each| each.leader == Some(id));
    draft.image().topics().iter().any(|topic| leads(topic))
}

/// Whether the process has registered before, and nothing about it is new.
fn is_repeated(before: &Broker, request: &RegisterBroker) -> bool {
    before.incarnation == request.incarnation
        && before.endpoints == request.endpoints
        && before.rack == request.rack
}
