//! CreatePartitions (key 37): adds partitions to topics.

use std::ops::RangeInclusive;
use std::sync::Arc;

use protocol::ids::{NodeId, TopicName};
use protocol::messages::create_partitions_request::CreatePartitionsTopic;
use protocol::messages::create_partitions_response::CreatePartitionsTopicResult;
use protocol::messages::{CreatePartitionsRequest, CreatePartitionsResponse};
use protocol::{ApiKey, StrBytes};

use super::{Api, Call, Stage};
use crate::controller::{self, MorePartitions, Refusal};

/// See the module.
pub(super) struct CreatePartitions;

impl Api for CreatePartitions {
    type Request = CreatePartitionsRequest;
    type Response = CreatePartitionsResponse;

    const KEY: ApiKey = ApiKey::CreatePartitions;
    const VERSIONS: RangeInclusive<i16> = 0..=3;

    fn handle(call: Call<'_>, request: CreatePartitionsRequest) -> Stage<CreatePartitionsResponse> {
        let broker = Arc::clone(call.broker);
        Stage::running(async move {
            let topics: Vec<MorePartitions> = request.topics.iter().map(more_partitions).collect();
            let create =
                controller::CreatePartitions { topics, validate_only: request.validate_only };
            let outcomes = match broker.controller.submit(create).await {
                Ok(outcomes) => outcomes,
                Err(error) => {
                    vec![Err(Refusal::new(error.code(), error.to_string())); request.topics.len()]
                }
            };
            if !request.validate_only {
                let grown =
                    request.topics.iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_ok());
                broker
                    .await_hosted(
                        grown.filter_map(|(topic, _)| TopicName::new(&topic.name).ok()).collect(),
                    )
                    .await;
            }
            let results = request.topics.into_iter().zip(outcomes).map(|(topic, outcome)| {
                let result = CreatePartitionsTopicResult::default().with_name(topic.name);
                match outcome {
                    Ok(()) => result.with_error_message(None),
                    Err(refusal) => result
                        .with_error_code(refusal.code.code())
                        .with_error_message(Some(StrBytes::from_string(refusal.message))),
                }
            });
            CreatePartitionsResponse::default().with_results(results.collect())
        })
    }
}

fn more_partitions(topic: &CreatePartitionsTopic) -> MorePartitions {
    let nodes = |ids: &[protocol::messages::BrokerId]| ids.iter().map(|id| NodeId(id.0)).collect();
    let assignments = topic
        .assignments
        .as_ref()
        .map(|all| all.iter().map(|one| nodes(&one.broker_ids)).collect());
    MorePartitions { name: topic.name.to_string(), count: topic.count, assignments }
}
