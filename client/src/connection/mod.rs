//! A connection: one TCP stream to one broker, with many requests under way at once.
//!
//! ```text
//! send ──► [room] ──► queue ──► writer task ──► socket
//!                       │                          │
//!                       └── waiting (in order) ◄── reader task ──► the caller's answer
//! ```
//!
//! Kafka answers the requests of a connection in the order in which they were sent. So what waits for an answer is a
//! queue, and an answer that does not belong to its head is a broken peer: the connection ends rather than give a caller
//! somebody else's answer. A request is put into both queues under one lock, so that their orders agree.
//!
//! Whatever ends a connection ends it for all: every waiting caller gets the same error, and later calls fail at once. A
//! request that times out ends it too, for what was sent behind it would wait behind the same stall.
//!
//! What is left out: reconnecting ([`crate::cluster`] does that) and TLS.

pub mod handshake;
mod reader;
mod transport;
mod writer;

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use protocol::{ApiKey, StrBytes};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::AbortHandle;

use crate::address::Address;
use crate::error::Error;
use crate::wire::{self, Call};

pub use handshake::Versions;

/// How a connection behaves.
#[derive(Clone, Debug)]
pub struct ConnectionOptions {
    /// The name that the broker's logs, quotas and metrics have for us (`client.id`).
    pub client_id: StrBytes,
    /// How long a TCP connection and the handshake may take.
    pub connect_timeout: Duration,
    /// How long an answer may take (`request.timeout.ms`), beyond the time that a request itself asks the broker to wait.
    pub request_timeout: Duration,
    /// How many bytes of requests may be unanswered before `send` waits.
    pub in_flight_bytes_max: usize,
    /// The largest answer that is believed.
    pub frame_bytes_max: usize,
}

impl Default for ConnectionOptions {
    fn default() -> Self {
        Self {
            client_id: StrBytes::from_static_str("sapwood"),
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            in_flight_bytes_max: 32 << 20,
            frame_bytes_max: 256 << 20,
        }
    }
}

/// A handle to one connection; clones share it. It closes when the last handle and the last answer are gone.
#[derive(Clone)]
pub struct Connection {
    shared: Arc<Shared>,
    versions: Arc<Versions>,
}

/// What the handles and the two tasks have in common.
struct Shared {
    address: Address,
    options: ConnectionOptions,
    room: Arc<Semaphore>,
    correlation: AtomicI32,
    pipeline: Mutex<Pipeline>,
    /// The writer and the reader, which only look at us through weak references.
    tasks: OnceLock<[AbortHandle; 2]>,
}

/// The requests under way. Both queues are filled under the one lock, so that their orders agree.
struct Pipeline {
    /// To the writer; `None` once the connection has ended.
    queue: Option<mpsc::UnboundedSender<Outgoing>>,
    /// What the reader expects next, oldest first.
    waiting: VecDeque<Waiting>,
    /// Why the connection ended.
    ended: Option<Error>,
}

/// One request on its way to the socket.
struct Outgoing {
    chunks: Vec<Bytes>,
    /// Told when the bytes have left, for requests that have no answer.
    written: Option<oneshot::Sender<()>>,
}

/// One request whose answer is awaited.
struct Waiting {
    correlation: i32,
    answer: oneshot::Sender<Result<Bytes, Error>>,
    _room: OwnedSemaphorePermit,
}

impl Connection {
    /// Connects to `address` and agrees on versions.
    pub async fn connect(address: &Address, options: &ConnectionOptions) -> Result<Self, Error> {
        let limit = options.connect_timeout;
        let connecting = async {
            let (reader, writer) = transport::connect(address).await?.into_split();
            Self::over(reader, writer, address.clone(), options.clone()).await
        };
        match tokio::time::timeout(limit, connecting).await {
            Ok(result) => result,
            Err(_) => {
                Err(Error::TimedOut { doing: format!("connecting to {address}"), after: limit })
            }
        }
    }

