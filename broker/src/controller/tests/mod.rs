//! What is promised about the controller.

mod brokers;
mod configs;
mod partitions;
mod topics;

use std::time::Duration;

use protocol::ErrorCode;
use protocol::ids::{PartitionIndex, TimestampMs, TopicId};
use uuid::Uuid;

use super::*;
use crate::metadata::Partition;

/// A controller with its log, as a host would run it.
pub(super) struct Stage {
    pub(super) controller: Controller,
    pub(super) log: Vec<Record>,
    pub(super) now: Now,
    ids: u128,
}

impl Stage {
    /// A controller of a new cluster.
    pub(super) fn new(options: Options) -> Self {
        Self::with_rules(options, Arc::new(AnyConfig))
    }

    pub(super) fn with_rules(options: Options, rules: Arc<dyn ConfigRules>) -> Self {
        let controller = Controller::new(Image::default(), Arc::new(options), rules);
        let now = Now { instant: Instant(Duration::from_secs(1)), wall: TimestampMs(0) };
        Self { controller, log: Vec::new(), now, ids: 0 }
    }

    /// A controller with these brokers, all active.
    pub(super) fn with_brokers(ids: &[i32]) -> Self {
        let mut stage = Self::new(Options::default());
        for id in ids {
            stage.ask(registration(*id, false)).expect("it may register");
        }
        stage
    }

    /// Asks, applies early, and returns the reply.
    pub(super) fn ask<R: Ask>(&mut self, request: R) -> R::Reply {
        let mut answers = self.handle(Input::Request(Ticket(1), request.into()));
        let answer = answers.pop().expect("every request has an answer");
        R::reply(answer.reply).expect("the answer is of the request's kind")
    }

    pub(super) fn tick(&mut self) {
        self.handle(Input::Tick);
    }

    pub(super) fn later(&mut self, wait: Duration) {
        self.now.instant = self.now.instant.after(wait);
    }

    fn handle(&mut self, input: Input) -> Vec<Answer> {
        let mut out = Out::new();
        self.controller.handle(self.now, input, &mut out);
        let (records, outputs) = out.into_parts();
        records.iter().for_each(|record| self.controller.apply(record));
        self.log.extend(records);
        outputs.into_iter().map(|(_, answer)| answer).collect()
    }

    pub(super) fn new_topic(&mut self, name: &str, partitions: i32, copies: i16) -> NewTopic {
        self.ids += 1;
        NewTopic {
            name: name.into(),
            id: TopicId(Uuid::from_u128(self.ids)),
            partitions,
            replication_factor: copies,
            assignments: Vec::new(),
            configs: Vec::new(),
        }
    }

    pub(super) fn create(&mut self, name: &str, partitions: i32, copies: i16) -> CreatedTopic {
        let topic = self.new_topic(name, partitions, copies);
        self.create_one(topic).expect("the topic can be created")
    }

    pub(super) fn create_one(&mut self, topic: NewTopic) -> Result<CreatedTopic, Refusal> {
        let mut reply = self.ask(CreateTopics { topics: vec![topic], validate_only: false });
        reply.pop().expect("one reply for one topic")
    }

    pub(super) fn partition(&self, topic: &str, partition: i32) -> Partition {
        let partition = self.controller.image().partition(topic, PartitionIndex(partition));
        (**partition.expect("it exists")).clone()
    }
}

pub(super) fn registration(id: i32, fenced: bool) -> RegisterBroker {
    RegisterBroker {
        id: NodeId(id),
        cluster_id: None,
        incarnation: Uuid::from_u128(id as u128),
        endpoints: Vec::new(),
        rack: None,
        fenced,
    }
}

pub(super) fn nodes(ids: &[i32]) -> Vec<NodeId> {
    ids.iter().copied().map(NodeId).collect()
}

pub(super) fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> ErrorCode {
    result.expect_err("it is refused").code
}
