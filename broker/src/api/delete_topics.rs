//! DeleteTopics (key 20): deletes topics, by name or by id.

use std::ops::RangeInclusive;
use std::sync::Arc;

use protocol::ids::TopicId;
use protocol::messages::delete_topics_request::DeleteTopicsRequest;
use protocol::messages::delete_topics_response::DeletableTopicResult;
use protocol::messages::{DeleteTopicsResponse, TopicName as WireName};
use protocol::{ApiKey, StrBytes};

use super::{Api, Call, Stage};
use crate::controller::{self, DeletedTopic, Refusal, TopicRef};

/// See the module.
pub(super) struct DeleteTopics;

impl Api for DeleteTopics {
    type Request = DeleteTopicsRequest;
    type Response = DeleteTopicsResponse;

    const KEY: ApiKey = ApiKey::DeleteTopics;
    const VERSIONS: RangeInclusive<i16> = 1..=6;

    fn handle(call: Call<'_>, request: DeleteTopicsRequest) -> Stage<DeleteTopicsResponse> {
        let broker = Arc::clone(call.broker);
        let topics = asked(request, call.version());
        Stage::running(async move {
            let delete = controller::DeleteTopics { topics: topics.clone() };
            let outcomes = match broker.controller.submit(delete).await {
                Ok(outcomes) => outcomes,
                Err(error) => {
                    vec![Err(Refusal::new(error.code(), error.to_string())); topics.len()]
                }
            };
            let responses =
                topics.into_iter().zip(outcomes).map(|(asked, outcome)| result(asked, outcome));
            DeleteTopicsResponse::default().with_responses(responses.collect())
        })
    }
}

/// The topics of the request: names only up to version 5, names or ids since (KIP-516).
fn asked(request: DeleteTopicsRequest, version: i16) -> Vec<TopicRef> {
    if version <= 5 {
        return request.topic_names.iter().map(|name| TopicRef::Name(name.to_string())).collect();
    }
    let topics = request.topics.into_iter().map(|topic| match topic.name {
        Some(name) => TopicRef::Name(name.to_string()),
        None => TopicRef::Id(TopicId(topic.topic_id)),
    });
    topics.collect()
}

fn result(asked: TopicRef, outcome: Result<DeletedTopic, Refusal>) -> DeletableTopicResult {
    let name = |text: &str| Some(WireName(StrBytes::from_string(text.to_owned())));
    match outcome {
        Ok(deleted) => DeletableTopicResult::default()
            .with_name(name(&deleted.name))
            .with_topic_id(deleted.id.0),
        Err(refusal) => {
            let result = DeletableTopicResult::default()
                .with_error_code(refusal.code.code())
                .with_error_message(Some(StrBytes::from_string(refusal.message)));
            match asked {
                TopicRef::Name(text) => result.with_name(name(&text)),
                TopicRef::Id(id) => result.with_name(None).with_topic_id(id.0),
            }
        }
    }
}
