//! The reader: the task that owns the receiving half of a socket.

use std::sync::Weak;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::Shared;
use crate::error::Error;

/// How much is asked of the socket at least in one read.
const READ_BYTES: usize = 64 << 10;

/// Hands every frame to whoever waits for it, until the socket ends or the peer breaks the protocol.
pub(super) async fn run(
    mut socket: impl AsyncRead + Unpin,
    frame_bytes_max: usize,
    shared: Weak<Shared>,
) {
    let mut buffer = BytesMut::with_capacity(READ_BYTES);
    loop {
        let read = socket.read_buf(&mut buffer).await;
        let Some(shared) = shared.upgrade() else { return };
        let result = match read {
            Ok(0) => Err(shared.disconnected("the broker closed it")),
            Ok(_) => deliver(&mut buffer, frame_bytes_max, &shared),
            Err(error) => Err(shared.disconnected(error)),
        };
        if let Err(error) = result {
            return shared.end(&error);
        }
        drop(shared);
        buffer.reserve(READ_BYTES);
    }
}

/// Delivers the whole frames in the buffer.
fn deliver(buffer: &mut BytesMut, frame_bytes_max: usize, shared: &Shared) -> Result<(), Error> {
    while let Some(size) = buffer.first_chunk::<4>().map(|size| i32::from_be_bytes(*size)) {
        let size = usize::try_from(size).ok().filter(|size| *size <= frame_bytes_max);
        let Some(size) = size else {
            let cause = "it declares an answer of an impossible size".into();
            return Err(Error::Malformed { address: shared.address.clone(), cause });
        };
        if buffer.len() < 4 + size {
            return Ok(());
        }
        let frame = buffer.split_to(4 + size).freeze().slice(4..);
        shared.answer(frame)?;
    }
    Ok(())
}
