//! `/topics/{topic}/tail`: the records as they come, as server-sent events.
//!
//! One event a look, with what has come since the last. A topic that gets more than a person can read is thinned: an event
//! says how many records it passed over. A client that does not read is not waited for with memory: the next look is made
//! when the last event has left.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream};
use protocol::ids::TopicName;
use serde::Serialize;

use super::{missing, starting};
use crate::console::Console;
use crate::console::newest::{self, Positions, Shown};
use crate::node::Broker;

/// How long to rest between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// How many records one event holds at most, as far as partitions allow.
const RECORDS: usize = 50;

struct Tail {
    broker: Arc<Broker>,
    topic: TopicName,
    positions: Positions,
}

#[derive(Serialize)]
struct News {
    records: Vec<Shown>,
    passed_over: i64,
}

pub(super) async fn stream(State(console): State<Console>, Path(name): Path<String>) -> Response {
    let Some(broker) = console.broker() else { return starting() };
    let topics = broker.registry.topics();
    let Some(hosted) = topics.by_name(&name) else { return missing("topic", &name, "/topics") };
    let tail = Tail {
        broker: Arc::clone(broker),
        topic: hosted.name.clone(),
        positions: newest::ends(hosted),
    };
    Sse::new(events(tail)).keep_alive(KeepAlive::default()).into_response()
}

fn events(tail: Tail) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(tail, |mut tail| async move {
        loop {
            tokio::time::sleep(PAUSE).await;
            // Reading may wait for the disk.
            let look = move || {
                let Tail { broker, topic, positions } = &mut tail;
                let (records, passed_over) = newest::since(broker, topic, positions, RECORDS);
                (tail, News { records, passed_over })
            };
            let (back, news) = tokio::task::spawn_blocking(look).await.ok()?;
            tail = back;
            if !news.records.is_empty() {
                let event = Event::default().json_data(news).ok()?;
                return Some((Ok(event), tail));
            }
        }
    })
}
