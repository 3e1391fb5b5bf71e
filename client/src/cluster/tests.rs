//! A cluster against brokers that are scripts on loopback sockets.

use std::sync::atomic::{AtomicUsize, Ordering};

use protocol::ErrorCode;
use protocol::StrBytes;
use protocol::frame::{FrameDecoder, FrameLimits};
use protocol::header::decode_request_head;
use protocol::ids::{PartitionIndex, TopicName};
use protocol::message::{ApiBody, Chunks, encode_response};
use protocol::messages::api_versions_response::ApiVersion;
use protocol::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use protocol::messages::{
    ApiKey, ApiVersionsResponse, FindCoordinatorResponse, MetadataResponse,
    find_coordinator_response::Coordinator,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// How a scripted broker behaves.
#[derive(Clone)]
struct Behaviour {
    /// What it says of itself.
    advertised: Address,
    /// How many connections it drops after the handshake, at the first request.
    drops: usize,
    /// How often the group has no coordinator before it has one.
    unready: usize,
}

/// A broker that answers ApiVersions, Metadata and FindCoordinator until the test ends.
async fn broker(behaviour: impl FnOnce(Address) -> Behaviour) -> Address {
    counting_broker(behaviour).await.0
}

/// The same, with the number of connections that it has had.
async fn counting_broker(
    behaviour: impl FnOnce(Address) -> Behaviour,
) -> (Address, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("a bound listener").port();
    let address = Address::new("127.0.0.1", port);
    let mut behaviour = behaviour(address.clone());
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            let dropped = behaviour.drops > 0;
            behaviour.drops = behaviour.drops.saturating_sub(1);
            tokio::spawn(serve(stream, behaviour.clone(), dropped));
        }
    });
    (address, connections)
}

/// Answers one connection until it ends, or the first request after the handshake if that is to be dropped.
async fn serve(mut stream: TcpStream, mut behaviour: Behaviour, dropped: bool) {
    let mut decoder = FrameDecoder::new(FrameLimits::default());
    loop {
        while let Ok(Some(mut frame)) = decoder.take() {
            let head = decode_request_head(&mut frame).expect("the client sends headers");
            let (version, id) = (head.version, head.correlation_id);
            let bytes = match head.key() {
                Some(ApiKey::ApiVersions) => encoded(version, id, &versions()),
                _ if dropped => return,
                Some(ApiKey::Metadata) => encoded(version, id, &metadata(&behaviour.advertised)),
                Some(ApiKey::FindCoordinator) => encoded(version, id, &coordinator(&mut behaviour)),
                other => panic!("the script has no answer to {other:?}"),
            };
            if stream.write_all(&bytes).await.is_err() {
                return;
            }
        }
        match stream.read_buf(decoder.space()).await {
            Ok(1..) => {}
            _ => return,
        }
    }
}

fn encoded<B: ApiBody>(version: i16, id: i32, body: &B) -> bytes::Bytes {
    let frame = encode_response(B::KEY, version, id, body);
    frame.map(Chunks::into_bytes).expect("the answer fits its version")
}

fn versions() -> ApiVersionsResponse {
    let api = |key: ApiKey, max| {
        ApiVersion::default().with_api_key(key as i16).with_min_version(0).with_max_version(max)
    };
    let apis =
        [api(ApiKey::ApiVersions, 4), api(ApiKey::Metadata, 12), api(ApiKey::FindCoordinator, 4)];
    ApiVersionsResponse::default().with_api_keys(apis.to_vec())
}

fn metadata(advertised: &Address) -> MetadataResponse {
    let broker = MetadataResponseBroker::default()
        .with_node_id(1.into())
        .with_host(StrBytes::from_string(advertised.host.clone()))
        .with_port(advertised.port.into());
    let partition = MetadataResponsePartition::default().with_leader_id(1.into());
    let topic = MetadataResponseTopic::default()
        .with_name(Some(StrBytes::from_static_str("t").into()))
        .with_partitions(vec![partition]);
    MetadataResponse::default().with_brokers(vec![broker]).with_topics(vec![topic])
}

fn coordinator(behaviour: &mut Behaviour) -> FindCoordinatorResponse {
    let ready = behaviour.unready == 0;
    behaviour.unready = behaviour.unready.saturating_sub(1);
    let code = if ready { ErrorCode::None } else { ErrorCode::CoordinatorNotAvailable };
    let coordinator = Coordinator::default()
        .with_key(StrBytes::from_static_str("g"))
        .with_node_id(1.into())
        .with_error_code(code.code());
    FindCoordinatorResponse::default().with_coordinators(vec![coordinator])
}

fn lazily(address: Address) -> Cluster {
    let mut options = ClusterOptions::new(vec![address]);
    options.backoff.initial = Duration::from_millis(1);
    Cluster::lazily(options)
}

fn partition() -> TopicPartition {
    let topic = TopicName::new("t").expect("a legal name");
    TopicPartition { topic, partition: PartitionIndex(0) }
}

