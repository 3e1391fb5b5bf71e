//! DescribeCluster (key 60): the cluster's id, its controller and its brokers (KIP-700).

use std::ops::RangeInclusive;

use protocol::messages::describe_cluster_response::DescribeClusterBroker;
use protocol::messages::{BrokerId, DescribeClusterRequest, DescribeClusterResponse};
use protocol::{ApiKey, ErrorCode, StrBytes};

use super::metadata::OPERATIONS_UNKNOWN;
use super::{Api, Call, Stage};

/// See the module.
pub(super) struct DescribeCluster;

/// The request wants brokers, not controllers (KIP-919).
const ENDPOINT_BROKERS: i8 = 1;

impl Api for DescribeCluster {
    type Request = DescribeClusterRequest;
    type Response = DescribeClusterResponse;

    const KEY: ApiKey = ApiKey::DescribeCluster;
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn handle(call: Call<'_>, request: DescribeClusterRequest) -> Stage<DescribeClusterResponse> {
        let response = DescribeClusterResponse::default()
            .with_cluster_id(StrBytes::from_string(call.broker.cluster_id.to_string()))
            .with_endpoint_type(ENDPOINT_BROKERS)
            .with_cluster_authorized_operations(OPERATIONS_UNKNOWN);
        if call.version() >= 1 && request.endpoint_type != ENDPOINT_BROKERS {
            let message = StrBytes::from_static_str(
                "This is a broker's listener; ask a controller's for controllers.",
            );
            return Stage::Ready(
                response
                    .with_error_code(ErrorCode::MismatchedEndpointType.code())
                    .with_error_message(Some(message))
                    .with_controller_id(BrokerId(-1)),
            );
        }
        let image = call.broker.image();
        let fenced_too = call.version() >= 2 && request.include_fenced_brokers;
        let brokers =
            image.brokers().iter().filter(|broker| fenced_too || !broker.fenced).filter_map(
                |broker| {
                    let endpoint = broker.endpoint(&call.peer.listener)?;
                    Some(
                        DescribeClusterBroker::default()
                            .with_broker_id(BrokerId(broker.id.get()))
                            .with_host(StrBytes::from_string(endpoint.host.to_string()))
                            .with_port(i32::from(endpoint.port))
                            .with_rack(
                                broker
                                    .rack
                                    .as_ref()
                                    .map(|rack| StrBytes::from_string(rack.to_string())),
                            )
                            .with_is_fenced(broker.fenced),
                    )
                },
            );
        let brokers = brokers.collect();
        Stage::Ready(
            response.with_controller_id(BrokerId(call.broker.node_id.get())).with_brokers(brokers),
        )
    }
}
