//! A connection: frames in, answers out, in the order of the requests.
//!
//! One task drives one connection, and it is one loop of three steps: move finished answers to the outbox, write
//! what the socket takes, read and dispatch what has come. The *ordered* part of a request (decode, authorise,
//! append) runs inside the loop, in order of arrival and on this very thread. What it then waits for (a sync,
//! replicas, a long poll) overlaps with the requests behind it; the answers still leave in order.
//!
//! # Limits
//!
//! - A request larger than `socket.request.max.bytes` closes the connection before memory is reserved for it.
//! - Receive buffers are paid from the broker's [`MemoryBudget`] as bytes arrive; when it is spent, reading pauses.
//! - At most [`IN_FLIGHT_MAX`] unanswered requests and [`OUTBOX_MAX`] unsent bytes: beyond, reading pauses, so a
//!   client that never reads costs one bounded outbox.
//! - Deadlines: for the first request after connecting, for a request half received, and for silence
//!   (`connections.max.idle.ms`).

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use protocol::frame::{FrameDecoder, FrameError, FrameLimits};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use super::memory::{MemoryBudget, Share};
use super::outbox::Outbox;
use crate::api::{Answer, Dispatcher, Peer};
use crate::telemetry::ListenerMetrics;
use crate::telemetry::choices::CloseReason;

/// Requests of one connection that may be waiting for their answers.
pub(crate) const IN_FLIGHT_MAX: usize = 256;

/// Unsent response bytes at which a connection stops reading requests.
const OUTBOX_MAX: usize = 1 << 20;

/// What a receive buffer may hold without paying from the budget.
const FREE_ALLOWANCE: usize = 16 << 10;

/// The limits of one connection, from the configuration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// `socket.request.max.bytes`.
    pub(crate) request_bytes_max: usize,
    /// How long a peer may stay silent between requests: `connections.max.idle.ms`.
    pub(crate) idle: Duration,
    /// How long the first request may take to arrive: `connection.first.request.timeout.ms`.
    pub(crate) first_request: Duration,
    /// How long any request may take to arrive once it has begun: `connection.stall.timeout.ms`.
    pub(crate) request: Duration,
}

