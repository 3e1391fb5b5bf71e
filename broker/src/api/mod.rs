//! The APIs that we serve: one file each, and one table of them all.
//!
//! A file holds one [`Api`]: its key, the versions it answers, and its handler. The table [`APIS`] gives ApiVersions,
//! the dispatcher and `docs/protocol.md`. A version stands in the table only if its requests decode, its handler
//! does what Kafka's documentation says of that version, and its responses encode; a test walks through all of them.
//!
//! # Two stages
//!
//! [`Api::handle`] is the ordered part of a request: it runs on the connection's own task, in order of arrival, and
//! does not block. It answers at once, or hands back what remains to be waited for ([`Stage`]).

mod alter_configs;
mod api_versions;
mod broker_loggers;
mod create_partitions;
mod create_topics;
mod delete_records;
mod delete_topics;
mod describe_acls;
mod describe_cluster;
mod describe_configs;
mod describe_log_dirs;
mod describe_producers;
mod describe_quorum;
mod describe_topic_partitions;
mod errors;
mod fetch;
mod find_coordinator;
mod group;
mod incremental_alter_configs;
mod init_producer_id;
mod list_config_resources;
mod list_offsets;
mod metadata;
mod offset_for_leader_epoch;
mod produce;
mod table;

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use protocol::header::{self, RequestHead};
use protocol::message;
use protocol::{ApiKey, ErrorCode};
use tracing::warn;

use self::errors::Errors;
use crate::machine::Instant;
use crate::node::Broker;
use crate::node::clock::Clock;
use crate::telemetry::{Metrics, Present};

/// Every API, in the order in which clients use them.
pub(crate) static APIS: &[Row] = &[
    row::<api_versions::ApiVersions>(),
    row::<metadata::Metadata>(),
    row::<produce::Produce>(),
    row::<fetch::Fetch>(),
    row::<list_offsets::ListOffsets>(),
    row::<find_coordinator::FindCoordinator>(),
    row::<group::join_group::JoinGroup>(),
    row::<group::sync_group::SyncGroup>(),
    row::<group::heartbeat::Heartbeat>(),
    row::<group::leave_group::LeaveGroup>(),
    row::<group::offset_commit::OffsetCommit>(),
    row::<group::offset_fetch::OffsetFetch>(),
    row::<group::offset_delete::OffsetDelete>(),
    row::<group::describe_groups::DescribeGroups>(),
    row::<group::list_groups::ListGroups>(),
    row::<group::delete_groups::DeleteGroups>(),
    row::<init_producer_id::InitProducerId>(),
    row::<offset_for_leader_epoch::OffsetForLeaderEpoch>(),
    row::<create_topics::CreateTopics>(),
    row::<delete_topics::DeleteTopics>(),
    row::<create_partitions::CreatePartitions>(),
    row::<delete_records::DeleteRecords>(),
    row::<describe_topic_partitions::DescribeTopicPartitions>(),
    row::<describe_cluster::DescribeCluster>(),
    row::<describe_configs::DescribeConfigs>(),
    row::<alter_configs::AlterConfigs>(),
    row::<incremental_alter_configs::IncrementalAlterConfigs>(),
    row::<list_config_resources::ListConfigResources>(),
    row::<describe_log_dirs::DescribeLogDirs>(),
    row::<describe_producers::DescribeProducers>(),
    row::<describe_quorum::DescribeQuorum>(),
    row::<describe_acls::DescribeAcls>(),
];

/// Who sent a request.
#[derive(Debug)]
pub(crate) struct Peer {
    /// Where the connection comes from.
    pub(crate) address: SocketAddr,
    /// The name of the listener it came in by.
    pub(crate) listener: Arc<str>,
    /// Counted among the connections of its client library, if it told its name in ApiVersions (KIP-511).
    pub(crate) software: Option<Present>,
}

impl Peer {
    pub(crate) fn new(address: SocketAddr, listener: Arc<str>) -> Self {
        Self { address, listener, software: None }
    }
}

