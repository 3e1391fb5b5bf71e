//! A request to the controller, and its reply: one row each.
//!
//! [`Ask`] ties the two together, so that whoever submits a `CreateTopics` is handed what creating topics answers.

use super::{
    AllocateProducerIds, AlterConfigs, AlterPartition, Bootstrap, CreatePartitions, CreateTopics,
    CreatedTopic, DeleteTopics, DeletedTopic, ElectLeaders, Election, Heartbeat, HeartbeatReply,
    IncrementalAlterConfigs, PartitionState, ProducerIdBlock, Refusal, RegisterBroker,
    UnregisterBroker, UpdateFeatures,
};

/// A request with a reply of a known type.
pub trait Ask: Into<Request> {
    /// What answers it.
    type Reply;
    /// Takes the reply out of the controller's answer; `None` if it is the answer to something else.
    fn reply(reply: Reply) -> Option<Self::Reply>;
}

macro_rules! requests {
    ($($(#[$doc:meta])* $request:ident => $reply:ty;)*) => {
        /// What the controller can be asked.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Request {
            $($(#[$doc])* $request($request),)*
        }

        /// What the controller answers, by the request that it answers.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Reply {
            $($(#[$doc])* $request($reply),)*
        }

        $(
            impl From<$request> for Request {
                fn from(request: $request) -> Self {
                    Self::$request(request)
                }
            }

            impl Ask for $request {
                type Reply = $reply;
                fn reply(reply: Reply) -> Option<$reply> {
                    match reply {
                        Reply::$request(reply) => Some(reply),
                        _ => None,
                    }
                }
            }
        )*
    };
}

// A reply that is a list has one item for each item of the request, in its order.
requests! {
    /// The first request of a new cluster: its id and its features.
    Bootstrap => Result<(), Refusal>;
    /// KIP-4's CreateTopics.
    CreateTopics => Vec<Result<CreatedTopic, Refusal>>;
    /// DeleteTopics, by name or by id.
    DeleteTopics => Vec<Result<DeletedTopic, Refusal>>;
    /// CreatePartitions: topics grow.
    CreatePartitions => Vec<Result<(), Refusal>>;
    /// AlterPartition: a leader proposes in-sync replicas (KIP-497).
    AlterPartition => Result<Vec<Result<PartitionState, Refusal>>, Refusal>;
    /// ElectLeaders, preferred or unclean (KIP-460). Each item is a partition and what became of it.
    ElectLeaders => Vec<Election>;
    /// AlterConfigs: a resource's configuration is replaced.
    AlterConfigs => Vec<Result<(), Refusal>>;
    /// IncrementalAlterConfigs: keys are set, deleted, appended to (KIP-339).
    IncrementalAlterConfigs => Vec<Result<(), Refusal>>;
    /// A broker's process announces itself (KIP-631); the reply is its epoch.
    RegisterBroker => Result<i64, Refusal>;
    /// An operator takes a broker out for good.
    UnregisterBroker => Result<(), Refusal>;
    /// A broker is alive, and says what it wants (KIP-631).
    Heartbeat => Result<HeartbeatReply, Refusal>;
    /// A broker wants producer ids to give away (KIP-730).
    AllocateProducerIds => Result<ProducerIdBlock, Refusal>;
    /// The levels of features are moved (KIP-584).
    UpdateFeatures => Vec<Result<(), Refusal>>;
}
