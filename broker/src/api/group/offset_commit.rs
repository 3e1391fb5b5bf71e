//! OffsetCommit (key 8): a group writes down how far it has read.

use std::ops::RangeInclusive;
use std::time::Duration;

use protocol::messages::{OffsetCommitRequest, OffsetCommitResponse};
use protocol::{ApiKey, ErrorCode};

use super::{Known, ask_within, mismatch};
use crate::api::{Api, Call, Stage};
use crate::group::wire::offset_commit as wire;
use crate::group::{CommittedTopic, Input, OffsetCommit as Commit, OffsetCommitReply, Reply};

/// See the module.
pub(in crate::api) struct OffsetCommit;

impl Api for OffsetCommit {
    type Request = OffsetCommitRequest;
    type Response = OffsetCommitResponse;

    const KEY: ApiKey = ApiKey::OffsetCommit;
    const VERSIONS: RangeInclusive<i16> = 2..=10;

    fn handle(call: Call<'_>, request: OffsetCommitRequest) -> Stage<OffsetCommitResponse> {
        let version = call.version();
        let topics = Known(call.broker.image());
        let (commit, refused) = wire::request(version, &request, &topics);
        let asked = commit.clone();
        let group = commit.group.clone();
        let limit = call.broker.config().groups.offsets_commit_timeout_ms;
        let limit =
            Duration::from_millis(u64::try_from(limit).expect("the row asks for 1 or more"));
        ask_within(
            &call,
            &group,
            limit,
            |ticket| Input::OffsetCommit(ticket, commit),
            move |reply| match reply {
                Ok(Reply::OffsetCommit(reply)) => wire::response(version, reply, &refused),
                Ok(other) => mismatch(&other),
                Err(code) => wire::response(version, failed(&asked, code), &refused),
            },
        )
    }
}

/// Every partition of the commit with the same error.
fn failed(commit: &Commit, code: ErrorCode) -> OffsetCommitReply {
    let topics = commit.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|partition| (partition.partition, code));
        CommittedTopic { name: topic.name.clone(), id: topic.id, partitions: partitions.collect() }
    });
    OffsetCommitReply { topics: topics.collect() }
}
