//! AlterConfigs (key 33): gives resources a whole new set of values; what is not named goes back to its default.
//!
//! Older consoles still call it. Whoever changes a single key uses IncrementalAlterConfigs.

use std::ops::RangeInclusive;
use std::sync::Arc;

use protocol::messages::alter_configs_response::AlterConfigsResourceResponse;
use protocol::messages::{AlterConfigsRequest, AlterConfigsResponse};
use protocol::{ApiKey, ErrorCode, StrBytes};

use super::broker_loggers::BROKER_LOGGER;
use super::{Api, Call, Stage};
use crate::controller::{self, Refusal};
use crate::metadata::{ConfigResource, ResourceKind};

/// See the module.
pub(super) struct AlterConfigs;

impl Api for AlterConfigs {
    type Request = AlterConfigsRequest;
    type Response = AlterConfigsResponse;

    const KEY: ApiKey = ApiKey::AlterConfigs;
    const VERSIONS: RangeInclusive<i16> = 0..=2;

    fn handle(call: Call<'_>, request: AlterConfigsRequest) -> Stage<AlterConfigsResponse> {
        let broker = Arc::clone(call.broker);
        Stage::running(async move {
            let asked = request.resources.iter().map(|one| {
                let values = one.configs.iter().map(|config| {
                    (
                        Arc::from(config.name.as_str()),
                        config.value.as_ref().map(|value| Arc::from(value.as_str())),
                    )
                });
                let resource = resource(one.resource_type, &one.resource_name)?;
                Ok((resource, values.collect()))
            });
            let asked: Vec<Result<_, Refusal>> = asked.collect();
            let resources = asked.iter().flatten().cloned().collect();
            let alter =
                controller::AlterConfigs { resources, validate_only: request.validate_only };
            let decided = broker
                .controller
                .submit(alter)
                .await
                .map_err(|error| Refusal::new(error.code(), error.to_string()));
            let outcomes = merge(asked, decided);
            let responses = request.resources.into_iter().zip(outcomes).map(|(one, outcome)| {
                let (code, message) = verdict(outcome);
                AlterConfigsResourceResponse::default()
                    .with_resource_type(one.resource_type)
                    .with_resource_name(one.resource_name)
                    .with_error_code(code.code())
                    .with_error_message(message)
            });
            AlterConfigsResponse::default().with_responses(responses.collect())
        })
    }
}

/// What a client calls a resource.
pub(super) fn resource(kind: i8, name: &str) -> Result<ConfigResource, Refusal> {
    match ResourceKind::from_code(kind) {
        Some(kind) => Ok(ConfigResource { kind, name: name.into() }),
        None if kind == BROKER_LOGGER => Err(Refusal::new(
            ErrorCode::InvalidRequest,
            "The levels of loggers are changed one by one, with IncrementalAlterConfigs.",
        )),
        None => Err(Refusal::new(
            ErrorCode::InvalidRequest,
            format!("Unknown type of resource: {kind}."),
        )),
    }
}

/// Puts the controller's answers back among the resources that never reached it.
pub(super) fn merge<T>(
    asked: Vec<Result<T, Refusal>>,
    decided: Result<Vec<Result<(), Refusal>>, Refusal>,
) -> Vec<Result<(), Refusal>> {
    let mut decided = decided.map(Vec::into_iter);
    let outcome = |one: Result<T, Refusal>| {
        one?;
        match &mut decided {
            Ok(outcomes) => outcomes.next().expect("an answer for each resource"),
            Err(refusal) => Err(refusal.clone()),
        }
    };
    asked.into_iter().map(outcome).collect()
}

/// Code and message for the wire.
pub(super) fn verdict(outcome: Result<(), Refusal>) -> (ErrorCode, Option<StrBytes>) {
    match outcome {
        Ok(()) => (ErrorCode::None, None),
        Err(refusal) => (refusal.code, Some(StrBytes::from_string(refusal.message))),
    }
}
