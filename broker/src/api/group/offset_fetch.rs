//! OffsetFetch (key 9): how far groups have read; several groups in one request since version 8 (KIP-709).

use std::ops::RangeInclusive;

use protocol::messages::{OffsetFetchRequest, OffsetFetchResponse};
use protocol::{ApiKey, ErrorCode};
use tokio::sync::oneshot;

use super::{Known, mismatch, received};
use crate::api::{Api, Call, Stage};
use crate::group::wire::RefusedTopic;
use crate::group::wire::offset_fetch as wire;
use crate::group::{GroupId, Input, OffsetFetchReply, Reply};

/// See the module.
pub(in crate::api) struct OffsetFetch;

impl Api for OffsetFetch {
    type Request = OffsetFetchRequest;
    type Response = OffsetFetchResponse;

    const KEY: ApiKey = ApiKey::OffsetFetch;
    const VERSIONS: RangeInclusive<i16> = 1..=10;

    fn handle(call: Call<'_>, request: OffsetFetchRequest) -> Stage<OffsetFetchResponse> {
        let version = call.version();
        let topics = Known(call.broker.image());
        let waiting: Vec<Waiting> = wire::request(version, &request, &topics)
            .into_iter()
            .map(|(fetch, refused)| {
                let group = fetch.group.clone();
                let reply =
                    call.broker.groups.submit(&group, |ticket| Input::OffsetFetch(ticket, fetch));
                Waiting { group, reply, refused }
            })
            .collect();
        Stage::waiting(async move {
            let mut replies = Vec::with_capacity(waiting.len());
            for one in waiting {
                replies.push(one.reply().await);
            }
            wire::response(version, replies, &topics)
        })
    }
}

/// One group's part of the answer.
struct Waiting {
    group: GroupId,
    reply: Result<oneshot::Receiver<Reply>, ErrorCode>,
    refused: Vec<RefusedTopic>,
}

impl Waiting {
    async fn reply(self) -> (OffsetFetchReply, Vec<RefusedTopic>) {
        let reply = match self.reply {
            Ok(reply) => received(reply).await,
            Err(code) => Err(code),
        };
        let reply = match reply {
            Ok(Reply::OffsetFetch(reply)) => reply,
            Ok(other) => mismatch(&other),
            Err(error) => OffsetFetchReply { group: self.group, error, topics: Vec::new() },
        };
        (reply, self.refused)
    }
}