    /// A connection over any pair of byte streams; `address` only names the peer in errors.
    pub async fn over(
        reader: impl AsyncRead + Send + Unpin + 'static,
        writer: impl AsyncWrite + Send + Unpin + 'static,
        address: Address,
        options: ConnectionOptions,
    ) -> Result<Self, Error> {
        let (queue, outgoing) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            address,
            room: Arc::new(Semaphore::new(options.in_flight_bytes_max)),
            options,
            correlation: AtomicI32::new(0),
            pipeline: Mutex::new(Pipeline {
                queue: Some(queue),
                waiting: VecDeque::new(),
                ended: None,
            }),
            tasks: OnceLock::new(),
        });
        let writer = tokio::spawn(writer::run(writer, outgoing, Arc::downgrade(&shared)));
        let frame_max = shared.options.frame_bytes_max;
        let reader = tokio::spawn(reader::run(reader, frame_max, Arc::downgrade(&shared)));
        let _ = shared.tasks.set([writer.abort_handle(), reader.abort_handle()]);
        let mut connection = Self { shared, versions: Arc::new(Versions::unknown()) };
        connection.versions = Arc::new(handshake::negotiate(&connection).await?);
        Ok(connection)
    }

    /// The peer.
    pub fn address(&self) -> &Address {
        &self.shared.address
    }

    /// What the peer speaks.
    pub fn versions(&self) -> &Versions {
        &self.versions
    }

    /// Whether the connection has ended, and why.
    pub fn ended(&self) -> Option<Error> {
        self.shared.pipeline.lock().ended.clone()
    }

    /// Sends a request in the highest version that both sides speak and waits for the answer.
    pub async fn call<R: Call>(&self, request: &R) -> Result<R::Response, Error> {
        let version = self.versions.pick(R::KEY, self.address())?;
        self.send(request, version, Duration::ZERO).await?.await
    }

    /// Puts a request on its way, and returns once it stands in line: requests of one caller leave in the order of
    /// these returns. The answer is a future of its own, so that more can be sent before it comes. Dropping that future
    /// discards the answer, not the request. `patience` is how long the request itself asks the broker to wait.
    pub async fn send<R: Call>(
        &self,
        request: &R,
        version: i16,
        patience: Duration,
    ) -> Result<impl Future<Output = Result<R::Response, Error>> + Send + use<R>, Error> {
        let (correlation, chunks) = self.encode(request, version)?;
        let room = self.room_for(&chunks).await?;
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { correlation, answer, _room: room };
        self.shared.enqueue(Outgoing { chunks, written: None }, Some(waiting))?;

        let shared = Arc::clone(&self.shared);
        Ok(async move {
            let frame = shared.wait(answered, patience, R::KEY).await?;
            wire::decode::<R>(version, frame).map_err(|cause| Error::Malformed {
                address: shared.address.clone(),
                cause: format!("its {:?} v{version} answer: {cause}", R::KEY),
            })
        })
    }

    /// Like [`Connection::send`], for a request that the broker never answers (Produce with acks=0): the future is done
    /// when the bytes have left this process.
    pub async fn send_unanswered<R: Call>(
        &self,
        request: &R,
        version: i16,
    ) -> Result<impl Future<Output = Result<(), Error>> + Send + use<R>, Error> {
        let (_, chunks) = self.encode(request, version)?;
        let room = self.room_for(&chunks).await?;
        let (written, left) = oneshot::channel();
        self.shared.enqueue(Outgoing { chunks, written: Some(written) }, None)?;
        let shared = Arc::clone(&self.shared);
        Ok(async move {
            let _room = room;
            left.await.map_err(|_| shared.why_ended())
        })
    }

    fn encode<R: Call>(&self, request: &R, version: i16) -> Result<(i32, Vec<Bytes>), Error> {
        // Wraps after 2^31 requests; an id only has to differ from those under way.
        let correlation = self.shared.correlation.fetch_add(1, Ordering::Relaxed) & i32::MAX;
        let client_id = &self.shared.options.client_id;
        let chunks = wire::encode(request, version, correlation, client_id).map_err(|cause| {
            let api = R::KEY;
            Error::Invalid(format!("{api:?} v{version} cannot say what was asked for: {cause}"))
        })?;
        Ok((correlation, chunks))
    }

    /// Waits until the unanswered requests leave room for these bytes. One larger than all the room takes all of it.
    async fn room_for(&self, chunks: &[Bytes]) -> Result<OwnedSemaphorePermit, Error> {
        let bytes: usize = chunks.iter().map(Bytes::len).sum();
        let share = bytes.min(self.shared.options.in_flight_bytes_max);
        let share = u32::try_from(share).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.shared.room).acquire_many_owned(share).await;
        room.map_err(|_| self.shared.why_ended())
    }
}

