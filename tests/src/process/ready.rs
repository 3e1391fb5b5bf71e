//! Is a broker serving? The one question that every broker answers from its first moment: ApiVersions, version 0.

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
    matches!(ask(address), Ok(error_code) if error_code == 0)
}

/// Waits until the broker at `address` answers.
pub fn wait_until_serving(address: SocketAddr, limit: Duration) -> Result<(), Late> {
    wait::until(&format!("a broker at {address}"), limit, || is_serving(address).then_some(()))
}

fn ask(address: SocketAddr) -> io::Result<i16> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(&API_VERSIONS_V0)?;
    let mut head = [0; 10];
    stream.read_exact(&mut head)?;
    let [_, _, _, _, a, b, c, d, e, f] = head;
    match i32::from_be_bytes([a, b, c, d]) {
        7 => Ok(i16::from_be_bytes([e, f])),
        other => Err(io::Error::other(format!("an answer to correlation id {other}"))),
    }
}
