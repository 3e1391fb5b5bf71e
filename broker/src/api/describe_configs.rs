//! DescribeConfigs (key 32): every key of a resource, with its value, where that comes from, and what stands behind it.

use std::ops::RangeInclusive;

use protocol::messages::describe_configs_request::DescribeConfigsResource;
use protocol::messages::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult, DescribeConfigsSynonym,
};
use protocol::messages::{DescribeConfigsRequest, DescribeConfigsResponse};
use protocol::{ApiKey, ErrorCode, StrBytes};

use super::alter_configs::resource;
use super::broker_loggers::{self, BROKER_LOGGER};
use super::{Api, Call, Stage};
use crate::config::describe::{self, Described, DescribedSynonym};
use crate::controller::Refusal;
use crate::metadata::{ConfigResource, ConfigValues, ResourceKind};
use crate::node::Broker;

/// See the module.
pub(super) struct DescribeConfigs;

impl Api for DescribeConfigs {
    type Request = DescribeConfigsRequest;
    type Response = DescribeConfigsResponse;

    const KEY: ApiKey = ApiKey::DescribeConfigs;
    const VERSIONS: RangeInclusive<i16> = 1..=4;

    fn handle(call: Call<'_>, request: DescribeConfigsRequest) -> Stage<DescribeConfigsResponse> {
        let shown = Shown {
            synonyms: request.include_synonyms,
            types: call.version() >= 3,
            documentation: call.version() >= 3 && request.include_documentation,
        };
        let results = request.resources.into_iter().map(|asked| result(call.broker, asked, shown));
        Stage::Ready(DescribeConfigsResponse::default().with_results(results.collect()))
    }
}

/// Which parts of an entry the client wants and its version has.
#[derive(Clone, Copy)]
struct Shown {
    synonyms: bool,
    types: bool,
    documentation: bool,
}

fn result(broker: &Broker, asked: DescribeConfigsResource, shown: Shown) -> DescribeConfigsResult {
    let described = match asked.resource_type {
        BROKER_LOGGER => broker_loggers::describe(broker, &asked.resource_name),
        kind => resource(kind, &asked.resource_name)
            .and_then(|one| entries(broker, &one))
            .map(|entries| entries.into_iter().map(|entry| config(entry, shown)).collect()),
    };
    let result = DescribeConfigsResult::default()
        .with_resource_type(asked.resource_type)
        .with_error_message(None);
    let result = match described {
        Ok(mut entries) => {
            if let Some(keys) = &asked.configuration_keys {
                entries.retain(|entry| keys.contains(&entry.name));
            }
            result.with_configs(entries)
        }
        Err(refusal) => result
            .with_error_code(refusal.code.code())
            .with_error_message(Some(StrBytes::from_string(refusal.message))),
    };
    result.with_resource_name(asked.resource_name)
}

fn entries(broker: &Broker, resource: &ConfigResource) -> Result<Vec<Described>, Refusal> {
    let (image, settings) = (broker.image(), broker.settings());
    let nothing = ConfigValues::new();
    let set = image.configs().of(resource).map_or(&nothing, |values| values);
    match resource.kind {
        ResourceKind::Topic if image.topic(&resource.name).is_none() => {
            let message = format!("The topic {:?} does not exist.", resource.name);
            Err(Refusal::new(ErrorCode::UnknownTopicOrPartition, message))
        }
        ResourceKind::Topic => Ok(describe::topic(settings.layers(), set)),
        ResourceKind::Broker if resource.name.is_empty() => Ok(describe::every_broker(set)),
        ResourceKind::Broker if *resource.name == *broker.node_id.to_string() => {
            Ok(describe::broker(settings.layers()))
        }
        ResourceKind::Broker => {
            let message = format!(
                "This is broker {}; broker {:?} must be asked itself.",
                broker.node_id, resource.name
            );
            Err(Refusal::new(ErrorCode::InvalidRequest, message))
        }
        ResourceKind::Group => Ok(describe::group(settings.layers(), set)),
        ResourceKind::ClientMetrics => Ok(describe::client_metrics(set)),
    }
}

fn config(entry: Described, shown: Shown) -> DescribeConfigsResourceResult {
    let synonyms =
        if shown.synonyms { entry.synonyms.into_iter().map(synonym).collect() } else { Vec::new() };
    let documentation = shown.documentation.then(|| StrBytes::from_static_str(entry.documentation));
    DescribeConfigsResourceResult::default()
        .with_name(StrBytes::from_static_str(entry.name))
        .with_value(entry.value.map(StrBytes::from_string))
        .with_read_only(entry.is_read_only)
        .with_config_source(entry.source as i8)
        .with_is_sensitive(entry.is_sensitive)
        .with_synonyms(synonyms)
        .with_config_type(if shown.types { entry.kind as i8 } else { 0 })
        .with_documentation(documentation)
}

fn synonym(synonym: DescribedSynonym) -> DescribeConfigsSynonym {
    DescribeConfigsSynonym::default()
        .with_name(StrBytes::from_static_str(synonym.name))
        .with_value(synonym.value.map(StrBytes::from_string))
        .with_source(synonym.source as i8)
}
