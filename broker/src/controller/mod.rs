//! The controller: the machine that decides what the cluster is.
//!
//! Every change to topics, partitions, configuration, brokers and producer ids is a [`Request`] to the active controller. It
//! answers with [`Record`]s, which the Raft log makes durable and every broker folds into its [`Image`], and with a
//! [`Reply`] that is let go once they are committed. Its whole hard state is an image: what it applies early,
//! everybody else applies when it is committed.
//!
//! # How a decision is made
//!
//! A request is decided on a [`Draft`]: a copy of the image (a few references) into which each record is folded as soon
//! as it is decided. So the second topic of a request sees the first, `validate_only` is a draft that is thrown
//! away, and no rule is written twice, once for the request and once for the state.
//!
//! # Soft state
//!
//! When each broker was last heard of ([`sessions`]). It is lost with the controller's office; the next controller gives
//! every broker a full session. That a broker is *fenced*, on the other hand, is a record.
//!
//! # What is not here
//!
//! Authorisation and the order of fields on the wire (the handlers in `api`), what a legal value of a key is
//! ([`ConfigRules`], given by `config`), and who is the active controller (`raft`).

mod assignment;
mod brokers;
mod configs;
mod draft;
mod features;
mod leaders;
mod partitions;
mod placement;
mod producer_ids;
mod refusal;
mod request;
pub mod sessions;
mod topics;

use std::sync::Arc;
use std::time::Duration;

use protocol::ids::NodeId;

use crate::machine::{Instant, Machine, Now, Out, Ticket};
use crate::metadata::{Image, Record};

pub use brokers::{Heartbeat, HeartbeatReply, RegisterBroker, UnregisterBroker};
pub use configs::{
    AlterConfigs, AnyConfig, ConfigChange, ConfigOperation, ConfigRules, IncrementalAlterConfigs,
    KeyValue,
};
pub use features::{Bootstrap, FeatureUpdate, UpdateFeatures};
pub use partitions::{
    AlterPartition, CreatePartitions, ElectLeaders, Election, IsrChange, MorePartitions,
    PartitionState,
};
pub use producer_ids::{AllocateProducerIds, PRODUCER_IDS_BLOCK, ProducerIdBlock};
pub use refusal::Refusal;
pub use request::{Ask, Reply, Request};
pub use topics::{CreateTopics, CreatedTopic, DeleteTopics, DeletedTopic, NewTopic, TopicRef};

use draft::Draft;
use sessions::Sessions;

/// What the operator has set for the controller.
#[derive(Clone, Debug)]
pub struct Options {
    /// The broker in whose process this controller runs, if there is one. It is never fenced for silence: were it
    /// silent, so would be the controller.
    pub local: Option<NodeId>,
    /// `num.partitions`: how many partitions a topic has whose request leaves it open. At least 1.
    pub partitions_default: i32,
    /// `default.replication.factor`: how many copies, likewise. At least 1.
    pub replication_factor_default: i16,
    /// `delete.topic.enable`.
    pub delete_topics: bool,
    /// How many partitions one request may create; Kafka's bound is 10,000.
    pub partitions_per_request_max: usize,
    /// `broker.session.timeout.ms`: how long a broker may be silent before it is fenced.
    pub session_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            local: None,
            partitions_default: 1,
            replication_factor_default: 1,
            delete_topics: true,
            partitions_per_request_max: 10_000,
            session_timeout: Duration::from_millis(9_000),
        }
    }
}

/// Decides what the cluster is. See the module's documentation.
#[derive(Debug)]
pub struct Controller {
    options: Arc<Options>,
    rules: Arc<dyn ConfigRules>,
    image: Image,
    sessions: Sessions,
}

/// What is asked of the controller.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A request; its reply carries the ticket.
    Request(Ticket, Request),
    /// It is time to look at the clock: brokers may have been silent for too long. Also the first input of a new
    /// controller, so that every broker's session begins with its office.
    Tick,
}

/// What the controller says: the reply to a ticket.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Whose request it answers.
    pub ticket: Ticket,
    /// The answer.
    pub reply: Reply,
}

impl Controller {
    /// A controller that goes on from `image`, with no soft state.
    pub fn new(image: Image, options: Arc<Options>, rules: Arc<dyn ConfigRules>) -> Self {
        let sessions = Sessions::new(options.session_timeout, options.local);
        Self { options, rules, image, sessions }
    }

    /// The working state: the committed image and what has been decided since.
    pub fn image(&self) -> &Image {
        &self.image
    }

    fn decide(&mut self, now: Now, request: Request, draft: &mut Draft) -> Reply {
        match request {
            Request::Bootstrap(request) => Reply::Bootstrap(self.bootstrap(request, draft)),
            Request::CreateTopics(request) => {
                Reply::CreateTopics(self.create_topics(request, draft))
            }
            Request::DeleteTopics(request) => {
                Reply::DeleteTopics(self.delete_topics(request, draft))
            }
            Request::CreatePartitions(request) => {
                Reply::CreatePartitions(self.create_partitions(request, draft))
            }
            Request::AlterPartition(request) => {
                Reply::AlterPartition(self.alter_partition(&request, draft))
            }
            Request::ElectLeaders(request) => {
                Reply::ElectLeaders(self.elect_leaders(request, draft))
            }
            Request::AlterConfigs(request) => {
                Reply::AlterConfigs(self.alter_configs(request, draft))
            }
            Request::IncrementalAlterConfigs(request) => {
                Reply::IncrementalAlterConfigs(self.incremental_alter_configs(request, draft))
            }
            Request::RegisterBroker(request) => {
                Reply::RegisterBroker(self.register_broker(now, request, draft))
            }
            Request::UnregisterBroker(request) => {
                Reply::UnregisterBroker(self.unregister_broker(request, draft))
            }
            Request::Heartbeat(request) => Reply::Heartbeat(self.heartbeat(now, request, draft)),
            Request::AllocateProducerIds(request) => {
                Reply::AllocateProducerIds(self.allocate_producer_ids(request, draft))
            }
            Request::UpdateFeatures(request) => {
                Reply::UpdateFeatures(self.update_features(request, draft))
            }
        }
    }
}

impl Machine for Controller {
    type Input = Input;
    type Record = Record;
    type Output = Answer;

    fn handle(&mut self, now: Now, input: Input, out: &mut Out<Self>) {
        self.sessions.begin(now.instant, self.image.brokers());
        let mut draft = Draft::new(&self.image);
        let answer = match input {
            Input::Request(ticket, request) => {
                Some(Answer { ticket, reply: self.decide(now, request, &mut draft) })
            }
            Input::Tick => {
                self.fence_the_silent(now, &mut draft);
                None
            }
        };
        draft.into_records().into_iter().for_each(|record| out.record(record));
        // Even a refusal waits for the log: "exists already" rests on a creation that may not be committed yet.
        answer.into_iter().for_each(|answer| out.commit_then(answer));
    }

    fn apply(&mut self, record: &Record) {
        self.image.fold(record);
    }

    fn wake_at(&self) -> Option<Instant> {
        self.sessions.first_expiry()
    }
}

#[cfg(test)]
mod tests;
