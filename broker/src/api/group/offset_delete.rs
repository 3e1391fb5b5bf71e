//! OffsetDelete (key 47): takes back what a group wrote down of topics that it no longer reads (KIP-496).

use std::ops::RangeInclusive;

use protocol::ApiKey;
use protocol::messages::{OffsetDeleteRequest, OffsetDeleteResponse};

use super::{Known, ask, mismatch};
use crate::api::{Api, Call, Stage};
use crate::group::wire::offset_delete as wire;
use crate::group::{Input, OffsetDeleteReply, Reply};

/// See the module.
pub(in crate::api) struct OffsetDelete;

impl Api for OffsetDelete {
    type Request = OffsetDeleteRequest;
    type Response = OffsetDeleteResponse;

    const KEY: ApiKey = ApiKey::OffsetDelete;
    const VERSIONS: RangeInclusive<i16> = 0..=0;

    fn handle(call: Call<'_>, request: OffsetDeleteRequest) -> Stage<OffsetDeleteResponse> {
        let topics = Known(call.broker.image());
        let (delete, refused) = wire::request(&request, &topics);
        let group = delete.group.clone();
        ask(
            &call,
            &group,
            |ticket| Input::OffsetDelete(ticket, delete),
            move |reply| match reply {
                Ok(Reply::OffsetDelete(reply)) => wire::response(reply, &refused),
                Ok(other) => mismatch(&other),
                Err(error) => {
                    wire::response(OffsetDeleteReply { error, topics: Vec::new() }, &refused)
                }
            },
        )
    }
}