impl Limits {
    fn frames(&self) -> FrameDecoder {
        FrameDecoder::new(FrameLimits { frame_len_max: self.request_bytes_max })
    }
}

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Closed {
    /// The peer closed it, between two requests.
    #[error("the client closed the connection")]
    ByPeer,
    /// The peer closed it in the middle of a request.
    #[error("the client closed the connection inside a request")]
    Torn,
    /// The socket failed.
    #[error(transparent)]
    Socket(#[from] io::Error),
    /// What came is no frame that we accept.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// A handler asked for it: the bytes are no request, or the client must see its error as a broken connection.
    #[error("{0}")]
    Refused(String),
    /// No request for `connections.max.idle.ms`.
    #[error("idle for too long")]
    Idle,
    /// The first request did not come.
    #[error("the first request did not arrive in time")]
    Unspoken,
    /// A request was left half sent.
    #[error("a request did not arrive in time")]
    TooSlow,
    /// The broker is shutting down.
    #[error("the broker is shutting down")]
    Shutdown,
}

impl Closed {
    /// Under which word it is counted.
    pub(super) fn reason(&self) -> CloseReason {
        match self {
            Self::ByPeer => CloseReason::Client,
            Self::Torn | Self::Socket(_) => CloseReason::Network,
            Self::Frame(_) => CloseReason::Malformed,
            Self::Refused(_) => CloseReason::Refused,
            Self::Idle => CloseReason::Idle,
            Self::Unspoken => CloseReason::Unspoken,
            Self::TooSlow => CloseReason::Stalled,
            Self::Shutdown => CloseReason::Shutdown,
        }
    }
}

/// An answer that is not in the outbox yet.
enum Pending {
    Ready(Vec<Bytes>),
    Later(BoxFuture<'static, Vec<Bytes>>),
}

/// One client's connection.
pub(crate) struct Connection {
    stream: TcpStream,
    peer: Peer,
    dispatcher: Dispatcher,
    limits: Limits,
    frames: FrameDecoder,
    share: Share,
    in_flight: VecDeque<Pending>,
    /// An answer whose future must finish before the next request is looked at.
    exclusive: bool,
    outbox: Outbox,
    /// Whether a whole request has come yet.
    spoken: bool,
    /// When the last request was complete (or the connection was made).
    active_at: Instant,
    /// By when the request that is awaited must be here: the first one, or one of which a part has come.
    request_due: Option<Instant>,
    alarm: Pin<Box<Sleep>>,
    /// The refusal to report once all earlier answers have left.
    refusal: Option<Closed>,
    metrics: Arc<ListenerMetrics>,
}

impl Connection {
    pub(crate) fn new(
        stream: TcpStream,
        peer: Peer,
        dispatcher: Dispatcher,
        limits: Limits,
        budget: &Arc<MemoryBudget>,
        metrics: Arc<ListenerMetrics>,
    ) -> Self {
        let now = Instant::now();
        Self {
            stream,
            peer,
            dispatcher,
            limits,
            frames: limits.frames(),
            share: Share::new(budget),
            in_flight: VecDeque::new(),
            exclusive: false,
            outbox: Outbox::default(),
            spoken: false,
            active_at: now,
            request_due: Some(now + limits.first_request),
            alarm: Box::pin(tokio::time::sleep_until(now + limits.first_request)),
            refusal: None,
            metrics,
        }
    }

    /// Serves until the connection ends; never returns `Ok`.
    pub(crate) async fn serve(
        mut self,
        mut shutdown: tokio::sync::watch::Receiver<bool>,
    ) -> Closed {
        let stopping = shutdown.wait_for(|stop| *stop);
        let mut stopping = pin!(stopping);
        poll_fn(|cx| {
            if self.refusal.is_none() && stopping.as_mut().poll(cx).is_ready() {
                self.refusal = Some(Closed::Shutdown);
            }
            self.poll_drive(cx)
        })
        .await
    }

    fn poll_drive(&mut self, cx: &mut Context<'_>) -> Poll<Closed> {
        loop {
            self.collect_answers(cx);
            let unsent = self.outbox.len();
            let flushed = self.outbox.poll_flush(&mut self.stream, cx);
            self.metrics.bytes_sent.add((unsent - self.outbox.len()) as u64);
            match flushed {
                Poll::Ready(Err(error)) => return Poll::Ready(error.into()),
                Poll::Ready(Ok(())) | Poll::Pending => {}
            }
            if self.refusal.is_some() && self.in_flight.is_empty() && self.outbox.is_empty() {
                return Poll::Ready(self.refusal.take().expect("just seen"));
            }
            if !self.may_read() {
                return self.poll_alarm(cx);
            }
            match self.poll_receive(cx) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(closed)) if self.in_flight.is_empty() && self.outbox.is_empty() => {
                    return Poll::Ready(closed);
                }
                // Earlier requests are still owed their answers.
                Poll::Ready(Err(closed @ (Closed::Refused(_) | Closed::Frame(_)))) => {
                    self.refusal = Some(closed)
                }
                Poll::Ready(Err(closed)) => return Poll::Ready(closed),
                Poll::Pending => return self.poll_alarm(cx),
            }
        }
    }

    fn may_read(&self) -> bool {
        self.refusal.is_none()
            && !self.exclusive
            && self.in_flight.len() < IN_FLIGHT_MAX
            && self.outbox.len() < OUTBOX_MAX
    }

    /// Moves the answers that are ready, and first in line, to the outbox.
    fn collect_answers(&mut self, cx: &mut Context<'_>) {
        while let Some(front) = self.in_flight.front_mut() {
            let chunks = match front {
                Pending::Ready(chunks) => std::mem::take(chunks),
                Pending::Later(future) => match future.as_mut().poll(cx) {
                    Poll::Ready(chunks) => {
                        self.exclusive = false;
                        chunks
                    }
                    Poll::Pending => return,
                },
            };
            self.in_flight.pop_front();
            chunks.into_iter().for_each(|chunk| self.outbox.push(chunk));
        }
    }

    /// Reads once and dispatches every request that is now complete. `Ready(Ok)`: something was done, come again.
    fn poll_receive(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        if self.dispatch_received()? {
            return Poll::Ready(Ok(()));
        }
        // Growing is paid before it is done: for what has arrived, never for what was announced.
        let _ = self.frames.space();
        let reserved = self.frames.reserved();
        if reserved > FREE_ALLOWANCE && !self.share.poll_resize(reserved, cx) {
            return Poll::Pending;
        }
        let read = pin!(self.stream.read_buf(self.frames.space())).poll(cx);
        match read {
            Poll::Ready(Ok(0)) if self.frames.buffered() == 0 => Poll::Ready(Err(Closed::ByPeer)),
            Poll::Ready(Ok(0)) => Poll::Ready(Err(Closed::Torn)),
            Poll::Ready(Ok(bytes)) => {
                self.metrics.bytes_received.add(bytes as u64);
                self.dispatch_received()?;
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error.into())),
            Poll::Pending => {
                self.rest();
                Poll::Pending
            }
        }
    }

    /// Nothing to read: a quiet connection holds no buffer.
    fn rest(&mut self) {
        if self.frames.buffered() == 0 {
            self.frames = self.limits.frames();
            self.share.shrink(0);
        }
    }

    /// Hands every complete request to its handler. Whether there was one.
    fn dispatch_received(&mut self) -> Result<bool, Closed> {
        let mut any = false;
        while self.may_read() {
            let Some(request) = self.frames.take()? else {
                let waits = self.frames.buffered() > 0;
                if waits && self.request_due.is_none() {
                    self.begin_request();
                }
                return Ok(any);
            };
            any = true;
            self.spoken = true;
            self.active_at = Instant::now();
            self.request_due = None;
            match self.dispatcher.dispatch(&mut self.peer, request) {
                Answer::Ready(chunks) => self.in_flight.push_back(Pending::Ready(chunks)),
                Answer::Waiting(future) => self.in_flight.push_back(Pending::Later(future)),
                Answer::Running(future) => {
                    self.exclusive = true;
                    self.in_flight.push_back(Pending::Later(future));
                }
                Answer::Nothing => {}
                Answer::Close(why) => return Err(Closed::Refused(why)),
            }
        }
        Ok(any)
    }

    /// Part of a request has come: from now on the rest has limited time.
    fn begin_request(&mut self) {
        let due = Instant::now() + self.limits.request;
        self.request_due = Some(due);
        if self.alarm.deadline() > due {
            self.alarm.as_mut().reset(due);
        }
    }

    /// Looks whether a deadline has passed, and sleeps until the next one if not.
    fn poll_alarm(&mut self, cx: &mut Context<'_>) -> Poll<Closed> {
        while self.alarm.as_mut().poll(cx).is_ready() {
            let (deadline, closed) = self.deadline();
            if deadline <= Instant::now() {
                return Poll::Ready(closed);
            }
            self.alarm.as_mut().reset(deadline);
        }
        Poll::Pending
    }

    fn deadline(&self) -> (Instant, Closed) {
        match self.request_due {
            Some(due) if self.spoken => (due, Closed::TooSlow),
            Some(due) => (due, Closed::Unspoken),
            // A client that waits for its answer is not idle.
            None if !self.in_flight.is_empty() => (Instant::now() + self.limits.idle, Closed::Idle),
            None => (self.active_at + self.limits.idle, Closed::Idle),
        }
    }
}
