//! IncrementalAlterConfigs (key 44): sets, deletes, appends to and subtracts from single keys (KIP-339).

use std::ops::RangeInclusive;
use std::sync::Arc;

use protocol::messages::incremental_alter_configs_request::{
    AlterConfigsResource, AlterableConfig,
};
use protocol::messages::incremental_alter_configs_response::AlterConfigsResourceResponse;
use protocol::messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};
use protocol::{ApiKey, ErrorCode};

use super::alter_configs::{merge, resource, verdict};
use super::broker_loggers::{self, BROKER_LOGGER};
use super::{Api, Call, Stage};
use crate::controller::{self, ConfigChange, ConfigOperation, Refusal};
use crate::metadata::ConfigResource;

/// See the module.
pub(super) struct IncrementalAlterConfigs;

impl Api for IncrementalAlterConfigs {
    type Request = IncrementalAlterConfigsRequest;
    type Response = IncrementalAlterConfigsResponse;

    const KEY: ApiKey = ApiKey::IncrementalAlterConfigs;
    const VERSIONS: RangeInclusive<i16> = 0..=1;

    fn handle(
        call: Call<'_>,
        request: IncrementalAlterConfigsRequest,
    ) -> Stage<IncrementalAlterConfigsResponse> {
        let broker = Arc::clone(call.broker);
        Stage::running(async move {
            let is_logger = |one: &AlterConfigsResource| one.resource_type == BROKER_LOGGER;
            let stored = request.resources.iter().filter(|one| !is_logger(one));
            let asked: Vec<Result<_, Refusal>> = stored.map(changes).collect();
            let resources = asked.iter().flatten().cloned().collect();
            let alter = controller::IncrementalAlterConfigs {
                resources,
                validate_only: request.validate_only,
            };
            let decided = broker
                .controller
                .submit(alter)
                .await
                .map_err(|error| Refusal::new(error.code(), error.to_string()));
            let mut outcomes = merge(asked, decided).into_iter();
            let responses = request.resources.into_iter().map(|one| {
                let outcome = match is_logger(&one) {
                    true => broker_loggers::alter(&broker, &one, request.validate_only),
                    false => outcomes.next().expect("an outcome for each resource"),
                };
                let (code, message) = verdict(outcome);
                AlterConfigsResourceResponse::default()
                    .with_resource_type(one.resource_type)
                    .with_resource_name(one.resource_name)
                    .with_error_code(code.code())
                    .with_error_message(message)
            });
            IncrementalAlterConfigsResponse::default().with_responses(responses.collect())
        })
    }
}

fn changes(asked: &AlterConfigsResource) -> Result<(ConfigResource, Vec<ConfigChange>), Refusal> {
    let resource = resource(asked.resource_type, &asked.resource_name)?;
    let changes: Result<Vec<_>, Refusal> = asked.configs.iter().map(change).collect();
    Ok((resource, changes?))
}

fn change(asked: &AlterableConfig) -> Result<ConfigChange, Refusal> {
    let operation = match asked.config_operation {
        0 => ConfigOperation::Set,
        1 => ConfigOperation::Delete,
        2 => ConfigOperation::Append,
        3 => ConfigOperation::Subtract,
        other => {
            let message =
                format!("Unknown operation {other} for the configuration key {}.", asked.name);
            return Err(Refusal::new(ErrorCode::InvalidRequest, message));
        }
    };
    let value = asked.value.as_ref().map(|value| Arc::from(value.as_str()));
    Ok(ConfigChange { key: Arc::from(asked.name.as_str()), operation, value })
}
