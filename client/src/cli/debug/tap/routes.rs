//! Routes: which broker is behind which listener of ours.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::seen::Seen;
use super::session;
use crate::address::Address;

/// How many brokers get a listener: a cluster with more is not looked at by hand.
const ROUTES_MAX: usize = 1000;

/// The listeners, each for one broker, and where what is seen goes.
#[derive(Debug)]
pub(super) struct Routes {
    ip: IpAddr,
    open: Mutex<HashMap<Address, SocketAddr>>,
    seen: mpsc::Sender<Seen>,
}

impl Routes {
    /// No listener yet; all will be on this address of the machine.
    pub(super) fn new(ip: IpAddr, seen: mpsc::Sender<Seen>) -> Self {
        Self { ip, open: Mutex::default(), seen }
    }

    /// Where what is seen goes.
    pub(super) fn seen(&self) -> &mpsc::Sender<Seen> {
        &self.seen
    }

    /// The listener for a broker, opened if there is none yet.
    pub(super) fn to(self: &Arc<Self>, broker: &Address) -> io::Result<SocketAddr> {
        let known = self.open.lock().get(broker).copied();
        known.map_or_else(|| self.open(broker.clone(), 0), Ok)
    }

    /// Opens a listener for a broker.
    pub(super) fn open(self: &Arc<Self>, broker: Address, port: u16) -> io::Result<SocketAddr> {
        let mut open = self.open.lock();
        if let Some(local) = open.get(&broker) {
            return Ok(*local);
        }
        if open.len() >= ROUTES_MAX {
            return Err(io::Error::other("too many brokers"));
        }
        let listener = std::net::TcpListener::bind((self.ip, port))?;
        listener.set_nonblocking(true)?;
        let local = listener.local_addr()?;
        open.insert(broker.clone(), local);
        tokio::spawn(accept(TcpListener::from_std(listener)?, broker, Arc::clone(self)));
        Ok(local)
    }
}

async fn accept(listener: TcpListener, broker: Address, routes: Arc<Routes>) {
    loop {
        match listener.accept().await {
            Ok((client, from)) => {
                tokio::spawn(serve(client, from, broker.clone(), Arc::clone(&routes)));
            }
            // One client's trouble; the next may have none.
            Err(error) => tracing::debug!(%error, "accept"),
        }
    }
}

async fn serve(client: TcpStream, from: SocketAddr, broker: Address, routes: Arc<Routes>) {
    if let Err(error) = session::run(client, from, &broker, &routes).await {
        eprintln!("{from}: {error}");
    }
}
