//! FindCoordinator (key 10): which broker coordinates a group.
//!
//! A group belongs to the partition of `__consumer_offsets` that its name hashes to, and its coordinator is that
//! partition's leader. The topic is made when somebody first asks.

use std::ops::RangeInclusive;
use std::sync::Arc;

use protocol::ids::TopicName;
use protocol::messages::find_coordinator_response::Coordinator;
use protocol::messages::{BrokerId, FindCoordinatorRequest, FindCoordinatorResponse};
use protocol::{ApiKey, ErrorCode, StrBytes};

use super::{Api, Call, Stage};
use crate::group::{self, GroupId};
use crate::node::Broker;

/// See the module.
pub(super) struct FindCoordinator;

const KEY_TYPE_GROUP: i8 = 0;
const KEY_TYPE_TRANSACTION: i8 = 1;

impl Api for FindCoordinator {
    type Request = FindCoordinatorRequest;
    type Response = FindCoordinatorResponse;

    const KEY: ApiKey = ApiKey::FindCoordinator;
    const VERSIONS: RangeInclusive<i16> = 0..=6;

    fn handle(call: Call<'_>, request: FindCoordinatorRequest) -> Stage<FindCoordinatorResponse> {
        let (version, broker) = (call.version(), Arc::clone(call.broker));
        let listener = Arc::clone(&call.peer.listener);
        let wants_group = request.key_type == KEY_TYPE_GROUP;
        if wants_group && broker.image().topic(TopicName::CONSUMER_OFFSETS).is_none() {
            return Stage::running(async move {
                broker.create_offsets_topic().await;
                answer(&broker, &listener, version, request)
            });
        }
        Stage::Ready(answer(&broker, &listener, version, request))
    }
}

fn answer(
    broker: &Broker,
    listener: &str,
    version: i16,
    request: FindCoordinatorRequest,
) -> FindCoordinatorResponse {
    if version >= 4 {
        let find = |key: StrBytes| coordinator(broker, listener, request.key_type, key);
        let coordinators = request.coordinator_keys.iter().cloned().map(find);
        return FindCoordinatorResponse::default().with_coordinators(coordinators.collect());
    }
    let found = coordinator(broker, listener, request.key_type, request.key);
    FindCoordinatorResponse::default()
        .with_error_code(found.error_code)
        .with_error_message(found.error_message)
        .with_node_id(found.node_id)
        .with_host(found.host)
        .with_port(found.port)
}

fn coordinator(broker: &Broker, listener: &str, key_type: i8, key: StrBytes) -> Coordinator {
    let failed = |code: ErrorCode, why: &'static str| {
        Coordinator::default()
            .with_key(key.clone())
            .with_node_id(BrokerId(-1))
            .with_port(-1)
            .with_error_code(code.code())
            .with_error_message(Some(StrBytes::from_static_str(why)))
    };
    match key_type {
        KEY_TYPE_GROUP => {}
        KEY_TYPE_TRANSACTION => {
            return failed(
                ErrorCode::InvalidRequest,
                "Transactions are not served by this release.",
            );
        }
        _ => {
            return failed(
                ErrorCode::InvalidRequest,
                "This type of coordinator is not served by this release.",
            );
        }
    }
    let image = broker.image();
    let place = image.topic(TopicName::CONSUMER_OFFSETS).and_then(|topic| {
        let partitions =
            i32::try_from(topic.partitions.len()).expect("partitions are numbered in 32 bits");
        let partition = group::partition_of(&GroupId::new(&key), partitions);
        topic.partition(partition)?.leader
    });
    let Some(leader) = place else {
        return failed(
            ErrorCode::CoordinatorNotAvailable,
            "The topic of the group coordinators has no leader yet.",
        );
    };
    let Some(endpoint) =
        image.brokers().get(leader).and_then(|broker| broker.endpoint(listener).cloned())
    else {
        return failed(
            ErrorCode::CoordinatorNotAvailable,
            "The coordinator is not reachable by this listener.",
        );
    };
    Coordinator::default()
        .with_key(key)
        .with_node_id(BrokerId(leader.get()))
        .with_host(StrBytes::from_string(endpoint.host.to_string()))
        .with_port(i32::from(endpoint.port))
}