impl Shared {
    /// Puts a request into both queues, or says why the connection has ended.
    fn enqueue(&self, outgoing: Outgoing, waiting: Option<Waiting>) -> Result<(), Error> {
        let mut pipeline = self.pipeline.lock();
        let sent = pipeline.queue.as_ref().is_some_and(|queue| queue.send(outgoing).is_ok());
        if !sent {
            return Err(pipeline.ended.clone().unwrap_or(Error::Closed));
        }
        pipeline.waiting.extend(waiting);
        Ok(())
    }

    /// Waits for an answer; if it does not come in time, the connection ends.
    async fn wait(
        &self,
        answered: oneshot::Receiver<Result<Bytes, Error>>,
        patience: Duration,
        api: ApiKey,
    ) -> Result<Bytes, Error> {
        let after = self.options.request_timeout + patience;
        match tokio::time::timeout(after, answered).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(self.why_ended()),
            Err(_) => {
                let doing = format!("waiting for {}'s answer to {api:?}", self.address);
                let error = Error::TimedOut { doing, after };
                self.end(&error);
                Err(error)
            }
        }
    }

    /// Hands a frame to the caller at the head of the line.
    fn answer(&self, frame: Bytes) -> Result<(), Error> {
        let malformed = |cause: String| Error::Malformed { address: self.address.clone(), cause };
        let Some(id) = frame.first_chunk().map(|bytes| i32::from_be_bytes(*bytes)) else {
            return Err(malformed(format!("an answer of {} bytes", frame.len())));
        };
        let head = self.pipeline.lock().waiting.pop_front();
        match head {
            Some(head) if head.correlation == id => {
                // Nobody may be waiting any more; the answer is then of no use to anyone.
                let _ = head.answer.send(Ok(frame));
                Ok(())
            }
            Some(head) => {
                let error =
                    malformed(format!("answer {id} came where {} was due", head.correlation));
                let _ = head.answer.send(Err(error.clone()));
                Err(error)
            }
            None => Err(malformed(format!("answer {id} came that nobody asked for"))),
        }
    }

    /// Ends the connection for everybody. Only the first reason counts.
    fn end(&self, error: &Error) {
        let waiting = {
            let mut pipeline = self.pipeline.lock();
            if pipeline.ended.is_some() {
                return;
            }
            pipeline.ended = Some(error.clone());
            pipeline.queue = None;
            std::mem::take(&mut pipeline.waiting)
        };
        self.room.close();
        self.stop_tasks();
        for request in waiting {
            let _ = request.answer.send(Err(error.clone()));
        }
    }

    /// Stops both tasks wherever they stand; the socket closes with them.
    fn stop_tasks(&self) {
        self.tasks.get().into_iter().flatten().for_each(AbortHandle::abort);
    }

    fn why_ended(&self) -> Error {
        self.pipeline.lock().ended.clone().unwrap_or(Error::Closed)
    }

    fn disconnected(&self, cause: impl fmt::Display) -> Error {
        Error::Disconnected { address: self.address.clone(), cause: cause.to_string() }
    }
}

impl Drop for Shared {
    /// Nobody is left who could ask or be answered.
    fn drop(&mut self) {
        self.stop_tasks();
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pipeline = self.shared.pipeline.lock();
        f.debug_struct("Connection")
            .field("address", &self.shared.address)
            .field("waiting", &pipeline.waiting.len())
            .field("ended", &pipeline.ended)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
