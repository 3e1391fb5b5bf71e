//! A listener: accepts connections on one address and keeps them within the limits.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tracing::{debug, info, warn};

use super::connection::{Closed, Connection, Limits};
use super::memory::MemoryBudget;
use crate::api::{Dispatcher, Peer};
use crate::telemetry::choices::RefuseReason;
use crate::telemetry::{Choice, ListenerMetrics};

/// How long to wait after a failed accept (no descriptors left): trying at once would only spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How many connections there may be, `max.connections` and `max.connections.per.ip`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConnectionLimits {
    pub(crate) total: usize,
    pub(crate) per_ip: usize,
}

/// Who is connected, counted over all listeners.
#[derive(Debug)]
pub(crate) struct Census {
    limits: ConnectionLimits,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    total: usize,
    by_ip: BTreeMap<IpAddr, usize>,
}

/// A place in the census; leaves it when dropped.
struct Place {
    census: Arc<Census>,
    ip: IpAddr,
}

impl Census {
    pub(crate) fn new(limits: ConnectionLimits) -> Arc<Self> {
        Arc::new(Self { limits, counts: Mutex::default() })
    }

    fn enter(self: &Arc<Self>, ip: IpAddr) -> Result<Place, RefuseReason> {
        let mut counts = self.counts.lock();
        if counts.total >= self.limits.total {
            return Err(RefuseReason::Total);
        }
        let from_ip = counts.by_ip.entry(ip).or_default();
        if *from_ip >= self.limits.per_ip {
            return Err(RefuseReason::Address);
        }
        *from_ip += 1;
        counts.total += 1;
        Ok(Place { census: Arc::clone(self), ip })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.census.counts.lock();
        counts.total -= 1;
        if let Some(from_ip) = counts.by_ip.get_mut(&self.ip) {
            *from_ip -= 1;
            if *from_ip == 0 {
                counts.by_ip.remove(&self.ip);
            }
        }
    }
}

/// Everything that the connections of one listener share.
#[derive(Clone)]
pub(crate) struct Shared {
    /// The listener's name, by which a client is told the addresses that it can reach.
    pub(crate) listener: Arc<str>,
    pub(crate) dispatcher: Dispatcher,
    pub(crate) limits: Limits,
    pub(crate) budget: Arc<MemoryBudget>,
    pub(crate) census: Arc<Census>,
    pub(crate) metrics: Arc<ListenerMetrics>,
    pub(crate) shutdown: watch::Receiver<bool>,
}

/// What the kernel is told of a listener and its connections.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SocketOptions {
    /// `socket.listen.backlog.size`.
    pub(crate) backlog: i32,
    /// `socket.send.buffer.bytes`; `None` leaves it to the system.
    pub(crate) send_buffer: Option<usize>,
    /// `socket.receive.buffer.bytes`; `None` leaves it to the system.
    pub(crate) receive_buffer: Option<usize>,
}

/// Binds `address`. Accepted sockets inherit the options.
pub(crate) fn bind(address: SocketAddr, options: &SocketOptions) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    #[cfg(target_os = "linux")]
    // Where the system's default is BBR, its pacing costs a third of the throughput on
    // a fast network and half as much processor time again; a kernel without cubic keeps its own default.
    let _ = socket.set_tcp_congestion(b"cubic");
    if let Some(bytes) = options.send_buffer {
        socket.set_send_buffer_size(bytes)?;
    }
    if let Some(bytes) = options.receive_buffer {
        socket.set_recv_buffer_size(bytes)?;
    }
    socket.bind(&address.into())?;
    socket.listen(options.backlog)?;
    TcpListener::from_std(socket.into())
}

/// Accepts until the broker shuts down. Returns once every connection has ended.
pub(crate) async fn accept(listener: TcpListener, shared: Shared) {
    let mut shutdown = shared.shutdown.clone();
    let connections = Connections::none();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = shutdown.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, address)) => welcome(stream, address, &shared, &connections),
            Err(error) => {
                if is_out_of_descriptors(&error) {
                    shared.metrics.connections_refused.of(RefuseReason::Descriptors).increment();
                }
                warn!(%error, listener = %shared.listener, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    connections.wait().await;
}

fn is_out_of_descriptors(error: &io::Error) -> bool {
    use rustix::io::Errno;
    [Errno::MFILE, Errno::NFILE].contains(&Errno::from_io_error(error).unwrap_or(Errno::IO))
}

fn welcome(stream: TcpStream, address: SocketAddr, shared: &Shared, connections: &Connections) {
    let place = match shared.census.enter(address.ip()) {
        Ok(place) => place,
        Err(reason) => {
            shared.metrics.connections_refused.of(reason).increment();
            debug!(%address, reason = reason.text(), "connection refused: the limit is reached");
            return;
        }
    };
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%address, %error, "the client was gone before it was welcomed");
        return;
    }
    let peer = Peer::new(address, Arc::clone(&shared.listener));
    let metrics = Arc::clone(&shared.metrics);
    let connection = Connection::new(
        stream,
        peer,
        shared.dispatcher.clone(),
        shared.limits,
        &shared.budget,
        Arc::clone(&metrics),
    );
    metrics.connections_accepted.increment();
    let shutdown = shared.shutdown.clone();
    let token = connections.token();
    tokio::spawn(async move {
        let open = metrics.connections.hold();
        let closed = connection.serve(shutdown).await;
        drop(open);
        metrics.connections_closed.of(closed.reason()).increment();
        report(address, &closed);
        drop(place);
        drop(token);
    });
}

fn report(address: SocketAddr, closed: &Closed) {
    match closed {
        Closed::ByPeer | Closed::Idle | Closed::Shutdown => {
            debug!(%address, %closed, "connection ended")
        }
        Closed::Torn | Closed::Socket(_) | Closed::Unspoken | Closed::TooSlow => {
            debug!(%address, %closed, "connection ended")
        }
        Closed::Frame(_) | Closed::Refused(_) => info!(%address, %closed, "connection closed"),
    }
}

/// Counts running connections, so that a shutdown can wait for them.
struct Connections {
    live: watch::Sender<()>,
}

impl Connections {
    fn none() -> Self {
        Self { live: watch::Sender::new(()) }
    }

    fn token(&self) -> watch::Receiver<()> {
        self.live.subscribe()
    }

    /// Returns when every token has been dropped.
    async fn wait(&self) {
        self.live.closed().await;
    }
}
