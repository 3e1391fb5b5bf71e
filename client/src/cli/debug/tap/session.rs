//! A session: one client's connection to one broker, through us.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use bytes::{Buf, Bytes};
use parking_lot::Mutex;
use protocol::ApiKey;
use protocol::header::{self, RequestHead};
use protocol::message;
use protocol::messages::ApiVersionsRequest;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use super::frames;
use super::rewrite::rewritten;
use super::routes::Routes;
use super::seen::{Answer, Seen};
use crate::address::Address;

/// What is known of both directions.
struct Session<'a> {
    client: SocketAddr,
    /// Where the client has reached us.
    here: IpAddr,
    broker: &'a Address,
    routes: &'a Arc<Routes>,
    /// The requests without an answer, by correlation id.
    asked: Mutex<HashMap<i32, Asked>>,
    /// What the client calls itself (KIP-511).
    software: Mutex<Option<String>>,
}

/// A request that was passed on.
struct Asked {
    head: RequestHead,
    bytes: usize,
    at: Instant,
}

/// Passes bytes both ways until one side ends.
pub(super) async fn run(
    client: TcpStream,
    from: SocketAddr,
    broker: &Address,
    routes: &Arc<Routes>,
) -> io::Result<()> {
    let server = TcpStream::connect((broker.host.as_str(), broker.port)).await?;
    client.set_nodelay(true)?;
    let here = client.local_addr()?.ip();
    server.set_nodelay(true)?;
    let (client_in, client_out) = client.into_split();
    let (server_in, server_out) = server.into_split();
    let session = Session {
        client: from,
        here,
        broker,
        routes,
        asked: Mutex::default(),
        software: Mutex::default(),
    };
    let ended = tokio::select! {
        ended = session.requests(client_in, server_out) => ended,
        ended = session.answers(server_in, client_out) => ended,
    };
    session.tell_unanswered().await;
    ended
}

#[expect(clippy::disallowed_methods, reason = "ring 3: how long an answer took is measured")]
fn now() -> Instant {
    Instant::now()
}

impl Session<'_> {
    async fn requests(
        &self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
    ) -> io::Result<()> {
        while let Some(frame) = frames::next(&mut from).await? {
            self.note(&frame);
            to.write_all(&frame).await?;
        }
        Ok(())
    }

    /// Remembers a request until its answer comes.
    fn note(&self, frame: &Bytes) {
        let mut body = frame.slice(4..);
        let Ok(head) = header::decode_request_head(&mut body) else { return };
        if head.key() == Some(ApiKey::ApiVersions)
            && let Ok(request) =
                message::decode_request::<ApiVersionsRequest>(head.version, &mut body)
            && !request.client_software_name.is_empty()
        {
            let software =
                format!("{} {}", request.client_software_name, request.client_software_version);
            *self.software.lock() = Some(software);
        }
        let asked = Asked { bytes: frame.len(), at: now(), head };
        self.asked.lock().insert(asked.head.correlation_id, asked);
    }

    async fn answers(
        &self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
    ) -> io::Result<()> {
        while let Some(frame) = frames::next(&mut from).await? {
            let correlation = frame.get(4..8).map(|mut bytes| bytes.get_i32());
            let asked = correlation.and_then(|id| self.asked.lock().remove(&id));
            let bytes = frame.len();
            let passed = match &asked {
                Some(asked) => rewritten(&asked.head, frame, self.routes, self.here),
                None => vec![frame],
            };
            for piece in passed {
                to.write_all(&piece).await?;
            }
            if let Some(asked) = asked {
                let answer = Answer { bytes, after: now() - asked.at };
                self.tell(asked, Some(answer)).await;
            }
        }
        Ok(())
    }

    /// What got no answer: a produce with acks=0, or what was under way when the connection ended.
    async fn tell_unanswered(&self) {
        let unanswered: Vec<Asked> = self.asked.lock().drain().map(|(_, asked)| asked).collect();
        for asked in unanswered {
            self.tell(asked, None).await;
        }
    }

    async fn tell(&self, asked: Asked, answer: Option<Answer>) {
        let seen = Seen {
            client: self.client,
            broker: self.broker.clone(),
            software: self.software.lock().clone(),
            client_id: asked.head.client_id.map(|id| id.to_string()),
            key: asked.head.api_key,
            version: asked.head.version,
            bytes: asked.bytes,
            answer,
        };
        // Nobody looks any more: the tap is about to end.
        let _ = self.routes.seen().send(seen).await;
    }
}
