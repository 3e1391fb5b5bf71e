//! Is a broker serving, and what? The one question that every broker answers from its first moment: ApiVersions, version 0.

use super::wait::{self, Late};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A broker that has not answered by then is not serving.
const PATIENCE: Duration = Duration::from_secs(5);

/// Size, api key 18, version 0, correlation id 7, no client id.
const API_VERSIONS_V0: [u8; 14] = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xff, 0xff];

/// Asks once.
pub fn is_serving(address: SocketAddr) -> bool {
    announced_apis(address).is_ok()
}

/// Waits until the broker at `address` answers.
pub fn wait_until_serving(address: SocketAddr, limit: Duration) -> Result<(), Late> {
    wait::until(&format!("a broker at {address}"), limit, || is_serving(address).then_some(()))
}

/// The keys of the APIs that the broker announces.
pub fn announced_apis(address: SocketAddr) -> io::Result<Vec<i16>> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(&API_VERSIONS_V0)?;
    // Size, correlation id, error code, and how many rows follow.
    let mut head = [0; 14];
    stream.read_exact(&mut head)?;
    let [_, _, _, _, 0, 0, 0, 7, 0, 0, a, b, c, d] = head else {
        return Err(io::Error::other(format!("an answer that begins with {head:?}")));
    };
    // Key, lowest and highest version.
    (0..u32::from_be_bytes([a, b, c, d]))
        .map(|_| {
            let mut row = [0; 6];
            stream.read_exact(&mut row)?;
            Ok(i16::from_be_bytes([row[0], row[1]]))
        })
        .collect()
}
