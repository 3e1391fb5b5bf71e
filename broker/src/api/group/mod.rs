//! The APIs of consumer groups: one file each. They hand the request to the coordinator of its group and turn its reply
//! into a response; all rules of groups are the machine's (`group`), all differences of versions are `group::wire`'s.

pub(super) mod delete_groups;
pub(super) mod describe_groups;
pub(super) mod heartbeat;
pub(super) mod join_group;
pub(super) mod leave_group;
pub(super) mod list_groups;
pub(super) mod offset_commit;
pub(super) mod offset_delete;
pub(super) mod offset_fetch;
pub(super) mod sync_group;

use std::sync::Arc;
use std::time::Duration;

use protocol::ErrorCode;
use protocol::ids::TopicId;
use tokio::sync::oneshot;

use super::{Call, Stage};
use crate::group::wire::{KnownTopic, Topics};
use crate::group::{GroupId, Input, Reply};
use crate::machine::Ticket;
use crate::metadata::{Image, Topic};

/// Hands `input` to the coordinator of `group`; `respond` makes the response of its reply, or of the error that kept it
/// from giving one.
fn ask<R: Send + 'static>(
    call: &Call<'_>,
    group: &GroupId,
    input: impl FnOnce(Ticket) -> Input,
    respond: impl FnOnce(Result<Reply, ErrorCode>) -> R + Send + 'static,
) -> Stage<R> {
    match call.broker.groups.submit(group, input) {
        Ok(reply) => Stage::waiting(async move { respond(received(reply).await) }),
        Err(code) => Stage::Ready(respond(Err(code))),
    }
}

/// The same for a reply that may not take longer than `limit`: what it waits for is then not on disk, which a client tries again.
fn ask_within<R: Send + 'static>(
    call: &Call<'_>,
    group: &GroupId,
    limit: Duration,
    input: impl FnOnce(Ticket) -> Input,
    respond: impl FnOnce(Result<Reply, ErrorCode>) -> R + Send + 'static,
) -> Stage<R> {
    match call.broker.groups.submit(group, input) {
        Ok(reply) => Stage::waiting(async move {
            let received = tokio::time::timeout(limit, received(reply)).await;
            respond(received.unwrap_or(Err(ErrorCode::CoordinatorNotAvailable)))
        }),
        Err(code) => Stage::Ready(respond(Err(code))),
    }
}

/// The reply; a coordinator that has gone meanwhile answers for itself.
async fn received(reply: oneshot::Receiver<Reply>) -> Result<Reply, ErrorCode> {
    reply.await.map_err(|_| ErrorCode::NotCoordinator)
}

/// A reply of another kind than the question is a mistake of ours.
fn mismatch(reply: &Reply) -> ! {
    panic!("the coordinator answered another question: {reply:?}")
}

/// The topics that exist, as the coordinator's adapters ask for them.
struct Known(Arc<Image>);

impl Topics for Known {
    fn by_name(&self, name: &str) -> Result<KnownTopic, ErrorCode> {
        self.0.topic(name).map(|topic| known(topic)).ok_or(ErrorCode::UnknownTopicOrPartition)
    }

    fn by_id(&self, id: TopicId) -> Result<KnownTopic, ErrorCode> {
        self.0.topics().by_id(id).map(|topic| known(topic)).ok_or(ErrorCode::UnknownTopicId)
    }
}

fn known(topic: &Topic) -> KnownTopic {
    let partitions =
        i32::try_from(topic.partitions.len()).expect("partitions are numbered in 32 bits");
    KnownTopic { name: topic.name.clone(), id: topic.id, partitions }
}
