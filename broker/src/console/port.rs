//! The port itself: bound, and served until the broker stops.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;
use tracing::{debug, warn};

use super::Console;
use crate::config::{HostPort, HttpListener};

/// How many connections are served at once; the next ones wait in the backlog. People and scrapers are few.
const CONNECTIONS_MAX: usize = 128;

/// How long a client may take to say what it wants.
const HEAD_WAIT: Duration = Duration::from_secs(10);

/// How long to wait after a failed accept: trying at once would only spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A port that is bound and not served yet.
#[derive(Debug)]
pub(crate) struct Bound {
    socket: TcpListener,
    address: SocketAddr,
}

/// Binds what `http.listener` says; `None` if nothing is to be served. An address that nobody chose and that cannot be had is
/// a warning, since the broker does its work without it.
pub(crate) async fn bind(wanted: &HttpListener) -> io::Result<Option<Bound>> {
    let Some(address) = &wanted.0 else { return Ok(None) };
    match bind_to(address).await {
        Ok(bound) => Ok(Some(bound)),
        Err(error) if wanted.is_default() => {
            warn!(
                %address, %error,
                "metrics, health checks and the page are not served: set http.listener to a free address, or to nothing"
            );
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

async fn bind_to(address: &HostPort) -> io::Result<Bound> {
    let host = if address.host.is_empty() { "0.0.0.0" } else { &address.host };
    let socket = TcpListener::bind((host, address.port)).await?;
    let address = socket.local_addr()?;
    Ok(Bound { socket, address })
}

impl Bound {
    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the broker stops; the connections that are open then are closed.
    pub(crate) fn serve(self, console: Console) -> JoinHandle<()> {
        tokio::spawn(async move {
            let stopped = console.stopping.clone();
            tokio::select! {
                () = accept(self.socket, console) => {}
                () = ended(stopped) => {}
            }
        })
    }
}

/// The console outlives the wish to stop, so that a supervisor sees the broker stopping; it ends when the sender is gone.
pub(super) async fn ended(mut stopping: watch::Receiver<bool>) {
    while stopping.changed().await.is_ok() {}
}

async fn accept(socket: TcpListener, console: Console) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let stopped = console.stopping.clone();
    let router = console.router();
    loop {
        let place = Arc::clone(&places).acquire_owned().await.expect("nobody closes it");
        match socket.accept().await {
            Ok((stream, _)) => {
                let service = TowerToHyperService::new(router.clone());
                tokio::spawn(serve(stream, service, stopped.clone(), place));
            }
            Err(error) => {
                warn!(%error, "cannot accept a connection on http.listener");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn serve(
    stream: TcpStream,
    service: TowerToHyperService<axum::Router>,
    stopped: watch::Receiver<bool>,
    place: OwnedSemaphorePermit,
) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        served = connection => if let Err(error) = served {
            debug!(%error, "an HTTP connection ended");
        },
        () = ended(stopped) => {}
    }
    drop(place);
}
