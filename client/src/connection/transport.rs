//! A transport: the TCP stream under a connection.

use std::io;

use tokio::net::TcpStream;

use crate::address::Address;
use crate::error::Error;

/// Connects to the first of the host's addresses that answers.
pub(super) async fn connect(address: &Address) -> Result<TcpStream, Error> {
    let unreachable =
        |error: &io::Error| Error::Unreachable { address: address.to_string(), cause: say(error) };
    let stream = TcpStream::connect((address.host.as_str(), address.port)).await;
    let stream = stream.map_err(|error| unreachable(&error))?;
    // Requests are written whole; waiting for more bytes would only add delay.
    stream.set_nodelay(true).map_err(|error| unreachable(&error))?;
    Ok(stream)
}

/// The operating system's words without the number that `io::Error` adds.
pub(super) fn say(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".into(),
        io::ErrorKind::HostUnreachable => "no route to the host".into(),
        io::ErrorKind::NetworkUnreachable => "the network is unreachable".into(),
        io::ErrorKind::TimedOut => "no answer".into(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            "the broker broke it off".into()
        }
        _ => {
            let words = error.to_string();
            let resolver = "failed to lookup address information: ";
            match words.strip_prefix(resolver) {
                Some(cause) => format!("the name does not resolve ({cause})"),
                None => words.split(" (os error").next().unwrap_or_default().to_owned(),
            }
        }
    }
}