/// What becomes of a request, for the connection.
pub(crate) enum Answer {
    /// The whole response.
    Ready(Vec<Bytes>),
    /// The ordered part is done; what is left to wait for may overlap with later requests.
    Waiting(BoxFuture<'static, Vec<Bytes>>),
    /// Later requests of this connection must wait until this one is done.
    Running(BoxFuture<'static, Vec<Bytes>>),
    /// The client expects no response (`acks=0`).
    Nothing,
    /// Close the connection, after the earlier answers have left.
    Close(String),
}

/// What a handler made of a request.
pub(crate) enum Stage<R> {
    /// The answer.
    Ready(R),
    /// As [`Answer::Waiting`].
    Waiting(BoxFuture<'static, R>),
    /// As [`Answer::Running`].
    Running(BoxFuture<'static, R>),
    /// As [`Answer::Nothing`].
    Nothing,
    /// As [`Answer::Close`]: the only way to tell a client that asked for no response.
    Close(String),
}

impl<R> Stage<R> {
    /// What remains to be done, before the next request of this connection is looked at.
    pub(crate) fn running(work: impl Future<Output = R> + Send + 'static) -> Self {
        Self::Running(Box::pin(work))
    }

    /// What remains to be waited for, beside later requests.
    pub(crate) fn waiting(work: impl Future<Output = R> + Send + 'static) -> Self {
        Self::Waiting(Box::pin(work))
    }
}

/// A request being handled.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) broker: &'a Arc<Broker>,
    pub(crate) peer: &'a mut Peer,
    pub(crate) head: &'a RequestHead,
}

impl Call<'_> {
    /// The version of the request, which is the response's too.
    pub(crate) fn version(&self) -> i16 {
        self.head.version
    }

    /// The client's own name for itself, or nothing.
    pub(crate) fn client_id(&self) -> &str {
        self.head.client_id.as_deref().unwrap_or_default()
    }
}

/// One API.
pub(crate) trait Api {
    /// Its request, decoded.
    type Request: message::RequestBody<Response = Self::Response>;
    /// Its response.
    type Response: message::ApiBody + Errors + Send + 'static;

    /// Its key.
    const KEY: ApiKey;
    /// The versions that this file answers.
    const VERSIONS: RangeInclusive<i16>;

    /// The ordered part.
    fn handle(call: Call<'_>, request: Self::Request) -> Stage<Self::Response>;
}

/// A row of the table.
pub(crate) struct Row {
    /// The API.
    pub(crate) key: ApiKey,
    /// The versions served.
    pub(crate) versions: RangeInclusive<i16>,
    serve: fn(Call<'_>, &mut Bytes) -> Answer,
}

const fn row<A: Api>() -> Row {
    Row { key: A::KEY, versions: A::VERSIONS, serve: serve::<A> }
}

fn serve<A: Api>(call: Call<'_>, body: &mut Bytes) -> Answer {
    let (version, correlation_id) = (call.head.version, call.head.correlation_id);
    let request = match message::decode_request::<A::Request>(version, body) {
        Ok(request) => request,
        Err(error) => {
            return Answer::Close(format!(
                "{:?} version {version} does not decode: {error}",
                A::KEY
            ));
        }
    };
    let watch = Watch::begin(call.broker, A::KEY);
    let encode = move |response: A::Response| {
        watch.end(&response);
        encode::<A>(version, correlation_id, &response)
    };
    match A::handle(call, request) {
        Stage::Ready(response) => Answer::Ready(encode(response)),
        Stage::Waiting(future) => Answer::Waiting(Box::pin(async move { encode(future.await) })),
        Stage::Running(future) => Answer::Running(Box::pin(async move { encode(future.await) })),
        Stage::Nothing => Answer::Nothing,
        Stage::Close(why) => Answer::Close(why),
    }
}

/// Counts a request: how long it took, and what errors are in its answer.
struct Watch {
    clock: Clock,
    metrics: Arc<Metrics>,
    key: ApiKey,
    began: Instant,
}

impl Watch {
    fn begin(broker: &Broker, key: ApiKey) -> Self {
        let (clock, metrics) = (broker.clock, Arc::clone(&broker.metrics));
        metrics.totals.requests.of(key).increment();
        Self { clock, metrics, key, began: clock.instant() }
    }

    fn end(&self, response: &impl Errors) {
        let totals = &self.metrics.totals;
        totals.request_seconds.of(self.key).record(self.clock.instant().since(self.began));
        response.each_error(&mut |code| {
            if let Some(code) = ErrorCode::from_code(code).filter(|code| !code.is_none()) {
                totals.errors.of(code).increment();
            }
        });
    }
}

fn encode<A: Api>(version: i16, correlation_id: i32, response: &A::Response) -> Vec<Bytes> {
    match message::encode_response(A::KEY, version, correlation_id, response) {
        Ok(chunks) => chunks.into_vec(),
        // A response that its own version cannot carry is our mistake; the client would wait for ever.
        Err(error) => panic!("{:?} version {version} cannot carry the response: {error}", A::KEY),
    }
}

/// Turns frames into answers. One per connection, all sharing the broker.
#[derive(Clone, Debug)]
pub(crate) struct Dispatcher {
    broker: Arc<Broker>,
}

impl Dispatcher {
    pub(crate) fn new(broker: Arc<Broker>) -> Self {
        Self { broker }
    }

    /// Runs the ordered part of one request.
    pub(crate) fn dispatch(&self, peer: &mut Peer, mut frame: Bytes) -> Answer {
        let head = match header::decode_request_head(&mut frame) {
            Ok(head) => head,
            Err(error) => {
                return Answer::Close(format!("the request's header does not decode: {error}"));
            }
        };
        let Some(row) = ApiKey::try_from(head.api_key).ok().and_then(find) else {
            return Answer::Close(format!("API key {} is not served here", head.api_key));
        };
        if !row.versions.contains(&head.version) {
            return unsupported(row, &head);
        }
        (row.serve)(Call { broker: &self.broker, peer, head: &head }, &mut frame)
    }
}

fn find(key: ApiKey) -> Option<&'static Row> {
    APIS.iter().find(|row| row.key == key)
}

/// A version that we do not serve. ApiVersions is answered in its oldest form with our real range (KIP-511), so that
/// the client can ask again; for any other API there is no form that the client is sure to understand.
fn unsupported(row: &Row, head: &RequestHead) -> Answer {
    if row.key == ApiKey::ApiVersions {
        let response = api_versions::unsupported_version();
        return Answer::Ready(encode::<api_versions::ApiVersions>(
            0,
            head.correlation_id,
            &response,
        ));
    }
    warn!(
        api = ?row.key,
        version = head.version,
        client_id = head.client_id.as_deref().unwrap_or_default(),
        "a client sent a version of this API that is not served (served: {} to {}); it does not negotiate versions, \
         so set its protocol version to that of Kafka 2.1 or newer",
        row.versions.start(),
        row.versions.end(),
    );
    Answer::Close(format!("{:?} version {} is not served", row.key, head.version))
}
