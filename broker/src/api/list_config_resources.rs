//! ListConfigResources (key 74): what has a configuration of its own (KIP-1142).
//!
//! Version 0 asks for client metrics subscriptions alone; version 1 names the types that it wants.

use std::ops::RangeInclusive;

use protocol::messages::list_config_resources_response::ConfigResource;
use protocol::messages::{ListConfigResourcesRequest, ListConfigResourcesResponse};
use protocol::{ApiKey, ErrorCode, StrBytes};

use super::broker_loggers::BROKER_LOGGER;
use super::{Api, Call, Stage};
use crate::metadata::{Image, ResourceKind};

/// See the module.
pub(super) struct ListConfigResources;

impl Api for ListConfigResources {
    type Request = ListConfigResourcesRequest;
    type Response = ListConfigResourcesResponse;

    const KEY: ApiKey = ApiKey::ListConfigResources;
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn handle(
        call: Call<'_>,
        request: ListConfigResourcesRequest,
    ) -> Stage<ListConfigResourcesResponse> {
        let wanted = match (call.version(), request.resource_types.as_slice()) {
            (0, _) => vec![ResourceKind::ClientMetrics.code()],
            (_, []) => ALL.to_vec(),
            (_, types) => types.to_vec(),
        };
        if wanted.iter().any(|kind| !ALL.contains(kind)) {
            let code = ErrorCode::UnsupportedVersion.code();
            return Stage::Ready(ListConfigResourcesResponse::default().with_error_code(code));
        }
        let image = call.broker.image();
        let resources = ALL
            .into_iter()
            .filter(|kind| wanted.contains(kind))
            .flat_map(|kind| resources(&image, kind));
        Stage::Ready(
            ListConfigResourcesResponse::default().with_config_resources(resources.collect()),
        )
    }
}

const ALL: [i8; 5] = [
    ResourceKind::Topic.code(),
    ResourceKind::Broker.code(),
    BROKER_LOGGER,
    ResourceKind::ClientMetrics.code(),
    ResourceKind::Group.code(),
];

/// Topics and brokers are listed because they exist; groups and subscriptions because somebody has set something.
fn resources(image: &Image, kind: i8) -> Vec<ConfigResource> {
    let named = |name: String| {
        ConfigResource::default()
            .with_resource_name(StrBytes::from_string(name))
            .with_resource_type(kind)
    };
    match ResourceKind::from_code(kind) {
        Some(ResourceKind::Topic) => {
            image.topics().iter().map(|topic| named(topic.name.to_string())).collect()
        }
        None | Some(ResourceKind::Broker) => {
            image.brokers().iter().map(|broker| named(broker.id.to_string())).collect()
        }
        Some(kind) => {
            let set = image.configs().iter().filter(|(resource, _)| resource.kind == kind);
            set.map(|(resource, _)| named(resource.name.to_string())).collect()
        }
    }
}
