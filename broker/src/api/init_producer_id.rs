//! InitProducerId (key 22): an id and an epoch for an idempotent producer (KIP-98, KIP-360).
//!
//! A producer without a transactional id gets a new id each time, also when it names the one that it had: nobody else
//! can be using that one, so there is nothing to fence.

use std::ops::RangeInclusive;
use std::sync::Arc;

use protocol::messages::{
    InitProducerIdRequest, InitProducerIdResponse, ProducerId as WireProducerId,
};
use protocol::{ApiKey, ErrorCode};

use super::{Api, Call, Stage};

/// See the module.
pub(super) struct InitProducerId;

impl Api for InitProducerId {
    type Request = InitProducerIdRequest;
    type Response = InitProducerIdResponse;

    const KEY: ApiKey = ApiKey::InitProducerId;
    const VERSIONS: RangeInclusive<i16> = 0..=5;

    fn handle(call: Call<'_>, request: InitProducerIdRequest) -> Stage<InitProducerIdResponse> {
        if let Some(id) = &request.transactional_id {
            let code = if id.is_empty() {
                ErrorCode::InvalidRequest
            } else {
                // A client that asks has not looked for the transaction coordinator, which would have told it so.
                ErrorCode::NotCoordinator
            };
            return Stage::Ready(failed(code));
        }
        let broker = Arc::clone(call.broker);
        Stage::running(async move {
            match broker.producer_ids.next(broker.epoch()).await {
                Ok(id) => InitProducerIdResponse::default()
                    .with_producer_id(WireProducerId(id.get()))
                    .with_producer_epoch(0),
                Err(code) => failed(code),
            }
        })
    }
}

fn failed(code: ErrorCode) -> InitProducerIdResponse {
    InitProducerIdResponse::default()
        .with_error_code(code.code())
        .with_producer_id(WireProducerId(-1))
        .with_producer_epoch(-1)
}
