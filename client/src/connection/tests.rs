//! A connection against a broker that is a script on the other end of a pipe.

use bytes::BytesMut;
use protocol::frame::{FrameDecoder, FrameLimits};
use protocol::header::{RequestHead, decode_request_head};
use protocol::message::{ApiBody, Chunks, encode_response};
use protocol::messages::api_versions_response::ApiVersion;
use protocol::messages::{
    ApiVersionsResponse, HeartbeatRequest, HeartbeatResponse, ListGroupsRequest,
    ListGroupsResponse, ProduceRequest,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::*;
use crate::error::Kind;

/// The broker's end of the pipe.
struct Script {
    stream: DuplexStream,
    decoder: FrameDecoder,
}

impl Script {
    /// The next request, or `None` when the client has closed.
    async fn request(&mut self) -> Option<(RequestHead, Bytes)> {
        loop {
            if let Some(mut frame) = self.decoder.take().expect("the client sends whole frames") {
                let head = decode_request_head(&mut frame).expect("the client sends headers");
                return Some((head, frame));
            }
            let read = self.stream.read_buf(self.decoder.space()).await.ok()?;
            if read == 0 {
                return None;
            }
        }
    }

    async fn answer<B: ApiBody>(&mut self, version: i16, correlation: i32, body: &B) {
        let frame = encode_response(B::KEY, version, correlation, body);
        let frame = frame.map(Chunks::into_bytes).expect("the answer fits its version");
        self.stream.write_all(&frame).await.expect("the client reads");
    }

    /// Answers the handshake: these APIs, in these versions.
    async fn shake(&mut self, apis: &[(ApiKey, i16, i16)]) {
        let (head, _) = self.request().await.expect("the handshake comes first");
        assert_eq!(head.api_key, ApiKey::ApiVersions as i16);
        self.answer(head.version, head.correlation_id, &versions(0, apis)).await;
    }

    /// Answers a Heartbeat; its throttle time tells one answer from another.
    async fn beat(&mut self, head: &RequestHead, throttle_time_ms: i32) {
        let body = HeartbeatResponse::default().with_throttle_time_ms(throttle_time_ms);
        self.answer(head.version, head.correlation_id, &body).await;
    }
}

fn versions(error: i16, apis: &[(ApiKey, i16, i16)]) -> ApiVersionsResponse {
    let row = |(key, min, max): &(ApiKey, i16, i16)| {
        let api = ApiVersion::default().with_api_key(*key as i16);
        api.with_min_version(*min).with_max_version(*max)
    };
    ApiVersionsResponse::default()
        .with_error_code(error)
        .with_api_keys(apis.iter().map(row).collect())
}

const USUAL: [(ApiKey, i16, i16); 4] = [
    (ApiKey::ApiVersions, 0, 4),
    (ApiKey::Heartbeat, 0, 4),
    (ApiKey::ListGroups, 0, 5),
    (ApiKey::Produce, 0, 13),
];

type Opening = tokio::task::JoinHandle<Result<Connection, Error>>;

/// A client that begins to connect, and the broker's end.
fn open(options: ConnectionOptions) -> (Opening, Script) {
    let (ours, theirs) = tokio::io::duplex(1 << 20);
    let (reader, writer) = tokio::io::split(ours);
    let address = Address::new("script", 9092);
    let opening = tokio::spawn(Connection::over(reader, writer, address, options));
    let decoder = FrameDecoder::new(FrameLimits::default());
    (opening, Script { stream: theirs, decoder })
}

async fn connected(options: ConnectionOptions) -> (Connection, Script) {
    let (opening, mut script) = open(options);
    script.shake(&USUAL).await;
    let connection = opening.await.expect("no panic").expect("the handshake was answered");
    (connection, script)
}

/// Sends a Heartbeat, and gives a future of its answer's throttle time.
async fn beat(connection: &Connection) -> impl Future<Output = Result<i32, Error>> + use<> {
    let sent = connection.send(&HeartbeatRequest::default(), 4, Duration::ZERO).await;
    let answer = sent.expect("the connection is open");
    async move { answer.await.map(|answer| answer.throttle_time_ms) }
}

#[tokio::test]
async fn requests_leave_in_order_before_the_first_is_answered_and_each_gets_its_own_answer() {
    let (connection, mut script) = connected(ConnectionOptions::default()).await;
    let (a, b, c) = (beat(&connection).await, beat(&connection).await, beat(&connection).await);
    let mut heads = Vec::new();
    for _ in 0..3 {
        heads.push(script.request().await.expect("three were sent").0);
    }
    assert!(heads.is_sorted_by_key(|head| head.correlation_id));
    for (head, mark) in heads.iter().zip([10, 20, 30]) {
        script.beat(head, mark).await;
    }
    // Awaited in another order than sent.
    assert_eq!((c.await, a.await, b.await), (Ok(30), Ok(10), Ok(20)));
}

#[tokio::test]
async fn an_answer_out_of_order_ends_the_connection_and_reaches_nobody() {
    let (connection, mut script) = connected(ConnectionOptions::default()).await;
    let (a, b) = (beat(&connection).await, beat(&connection).await);
    script.request().await.expect("a");
    let (second, _) = script.request().await.expect("b");
    script.beat(&second, 20).await;
    for answer in [a.await, b.await] {
        assert!(matches!(answer, Err(Error::Malformed { .. })), "{answer:?}");
    }
    assert!(connection.ended().is_some());
}

#[tokio::test]
async fn an_answer_whose_caller_has_gone_is_passed_over() {
    let (connection, mut script) = connected(ConnectionOptions::default()).await;
    drop(beat(&connection).await);
    let b = beat(&connection).await;
    for mark in [10, 20] {
        let (head, _) = script.request().await.expect("both were sent");
        script.beat(&head, mark).await;
    }
    assert_eq!(b.await, Ok(20));
}

#[tokio::test]
async fn a_broker_that_goes_away_fails_everyone_who_waits_in_a_way_that_can_be_tried_again() {
    let (connection, mut script) = connected(ConnectionOptions::default()).await;
    let (a, b) = (beat(&connection).await, beat(&connection).await);
    script.request().await.expect("a");
    drop(script);
    for answer in [a.await, b.await] {
        let error = answer.expect_err("the broker is gone");
        assert!(matches!(error, Error::Disconnected { .. }), "{error:?}");
        assert!(error.is_retriable() && error.wants_metadata());
        assert_eq!(error.kind(), Kind::Unreachable);
    }
    let late = connection.call(&HeartbeatRequest::default()).await;
    assert!(matches!(late, Err(Error::Disconnected { .. })), "{late:?}");
}

#[tokio::test(start_paused = true)]
async fn a_request_without_an_answer_times_out_and_takes_those_behind_it_along() {
    let (connection, _silent) = connected(ConnectionOptions::default()).await;
    let (a, b) = (beat(&connection).await, beat(&connection).await);
    let error = a.await.expect_err("nobody answers");
    assert!(matches!(&error, Error::TimedOut { doing, .. } if doing.contains("Heartbeat")));
    assert_eq!(b.await, Err(error));
}

#[tokio::test(start_paused = true)]
async fn a_request_may_ask_the_broker_to_wait_longer_than_the_timeout() {
    let (connection, mut script) = connected(ConnectionOptions::default()).await;
    let patience = Duration::from_secs(300);
    let sent = connection.send(&HeartbeatRequest::default(), 4, patience).await;
    let answer = tokio::spawn(sent.expect("the connection is open"));
    let (head, _) = script.request().await.expect("it was sent");
    tokio::time::advance(patience).await;
    script.beat(&head, 1).await;
    assert!(answer.await.expect("no panic").is_ok());
}

#[tokio::test]
async fn what_is_unanswered_is_bounded_and_an_answer_makes_room() {
    let options = ConnectionOptions { in_flight_bytes_max: 1, ..ConnectionOptions::default() };
    let (connection, mut script) = connected(options).await;
    let a = beat(&connection).await;
    let mut b = std::pin::pin!(beat(&connection));
    assert!(futures::poll!(&mut b).is_pending(), "the first one takes all the room");
    let (head, _) = script.request().await.expect("the first was sent");
    script.beat(&head, 10).await;
    assert_eq!(a.await, Ok(10));
    let b = b.await;
    let (head, _) = script.request().await.expect("now the second is sent");
    script.beat(&head, 20).await;
    assert_eq!(b.await, Ok(20));
}

#[tokio::test]
async fn a_request_that_is_never_answered_holds_no_place_in_the_line() {
    let (connection, mut script) = connected(ConnectionOptions::default()).await;
    let produce = ProduceRequest::default().with_acks(0);
    let left = connection.send_unanswered(&produce, 12).await.expect("the connection is open");
    assert_eq!(left.await, Ok(()));
    let after = beat(&connection).await;
    let (head, _) = script.request().await.expect("the produce");
    assert_eq!(head.api_key, ApiKey::Produce as i16);
    let (head, _) = script.request().await.expect("the heartbeat");
    script.beat(&head, 7).await;
    assert_eq!(after.await, Ok(7));
}

#[tokio::test]
async fn the_last_handle_closes_the_socket() {
    let (connection, mut script) = connected(ConnectionOptions::default()).await;
    let other = connection.clone();
    drop(connection);
    let answer = beat(&other).await;
    let (head, _) = script.request().await.expect("a clone keeps it open");
    script.beat(&head, 1).await;
    assert_eq!(answer.await, Ok(1));
    drop(other);
    assert!(script.request().await.is_none());
}

#[tokio::test]
async fn a_broker_that_does_not_know_our_handshake_is_asked_again_in_what_it_knows() {
    let (opening, mut script) = open(ConnectionOptions::default());
    let (head, _) = script.request().await.expect("the first try");
    assert!(head.version > 0);
    // KIP-511: form v0, error 35, and the broker's own range.
    let old = [(ApiKey::ApiVersions, 0, 2)];
    let unsupported = protocol::ErrorCode::UnsupportedVersion.code();
    script.answer(0, head.correlation_id, &versions(unsupported, &old)).await;
    let (head, _) = script.request().await.expect("the second try");
    assert_eq!(head.version, 2);
    script.answer(2, head.correlation_id, &versions(0, &USUAL)).await;
    let connection = opening.await.expect("no panic").expect("the second try was answered");
    assert_eq!(connection.versions().of(ApiKey::Heartbeat as i16), Some(0..=4));
}

#[tokio::test]
async fn a_call_uses_the_highest_version_that_both_know() {
    let (opening, mut script) = open(ConnectionOptions::default());
    script.shake(&[(ApiKey::ListGroups, 0, 2)]).await;
    let connection = opening.await.expect("no panic").expect("the handshake was answered");
    let calling = tokio::spawn({
        let connection = connection.clone();
        async move { connection.call(&ListGroupsRequest::default()).await }
    });
    let (head, _) = script.request().await.expect("the call");
    assert_eq!(head.version, 2);
    script.answer(2, head.correlation_id, &ListGroupsResponse::default()).await;
    assert!(calling.await.expect("no panic").is_ok());
    let unknown = connection.call(&HeartbeatRequest::default()).await;
    assert!(matches!(unknown, Err(Error::Unsupported { .. })), "{unknown:?}");
}

#[tokio::test]
async fn what_is_not_kafkas_protocol_is_told_as_such() {
    for garbage in [&b"HTTP/1.1 400 Bad Request\r\n"[..], &[0x15, 3, 1, 0, 2, 2, 70], &[0xff; 8]] {
        let (opening, mut script) = open(ConnectionOptions::default());
        script.request().await.expect("the handshake");
        script.stream.write_all(garbage).await.expect("the client reads");
        let error = opening.await.expect("no panic").expect_err("that is no answer");
        assert!(matches!(error, Error::Malformed { .. }), "{error:?}");
        assert!(error.advice().is_some());
    }
}

#[tokio::test]
async fn an_answer_that_comes_in_single_bytes_is_put_together() {
    let (connection, mut script) = connected(ConnectionOptions::default()).await;
    let answer = beat(&connection).await;
    let (head, _) = script.request().await.expect("it was sent");
    let body = HeartbeatResponse::default().with_throttle_time_ms(5);
    let frame = encode_response(ApiKey::Heartbeat, head.version, head.correlation_id, &body);
    let frame = BytesMut::from(&frame.expect("it fits").into_bytes()[..]);
    for byte in frame {
        script.stream.write_all(&[byte]).await.expect("the client reads");
        tokio::task::yield_now().await;
    }
    assert_eq!(answer.await, Ok(5));
}