#[tokio::test]
async fn a_broker_that_is_where_it_says_needs_one_connection() {
    let honest = |own| Behaviour { advertised: own, drops: 0, unready: 0 };
    let (address, connections) = counting_broker(honest).await;
    let cluster = lazily(address);
    let leader = cluster.leader_of(&partition()).await.expect("the script leads");
    let node = cluster.node(leader, Lane::Ordinary).await.expect("the connection that is open");
    let any = cluster.any().await.expect("the connection that is open");
    assert_eq!(node.address(), any.address());
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn whoever_waits_apart_holds_up_nobody_else() {
    // Seen with two members of a group in one process: the JoinGroup of one waited for the other, whose heartbeat stood
    // behind it, until the request timed out.
    let honest = |own| Behaviour { advertised: own, drops: 0, unready: 0 };
    let (address, connections) = counting_broker(honest).await;
    let cluster = lazily(address);
    let leader = cluster.leader_of(&partition()).await.expect("the script leads");
    let (one, other) = (cluster.apart(), cluster.apart());
    let mut lanes = Vec::new();
    for member in [&one, &other, &one.clone()] {
        lanes.push(member.node(leader, Lane::Group).await.expect("a lane"));
        member.node(leader, Lane::Ordinary).await.expect("the connection that all share");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 3, "one for all, and one for each of the two");
    assert!(lanes.iter().all(|lane| lane.ended().is_none()));
}

#[tokio::test]
async fn a_caller_that_stops_polling_while_it_connects_holds_nobody_up() {
    // Seen when a broker was killed under a group: each consumer committed while its own fetch, which nobody polled,
    // had the turn to connect.
    let address = broker(|own| Behaviour { advertised: own, drops: 0, unready: 0 }).await;
    let cluster = lazily(address);
    let leader = cluster.leader_of(&partition()).await.expect("the script leads");
    let mut kept = std::pin::pin!(cluster.node(leader, Lane::Fetch));
    assert!(futures::poll!(&mut kept).is_pending(), "it has begun to connect");
    let other = tokio::time::timeout(Duration::from_secs(20), cluster.node(leader, Lane::Group));
    assert!(other.await.expect("nobody waits for what is not polled").is_ok());
    assert!(kept.await.is_ok());
}

#[tokio::test]
async fn a_broker_that_advertises_a_dead_address_is_explained() {
    let dead = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = dead.local_addr().expect("a bound listener").port();
    drop(dead);
    let advertised = Address::new("127.0.0.1", port);
    let said = advertised.clone();
    let bootstrap = broker(|_| Behaviour { advertised: said, drops: 0, unready: 0 }).await;
    let cluster = lazily(bootstrap.clone());
    let leader = cluster.leader_of(&partition()).await.expect("the script leads");
    let error = cluster.node(leader, Lane::Ordinary).await.expect_err("nobody listens there");
    let expected = (bootstrap, advertised, NodeId(1));
    match &error {
        Error::Advertised { bootstrap, advertised, node, .. } => {
            assert_eq!((bootstrap.clone(), advertised.clone(), *node), expected);
        }
        other => panic!("{other:?}"),
    }
    assert!(error.advice().is_some_and(|advice| advice.contains("advertised.listeners")));
    assert!(!error.is_retriable(), "waiting does not change a configuration");
}

#[tokio::test]
async fn a_request_lost_with_its_connection_is_sent_again_over_a_new_one() {
    let address = broker(|own| Behaviour { advertised: own, drops: 2, unready: 0 }).await;
    let cluster = lazily(address);
    let once = cluster.refresh(Wanted::Brokers).await;
    assert!(matches!(once, Err(Error::Disconnected { .. })), "{once:?}");
    let view = cluster.retrying(|| cluster.refresh(Wanted::Brokers)).await;
    assert_eq!(view.expect("the third connection lives").brokers.len(), 1);
}

#[tokio::test]
async fn a_coordinator_that_is_not_ready_is_asked_for_again_and_then_remembered() {
    let address = broker(|own| Behaviour { advertised: own, drops: 0, unready: 2 }).await;
    let cluster = lazily(address);
    assert_eq!(cluster.coordinator_of("g").await, Ok(NodeId(1)));
    assert_eq!(cluster.shared.coordinators.lock().get("g"), Some(&NodeId(1)));
    cluster.forget_coordinator("g");
    assert!(cluster.shared.coordinators.lock().is_empty());
}

#[tokio::test]
async fn when_nobody_answers_all_addresses_are_named() {
    let dead = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = dead.local_addr().expect("a bound listener").port();
    drop(dead);
    let options =
        ClusterOptions::new(vec![Address::new("127.0.0.1", port), Address::new("localhost", port)]);
    let error = Cluster::connect(options).await.expect_err("nobody listens there");
    let said = error.to_string();
    assert!(said.contains("127.0.0.1:") && said.contains("localhost:"), "{said}");
}
